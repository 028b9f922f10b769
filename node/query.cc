#include "node/query.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/chunks.h"
#include "node/known_certificates.h"
#include "node/open_stored.h"
#include "node/query_rows.h"
#include "protocol/alert.h"
#include "protocol/handling.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

constexpr std::uint32_t list_default = 200;
constexpr std::uint32_t list_max = 1000;
constexpr std::size_t replies_max = 200;

std::string name_of(const NodeId& id, const QueryContext& context) {
    const NodeRecord* node = context.directory->now().node(id);
    return node == nullptr ? id.brief() : node->name;
}

std::string iso_day(UnixMillis at) {
    auto days = static_cast<std::int64_t>(at.value / ms_day);
    // Civil date from days since 1970 (Howard Hinnant's algorithm).
    std::int64_t z = days + 719468;
    std::int64_t era = z / 146097;
    auto doe = z - era * 146097;
    auto yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    auto doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    auto mp = (5 * doy + 2) / 153;
    auto day = doy - (153 * mp + 2) / 5 + 1;
    auto month = mp < 10 ? mp + 3 : mp - 9;
    return fmt::format("{:04}-{:02}-{:02}", yoe + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

bool opened_here(const AlertState& alert, const QueryContext& context) {
    if (alert.origin == context.self || alert.revisions.empty()) return true;
    auto acks = context.store.entry_acks(alert.revisions.back().stream, alert.revisions.back().seq);
    return acks.ok() && std::any_of(acks->begin(), acks->end(), [&](const AckRecord& ack) {
               return ack.node == context.self && ack.level == AckLevel::opened;
           });
}

// Of this node alone: another's officers decide there.
std::vector<AlertState> release_requests(const QueryContext& context) {
    std::vector<AlertState> out = context.index.asking_release();
    std::erase_if(out, [&](const AlertState& alert) { return alert.origin != context.self; });
    return out;
}

// An alert of two parts is looked at once: as the person's.
std::vector<AlertState> reviews(const QueryContext& context, UnixMillis by) {
    std::vector<AlertState> out = context.index.due_for_review(by);
    std::erase_if(out,
                  [&](const AlertState& alert) { return whole_of(alert, context).has_value(); });
    return out;
}

proto::AlertsResponse rows_of(const std::vector<AlertState>& alerts, const QueryContext& context) {
    proto::AlertsResponse out;
    for (const AlertState& alert : alerts)
        if (auto row = alert_row(alert, context)) *out.add_rows() = std::move(*row);
    return out;
}

proto::AlertsResponse run_list(const proto::ListRequest& list, const QueryContext& context) {
    if (list.release()) {
        proto::AlertsResponse waiting = rows_of(release_requests(context), context);
        add_onward(context, waiting);
        return waiting;
    }
    if (list.review_by_ms() != 0)
        return rows_of(reviews(context, UnixMillis{list.review_by_ms()}), context);
    proto::AlertsResponse out;
    std::uint32_t limit = list.limit() == 0 ? list_default : std::min(list.limit(), list_max);
    constexpr std::size_t page = 256;
    for (std::uint64_t before = list.before();;) {
        auto alerts = context.index.newest(before, page);
        for (const auto& alert : alerts) {
            before = alert.order;
            if (alert.received.value < list.since_ms()) continue;
            if (list.urgent() && alert.precedence < 2) continue;
            if (!list.type().empty() && alert.type != list.type()) continue;
            if (whole_of(alert, context).has_value()) continue;
            if (list.unread() && (alert.withdrawn() || opened_here(alert, context))) continue;
            auto row = alert_row(alert, context);
            if (!row.has_value()) continue;
            row->set_unread(!alert.withdrawn() && !opened_here(alert, context));
            *out.add_rows() = std::move(*row);
            if (out.rows_size() >= static_cast<int>(limit)) break;
        }
        if (out.rows_size() >= static_cast<int>(limit)) {
            out.set_next(before);
            break;
        }
        if (alerts.size() < page) break;
    }
    out.set_release_requests(release_requests(context).size());
    out.set_reviews(reviews(context, context.now).size());
    out.set_onward_requests(onward_waiting(context));
    return out;
}

// Looked at anew: what was withdrawn since it was listed is not given.
proto::AlertsResponse run_export(const proto::ExportRequest& request, const QueryContext& context) {
    proto::AlertsResponse out;
    for (const std::string& bytes : request.alerts()) {
        auto id = AlertId::parse(bytes);
        auto alert = id.ok() ? context.index.alert(*id) : std::nullopt;
        if (!alert.has_value() || !alert->readable() || alert->expired(context.sure)) continue;
        auto row = alert_row(*alert, context);
        if (!row.has_value() || !row->has_alert() || row->withdrawn()) continue;
        if (!request.restricted() && !kept_from_export(row->alert()).empty()) continue;
        row->mutable_alert()
            ->clear_release_request();  // Between the author's officers and readers.
        *out.add_rows() = std::move(*row);
    }
    return out;
}

Result<proto::ShowResponse> run_show(const proto::ShowRequest& show, const QueryContext& context) {
    auto found = context.index.find(show.alert());
    if (!found.ok()) return found.error();
    auto row = alert_row(*found, context);
    if (!row.has_value()) return {Errc::not_found, "no alert with this id is held here"};
    proto::ShowResponse out;
    *out.mutable_row() = std::move(*row);
    for (const AlertState& reply : context.index.replies(found->id, replies_max))
        if (auto one = alert_row(reply, context)) *out.add_replies() = std::move(*one);
    add_onward(*found, context, out);
    if (show.history()) {
        for (std::size_t i = found->revisions.size(); i-- > 1;) {
            if (found->held_back.contains(found->revisions[i - 1])) continue;
            auto opened = open_operation(found->revisions[i - 1], context);
            if (opened.ok()) *out.add_history() = revision_row(*found, *opened, context);
        }
    }
    if (!show.evidence()) return out;
    std::vector<EntryRef> refs = found->revisions;
    refs.insert(refs.end(), found->remarks.begin(), found->remarks.end());
    if (found->withdrawal.has_value()) refs.push_back(*found->withdrawal);
    for (const EntryRef& ref : onward_entries(*found, context)) refs.push_back(ref);
    for (const auto& ref : refs) {
        auto opened = open_operation(ref, context);
        if (!opened.ok()) continue;
        auto* evidence = out.add_evidence();
        evidence->set_stream_id(ref.stream.str());
        evidence->set_seq(ref.seq.value);
        evidence->set_entry_id(opened->id.str());
        evidence->set_header_and_signature(std::string(as_text(opened->prefix)));
        evidence->set_verified_by(fmt::format(
            "node key {} of {}, officer {}", opened->header.generation.value,
            name_of(opened->header.origin, context), opened->content.officer.display_sign));
    }
    return out;
}

// One line for every reader of one part, those without a receipt included.
bool is_own(const EntryRef& ref, const QueryContext& context) {
    auto held = context.store.entry(ref.stream, ref.seq);
    return held.ok() && held->has_value() && (*held)->entry.header().origin == context.self;
}

void add_receipts(const AlertState& alert, const QueryContext& context,
                  proto::ReceiptsResponse& out) {
    if (alert.revisions.empty() && alert.erased.empty()) return;
    const EntryRef& text = alert.revisions.empty() ? alert.erased.back() : alert.revisions.back();
    const bool anothers = alert.withdrawal.has_value() && is_own(*alert.withdrawal, context) &&
                          !is_own(text, context);
    const EntryRef& ref = anothers ? *alert.withdrawal : text;
    const Seq whole = last_chunk(context.store, ref);  // With its pictures.
    auto all = context.store.stream_acks(ref.stream);
    auto of_entry = context.store.entry_acks(ref.stream, ref.seq);
    for (const auto& reader : readers_of(ref, context).readers) {
        if (reader == alert.origin || (anothers && reader == context.self)) continue;
        auto* receipt = out.add_receipts();
        receipt->set_node(name_of(reader, context));
        receipt->set_part(alert.part);
        receipt->set_of_withdrawal(anothers);
        if (const NodeRecord* node = context.directory->now().node(reader))
            receipt->set_party(node->party);
        receipt->set_level("none");
        AckLevel best{};
        auto take = [&](const AckRecord& ack) {
            if (ack.node != reader || ack.level < best) return;
            best = ack.level;
            receipt->set_level(best == AckLevel::stored   ? "stored"
                               : best == AckLevel::opened ? "opened"
                                                          : "redacted");
            receipt->set_at_ms(ack.at.value);
        };
        if (all.ok())
            for (const auto& ack : *all)
                if (ack.seq >= whole) take(ack);
        if (of_entry.ok())
            for (const auto& ack : *of_entry) take(ack);
        if (best >= AckLevel::stored) out.set_held(true);
    }
}

// Of an alert with fewer readers than it had: who of those before has not erased what he had.
void add_narrowed(const AlertState& alert, const QueryContext& context,
                  proto::ReceiptsResponse& out) {
    if (alert.revisions.empty() && alert.erased.empty()) return;
    const EntryRef& newest = alert.revisions.empty() ? alert.erased.back() : alert.revisions.back();
    const std::vector<NodeId> stay = readers_of(newest, context).readers;
    for (const Narrowing& narrowing : alert.narrowings) {
        // Others are not told who has it.
        if (!is_own(narrowing.ended, context) || narrowing.ended == narrowing.ref) continue;
        auto acks = context.store.entry_acks(narrowing.ended.stream, narrowing.ended.seq);
        for (const NodeId& reader : readers_of(narrowing.ended, context).readers) {
            if (reader == alert.origin) continue;
            auto* receipt = out.add_narrowed();
            receipt->set_node(name_of(reader, context));
            if (const NodeRecord* node = context.directory->now().node(reader))
                receipt->set_party(node->party);
            receipt->set_part(alert.part);
            receipt->set_revision(narrowing.revision);
            receipt->set_dropped(std::find(stay.begin(), stay.end(), reader) == stay.end());
            receipt->set_level("none");
            if (!acks.ok()) continue;
            for (const AckRecord& ack : *acks) {
                if (ack.node != reader || ack.level != AckLevel::redacted) continue;
                receipt->set_level("redacted");
                receipt->set_at_ms(ack.at.value);
            }
        }
    }
}

Result<proto::ReceiptsResponse> run_receipts(const proto::ReceiptsRequest& request,
                                             const QueryContext& context) {
    auto found = context.index.find(request.alert());
    if (!found.ok()) return found.error();
    proto::ReceiptsResponse out;
    out.set_withdrawn(found->withdrawn());
    std::vector<AlertState> parts{*found};
    if (found->other_part.has_value())
        if (auto other = context.index.alert(*found->other_part)) parts.push_back(*other);
    for (const AlertState& part : parts) {
        add_receipts(part, context, out);
        add_narrowed(part, context, out);
    }
    return out;
}

template <class Value, class Put>
void put(Result<Value> result, proto::Response& response, Put place) {
    if (result.ok()) {
        *place(response) = std::move(*result);
        return;
    }
    response.mutable_failure()->set_code(errc_name(result.code()));
    response.mutable_failure()->set_message(result.error().detail);
}

}  // namespace

Result<OpenedOperation> open_operation(const EntryRef& ref, const QueryContext& context) {
    auto stored = open_stored(context.store, ref);
    if (!stored.ok()) return stored.error();
    EntryHeader header = stored->entry.header();
    auto content = verify_content(stored->plain, *context.directory, header.origin, header.stream,
                                  header.dir_seq, &known_shown());
    wipe(stored->plain);
    if (!content.ok()) return content.error();
    auto operation = parse_operation(content->operation);
    if (!operation.ok() && operation.code() != Errc::unsupported) return operation.error();
    bool known = operation.ok();
    return OpenedOperation{header,
                           stored->received,
                           stored->entry.id(),
                           std::move(*content),
                           known ? std::move(*operation) : proto::Operation{},
                           known,
                           to_bytes(stored->entry.prefix())};
}

std::optional<AlertState> whole_of(const AlertState& alert, const QueryContext& context) {
    if (alert.part != part_document) return std::nullopt;
    auto person = context.index.naming(alert);
    const bool seen =
        person.has_value() && (person->readable() || (person->withdrawn() && alert.withdrawn()));
    return seen ? person : std::nullopt;
}

const proto::Alert* alert_of(const proto::Operation& operation) {
    if (operation.has_publish()) return &operation.publish();
    if (operation.has_supersede()) return &operation.supersede().alert();
    return nullptr;
}

StreamReaders readers_of(const EntryRef& ref, const QueryContext& context) {
    StreamReaders out;
    auto genesis = context.store.entry(ref.stream, Seq{});
    if (!genesis.ok() || !genesis->has_value()) return out;
    auto body = parse_genesis((*genesis)->entry.body());
    if (!body.ok()) return out;
    const DirectoryState& state = context.directory->now();
    if (const AudienceInfo* audience = state.audience(body->audience)) {
        out.audience = audience->name;
        out.readers = audience->members;
        return out;
    }
    auto bytes = context.store.private_value("definition." + ref.stream.hex());
    if (!bytes.ok() || !bytes->has_value()) return out;
    auto definition = parse_definition(**bytes);
    if (!definition.ok()) return out;
    out.readers = derived_members(state, *definition, (*genesis)->entry.header().origin);
    const AudienceInfo* base = state.audience(definition->base);
    out.audience = fmt::format("{} of {}", definition->named.empty() ? "some" : "named nodes",
                               base == nullptr ? "a closed group" : base->name);
    return out;
}

proto::AlertRow revision_row(const AlertState& alert, const OpenedOperation& opened,
                             const QueryContext& context) {
    proto::AlertRow row;
    row.set_alert_id(alert.id.str());
    row.set_type(alert.type);
    row.set_origin(name_of(opened.header.origin, context));
    if (const NodeRecord* node = context.directory->now().node(opened.header.origin))
        row.set_origin_party(node->party);
    row.set_own(opened.header.origin == context.self);
    row.set_officer(opened.content.officer.display_sign);
    row.set_received_ms(opened.received.value);
    row.set_precedence(static_cast<std::uint32_t>(opened.header.precedence));
    row.set_newer_version(!opened.known || alert.newer_version);
    if (const proto::Alert* body = alert_of(opened.operation)) {
        *row.mutable_alert() = *body;
        row.set_revision(body->revision());
    }
    return row;
}

namespace {

// Of an alert of two parts either may have been.
bool is_narrowed(const AlertState& alert, const QueryContext& context) {
    auto carries = [](const AlertState& part) {
        return part.present() && part.tokens_of(part.revisions.back()) > 0;
    };
    if (carries(alert)) return true;
    const auto other = alert.other_part ? context.index.alert(*alert.other_part) : std::nullopt;
    return other.has_value() && carries(*other);
}

// What became of a request: replies here, and whether ours is among them or wanted. Requests of our
// own party are not addressed to us.
void add_replies(const AlertState& alert, const QueryContext& context, proto::AlertRow& row) {
    if (!row.alert().has_request()) return;
    auto replies = context.index.replies(alert.id, replies_max);
    row.set_replies(static_cast<std::uint32_t>(replies.size()));
    if (context.directory->now().node(context.self) == nullptr) return;
    const std::string ours = party_of(context.self, context);
    if (party_of(alert.origin, context) == ours) return;
    row.set_answered(std::any_of(replies.begin(), replies.end(), [&](const AlertState& reply) {
        return party_of(reply.origin, context) == ours;
    }));
    UnixMillis due = request_due(row.alert());
    row.set_overdue(!row.answered() && due.value != 0 && due <= context.now);
}

}  // namespace

std::optional<proto::AlertRow> alert_row(const AlertState& alert, const QueryContext& context) {
    proto::AlertRow row;
    row.set_alert_id(alert.id.str());
    row.set_type(alert.type);
    row.set_origin(name_of(alert.origin, context));
    row.set_own(alert.origin == context.self);
    row.set_received_ms(alert.received.value);
    row.set_revision(alert.revision);
    row.set_newer_version(alert.newer_version);
    if (alert.withdrawn()) {
        row.set_withdrawn(true);
        row.set_withdraw_reason(alert.withdraw_reason);
        return row;
    }
    if (alert.revisions.empty()) return row;
    if (!alert.readable()) {
        row.set_held_back(true);
        return row;
    }
    auto opened = open_operation(alert.revisions.back(), context);
    if (!opened.ok()) {
        if (context.index.officer_unchecked(alert.revisions.back())) return std::nullopt;
        return row;
    }
    row = revision_row(alert, *opened, context);
    row.set_narrowed(is_narrowed(alert, context));
    row.set_audience(readers_of(alert.revisions.back(), context).audience);
    add_remarks(alert, context, row);
    std::string confirmed;
    for (const auto& remark : row.remarks())
        if (remark.has_confirm())
            confirmed += fmt::format("{}{} {}{}", confirmed.empty() ? "" : ", ", remark.node(),
                                     iso_day(UnixMillis{remark.at_ms()}),
                                     remark.second_source() ? "" : " (quotes, no second source)");
    row.set_confirmed_by(confirmed);
    add_replies(alert, context, row);
    return row;
}

Bytes answer_query(const Bytes& bytes, const QueryContext& context) {
    proto::Request request;
    proto::Response response;
    if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        response.mutable_failure()->set_code(errc_name(Errc::malformed));
        return to_bytes(as_bytes(response.SerializeAsString()));
    }
    response.set_id(request.id());
    using R = proto::Request;
    switch (request.body_case()) {
        case R::kList: *response.mutable_alerts() = run_list(request.list(), context); break;
        case R::kShow:
            put(run_show(request.show(), context), response,
                [](proto::Response& r) { return r.mutable_show(); });
            break;
        case R::kAttachment:
            put(run_attachment(request.attachment(), context), response,
                [](proto::Response& r) { return r.mutable_attachment(); });
            break;
        case R::kSearch: *response.mutable_search() = run_search(request.search(), context); break;
        case R::kKeptLook:
            put(run_kept_look(request.kept_look(), context), response,
                [](proto::Response& r) { return r.mutable_kept_look(); });
            break;
        case R::kExportAlerts:
            *response.mutable_alerts() = run_export(request.export_alerts(), context);
            break;
        case R::kReceipts:
            put(run_receipts(request.receipts(), context), response,
                [](proto::Response& r) { return r.mutable_receipts(); });
            break;
        case R::kFeed:
            put(run_feed(request.feed(), context), response,
                [](proto::Response& r) { return r.mutable_feed(); });
            break;
        default: response.mutable_failure()->set_code(errc_name(Errc::internal)); break;
    }
    return to_bytes(as_bytes(response.SerializeAsString()));
}

bool query_waits(const Bytes& bytes) {
    proto::Request request;
    return request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
           request.has_feed() && request.feed().wait_ms() > 0 &&
           !request.feed().from_now();  // "Now" is answered with its cursor, at once.
}

bool query_answer_empty(const Bytes& bytes) {
    proto::Response response;
    return response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
           response.has_feed() && response.feed().events().empty();
}

}  // namespace rilon
