#include "node/index.h"

#include <sodium.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "protocol/alert.h"
#include "protocol/mrz.h"
#include "protocol/mutant.h"
#include "protocol/narrowing.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

void record_person(const proto::PersonRecord& person, proto::SearchRecord& record) {
    auto* out = record.add_persons();
    for (const auto& identity : person.identities()) {
        std::string name = identity.secondary().empty()
                               ? identity.primary()
                               : identity.primary() + " " + identity.secondary();
        if (!name.empty()) out->add_names(name);
        if (!identity.native_name().empty()) out->add_names(identity.native_name());
        if (!identity.birth_date().empty()) out->add_birth_dates(identity.birth_date());
        if (out->sex().empty()) out->set_sex(identity.sex());
    }
    for (const auto& nationality : person.nationalities())
        out->add_nationalities(nationality.code());
}

void record_alert(const proto::Alert& alert, proto::SearchRecord& record) {
    record.set_revision(alert.revision());
    record.set_type(kind_name(alert));
    record.set_part(alert.part());
    record.set_purge_after_ms(alert.purge_after_ms());
    for (const auto& link : alert.links()) {
        if (link.type() == "other-part") record.set_other_part(link.alert_id());
        if (link.type() == "duplicate-of") record.add_duplicate_of(link.alert_id());
    }
    record.set_request_id(alert.reply().request_id());
    record.set_asks_release(alert.has_release_request());
    record.set_review_by_ms(alert.review_by_ms());
    for (const auto& person : alert.persons()) record_person(person, record);
    for (const auto& document : alert.documents()) {
        if (!document.number().empty())
            record.add_documents(fold_document_number(document.number()));
        if (!document.series_from().empty()) {
            record.add_series_from(fold_document_number(document.series_from()));
            record.add_series_to(fold_document_number(document.series_to()));
        }
    }
    if (alert.has_visa_cancellation() && !alert.visa_cancellation().visa_number().empty())
        record.add_documents(fold_document_number(alert.visa_cancellation().visa_number()));
    for (const auto& place : alert.transport().routing()) record.add_routing(place);
}

// Length of the first and common beginning of two numbers: every number of that length between them
// has both.
std::string series_key(std::string_view from, std::string_view to) {
    auto end = std::mismatch(from.begin(), from.end(), to.begin(), to.end()).first;
    return std::to_string(from.size()) + ":" + std::string(from.begin(), end);
}

std::optional<std::uint32_t> complete_date(const PartialDate& date) {
    if (!date.complete()) return std::nullopt;
    return static_cast<std::uint32_t>(*date.year * 10000 + *date.month * 100 + *date.day);
}
std::optional<std::uint32_t> complete_date(const std::string& text) {
    auto date = parse_partial_date(text);
    return date.ok() ? complete_date(*date) : std::nullopt;
}

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

