#include "tests/sim/apart.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace rilon {
namespace {

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

struct Answer {
    bool given;
    char text[500];
};

}  // namespace

void* share_memory(std::size_t bytes) {
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) give_up("mmap");
    return at;
}

void unshare_memory(void* memory, std::size_t bytes) {
    munmap(memory, bytes);
}

std::string run_apart(const std::function<std::string()>& work, unsigned seconds_max) {
    Shared<Answer> answer;
    std::fflush(nullptr);
    pid_t child = fork();
    if (child < 0) give_up("fork");
    if (child == 0) {
        alarm(seconds_max);
        if (std::freopen("/dev/null", "w", stderr) == nullptr)
            _exit(1);  // An assertion's last words.
        std::string text = work();
        std::snprintf(answer->text, sizeof answer->text, "%s", text.c_str());
        answer->given = true;
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) give_up("waitpid");
    if (answer->given) return answer->text;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "the process does not end";
    return "the process ended";
}

void run_jobs(unsigned jobs, const std::function<void(unsigned)>& work,
              const std::function<bool(unsigned)>& died) {
    std::map<pid_t, unsigned> running;
    auto begin = [&](unsigned job) {
        std::fflush(nullptr);
        pid_t child = fork();
        if (child < 0) give_up("fork");
        if (child == 0) {
            work(job);
            std::fflush(nullptr);
            _exit(0);
        }
        running[child] = job;
    };
    for (unsigned job = 0; job < jobs; ++job) begin(job);
    while (!running.empty()) {
        int status = 0;
        pid_t child = wait(&status);
        auto it = running.find(child);
        if (it == running.end()) continue;
        unsigned job = it->second;
        running.erase(it);
        bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!good && died(job)) begin(job);
    }
}

}  // namespace rilon
