#include "node/person_match.h"

#include <algorithm>
#include <utility>

namespace rilon {
namespace {

// What besides the name speaks for and against a person.
struct PersonFactors {
    std::optional<DateAgreement> birth;
    std::optional<bool> same_nationality;
    bool other_sex = false;
};

DateAgreement best_agreement(std::string_view dates, const PartialDate& asked) {
    DateAgreement best = DateAgreement::differs;
    for (std::string_view text; take_text(dates, text);) {
        auto date = parse_partial_date(text);
        if (!date.ok()) continue;
        DateAgreement agreement = compare_dates(*date, asked);
        if (agreement == DateAgreement::equal) return agreement;
        if (agreement != DateAgreement::differs) best = agreement;
    }
    return best;
}

bool list_has(std::string_view list, std::string_view wanted) {
    for (std::string_view text; take_text(list, text);)
        if (text == wanted) return true;
    return false;
}

std::string first_of_list(std::string_view list) {
    std::string_view text;
    return take_text(list, text) ? std::string(text) : std::string();
}

PersonFactors factors_of(const WantedPerson& wanted, const PersonFacts& facts) {
    PersonFactors out;
    if (wanted.birth.has_value() && !facts.birth_dates.empty())
        out.birth = best_agreement(facts.birth_dates, *wanted.birth);
    if (!wanted.nationality.empty() && !facts.nationalities.empty())
        out.same_nationality = list_has(facts.nationalities, wanted.nationality);
    out.other_sex = !wanted.sex.empty() && !facts.sex.empty() && wanted.sex != facts.sex;
    return out;
}

}  // namespace

WantedPerson::WantedPerson(const proto::SearchRequest& request)
    : name(fold_name(request.name())), nationality(request.nationality()), sex(request.sex()) {
    auto parsed = parse_partial_date(request.dob());
    if (!request.dob().empty() && parsed.ok()) birth = *parsed;
}

PersonWeight weigh_person(const WantedPerson& wanted, const FoundPerson& person,
                          double name_score) {
    PersonWeight out{name_score, false};
    if (wanted.by_name_alone()) return out;
    const PersonFactors factors = factors_of(wanted, person.facts());
    const bool same_birth = factors.birth == DateAgreement::equal;
    if (factors.birth == DateAgreement::differs) out.score -= 0.1;
    if (same_birth) out.score = std::min(1.0, out.score + 0.05);
    out.strong = out.score >= name_score_strong && same_birth;
    return out;
}

void Explained::merge(Explained other) {
    if (other.score > score) std::swap(*this, other);
    for (std::string& reason : other.reasons)
        if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
            reasons.push_back(std::move(reason));
}

Explained explain_person(const WantedPerson& wanted, const FoundPerson& person,
                         const FoldedName& name) {
    NameComparison said = explain_folded(wanted.name, name);
    Explained out{weigh_person(wanted, person, said.score).score, std::move(said.reasons),
                  std::move(said.differences)};
    const PersonFacts facts = person.facts();
    const PersonFactors factors = factors_of(wanted, facts);
    if (factors.birth == DateAgreement::differs)
        out.differences.push_back("birth date: " + first_of_list(facts.birth_dates));
    else if (factors.birth.has_value())
        out.reasons.push_back(factors.birth == DateAgreement::equal
                                  ? "same birth date"
                                  : "birth date agrees as far as it is known");
    if (factors.same_nationality == true)
        out.reasons.push_back("same nationality " + first_of_list(facts.nationalities));
    if (factors.same_nationality == false)
        out.differences.push_back("nationality: " + first_of_list(facts.nationalities));
    if (factors.other_sex) out.differences.push_back("sex: " + std::string(facts.sex));
    return out;
}

}  // namespace rilon
