#include "tests/sim/report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace rilon {

void Totals::add(SeedSize size, const SimResult& result, double core_s) {
    ++seeds;
    if (size == SeedSize::large) ++large;
    if (size == SeedSize::small) short_core_s += core_s;
    failed += result.ok() ? 0 : 1;
    events += result.events;
    operations += result.operations;
    virtual_ms += result.virtual_ms;
    faults += result.faults;
}

Totals& Totals::operator+=(const Totals& other) {
    seeds += other.seeds;
    large += other.large;
    short_core_s += other.short_core_s;
    failed += other.failed;
    events += other.events;
    operations += other.operations;
    virtual_ms += other.virtual_ms;
    faults += other.faults;
    return *this;
}

double Totals::short_rate() const {
    return short_core_s > 0 ? static_cast<double>(seeds - large) / short_core_s : 0;
}

namespace {
double core_seconds_of(int whose) {
    rusage use{};
    getrusage(whose, &use);
    auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}
}  // namespace

double core_seconds() {
    return core_seconds_of(RUSAGE_CHILDREN);
}

double own_core_seconds() {
    return core_seconds_of(RUSAGE_SELF);
}

std::string describe(const Totals& t, double core_s) {
    std::string kinds;
    for (std::size_t i = 0; i < fault_kinds; ++i)
        if (t.faults.of[i] != 0) kinds += fmt::format(" {} {}", fault_names[i], t.faults.of[i]);
    return fmt::format(
        "{} seeds ({} large), {} failed; {} events, {} operations, {:.1f} virtual days; {} faults:"
        "{}; {:.1f} core-seconds, {:.1f} short seeds a core-second, {:.1f} with the large",
        t.seeds, t.large, t.failed, t.events, t.operations,
        static_cast<double>(t.virtual_ms) / static_cast<double>(ms_day), t.faults.total(), kinds,
        core_s, t.short_rate(), static_cast<double>(t.seeds) / core_s);
}

std::string to_json(const Totals& t, double core_s) {
    nlohmann::ordered_json faults;
    for (std::size_t i = 0; i < fault_kinds; ++i)
        faults[std::string(fault_names[i])] = t.faults.of[i];
    return nlohmann::ordered_json{{"v", 1},
                                  {"kind", "simulation"},
                                  {"seeds", t.seeds},
                                  {"large", t.large},
                                  {"failed", t.failed},
                                  {"events", t.events},
                                  {"operations", t.operations},
                                  {"virtual_s", t.virtual_ms / 1000},
                                  {"faults_total", t.faults.total()},
                                  {"faults", faults},
                                  {"core_s", core_s},
                                  {"short_seeds_per_core_s", t.short_rate()},
                                  {"seeds_per_core_s", static_cast<double>(t.seeds) / core_s}}
        .dump();
}

std::string violation_to_json(const std::string& plan, const std::string& problem) {
    return nlohmann::ordered_json{
        {"v", 1}, {"kind", "violation"}, {"scenario", plan}, {"problem", problem}}
        .dump();
}

std::string mutant_to_json(const std::string& name, std::uint64_t seed,
                           const std::string& problem) {
    return nlohmann::ordered_json{{"v", 1},       {"kind", "mutant"},
                                  {"name", name}, {"found", !problem.empty()},
                                  {"seed", seed}, {"problem", problem}}
        .dump();
}

}  // namespace rilon
