#include "node/zmq_transport.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "node/self_probe.h"
#include "node/zap.h"
#include "node/zmq_live.h"
#include "node/zmq_peers.h"

namespace rilon {
namespace {

constexpr const char* control_domain = "control";
constexpr std::chrono::milliseconds budget_period{250};
constexpr std::chrono::milliseconds first_probe_wait{4000};

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

struct ZmqTransport::State {
    State(const NodeIdentity& own_keys, TransportOptions given)
        : options(std::move(given)),
          own(own_keys),
          zap(context),
          peers(context, own, options),
          live(context, own, options) {
        context.set(zmq::ctxopt::blocky, 0);
    }
    ~State() {
        if (wake_fd >= 0) ::close(wake_fd);
    }

    std::vector<ProbeTarget> targets() const {
        std::vector<ProbeTarget> out;
        if (!peers.bound().empty())
            out.push_back({peers.bound(), own.transport.pk, zmq::socket_type::dealer});
        if (control)
            out.push_back({control->bound(), own.control_key().pk, zmq::socket_type::dealer});
        if (!live.bound().empty())
            out.push_back({live.bound(), own.transport.pk, zmq::socket_type::sub});
        return out;
    }
    Status first_probe();
    void start_probe();
    void open_control();
    void wait(std::uint32_t wait_ms);
    void tend(SteadyTime now, std::vector<Event>& events);
    void drop_silent(SteadyTime now, std::vector<Event>& events);
    void receive_clients(std::vector<Event>& events);
    void count();

