// TestNet: connections, and what travels on them.
#include <sodium.h>

#include <algorithm>

#include "tests/support/test_net.h"

namespace rilon {
namespace {
constexpr std::uint64_t suspect_after_ms = 15 * ms_second;
constexpr std::uint64_t subscribe_ms = 30;
constexpr std::uint64_t dial_ms_max = 30 * ms_second;
constexpr std::uint64_t delay_min_ms = 1;
constexpr std::uint64_t slow_ms = 200;  // Ten times what a good link takes.

// Which frame it was, for the trace; many frames are small, and SipHash is quick on those.
std::string fingerprint(ByteView frame) {
    static constexpr Byte no_key[crypto_shorthash_KEYBYTES] = {};
    Byte out[crypto_shorthash_BYTES];
    crypto_shorthash(out, frame.data(), frame.size(), no_key);
    return to_hex(ByteView(out).first(4));
}

}  // namespace

TestNet::Pair TestNet::pair_of(const NodeId& one, const NodeId& other) {
    return one < other ? Pair{one, other} : Pair{other, one};
}

bool TestNet::wants_link(const Daemon& from, const Daemon& to) const {
    if (&from == &to || from.is_coordinator()) return false;
    if (dials) return dials(from, to);
    if (to.is_coordinator()) return true;
    const NodeApplication& one = founded_.network.node(from.name()).application;
    const NodeApplication& other = founded_.network.node(to.name()).application;
    return one.rilon == other.rilon && one.endpoint.empty() && !other.endpoint.empty();
}

std::uint64_t TestNet::delay() {
    std::uint64_t out = delay_min_ms + rng_.below(quality.delay_max_ms);
    if (out >= slow_ms) faults.add(Fault::frame_slow);
    return out;
}

bool TestNet::connected(const NodeId& one, const NodeId& other) const {
    auto it = connections_.find(pair_of(one, other));
    return it != connections_.end() && it->second.up;
}

void TestNet::dial(const NodeId& from, const NodeId& to, std::uint64_t delay_ms) {
    at(delay_ms, [this, from, to, delay_ms] { try_connect(from, to, delay_ms); });
}

// The key of the dialler's that the listener admits, if any; and the listener must still have the
// one that the dialler knows as its.
std::optional<TransportPublicKey> TestNet::key_let_in(const Daemon& dialler,
                                                      const Daemon& listener) {
    const TransportPublicKey& server = listener.identity().transport.pk;
    for (const auto& [key, node] : dialler.admitted().sync)
        if (node == listener.id() && key != server) return std::nullopt;
    std::vector<TransportPublicKey> own{dialler.identity().transport.pk};
    for (const TransportKeyPair& pair : dialler.identity().waiting) own.push_back(pair.pk);
    for (const TransportPublicKey& pk : own)
        if (listener.admitted().sync.contains(pk)) return pk;
    return std::nullopt;
}

// What a transport does when it hears that a key was replaced.
void TestNet::cut_replaced(const Daemon& daemon) {
    for (const auto& [id, other] : ids_) {
        auto it = connections_.find(pair_of(daemon.id(), id));
        if (it == connections_.end() || !it->second.up) continue;
        if (daemon.admitted().replaced.contains(it->second.shown[id])) disconnect(daemon.id(), id);
    }
}

void TestNet::cut_all(const Daemon& daemon) {
    for (const auto& [id, other] : ids_) disconnect(daemon.id(), id);
}

// A connection needs both ends alive, both directions open, and a listener that admits the key.
void TestNet::try_connect(const NodeId& from, const NodeId& to, std::uint64_t waited_ms) {
    Daemon* dialler = by_id(from);
    Daemon* listener = by_id(to);
    if (connected(from, to) || !dialler->running()) return;
    bool reached = listener->running() && !boxes_[to].stopped && !boxes_[from].stopped &&
                   !blocked(from, to) && !blocked(to, from);
    auto key = reached ? key_let_in(*dialler, *listener) : std::nullopt;
    if (!key.has_value()) {
        std::uint64_t next = std::min(std::max<std::uint64_t>(500, 2 * waited_ms), dial_ms_max);
        return dial(from, to, next + rng_.below(1000));
    }
    Connection& link = connections_[pair_of(from, to)];
    link = {};
    link.id = next_connection_++;
    link.up = true;
    link.since = now_;
    link.shown = {{from, *key}, {to, listener->identity().transport.pk}};
    note("up " + dialler->name() + " " + listener->name());
    deliver(from, PeerUp{to});
    deliver(to, PeerUp{from});
}

void TestNet::disconnect(const NodeId& one, const NodeId& other) {
    auto it = connections_.find(pair_of(one, other));
    if (it == connections_.end() || !it->second.up) return;
    it->second.up = false;
    it->second.held.clear();
    Daemon* a = by_id(one);
    Daemon* b = by_id(other);
    note("cut " + a->name() + " " + b->name());
    deliver(one, PeerDown{other});
    deliver(other, PeerDown{one});
    if (wants_link(*a, *b)) dial(one, other, 500 + rng_.below(1000));
    if (wants_link(*b, *a)) dial(other, one, 500 + rng_.below(1000));
}

void TestNet::block(const NodeId& from, const NodeId& to, bool is_blocked) {
    if (!is_blocked) {
        blocked_.erase({from, to});
        auto it = connections_.find(pair_of(from, to));
        if (it == connections_.end() || !it->second.up) return;
        std::deque<std::pair<std::uint64_t, Bytes>> held;
        held.swap(it->second.held[to]);  // TCP sends again what was lost.
        for (auto& [id, frame] : held) send(from, to, std::move(frame));
        return;
    }
    blocked_.insert({from, to});
    std::uint64_t id = connections_[pair_of(from, to)].id;
    at(suspect_after_ms, [this, from, to, id] {
        if (blocked(from, to) && connections_[pair_of(from, to)].id == id) disconnect(from, to);
    });
}

void TestNet::cut(const std::string& one, const std::string& other) {
    NodeId a = daemon(one).id();
    NodeId b = daemon(other).id();
    block(a, b, true);
    block(b, a, true);
    disconnect(a, b);
}

void TestNet::heal(const std::string& one, const std::string& other) {
    block(daemon(one).id(), daemon(other).id(), false);
    block(daemon(other).id(), daemon(one).id(), false);
}

void TestNet::heal_all() {
    auto all = blocked_;
    for (const auto& [from, to] : all) block(from, to, false);
}

void TestNet::stop(const std::string& name) {
    Daemon& one = daemon(name);
    Box& box = boxes_[one.id()];
    if (!one.running() || box.stopped) return;
    note("stop " + name);
    box.stopped = true;
    at(suspect_after_ms, [this, &one, boot = box.boots] {
        const Box& now = boxes_[one.id()];
        if (!now.stopped || now.boots != boot) return;
        for (const auto& [id, other] : ids_) disconnect(one.id(), id);
    });
}

void TestNet::resume(const std::string& name) {
    Daemon& one = daemon(name);
    Box& box = boxes_[one.id()];
    if (!one.running() || !box.stopped) return;
    note("resume " + name);
    box.stopped = false;
    schedule_turn(one, 0);
}

void TestNet::set_clock(const std::string& name, std::int64_t ahead_ms) {
    Daemon& one = daemon(name);
    Box& box = boxes_[one.id()];
    if (box.ahead_ms == ahead_ms) return;
    std::int64_t back_ms = box.ahead_ms - ahead_ms;
    box.ahead_ms = ahead_ms;
    note("clock " + name + " " + std::to_string(ahead_ms));
    if (!one.running()) return;
    if (back_ms <= static_cast<std::int64_t>(ms_minute)) return schedule_tick(one);
    kill(name);  // As the loop: the logic starts anew, its timers would stand still.
    start(name);
}

void TestNet::slow_disk(const std::string& name, std::uint64_t commit_ms_max) {
    boxes_[daemon(name).id()].commit_ms_max = commit_ms_max;
}

void TestNet::fill_disk(const std::string& name) {
    daemon(name).disk_fault = [](const Batch& batch) -> Status {
        for (const StoreOp& op : batch)
            if (std::holds_alternative<PutEntry>(op) || std::holds_alternative<PutBody>(op) ||
                std::holds_alternative<PutSlot>(op))
                return {Errc::full, "no room"};
        return {};
    };
}

void TestNet::free_disk(const std::string& name) {
    Daemon& one = daemon(name);
    one.disk_fault = nullptr;
    bool refuses = std::exchange(one.options().refuse_intake, false);
    if (!refuses || !one.running()) return;
    kill(name);
    start(name);
}

// --- frames -----------------------------------------------------------------------------------

void TestNet::send_sync(Daemon& from, SendFrame frame) {
    auto head = parse_sync_head(frame.head);
    SentFrame seen{from.id(), frame.peer, head.ok() ? *head : SyncHead{}, frame.payload, false};
    if (on_frame) on_frame(seen);
    if (frame.payload.size() > sync_payload_bytes_max)  // Its connection would be cut.
        broken_.push_back("a frame over the limit by " + from.name());
    if (filter && filter(seen)) return;
    Bytes bytes = std::move(frame.head);
    bytes.insert(bytes.end(), frame.payload.begin(), frame.payload.end());
    send(from.id(), frame.peer, std::move(bytes));
}

void TestNet::send(const NodeId& from, const NodeId& to, Bytes frame) {
    auto it = connections_.find(pair_of(from, to));
    if (it == connections_.end() || !it->second.up) return;
    Connection& link = it->second;
    if (blocked(from, to)) {
        link.held[to].push_back({link.id, std::move(frame)});
        return;
    }
    std::uint64_t arrives = std::max(now_.value + delay(), link.last_arrival[to]);
    link.last_arrival[to] = arrives;
    arrive(pair_of(from, to), link.id, to, std::move(frame), arrives);
}

void TestNet::arrive(const Pair& pair, std::uint64_t connection, const NodeId& to, Bytes frame,
                     std::uint64_t at_ms) {
    NodeId from = pair.first == to ? pair.second : pair.first;
    auto shared = std::make_shared<Bytes>(std::move(frame));
    at(at_ms - now_.value, [this, pair, connection, to, from, shared] {
        const Connection& link = connections_[pair];
        if (!link.up || link.id != connection) return faults.add(Fault::frame_cut);
        int type = shared->size() > 1 ? (*shared)[1] : 0;
        note("frame " + by_id(from)->name() + ">" + by_id(to)->name() + " " + std::to_string(type) +
             " " + fingerprint(*shared));
        deliver(to, PeerFrame{from, std::move(*shared)});
    });
}

void TestNet::publish(Daemon& from, const PublishLive& live) {
    auto admitted = from.admitted().live.find(live.audience);
    if (admitted == from.admitted().live.end()) return;
    for (const auto& [id, other] : ids_) {
        if (other == &from || !admitted->second.contains(other->identity().transport.pk)) continue;
        auto it = connections_.find(pair_of(from.id(), id));
        bool subscribed = it != connections_.end() && it->second.up &&
                          now_.since(it->second.since) >= subscribe_ms;
        if (!subscribed) continue;
        SentFrame seen{from.id(), id, {}, live.entry, true};
        if (on_frame) on_frame(seen);
        if (filter && filter(seen)) continue;
        if (blocked(from.id(), id)) continue;
        if (rng_.below(100) < quality.live_lost_percent)
            faults.add(Fault::live_lost);
        else
            live_to(from.id(), id, live.topic, live.entry);
        if (rng_.below(100) < quality.live_doubled_percent) {
            faults.add(Fault::live_doubled);
            live_to(from.id(), id, live.topic, live.entry);
        }
    }
}

void TestNet::live_to(const NodeId& from, const NodeId& to, const Bytes& topic,
                      const Bytes& entry) {
    std::uint64_t late = quality.live_late_ms == 0 ? 0 : rng_.below(quality.live_late_ms);
    if (late >= slow_ms) faults.add(Fault::live_late);
    at(delay() + late, [this, from, to, topic, entry] {
        note("live " + by_id(from)->name() + ">" + by_id(to)->name() + " " + fingerprint(entry));
        deliver(to, LiveFrame{from, topic, entry});
    });
}

void TestNet::inject(const NodeId& from, const NodeId& to, SyncType type,
                     const std::string& payload) {
    faults.add(Fault::malice);
    Bytes frame = encode_sync_head({type, 7});
    ByteView body = as_bytes(payload);
    frame.insert(frame.end(), body.begin(), body.end());
    send(from, to, std::move(frame));
}

void TestNet::inject_live(const NodeId& from, const NodeId& to, const Bytes& topic,
                          const Bytes& entry) {
    faults.add(Fault::malice);
    live_to(from, to, topic, entry);
}

}  // namespace rilon
