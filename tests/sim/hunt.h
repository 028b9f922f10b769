// Seeded defects (protocol/mutant.h): each must be found by a seed, else the simulator proves
// nothing.
#pragma once

#include <cstdint>
#include <string>

namespace rilon {

struct HuntOptions {
    std::uint64_t from = 1;
    std::uint64_t to = 500;
    unsigned jobs = 2;
    std::string only;  // One mutant by name; empty: all.
    bool json = false;
};

// How many survived. A build without RILON_MUTANTS has none to find, which is an error: 1.
int hunt_mutants(const HuntOptions& options);
// For what follows in this process. False: there is no such mutant in this build.
bool seed_defect(const std::string& name);

}  // namespace rilon
