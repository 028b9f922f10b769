// From a seed to a plan. Swarm testing: each seed turns about half of all kinds of fault off
// altogether and draws a rate for the others, because faults hide each other.
#include <algorithm>

#include "tests/sim/plan.h"

namespace rilon {
namespace {

enum class Size { small, large };

// A verb, how often it comes up among others, and whether a seed may turn it off.
struct Weight {
    Verb verb;
    unsigned weight;
    bool fault;
};
constexpr Weight weights[] = {
    {Verb::post, 300, false},
    {Verb::burst, 40, false},
    {Verb::withdraw, 90, false},
    {Verb::supersede, 50, false},
    {Verb::confirm, 45, false},
    {Verb::feed, 60, false},
    {Verb::acknowledge, 15, false},
    {Verb::suspend, 30, true},
    {Verb::confirm_suspension, 12, true},
    {Verb::reinstate, 25, true},
    {Verb::revoke, 8, true},
    {Verb::rotate, 20, true},
    {Verb::replace, 12, true},
    {Verb::group, 20, true},
    {Verb::admit, 10, true},
    {Verb::partition, 25, true},
    {Verb::one_way, 20, true},
    {Verb::heal, 20, true},
    {Verb::broken, 35, true},
    {Verb::isolate, 15, true},
    {Verb::kill, 25, true},
    {Verb::stop, 15, true},
    {Verb::fill, 12, true},
    {Verb::slow, 12, true},
    {Verb::clock, 12, true},
    {Verb::backup, 12, true},
    {Verb::restore, 10, true},
    {Verb::lose_disk, 6, true},
    {Verb::malice, 200, true},
    {Verb::sleep, 10, true},
};

class Draw {
   public:
    explicit Draw(std::uint64_t seed)
        : rng_(seed ^ 0x5eed),
          size_(seed_size(seed) == SeedSize::large ? Size::large : Size::small) {
        plan_.net = seed;
        if (seed % 3 == 0) plan_.kept_seconds = 15;
    }

    Plan plan() {
        shape();
        malice();
        quality();
        for (const Weight& one : weights)
            if (!one.fault || chance(50) || (large() && one.verb == Verb::sleep))
                menu_.push_back(one);
        if (plan_.mallory.has_value() && !has(Verb::malice))
            menu_.push_back({Verb::malice, 150, true});
        std::uint64_t many = large() ? 40 + below(80) : 8 + below(22);
        for (std::uint64_t i = 0; i < many; ++i) plan_.actions.push_back(action());
        history();
        narrow();
        onward();
        orphans();
        return std::move(plan_);
    }

   private:
    bool large() const { return size_ == Size::large; }
    std::uint64_t below(std::uint64_t bound) { return rng_.below(bound); }
    bool chance(unsigned percent) { return below(100) < percent; }
    bool has(Verb verb) const {
        return std::any_of(menu_.begin(), menu_.end(),
                           [&](const Weight& one) { return one.verb == verb; });
    }

    void shape() {
        unsigned least = large() ? 9 : 3;
        unsigned most = large() ? 40 : 8;
        do {
            plan_.shape.rilons = static_cast<unsigned>(1 + below(chance(50) ? 1 : rilons_max));
            plan_.shape.missions = static_cast<unsigned>(1 + below(missions_max));
        } while (plan_.shape.nodes() < least || plan_.shape.nodes() > most);
    }

    // A mission's node, a host's that others dial, now and then the coordinator.
    void malice() {
        if (!chance(45)) return;
        unsigned who = chance(15) ? 0 : static_cast<unsigned>(1 + below(plan_.shape.nodes()));
        plan_.mallory = who;
        if (chance(50)) plan_.withheld_percent = static_cast<unsigned>(10 + below(60));
    }

    void quality() {
        LinkQuality& q = plan_.quality;
        if (chance(50)) q.delay_max_ms = 400;
        if (chance(50)) q.live_lost_percent = static_cast<unsigned>(below(100));
        if (chance(50)) q.live_doubled_percent = 30;
        if (chance(50)) q.live_late_ms = 800;
        unsigned most = large() ? 4 : 20;  // A large network has more turns to crash in.
        if (chance(50)) q.crash_per_mille = static_cast<unsigned>(1 + below(most));
        if (chance(30)) q.disk_error_per_mille = static_cast<unsigned>(1 + below(most));
        plan_.silent = chance(50);
    }

