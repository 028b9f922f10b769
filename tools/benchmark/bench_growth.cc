// P8: what a node costs that holds a hundred times as many alerts.
//
// The stores are made by the node itself: catch-up (HEADS, RANGE, PUT, every signature checked,
// every alert opened and indexed) from a peer's stream of invented persons. Then this program is
// started again to open them, so that memory is that of a node and nothing else.
#include "tools/benchmark/bench_growth.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_origin.h"

extern char** environ;

namespace rilon::bench {
namespace {

constexpr std::size_t chunk = 20000;  // Made, then fed.

// Until everything of the origin can be found.
void feed(ScriptedNode& node, const BenchOrigin& origin, std::size_t& last) {
    constexpr std::size_t idle_turns_max = 60;  // Of a second each.
    std::vector<Event> events;
    events.push_back(origin.heads());
    for (std::size_t idle = 0; idle < idle_turns_max;) {
        node.turn(std::move(events));
        events = origin.replies(node.take_sent(), last);
        idle = events.empty() ? idle + 1 : 0;
        if (!events.empty() && last + 1 < origin.entries()) continue;
        if (events.empty() && node.status().alerts() == origin.contents()) return;
    }
    give_up("P8: catch-up does not come to an end");
}

// Seconds an alert.
double make_store(BenchRun& run, const std::string& dir, std::size_t alerts) {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    BenchOrigin origin(run.network, "aus-bkk", "BKK");
    ScriptedNode node(run.network, grown_reader,
                      {grown_dir(dir, alerts), cores - 1, false, grown_seed});
    node.turn(origin.greeting());
    std::vector<Event> first;
    first.push_back(origin.push(0));
    node.turn(std::move(first));
    node.take_sent();
    GrownPersons persons;
    std::size_t last = 0;
    double seconds = 0;
    while (origin.contents() < alerts) {
        for (std::size_t i = 0; i < chunk && origin.contents() < alerts; ++i)
            origin.add_alert(lookout(persons.next()));
        auto start = std::chrono::steady_clock::now();
        feed(node, origin, last);
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return seconds / static_cast<double>(alerts);
}

std::map<std::string, double> measure_apart(BenchRun& run, const std::string& dir, std::size_t few,
                                            std::size_t many) {
    const std::string self = "/proc/self/exe";
    const std::string out = dir + "/measured";
    std::vector<std::string> words = {self,
                                      grown_argument,
                                      dir,
                                      std::to_string(run.network.options().start.value),
                                      std::to_string(few),
                                      std::to_string(many)};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT,
                                       0600);
    pid_t child = 0;
    if (::posix_spawn(&child, self.c_str(), &actions, nullptr, argv.data(), environ) != 0)
        give_up("P8: no second process");
    ::posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) give_up("P8: measuring failed");
    std::map<std::string, double> values;
    std::ifstream in(out);
    std::string name;
    for (double value = 0; in >> name >> value;) values[name] = value;
    return values;
}

double file_bytes(const std::string& dir) {
    double out = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir))
        if (entry.is_regular_file()) out += static_cast<double>(entry.file_size());
    return out;
}

}  // namespace

void bench_growth(BenchRun& run) {
    const std::size_t few = run.quick ? 1000 : 10000;
    const std::size_t many = run.quick ? 5000 : run.full ? 1000000 : 100000;
    const std::string dir = run.sub("p8");
    std::filesystem::create_directory(dir);
    (void)make_store(run, dir, few);
    const double made_s = make_store(run, dir, many);
    const double held = static_cast<double>(many);
    const double store_bytes = file_bytes(grown_dir(dir, many)) / held;
    auto seen = measure_apart(run, dir, few, many);
    const std::string sizes = fmt::format(" among {} alerts against {}", many, few);
    auto growth = [&](const char* what, const char* key, const std::string& note) {
        run.figures.push_back({"P8", what + sizes, "us", Better::lower,
                               seen.at(std::string(key) + "_many"),
                               seen.at(std::string(key) + "_few"), 1.30, note});
    };
    growth("a post", "post", "processor time of the loop's turns, PREPARE and COMMIT, no socket");
    growth("an ingest", "ingest", "processor time of the turn of a PUSH frame of one entry");
    growth("a search by document number", "document", "processor time of the query, without audit");
    growth("a search by a name nobody shares", "name", "the same");
    const double allowed = 64.0 * 1024 * 1024 + 250 * held;
    run.figures.push_back(
        {"P8", fmt::format("resident memory of an idle node, {} alerts", many), "MiB",
         Better::lower, seen.at("resident") / 1048576, allowed / 1048576, 1.00,
         fmt::format("raw is 64 MiB + 250 bytes an alert. {:.0f} MiB of it are not file pages; the "
                     "heap grew by {:.0f} bytes an alert, the process began with {:.0f} MiB; "
                     "{:.0f} bytes an alert in the store's files",
                     seen.at("anonymous") / 1048576, seen.at("heap") / held,
                     seen.at("resident_before") / 1048576, store_bytes)});
    run.figures.push_back({"P8", fmt::format("from start to serving, {} alerts", many), "s",
                           Better::lower, seen.at("serving_s"), 1, 1.00, "raw is the goal: 1 s"});
    run.figures.push_back(
        {"P8", fmt::format("from start to searching, {} alerts", many), "s", Better::lower,
         seen.at("searching_s"), 3, 1.00,
         fmt::format("raw is the goal for 10^6: 3 s; {:.2f} s of processor, {:.1f} us an alert. "
                     "The store was made by catch-up at {:.0f} alerts/s",
                     seen.at("start_cpu_s"), 1e6 * seen.at("start_cpu_s") / held, 1 / made_s)});
    std::filesystem::remove_all(dir);
}

}  // namespace rilon::bench
