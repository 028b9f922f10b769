// One measured step: what the product reached, what the bare libraries reach in the same run, the
// goal for their ratio; and how figures are printed. Goals: docs/performance.md.
#pragma once

#include <string>
#include <vector>

namespace rilon::bench {

enum class Better { higher, lower };

struct Figure {
    std::string id;  // "P1"
    std::string step;
    std::string unit;
    Better better = Better::higher;
    double product = 0;
    double raw = 0;         // Zero: there is no raw part of this step.
    double ratio_goal = 0;  // Zero: none; the figure explains another.
    std::string note;       // What is in it and what is not.

    double ratio() const { return raw > 0 ? product / raw : 0; }
};

// Seconds of processor this process has used, all threads. Says more than the clock where others
// use the machine too.
double cpu_seconds();

// Of at least one; the upper one of two in the middle.
double median(std::vector<double> samples);
// The value below which `share` (0 to 1) of the samples lie.
double quantile(std::vector<double> samples, double share);

struct RunHeader {
    std::string date;
    std::string processor;
    std::string directory;
    std::string file_system;
    unsigned cores = 0;
    double load_before[3]{};
    double load_after[3]{};
    double flush_ms = 0;  // Median of an appended 4 KiB and fdatasync.
};
RunHeader read_machine(const std::string& directory);

void print_table(const RunHeader& header, const std::vector<Figure>& figures);
void print_ndjson(const RunHeader& header, const std::vector<Figure>& figures);

}  // namespace rilon::bench
