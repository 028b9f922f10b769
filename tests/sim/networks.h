// The networks that seeds choose from: founded once for each shape, by the real ceremony, and
// shared by all runs of the process.
#pragma once

#include "tests/sim/plan.h"

namespace rilon {

const Founded& founded(const Shape& shape);

}  // namespace rilon
