#include "tests/sim/scenario.h"

#include "tests/sim/mallory.h"
#include "tests/sim/oracle.h"

namespace rilon {
namespace {

constexpr std::uint64_t rest_ms_max = 150 * ms_second;

// Founded once, shared by all seeds.
const Founded& founded(std::uint64_t which) {
    static const std::vector<std::unique_ptr<Founded>> all = [] {
        std::vector<std::unique_ptr<Founded>> out;
        auto add = [&](std::vector<FoundingOptions::RilonSpec> rilons,
                       std::vector<std::string> missions) {
            FoundingOptions options;
            options.seed = 900 + out.size();
            options.rilons = std::move(rilons);
            options.missions = std::move(missions);
            out.push_back(std::make_unique<Founded>(options));
        };
        add({{"BKK", "THA"}}, {"AUS", "CAN"});
        add({{"BKK", "THA"}}, {"AUS", "CAN", "GBR"});
        add({{"BKK", "THA"}, {"KUL", "MYS"}}, {"AUS", "CAN"});
        add({{"BKK", "THA"}, {"KUL", "MYS"}}, {"AUS", "CAN", "GBR"});
        return out;
    }();
    return *all[which];
}

std::string outcome(const Result<Posted>& posted) {
    if (!posted.ok()) return posted.error().detail;
    return posted->alert().hex() + " in " + posted->parts.front().stream.brief();
}

class Scenario {
   public:
    Scenario(std::uint64_t seed, bool trace)
        : seed_(seed),
          draw_(seed ^ 0x5eed),
          net_(founded(pick_network()), seed),
          oracle_((net_.add_all(), net_)),
          mallory_(net_, oracle_, draw_) {
        net_.trace = trace;
        for (const auto& name : net_.network().node_names()) names_.push_back(name);
    }

    SimResult run() {
        draw_quality();
        net_.start_all();
        net_.run(3 * ms_second);
        if (draw_.below(100) < 40) mallory_.become(names_[1 + draw_.below(names_.size() - 1)]);
        std::uint64_t steps = 10 + draw_.below(18);
        for (std::uint64_t i = 0; i < steps; ++i) {
            act();
            net_.run(50 + draw_.below(draw_.below(4) == 0 ? 9000 : 1500));
        }
        calm();
        SimResult out;
        rest(out);
        if (mallory_.active()) {  // Old entries come again to a network at rest.
            mallory_.replay_everything();
            net_.run(2 * ms_second);
        }
        oracle_.judge();
        restart_all();
        rest(out);
        oracle_.judge();
        out.seed = seed_;
        out.problems.insert(out.problems.end(), oracle_.problems().begin(),
                            oracle_.problems().end());
        out.trace = net_.trace_hash();
        out.events = net_.events();
        out.faults = faults_;
        out.posts = oracle_.all().size();
        out.tail.assign(net_.tail().begin(), net_.tail().end());
        return out;
    }

   private:
    std::uint64_t pick_network() {
        std::uint64_t n = draw_.below(20);
        return n < 8 ? 0 : n < 15 ? 1 : n < 18 ? 2 : 3;
    }
    bool chance(unsigned percent) { return draw_.below(100) < percent; }
    const std::string& any_node() { return names_[draw_.below(names_.size())]; }

    void draw_quality() {
        LinkQuality& q = net_.quality;
        q.delay_max_ms = chance(50) ? 20 : 400;
        q.live_lost_percent = chance(50) ? 0 : static_cast<unsigned>(draw_.below(100));
        q.live_doubled_percent = chance(50) ? 0 : 30;
        q.live_late_ms = chance(50) ? 0 : 800;
        q.crash_per_mille = chance(50) ? 0 : static_cast<unsigned>(1 + draw_.below(20));
    }

    void act() {
        if (mallory_.active() && chance(18)) {
            mallory_.act();
            return mallory_.act();
        }
        std::uint64_t n = draw_.below(94);
        if (n < 42) return post();
        if (n < 52) return change("withdraw");
        if (n < 59) return change("supersede");
        if (n < 64) return change("confirm");
        if (n < 71) return oracle_.poll_feed(any_node());
        if (n < 73) return oracle_.acknowledge_feed(any_node());
        if (n < 86) return fault();
        directory();
    }

    void post() {
        const std::string& node = any_node();
        const NodeApplication& self = net_.network().node(node).application;
        const std::string host = net_.network().state().rilon(self.rilon)->host;
        PostWish wish{self.rilon};
        wish.precedence = static_cast<Precedence>(draw_.below(4));
        switch (draw_.below(6)) {
            case 0: wish.audience = "network"; break;
            case 1:
                if (self.party != host) wish.except_host = true;
                break;
            case 2: {
                const auto& other = net_.network().node(any_node()).application;
                if (other.party != self.party) wish.exclude.push_back(other.party);
                break;
            }
            case 3: {
                const std::string& other = any_node();
                if (other != node && net_.network().node(other).application.rilon == self.rilon)
                    wish.only.push_back(other);
                break;
            }
            default: break;
        }
        unsigned burst = chance(15) ? 12 : 1;  // Enough for bulk catch-up.
        for (unsigned i = 0; i < burst; ++i) {
            auto posted = net_.post(
                node, wish, "canary-" + std::to_string(seed_) + "-" + std::to_string(++texts_));
            if (posted.ok()) oracle_.said("post", *posted);
            net_.note(
                "post " + node + " to " + wish.audience + (wish.except_host ? " except host" : "") +
                (wish.exclude.empty() ? "" : " but " + wish.exclude.front()) +
                (wish.only.empty() ? "" : " only " + wish.only.front()) + ": " + outcome(posted));
        }
    }

