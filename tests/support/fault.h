// What the simulated world can do to a network, by kind, and how often it was done.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <string_view>

namespace rilon {

enum class Fault : unsigned {
    frame_slow,     // a sync frame that takes ten times as long as usual and more
    frame_cut,      // a sync frame that was under way when its connection broke
    live_lost,      // PUB: dropped,
    live_doubled,   // delivered twice,
    live_late,      // overtaken by others
    partition,      // two nodes, both directions
    one_way,        // one direction
    broken,         // a connection breaks and is dialled again
    isolated,       // one node from all others
    crash_before,   // the process ends before its commit
    crash_after,    // after it, before anything was sent
    killed,         // the process is gone for a while
    stopped,        // SIGSTOP: it answers nothing and knows nothing of it
    disk_error,     // EIO at the commit: the process ends, the batch is there or not
    disk_full,      // no room for new rows for a while
    disk_slow,      // a commit that takes long
    disk_restored,  // an old backup
    disk_lost,      // the coordinator's
    clock_moved,    // forwards or backwards
    malice,         // a frame that no honest node sends
    withheld,       // a frame that an honest node would have sent
    count_
};
constexpr std::size_t fault_kinds = static_cast<std::size_t>(Fault::count_);

constexpr std::string_view fault_names[] = {
    "frame_slow",  "frame_cut",  "live_lost", "live_doubled", "live_late",     "partition",
    "one_way",     "broken",     "isolated",  "crash_before", "crash_after",   "killed",
    "stopped",     "disk_error", "disk_full", "disk_slow",    "disk_restored", "disk_lost",
    "clock_moved", "malice",     "withheld",
};
static_assert(std::size(fault_names) == fault_kinds);

struct FaultCounts {
    std::array<std::uint64_t, fault_kinds> of{};

    void add(Fault kind, std::uint64_t n = 1) { of[static_cast<std::size_t>(kind)] += n; }
    std::uint64_t total() const { return std::accumulate(of.begin(), of.end(), std::uint64_t{0}); }
    FaultCounts& operator+=(const FaultCounts& other) {
        for (std::size_t i = 0; i < fault_kinds; ++i) of[i] += other.of[i];
        return *this;
    }
};

}  // namespace rilon
