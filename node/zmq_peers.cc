#include "node/zmq_peers.h"

#include <unistd.h>

#include <utility>

#include "node/named_key.h"

namespace rilon {
namespace {

// What may be under way to a peer that says nothing; a living one beats every 5 s.
constexpr std::uint64_t unheard_bytes_max = 16 * 1024 * 1024;
// A socket that was closed gives its port back in a thread of libzmq's.
constexpr std::chrono::milliseconds rebind_pause{50};
constexpr std::chrono::milliseconds rebind_patience{10000};

LinkRef dialled(std::size_t number) {
    return {LinkRef::Kind::dialled, number};
}
LinkRef accepted(ConnectionId id) {
    return {LinkRef::Kind::accepted, id};
}

std::set<TransportPublicKey> keys_of(const std::map<TransportPublicKey, NodeId>& peers) {
    std::set<TransportPublicKey> out;
    for (const auto& [key, node] : peers) out.insert(key);
    return out;
}

// A closed listener of ipc takes the path away when it is done, the next one's too.
bool path_held(const std::string& endpoint) {
    return endpoint.starts_with("ipc://") && ::access(endpoint.substr(6).c_str(), F_OK) == 0;
}

std::optional<Bytes> joined_frame(std::vector<Bytes>& parts) {
    if (parts.size() != 2 || parts[0].size() != sync_head_bytes) return std::nullopt;
    Bytes frame = std::move(parts[0]);
    frame.insert(frame.end(), parts[1].begin(), parts[1].end());
    return frame;
}

}  // namespace

ZmqPeers::ZmqPeers(zmq::context_t& context, const NodeIdentity& own,
                   const TransportOptions& options)
    : context_(context), own_(own), options_(options) {
    if (!options.sync.empty()) {
        listener_ = make_listener();
        listener_->bind(options.sync);
    }
    for (const TransportLink& link : options.links)
        links_.push_back(std::make_unique<ZmqLink>(
            context, own, LinkTarget{zmq::socket_type::dealer, link.key, link.endpoint}));
}

std::unique_ptr<ZmqListener> ZmqPeers::make_listener() const {
    ListenerLimits limits;
    limits.connections_max = options_.peers_max;
    return std::make_unique<ZmqListener>(context_, CurveServer{own_.transport, domain}, limits);
}

const std::string& ZmqPeers::bound() const {
    static const std::string none;
    return listener_ ? listener_->bound() : none;
}

void ZmqPeers::poll_items(std::vector<zmq::pollitem_t>& items) {
    if (listener_) {
        items.push_back({listener_->socket().handle(), 0, ZMQ_POLLIN, 0});
        items.push_back({listener_->monitor().handle(), 0, ZMQ_POLLIN, 0});
    }
    for (auto& link : links_) {
        if (!link->is_open()) continue;
        items.push_back({link->socket().handle(), 0, ZMQ_POLLIN, 0});
        items.push_back({link->monitor().handle(), 0, ZMQ_POLLIN, 0});
    }
}

void ZmqPeers::tend(SteadyTime now, std::vector<Event>& events) {
    if (bind_at_ && now >= *bind_at_) bind_again(now);
    if (listener_)
        for (ConnectionId id : listener_->take_gone()) table_.link_down(accepted(id), events);
    for (std::size_t i = 0; i < links_.size(); ++i) {
        ZmqLink& link = *links_[i];
        for (auto change = link.watch(now); change != ZmqLink::Change::none;
             change = link.watch(now)) {
            auto peer = peer_of(link.server());
            if (change == ZmqLink::Change::down) table_.link_down(dialled(i), events);
            if (change == ZmqLink::Change::up && peer)
                table_.link_up(*peer, dialled(i), now, events);
        }
    }
    for (auto at = outbound_.begin(); at != outbound_.end();) {
        auto here = at++;
        if (!table_.link_of(here->first)) {
            outbound_.erase(here);  // The conversation starts anew with the next link.
            continue;
        }
        flush(here->first, here->second, events);
    }
}

void ZmqPeers::drop_silent(SteadyTime now, std::vector<Event>& events) {
    constexpr std::chrono::seconds turn_max{1};
    SteadyTime before = std::exchange(looked_, now);
    if (now - before > turn_max) table_.excuse(now, now - before);
    for (const NodeId& peer : table_.silent(now, options_.silence_max)) {
        for (LinkRef link : table_.peer_down(peer, events)) cut(link, now);
        for (const auto& [key, node] : admitted_.sync)
            if (node == peer) silent_.push_back(key);
    }
}

void ZmqPeers::cut(LinkRef link, SteadyTime now) {
    if (link.kind == LinkRef::Kind::accepted) {
        listener_->cut(link.number);
        return;
    }
    ZmqLink& socket = *links_[link.number];
    if (admitted_.sync.contains(socket.server()))
        socket.restart(now);
    else
        socket.close();
}

void ZmqPeers::receive(SteadyTime now, std::vector<Event>& events) {
    receive_accepted(now, events);
    for (std::size_t i = 0; i < links_.size(); ++i) receive_dialled(i, now, events);
}

void ZmqPeers::receive_accepted(SteadyTime now, std::vector<Event>& events) {
    if (!listener_) return;
    for (std::size_t n = 0; n < transport_events_max; ++n) {
        auto frame = listener_->receive();
        if (!frame) return;
        auto peer = peer_of(frame->key);
        auto bytes = joined_frame(frame->parts);
        if (!peer || !bytes) {
            ++refused_;
            table_.link_down(accepted(frame->from), events);
            listener_->cut(frame->from);
            continue;
        }
        auto replaced = table_.link_up(*peer, accepted(frame->from), now, events);
        if (replaced) listener_->cut(replaced->number);
        heard(accepted(frame->from), now);
        events.emplace_back(PeerFrame{*peer, std::move(*bytes)});
    }
}

void ZmqPeers::receive_dialled(std::size_t number, SteadyTime now, std::vector<Event>& events) {
    ZmqLink& link = *links_[number];
    for (std::size_t n = 0; n < transport_events_max; ++n) {
        auto message = link.receive();
        if (!message) return;
        auto peer = peer_of(link.server());
        auto bytes = message->too_many_parts ? std::nullopt : joined_frame(message->parts);
        if (!peer || !bytes) {
            ++refused_;
            table_.link_down(dialled(number), events);
            cut(dialled(number), now);
            return;
        }
        table_.link_up(*peer, dialled(number), now, events);  // Before its monitor said so.
        heard(dialled(number), now);
        events.emplace_back(PeerFrame{*peer, std::move(*bytes)});
    }
}

void ZmqPeers::heard(LinkRef link, SteadyTime now) {
    table_.heard(link, now);
    auto peer = table_.peer_of(link);
    if (peer) outbound_[*peer].bytes_since_heard = 0;
}

void ZmqPeers::enforce_budget(SteadyTime now) {
    if (listener_) {
        listener_->enforce_budget();
        for (ConnectionId id : listener_->moved()) table_.alive(accepted(id), now);
    }
    for (std::size_t i = 0; i < links_.size(); ++i) {
        links_[i]->enforce_budget();
        if (links_[i]->moved()) table_.alive(dialled(i), now);
    }
}

void ZmqPeers::admit(const AdmitPeers& peers, SteadyTime now, std::vector<Event>& events) {
    admitted_ = peers;
    if (listener_) {
        listener_->allow(keys_of(peers.sync));
        for (ConnectionId id : listener_->take_gone()) table_.link_down(accepted(id), events);
    }
    for (std::size_t i = 0; i < links_.size(); ++i) {
        auto key = key_of_named(links_[i]->named(), peers);
        if (links_[i]->follow(key, now)) table_.link_down(dialled(i), events);
    }
}

void ZmqPeers::drop(const NodeId& peer, std::vector<Event>& events) {
    std::erase_if(admitted_.sync, [&](const auto& row) { return row.second == peer; });
    outbound_.erase(peer);
    for (LinkRef link : table_.peer_down(peer, events)) cut(link, {});
    admit(AdmitPeers(admitted_), std::chrono::steady_clock::now(), events);
}

void ZmqPeers::reset(SteadyTime now) {
    table_.clear();
    outbound_.clear();
    if (listener_) listener_->cut_all();
    for (auto& link : links_)
        if (link->wanted()) link->open(now);
}

void ZmqPeers::rekey(SteadyTime now, std::vector<Event>& events) {
    for (const auto& [key, node] : admitted_.sync) (void)table_.peer_down(node, events);
    outbound_.clear();
    for (auto& link : links_)
        if (link->wanted()) link->open(now);
    if (!listener_) return;
    count_listener(past_);
    options_.sync = listener_->bound();  // The same port where the system had chosen it.
    listener_.reset();
    bind_at_ = now;
    bind_until_ = now + rebind_patience;
}

// Throws when the port stays taken.
void ZmqPeers::bind_again(SteadyTime now) {
    const bool patient = now <= bind_until_;
    bind_at_ = now + rebind_pause;
    if (patient && path_held(options_.sync)) return;
    auto listener = make_listener();
    try {
        listener->bind(options_.sync);
    } catch (const zmq::error_t&) {
        if (!patient) throw;
        return;
    }
    bind_at_.reset();
    listener_ = std::move(listener);
    listener_->allow(keys_of(admitted_.sync));
}

Sent ZmqPeers::send_now(const SendFrame& frame) {
    auto link = table_.link_of(frame.peer);
    if (!link) return Sent::no_route;
    if (link->kind == LinkRef::Kind::accepted)
        return listener_->send(link->number, {frame.head, frame.payload});
    return links_[link->number]->send({frame.head, frame.payload});
}

void ZmqPeers::send(SendFrame frame, std::vector<Event>& events) {
    if (!table_.link_of(frame.peer)) {
        ++dropped_;
        return;
    }
    NodeId peer = frame.peer;
    Outbound& out = outbound_[peer];
    dropped_ += out.queue.push(std::move(frame));
    flush(peer, out, events);
}

void ZmqPeers::flush(const NodeId& peer, Outbound& out, std::vector<Event>& events) {
    while (const SendFrame* frame = out.queue.front()) {
        if (out.bytes_since_heard > unheard_bytes_max) return;
        Sent sent = send_now(*frame);
        if (sent == Sent::full) return;
        if (sent == Sent::no_route) {
            auto link = table_.link_of(peer);
            if (!link) return;
            table_.link_down(*link, events);  // The monitor will say so too.
            return;
        }
        out.bytes_since_heard += OutboundQueue::size_of(*frame);
        out.queue.pop();
    }
}

bool ZmqPeers::waiting() const {
    for (const auto& [peer, out] : outbound_)
        if (!out.queue.empty()) return true;
    return false;
}

std::optional<NodeId> ZmqPeers::peer_of(const TransportPublicKey& key) const {
    auto found = admitted_.sync.find(key);
    if (found == admitted_.sync.end()) return std::nullopt;
    return found->second;
}

std::vector<TransportPublicKey> ZmqPeers::take_silent() {
    return std::exchange(silent_, {});
}

void ZmqPeers::count_listener(TransportCounters& into) const {
    if (!listener_) return;
    into.refused_frames += listener_->refused();
    into.cut_connections += listener_->cuts();
    into.handshakes_refused += listener_->handshakes_refused();
}

void ZmqPeers::count(TransportCounters& into) const {
    count_listener(into);
    into.refused_frames += past_.refused_frames + refused_;
    into.cut_connections += past_.cut_connections;
    into.handshakes_refused += past_.handshakes_refused;
    into.dropped_sends += dropped_;
    for (const auto& link : links_) {
        into.rebuilds += link->rebuilds();
        into.handshakes_refused += link->refusals();
    }
}

}  // namespace rilon
