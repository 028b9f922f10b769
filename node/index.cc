#include "node/index.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "protocol/alert.h"
#include "protocol/mrz.h"
#include "protocol/mutant.h"
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
    for (const auto& link : alert.links())
        if (link.type() == "other-part") record.set_other_part(link.alert_id());
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
            break;
        case proto::Operation::kWithdraw:
            record.set_operation(proto::SearchRecord::WITHDRAW);
            record.set_withdraw_reason(operation->withdraw().reason());
            record.set_revision(operation->withdraw().revision());
            break;
        case proto::Operation::kConfirm: record.set_operation(proto::SearchRecord::CONFIRM); break;
        case proto::Operation::BODY_NOT_SET: break;
    }
    return record;
}

void Index::add(const IndexedEntry& entry) {
    auto parsed = AlertId::parse(entry.record.alert_id());
    if (!parsed.ok()) return;  // Our own record; a foreign alert id was checked when it was made.
    std::unique_lock lock(mutex_);
    EntryMeaning meaning{*parsed, entry.record.operation(), entry.record.revision(),
                         entry.record.officer_unchecked()};
    if (!meanings_.try_emplace(entry.ref, meaning).second) return;
    if (meaning.operation == proto::SearchRecord::REFUSED) return;
    if (meaning.officer_unchecked) ++officers_unchecked_;
    auto [it, fresh] = alerts_.try_emplace(*parsed);
    AlertState& alert = it->second;
    if (fresh) {
        alert.id = *parsed;
        alert.origin = entry.origin;
        by_short_.emplace(short_id_bits(*parsed), *parsed);
    }
    bool readable = alert.readable();
    switch (entry.record.operation()) {
        case proto::SearchRecord::PUBLISH:
        case proto::SearchRecord::SUPERSEDE: add_revision(alert, entry); break;
        case proto::SearchRecord::WITHDRAW: withdraw(alert, entry); break;
        case proto::SearchRecord::CONFIRM: alert.confirms.push_back(entry.ref); break;
        default: alert.newer_version = true; break;
    }
    readable_ += alert.readable() ? 1u : 0u;
    readable_ -= readable ? 1u : 0u;
}

void Index::add_revision(AlertState& alert, const IndexedEntry& entry) {
    if (alert.withdrawn() &&
        !mutant(Mutant::revive_withdrawn)) {  // Never revived, from wherever it comes.
        alert.erased.push_back(entry.ref);
        return;
    }
    if (entry.record.revision() < alert.revision) {
        alert.revisions.insert(alert.revisions.begin(), entry.ref);
        return;
    }
    if (alert.order != 0) by_order_.erase(alert.order);
    drop_terms(alert.id);
    if (mutant(Mutant::revive_withdrawn)) alert.withdrawal.reset();
    if (alert.revisions.empty()) alert.origin = entry.origin;
    alert.revisions.push_back(entry.ref);
    alert.revision = entry.record.revision();
    alert.type = entry.record.type();
    alert.part = entry.record.part();
    alert.precedence = entry.precedence;
    alert.received = entry.received;
    alert.order = next_order_++;
    by_purge_.erase({alert.purge_after, alert.id});
    alert.purge_after = UnixMillis{entry.record.purge_after_ms()};
    if (alert.purge_after.value != 0) by_purge_.insert({alert.purge_after, alert.id});
    auto other = AlertId::parse(entry.record.other_part());
    if (other.ok()) alert.other_part = *other;
    by_order_.emplace_hint(by_order_.end(), alert.order, alert.id);
    put_terms(alert.id, entry.record);
}

void Index::withdraw(AlertState& alert, const IndexedEntry& entry) {
    if (!alert.has_author()) alert.origin = entry.origin;
    if (!alert.withdrawal.has_value()) {
        alert.withdrawal = entry.ref;
        alert.withdraw_reason = entry.record.withdraw_reason();
        alert.withdrawn_revision = entry.record.revision();
        if (alert.order != 0) by_order_.erase(alert.order);
        alert.order = next_order_++;
        alert.received = entry.received;
        by_order_[alert.order] = alert.id;
    }
    drop_terms(alert.id);
    alert.erased.insert(alert.erased.end(), alert.revisions.begin(), alert.revisions.end());
    alert.revisions.clear();
    alert.held_back.clear();
    // After a restart the erased revisions have no record left; the withdrawal's names them.
    for (int i = 0; i < entry.record.erased_streams_size() && i < entry.record.erased_seqs_size();
         ++i) {
        auto stream = StreamId::parse(entry.record.erased_streams(i));
        if (!stream.ok()) continue;
        EntryRef ref{*stream, Seq{entry.record.erased_seqs(i)}};
        if (std::find(alert.erased.begin(), alert.erased.end(), ref) == alert.erased.end())
            alert.erased.push_back(ref);
    }
}

