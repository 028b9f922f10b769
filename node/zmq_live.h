// The live sockets: our PUB when we publish, and a SUB for each publisher we are linked to.
#pragma once

#include <deque>
#include <memory>

#include "node/transport.h"
#include "node/transport_options.h"
#include "node/zmq_link.h"
#include "node/zmq_publisher.h"

namespace rilon {

constexpr std::size_t live_topic_bytes = 17;  // class u8 ‖ audience_id

class ZmqLive {
   public:
    ZmqLive(zmq::context_t& context, const NodeIdentity& own, const TransportOptions& options);

    // Where we publish, once an audience is known; empty before.
    std::string bound() const;
    void poll_items(std::vector<zmq::pollitem_t>& items);
    void tend(SteadyTime now);
    // Reads everything there is into a bounded queue, because libzmq drops in silence when nobody
    // reads; then hands out some of it.
    void receive(const std::map<TransportPublicKey, NodeId>& peers, std::vector<Event>& events);
    void enforce_budget();

    void admit(const AdmitPeers& peers, SteadyTime now);
    // Our key is another one: publisher and links show it from now on.
    void rekey(const AdmitPeers& peers, SteadyTime now);
    void publish(const PublishLive& live);
    void restart(const TransportPublicKey& publisher, SteadyTime now);
    bool waiting() const { return !queue_.empty(); }
    void count(TransportCounters& into) const;

   private:
    void drain(ZmqLink& link, const std::map<TransportPublicKey, NodeId>& peers);

    zmq::context_t& context_;
    const NodeIdentity& own_;
    std::string endpoint_;
    std::unique_ptr<ZmqPublisher> publisher_;
    std::vector<std::unique_ptr<ZmqLink>> links_;
    std::deque<LiveFrame> queue_;
    std::size_t queue_bytes_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace rilon
