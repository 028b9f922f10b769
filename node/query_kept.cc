// Looking again: a kept caseload against what became readable since it was looked at last. An index
// of those alerts alone is made for the answer, and each applicant screened against it as against
// everything.
#include <algorithm>

#include "node/kept.h"
#include "node/query_rows.h"
#include "protocol/feed_cursor.h"

namespace rilon {
namespace {

constexpr std::size_t entries_max = 2000;  // of one look; then `more`
constexpr std::uint32_t matches_of_row_max = 10;
constexpr std::size_t found_bytes_max = 128 * 1024;

// A look: what came behind `from`, up to `to`.
struct Span {
    Arrival from;
    Arrival to;
    bool more = false;
};

Result<KeptCaseload> find_kept(const std::string& id, const QueryContext& context) {
    auto all = stored_kept(context.store);
    if (!all.ok()) return all.error();
    auto found = std::find_if(all->begin(), all->end(),
                              [&](const KeptCaseload& one) { return one.id.str() == id; });
    if (found == all->end()) return {Errc::not_found, "no such kept caseload"};
    return *found;
}

Result<proto::KeepRequest> rows_of_part(const KeptCaseload& kept, std::uint32_t part,
                                        const QueryContext& context) {
    auto secrets = context.store.secrets();
    if (!secrets.ok()) return secrets.error();
    auto sealed = context.store.private_value(kept_part_name(kept.id, part));
    if (!sealed.ok()) return sealed.error();
    for (const StoredSecret& held : *secrets)
        if (held.name == kept_key_name(kept.id) && sealed->has_value())
            return open_part(held.key, kept.id, part, **sealed);
    return {Errc::not_found, "no such part of a kept caseload"};
}

// Readable as it came, and not changed since: what replaced it has come later.
void add_fresh(const SearchRow& row, proto::SearchRecord record, const QueryContext& context,
               Index& fresh) {
    auto id = AlertId::parse(record.alert_id());
    auto alert = id.ok() ? context.index.alert(*id) : std::nullopt;
    const EntryRef ref{row.stream, row.seq};
    if (!alert.has_value() || !alert->readable() || alert->expired(context.sure) ||
        alert->revisions.back() != ref)
        return;
    record.set_officer_unchecked(false);  // The row that is shown is checked as any other.
    fresh.add({ref, alert->origin, row.n, alert->received, 0, std::move(record)});
}

Result<Arrival> place_of(const std::string& cursor, const QueryContext& context) {
    auto parsed = parse_feed_cursor(cursor);
    if (!parsed.ok()) return parsed.error();
    if (parsed->epoch != context.feed_epoch)
        return {Errc::not_found, "this node was restored since: look again from the beginning"};
    return Arrival{parsed->seq};
}

// Fills `fresh`, and says up to where: as far as was asked, or as one look goes.
Result<Span> gather(const KeptCaseload& kept, const proto::KeptLookRequest& look,
                    const QueryContext& context, Index& fresh) {
    Span out;
    if (kept.feed_epoch == context.feed_epoch) out.from = kept.looked;
    if (!look.from().empty()) {
        auto from = place_of(look.from(), context);
        if (!from.ok()) return from.error();
        out.from = *from;
    }
    out.to = context.store.last_arrival();
    if (!look.to().empty()) {
        auto to = place_of(look.to(), context);
        if (!to.ok()) return to.error();
        out.more = out.to > *to;
        out.to = *to;
    }
    auto rows = context.store.search_records(out.from, entries_max);
    if (!rows.ok()) return rows.error();
    for (const SearchRow& row : *rows) {
        if (row.n > out.to) break;
        proto::SearchRecord record;
        if (!record.ParseFromArray(row.record.data(), static_cast<int>(row.record.size())))
            return {Errc::damaged, "a stored search record does not parse"};
        const bool says = record.operation() == proto::SearchRecord::PUBLISH ||
                          record.operation() == proto::SearchRecord::SUPERSEDE;
        if (says) add_fresh(row, std::move(record), context, fresh);
    }
    if (rows->size() == entries_max && rows->back().n < out.to) {
        out.to = rows->back().n;
        out.more = true;
    }
    return out;
}

proto::SearchRequest request_of(const proto::Applicant& row) {
    proto::SearchRequest out;
    out.set_screening(true);
    out.set_limit(matches_of_row_max);
    out.set_doc(row.doc());
    out.set_name(row.name());
    out.set_dob(row.dob());
    out.set_sex(row.sex());
    out.set_nationality(row.nationality());
    return out;
}

}  // namespace

Result<proto::KeptLookResponse> run_kept_look(const proto::KeptLookRequest& look,
                                              const QueryContext& context) {
    auto kept = find_kept(look.keep_id(), context);
    if (!kept.ok()) return kept.error();
    Index fresh;
    auto span = gather(*kept, look, context, fresh);
    if (!span.ok()) return span.error();
    proto::KeptLookResponse out;
    out.set_to(format_feed_cursor({context.feed_epoch, span->to.value}));
    out.set_more(span->more);
    if (fresh.readable_alerts() == 0 || look.part() >= kept->parts) {
        out.set_done(true);
        *out.mutable_coverage() = coverage(context);
        return out;
    }
    auto part = rows_of_part(*kept, look.part(), context);
    if (!part.ok()) return part.error();
    std::size_t bytes = 0;
    auto row = static_cast<int>(look.row());
    for (; row < part->rows_size() && bytes < found_bytes_max; ++row) {
        auto answer = run_search(request_of(part->rows(row)), context, fresh);
        for (proto::Match& match : *answer.mutable_matches()) {
            auto* found = out.add_found();
            found->set_reference(part->rows(row).reference());
            *found->mutable_match() = std::move(match);
            bytes += found->ByteSizeLong();
        }
    }
    *out.mutable_coverage() = coverage(context);
    const bool part_done = row >= part->rows_size();
    out.set_done(part_done && look.part() + 1 == kept->parts);
    out.set_next_part(part_done ? look.part() + 1 : look.part());
    out.set_next_row(part_done ? 0 : static_cast<std::uint32_t>(row));
    return out;
}

}  // namespace rilon
