// rilon_sim: seeded networks with faults against the daemon's own Node::step. Every failing seed is
// named with its first problem and the command that shows it again.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "protocol/secret.h"
#include "tests/sim/apart.h"
#include "tests/sim/hunt.h"
#include "tests/sim/report.h"
#include "tests/sim/shrink.h"
#include "tests/support/crypto_memo.h"

namespace rilon {
namespace {

constexpr const char* usage =
    "rilon_sim --seeds A..B [--jobs N] [--seconds S] [--stop] [--json]\n"
    "rilon_sim --seed N | --scenario 'PLAN'  [--trace] [--shrink] [--mutant NAME]\n"
    "rilon_sim --seeds A..B --mutants [--only NAME] [--json]   (a build with RILON_MUTANTS)\n"
    "--no-memo asks libsodium every time.\n";
constexpr unsigned shrink_tries = 3000;
constexpr unsigned run_seconds_max = 120;

struct Args {
    std::uint64_t from = 1;
    std::uint64_t to = 100;
    bool range = false;
    std::optional<Plan> plan;  // One run.
    unsigned jobs = 2;
    std::uint64_t seconds = 0;  // 0: to the last seed.
    bool trace = false;
    bool shrink = false;
    bool stop = false;  // At the first failing seed.
    bool json = false;
    bool mutants = false;
    std::string only;
};

bool read_range(const std::string& text, Args& out) {
    std::size_t dots = text.find("..");
    out.from = std::stoull(text);
    out.to = dots == std::string::npos ? out.from : std::stoull(text.substr(dots + 2));
    out.range = true;
    return out.from <= out.to;
}

bool read_scenario(const std::string& text, Args& out) {
    auto plan = parse_plan(text);
    if (!plan.ok()) std::fprintf(stderr, "%s\n", plan.error().detail.c_str());
    if (plan.ok()) out.plan = std::move(*plan);
    return plan.ok();
}

bool read_value(const std::string& name, const std::string& value, Args& out) {
    if (name == "--seeds") return read_range(value, out);
    if (name == "--seed") return out.plan = draw_plan(std::stoull(value)), true;
    if (name == "--scenario") return read_scenario(value, out);
    if (name == "--mutant") return seed_defect(value);
    if (name == "--only") return out.only = value, true;
    if (name == "--jobs") return out.jobs = static_cast<unsigned>(std::stoul(value)), out.jobs > 0;
    if (name == "--seconds") return out.seconds = std::stoull(value), true;
    return false;
}

bool read_args(int argc, char** argv, Args& out) {
    struct Flag {
        const char* name;
        bool Args::*where;
    };
    static constexpr Flag flags[] = {{"--trace", &Args::trace},
                                     {"--shrink", &Args::shrink},
                                     {"--stop", &Args::stop},
                                     {"--json", &Args::json},
                                     {"--mutants", &Args::mutants}};
    for (int i = 1; i < argc; ++i) {
        std::string arg = argv[i];
        bool known = arg == "--no-memo";
        if (known) set_crypto_memo(CryptoMemo::off);
        for (const Flag& flag : flags)
            if (arg == flag.name) known = out.*flag.where = true;
        if (!known && (i + 1 == argc || !read_value(arg, argv[++i], out))) return false;
    }
    return out.range != out.plan.has_value();
}

// --- one run ------------------------------------------------------------------------------------

std::string first_problem(const Plan& plan) {
    SimResult result = run_plan(plan);
    return result.ok() ? "" : result.problems.front();
}

int shrink_one(const Args& args) {
    Fails fails = [](const Plan& plan) {
        return run_apart([&] { return first_problem(plan); }, run_seconds_max);
    };
    std::string problem = fails(*args.plan);
    if (problem.empty()) {
        std::printf("nothing to shrink: no problem found\n");
        return 0;
    }
    Plan small = shrink(*args.plan, fails, shrink_tries);
    std::printf("%s\n%s\n", fails(small).c_str(), encode_plan(small).c_str());
    return 1;
}

int run_one(const Args& args) {
    if (args.shrink) return shrink_one(args);
    SimResult result = run_plan(*args.plan, args.trace ? Trace::print : Trace::off);
    std::printf("%s\n", encode_plan(*args.plan).c_str());
    if (!result.ok())
        for (const auto& line : result.tail) std::printf("    %s\n", line.c_str());
    for (const auto& what : result.problems) std::printf("  %s\n", what.c_str());
    std::printf("trace %s, %llu events, rest after %llu ms, %s\n", result.trace.hex().c_str(),
                static_cast<unsigned long long>(result.events),
                static_cast<unsigned long long>(result.rest_ms), result.ok() ? "held" : "FAILED");
    return result.ok() ? 0 : 1;
}

// --- many ---------------------------------------------------------------------------------------

// What a worker has done, readable when it is gone.
struct Progress {
    Totals totals;
    std::uint64_t next;
    bool stopped;
};

void report(const Args& args, std::uint64_t seed, const std::string& problem) {
    if (args.json)
        std::printf("%s\n", violation_to_json(encode_plan(draw_plan(seed)), problem).c_str());
    else
        std::printf("seed %llu FAILED: %s\n    rilon_sim --seed %llu --shrink\n",
                    static_cast<unsigned long long>(seed), problem.c_str(),
                    static_cast<unsigned long long>(seed));
    std::fflush(stdout);
}

int run_many(const Args& args) {
    using Clock = std::chrono::steady_clock;
    constexpr unsigned jobs_max = 64;
    const unsigned jobs = std::min(args.jobs, jobs_max);
    const auto end = Clock::now() + std::chrono::seconds(args.seconds);
    Shared<std::array<Progress, jobs_max>> progress;
    for (unsigned i = 0; i < jobs; ++i) (*progress)[i].next = args.from + i;
    auto stopped = [&] {
        for (unsigned i = 0; i < jobs; ++i)
            if ((*progress)[i].stopped) return true;
        return args.seconds != 0 && Clock::now() >= end;
    };
    auto work = [&](unsigned job) {
        Progress& mine = (*progress)[job];
        while (mine.next <= args.to && !stopped()) {
            const double began = own_core_seconds();
            SimResult result = run_plan(draw_plan(mine.next));
            mine.totals.add(seed_size(mine.next), result, own_core_seconds() - began);
            if (!result.ok()) report(args, mine.next, result.problems.front());
            mine.stopped = args.stop && !result.ok();
            mine.next += jobs;
        }
    };
    run_jobs(jobs, work, [&](unsigned job) {
        Progress& theirs = (*progress)[job];
        report(args, theirs.next, "the process ended");
        ++theirs.totals.seeds, ++theirs.totals.failed;
        theirs.stopped = args.stop;
        theirs.next += jobs;
        return true;
    });
    Totals all;
    for (unsigned i = 0; i < jobs; ++i) all += (*progress)[i].totals;
    double core_s = core_seconds();
    std::printf("%s\n", args.json ? to_json(all, core_s).c_str() : describe(all, core_s).c_str());
    return all.failed == 0 && all.seeds > 0 ? 0 : 1;
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    rilon::Args args;
    if (auto ready = rilon::secrets_init(); !ready.ok()) return 1;
    if (!rilon::read_args(argc, argv, args)) {
        std::fputs(rilon::usage, stderr);
        return 2;
    }
    if (args.plan.has_value()) return rilon::run_one(args);
    if (!args.mutants) return rilon::run_many(args);
    return rilon::hunt_mutants({args.from, args.to, args.jobs, args.only, args.json}) == 0 ? 0 : 1;
}
