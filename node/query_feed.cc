// Feeds: the store's search records in the order in which entries became readable here or ceased to
// be, gap-free, as events. Nothing of an alert that is withdrawn, redacted or over is given any
// more: who had it gets its removal, who had not gets nothing of it but that.
#include <algorithm>

#include "node/query_rows.h"
#include "protocol/alert.h"
#include "protocol/feed_cursor.h"
#include "protocol/mutant.h"
#include "protocol/narrowing.h"

namespace rilon {
namespace {

bool removes(const proto::SearchRecord& record) {
    return record.operation() == proto::SearchRecord::WITHDRAW ||
           record.operation() == proto::SearchRecord::REMOVED;
}

// What others say about an alert is of the alert's kind.
std::string type_of(const proto::SearchRecord& record, const QueryContext& context) {
    if (!record.type().empty()) return record.type();
    auto id = AlertId::parse(record.alert_id());
    auto alert = id.ok() ? context.index.alert(*id) : std::nullopt;
    return alert.has_value() ? alert->type : "";
}

bool wanted(const proto::FeedRequest& feed, const proto::SearchRecord& record,
            const QueryContext& context) {
    if (feed.types().empty()) return true;
    if (removes(record)) return true;  // Never miss a removal.
    const std::string is = type_of(record, context);
    return std::find(feed.types().begin(), feed.types().end(), is) != feed.types().end();
}

bool is_remark(const proto::SearchRecord& record) {
    return record.operation() == proto::SearchRecord::CONFIRM ||
           record.operation() == proto::SearchRecord::DISPUTE ||
           record.operation() == proto::SearchRecord::HIT;
}

// As it goes to other systems: what is asked of a second officer, and why, is between the author's
// officers and those who read the alert.
proto::AlertRow told_row(const AlertState& alert, const OpenedOperation& opened,
                         const QueryContext& context) {
    proto::AlertRow row = revision_row(alert, opened, context);
    row.mutable_alert()->clear_release_request();
    return row;
}

// Says what another party says of the alert, and of that itself nothing but whose it is.
void fill_remark(const AlertState& alert, const OpenedOperation& opened,
                 const QueryContext& context, proto::FeedEvent& event) {
    const proto::AlertRow row = revision_row(alert, opened, context);
    event.mutable_row()->set_alert_id(row.alert_id());
    event.mutable_row()->set_origin(row.origin());
    event.mutable_row()->set_origin_party(row.origin_party());
    const proto::Operation& operation = opened.operation;
    if (operation.has_confirm()) {
        event.set_type("confirmed");
        *event.mutable_confirm() = operation.confirm();
        event.mutable_confirm()->set_party(party_of(opened.header.origin, context));
    } else if (operation.has_dispute()) {
        event.set_type("disputed");
        *event.mutable_dispute() = operation.dispute();
    } else {
        event.set_type("hit");
        *event.mutable_hit() = operation.hit();
    }
}

// No officer's operation says it. The id is not that of the event by which the entry came.
void fill_removal(const SearchRow& row, const proto::SearchRecord& record,
                  const QueryContext& context, proto::FeedResponse& out) {
    auto held = context.store.entry(row.stream, row.seq);
    bool known = held.ok() && held->has_value();
    auto* event = out.add_events();
    event->set_cursor(format_feed_cursor({context.feed_epoch, row.n.value}));
    event->set_entry_id(known ? (*held)->entry.id().str() : record.alert_id());
    event->set_part(record.part() + "/removed");
    event->set_at_ms(record.received_ms());
    event->set_type("removed");
    event->mutable_row()->set_alert_id(record.alert_id());
    event->mutable_row()->set_withdrawn(true);
    event->set_reason(record.withdraw_reason());
}

// Between two nodes' officers: told to people, and no other system's business.
void fill_onward(const SearchRow& row, const proto::SearchRecord& record,
                 const QueryContext& context, proto::FeedResponse& out) {
    const EntryRef ref{row.stream, row.seq};
    auto id = AlertId::parse(record.alert_id());
    auto alert = id.ok() ? context.index.alert(*id) : std::nullopt;
    auto news = alert.has_value() ? onward_news(*alert, ref, context) : std::nullopt;
    if (!news.has_value()) return;
    auto* event = out.add_events();
    event->set_cursor(format_feed_cursor({context.feed_epoch, row.n.value}));
    event->set_at_ms(record.received_ms());
    event->set_type(news->own() ? "answered" : "asked");
    event->mutable_row()->set_alert_id(record.alert_id());
    event->mutable_row()->set_precedence(record.precedence());
    *event->mutable_onward() = std::move(*news);
}

void fill_event(const SearchRow& row, const proto::SearchRecord& record,
                const QueryContext& context, proto::FeedResponse& out) {
    if (record.operation() == proto::SearchRecord::REMOVED)
        return fill_removal(row, record, context, out);
    auto id = AlertId::parse(record.alert_id());
    auto alert = id.ok() ? context.index.alert(*id) : std::nullopt;
    if (!alert.has_value()) return;
    // Held back is not gone: it may come into sight again, and no event says that.
    bool gone = alert->has_author() && (!alert->present() || alert->expired(context.sure));
    if (gone && !removes(record)) return;  // Its removal follows.
    const EntryRef ref{row.stream, row.seq};
    const bool narrows = !record.successor().empty();
    // Who still reads it is told by the revision that goes on.
    if (narrows && alert->withdrawal != ref) return;
    auto opened = open_operation(ref, context);
    if (!opened.ok()) return;  // Erased between the index and here: its removal follows.
    if (is_remark(record) && is_of_author(*alert, opened->header.origin, context)) return;
    auto* event = out.add_events();
    event->set_cursor(format_feed_cursor({context.feed_epoch, row.n.value}));
    event->set_entry_id(opened->id.str());
    event->set_part(alert->part);
    event->set_at_ms(opened->received.value);
    switch (record.operation()) {
        case proto::SearchRecord::PUBLISH:
            event->set_type("published");
            *event->mutable_row() = told_row(*alert, *opened, context);
            break;
        case proto::SearchRecord::SUPERSEDE:
            event->set_type("superseded");
            *event->mutable_row() = told_row(*alert, *opened, context);
            break;
        case proto::SearchRecord::CONFIRM:
        case proto::SearchRecord::DISPUTE:
        case proto::SearchRecord::HIT: fill_remark(*alert, *opened, context, *event); break;
        default:
            event->set_type("removed");
            event->mutable_row()->set_alert_id(record.alert_id());
            event->mutable_row()->set_withdrawn(true);
            event->set_reason(narrows ? std::string(reason_narrowed) : "withdrawn");
            break;
    }
}

}  // namespace

Result<proto::FeedResponse> run_feed(const proto::FeedRequest& feed, const QueryContext& context) {
    constexpr std::uint32_t events_max = 200;
    constexpr std::size_t bytes_max = 256 * 1024;
    std::uint32_t max = feed.max() == 0 ? events_max : std::min(feed.max(), events_max);
    FeedCursor cursor{context.feed_epoch, 0};
    if (!feed.after().empty()) {
        auto parsed = parse_feed_cursor(feed.after());
        if (!parsed.ok()) return parsed.error();
        if (parsed->epoch != context.feed_epoch)
            return {Errc::not_found,
                    "the cursor has expired: this node was restored since; begin again from the "
                    "start"};
        cursor = *parsed;
    } else if (feed.from_now()) {
        cursor.seq = context.store.last_arrival().value;
    }
    proto::FeedResponse out;
    const std::uint64_t last = context.store.last_arrival().value;
    auto rows = context.store.search_records(
        Arrival{mutant(Mutant::feed_repeats) ? std::max<std::uint64_t>(cursor.seq, 1) - 1
                                             : cursor.seq},
        max);
    if (!rows.ok()) return rows.error();
    std::size_t bytes = 0;
    bool all = rows->size() < max;
    for (const auto& row : *rows) {
        proto::SearchRecord record;
        if (!record.ParseFromArray(row.record.data(), static_cast<int>(row.record.size())))
            return {Errc::damaged, "a stored search record does not parse"};
        if (bytes > bytes_max) {
            all = false;
            break;
        }
        int before = out.events_size();
        bool known = record.operation() != proto::SearchRecord::UNKNOWN;
        const bool asked = known && wanted(feed, record, context);
        if (asked && !is_onward(record)) fill_event(row, record, context, out);
        if (asked && is_onward(record) && feed.onward() && feed.consumer().empty())
            fill_onward(row, record, context, out);
        if (out.events_size() > before) bytes += out.events(out.events_size() - 1).ByteSizeLong();
        cursor.seq = row.n.value;
    }
    // Also past what is no event: who acknowledges it has seen all that there was.
    if (all) cursor.seq = std::max(cursor.seq, last);
    out.set_cursor(format_feed_cursor({context.feed_epoch, cursor.seq}));
    return out;
}

}  // namespace rilon
