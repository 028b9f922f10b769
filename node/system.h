// The system's clock and random numbers behind the seams Clock and Rng.
#pragma once

#include <sodium.h>

#include <chrono>

#include "node/clock.h"
#include "protocol/rng.h"

namespace rilon {

class SystemClock : public Clock {
   public:
    UnixMillis now() const override {
        auto since = std::chrono::system_clock::now().time_since_epoch();
        auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
        return UnixMillis{ms > 0 ? static_cast<std::uint64_t>(ms) : 0};
    }
};

class SystemRng : public Rng {
   public:
    void fill(std::span<Byte> out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace rilon
