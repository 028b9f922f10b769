#include "node/person_table.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "protocol/visit_ahead.h"

namespace rilon {
namespace {

std::optional<std::uint32_t> complete_date(const PartialDate& date) {
    if (!date.complete()) return std::nullopt;
    return static_cast<std::uint32_t>(*date.year * 10000 + *date.month * 100 + *date.day);
}
std::optional<std::uint32_t> complete_date(std::string_view text) {
    auto date = parse_partial_date(text);
    return date.ok() ? complete_date(*date) : std::nullopt;
}

}  // namespace

void PersonTable::put(Row alert, const proto::SearchRecord& record) {
    if (alert >= first_of_.size()) first_of_.resize(alert + 1, none);
    for (const auto& person : record.persons()) {
        const Id id = put(alert, person);
        persons_[id].next = std::exchange(first_of_[alert], id);
    }
}

PersonTable::Id PersonTable::put(Row alert, const proto::SearchRecord::Person& person) {
    Id id = static_cast<Id>(persons_.size());
    if (free_.empty()) {
        persons_.emplace_back();
    } else {
        id = free_.back();
        free_.pop_back();
    }
    Person& out = persons_[id];
    out.alert = alert;
    std::string facts, dates;
    for (const auto& text : person.birth_dates()) append_text(dates, text);
    append_text(facts, person.sex());
    append_text(facts, dates);
    for (const auto& text : person.nationalities()) append_text(facts, text);
    out.facts = texts_.put(facts);
    sodium_memzero(dates.data(), dates.size());
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

PersonFacts PersonTable::facts(Id person) const {
    PersonFacts out;
    std::string_view text = texts_.get(persons_[person].facts);
    take_text(text, out.sex);
    take_text(text, out.birth_dates);
    out.nationalities = text;
    return out;
}

void PersonTable::drop(Row alert) {
    if (alert >= first_of_.size()) return;
    for (Id id = std::exchange(first_of_[alert], none); id != none;) {
        const Id next = persons_[id].next;
        drop_person(id);
        id = next;
    }
}

void PersonTable::drop_person(Id id) {
    Person& person = persons_[id];
    for (NameIndex::Id name = person.first_name; name != none; name = next_name_[name])
        names_.remove(name);
    std::string_view dates = facts(id).birth_dates;
    for (std::string_view text; take_text(dates, text);)
        if (auto date = complete_date(text)) std::erase(by_birth_date_[*date], id);
    texts_.drop(person.facts);
    person = {};
    free_.push_back(id);
}

std::vector<PersonTable::Found> PersonTable::by_name(const FoldedName& asked) const {
    const std::vector<NameIndex::Match> names = names_.like(asked);
    std::vector<Found> out;
    out.reserve(names.size());
    visit_ahead(
        names.size(), [&](std::size_t i) { __builtin_prefetch(&person_of_name_[names[i].name]); },
        [&](std::size_t i) {
            out.push_back({person_of_name_[names[i].name], AlertTable::none, names[i].score});
        });
    auto better = [](const Found& a, const Found& b) {
        return a.person != b.person ? a.person < b.person : a.score > b.score;
    };
    // Numbered as their names are, until places are used again.
    if (!std::is_sorted(out.begin(), out.end(), better)) std::sort(out.begin(), out.end(), better);
    auto same = [](const Found& a, const Found& b) { return a.person == b.person; };
    out.erase(std::unique(out.begin(), out.end(), same), out.end());
    visit_ahead(
        out.size(), [&](std::size_t i) { __builtin_prefetch(&persons_[out[i].person]); },
        [&](std::size_t i) { out[i].alert = persons_[out[i].person].alert; });
    return out;
}

void PersonTable::by_name(const FoldedName& asked, Row alert, const NamedVisit& visit) const {
    if (alert >= first_of_.size()) return;
    std::vector<Id> persons;
    for (Id id = first_of_[alert]; id != none; id = persons_[id].next) persons.push_back(id);
    std::sort(persons.begin(), persons.end());
    for (Id id : persons) {
        double best = 0;
        NameIndex::Id best_name = none;
        for (NameIndex::Id name = persons_[id].first_name; name != none; name = next_name_[name]) {
            const double score = compare_folded(asked, names_.name(name)).score;
            if (score < best || (score == best && name > best_name)) continue;
            best = score;
            best_name = name;
        }
        if (best >= name_score_possible) visit(id, best, names_.name(best_name));
    }
}

std::vector<PersonTable::Row> PersonTable::by_birth_date(const PartialDate& date,
                                                         std::size_t max) const {
    std::vector<Row> out;
    auto day = complete_date(date);
    if (!day) return out;
    auto born = by_birth_date_.find(*day);
    if (born == by_birth_date_.end()) return out;
    for (Id id : born->second) {
        if (out.size() == max) break;
        out.push_back(persons_[id].alert);
    }
    return out;
}

}  // namespace rilon
