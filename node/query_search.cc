// Search and screening on the local store: the exact document number first, then names with birth
// date, nationality and sex as factors of their own, each explained. A name alone never says "same
// person"; nothing here decides anything.
#include <algorithm>
#include <cmath>

#include "node/open_stored.h"
#include "node/query_rows.h"
#include "protocol/alert.h"
#include "protocol/free_text.h"
#include "protocol/partial_date.h"
#include "protocol/text.h"

namespace rilon {
namespace {

constexpr std::uint64_t stale_ms = 15 * ms_minute;
constexpr std::size_t candidates_max = 2000;

struct Candidate {
    AlertId alert;
    double score = 0;
    bool strong = false;
    std::vector<std::string> reasons;
    std::vector<std::string> differences;
    std::optional<FoldedName> name;  // Alike, and not explained yet: only who is shown is.
};

DateAgreement best_agreement(const std::vector<std::string>& dates, const PartialDate& asked) {
    DateAgreement best = DateAgreement::differs;
    for (const auto& text : dates) {
        auto date = parse_partial_date(text);
        if (!date.ok()) continue;
        DateAgreement agreement = compare_dates(*date, asked);
        if (agreement == DateAgreement::equal) return agreement;
        if (agreement != DateAgreement::differs) best = agreement;
    }
    return best;
}

// What besides the name speaks for and against: each factor is named.
void weigh_factors(const proto::SearchRequest& search, const IndexedPerson& person,
                   const std::optional<PartialDate>& dob, Candidate& candidate) {
    bool birth_equal = false;
    bool contradicted = false;
    if (dob.has_value() && !person.birth_dates.empty()) {
        switch (best_agreement(person.birth_dates, *dob)) {
            case DateAgreement::equal:
                birth_equal = true;
                candidate.reasons.push_back("same birth date");
                break;
            case DateAgreement::differs:
                contradicted = true;
                candidate.differences.push_back("birth date: " + person.birth_dates.front());
                break;
            default: candidate.reasons.push_back("birth date agrees as far as it is known"); break;
        }
    }
    if (!search.nationality().empty() && !person.nationalities.empty()) {
        bool same = std::find(person.nationalities.begin(), person.nationalities.end(),
                              search.nationality()) != person.nationalities.end();
        (same ? candidate.reasons : candidate.differences)
            .push_back((same ? "same nationality " : "nationality: ") +
                       person.nationalities.front());
    }
    if (!search.sex().empty() && !person.sex.empty() && search.sex() != person.sex)
        candidate.differences.push_back("sex: " + person.sex);
    if (contradicted) candidate.score -= 0.1;
    if (birth_equal) candidate.score = std::min(1.0, candidate.score + 0.05);
    candidate.strong = candidate.score >= name_score_strong && birth_equal && !contradicted;
}

bool better(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.alert < b.alert;
}

std::vector<Candidate> by_name(const proto::SearchRequest& search, const FoldedName& asked,
                               const Index& index) {
    std::vector<Candidate> out;
    std::optional<PartialDate> dob;
    if (auto parsed = parse_partial_date(search.dob()); !search.dob().empty() && parsed.ok())
        dob = *parsed;
    index.by_name(asked, [&](const IndexedPerson& person, const FoldedName& name, double score) {
        Candidate candidate{person.alert, score, false, {}, {}, name};
        weigh_factors(search, person, dob, candidate);
        if (candidate.score >= name_score_possible) out.push_back(std::move(candidate));
    });
    if (out.size() > candidates_max) {
        std::nth_element(out.begin(), out.begin() + candidates_max, out.end(), better);
        out.resize(candidates_max);
    }
    return out;
}

// In words what is alike in the names and what is not, before what the other factors say.
void explain_name(const FoldedName& asked, Candidate& candidate) {
    if (!candidate.name.has_value()) return;
    NameComparison said = explain_folded(asked, *std::exchange(candidate.name, std::nullopt));
    candidate.reasons.insert(candidate.reasons.begin(), said.reasons.begin(), said.reasons.end());
    candidate.differences.insert(candidate.differences.begin(), said.differences.begin(),
                                 said.differences.end());
}

std::vector<Candidate> by_birth_date(const proto::SearchRequest& search, const Index& index) {
    std::vector<Candidate> out;
    auto dob = parse_partial_date(search.dob());
    if (!dob.ok()) return out;
    for (const AlertId& alert : index.by_birth_date(*dob, candidates_max))
        out.push_back({alert, 0.5, false, {"same birth date"}, {}, {}});
    return out;
}

bool contains_folded(const std::string& text, const std::string& folded_word) {
    auto folded = fold_case(text);
    return folded.ok() && folded->find(folded_word) != std::string::npos;
}

// Where an alert's newest revision has the word; nothing shown comes of it. Its officer is checked
// with the row, if the word is there: to check everybody's takes ten times as long as to look.
enum class Found { nowhere, text, title };
Found look_for(const std::string& folded_word, const EntryRef& ref, const QueryContext& context) {
    auto stored = open_stored(context.store, ref);
    if (!stored.ok()) return Found::nowhere;
    auto content = parse_content(stored->plain);
    wipe(stored->plain);
    if (!content.ok()) return Found::nowhere;
    auto operation = parse_operation(content->operation);
    const proto::Alert* alert = operation.ok() ? alert_of(*operation) : nullptr;
    if (alert == nullptr) return Found::nowhere;
    if (contains_folded(alert->title(), folded_word)) return Found::title;
    for (const std::string* text : free_texts(*alert))
        if (contains_folded(*text, folded_word)) return Found::text;
    return Found::nowhere;
}

// Narrative words are not indexed: candidates are opened and scanned, newest first. `looked_into`:
// how many were.
std::vector<Candidate> by_text(const proto::SearchRequest& search, const QueryContext& context,
                               std::uint64_t& looked_into) {
    std::vector<Candidate> out;
    auto word = fold_case(search.text());
    if (!word.ok()) return out;
    for (std::uint64_t before = 0; looked_into < text_alerts_max;) {
        auto page = context.index.newest(before, 256);
        for (const auto& alert : page) {
            before = alert.order;
            if (!alert.readable() || looked_into == text_alerts_max) continue;
            ++looked_into;
            const Found found = look_for(*word, alert.revisions.back(), context);
            if (found == Found::title)
                out.push_back({alert.id, 0.7, false, {"word in the title"}, {}, {}});
            if (found == Found::text)
                out.push_back({alert.id, 0.6, false, {"word in the text"}, {}, {}});
        }
        if (page.size() < 256) break;
    }
    return out;
}

bool passes(const proto::SearchRequest& search, const AlertState& alert,
            const QueryContext& context) {
    if (!alert.readable() || alert.received.value < search.since_ms()) return false;
    if (!search.type().empty() && alert.type != search.type()) return false;
    if (search.route_from().empty() && search.route_to().empty()) return true;
    auto row = alert_row(alert, context);
    if (!row.has_value()) return false;
    const auto& routing = row->alert().transport().routing();
    auto has = [&](const std::string& place) {
        return place.empty() || std::find(routing.begin(), routing.end(), place) != routing.end();
    };
    return has(search.route_from()) && has(search.route_to());
}

void merge(std::map<AlertId, Candidate>& all, const FoldedName& asked,
           std::vector<Candidate> found) {
    for (auto& candidate : found) {
        auto it = all.find(candidate.alert);
        if (it == all.end()) {
            all.emplace(candidate.alert, std::move(candidate));
            continue;
        }
        Candidate& kept = it->second;
        explain_name(asked, kept);
        explain_name(asked, candidate);
        if (candidate.score > kept.score) std::swap(kept, candidate);
        kept.strong = kept.strong || candidate.strong;
        for (auto& reason : candidate.reasons)
            if (std::find(kept.reasons.begin(), kept.reasons.end(), reason) == kept.reasons.end())
                kept.reasons.push_back(std::move(reason));
    }
}

}  // namespace

proto::Coverage coverage(const QueryContext& context) {
    proto::Coverage out;
    out.set_alerts(context.index.readable_alerts());
    out.set_unopened(context.index.unopened());
    for (const auto& [rilon, heard] : context.heard) {
        auto* source = out.add_sources();
        source->set_name(rilon);
        source->set_last_heard_ms(heard.value);
        source->set_stale(context.now.since(heard) > stale_ms);
    }
    return out;
}

proto::SearchResponse run_search(const proto::SearchRequest& search, const QueryContext& context) {
    return run_search(search, context, context.index);
}

proto::SearchResponse run_search(const proto::SearchRequest& search, const QueryContext& context,
                                 const Index& among) {
    std::map<AlertId, Candidate> all;
    FoldedName asked = fold_name(search.name());
    if (!search.doc().empty()) {
        std::vector<Candidate> exact;
        for (const auto& id : among.by_document(fold_document_number(search.doc())))
            exact.push_back({id, 1.0, true, {"same document number"}, {}, {}});
        merge(all, asked, std::move(exact));
    }
    if (!search.name().empty())
        merge(all, asked, by_name(search, asked, among));
    else if (!search.dob().empty())
        merge(all, asked, by_birth_date(search, among));
    std::uint64_t looked_into = 0;
    if (!search.text().empty()) merge(all, asked, by_text(search, context, looked_into));
    bool listing = search.doc().empty() && search.name().empty() && search.dob().empty() &&
                   search.text().empty();
    if (listing) {
        for (const auto& alert : context.index.newest(0, candidates_max))
            all.try_emplace(alert.id, Candidate{alert.id, 0.5, false, {"listed"}, {}, {}});
    }
    std::vector<std::pair<Candidate, AlertState>> ranked;
    for (auto& [id, candidate] : all) {
        auto alert = context.index.alert(id);
        if (!alert.has_value()) continue;
        // Unless only the document part fits: then what fits is shown.
        if (auto whole = whole_of(*alert, context); whole && all.contains(whole->id)) continue;
        if (passes(search, *alert, context))
            ranked.emplace_back(std::move(candidate), std::move(*alert));
    }
    std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        if (a.first.score != b.first.score) return a.first.score > b.first.score;
        return a.second.order > b.second.order;
    });
    constexpr std::uint32_t limit_default = 50;
    std::size_t limit = search.limit() == 0 ? limit_default : std::min(search.limit(), 500u);
    proto::SearchResponse out;
    std::uint64_t more = 0;
    for (auto& [candidate, alert] : ranked) {
        if (static_cast<std::size_t>(out.matches_size()) >= limit) {
            ++more;
            continue;
        }
        auto row = alert_row(alert, context);
        if (!row.has_value()) continue;
        explain_name(asked, candidate);
        auto* match = out.add_matches();
        *match->mutable_row() = std::move(*row);
        match->set_score(candidate.score);
        match->set_strength(candidate.strong ? "strong" : "possible");
        for (const auto& reason : candidate.reasons) match->add_reasons(reason);
        for (const auto& difference : candidate.differences) match->add_differences(difference);
    }
    *out.mutable_coverage() = coverage(context);
    out.mutable_coverage()->set_text_alerts(looked_into);
    out.mutable_coverage()->set_more(more);
    return out;
}

}  // namespace rilon
