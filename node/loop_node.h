// LoopNode: the loop's view of Node, and the snapshots that queries read beside it.
#pragma once

#include <memory>
#include <mutex>

#include "node/clock.h"
#include "node/loop_core.h"
#include "node/node.h"

namespace rilon {

class LoopNode : public LoopCore {
   public:
    // All must outlive it.
    LoopNode(NodeIdentity& identity, NodeOptions options, const Store& store, Rng& rng,
             const Clock& clock);
    ~LoopNode() override;

    Status start(Intake intake, UnixMillis now) override;
    void greet(Outputs& out) override;
    void step(Event event, UnixMillis now, Outputs& out) override;
    void flush(Outputs& out) override;
    UnixMillis next_timer() const override;
    void renew(UnixMillis now) override;
    JobResult run(Job job) const override;
    Bytes answer(const Bytes& request) override;
    std::uint32_t wait_ms(const Bytes& request) const override;
    bool empty(const Bytes& response) const override;
    Bytes failure(std::uint64_t request_id, Errc code) const override;

   private:
    struct Snapshot {
        std::shared_ptr<const Directory> directory;
        std::map<std::string, UnixMillis> heard;
        UnixMillis sure;
        std::uint64_t feed_epoch = 0;
    };
    NodeIdentity& identity_;
    NodeOptions options_;
    const Store& store_;
    Rng& rng_;
    const Clock& clock_;
    std::unique_ptr<Node> node_;
    UnixMillis renewed_{};
    std::mutex mutex_;
    Snapshot snapshot_;
};

}  // namespace rilon
