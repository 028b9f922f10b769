#include "tests/sim/shrink.h"

#include <algorithm>

namespace rilon {
namespace {

class Shrinker {
   public:
    Shrinker(Plan plan, const Fails& fails, unsigned tries)
        : plan_(std::move(plan)),
          fails_(fails),
          tries_(tries),
          kind_(kind_of_problem(fails(plan_))) {}

    Plan shrink() {
        bool smaller = !kind_.empty();
        while (smaller && tries_ > 0) {
            smaller = false;
            smaller = fewer_actions() || smaller;
            smaller = fewer_faults() || smaller;
            smaller = fewer_nodes() || smaller;
            smaller = less_time() || smaller;
        }
        return plan_;
    }

   private:
    // Keeps the candidate if it fails in the same way.
    bool take(const Plan& candidate) {
        if (candidate == plan_ || tries_ == 0) return false;
        --tries_;
        if (kind_of_problem(fails_(candidate)) != kind_) return false;
        plan_ = candidate;
        return true;
    }

    template <class Change>
    bool without(Change change) {
        Plan candidate = plan_;
        change(candidate);
        return take(candidate);
    }

    // Halves first, then quarters, then single ones.
    bool fewer_actions() {
        bool smaller = false;
        for (std::size_t chunk = plan_.actions.size(); chunk > 0; chunk /= 2)
            for (std::size_t at = 0; at < plan_.actions.size();) {
                bool gone = without([&](Plan& p) {
                    auto from = p.actions.begin() + static_cast<std::ptrdiff_t>(at);
                    auto left = static_cast<std::size_t>(p.actions.end() - from);
                    p.actions.erase(from,
                                    from + static_cast<std::ptrdiff_t>(std::min(chunk, left)));
                });
                smaller = smaller || gone;
                if (!gone) at += chunk;
            }
        return smaller;
    }

    bool fewer_faults() {
        const LinkQuality none;
        bool smaller = without([&](Plan& p) { p.quality = none; });
        smaller = without([&](Plan& p) { p.mallory.reset(), p.withheld_percent = 0; }) || smaller;
        smaller = without([&](Plan& p) { p.withheld_percent = 0; }) || smaller;
        smaller = without([&](Plan& p) { p.silent = false; }) || smaller;
        smaller = without([&](Plan& p) { p.quality.delay_max_ms = none.delay_max_ms; }) || smaller;
        smaller = without([&](Plan& p) { p.quality.live_lost_percent = 0; }) || smaller;
        smaller = without([&](Plan& p) { p.quality.live_doubled_percent = 0; }) || smaller;
        smaller = without([&](Plan& p) { p.quality.live_late_ms = 0; }) || smaller;
        smaller = without([&](Plan& p) { p.quality.crash_per_mille = 0; }) || smaller;
        return without([&](Plan& p) { p.quality.disk_error_per_mille = 0; }) || smaller;
    }

    bool fewer_nodes() {
        bool smaller = false;
        while (plan_.shape.rilons > 1 && without([](Plan& p) { --p.shape.rilons; })) smaller = true;
        while (plan_.shape.missions > 1 && without([](Plan& p) { --p.shape.missions; }))
            smaller = true;
        return smaller;
    }

    bool less_time() {
        bool smaller = false;
        for (std::size_t i = 0; i < plan_.actions.size(); ++i) {
            smaller = without([&](Plan& p) { p.actions[i].wait_ms = 0; }) ||
                      without([&](Plan& p) { p.actions[i].wait_ms /= 2; }) || smaller;
            for (std::size_t n = 0; n < 3; ++n)
                smaller = without([&](Plan& p) { p.actions[i].n[n] = 0; }) ||
                          without([&](Plan& p) { p.actions[i].n[n] /= 2; }) || smaller;
        }
        return smaller;
    }

    Plan plan_;
    const Fails& fails_;
    unsigned tries_;
    std::string kind_;
};

}  // namespace

// "no rest: (6) heads differ: …" is "no rest: (6"; what has no number is its own first words.
std::string kind_of_problem(const std::string& problem) {
    std::size_t number = problem.find(')');
    return problem.substr(
        0, number == std::string::npos ? std::min<std::size_t>(problem.size(), 20) : number);
}

Plan shrink(Plan plan, const Fails& fails, unsigned tries) {
    return Shrinker(std::move(plan), fails, tries).shrink();
}

}  // namespace rilon
