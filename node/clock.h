// Clock: one of the four seams. Production binds it to the system (system.h), the simulator to its
// virtual time.
#pragma once

#include "protocol/units.h"

namespace rilon {

class Clock {
   public:
    virtual ~Clock() = default;
    virtual UnixMillis now() const = 0;
};

}  // namespace rilon