    void change(const std::string& what) {
        auto posts = oracle_.open_posts();
        if (posts.empty()) return post();
        Said one = *posts[draw_.below(posts.size())];
        Result<Posted> done = Error{Errc::invalid, ""};
        if (what == "withdraw") done = net_.withdraw(one.node, one.alert);
        if (what == "confirm" && !one.readers.empty()) {
            auto at = one.readers.begin();
            std::advance(at, static_cast<long>(draw_.below(one.readers.size())));
            if (!net_.by_id(*at)->running()) return;
            done = net_.confirm(net_.by_id(*at)->name(), one.alert);
        }
        if (what == "supersede") {
            const std::string& rilon = net_.network().node(one.node).application.rilon;
            done = net_.supersede(one.node, one.alert, {rilon},
                                  "canary-" + std::to_string(++texts_) + " again");
        }
        if (done.ok()) oracle_.said(what, *done);
        if (what == "withdraw" && !done.ok() && done.code() == Errc::unreachable)
            oracle_.unsure(one.alert);
        net_.note(what + " of " + one.node + "'s " + one.alert.hex() + ": " + outcome(done));
    }

    std::string any_end() { return chance(30) ? "coordinator-1" : any_node(); }

    void fault() {
        ++faults_;
        std::string one = any_node();
        std::string other = any_end();
        if (one == other) return;
        NodeId a = net_.daemon(one).id();
        NodeId b = net_.daemon(other).id();
        switch (draw_.below(7)) {
            case 0: return net_.cut(one, other);
            case 1: return net_.block(a, b, true);
            case 2: return net_.heal_all();
            case 3: net_.disconnect(a, b); return;
            case 4:  // Flapping.
                for (unsigned i = 0; i < 4; ++i)
                    net_.at(i * 2500, [this, a, b] { net_.disconnect(a, b); });
                return;
            case 5: {
                net_.kill(other);
                std::uint64_t off = 500 + draw_.below(12000);
                return net_.at(off, [this, other] { net_.start(other); });
            }
            default: {  // Cut off from everybody, for a while.
                for (const auto& [name, daemon] : net_.daemons())
                    if (name != one) net_.cut(one, name);
                return net_.at(4000 + draw_.below(20000), [this] { net_.heal_all(); });
            }
        }
    }

    // Suspension, its end, revocation, a new encryption key.
    void directory() {
        if (!net_.coordinator().running()) return;
        const TestNetwork& network = net_.network();
        const std::string& name = mallory_.active() && chance(50)
                                      ? mallory_.name()
                                      : names_[1 + draw_.below(names_.size() - 1)];
        const NodeApplication& self = network.node(name).application;
        NodeId id = net_.daemon(name).id();
        const NodeRecord* record = net_.coordinator().node().directory().now().node(id);
        if (record->standing == Standing::suspended) {
            StatementId suspend = *record->suspend_id;
            auto signers = network.admitters(self.party, self.rilon);
            (void)net_.submit([&](Drafter& d) { return d.reinstate(suspend); }, signers);
            return;
        }
        if (record->standing != Standing::good) return;
        if (chance(40)) {
            EncKeyPair next = make_enc_key_pair(draw_);
            EncPublicKey pk = next.pk;
            net_.daemon(name).identity().enc.push_back(std::move(next));
            (void)net_.submit_as_node([&](Drafter& d) { return d.rotate_encryption(id, pk); },
                                      name);
        } else if (chance(80)) {
            oracle_.put_out(id);
            (void)net_.submit([&](Drafter& d) { return d.suspend(id, "sim"); }, {&network.rso(0)});
        } else {
            (void)net_.submit([&](Drafter& d) { return d.revoke(id, "sim", {}); },
                              {&network.rso(0), &network.chair(self.rilon)});
        }
    }

    void calm() {
        net_.quality = {};
        net_.quality.live_lost_percent = draw_.below(2) == 0 ? 100 : 0;  // PUB is not needed.
        net_.heal_all();
        net_.run(20 * ms_second);
        net_.heal_all();
        for (const auto& [name, daemon] : net_.daemons()) net_.start(name);
    }

    void restart_all() {
        for (const auto& [name, daemon] : net_.daemons()) {
            net_.kill(name);
            net_.start(name);
        }
    }

    void rest(SimResult& out) {
        UnixMillis from = net_.now();
        std::string why = oracle_.unrest();
        while (!why.empty() && net_.now().since(from) < rest_ms_max && net_.broken().empty()) {
            net_.run(2 * ms_second);
            why = oracle_.unrest();
        }
        out.rest_ms += net_.now().since(from);
        if (!why.empty()) out.problems.push_back("no rest: " + why);
    }

    std::uint64_t seed_;
    SeededRng draw_;
    TestNet net_;
    Oracle oracle_;
    Mallory mallory_;
    std::vector<std::string> names_;
    std::uint64_t faults_ = 0;
    std::uint64_t texts_ = 0;
};

}  // namespace

SimResult run_seed(std::uint64_t seed, bool trace) {
    return Scenario(seed, trace).run();
}

}  // namespace rilon
