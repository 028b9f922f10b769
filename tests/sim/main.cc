// rilon_sim --seeds A..B [--trace]: seeded networks with faults against the daemon's own
// Node::step. Prints every failing seed with its last events; the same seed gives the same run.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "protocol/mutant.h"
#include "protocol/secret.h"
#include "tests/sim/scenario.h"

namespace rilon {
namespace {

struct Args {
    std::uint64_t from = 1;
    std::uint64_t to = 100;
    unsigned jobs = 2;
    bool trace = false;
    bool twice = false;  // Run each seed again and compare the traces.
    bool quiet = false;
    bool stop = false;  // At the first failing seed.
    bool mutants = false;
    std::string only;  // One mutant.
};

bool parse(int argc, char** argv, Args& out) {
    for (int i = 1; i < argc; ++i) {
        std::string arg = argv[i];
        if (arg == "--trace")
            out.trace = true;
        else if (arg == "--twice")
            out.twice = true;
        else if (arg == "--quiet")
            out.quiet = true;
        else if (arg == "--mutants")
            out.mutants = true;
        else if (arg == "--stop")
            out.stop = true;
        else if (arg == "--only" && i + 1 < argc)
            out.only = argv[++i];
        else if (arg == "--jobs" && i + 1 < argc)
            out.jobs = static_cast<unsigned>(std::stoul(argv[++i]));
        else if (arg == "--seeds" && i + 1 < argc) {
            std::string range = argv[++i];
            auto dots = range.find("..");
            out.from = std::stoull(range);
            out.to = dots == std::string::npos ? out.from : std::stoull(range.substr(dots + 2));
        } else {
            return false;
        }
    }
    return out.from <= out.to && out.jobs > 0;
}

void report(const SimResult& result) {
    std::printf("seed %llu FAILED\n", static_cast<unsigned long long>(result.seed));
    for (const auto& line : result.tail) std::printf("    %s\n", line.c_str());
    for (const auto& what : result.problems) std::printf("  %s\n", what.c_str());
    std::printf("  again: rilon_sim --seeds %llu --trace\n",
                static_cast<unsigned long long>(result.seed));
    std::fflush(stdout);
}

// Every jobs-th seed from `first`. The number of failures, at most 100.
int run_share(const Args& args, unsigned first) {
    int failed = 0;
    std::uint64_t events = 0, posts = 0, faults = 0, seeds = 0;
    for (std::uint64_t seed = args.from + first; seed <= args.to; seed += args.jobs) {
        SimResult result = run_seed(seed, args.trace);
        if (args.twice && run_seed(seed).trace != result.trace)
            result.problems.push_back("the same seed gave another trace");
        if (args.from == args.to)
            std::printf("seed %llu trace %s rest %llu ms\n", static_cast<unsigned long long>(seed),
                        result.trace.hex().c_str(),
                        static_cast<unsigned long long>(result.rest_ms));
        ++seeds, events += result.events, posts += result.posts, faults += result.faults;
        if (result.ok()) continue;
        if (!args.quiet) report(result);
        if (failed < 100) ++failed;
        if (args.stop) break;
    }
    if (!args.quiet)
        std::printf("share %u: %llu seeds, %d failed, %llu events, %llu operations, %llu faults\n",
                    first, static_cast<unsigned long long>(seeds), failed,
                    static_cast<unsigned long long>(events), static_cast<unsigned long long>(posts),
                    static_cast<unsigned long long>(faults));
    std::fflush(stdout);
    return failed;
}

#ifdef RILON_MUTANTS
// In a process of its own: a defect may well end it, and that is a finding too.
SimResult run_guarded(std::uint64_t seed) {
    SimResult out;
    out.seed = seed;
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) return out;
    pid_t child = fork();
    if (child == 0) {
        alarm(30);
        SimResult result = run_seed(seed);
        if (!result.ok()) {
            const std::string& what = result.problems.front();
            (void)!write(pipe_ends[1], what.data(), what.size());
        }
        _exit(result.ok() ? 0 : 1);
    }
    close(pipe_ends[1]);
    char text[200];
    ssize_t size = read(pipe_ends[0], text, sizeof text);
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return out;
    out.problems.push_back(size > 0 ? std::string(text, static_cast<std::size_t>(size))
                                    : "the process ended");
    return out;
}
#endif

// Each seeded defect in turn, until a seed shows it. The number of those that survive.
int hunt([[maybe_unused]] const Args& args) {
#ifdef RILON_MUTANTS
    int survived = 0;
    constexpr int end = static_cast<int>(Mutant::first_of_processes);
    for (int i = 1; i < end; ++i) {
        Mutant defect = static_cast<Mutant>(i);
        if (!args.only.empty() && args.only != mutant_names[i]) continue;
        std::uint64_t seed = args.from;
        SimResult result;
        for (; seed <= args.to; ++seed) {
            active_mutant = defect;
            result = run_guarded(seed);
            active_mutant = Mutant::none;  // A seed that fails without the defect shows nothing.
            if (!result.ok() && run_guarded(seed).ok()) break;
            result.problems.clear();
        }
        std::string name(mutant_names[i]);
        if (result.ok()) ++survived;
        std::printf("%-22s %s %llu  %s\n", name.c_str(), result.ok() ? "SURVIVED" : "found by seed",
                    static_cast<unsigned long long>(seed),
                    result.ok() ? "" : result.problems.front().c_str());
        std::fflush(stdout);
    }
    std::printf("%d mutants, %d survived\n", end - 1, survived);
    return survived;
#else
    std::fprintf(stderr, "this build has no mutants: configure with -DRILON_MUTANTS=ON\n");
    return 1;
#endif
}

int run_all(const Args& args) {
    auto began = std::chrono::steady_clock::now();
    if (args.from == args.to || args.jobs == 1) return run_share({args}, 0);
    int failed = 0;
    for (unsigned i = 0; i < args.jobs; ++i)
        if (fork() == 0) _exit(run_share(args, i));
    for (unsigned i = 0; i < args.jobs; ++i) {
        int status = 0;
        wait(&status);
        failed += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (!WIFEXITED(status)) std::printf("a share of the seeds crashed\n");
    }
    double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    double seeds = static_cast<double>(args.to - args.from + 1);
    std::printf("%.0f seeds, %d failed, %.1f s, %.1f seeds/s\n", seeds, failed, s, seeds / s);
    return failed;
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    rilon::Args args;
    if (!rilon::parse(argc, argv, args)) {
        std::fprintf(
            stderr,
            "rilon_sim --seeds A..B [--jobs N] [--trace] [--twice] [--quiet] [--stop]\n"
            "rilon_sim --seeds A..B --mutants [--only NAME]   (a build with RILON_MUTANTS)\n");
        return 2;
    }
    if (auto ready = rilon::secrets_init(); !ready.ok()) return 1;
    return (args.mutants ? rilon::hunt(args) : rilon::run_all(args)) == 0 ? 0 : 1;
}
