#include "node/zmq_live.h"

#include "node/named_key.h"

namespace rilon {
namespace {

constexpr std::size_t queue_frames_max = 8192;
constexpr std::size_t queue_bytes_max = 32 * 1024 * 1024;

}  // namespace

ZmqLive::ZmqLive(zmq::context_t& context, const NodeIdentity& own, const TransportOptions& options)
    : context_(context), own_(own), endpoint_(options.live) {
    for (const TransportLink& link : options.links)
        if (!link.live.empty())
            links_.push_back(std::make_unique<ZmqLink>(
                context, own, LinkTarget{zmq::socket_type::sub, link.key, link.live}));
}

std::string ZmqLive::bound() const {
    return publisher_ ? publisher_->bound() : "";
}

void ZmqLive::poll_items(std::vector<zmq::pollitem_t>& items) {
    for (auto& link : links_) {
        if (!link->is_open()) continue;
        items.push_back({link->socket().handle(), 0, ZMQ_POLLIN, 0});
        items.push_back({link->monitor().handle(), 0, ZMQ_POLLIN, 0});
    }
}

void ZmqLive::tend(SteadyTime now) {
    if (publisher_) publisher_->tend(now);
    for (auto& link : links_)
        while (link->watch(now) != ZmqLink::Change::none) {
        }
}

void ZmqLive::receive(const std::map<TransportPublicKey, NodeId>& peers,
                      std::vector<Event>& events) {
    for (auto& link : links_) drain(*link, peers);
    for (std::size_t n = 0; n < transport_events_max && !queue_.empty(); ++n) {
        queue_bytes_ -= queue_.front().entry.size();
        events.emplace_back(std::move(queue_.front()));
        queue_.pop_front();
    }
}

void ZmqLive::drain(ZmqLink& link, const std::map<TransportPublicKey, NodeId>& peers) {
    while (auto message = link.receive()) {
        auto publisher = peers.find(link.server());
        if (publisher == peers.end() || message->too_many_parts || message->parts.size() != 2 ||
            message->parts[0].size() != live_topic_bytes) {
            ++refused_;
            continue;
        }
        if (queue_.size() >= queue_frames_max ||
            queue_bytes_ + message->parts[1].size() > queue_bytes_max) {
            ++dropped_;
            continue;
        }
        queue_bytes_ += message->parts[1].size();
        queue_.push_back(LiveFrame{publisher->second, std::move(message->parts[0]),
                                   std::move(message->parts[1])});
    }
}

void ZmqLive::enforce_budget() {
    if (publisher_) publisher_->enforce_budget();
    for (auto& link : links_) link->enforce_budget();
}

void ZmqLive::admit(const AdmitPeers& peers, SteadyTime now) {
    // One endpoint, one audience: the node names just the one it publishes here.
    if (!endpoint_.empty()) {
        if (publisher_ && !peers.live.contains(publisher_->audience())) publisher_.reset();
        if (!publisher_ && !peers.live.empty())
            publisher_ = std::make_unique<ZmqPublisher>(context_, own_.transport,
                                                        peers.live.begin()->first, endpoint_);
        if (publisher_) {
            publisher_->allow(peers.live.at(publisher_->audience()));
            publisher_->tend(now);
        }
    }
    for (auto& link : links_) (void)link->follow(key_of_named(link->named(), peers), now);
}

void ZmqLive::rekey(const AdmitPeers& peers, SteadyTime now) {
    if (publisher_ && !publisher_->bound().empty()) endpoint_ = publisher_->bound();
    publisher_.reset();
    for (auto& link : links_)
        if (link->wanted()) link->open(now);
    admit(peers, now);
}

void ZmqLive::publish(const PublishLive& live) {
    if (publisher_ && publisher_->audience() == live.audience)
        publisher_->publish(live.topic, live.entry);
}

void ZmqLive::restart(const TransportPublicKey& publisher, SteadyTime now) {
    for (auto& link : links_)
        if (link->wanted() && link->server() == publisher) link->restart(now);
}

void ZmqLive::count(TransportCounters& into) const {
    into.dropped_live += dropped_;
    into.refused_frames += refused_;
    if (publisher_) {
        into.cut_connections += publisher_->cuts();
        into.handshakes_refused += publisher_->handshakes_refused();
    }
    for (const auto& link : links_) {
        into.rebuilds += link->rebuilds();
        into.handshakes_refused += link->refusals();
    }
}

}  // namespace rilon
