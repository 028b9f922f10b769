// rilon-bench: measures the product through its own code and, in turns, the raw limit of each step.
// What the figures mean and which goals they have: docs/performance.md.
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "protocol/secret.h"
#include "tests/support/founding.h"
#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/raw_disk.h"

namespace rilon::bench {
namespace {

constexpr int exit_usage = 2;
constexpr const char* help_text =
    "rilon-bench: measures RILON and the raw limit of each step\n"
    "\n"
    "  --json          one JSON object a line instead of a table\n"
    "  --quick         few rounds: shows that it runs, not how fast\n"
    "  --full          catch-up of 10^6 entries, growth to 10^6 alerts (4 GiB of memory, 6 of\n"
    "                  disk), search among 10^6 persons\n"
    "  --only LIST     steps, by number: p1,p3\n"
    "  --dir DIR       where to make the stores; on a disk, not in memory (default: $TMPDIR)\n"
    "\n"
    "tools/bench --peers compares with NATS, gpg and age instead.\n"
    "The log of the nodes under measurement goes to stderr.\n";

struct Arguments {
    bool json = false;
    bool quick = false;
    bool full = false;
    std::string only;
    std::string dir;
};

Arguments parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        std::string_view word = argv[i];
        if (word == "--help") {
            std::fputs(help_text, stdout);
            std::exit(EXIT_SUCCESS);
        }
        if (word == "--json")
            out.json = true;
        else if (word == "--quick")
            out.quick = true;
        else if (word == "--full")
            out.full = true;
        else if (word == "--only" && i + 1 < argc)
            out.only = argv[++i];
        else if (word == "--dir" && i + 1 < argc)
            out.dir = argv[++i];
        else {
            std::fprintf(stderr, "rilon-bench: unknown argument \"%s\"; see --help\n", argv[i]);
            std::exit(exit_usage);
        }
    }
    return out;
}

struct Step {
    const char* name;
    void (*run)(BenchRun&);
};
constexpr Step steps[] = {
    {"p1", bench_post_alone}, {"p2", bench_post_waiting}, {"p3", bench_ingest},
    {"p4", bench_catch_up},   {"p5", bench_fan_out},      {"p6", bench_remote},
    {"p7", bench_share},      {"p8", bench_growth},       {"p9", bench_search},
    {"p10", bench_screening}, {"p12", bench_bytes}};

bool wanted(const std::string& only, const std::string& name) {
    return only.empty() || ("," + only + ",").find("," + name + ",") != std::string::npos;
}

// A directory of our own that goes with us.
struct WorkDir {
    explicit WorkDir(std::string parent) {
        if (parent.empty()) parent = std::filesystem::temp_directory_path().string();
        path = parent + "/rilon-bench-XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) give_up("no directory can be made in " + parent);
    }
    ~WorkDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    WorkDir(const WorkDir&) = delete;
    std::string path;
};

void be_quiet(google::protobuf::LogLevel, const char*, int, const std::string&) {}

FoundingOptions founding_at(UnixMillis start) {
    FoundingOptions out;
    out.rilons = {{"BKK", "THA"}};
    out.start = start;
    return out;
}

// What P8 starts this program as, to measure in a process that holds nothing else.
int grown_main(char** arguments) {
    google::protobuf::SetLogHandler(be_quiet);
    must(secrets_init(), "locking memory");
    TestNetwork network(founding_at(UnixMillis{std::stoull(arguments[1])}));
    measure_grown(network, arguments[0], std::stoull(arguments[2]), std::stoull(arguments[3]));
    return EXIT_SUCCESS;
}

int bench_main(int argc, char** argv) {
    if (argc == 6 && std::string_view(argv[1]) == grown_argument) return grown_main(argv + 2);
    Arguments arguments = parse_arguments(argc, argv);
    google::protobuf::SetLogHandler(be_quiet);
    must(secrets_init(), "locking memory");
    static const WorkDir dir(arguments.dir);  // Removed by exit(), too.
    RunHeader header = read_machine(dir.path);
    header.flush_ms = median(flush_times(dir.path + "/flush", 200)) * 1e3;
    TestNetwork network(founding_at(UnixMillis{SystemClock().now().value - ms_hour}));
    BenchRun run{network, dir.path, arguments.quick, arguments.full};
    for (const Step& step : steps) {
        if (!wanted(arguments.only, step.name)) continue;
        std::fprintf(stderr, "rilon-bench: %s\n", step.name);
        step.run(run);
    }
    if (::getloadavg(header.load_after, 3) != 3) header.load_after[0] = -1;
    if (arguments.json)
        print_ndjson(header, run.figures);
    else
        print_table(header, run.figures);
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rilon::bench

int main(int argc, char** argv) {
    return rilon::bench::bench_main(argc, argv);
}
