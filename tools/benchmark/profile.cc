#include "tools/benchmark/profile.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "tools/benchmark/bench_node.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace rilon::bench {
namespace {

constexpr int frames_max = 64;
constexpr int frames_of_handler = 2;  // The handler itself and the kernel's way back.
constexpr std::size_t samples_max = 60000;
constexpr long period_ns = 1000000;  // The kernel looks only each tick.

struct Sample {
    std::array<void*, frames_max> frames;
    int size;
};
std::vector<Sample> samples;  // Written by the handler; made before it can run.
std::atomic<std::size_t> taken{0};

void on_timer(int, siginfo_t*, void*) {
    const int kept = errno;
    std::size_t at = taken.fetch_add(1);
    if (at < samples.size()) samples[at].size = backtrace(samples[at].frames.data(), frames_max);
    errno = kept;
}

// The processor clock of any thread of ours, as pthread_getcpuclockid makes it.
clockid_t clock_of(pid_t thread) {
    return static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3) | 6u);
}

struct Frame {
    std::string_view library;  // The file's name.
    std::string symbol;        // Demangled, without arguments; empty: none is exported.
};

Frame look_up(void* address) {
    Dl_info info{};
    if (::dladdr(address, &info) == 0) return {};
    Frame out;
    std::string_view file = info.dli_fname == nullptr ? "" : info.dli_fname;
    out.library = file.substr(file.rfind('/') + 1);
    if (info.dli_sname == nullptr) return out;
    int status = 0;
    char* plain = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
    out.symbol = status == 0 && plain != nullptr ? plain : info.dli_sname;
    std::free(plain);
    out.symbol = out.symbol.substr(0, out.symbol.find('('));
    return out;
}

bool is_one_of(const std::string& symbol, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), symbol) != names.end();
}

// What a frame says; empty: look further out.
std::string class_of(const Frame& frame) {
    if (frame.library.starts_with("libsodium")) return "crypto";
    if (frame.library.starts_with("liblmdb")) return "disk";
    if (frame.library.starts_with("libzmq")) return "socket";
    if (frame.library.starts_with("libprotobuf")) return "protobuf";
    if (!frame.library.starts_with("libc.so")) return "";
    if (is_one_of(frame.symbol, {"fdatasync", "fsync", "ftruncate", "ftruncate64", "pwrite",
                                 "pwrite64", "pwritev", "fallocate", "posix_fallocate"}))
        return "disk";
    if (is_one_of(frame.symbol, {"malloc", "free", "calloc", "realloc", "cfree"}))
        return "allocation";
    if (is_one_of(frame.symbol,
                  {"pthread_cond_signal", "pthread_cond_broadcast", "pthread_cond_wait",
                   "pthread_cond_clockwait", "pthread_cond_timedwait", "pthread_mutex_lock",
                   "pthread_mutex_unlock", "syscall"}))
        return "threads";
    return "";
}

bool is_library(std::string_view of) {
    return of == "crypto" || of == "disk" || of == "socket";
}

void file(const Sample& sample, ProfileCounts& into) {
    std::string found;
    std::string owner;
    std::set<std::string> within;
    for (int i = frames_of_handler; i < sample.size; ++i) {
        // A return address stands behind the call: one back is inside.
        auto at = static_cast<char*>(sample.frames[static_cast<std::size_t>(i)]);
        Frame frame = look_up(i == frames_of_handler ? at : at - 1);
        std::string says = class_of(frame);
        // What allocates or copies for libzmq or LMDB is theirs.
        bool of_library = !is_library(found) && is_library(says) && owner.empty();
        if (!says.empty() && (found.empty() || of_library)) found = says;
        if (!frame.symbol.starts_with("rilon::")) continue;
        if (owner.empty()) owner = frame.symbol;
        within.insert(frame.symbol);
    }
    if (found.empty()) found = "own code";
    ++into.samples;
    ++into.classes[found];
    if (is_library(found)) return;
    ++into.functions[owner.empty() ? "(not known)" : owner];
    for (const std::string& function : within) ++into.within[function];
}

std::string shares(const std::map<std::string, std::size_t>& counts, std::size_t all,
                   std::size_t max) {
    std::vector<std::pair<std::size_t, std::string>> sorted;
    for (const auto& [name, count] : counts) sorted.emplace_back(count, name);
    std::sort(sorted.rbegin(), sorted.rend());
    std::string out;
    for (std::size_t i = 0; i < sorted.size() && i < max; ++i)
        out += fmt::format("{}{} {:.1f} %", i == 0 ? "" : ", ", sorted[i].second,
                           100.0 * static_cast<double>(sorted[i].first) / static_cast<double>(all));
    return out;
}

}  // namespace

std::set<pid_t> threads_now() {
    std::set<pid_t> out;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
        out.insert(std::stoi(entry.path().filename().string()));
    return out;
}

pid_t this_thread() {
    return static_cast<pid_t>(::syscall(SYS_gettid));
}

double ProfileCounts::other() const {
    std::size_t ours = 0;
    for (const auto& [name, count] : classes)
        if (!is_library(name)) ours += count;
    return samples == 0 ? 0 : static_cast<double>(ours) / static_cast<double>(samples);
}

std::string ProfileCounts::text() const {
    return shares(classes, samples, classes.size());
}

std::string ProfileCounts::top(const std::map<std::string, std::size_t>& of,
                               std::size_t max) const {
    return shares(of, samples, max);
}

struct Profile::State {
    std::vector<timer_t> timers;
};

Profile::Profile(const std::set<pid_t>& threads) : state_(new State) {
    samples.assign(samples_max, Sample{});
    taken = 0;
    void* warm = nullptr;
    (void)backtrace(&warm, 1);  // Loads what it needs before a handler calls it.
    struct sigaction action {};
    action.sa_sigaction = on_timer;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    if (::sigaction(SIGPROF, &action, nullptr) != 0) give_up("no handler for SIGPROF");
    for (pid_t thread : threads) {
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGPROF;
        event.sigev_notify_thread_id = thread;
        timer_t timer{};
        if (::timer_create(clock_of(thread), &event, &timer) != 0)
            give_up("no timer for a thread's processor time");
        const itimerspec period{{0, period_ns}, {0, period_ns}};
        if (::timer_settime(timer, 0, &period, nullptr) != 0) give_up("no timer");
        state_->timers.push_back(timer);
    }
}

Profile::~Profile() {
    for (timer_t timer : state_->timers) ::timer_delete(timer);
}

ProfileCounts Profile::stop() {
    for (timer_t timer : state_->timers) ::timer_delete(timer);
    state_->timers.clear();
    ::signal(SIGPROF, SIG_IGN);  // One may be under way.
    ProfileCounts out;
    const std::size_t count = std::min(taken.load(), samples.size());
    for (std::size_t i = 0; i < count; ++i) file(samples[i], out);
    return out;
}

}  // namespace rilon::bench
