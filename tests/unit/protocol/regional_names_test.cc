// The labelled names of this region (tests/names), and what the comparison reaches on them:
// docs/names.md has the figures and their meaning.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "protocol/names.h"
#include "tests/names/labelled_names.h"

namespace rilon {
namespace {

const std::vector<LabelledPair>& all_pairs() {
    static const std::vector<LabelledPair> pairs = [] {
        auto read = regional_pairs(RILON_LABELLED_NAMES);
        EXPECT_TRUE(read.ok()) << read.error().detail;
        return read.ok() ? *read : std::vector<LabelledPair>{};
    }();
    return pairs;
}

std::vector<LabelledPair> held_out() {
    std::vector<LabelledPair> out;
    for (const LabelledPair& pair : all_pairs())
        if (pair.held_out) out.push_back(pair);
    return out;
}

TEST(RegionalNames, TheSetIsLargeAndBothSidesOfItAreThere) {
    EXPECT_GE(all_pairs().size(), 600u);
    std::set<std::string> ids, rules;
    std::map<std::pair<bool, bool>, std::size_t> count;
    for (const LabelledPair& pair : all_pairs()) {
        EXPECT_TRUE(ids.insert(pair.id).second) << pair.id;
        EXPECT_NE(pair.a, pair.b) << pair.id;
        rules.insert(pair.rule);
        ++count[{pair.held_out, pair.same}];
    }
    EXPECT_GE(rules.size(), 50u);
    for (bool apart : {false, true}) {
        EXPECT_GE((count[{apart, true}]), 250u);
        EXPECT_GE((count[{apart, false}]), 150u);
    }
}

// Floors a little below what docs/names.md reports for the part that nothing was tuned on.
TEST(RegionalNames, HeldOutPairsAreToldApartAsWellAsReported) {
    Rates possible = rates(held_out(), name_score_possible);
    Rates strong = rates(held_out(), name_score_strong);
    std::printf("held out: possible %.3f precise, %.3f found; strong %.3f, %.3f\n",
                possible.precision(), possible.recall(), strong.precision(), strong.recall());
    EXPECT_GE(possible.precision(), 0.94);
    EXPECT_GE(possible.recall(), 0.87);
    EXPECT_GE(strong.precision(), 0.94);
    EXPECT_GE(strong.recall(), 0.75);
}

TEST(RegionalNames, NothingIsMadeUpForAScriptWithoutATable) {
    std::size_t seen = 0;
    for (const LabelledPair& pair : all_pairs()) {
        if (pair.readable) continue;
        ++seen;
        EXPECT_LT(pair.score, name_score_possible) << pair.id;
    }
    EXPECT_GE(seen, 10u);
}

}  // namespace
}  // namespace rilon
