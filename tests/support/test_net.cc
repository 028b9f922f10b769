#include "tests/support/test_net.h"

#include <algorithm>
#include <cstdio>

namespace rilon {
namespace {
constexpr std::uint64_t suspect_after_ms = 15 * ms_second;
constexpr std::uint64_t subscribe_ms = 30;
}  // namespace

Founded::Founded(FoundingOptions options) : network(std::move(options)) {
    SeededRng rng(network.options().seed ^ 0x0ff1ce);
    for (const std::string& name : network.node_names())
        officers.emplace(name, make_test_officer(network.id(), name, rng));
    officers.emplace("coordinator-1", make_test_officer(network.id(), "coordinator-1", rng));
}

TestNet::TestNet(const Founded& founded, std::uint64_t seed)
    : founded_(founded),
      rng_(seed),
      seed_(seed),
      now_(founded.network.time().plus(ms_minute)),
      trace_state_(new crypto_generichash_state) {
    crypto_generichash_init(trace_state_, nullptr, 0, 32);
}

TestNet::~TestNet() {
    delete trace_state_;
}

Daemon& TestNet::add(const std::string& name) {
    std::uint64_t own = seed_ * 1000003 + daemons_.size() + 1;
    auto made = std::make_unique<Daemon>(founded_.network, name, founded_.officers.at(name), own);
    Daemon& out = *made;
    ids_[out.id()] = &out;
    daemons_[name] = std::move(made);
    return out;
}

void TestNet::add_all() {
    add("coordinator-1");
    for (const std::string& name : founded_.network.node_names()) add(name);
}

void TestNet::start_all() {
    for (const auto& [name, daemon] : daemons_) start(name);
}

Daemon* TestNet::by_id(const NodeId& id) {
    auto it = ids_.find(id);
    return it == ids_.end() ? nullptr : it->second;
}

TestNet::Pair TestNet::pair_of(const NodeId& one, const NodeId& other) {
    return one < other ? Pair{one, other} : Pair{other, one};
}

bool TestNet::wants_link(const Daemon& from, const Daemon& to) const {
    if (&from == &to || from.is_coordinator()) return false;
    if (dials) return dials(from, to);
    if (to.is_coordinator()) return true;
    const TestNode& one = founded_.network.node(from.name());
    const TestNode& other = founded_.network.node(to.name());
    return one.application.rilon == other.application.rilon && one.application.endpoint.empty() &&
           !other.application.endpoint.empty();
}

// --- time -------------------------------------------------------------------------------------

void TestNet::at(std::uint64_t delay_ms, std::function<void()> what) {
    heap_.push({now_.value + delay_ms, next_item_++, std::move(what)});
}

void TestNet::step_one() {
    Item item = heap_.top();
    heap_.pop();
    now_ = UnixMillis{std::max(now_.value, item.at)};
    item.what();
}

void TestNet::run(std::uint64_t ms) {
    UnixMillis end = now_.plus(ms);
    while (!heap_.empty() && heap_.top().at <= end.value) step_one();
    now_ = end;
}

bool TestNet::run_until(const std::function<bool()>& done, std::uint64_t ms_max) {
    UnixMillis end = now_.plus(ms_max);
    while (!done()) {
        if (heap_.empty() || heap_.top().at > end.value) return false;
        step_one();
    }
    return true;
}

std::uint64_t TestNet::delay() {
    std::uint64_t span = quality.delay_max_ms - quality.delay_min_ms + 1;
    return quality.delay_min_ms + rng_.below(span);
}

void TestNet::note(const std::string& what) {
    ++events_;
    std::string line = std::to_string(now_.value % 10'000'000) + " " + what;
    crypto_generichash_update(trace_state_, reinterpret_cast<const Byte*>(line.data()),
                              line.size());
    if (trace) std::fprintf(stderr, "%s\n", line.c_str());
    tail_.push_back(std::move(line));
    if (tail_.size() > 40) tail_.pop_front();
}

Hash32 TestNet::trace_hash() const {
    crypto_generichash_state copy = *trace_state_;
    Hash32 out;
    crypto_generichash_final(&copy, out.data(), 32);
    return out;
}

// --- daemons ----------------------------------------------------------------------------------

void TestNet::start(const std::string& name) {
    Daemon& daemon = *daemons_.at(name);
    if (daemon.running()) return;
    Inbox& inbox = inboxes_[daemon.id()];
    inbox.events.clear();
    std::uint64_t boot = ++inbox.boots;
    note("start " + name);
    auto outputs = daemon.start(now_);
    if (!outputs.ok()) {
        broken_.push_back(name + " does not start: " + outputs.error().detail);
        return;
    }
    perform(daemon, std::move(*outputs));
    schedule_tick(daemon, boot);
    for (const auto& [id, other] : ids_) {
        if (wants_link(daemon, *other)) dial(daemon.id(), id, rng_.below(50));
        if (wants_link(*other, daemon)) dial(id, daemon.id(), 50 + rng_.below(1000));
    }
}

void TestNet::kill(const std::string& name) {
    Daemon& daemon = *daemons_.at(name);
    if (!daemon.running()) return;
    daemon.kill();
    crashed(daemon);
}

void TestNet::crashed(Daemon& daemon) {
    note("down " + daemon.name());
    ++inboxes_[daemon.id()].boots;
    inboxes_[daemon.id()].events.clear();
    for (const auto& [id, other] : ids_)
        if (other != &daemon) disconnect(daemon.id(), id);
}

void TestNet::deliver(const NodeId& to, Event event, std::uint64_t delay_ms) {
    Daemon* daemon = by_id(to);
    if (daemon == nullptr || !daemon->running()) return;
    inboxes_[to].events.push_back(std::move(event));
    schedule_turn(*daemon, delay_ms);
}

// What arrives within a moment is one batch.
void TestNet::schedule_turn(Daemon& daemon, std::uint64_t delay_ms) {
    Inbox& inbox = inboxes_[daemon.id()];
    if (inbox.scheduled) return;
    inbox.scheduled = true;
    at(delay_ms + rng_.below(3), [this, &daemon] {
        Inbox& box = inboxes_[daemon.id()];
        box.scheduled = false;
        std::vector<Event> events;
        events.swap(box.events);
        if (daemon.running()) turn(daemon, std::move(events));
    });
}

void TestNet::schedule_tick(Daemon& daemon, std::uint64_t boot) {
    at(200 + rng_.below(100), [this, &daemon, boot] {
        if (!daemon.running() || inboxes_[daemon.id()].boots != boot) return;
        if (now_ >= daemon.node().next_timer()) schedule_turn(daemon, 0);
        schedule_tick(daemon, boot);
    });
}

void TestNet::turn(Daemon& daemon, std::vector<Event> events) {
    CrashPoint crash = CrashPoint::none;
    if (quality.crash_per_mille > 0 && rng_.below(1000) < quality.crash_per_mille)
        crash = rng_.below(2) == 0 ? CrashPoint::before_commit : CrashPoint::after_commit;
    auto outputs = daemon.turn(std::move(events), now_, crash);
    if (!outputs.ok()) {
        broken_.push_back(daemon.name() + " commit failed: " + errc_name(outputs.code()) + " " +
                          outputs.error().detail);
        daemon.kill();
        return crashed(daemon);
    }
    if (!daemon.running()) {
        crashed(daemon);
        std::string name = daemon.name();
        return at(100 + rng_.below(8000), [this, name] { start(name); });
    }
    perform(daemon, std::move(*outputs));
    // Work that is due at once, as the loop would go on with it.
    if (daemon.running() && daemon.node().next_timer() <= now_) schedule_turn(daemon, 1);
    if (on_turn) on_turn(daemon);
}

void TestNet::perform(Daemon& daemon, std::vector<Output> outputs) {
    std::vector<SendFrame> frames;
    for (Output& output : outputs) {
        if (auto* frame = std::get_if<SendFrame>(&output)) frames.push_back(std::move(*frame));
        if (auto* live = std::get_if<PublishLive>(&output)) publish(daemon, *live);
        if (auto* answer = std::get_if<AnswerClient>(&output))
            answers_[answer->client] = std::move(answer->response);
        if (auto* query = std::get_if<RunQuery>(&output))
            answers_[query->client] = daemon.answer(query->request, now_);
        if (auto* drop = std::get_if<DropPeer>(&output)) {
            note("drop " + daemon.name() + " " + drop->peer.brief());
            if (const Daemon* gone = by_id(drop->peer)) ++drops[daemon.name() + " " + gone->name()];
            std::erase_if(inboxes_[daemon.id()].events, [&](const Event& event) {
                const auto* frame = std::get_if<PeerFrame>(&event);
                return frame != nullptr && frame->peer == drop->peer;
            });
            disconnect(daemon.id(), drop->peer);
        }
        if (auto* line = std::get_if<LogLine>(&output); line != nullptr && trace)
            std::fprintf(stderr, "    %s: <%d> %s\n", daemon.name().c_str(), line->priority,
                         line->line.c_str());
    }
    std::stable_sort(frames.begin(), frames.end(), [](const SendFrame& a, const SendFrame& b) {
        return a.precedence > b.precedence;
    });
    for (SendFrame& frame : frames) send_sync(daemon, std::move(frame));
}

// --- links ------------------------------------------------------------------------------------

bool TestNet::connected(const NodeId& one, const NodeId& other) const {
    auto it = connections_.find(pair_of(one, other));
    return it != connections_.end() && it->second.up;
}

void TestNet::dial(const NodeId& from, const NodeId& to, std::uint64_t delay_ms) {
    at(delay_ms, [this, from, to] { try_connect(from, to); });
}

// A connection needs both ends alive, both directions open, and a listener that admits the key.
void TestNet::try_connect(const NodeId& from, const NodeId& to) {
    Daemon* dialler = by_id(from);
    Daemon* listener = by_id(to);
    if (connected(from, to) || !dialler->running()) return;
    bool admitted = listener->running() && !blocked(from, to) && !blocked(to, from) &&
                    listener->admitted().sync.contains(dialler->identity().transport.pk);
    if (!admitted) return dial(from, to, 500 + rng_.below(1000));
    Connection& link = connections_[pair_of(from, to)];
    link = {};
    link.id = next_connection_++;
    link.up = true;
    link.since = now_;
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

void TestNet::send_sync(Daemon& from, SendFrame frame) {
    auto head = parse_sync_head(frame.head);
    SentFrame seen{from.id(), frame.peer, head.ok() ? *head : SyncHead{}, frame.payload, false};
    if (on_frame) on_frame(seen);
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
        if (!link.up || link.id != connection) return;
        int type = shared->size() > 1 ? (*shared)[1] : 0;
        note("frame " + by_id(from)->name() + ">" + by_id(to)->name() + " " + std::to_string(type) +
             " " + hash({*shared}).brief());
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
        if (rng_.below(100) >= quality.live_lost_percent)
            live_to(from.id(), id, live.topic, live.entry);
        if (rng_.below(100) < quality.live_doubled_percent)
            live_to(from.id(), id, live.topic, live.entry);
    }
}

void TestNet::live_to(const NodeId& from, const NodeId& to, const Bytes& topic,
                      const Bytes& entry) {
    std::uint64_t late = quality.live_late_ms == 0 ? 0 : rng_.below(quality.live_late_ms);
    at(delay() + late, [this, from, to, topic, entry] {
        note("live " + by_id(from)->name() + ">" + by_id(to)->name() + " " + hash({entry}).brief());
        deliver(to, LiveFrame{from, topic, entry});
    });
}

void TestNet::inject(const NodeId& from, const NodeId& to, SyncType type,
                     const std::string& payload) {
    Bytes frame = encode_sync_head({type, 7});
    ByteView body = as_bytes(payload);
    frame.insert(frame.end(), body.begin(), body.end());
    send(from, to, std::move(frame));
}

void TestNet::inject_live(const NodeId& from, const NodeId& to, const Bytes& topic,
                          const Bytes& entry) {
    live_to(from, to, topic, entry);
}

}  // namespace rilon