std::optional<AlertState> Index::erase(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    unopened_.erase(ref);
    auto meaning = meanings_.find(ref);
    if (meaning == meanings_.end()) return std::nullopt;
    settle(meaning->second);  // Nothing is left to check.
    auto it = alerts_.find(meaning->second.alert);
    if (it == alerts_.end()) return std::nullopt;
    AlertState& alert = it->second;
    auto gone = std::find(alert.revisions.begin(), alert.revisions.end(), ref);
    if (gone == alert.revisions.end()) return std::nullopt;
    bool newest = gone + 1 == alert.revisions.end();
    readable_ -= alert.readable() ? 1u : 0u;
    alert.revisions.erase(gone);
    alert.held_back.erase(ref);
    readable_ += alert.readable() ? 1u : 0u;
    alert.erased.push_back(ref);
    if (newest || alert.revisions.empty()) drop_terms(alert.id);
    if (alert.revisions.empty() && alert.order != 0 && !alert.withdrawn()) {
        by_order_.erase(alert.order);
        alert.order = 0;
    }
    return newest && !alert.withdrawn() ? std::optional(alert) : std::nullopt;
}

std::vector<AlertState> Index::due(UnixMillis now, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertState> out;
    for (const auto& [at, id] : by_purge_) {
        if (at > now || out.size() >= max) break;
        out.push_back(alerts_.at(id));
    }
    return out;
}

void Index::hide(const AlertId& id) {
    std::unique_lock lock(mutex_);
    auto it = alerts_.find(id);
    if (it == alerts_.end()) return;
    AlertState& alert = it->second;
    readable_ -= alert.readable() ? 1u : 0u;
    by_purge_.erase({alert.purge_after, id});
    drop_terms(id);
    alert.erased.insert(alert.erased.end(), alert.revisions.begin(), alert.revisions.end());
    alert.revisions.clear();
    alert.held_back.clear();
    if (alert.order == 0 || alert.withdrawn()) return;
    by_order_.erase(alert.order);
    alert.order = 0;
}

void Index::hold_back(const EntryRef& ref, bool back) {
    std::unique_lock lock(mutex_);
    auto meaning = meanings_.find(ref);
    if (meaning == meanings_.end()) return;
    auto it = alerts_.find(meaning->second.alert);
    if (it == alerts_.end()) return;
    AlertState& alert = it->second;
    if (std::find(alert.revisions.begin(), alert.revisions.end(), ref) == alert.revisions.end())
        return;
    readable_ -= alert.readable() ? 1u : 0u;
    if (back)
        alert.held_back.insert(ref);
    else
        alert.held_back.erase(ref);
    readable_ += alert.readable() ? 1u : 0u;
}

void Index::forget(const AlertId& id) {
    std::unique_lock lock(mutex_);
    forget_alert(id);
}

void Index::forget_alert(const AlertId& id) {
    auto it = alerts_.find(id);
    if (it == alerts_.end()) return;
    drop_terms(id);
    by_purge_.erase({it->second.purge_after, id});
    readable_ -= it->second.readable() ? 1u : 0u;
    if (it->second.order != 0) by_order_.erase(it->second.order);
    auto [first, last] = by_short_.equal_range(short_id_bits(id));
    for (auto short_id = first; short_id != last; ++short_id) {
        if (short_id->second == id) {
            by_short_.erase(short_id);
            break;
        }
    }
    alerts_.erase(it);
}

void Index::put_terms(const AlertId& alert, const proto::SearchRecord& record) {
    Terms& terms = terms_of_[alert];
    for (const auto& person : record.persons()) terms.persons.push_back(put_person(alert, person));
    for (const auto& number : record.documents()) {
        by_document_[number].push_back(alert);
        terms.documents.push_back(number);
    }
    for (int i = 0; i < record.series_from_size() && i < record.series_to_size(); ++i) {
        const std::string& from = record.series_from(i);
        const std::string& to = record.series_to(i);
        terms.series.push_back(series_key(from, to));
        series_[terms.series.back()].push_back({from, to, alert});
    }
}

Index::PersonId Index::put_person(const AlertId& alert, const proto::SearchRecord::Person& person) {
    PersonId id = static_cast<PersonId>(persons_.size());
    if (free_persons_.empty()) {
        persons_.emplace_back();
    } else {
        id = free_persons_.back();
        free_persons_.pop_back();
    }
    IndexedPerson& out = persons_[id];
    out.alert = alert;
    out.birth_dates.assign(person.birth_dates().begin(), person.birth_dates().end());
    out.nationalities.assign(person.nationalities().begin(), person.nationalities().end());
    out.sex = person.sex();
    for (const auto& text : person.names()) {
        NameIndex::Id name = names_.add(fold_name(text));
        if (name >= person_of_name_.size()) person_of_name_.resize(name + 1);
        person_of_name_[name] = id;
        out.names.push_back(name);
    }
    for (const auto& text : out.birth_dates)
        if (auto date = complete_date(text)) by_birth_date_[*date].push_back(id);
    return id;
}

void Index::drop_person(PersonId id) {
    IndexedPerson& person = persons_[id];
    for (NameIndex::Id name : person.names) names_.remove(name);
    for (const auto& text : person.birth_dates)
        if (auto date = complete_date(text)) std::erase(by_birth_date_[*date], id);
    person = {};
    free_persons_.push_back(id);
}

