// An author's node with many posts waiting: what P2 times and P7 looks into.
#pragma once

#include "tools/benchmark/bench_node.h"

namespace rilon::bench {

class WaitingPosts {
   public:
    WaitingPosts(const TestNetwork& network, const std::string& dir, std::size_t helpers)
        : node_(network, "aus-bkk", {dir, helpers, false}) {}

    struct Took {
        double prepare_s = 0;
        double commit_s = 0;
        double cpu_s = 0;
    };
    // A turn of PREPAREs, a turn of COMMITs; ends the process unless every one was posted.
    Took round(std::size_t waiting);
    const NodeParts& parts() const { return node_.parts; }

   private:
    ScriptedNode node_;
    std::uint64_t number_ = 0;
};

}  // namespace rilon::bench
