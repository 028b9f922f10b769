#include "node/index.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "protocol/mutant.h"
#include "protocol/short_id.h"
#include "protocol/visit_ahead.h"

namespace rilon {
namespace {

bool among(const std::vector<EntryRef>& refs, const EntryRef& ref) {
    return std::find(refs.begin(), refs.end(), ref) != refs.end();
}

Opening opening_of(const proto::SearchRecord& record) {
    Opening out{record.revision(), {}};
    for (const std::string& bytes : record.opens())
        if (auto opens = Hash32::parse(bytes); opens.ok()) out.opens.push_back(*opens);
    return out;
}

// After a restart the revisions that a withdrawal ended have no record left; its own names them.
std::vector<EntryRef> named_erased(const proto::SearchRecord& record) {
    std::vector<EntryRef> out;
    for (int i = 0; i < record.erased_streams_size() && i < record.erased_seqs_size(); ++i)
        if (auto stream = StreamId::parse(record.erased_streams(i)); stream.ok())
            out.push_back({*stream, Seq{record.erased_seqs(i)}});
    return out;
}

// Who writes without a token that others have does not know of the narrowing: his is the older one.
bool before_newest(const AlertState& alert, const IndexedEntry& entry) {
    if (!alert.revisions.empty()) {
        const std::size_t has = alert.tokens_of(alert.revisions.back());
        const std::size_t brings = alert.tokens_of(entry.ref);
        if (has != brings) return brings < has;
    }
    return entry.record.revision() < alert.revision;
}

}  // namespace

void Index::add(const IndexedEntry& entry) {
    auto parsed = AlertId::parse(entry.record.alert_id());
    if (!parsed.ok()) return;  // Our own record; a foreign alert id was checked when it was made.
    if (entry.record.operation() == proto::SearchRecord::HISTORY) return;  // No alert's.
    std::unique_lock lock(mutex_);
    const Row row = alerts_.row_for(*parsed);
    const auto operation = static_cast<std::uint8_t>(entry.record.operation());
    const bool unchecked = entry.record.officer_unchecked();
    if (!meanings_.add(entry.ref, {row, operation, entry.record.revision(), unchecked})) return;
    if (entry.record.operation() == proto::SearchRecord::REFUSED) return;
    officers_unchecked_ += unchecked ? 1u : 0u;
    if (is_onward(operation)) return onward_.add(*parsed, entry.ref, entry.origin, entry.record);
    AlertState alert;
    if (alerts_.there(row)) {
        alert = alerts_.get(row);
    } else {
        alert.id = *parsed;
        alert.origin = entry.origin;
    }
    bool readable = alert.readable();
    switch (entry.record.operation()) {
        case proto::SearchRecord::PUBLISH:
        case proto::SearchRecord::SUPERSEDE: add_revision(row, alert, entry); break;
        case proto::SearchRecord::WITHDRAW: withdraw(row, alert, entry); break;
        case proto::SearchRecord::CONFIRM:
        case proto::SearchRecord::DISPUTE:
        case proto::SearchRecord::HIT: alert.remarks.push_back(entry.ref); break;
        default: alert.newer_version = true; break;
    }
    put_changed(row, alert, readable);
}

void Index::put_changed(Row row, const AlertState& alert, bool was_readable) {
    readable_ += alert.readable() ? 1u : 0u;
    readable_ -= was_readable ? 1u : 0u;
    alerts_.put(row, alert);
}

void Index::add_revision(Row row, AlertState& alert, const IndexedEntry& entry) {
    if (Opening opening = opening_of(entry.record); !opening.opens.empty())
        alert.openings[entry.ref] = std::move(opening);
    const bool ended = alert.withdrawn() && !alert.narrowed_away();
    if ((ended && !mutant(Mutant::revive_withdrawn)) ||  // Never revived, from wherever it comes.
        (alert.narrowed_out(entry.ref) && !mutant(Mutant::revive_narrowed))) {
        alert.erased.push_back(entry.ref);
        return;
    }
    if (alert.withdrawn()) go_on(alert);
    if (before_newest(alert, entry)) {
        alert.revisions.insert(alert.revisions.begin(), entry.ref);
        return;
    }
    drop_terms(row);
    if (alert.revisions.empty()) alert.origin = entry.origin;
    alert.revisions.push_back(entry.ref);
    alert.revision = entry.record.revision();
    alert.type = entry.record.type();
    alert.part = entry.record.part();
    alert.precedence = entry.precedence;
    alert.received = entry.received;
    alert.order = next_order_++;
    alert.purge_after = UnixMillis{entry.record.purge_after_ms()};
    if (alert.purge_after.value != 0)
        alerts_.watch(row, alert.purge_after);
    else
        alerts_.unwatch(row);
    auto other = AlertId::parse(entry.record.other_part());
    if (other.ok()) alert.other_part = *other;
    put_terms(row, entry.record);
    if (alert.origin == reviewer_ && entry.record.review_by_ms() != 0)
        review_by_[row] = UnixMillis{entry.record.review_by_ms()};
}

// It was narrowed, and this is a revision for those who stay.
void Index::go_on(AlertState& alert) {
    alert.withdrawal.reset();
    alert.withdraw_reason.clear();
    alert.withdrawn_revision = 0;
    alert.revision = 0;
}

std::optional<Narrowing> Index::narrowing_of(const IndexedEntry& withdrawal) {
    auto successor = Hash32::parse(withdrawal.record.successor());
    if (!successor.ok()) return std::nullopt;
    return Narrowing{withdrawal.ref, withdrawal.record.revision(), *successor, withdrawal.ref};
}

void Index::withdraw(Row row, AlertState& alert, const IndexedEntry& entry) {
    if (!alert.has_author()) {
        auto orphan_of = NodeId::parse(entry.record.orphan_of());
        alert.origin = orphan_of.ok() ? *orphan_of : entry.origin;
    }
    auto narrowing = narrowing_of(entry);
    std::vector<EntryRef> over = named_erased(entry.record);
    for (const EntryRef& ref : alert.ended_by(narrowing))
        if (!among(over, ref)) over.push_back(ref);
    if (narrowing.has_value()) {
        if (!over.empty()) narrowing->ended = over.back();
        alert.narrowings.push_back(*narrowing);
    }
    const bool goes_on = !alert.revisions.empty() && !among(over, alert.revisions.back());
    if (!goes_on) {
        // The last one that narrows is the one that counts, so that a start finds the same; a plain
        // one is stronger, whichever came first.
        if (!alert.withdrawn() || alert.narrowed_away()) {
            alert.withdrawal = entry.ref;
            alert.withdraw_reason = entry.record.withdraw_reason();
            alert.withdrawn_revision = entry.record.revision();
            alert.order = next_order_++;
            alert.received = entry.received;
        }
        drop_terms(row);
        over.insert(over.end(), alert.revisions.begin(), alert.revisions.end());
        alert.held_back.clear();
    }
    for (const EntryRef& ref : over) {
        std::erase(alert.revisions, ref);
        alert.held_back.erase(ref);
        if (!among(alert.erased, ref)) alert.erased.push_back(ref);
    }
}

std::optional<AlertState> Index::erase(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    unopened_.erase(ref);
    auto meaning = meanings_.find(ref);
    if (!meaning) return std::nullopt;
    settle(ref);  // Nothing is left to check.
    if (is_onward(meaning->operation)) onward_.erase(ref);
    const Row row = meaning->alert;
    if (!alerts_.there(row)) return std::nullopt;
    AlertState alert = alerts_.get(row);
    auto gone = std::find(alert.revisions.begin(), alert.revisions.end(), ref);
    if (gone == alert.revisions.end()) return std::nullopt;
    bool newest = gone + 1 == alert.revisions.end();
    bool readable = alert.readable();
    alert.revisions.erase(gone);
    alert.held_back.erase(ref);
    alert.erased.push_back(ref);
    if (newest || alert.revisions.empty()) drop_terms(row);
    if (alert.revisions.empty() && !alert.withdrawn()) alert.order = 0;
    put_changed(row, alert, readable);
    return newest && !alert.withdrawn() ? std::optional(alert) : std::nullopt;
}

std::vector<AlertState> Index::due(UnixMillis now, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertState> out;
    for (Row row : alerts_.due(now, max)) out.push_back(alerts_.get(row));
    return out;
}

void Index::hide(const AlertId& id) {
    std::unique_lock lock(mutex_);
    const Row row = alerts_.find(id);
    if (row == AlertTable::none) return;
    AlertState alert = alerts_.get(row);
    bool readable = alert.readable();
    alerts_.unwatch(row);
    drop_terms(row);
    alert.erased.insert(alert.erased.end(), alert.revisions.begin(), alert.revisions.end());
    alert.revisions.clear();
    alert.held_back.clear();
    if (!alert.withdrawn()) alert.order = 0;
    put_changed(row, alert, readable);
}

void Index::hold_back(const EntryRef& ref, bool back) {
    std::unique_lock lock(mutex_);
    auto meaning = meanings_.find(ref);
    if (!meaning || !alerts_.there(meaning->alert)) return;
    AlertState alert = alerts_.get(meaning->alert);
    if (std::find(alert.revisions.begin(), alert.revisions.end(), ref) == alert.revisions.end())
        return;
    bool readable = alert.readable();
    if (back)
        alert.held_back.insert(ref);
    else
        alert.held_back.erase(ref);
    put_changed(meaning->alert, alert, readable);
}

void Index::forget(const AlertId& id) {
    std::unique_lock lock(mutex_);
    const Row row = alerts_.find(id);
    if (row == AlertTable::none) return;
    drop_terms(row);
    readable_ -= alerts_.get(row).readable() ? 1u : 0u;
    alerts_.forget(row);
}

void Index::put_terms(Row row, const proto::SearchRecord& record) {
    persons_.put(row, record);
    documents_.put(row, record);
    for (const auto& bytes : record.duplicate_of()) {
        auto id = AlertId::parse(bytes);
        if (!id.ok()) continue;
        duplicate_of_[row].push_back(*id);
        duplicates_[*id].insert(row);
    }
    if (auto request = AlertId::parse(record.request_id()); request.ok()) {
        request_of_[row] = *request;
        replies_[*request].push_back(row);
    }
    if (record.asks_release()) asking_release_.insert(row);
}

void Index::drop_terms(Row row) {
    persons_.drop(row);
    documents_.drop(row);
    drop_duplicates(row);
    asking_release_.erase(row);
    review_by_.erase(row);
    auto request = request_of_.extract(row);
    if (request.empty()) return;
    auto replies = replies_.find(request.mapped());
    std::erase(replies->second, row);
    if (replies->second.empty()) replies_.erase(replies);
}

void Index::drop_duplicates(Row row) {
    auto repeated = duplicate_of_.extract(row);
    if (repeated.empty()) return;
    for (const AlertId& id : repeated.mapped()) {
        auto it = duplicates_.find(id);
        if (it == duplicates_.end()) continue;
        it->second.erase(row);
        if (it->second.empty()) duplicates_.erase(it);
    }
}

void Index::settle(const EntryRef& ref) {
    if (meanings_.settle(ref)) --officers_unchecked_;
}

void Index::note_officer_good(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    settle(ref);
}

void Index::take_back(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    settle(ref);
    auto meaning = meanings_.remove(ref);
    if (meaning && is_onward(meaning->operation)) onward_.erase(ref);
    if (!meaning || !alerts_.there(meaning->alert)) return;
    const Row row = meaning->alert;
    AlertState alert = alerts_.get(row);
    const bool readable = alert.readable();
    const bool newest = !alert.revisions.empty() && alert.revisions.back() == ref;
    std::erase(alert.revisions, ref);
    std::erase(alert.erased, ref);
    alert.held_back.erase(ref);
    if (newest) drop_terms(row);
    if (newest && !alert.withdrawn()) {
        alerts_.unwatch(row);
        alert.order = 0;
        alert.revision = 0;
    }
    put_changed(row, alert, readable);
    if (!alert.has_author() && alert.remarks.empty()) alerts_.forget(row);
}

void Index::note_unopened(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    if (!meanings_.find(ref)) unopened_.insert(ref);
}

void Index::note_opened(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    unopened_.erase(ref);
}

std::optional<AlertState> Index::alert(const AlertId& id) const {
    std::shared_lock lock(mutex_);
    const Row row = alerts_.find(id);
    if (row == AlertTable::none) return std::nullopt;
    return alerts_.get(row);
}

std::optional<AlertState> Index::alert(const FoundAlert& found) const {
    std::shared_lock lock(mutex_);
    const Row row = alerts_.is(found.row, found.id) ? found.row : alerts_.find(found.id);
    if (row == AlertTable::none) return std::nullopt;
    return alerts_.get(row);
}

std::optional<AlertState> Index::naming(const AlertState& part) const {
    std::shared_lock lock(mutex_);
    const Row row = alerts_.naming(part.id, part.origin);
    if (row == AlertTable::none) return std::nullopt;
    return alerts_.get(row);
}

Result<AlertState> Index::find(std::string_view id_or_prefix) const {
    auto reference = parse_alert_reference(id_or_prefix);
    if (!reference.ok()) return Error{Errc::invalid, reference.error().detail};
    std::shared_lock lock(mutex_);
    if (const auto* id = std::get_if<AlertId>(&*reference)) {
        const Row row = alerts_.find(*id);
        if (row == AlertTable::none) return {Errc::not_found, "no alert with this id is held here"};
        return alerts_.get(row);
    }
    ShortIdRange range = short_id_range(std::get<ShortIdPrefix>(*reference));
    auto found = alerts_.by_short(range.first, range.last, 2);
    if (found.empty()) return {Errc::not_found, "no alert whose id begins so is held here"};
    if (found.size() > 1) return {Errc::invalid, "several alerts begin so; type more of the id"};
    return alerts_.get(found.front());
}

std::vector<AlertState> Index::newest(std::uint64_t before, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertState> out;
    for (Row row : alerts_.newest(before, max)) out.push_back(alerts_.get(row));
    return out;
}

std::vector<AlertId> Index::by_document(std::string_view folded_number) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertId> out;
    for (Row row : documents_.find(folded_number)) out.push_back(alerts_.id(row));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

void Index::by_name(const FoldedName& asked, const PersonVisit& visit) const {
    std::shared_lock lock(mutex_);
    const std::vector<PersonTable::Found> found = persons_.by_name(asked);
    visit_ahead(
        found.size(),
        [&](std::size_t i) {
            alerts_.prefetch(found[i].alert);
            persons_.prefetch_facts(found[i].person);
        },
        [&](std::size_t i) {
            const PersonTable::Found& one = found[i];
            visit({alerts_.id(one.alert), one.alert}, {persons_, one.person}, one.score);
        });
}

void Index::by_name(const FoldedName& asked, const AlertId& alert, const NamedVisit& visit) const {
    std::shared_lock lock(mutex_);
    const Row row = alerts_.find(alert);
    if (row == AlertTable::none) return;
    persons_.by_name(asked, row, [&](PersonTable::Id person, double score, const FoldedName& name) {
        visit({persons_, person}, score, name);
    });
}

std::vector<AlertId> Index::duplicates_of(const AlertId& alert) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertId> out;
    auto found = duplicates_.find(alert);
    if (found == duplicates_.end()) return out;
    for (Row row : found->second) out.push_back(alerts_.id(row));
    return out;
}

