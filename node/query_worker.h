// The query worker: one thread that answers searches, lists and feeds beside the loop. Its queue is
// bounded. A feed request that has nothing to say yet waits here until something was committed or
// its time is over.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "node/event.h"

namespace rilon {

// What the worker calls, all on its own thread but `wake`.
struct QueryCalls {
    std::function<Bytes(const Bytes& request)> answer;
    // How long the request may wait for something to say; zero: not at all.
    std::function<std::uint32_t(const Bytes& request)> wait_ms;
    std::function<bool(const Bytes& response)> empty;
    std::function<void()> wake;  // There are answers to take.
};

class QueryWorker {
   public:
    QueryWorker(QueryCalls calls, std::size_t queue_max);
    ~QueryWorker();
    QueryWorker(const QueryWorker&) = delete;
    QueryWorker& operator=(const QueryWorker&) = delete;

    // False when the queue is full.
    bool ask(RunQuery query);
    // Something was committed that a waiting request may want.
    void arrived();
    void forget(ClientId client);
    // Answers since the last call.
    std::vector<AnswerClient> take();
    // After pause() returned nothing is being answered, until resume(); what `answer` reads may be
    // replaced meanwhile.
    void pause();
    void resume();
    std::size_t waiting() const;

   private:
    using Time = std::chrono::steady_clock::time_point;
    struct Item {
        RunQuery query;
        Time deadline{};  // Set at the first attempt.
        bool tried = false;
        Bytes last;  // The empty answer, given when the time is over.
    };
    void run();
    void answer(std::unique_lock<std::mutex>& lock);
    void give(ClientId client, Bytes response);
    void expire(Time now);

    QueryCalls calls_;
    std::size_t queue_max_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Item> queue_;
    std::deque<Item> waiting_;
    std::vector<AnswerClient> answers_;
    std::uint64_t arrivals_ = 0;  // Calls of arrived().
    std::optional<ClientId> current_;
    bool current_forgotten_ = false;
    bool paused_ = false;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace rilon