// Numbers with one hash are told apart by their text.
std::uint32_t document_hash(std::string_view folded_number) {
    const std::size_t hash = std::hash<std::string_view>{}(folded_number);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

proto::SearchRecord Index::make_record(const AlertId& alert, const proto::Operation* operation) {
    proto::SearchRecord record;
    record.set_alert_id(alert.str());
    if (operation == nullptr) return record;
    switch (operation->body_case()) {
        case proto::Operation::kPublish:
            record.set_operation(proto::SearchRecord::PUBLISH);
            record_alert(operation->publish(), record);
            break;
        case proto::Operation::kSupersede:
            record.set_operation(proto::SearchRecord::SUPERSEDE);
            record_alert(operation->supersede().alert(), record);
            for (const Hash32& opens : opened_by(operation->supersede(), alert))
                record.add_opens(opens.str());
            break;
        case proto::Operation::kWithdraw:
            record.set_operation(proto::SearchRecord::WITHDRAW);
            record.set_withdraw_reason(operation->withdraw().reason());
            record.set_revision(operation->withdraw().revision());
            if (narrows(operation->withdraw()))
                record.set_successor(operation->withdraw().successor());
            break;
        case proto::Operation::kConfirm: record.set_operation(proto::SearchRecord::CONFIRM); break;
        case proto::Operation::kDispute: record.set_operation(proto::SearchRecord::DISPUTE); break;
        case proto::Operation::kHit: record.set_operation(proto::SearchRecord::HIT); break;
        case proto::Operation::kHistory: record.set_operation(proto::SearchRecord::HISTORY); break;
        case proto::Operation::kOnwardRequest:
            record.set_operation(proto::SearchRecord::ONWARD_REQUEST);
            record.set_onward_id(operation->onward_request().request_id());
            break;
        case proto::Operation::kOnwardAnswer:
            record.set_operation(proto::SearchRecord::ONWARD_ANSWER);
            record.set_onward_id(operation->onward_answer().request_id());
            break;
        case proto::Operation::BODY_NOT_SET: break;
    }
    return record;
}

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
    if (row >= terms_of_.size()) terms_of_.resize(row + 1);
    Terms& terms = terms_of_[row];
    for (const auto& person : record.persons()) {
        PersonId id = put_person(row, person);
        persons_[id].next = std::exchange(terms.first_person, id);
    }
    std::string documents;
    for (const auto& number : record.documents()) {
        append_text(documents, number);
        by_document_.add(document_hash(number), row);
    }
    terms.documents = texts_.put(documents);
    for (int i = 0; i < record.series_from_size() && i < record.series_to_size(); ++i) {
        const std::string& from = record.series_from(i);
        const std::string& to = record.series_to(i);
        series_of_[row].push_back(series_key(from, to));
        series_[series_of_[row].back()].push_back({from, to, row});
    }
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

Index::PersonId Index::put_person(Row row, const proto::SearchRecord::Person& person) {
    PersonId id = static_cast<PersonId>(persons_.size());
    if (free_persons_.empty()) {
        persons_.emplace_back();
    } else {
        id = free_persons_.back();
        free_persons_.pop_back();
    }
    Person& out = persons_[id];
    out.alert = row;
    std::string facts;
    append_text(facts, person.sex());
    append_text(facts, std::to_string(person.birth_dates_size()));
    for (const auto& text : person.birth_dates()) append_text(facts, text);
    for (const auto& text : person.nationalities()) append_text(facts, text);
    out.facts = texts_.put(facts);
    sodium_memzero(facts.data(), facts.size());
    for (const auto& text : person.names()) {
        NameIndex::Id name = names_.add(fold_letters(text));
        if (name >= person_of_name_.size()) {
            person_of_name_.resize(name + 1);
            next_name_.resize(name + 1);
        }
        person_of_name_[name] = id;
        next_name_[name] = std::exchange(out.first_name, name);
    }
    for (const auto& text : person.birth_dates())
        if (auto date = complete_date(text)) by_birth_date_[*date].push_back(id);
    return id;
}

IndexedPerson Index::shown(const Person& person) const {
    IndexedPerson out;
    out.alert = alerts_.id(person.alert);
    std::string_view facts = texts_.get(person.facts);
    std::string_view text;
    if (take_text(facts, text)) out.sex = text;
    std::size_t dates = take_text(facts, text) ? std::stoul(std::string(text)) : 0;
    for (; dates > 0 && take_text(facts, text); --dates) out.birth_dates.emplace_back(text);
    while (take_text(facts, text)) out.nationalities.emplace_back(text);
    return out;
}

void Index::drop_person(PersonId id) {
    Person& person = persons_[id];
    for (NameIndex::Id name = person.first_name; name != none; name = next_name_[name])
        names_.remove(name);
    for (const auto& text : shown(person).birth_dates)
        if (auto date = complete_date(text)) std::erase(by_birth_date_[*date], id);
    texts_.drop(person.facts);
    person = {};
    free_persons_.push_back(id);
}

void Index::drop_terms(Row row) {
    if (row >= terms_of_.size()) return;
    Terms terms = std::exchange(terms_of_[row], {});
    for (PersonId id = terms.first_person; id != none;) {
        PersonId next = persons_[id].next;
        drop_person(id);
        id = next;
    }
    std::string_view documents = texts_.get(terms.documents);
    for (std::string_view number; take_text(documents, number);)
        by_document_.remove(document_hash(number), row);
    texts_.drop(terms.documents);
    drop_duplicates(row);
    asking_release_.erase(row);
    review_by_.erase(row);
    if (auto request = request_of_.extract(row); !request.empty()) {
        auto replies = replies_.find(request.mapped());
        std::erase(replies->second, row);
        if (replies->second.empty()) replies_.erase(replies);
    }
    auto keys = series_of_.extract(row);
    if (keys.empty()) return;
    for (const auto& key : keys.mapped()) {
        auto it = series_.find(key);
        if (it == series_.end()) continue;
        std::erase_if(it->second, [&](const Series& series) { return series.alert == row; });
        if (it->second.empty()) series_.erase(it);
    }
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

bool Index::names_document(Row row, std::string_view folded_number) const {
    std::string_view documents = texts_.get(terms_of_[row].documents);
    for (std::string_view number; take_text(documents, number);)
        if (number == folded_number) return true;
    return false;
}

std::vector<AlertId> Index::by_document(std::string_view folded_number) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertId> out;
    by_document_.each({document_hash(folded_number)}, [&](Row row) {
        if (names_document(row, folded_number)) out.push_back(alerts_.id(row));
    });
    for (std::size_t begins = 0; begins <= folded_number.size(); ++begins) {
        std::string key = std::to_string(folded_number.size()) + ":" +
                          std::string(folded_number.substr(0, begins));
        auto series = series_.find(key);
        if (series == series_.end()) continue;
        for (const Series& one : series->second)
            if (folded_number >= one.from && folded_number <= one.to)
                out.push_back(alerts_.id(one.alert));
    }
    if (mutant(Mutant::search_scans))
        for (Row row = 0; row < terms_of_.size(); ++row)
            if (names_document(row, folded_number)) out.push_back(alerts_.id(row));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

void Index::by_name(const FoldedName& asked, const PersonVisit& visit) const {
    std::shared_lock lock(mutex_);
    std::vector<std::pair<PersonId, NameIndex::Match>> found;
    for (const auto& match : names_.like(asked))
        found.emplace_back(person_of_name_[match.name], match);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first < b.first;
        if (a.second.score != b.second.score) return a.second.score > b.second.score;
        return a.second.name < b.second.name;
    });
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i > 0 && found[i].first == found[i - 1].first) continue;
        const NameIndex::Match& best = found[i].second;
        visit(shown(persons_[found[i].first]), names_.name(best.name), best.score);
    }
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
    std::vector<AlertId> out;
    auto day = complete_date(date);
    if (!day) return out;
    std::shared_lock lock(mutex_);
    auto born = by_birth_date_.find(*day);
    if (born == by_birth_date_.end()) return out;
    for (PersonId id : born->second) {
        if (out.size() == max) break;
        out.push_back(alerts_.id(persons_[id].alert));
    }
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
