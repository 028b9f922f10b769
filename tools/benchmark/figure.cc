#include "tools/benchmark/figure.h"

#include <fmt/format.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "protocol/assert.h"

namespace rilon::bench {
namespace {

std::string processor_name() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

std::string file_system_name(const std::string& directory) {
    struct statfs info {};
    if (::statfs(directory.c_str(), &info) != 0) return "unknown";
    switch (info.f_type) {
        case 0x01021994: return "tmpfs (not a disk: its flushes are free)";
        case 0xEF53: return "ext4";
        case 0x58465342: return "xfs";
        case 0x9123683E: return "btrfs";
        case 0x794c7630: return "overlay";
        default: return fmt::format("type 0x{:x}", info.f_type);
    }
}

std::string verdict(const Figure& figure) {
    if (figure.ratio_goal == 0 || figure.raw == 0) return "";
    bool met = figure.better == Better::higher ? figure.ratio() >= figure.ratio_goal
                                               : figure.ratio() <= figure.ratio_goal;
    return met ? "met" : "MISSED";
}

std::string goal_text(const Figure& figure) {
    if (figure.ratio_goal == 0) return "";
    return fmt::format("{} {:.2f}",
                       figure.better == Better::higher ? ">=" : "<=", figure.ratio_goal);
}

std::string number(double value) {
    return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

}  // namespace

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double median(std::vector<double> samples) {
    return quantile(std::move(samples), 0.5);
}

double quantile(std::vector<double> samples, double share) {
    RILON_ASSERT(!samples.empty());
    std::sort(samples.begin(), samples.end());
    auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
    return samples[std::min(at, samples.size() - 1)];
}

RunHeader read_machine(const std::string& directory) {
    RunHeader out;
    std::time_t now = std::time(nullptr);
    char text[32]{};
    std::tm utc{};
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&now, &utc));
    out.date = text;
    out.processor = processor_name();
    out.cores = std::thread::hardware_concurrency();
    out.directory = directory;
    out.file_system = file_system_name(directory);
    if (::getloadavg(out.load_before, 3) != 3) out.load_before[0] = -1;
    return out;
}

void print_table(const RunHeader& header, const std::vector<Figure>& figures) {
    fmt::print("date       {}\n", header.date);
    fmt::print("processor  {} x {}\n", header.cores, header.processor);
    fmt::print("disk       {} on {}, write + fdatasync {:.2f} ms\n", header.directory,
               header.file_system, header.flush_ms);
    fmt::print("load       {:.2f} {:.2f} {:.2f} before, {:.2f} {:.2f} {:.2f} after\n\n",
               header.load_before[0], header.load_before[1], header.load_before[2],
               header.load_after[0], header.load_after[1], header.load_after[2]);
    fmt::print("{:<4} {:<52} {:>9} {:>9} {:<5} {:>6} {:>8} {}\n", "", "step", "product", "raw", "",
               "ratio", "goal", "");
    for (const Figure& figure : figures) {
        bool compared = figure.raw > 0;
        fmt::print("{:<4} {:<52} {:>9} {:>9} {:<5} {:>6} {:>8} {}\n", figure.id, figure.step,
                   number(figure.product), compared ? number(figure.raw) : "", figure.unit,
                   compared ? fmt::format("{:.2f}", figure.ratio()) : "", goal_text(figure),
                   verdict(figure));
    }
    fmt::print("\n");
    for (const Figure& figure : figures)
        if (!figure.note.empty()) fmt::print("{} {}: {}\n", figure.id, figure.step, figure.note);
}

namespace {

// How far from its goal: above 1 it is missed.
double distance(const Figure& figure) {
    return figure.better == Better::higher ? figure.ratio_goal / figure.ratio()
                                           : figure.ratio() / figure.ratio_goal;
}

// One line for each goal of docs/performance.md: of its figures the one furthest from it.
void print_goals(const std::vector<Figure>& figures) {
    std::vector<const Figure*> worst;
    for (const Figure& figure : figures) {
        if (figure.ratio_goal == 0 || figure.raw == 0) continue;
        auto same = std::find_if(worst.begin(), worst.end(),
                                 [&](const Figure* other) { return other->id == figure.id; });
        if (same == worst.end())
            worst.push_back(&figure);
        else if (distance(figure) > distance(**same))
            *same = &figure;
    }
    for (const Figure* figure : worst) {
        nlohmann::json row = {{"type", "goal"},
                              {"id", figure->id},
                              {"step", figure->step},
                              {"better", figure->better == Better::higher ? "higher" : "lower"},
                              {"ratio", figure->ratio()},
                              {"goal", figure->ratio_goal},
                              {"met", verdict(*figure) == "met"}};
        fmt::print("{}\n", row.dump());
    }
}

}  // namespace

void print_ndjson(const RunHeader& header, const std::vector<Figure>& figures) {
    nlohmann::json head = {{"type", "run"},
                           {"date", header.date},
                           {"processor", header.processor},
                           {"cores", header.cores},
                           {"directory", header.directory},
                           {"file_system", header.file_system},
                           {"flush_ms", header.flush_ms},
                           {"load_before", header.load_before},
                           {"load_after", header.load_after}};
    fmt::print("{}\n", head.dump());
    for (const Figure& figure : figures) {
        nlohmann::json row = {{"type", "figure"},
                              {"id", figure.id},
                              {"step", figure.step},
                              {"unit", figure.unit},
                              {"better", figure.better == Better::higher ? "higher" : "lower"},
                              {"product", figure.product},
                              {"note", figure.note}};
        if (figure.raw > 0) {
            row["raw"] = figure.raw;
            row["ratio"] = figure.ratio();
        }
        if (figure.ratio_goal > 0) {
            row["ratio_goal"] = figure.ratio_goal;
            row["met"] = verdict(figure) == "met";
        }
        fmt::print("{}\n", row.dump());
    }
    print_goals(figures);
}

}  // namespace rilon::bench
