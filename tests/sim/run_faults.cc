// Run: faults that a plan names, one by one. Those that happen at random are TestNet's own.
#include "protocol/grant.h"
#include "tests/sim/run.h"

namespace rilon {
namespace {

// Ten seconds to a year, both ways.
constexpr std::int64_t clock_steps[] = {10'000,     -10'000,     600'000,        -600'000,
                                        90'000'000, -90'000'000, 31'536'000'000, -31'536'000'000};

}  // namespace

void Run::between(const Action& action) {
    const std::string& one = node(action.n[0]);
    std::string other = end(action.n[1]);
    if (one == other) return;
    NodeId a = net_.daemon(one).id();
    NodeId b = net_.daemon(other).id();
    if (action.verb == Verb::partition) {
        net_.faults.add(Fault::partition);
        return net_.cut(one, other);
    }
    if (action.verb == Verb::one_way) {
        net_.faults.add(Fault::one_way);
        return action.n[2] % 2 == 0 ? net_.block(a, b, true) : net_.block(b, a, true);
    }
    for (std::uint64_t i = 0; i < 1 + action.n[2] % 4; ++i)
        net_.at(i * 2500, [this, a, b] {
            net_.faults.add(Fault::broken);
            net_.disconnect(a, b);
        });
}

void Run::isolate(const Action& action) {
    const std::string& one = node(action.n[0]);
    net_.faults.add(Fault::isolated);
    for (const auto& [name, daemon] : net_.daemons())
        if (name != one) net_.cut(one, name);
    net_.at(action.n[1], [this, one] {
        for (const auto& [name, daemon] : net_.daemons())
            if (name != one) net_.heal(one, name);
    });
}

void Run::away(const Action& action) {
    std::string one = end(action.n[0]);
    if (action.verb == Verb::kill) {
        net_.faults.add(Fault::killed);
        net_.kill(one);
        return net_.at(action.n[1], [this, one] { net_.start(one); });
    }
    net_.faults.add(Fault::stopped);
    net_.stop(one);
    net_.at(action.n[1], [this, one] { net_.resume(one); });
}

void Run::fill(const Action& action) {
    std::string one = end(action.n[0]);
    net_.faults.add(Fault::disk_full);
    net_.fill_disk(one);
    net_.at(action.n[1], [this, one] { net_.free_disk(one); });
}

void Run::slow(const Action& action) {
    net_.slow_disk(end(action.n[0]), action.n[1]);
}

void Run::clock(const Action& action) {
    net_.faults.add(Fault::clock_moved);
    std::string one = end(action.n[0]);
    oracle_.ledger().clock_moved(one);
    net_.set_clock(one, clock_steps[action.n[1] % std::size(clock_steps)]);
}

void Run::backup(const Action& action) {
    const std::string& name = node(action.n[0]);
    backups_[name] = net_.daemon(name).backup();
}

void Run::restore(const Action& action) {
    if (backups_.empty()) return;
    auto backup = std::next(backups_.begin(), static_cast<long>(action.n[0] % backups_.size()));
    const std::string name = backup->first;
    if (mallory_.is_member() && mallory_.name() == name) return;
    Daemon& one = net_.daemon(name);
    net_.faults.add(Fault::disk_restored);
    net_.kill(name);
    bool whole_machine = action.n[1] % 2 == 1;
    net_.note("restore " + name + (whole_machine ? " with its lease" : ""));
    one.restore(*backup->second, whole_machine ? LeaseAfter::equal : LeaseAfter::broken);
    oracle_.restored(one);
    net_.start(name);
}

// With the network file of a member that has the newest directory. Without one nobody could tell
// what the sequencer had ordered: then the disk is not lost.
void Run::lose_disk() {
    const Directory& newest = oracle_.ledger().directory();
    std::set<std::string> parties;
    for (const auto& [name, daemon] : net_.daemons())
        if (daemon->running() && !daemon->is_coordinator() && oracle_.ledger().good(name) &&
            daemon->node().directory().size() == newest.size())
            parties.insert(net_.network().node(name).application.party);
    Daemon& coordinator = net_.coordinator();
    if (parties.size() < 2 || !coordinator.running() ||
        coordinator.node().directory().size() != newest.size())
        return;
    NetworkPin pin{newest.network(), newest.record(DirSeq{}), {}};
    for (std::uint64_t n = 1; n < newest.size(); ++n) pin.more.push_back(newest.record(DirSeq{n}));
    net_.faults.add(Fault::disk_lost);
    net_.kill(coordinator.name());
    net_.note("disk lost");
    coordinator.wipe();
    coordinator.options().network_file = encode_network_file(pin);
    oracle_.restored(coordinator);
    oracle_.ledger().carrier_lost();
    net_.start(coordinator.name());
}

// --- and then they stop -------------------------------------------------------------------------

void Run::calm() {
    net_.quality = {};
    net_.quality.live_lost_percent = plan_.silent ? 100 : 0;
    mallory_.relent();
    auto mend = [&] {
        net_.heal_all();
        for (const auto& [name, daemon] : net_.daemons()) {
            net_.resume(name);
            net_.slow_disk(name, 0);
            net_.free_disk(name);
            net_.set_clock(name, 0);
            net_.start(name);
        }
    };
    mend();
    net_.run(20 * ms_second);
    mend();
}

}  // namespace rilon
