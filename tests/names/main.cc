// rilon_names: how well names are told apart, by threshold. A table, or NDJSON for plot_names.py;
// what the figures mean: docs/names.md.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

#include "protocol/names.h"
#include "tests/names/labelled_names.h"

namespace rilon {
namespace {

constexpr const char* help_text =
    "rilon_names: precision and recall of the comparison of names, by threshold\n"
    "\n"
    "  --json     one JSON object a line instead of tables\n"
    "  --misses   also every pair that is judged wrongly at 0.80; the tune part only\n"
    "\n"
    "RILON_DATA names a folder with name_pairs.csv and cross_script_pairs.csv; without it these "
    "two\n"
    "sets are left out, and stderr says so.\n";

constexpr int percent_first = 50;
constexpr int percent_step = 2;

using Pairs = std::vector<LabelledPair>;

template <class Keep>
Pairs only(const Pairs& pairs, Keep keep) {
    Pairs out;
    for (const LabelledPair& pair : pairs)
        if (keep(pair)) out.push_back(pair);
    return out;
}

class Report {
   public:
    explicit Report(bool json) : json_(json) {}

    void thresholds(const char* set, const Pairs& pairs) {
        if (!json_) fmt::print("\n{}, {} pairs\nthreshold  precision  recall\n", set, pairs.size());
        for (int percent = percent_first; percent <= 100; percent += percent_step) {
            Rates r = rates(pairs, percent / 100.0);
            if (json_)
                fmt::print(
                    R"({{"type":"threshold","set":"{}","threshold":{:.2f},"precision":{:.4f},"recall":{:.4f},)"
                    R"("found":{},"missed":{},"wrong":{},"right":{}}})"
                    "\n",
                    set, percent / 100.0, r.precision(), r.recall(), r.found, r.missed, r.wrong,
                    r.right);
            else
                fmt::print("{:9.2f}  {:9.3f}  {:6.3f}\n", percent / 100.0, r.precision(),
                           r.recall());
        }
    }
    // Of each rule: how many of its pairs are found at both thresholds, and how many wrongly.
    void rules(const char* set, const Pairs& pairs) {
        std::map<std::string, Pairs> by_rule;
        for (const LabelledPair& pair : pairs) by_rule[pair.rule].push_back(pair);
        if (!json_)
            fmt::print("\n{}, by rule: same person found at 0.80, at 0.92; others at 0.80, 0.92\n",
                       set);
        for (const auto& [rule, its] : by_rule) {
            Rates possible = rates(its, name_score_possible),
                  strong = rates(its, name_score_strong);
            std::size_t same = possible.found + possible.missed;
            std::size_t others = possible.wrong + possible.right;
            if (json_)
                fmt::print(
                    R"({{"type":"rule","set":"{}","rule":"{}","same":{},"possible":{},"strong":{},)"
                    R"("different":{},"wrongly_possible":{},"wrongly_strong":{}}})"
                    "\n",
                    set, rule, same, possible.found, strong.found, others, possible.wrong,
                    strong.wrong);
            else
                fmt::print("{:22} {:3} {:3} of {:3}   {:3} {:3} of {:3}\n", rule, possible.found,
                           strong.found, same, possible.wrong, strong.wrong, others);
        }
    }

   private:
    bool json_;
};

int fail(const Error& error) {
    std::fprintf(stderr, "rilon_names: %s\n", error.detail.c_str());
    return EXIT_FAILURE;
}

int measure(bool json, bool misses) {
    auto regional = regional_pairs(RILON_LABELLED_NAMES);
    if (!regional) return fail(regional.error());
    Report report(json);
    Pairs tune = only(*regional, [](const LabelledPair& p) { return !p.held_out; });
    Pairs held_out = only(*regional, [](const LabelledPair& p) { return p.held_out; });
    report.thresholds("regional, tune", tune);
    report.thresholds("regional, held out", held_out);
    report.rules("regional, tune", tune);
    report.rules("regional, held out", held_out);
    for (const LabelledPair& pair : tune)
        if (misses && pair.same != (pair.score >= name_score_possible))
            std::fprintf(stderr, "%s %.3f %-24s %s / %s\n", pair.same ? "missed" : "wrong ",
                         pair.score, pair.id.c_str(), pair.a.c_str(), pair.b.c_str());
    const char* data = std::getenv("RILON_DATA");
    if (data == nullptr) {
        std::fputs("rilon_names: RILON_DATA isn't set: regional names only\n", stderr);
        return EXIT_SUCCESS;
    }
    auto latin = name_pairs(data);
    if (!latin) return fail(latin.error());
    auto crossed = cross_script_pairs(data);
    if (!crossed) return fail(crossed.error());
    report.thresholds("name_pairs", *latin);
    report.thresholds("cross_script_pairs, with a table",
                      only(*crossed, [](const LabelledPair& p) { return p.readable; }));
    report.thresholds("cross_script_pairs, all", *crossed);
    return EXIT_SUCCESS;
}

int names_main(int argc, char** argv) {
    bool json = false, misses = false;
    for (int i = 1; i < argc; ++i) {
        std::string_view word = argv[i];
        if (word == "--help") {
            std::fputs(help_text, stdout);
            return EXIT_SUCCESS;
        }
        if (word != "--json" && word != "--misses") {
            std::fprintf(stderr, "rilon_names: unknown argument \"%s\"; see --help\n", argv[i]);
            return 2;
        }
        (word == "--json" ? json : misses) = true;
    }
    return measure(json, misses);
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    return rilon::names_main(argc, argv);
}
