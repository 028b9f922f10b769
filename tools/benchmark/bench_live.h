// A reader's node that takes live entries: what P3 times and P7 looks into.
#pragma once

#include <fmt/format.h>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_origin.h"

namespace rilon::bench {

constexpr std::size_t live_batch = 240;
constexpr std::size_t live_batches = 4;  // 960: an epoch holds 1,000.

// A new epoch before each round, not timed.
class LiveReader {
   public:
    LiveReader(BenchRun& run, const std::string& dir, std::size_t helpers)
        : origin_(run.network, "aus-bkk", "BKK"),
          node_(run.network, "can-bkk", {run.sub(dir), helpers, false}) {
        node_.turn(origin_.greeting());
        push(0, origin_.entries());
    }
    // Entries a second.
    double round() {
        std::size_t from = origin_.entries();
        origin_.add_grant();
        push(from, origin_.entries());
        double seconds = 0;
        for (std::size_t i = 0; i < live_batches; ++i) {
            from = origin_.entries();
            for (std::size_t n = 0; n < live_batch; ++n) origin_.add_content();
            seconds += push(from, origin_.entries());
        }
        return static_cast<double>(live_batches * live_batch) / seconds;
    }
    void check() {
        proto::StatusResponse status = node_.status();
        if (status.alerts() != origin_.contents() || status.unopened() != 0)
            give_up(fmt::format("{} of {} live alerts were taken in", status.alerts(),
                                origin_.contents()));
    }
    // Microseconds of processor an entry, of everything so far.
    double cpu() const { return node_.cpu() * 1e6 / static_cast<double>(origin_.contents()); }
    std::string data_file() const { return node_.parts.data_file(); }
    std::size_t plain_bytes() const { return origin_.plain_bytes(); }

   private:
    // With what the turn before has to be told: confirmations of its acks.
    double push(std::size_t from, std::size_t to) {
        std::size_t ignored = 0;
        std::vector<Event> events = origin_.replies(node_.take_sent(), ignored);
        for (std::size_t i = from; i < to; ++i) events.push_back(origin_.push(i));
        return node_.turn(std::move(events));
    }
    BenchOrigin origin_;
    ScriptedNode node_;
};

}  // namespace rilon::bench
