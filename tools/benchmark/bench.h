// The measured steps; each adds its figures. How a step is measured stands in its file.
#pragma once

#include <string>
#include <vector>

#include "tools/benchmark/figure.h"

namespace rilon {
class TestNetwork;
}

namespace rilon::bench {

struct BenchRun {
    const TestNetwork& network;
    std::string dir;     // Ours alone; removed at the end.
    bool quick = false;  // Few rounds: shows that it runs, not how fast.
    bool full = false;   // 10^6 entries of catch-up, 10^6 alerts, 10^6 persons.
    std::vector<Figure> figures = {};

    std::string sub(const std::string& name) const { return dir + "/" + name; }
};

void bench_post_alone(BenchRun& run);    // P1
void bench_post_waiting(BenchRun& run);  // P2
void bench_ingest(BenchRun& run);        // P3
void bench_catch_up(BenchRun& run);      // P4
void bench_fan_out(BenchRun& run);       // P5
void bench_remote(BenchRun& run);        // P6
void bench_share(BenchRun& run);         // P7
void bench_growth(BenchRun& run);        // P8
void bench_search(BenchRun& run);        // P9
void bench_screening(BenchRun& run);     // P10
void bench_bytes(BenchRun& run);         // P12; ends the process when an assertion does not hold

// The part of P8 that runs in a process of its own: opens the stores of `few` and `many` alerts
// under `dir` and prints "name value" lines.
constexpr const char* grown_argument = "--measure-grown";  // DIR START-MS FEW MANY
void measure_grown(const TestNetwork& network, const std::string& dir, std::size_t few,
                   std::size_t many);

}  // namespace rilon::bench
