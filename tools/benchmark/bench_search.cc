// P9 and P10: a search by document number and by name, and screening of applicants, among persons
// by the million; and how much of what comparing with every one of them would find the index finds.
// Names are as unequal as real ones (tests/support/population.h). Times are of the processor, on
// one thread, request to response as bytes, without socket and audit.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/registry.h"

namespace rilon::bench {
namespace {

constexpr std::size_t recall_names = 12;  // Each is compared with everyone.
constexpr std::size_t recall_names_quick = 6;

// Both steps ask the same: it is filled once a run.
const Registry& registry(BenchRun& run) {
    static const Registry one(run, run.quick ? 10000 : run.full ? 1000000 : 100000);
    return one;
}

// Every third name with a slip: a letter left out, doubled or exchanged with its neighbour.
std::string with_slip(std::string name, SeededRng& rng) {
    if (name.size() < 4) return name;
    const std::size_t at = 1 + rng.below(name.size() - 2);
    switch (rng.below(3)) {
        case 0: name.erase(at, 1); break;
        case 1: name.insert(at, 1, name[at]); break;
        default: std::swap(name[at], name[at + 1]); break;
    }
    return name;
}

// Who asks for a visa: half are persons of the registry, half are not.
class Applicants {
   public:
    explicit Applicants(std::uint64_t seed) : others_(seed), rng_(seed) {}
    InventedPerson next() {
        InventedPerson out = number_ % 2 == 0 ? held_.next() : others_.next();
        if (number_ % 2 != 0) out.document = fmt::format("N{:07}", number_);
        if (number_++ % 3 == 0) out.primary = with_slip(out.primary, rng_);
        return out;
    }

   private:
    Population held_ = Registry::population();
    Population others_;
    SeededRng rng_;
    std::size_t number_ = 0;
};

// Milliseconds of each question; no officer's signature being known yet, unless all are.
std::vector<double> times(const Registry& all, const std::vector<proto::SearchRequest>& questions,
                          bool known = false) {
    std::vector<double> out;
    for (const auto& question : questions) {
        if (!known) Registry::forget_signatures();
        const double began = thread_seconds();
        (void)all.ask(question);
        out.push_back((thread_seconds() - began) * 1e3);
    }
    return out;
}

void add_goal(BenchRun& run, const std::string& what, double ms, double goal_ms) {
    run.figures.push_back({"P9", what, "ms", Better::lower, ms, goal_ms, 1.00, "raw is the goal"});
}

struct Recall {
    std::size_t found = 0, all = 0;
};

// What the index finds of what comparing with everyone finds.
Recall recall(const Registry& all, const std::vector<FoldedName>& asked) {
    std::vector<std::set<AlertId>> found(asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i)
        all.index().by_name(asked[i], [&](const FoundAlert& alert, const FoundPerson&, double) {
            found[i].insert(alert.id);
        });
    Recall out;
    Population persons = Registry::population();
    for (std::size_t number = 0; number < all.persons(); ++number) {
        const InventedPerson person = persons.next();
        const FoldedName name = fold_name(
            person.secondary.empty() ? person.primary : person.primary + " " + person.secondary);
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (compare_folded(asked[i], name).score < name_score_possible) continue;
            ++out.all;
            out.found += found[i].contains(Registry::alert_of(number)) ? 1 : 0;
        }
    }
    return out;
}

}  // namespace

void bench_search(BenchRun& run) {
    const Registry& all = registry(run);
    const std::size_t questions = run.quick ? 60 : 600;
    Population held = Registry::population();
    Applicants applicants(4);
    std::vector<proto::SearchRequest> by_document, by_name;
    for (std::size_t i = 0; i < questions; ++i) {
        by_document.emplace_back().set_doc(held.next().document);
        by_name.emplace_back().set_name(applicants.next().name());
    }
    for (const auto& question : by_document)
        if (all.ask(question).matches_size() < 1) give_up("P9: a document that is not found");
    const std::string among = fmt::format(" among {} persons", all.persons());
    const std::vector<double> document = times(all, by_document), name = times(all, by_name);
    const std::vector<double> again = times(all, by_name, true);
    add_goal(run, "exact document, p50" + among, quantile(document, 0.50), 1);
    add_goal(run, "exact document, p99" + among, quantile(document, 0.99), 1);
    add_goal(run, "name, p50" + among, quantile(name, 0.50), 10);
    add_goal(run, "name, p99" + among, quantile(name, 0.99), 50);
    run.figures.push_back({"P9", "name, its rows shown before, p50" + among, "ms", Better::lower,
                           quantile(again, 0.50), 0, 0, "officers' signatures known already"});
    run.figures.push_back({"P9", "filling the index" + among, "s", Better::lower, all.filled_s(), 0,
                           0, "processor; the persons and their records are made meanwhile"});
}

void bench_screening(BenchRun& run) {
    const Registry& all = registry(run);
    const std::size_t applications = run.quick ? 100 : 2000;
    Applicants applicants(5);
    std::vector<proto::SearchRequest> questions;
    for (std::size_t i = 0; i < applications; ++i) {
        const InventedPerson person = applicants.next();
        proto::SearchRequest& question = questions.emplace_back();
        question.set_screening(true);
        question.set_doc(person.document);
        question.set_name(person.name());
        question.set_dob(person.birth_date);
        question.set_sex("M");
        question.set_nationality("UTO");
    }
    std::size_t shown = 0;
    auto screened = [&](bool known) {
        double took = 0;
        shown = 0;
        for (const auto& question : questions) {
            if (!known) Registry::forget_signatures();
            const double began = thread_seconds();
            shown += static_cast<std::size_t>(all.ask(question).matches_size());
            took += thread_seconds() - began;
        }
        return static_cast<double>(applications) / took;
    };
    const std::string among = fmt::format(" among {} persons", all.persons());
    const double first = screened(false), again = screened(true);
    run.figures.push_back(
        {"P10", "applications screened by one core" + among, "1/s", Better::higher, first, 2000,
         1.00,
         fmt::format("raw is the goal; {:.1f} rows shown an application, each opened and its "
                     "officer checked",
                     static_cast<double>(shown) / static_cast<double>(applications))});
    run.figures.push_back({"P10", "the same, its rows shown before" + among, "1/s", Better::higher,
                           again, 0, 0, "officers' signatures known already"});
    std::vector<FoldedName> asked;
    Applicants sample(6);
    for (std::size_t i = 0; i < (run.quick ? recall_names_quick : recall_names); ++i)
        asked.push_back(fold_name(sample.next().name()));
    const Recall seen = recall(all, asked);
    if (seen.all == 0) give_up("P10: names that are like nobody's");
    run.figures.push_back(
        {"P10", "found of what comparing with everyone finds" + among, "of 1", Better::higher,
         static_cast<double>(seen.found) / static_cast<double>(seen.all), 1, 0.99,
         fmt::format("{} of {} persons like {} names, a third of them with a slip", seen.found,
                     seen.all, asked.size())});
}

}  // namespace rilon::bench