void Index::drop_terms(const AlertId& alert) {
    auto terms = terms_of_.extract(alert);
    if (terms.empty()) return;
    for (PersonId person : terms.mapped().persons) drop_person(person);
    for (const auto& number : terms.mapped().documents) {
        auto it = by_document_.find(number);
        if (it == by_document_.end()) continue;
        std::erase(it->second, alert);
        if (it->second.empty()) by_document_.erase(it);
    }
    for (const auto& key : terms.mapped().series) {
        auto it = series_.find(key);
        if (it == series_.end()) continue;
        std::erase_if(it->second, [&](const Series& series) { return series.alert == alert; });
        if (it->second.empty()) series_.erase(it);
    }
}

void Index::settle(EntryMeaning& meaning) {
    if (std::exchange(meaning.officer_unchecked, false)) --officers_unchecked_;
}

void Index::note_officer_good(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    auto meaning = meanings_.find(ref);
    if (meaning != meanings_.end()) settle(meaning->second);
}

void Index::take_back(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    auto meaning = meanings_.extract(ref);
    if (meaning.empty()) return;
    settle(meaning.mapped());
    auto it = alerts_.find(meaning.mapped().alert);
    if (it == alerts_.end()) return;
    AlertState& alert = it->second;
    readable_ -= alert.readable() ? 1u : 0u;
    bool newest = !alert.revisions.empty() && alert.revisions.back() == ref;
    std::erase(alert.revisions, ref);
    std::erase(alert.erased, ref);
    alert.held_back.erase(ref);
    readable_ += alert.readable() ? 1u : 0u;
    if (newest) drop_terms(alert.id);
    if (!alert.has_author() && alert.confirms.empty()) return forget_alert(alert.id);
    if (!newest || alert.withdrawn()) return;
    by_purge_.erase({alert.purge_after, alert.id});
    if (alert.order != 0) by_order_.erase(alert.order);
    alert.order = 0;
    alert.revision = 0;
}

void Index::note_unopened(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    if (!meanings_.contains(ref)) unopened_.insert(ref);
}

void Index::note_opened(const EntryRef& ref) {
    std::unique_lock lock(mutex_);
    unopened_.erase(ref);
}

std::optional<AlertState> Index::alert(const AlertId& id) const {
    std::shared_lock lock(mutex_);
    auto it = alerts_.find(id);
    if (it == alerts_.end()) return std::nullopt;
    return it->second;
}

Result<AlertState> Index::find(std::string_view id_or_prefix) const {
    auto reference = parse_alert_reference(id_or_prefix);
    if (!reference.ok()) return Error{Errc::invalid, reference.error().detail};
    std::shared_lock lock(mutex_);
    if (const auto* id = std::get_if<AlertId>(&*reference)) {
        auto it = alerts_.find(*id);
        if (it == alerts_.end()) return {Errc::not_found, "no alert with this id is held here"};
        return it->second;
    }
    ShortIdRange range = short_id_range(std::get<ShortIdPrefix>(*reference));
    auto first = by_short_.lower_bound(range.first);
    auto last = by_short_.upper_bound(range.last);
    if (first == last) return {Errc::not_found, "no alert whose id begins so is held here"};
    if (std::next(first) != last)
        return {Errc::invalid, "several alerts begin so; type more of the id"};
    return alerts_.at(first->second);
}

std::vector<AlertState> Index::newest(std::uint64_t before, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertState> out;
    auto it = before == 0 ? by_order_.end() : by_order_.lower_bound(before);
    while (it != by_order_.begin() && out.size() < max) {
        --it;
        out.push_back(alerts_.at(it->second));
    }
    return out;
}

std::vector<AlertId> Index::by_document(std::string_view folded_number) const {
    std::shared_lock lock(mutex_);
    std::vector<AlertId> out;
    auto it = by_document_.find(std::string(folded_number));
    if (it != by_document_.end()) out = it->second;
    for (std::size_t begins = 0; begins <= folded_number.size(); ++begins) {
        std::string key = std::to_string(folded_number.size()) + ":" +
                          std::string(folded_number.substr(0, begins));
        auto series = series_.find(key);
        if (series == series_.end()) continue;
        for (const Series& one : series->second)
            if (folded_number >= one.from && folded_number <= one.to) out.push_back(one.alert);
    }
    if (mutant(Mutant::search_scans))
        for (const auto& [number, alerts] : by_document_)
            if (number == folded_number) out.insert(out.end(), alerts.begin(), alerts.end());
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
        visit(persons_[found[i].first], names_.name(best.name), best.score);
    }
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
        out.push_back(persons_[id].alert);
    }
    return out;
}

std::optional<Index::EntryMeaning> Index::meaning(const EntryRef& ref) const {
    std::shared_lock lock(mutex_);
    auto it = meanings_.find(ref);
    if (it == meanings_.end()) return std::nullopt;
    return it->second;
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
    for (auto it = meanings_.lower_bound({stream, from});
         it != meanings_.end() && it->first.stream == stream; ++it)
        if (it->second.officer_unchecked) return it->first.seq;
    return std::nullopt;
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
    std::vector<AlertId> out;
    for (const auto& [id, alert] : alerts_) out.push_back(id);
    return out;
}

}  // namespace rilon
