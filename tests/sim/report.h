// What a number of runs came to: counted, and said as one line for people or for programs.
#pragma once

#include <string>

#include "tests/sim/run.h"

namespace rilon {

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t large = 0;
    double short_core_s = 0;  // Of the seeds that are not large.
    std::uint64_t failed = 0;
    std::uint64_t events = 0;
    std::uint64_t operations = 0;
    std::uint64_t virtual_ms = 0;
    FaultCounts faults;

    void add(SeedSize size, const SimResult& result, double core_s);
    double short_rate() const;  // Seeds that are not large, a core-second.
    Totals& operator+=(const Totals& other);
};

// Processor seconds: of all processes that were waited for, and of this one.
double core_seconds();
double own_core_seconds();
std::string describe(const Totals& totals, double core_s);
std::string to_json(const Totals& totals, double core_s);
std::string violation_to_json(const std::string& plan, const std::string& problem);
std::string mutant_to_json(const std::string& name, std::uint64_t seed, const std::string& problem);

}  // namespace rilon
