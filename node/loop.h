// The loop: one thread that owns the sockets, the write transaction and all state.
//
//   poll ─▶ step each event ─▶ jobs on all cores ─▶ flush ─▶ one commit ─▶ send, answer, publish
//
// Events that bring many jobs are spread over turns: no turn takes long, whatever was received.
//
// Whatever one poll brought shares the commit (group commit, no timer). Nothing is sent before the
// commit returned. When it fails nothing of the batch is: on a full disk the logic starts anew and
// refuses intake, on any other failure run() returns and the process must end.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>

#include "node/clock.h"
#include "node/loop_core.h"
#include "node/query_worker.h"
#include "node/transport.h"
#include "node/worker_pool.h"

namespace rilon {

constexpr std::size_t jobs_per_turn = 512;  // With so many no further event is taken.

struct LoopOptions {
    std::size_t helpers = 0;  // Threads for jobs besides the loop's.
    std::size_t query_queue_max = 256;
    std::size_t open_requests_max = 64;               // Of one client.
    std::function<void()> on_turn;                    // At least once a second: the watchdog's.
    std::function<Status()> on_minute;                // Between commits; an error ends the loop.
    std::function<void(ChangeIdentity)> on_identity;  // After the commit.
};

struct LoopCounters {
    std::uint64_t turns = 0;
    std::uint64_t commits = 0;
    std::uint64_t busy = 0;      // Requests refused because a queue was full.
    std::uint64_t restarts = 0;  // Of the logic.
};

class Loop {
   public:
    Loop(LoopCore& core, Store& store, Transport& transport, const Clock& clock,
         LoopOptions options);

    // Until stop(), then ok. Errors: whatever means that the process has to be started again.
    Status run();
    // From any thread or a signal handler.
    void stop();
    const LoopCounters& counters() const { return counters_; }

   private:
    Status start(Intake intake);
    Status turn();
    // Takes events that wait through to what they bring about.
    Status round();
    void reset_peers();
    void step(Event event, Outputs& out);
    void run_jobs(Outputs& out);
    Status finish(Outputs out);
    Status commit(Batch writes);
    Status commit_failed(const Status& why);
    void perform(std::vector<Output> outputs);
    void perform_one(Output& output);
    Status erase();
    Status each_minute();
    void watch_readers();
    std::uint32_t wait_ms() const;

    bool take_request(const ClientFrame& frame);
    void answered(ClientId client, ByteView response);
    void refuse(ClientId client, std::uint64_t request_id, Errc code);

    LoopCore& core_;
    Store& store_;
    Transport& transport_;
    const Clock& clock_;
    LoopOptions options_;
    WorkerPool pool_;
    QueryWorker queries_;
    std::deque<Event> waiting_;
    std::map<ClientId, std::vector<std::uint64_t>> open_;  // Request ids not answered yet.
    UnixMillis now_{};
    UnixMillis minute_{};
    Intake intake_ = Intake::open;
    int full_in_a_row_ = 0;
    std::uint64_t oldest_read_ = 0;  // A minute ago.
    bool check_erase_ = true;
    UnixMillis renewed_{};
    std::atomic<bool> stop_{false};
    LoopCounters counters_;
};

// The id, first field of a Request and of a Response; zero when there is none.
std::uint64_t request_id_of(ByteView message);

}  // namespace rilon
