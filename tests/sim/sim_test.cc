// A few seeds with every test run, and the seeds that once found something.
#include <gtest/gtest.h>

#include "tests/sim/scenario.h"

namespace rilon {
namespace {

void expect_good(std::uint64_t seed) {
    SimResult result = run_seed(seed);
    for (const auto& what : result.problems) ADD_FAILURE() << "seed " << seed << ": " << what;
}

TEST(Simulator, SeedsHold) {
    for (std::uint64_t seed = 5000; seed < 5040; ++seed) expect_good(seed);
}

// 2: a confirmation before its alert. 12: mail bounced between hub and coordinator. 19: opening
// before the commit. 24: redacts in bulk. 52: a feed past what is opened later. 372: a grant whose
// slots were lost on the way.
TEST(Simulator, SeedsThatFoundSomethingHold) {
    for (std::uint64_t seed : {2u, 12u, 19u, 24u, 45u, 52u, 132u, 156u, 372u}) expect_good(seed);
}

TEST(Simulator, TheSameSeedGivesTheSameTrace) {
    for (std::uint64_t seed : {3u, 17u, 372u})
        EXPECT_EQ(run_seed(seed).trace.hex(), run_seed(seed).trace.hex()) << seed;
}

}  // namespace
}  // namespace rilon
