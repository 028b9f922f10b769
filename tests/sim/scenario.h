// One seeded run: a network, a workload, faults and a malicious peer, all drawn from the seed; then
// the faults stop and the network must come to rest.
#pragma once

#include <string>
#include <vector>

#include "tests/support/test_net.h"

namespace rilon {

struct SimResult {
    std::uint64_t seed = 0;
    std::vector<std::string> problems;
    std::vector<std::string> tail;  // The last events before the end.
    Hash32 trace;
    std::uint64_t events = 0;
    std::uint64_t faults = 0;
    std::uint64_t posts = 0;
    std::uint64_t rest_ms = 0;  // Virtual time until rest.
    bool ok() const { return problems.empty(); }
};

SimResult run_seed(std::uint64_t seed, bool trace = false);

}  // namespace rilon
