#include "node/query_worker.h"

#include <algorithm>
#include <utility>

namespace rilon {

QueryWorker::QueryWorker(QueryCalls calls, std::size_t queue_max)
    : calls_(std::move(calls)), queue_max_(queue_max), thread_([this] { run(); }) {}

QueryWorker::~QueryWorker() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool QueryWorker::ask(RunQuery query) {
    {
        std::lock_guard lock(mutex_);
        if (queue_.size() + waiting_.size() >= queue_max_) return false;
        queue_.push_back(Item{std::move(query), {}, false, {}});
    }
    changed_.notify_all();
    return true;
}

void QueryWorker::arrived() {
    {
        std::lock_guard lock(mutex_);
        ++arrivals_;
        for (Item& item : waiting_) queue_.push_back(std::move(item));
        waiting_.clear();
        if (queue_.empty()) return;
    }
    changed_.notify_all();
}

void QueryWorker::forget(ClientId client) {
    std::lock_guard lock(mutex_);
    auto its = [&](const Item& item) { return item.query.client == client; };
    std::erase_if(queue_, its);
    std::erase_if(waiting_, its);
    std::erase_if(answers_, [&](const AnswerClient& a) { return a.client == client; });
    if (current_ == client) current_forgotten_ = true;
}

std::vector<AnswerClient> QueryWorker::take() {
    std::lock_guard lock(mutex_);
    return std::exchange(answers_, {});
}

void QueryWorker::pause() {
    std::unique_lock lock(mutex_);
    paused_ = true;
    changed_.wait(lock, [this] { return !current_; });
}

void QueryWorker::resume() {
    {
        std::lock_guard lock(mutex_);
        paused_ = false;
    }
    changed_.notify_all();
}

std::size_t QueryWorker::waiting() const {
    std::lock_guard lock(mutex_);
    return waiting_.size();
}

void QueryWorker::give(ClientId client, Bytes response) {
    answers_.push_back(AnswerClient{client, std::move(response)});
    calls_.wake();
}

void QueryWorker::expire(Time now) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (at->deadline > now) {
            ++at;
            continue;
        }
        give(at->query.client, std::move(at->last));
        at = waiting_.erase(at);
    }
}

void QueryWorker::answer(std::unique_lock<std::mutex>& lock) {
    Item item = std::move(queue_.front());
    queue_.pop_front();
    current_ = item.query.client;
    current_forgotten_ = false;
    std::uint64_t arrivals_before = arrivals_;
    lock.unlock();
    Bytes response = calls_.answer(item.query.request);
    bool empty = false;
    Time now = std::chrono::steady_clock::now();
    if (!item.tried)
        item.deadline = now + std::chrono::milliseconds(calls_.wait_ms(item.query.request));
    if (item.deadline > now) empty = calls_.empty(response);
    lock.lock();
    current_.reset();
    if (!current_forgotten_) {
        item.tried = true;
        item.last = std::move(response);
        if (!empty)
            give(item.query.client, std::move(item.last));
        else if (arrivals_ != arrivals_before)  // Committed while we looked: look again.
            queue_.push_back(std::move(item));
        else
            waiting_.push_back(std::move(item));
    }
    changed_.notify_all();  // pause() waits for this.
}

void QueryWorker::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        expire(std::chrono::steady_clock::now());
        if (!queue_.empty() && !paused_) {
            answer(lock);
            continue;
        }
        auto ready = [this] { return stop_ || (!queue_.empty() && !paused_); };
        auto first =
            std::min_element(waiting_.begin(), waiting_.end(),
                             [](const Item& a, const Item& b) { return a.deadline < b.deadline; });
        if (first == waiting_.end())
            changed_.wait(lock, ready);
        else
            changed_.wait_until(lock, Time(first->deadline), ready);
    }
}

}  // namespace rilon