std::vector<AlertId> Index::by_birth_date(const PartialDate& date, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertId> out;
    for (Row row : persons_.by_birth_date(date, max)) out.push_back(alerts_.id(row));
    return out;
}

std::vector<AlertState> Index::replies(const AlertId& request, std::size_t max) const {
    std::vector<AlertState> out;
    std::shared_lock lock(mutex_);
    auto found = replies_.find(request);
    if (found == replies_.end()) return out;
    for (Row row : found->second) {
        if (out.size() == max) break;
        AlertState reply = alerts_.get(row);
        if (reply.readable()) out.push_back(std::move(reply));
    }
    return out;
}

std::vector<AlertState> Index::asking_release() const {
    std::vector<AlertState> out;
    std::shared_lock lock(mutex_);
    for (Row row : asking_release_)
        if (AlertState alert = alerts_.get(row); alert.readable()) out.push_back(std::move(alert));
    std::sort(out.begin(), out.end(),
              [](const AlertState& a, const AlertState& b) { return a.order < b.order; });
    return out;
}

std::vector<AlertState> Index::due_for_review(UnixMillis by) const {
    std::shared_lock lock(mutex_);
    std::vector<std::pair<UnixMillis, Row>> due;
    for (const auto& [row, at] : review_by_)
        if (at <= by) due.emplace_back(at, row);
    std::sort(due.begin(), due.end());
    std::vector<AlertState> out;
    for (const auto& [at, row] : due)
        if (AlertState alert = alerts_.get(row); alert.readable()) out.push_back(std::move(alert));
    return out;
}

