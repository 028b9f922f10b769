// Counters and times as types of their own, so that a seq is never taken for an epoch.
#pragma once

#include <compare>
#include <cstdint>

#include "protocol/assert.h"

namespace rilon {

template <class Tag, class Int>
struct Counter {
    Int value = 0;
    constexpr auto operator<=>(const Counter&) const = default;
    // The one after this; our own bug if there is none.
    constexpr Counter next() const {
        RILON_ASSERT(value != static_cast<Int>(-1));
        return Counter{static_cast<Int>(value + 1)};
    }
};

using Seq = Counter<struct SeqTag, std::uint64_t>;
using Epoch = Counter<struct EpochTag, std::uint32_t>;
using DirSeq = Counter<struct DirSeqTag, std::uint64_t>;
using Generation =
    Counter<struct GenerationTag, std::uint16_t>;           // Of a node's signing key; from 1.
using Arrival = Counter<struct ArrivalTag, std::uint64_t>;  // Local, gap-free order of a store.

// Milliseconds since 1970-01-01T00:00:00Z.
struct UnixMillis {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const UnixMillis&) const = default;
    constexpr UnixMillis plus(std::uint64_t ms) const { return UnixMillis{value + ms}; }
    // Zero when `earlier` is later: clocks step back.
    constexpr std::uint64_t since(UnixMillis earlier) const {
        return value > earlier.value ? value - earlier.value : 0;
    }
};

constexpr std::uint64_t ms_second = 1000;
constexpr std::uint64_t ms_minute = 60 * ms_second;
constexpr std::uint64_t ms_hour = 60 * ms_minute;
constexpr std::uint64_t ms_day = 24 * ms_hour;

}  // namespace rilon
