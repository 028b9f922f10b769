// Search and screening on the local store: the exact document number first, then names with birth
// date, nationality and sex as factors of their own, each explained. A name alone never says "same
// person"; nothing here decides anything.
#include <algorithm>
#include <span>
#include <utility>

#include "node/open_stored.h"
#include "node/person_match.h"
#include "node/query_rows.h"
#include "protocol/alert.h"
#include "protocol/free_text.h"
#include "protocol/text.h"

namespace rilon {
namespace {

constexpr std::uint64_t stale_ms = 15 * ms_minute;
constexpr std::size_t candidates_max = 2000;

// One way in which an alert was found. Thousands may be: in words it is said of those shown alone.
struct Candidate {
    FoundAlert alert;
    double score = 0;
    bool strong = false;
    const char* reason = nullptr;  // None: a name.
};

bool better(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.alert.id < b.alert.id;
}

std::vector<Candidate> by_name(const WantedPerson& wanted, const Index& index) {
    std::vector<Candidate> out;
    index.by_name(wanted.name,
                  [&](const FoundAlert& alert, const FoundPerson& person, double name_score) {
                      const PersonWeight weight = weigh_person(wanted, person, name_score);
                      if (weight.possible()) out.push_back({alert, weight.score, weight.strong});
                  });
    if (out.size() > candidates_max) {
        std::nth_element(out.begin(), out.begin() + candidates_max, out.end(), better);
        out.resize(candidates_max);
    }
    return out;
}

std::vector<Candidate> by_birth_date(const proto::SearchRequest& search, const Index& index) {
    std::vector<Candidate> out;
    auto dob = parse_partial_date(search.dob());
    if (!dob.ok()) return out;
    for (const AlertId& alert : index.by_birth_date(*dob, candidates_max))
        out.push_back({{alert}, 0.5, false, "same birth date"});
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
            if (found == Found::title) out.push_back({{alert.id}, 0.7, false, "word in the title"});
            if (found == Found::text) out.push_back({{alert.id}, 0.6, false, "word in the text"});
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

// Everything that was found, by alert; of one alert in the order in which it was.
class Candidates {
   public:
    void add(std::vector<Candidate> found) { all_.insert(all_.end(), found.begin(), found.end()); }
    void add(const Candidate& found) { all_.push_back(found); }
    void sort() {
        std::stable_sort(all_.begin(), all_.end(), [](const Candidate& a, const Candidate& b) {
            return a.alert.id < b.alert.id;
        });
    }
    bool contains(const AlertId& id) const {
        auto at = std::lower_bound(
            all_.begin(), all_.end(), id,
            [](const Candidate& a, const AlertId& wanted) { return a.alert.id < wanted; });
        return at != all_.end() && at->alert.id == id;
    }
    // visit(candidates) of each alert.
    template <class Visit>
    void each_alert(Visit visit) const {
        for (std::size_t first = 0, end = 0; first < all_.size(); first = end) {
            while (end < all_.size() && all_[end].alert.id == all_[first].alert.id) ++end;
            visit(std::span(all_).subspan(first, end - first));
        }
    }

   private:
    std::vector<Candidate> all_;
};

// An alert that passes, to be shown or counted.
struct Ranked {
    double score = 0;
    bool strong = false;
    std::uint64_t order = 0;
    std::span<const Candidate> found;
};

// The persons of an alert who are found by name.
void explain_persons(const WantedPerson& wanted, const Index& among, const AlertId& alert,
                     Explained& out) {
    among.by_name(wanted.name, alert,
                  [&](const FoundPerson& person, double name_score, const FoldedName& name) {
                      if (weigh_person(wanted, person, name_score).possible())
                          out.merge(explain_person(wanted, person, name));
                  });
}

Explained explain(const WantedPerson& wanted, const Index& among,
                  std::span<const Candidate> found) {
    Explained out;
    bool persons = false;
    for (const Candidate& candidate : found) {
        if (candidate.reason != nullptr)
            out.merge({candidate.score, {candidate.reason}, {}});
        else if (!std::exchange(persons, true))
            explain_persons(wanted, among, candidate.alert.id, out);
    }
    return out;
}

// Those that pass, the best first and of them the newest.
std::vector<Ranked> rank(const proto::SearchRequest& search, const Candidates& all,
                         const QueryContext& context) {
    std::vector<Ranked> out;
    all.each_alert([&](std::span<const Candidate> found) {
        auto alert = context.index.alert(found.front().alert);
        if (!alert.has_value()) return;
        // Unless only the document part fits: then what fits is shown.
        if (auto whole = whole_of(*alert, context); whole && all.contains(whole->id)) return;
        if (!passes(search, *alert, context)) return;
        Ranked& ranked = out.emplace_back(Ranked{0, false, alert->order, found});
        for (const Candidate& candidate : found) {
            ranked.score = std::max(ranked.score, candidate.score);
            ranked.strong = ranked.strong || candidate.strong;
        }
    });
    std::sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) {
        return a.score != b.score ? a.score > b.score : a.order > b.order;
    });
    return out;
}

Candidates find(const proto::SearchRequest& search, const WantedPerson& wanted,
                const QueryContext& context, const Index& among, std::uint64_t& looked_into) {
    Candidates out;
    if (!search.doc().empty())
        for (const AlertId& id : among.by_document(fold_document_number(search.doc())))
            out.add({{id}, 1.0, true, "same document number"});
    if (!search.name().empty())
        out.add(by_name(wanted, among));
    else if (!search.dob().empty())
        out.add(by_birth_date(search, among));
    if (!search.text().empty()) out.add(by_text(search, context, looked_into));
    const bool listing = search.doc().empty() && search.name().empty() && search.dob().empty() &&
                         search.text().empty();
    if (listing)
        for (const AlertState& alert : context.index.newest(0, candidates_max))
            out.add({{alert.id}, 0.5, false, "listed"});
    out.sort();
    return out;
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
    const WantedPerson wanted(search);
    std::uint64_t looked_into = 0;
    const Candidates all = find(search, wanted, context, among, looked_into);
    constexpr std::uint32_t limit_default = 50;
    std::size_t limit = search.limit() == 0 ? limit_default : std::min(search.limit(), 500u);
    proto::SearchResponse out;
    std::uint64_t more = 0;
    for (const Ranked& ranked : rank(search, all, context)) {
        if (static_cast<std::size_t>(out.matches_size()) >= limit) {
            ++more;
            continue;
        }
        auto alert = context.index.alert(ranked.found.front().alert);
        if (!alert.has_value() || !alert->readable()) continue;  // Gone meanwhile.
        auto row = alert_row(*alert, context);
        if (!row.has_value()) continue;
        Explained why = explain(wanted, among, ranked.found);
        if (why.reasons.empty()) continue;  // Its names were corrected meanwhile.
        auto* match = out.add_matches();
        *match->mutable_row() = std::move(*row);
        match->set_score(ranked.score);
        match->set_strength(ranked.strong ? "strong" : "possible");
        for (std::string& reason : why.reasons) match->add_reasons(std::move(reason));
        for (std::string& difference : why.differences)
            match->add_differences(std::move(difference));
    }
    *out.mutable_coverage() = coverage(context);
    out.mutable_coverage()->set_text_alerts(looked_into);
    out.mutable_coverage()->set_more(more);
    return out;
}

}  // namespace rilon
