// What the loop needs of the node's logic. LoopNode (loop_node.h) is rilond's, over Node; tests of
// the loop bring a small one of their own.
#pragma once

#include "node/event.h"

namespace rilon {

enum class Intake { open, refused };

class LoopCore {
   public:
    virtual ~LoopCore() = default;

    // Throws away the logic in memory and starts anew from the store. Errors end the process.
    virtual Status start(Intake intake, UnixMillis now) = 0;

    virtual void greet(Outputs& out) = 0;
    virtual void step(Event event, UnixMillis now, Outputs& out) = 0;
    virtual void flush(Outputs& out) = 0;
    virtual UnixMillis next_timer() const = 0;
    // On the loop thread, after each commit and once a second: what queries read is renewed.
    virtual void renew(UnixMillis now) = 0;

    // Pure; on any thread while the loop waits for it.
    virtual JobResult run(Job job) const = 0;

    // On the query thread.
    virtual Bytes answer(const Bytes& request) = 0;
    virtual std::uint32_t wait_ms(const Bytes& request) const = 0;
    virtual bool empty(const Bytes& response) const = 0;

    // A Response that says why not.
    virtual Bytes failure(std::uint64_t request_id, Errc code) const = 0;
};

}  // namespace rilon
