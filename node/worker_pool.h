// Fan out, join: a batch of independent jobs on every core, the calling thread among them. Nothing
// is shared but the batch; results go where the caller's function puts them, so their order is the
// caller's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rilon {

class WorkerPool {
   public:
    // `helpers` threads besides the caller; none is fine.
    explicit WorkerPool(std::size_t helpers);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // Calls work(0) … work(count − 1), each once, and returns when all are done. From one thread at
    // a time. `work` must not throw.
    void run(std::size_t count, const std::function<void(std::size_t)>& work);
    std::size_t helpers() const { return threads_.size(); }

   private:
    void help();
    void take_part();

    std::mutex mutex_;
    std::condition_variable begin_;
    std::condition_variable end_;
    const std::function<void(std::size_t)>* work_ = nullptr;
    std::size_t count_ = 0;
    std::atomic<std::size_t> next_{0};
    std::size_t busy_ = 0;  // Helpers inside the batch.
    std::uint64_t batch_ = 0;
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace rilon