    Verb verb() {
        std::uint64_t sum = 0;
        for (const Weight& one : menu_) sum += weight(one);
        std::uint64_t at = below(sum);
        for (const Weight& one : menu_) {
            if (at < weight(one)) return one.verb;
            at -= weight(one);
        }
        return Verb::post;
    }
    // Days pass in large seeds.
    std::uint64_t weight(const Weight& one) const {
        if (one.verb == Verb::malice && !plan_.mallory.has_value()) return 0;
        return one.verb == Verb::sleep && large() ? 60 : one.weight;
    }

    std::uint64_t wait() {
        if (chance(25)) return 50 + below(9000);
        return 50 + below(1500);
    }
    // Where somebody may have joined, or been put back, others give him what he lacks: after a
    // while, some more than once.
    void history() {
        if (!has(Verb::admit) && !has(Verb::restore)) return;
        const std::size_t half = plan_.actions.size() / 2;
        for (std::uint64_t more = 1 + below(4); more > 0; --more) {
            Action one{Verb::history, {below(1000), below(1000), below(1000)}, wait()};
            insert(one, half + below(plan_.actions.size() - half + 1));
        }
    }

    // Where something was said already.
    void narrow() {
        if (chance(40)) return;
        for (std::uint64_t more = 1 + below(4); more > 0; --more) {
            Action one{Verb::narrow, {below(1000), below(1000), below(1000)}, wait()};
            insert(one, 1 + below(plan_.actions.size()));
        }
    }

    // Somebody asks, and mostly some time after it somebody answers.
    void onward() {
        if (chance(60)) return;
        for (std::uint64_t more = 1 + below(3); more > 0; --more) {
            const std::size_t asked = add(Verb::ask, 1 + below(plan_.actions.size()));
            if (chance(85)) add(Verb::answer, asked + 1 + below(plan_.actions.size() - asked));
        }
    }

    // Where nodes are put out a mission leaves, and what it leaves is taken back.
    void orphans() {
        if (!has(Verb::revoke) || chance(60)) return;
        const std::size_t half = plan_.actions.size() / 2;
        const std::size_t left = add(Verb::revoke, half + below(plan_.actions.size() - half));
        for (std::uint64_t more = 1 + below(3); more > 0; --more)
            add(Verb::orphan, left + 1 + below(plan_.actions.size() - left));
    }

    std::size_t add(Verb verb, std::size_t at) {
        insert({verb, {below(1000), below(1000), below(1000)}, wait()}, at);
        return at;
    }
    void insert(const Action& action, std::size_t at) {
        plan_.actions.insert(plan_.actions.begin() + static_cast<std::ptrdiff_t>(at), action);
    }

    // How long a node is away: mostly seconds.
    std::uint64_t away() { return chance(20) ? 20000 + below(40000) : 500 + below(12000); }

    Action action() {
        Action out;
        out.verb = verb();
        for (std::uint64_t& n : out.n) n = below(1000);
        switch (out.verb) {
            case Verb::isolate:
            case Verb::kill:
            case Verb::stop:
            case Verb::fill: out.n[1] = away(); break;
            case Verb::slow: out.n[1] = chance(30) ? 0 : 20 + below(500); break;
            case Verb::group: out.n[0] = chance(25) ? 0 : below(1ull << 40); break;
            case Verb::sleep:
                out.n[0] = large() ? 30 + below(3 * 24 * 60) : 1 + below(chance(20) ? 240 : 30);
                break;
            default: break;
        }
        out.wait_ms = wait();
        return out;
    }

    SeededRng rng_;
    Size size_;
    Plan plan_;
    std::vector<Weight> menu_;
};

}  // namespace

SeedSize seed_size(std::uint64_t seed) {
    return seed % 37 == 0 ? SeedSize::large : SeedSize::small;
}

Plan draw_plan(std::uint64_t seed) {
    return Draw(seed).plan();
}

}  // namespace rilon