    TransportOptions options;
    const NodeIdentity& own;
    zmq::context_t context;
    ZapHandler zap;  // Before any bind.
    ZmqPeers peers;
    ZmqLive live;
    std::unique_ptr<ZmqListener> control;
    std::unique_ptr<SelfProbe> probe;
    std::map<TransportPublicKey, NodeId> sync_keys;
    AdmitPeers admitted;
    std::vector<Event> later;  // What calls between polls brought about.
    std::string sync_probed;   // Where the probe was sent; empty: not yet, or not with this key.
    std::string live_probed;
    SteadyTime budget_at{};
    std::string broken;  // Why no socket could be made.
    TransportCounters counters;
    int wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
};

Status ZmqTransport::State::first_probe() {
    for (const ProbeTarget& target : targets()) {
        switch (probe_endpoint(context, target, first_probe_wait)) {
            case ProbeVerdict::refused: break;
            case ProbeVerdict::admitted:
                return {Errc::not_permitted,
                        "self-probe: a random key was admitted at " + target.endpoint +
                            ": access control does not work with this libzmq; use Debian's"};
            case ProbeVerdict::no_answer:
                return {Errc::unreachable, "self-probe: " + target.endpoint +
                                               " does not answer from this machine; check the "
                                               "firewall of the loopback interface"};
        }
    }
    return {};
}

void ZmqTransport::State::start_probe() {
    auto report = [this](const ProbeTarget& target, ProbeVerdict verdict) {
        if (verdict == ProbeVerdict::admitted && options.on_open_door)
            options.on_open_door(target.endpoint);
        if (verdict == ProbeVerdict::no_answer && options.on_dead_door)
            options.on_dead_door(target.endpoint);
    };
    sync_probed = peers.bound();
    probe = std::make_unique<SelfProbe>(context, report, options.probe_period);
    probe->watch(targets());
}

// Once it is known who our clients are: who connects earlier would be told that he is nobody.
void ZmqTransport::State::open_control() {
    if (control || options.control.empty()) return;
    ListenerLimits limits;
    limits.connections_max = options.clients_max;
    control = std::make_unique<ZmqListener>(context, CurveServer{own.control_key(), control_domain},
                                            limits);
    control->bind(options.control);
    probe->watch(targets());
}

void ZmqTransport::State::wait(std::uint32_t wait_ms) {
    if (!later.empty() || live.waiting()) wait_ms = 0;
    if (peers.waiting()) wait_ms = std::min(wait_ms, 10u);
    wait_ms = std::min(wait_ms, static_cast<std::uint32_t>(budget_period.count()));
    std::vector<zmq::pollitem_t> items;
    items.push_back({nullptr, wake_fd, ZMQ_POLLIN, 0});
    peers.poll_items(items);
    live.poll_items(items);
    if (control) {
        items.push_back({control->socket().handle(), 0, ZMQ_POLLIN, 0});
        items.push_back({control->monitor().handle(), 0, ZMQ_POLLIN, 0});
    }
    zmq::poll(items, std::chrono::milliseconds(wait_ms));
    std::uint64_t woken = 0;
    (void)!::read(wake_fd, &woken, sizeof woken);
}

void ZmqTransport::State::tend(SteadyTime now, std::vector<Event>& events) {
    peers.tend(now, events);
    live.tend(now);
    if (control)
        for (ConnectionId id : control->take_gone()) events.emplace_back(ClientGone{ClientId{id}});
    if (probe && (live.bound() != live_probed || peers.bound() != sync_probed)) {
        live_probed = live.bound();
        sync_probed = peers.bound();
        probe->watch(targets());
    }
}

// After what waited was received: who spoke while we were busy was not silent.
void ZmqTransport::State::drop_silent(SteadyTime now, std::vector<Event>& events) {
    peers.drop_silent(now, events);
    for (const TransportPublicKey& key : peers.take_silent()) live.restart(key, now);
}

void ZmqTransport::State::receive_clients(std::vector<Event>& events) {
    if (!control) return;
    for (std::size_t n = 0; n < transport_events_max; ++n) {
        auto frame = control->receive();
        if (!frame) return;
        if (frame->parts.size() != 1) {
            ++counters.refused_frames;
            control->cut(frame->from);
            events.emplace_back(ClientGone{ClientId{frame->from}});
            continue;
        }
        events.emplace_back(
            ClientFrame{ClientId{frame->from}, frame->key, std::move(frame->parts[0])});
    }
}

void ZmqTransport::State::count() {
    TransportCounters sum;
    peers.count(sum);
    live.count(sum);
    if (control) {
        sum.refused_frames += control->refused();
        sum.cut_connections += control->cuts();
        sum.handshakes_refused += control->handshakes_refused();
    }
    counters = sum;
}

ZmqTransport::ZmqTransport(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZmqTransport::~ZmqTransport() = default;

Result<std::unique_ptr<ZmqTransport>> ZmqTransport::start(const NodeIdentity& own,
                                                          TransportOptions options) {
    try {
        auto state = std::make_unique<State>(own, std::move(options));
        if (state->wake_fd < 0) return {Errc::io, "no eventfd: raise LimitNOFILE"};
        Status probed = state->first_probe();
        if (!probed) return probed.error();
        state->start_probe();
        return std::unique_ptr<ZmqTransport>(new ZmqTransport(std::move(state)));
    } catch (const zmq::error_t& error) {
        return {Errc::io, std::string("the sockets could not be opened (") + error.what() +
                              "): check [listen] and [control], and whether another rilond runs"};
    }
}

Status ZmqTransport::poll(std::uint32_t wait_ms, std::vector<Event>& events) {
    State& s = *state_;
    if (!s.broken.empty())
        return {Errc::io, "a socket could not be opened (" + s.broken +
                              "): check [listen] and [control], and whether another rilond runs"};
    try {
        s.wait(wait_ms);
        SteadyTime now = steady_now();
        for (Event& event : std::exchange(s.later, {})) events.emplace_back(std::move(event));
        s.tend(now, events);
        s.peers.receive(now, events);
        s.drop_silent(now, events);
        s.live.receive(s.sync_keys, events);
        s.receive_clients(events);
        if (now >= s.budget_at) {
            s.budget_at = now + budget_period;
            s.peers.enforce_budget(now);
            s.live.enforce_budget();
            if (s.control) s.control->enforce_budget();
            s.count();
        }
    } catch (const zmq::error_t& error) {
        if (error.num() == EINTR) return {};
        return {Errc::io, std::string("libzmq: ") + error.what()};
    }
    return {};
}

void ZmqTransport::send(SendFrame frame) {
    try {
        state_->peers.send(std::move(frame), state_->later);
    } catch (const zmq::error_t&) {
        ++state_->counters.dropped_sends;
    }
}

void ZmqTransport::publish(const PublishLive& live) {
    try {
        state_->live.publish(live);
    } catch (const zmq::error_t&) {
        ++state_->counters.dropped_sends;
    }
}

void ZmqTransport::answer(const AnswerClient& answer) {
    State& s = *state_;
    if (!s.control) return;
    try {
        // A client that does not read is cut: it can ask again.
        if (s.control->send(answer.client.value, {answer.response}) == Sent::yes) return;
    } catch (const zmq::error_t&) {
    }
    s.control->cut(answer.client.value);
    s.later.emplace_back(ClientGone{answer.client});
}

void ZmqTransport::admit(const AdmitPeers& peers) {
    State& s = *state_;
    ZapHandler::Table table;
    for (const auto& [key, node] : peers.sync) table[ZmqPeers::domain].insert(key);
    for (const auto& [audience, keys] : peers.live) table[ZmqPublisher::domain_of(audience)] = keys;
    table[control_domain] = peers.control;
    s.zap.replace(std::move(table));
    s.sync_keys = peers.sync;
    s.admitted = peers;
    try {
        SteadyTime now = steady_now();
        s.peers.admit(peers, now, s.later);
        s.live.admit(peers, now);
        s.open_control();
        if (s.control) s.control->allow(peers.control);
    } catch (const zmq::error_t& error) {
        s.broken = error.what();  // The next poll says so.
    }
}

void ZmqTransport::drop(const NodeId& peer) {
    State& s = *state_;
    AdmitPeers rest = s.admitted;
    for (const auto& [key, node] : s.admitted.sync) {
        if (node != peer) continue;
        rest.sync.erase(key);
        for (auto& [audience, keys] : rest.live) keys.erase(key);
    }
    s.peers.drop(peer, s.later);
    admit(rest);
}

void ZmqTransport::reset_peers() {
    State& s = *state_;
    std::erase_if(s.later, [](const Event& event) {
        return std::holds_alternative<PeerUp>(event) || std::holds_alternative<PeerDown>(event);
    });
    try {
        s.peers.reset(steady_now());
    } catch (const zmq::error_t& error) {
        s.broken = error.what();  // The next poll says so.
    }
}

// The control socket stays: its clients pin a key of its own.
void ZmqTransport::rekey() {
    State& s = *state_;
    try {
        SteadyTime now = steady_now();
        s.peers.rekey(now, s.later);
        s.live.rekey(s.admitted, now);
        s.sync_probed.clear();
        s.live_probed.clear();
    } catch (const zmq::error_t& error) {
        s.broken = error.what();  // The next poll says so.
    }
}

const TransportCounters& ZmqTransport::counters() const {
    return state_->counters;
}

void ZmqTransport::wake() {
    std::uint64_t one = 1;
    (void)!::write(state_->wake_fd, &one, sizeof one);
}

std::string ZmqTransport::sync_endpoint() const {
    return state_->peers.bound();
}
std::string ZmqTransport::live_endpoint() const {
    return state_->live.bound();
}
std::string ZmqTransport::control_endpoint() const {
    return state_->control ? state_->control->bound() : "";
}

}  // namespace rilon
