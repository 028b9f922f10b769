// A piece of work in a process of its own, because a defect may well end it, and that is a finding
// too; and several of them at once, one for each core.
#pragma once

#include <functional>
#include <string>

namespace rilon {

// What came of it: empty when it returned an empty string, else what it returned, or how it ended.
// It is ended itself after so many seconds.
std::string run_apart(const std::function<std::string()>& work, unsigned seconds_max);

// Memory that a process shares with those it forks. T must be trivially copyable.
void* share_memory(std::size_t bytes);
void unshare_memory(void* memory, std::size_t bytes);
template <class T>
class Shared {
   public:
    Shared() : at_(new (share_memory(sizeof(T))) T{}) {
        static_assert(std::is_trivially_copyable_v<T>);
    }
    ~Shared() { unshare_memory(at_, sizeof(T)); }
    Shared(const Shared&) = delete;
    T* operator->() { return at_; }
    T& operator*() { return *at_; }

   private:
    T* at_;
};

// Calls `work` with 0, 1 … jobs − 1, each in its own process, and waits for all of them. What
// `died` is told: a worker ended by itself; true starts it again.
void run_jobs(unsigned jobs, const std::function<void(unsigned)>& work,
              const std::function<bool(unsigned)>& died);

}  // namespace rilon
