// From a plan that fails to the smallest one that fails in the same way.
#pragma once

#include <functional>
#include <string>

#include "tests/sim/plan.h"

namespace rilon {

// What a run of the plan found first; empty: nothing.
using Fails = std::function<std::string(const Plan&)>;
// Which invariant it was: a smaller plan must break the same one.
std::string kind_of_problem(const std::string& problem);
// Takes away actions, faults, malice, nodes and time as long as the same kind of problem stays, in
// at most `tries` runs.
Plan shrink(Plan plan, const Fails& fails, unsigned tries);

}  // namespace rilon
