#include "node/worker_pool.h"

namespace rilon {

WorkerPool::WorkerPool(std::size_t helpers) {
    for (std::size_t i = 0; i < helpers; ++i) threads_.emplace_back([this] { help(); });
}

WorkerPool::~WorkerPool() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    begin_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::take_part() {
    for (;;) {
        std::size_t i = next_.fetch_add(1, std::memory_order_relaxed);
        if (i >= count_) return;
        (*work_)(i);
    }
}

void WorkerPool::run(std::size_t count, const std::function<void(std::size_t)>& work) {
    if (count <= 1 || threads_.empty()) {
        for (std::size_t i = 0; i < count; ++i) work(i);
        return;
    }
    {
        std::lock_guard lock(mutex_);
        work_ = &work;
        count_ = count;
        next_ = 0;
        ++batch_;
    }
    begin_.notify_all();
    take_part();
    std::unique_lock lock(mutex_);
    end_.wait(lock, [this] { return busy_ == 0; });
    // Helpers that come late find nothing to do.
    work_ = nullptr;
    count_ = 0;
}

void WorkerPool::help() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
        begin_.wait(lock, [&] { return stop_ || batch_ != seen; });
        if (stop_) return;
        seen = batch_;
        if (work_ == nullptr) continue;
        ++busy_;
        lock.unlock();
        take_part();
        lock.lock();
        if (--busy_ == 0) end_.notify_all();
    }
}

}  // namespace rilon
