#include "tests/sim/hunt.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "protocol/mutant.h"
#include "tests/sim/apart.h"
#include "tests/sim/report.h"

namespace rilon {

#ifdef RILON_MUTANTS
namespace {

constexpr unsigned seconds_max = 600;
constexpr unsigned mutants = static_cast<unsigned>(Mutant::first_of_processes);

// The seed under way, so that it is known when the process ends in it; and who survived.
struct Board {
    std::uint64_t seed[mutants];
    bool survived[mutants];
};

std::string first_problem(std::uint64_t seed) {
    SimResult result = run_plan(draw_plan(seed));
    return result.ok() ? "" : result.problems.front();
}

// The first problem that a seed of the range shows, or how the process ended.
std::string search(Mutant defect, std::uint64_t from, std::uint64_t to, std::uint64_t& seed) {
    return run_apart(
        [&] {
            active_mutant = defect;
            for (seed = from; seed <= to; ++seed)
                if (std::string found = first_problem(seed); !found.empty()) return found;
            return std::string();
        },
        seconds_max);
}

void hunt(unsigned which, const HuntOptions& options, Board& board) {
    std::uint64_t& seed = board.seed[which];
    std::string problem;
    for (std::uint64_t from = options.from; from <= options.to; from = seed + 1) {
        problem = search(static_cast<Mutant>(which), from, options.to, seed);
        if (problem.empty()) break;
        // A seed that fails without the defect shows nothing.
        std::uint64_t found = seed;
        if (run_apart([&] { return first_problem(found); }, seconds_max).empty()) break;
        problem.clear();
    }
    std::string name(mutant_names[which]);
    board.survived[which] = problem.empty();
    if (options.json)
        std::printf("%s\n", mutant_to_json(name, seed, problem).c_str());
    else
        std::printf("%-22s %s %llu  %s\n", name.c_str(),
                    problem.empty() ? "SURVIVED" : "found by seed",
                    static_cast<unsigned long long>(seed), problem.c_str());
    std::fflush(stdout);
}

}  // namespace

int hunt_mutants(const HuntOptions& options) {
    Shared<Board> board;
    std::vector<unsigned> hunted;
    for (unsigned i = 1; i < mutants; ++i)
        if (options.only.empty() || options.only == mutant_names[i]) hunted.push_back(i);
    auto share = [&](unsigned job) {
        for (std::size_t i = job; i < hunted.size(); i += options.jobs)
            hunt(hunted[i], options, *board);
    };
    bool broken = false;
    run_jobs(options.jobs, share, [&](unsigned) {
        broken = true;
        return false;
    });
    auto survived = static_cast<int>(std::count_if(hunted.begin(), hunted.end(),
                                                   [&](unsigned i) { return board->survived[i]; }));
    std::printf("%zu mutants, %d survived\n", hunted.size(), survived);
    return broken || hunted.empty() ? std::max(1, survived) : survived;
}

bool seed_defect(const std::string& name) {
    auto found = std::find(std::begin(mutant_names), std::end(mutant_names), name);
    if (found == std::end(mutant_names)) return false;
    active_mutant = static_cast<Mutant>(std::distance(std::begin(mutant_names), found));
    return true;
}

#else

int hunt_mutants(const HuntOptions&) {
    std::fprintf(stderr, "this build has no mutants: use the preset mutants\n");
    return 1;
}

bool seed_defect(const std::string&) {
    return false;
}

#endif

}  // namespace rilon