std::vector<OnwardState> Index::onward() const {
    std::shared_lock lock(mutex_);
    return onward_.all();
}

std::vector<OnwardState> Index::onward_of(const AlertId& alert) const {
    std::shared_lock lock(mutex_);
    return onward_.of(alert);
}

Result<OnwardState> Index::find_onward(std::string_view id_or_prefix) const {
    auto reference = parse_alert_reference(id_or_prefix);
    if (!reference.ok()) return Error{Errc::invalid, reference.error().detail};
    std::shared_lock lock(mutex_);
    return onward_.find(*reference);
}

std::optional<Index::EntryMeaning> Index::meaning(const EntryRef& ref) const {
    std::shared_lock lock(mutex_);
    auto found = meanings_.find(ref);
    if (!found) return std::nullopt;
    return EntryMeaning{alerts_.id(found->alert),
                        static_cast<proto::SearchRecord::Operation>(found->operation),
                        found->revision, found->officer_unchecked};
}

bool Index::officer_unchecked(const EntryRef& ref) const {
    auto known = meaning(ref);
    return known.has_value() && known->officer_unchecked;
}

std::size_t Index::officers_unchecked() const {
    std::shared_lock lock(mutex_);
    return officers_unchecked_;
}

std::optional<Seq> Index::next_unchecked(const StreamId& stream, Seq from) const {
    std::shared_lock lock(mutex_);
    return meanings_.next_unchecked(stream, from);
}

std::size_t Index::readable_alerts() const {
    std::shared_lock lock(mutex_);
    return readable_;
}

std::size_t Index::unopened() const {
    std::shared_lock lock(mutex_);
    return unopened_.size();
}

std::vector<AlertId> Index::alert_ids() const {
    std::shared_lock lock(mutex_);
    return alerts_.ids();
}

}  // namespace rilon
