// The sync sockets: one bound ROUTER that peers dial, one DEALER for each peer we dial.
#pragma once

#include <memory>

#include "node/outbound_queue.h"
#include "node/peer_table.h"
#include "node/transport.h"
#include "node/transport_options.h"
#include "node/zmq_link.h"
#include "node/zmq_listener.h"

namespace rilon {

constexpr std::size_t sync_head_bytes = 10;

class ZmqPeers {
   public:
    ZmqPeers(zmq::context_t& context, const NodeIdentity& own, const TransportOptions& options);

    static constexpr const char* domain = "sync";
    const std::string& bound() const;  // Empty when we only dial.
    void poll_items(std::vector<zmq::pollitem_t>& items);
    // Connections that came and went, sockets to make anew, frames that wait.
    void tend(SteadyTime now, std::vector<Event>& events);
    void receive(SteadyTime now, std::vector<Event>& events);
    // To be called after receive, which takes no more than so many frames a poll: where we did not
    // look for a while, nobody is blamed for that time.
    void drop_silent(SteadyTime now, std::vector<Event>& events);
    // Also takes note whose bytes go on coming.
    void enforce_budget(SteadyTime now);

    void admit(const AdmitPeers& peers, SteadyTime now, std::vector<Event>& events);
    void drop(const NodeId& peer, std::vector<Event>& events);
    void reset(SteadyTime now);
    // Our key is another one: every connection ends, every socket shows it from now on.
    void rekey(SteadyTime now, std::vector<Event>& events);
    void send(SendFrame frame, std::vector<Event>& events);
    bool waiting() const;  // Frames that could not be sent yet.
    std::optional<NodeId> peer_of(const TransportPublicKey& key) const;
    // The peer's live link is worth nothing either: silent since the last call.
    std::vector<TransportPublicKey> take_silent();
    void count(TransportCounters& into) const;

   private:
    struct Outbound {
        OutboundQueue queue;
        std::uint64_t bytes_since_heard = 0;
    };
    std::unique_ptr<ZmqListener> make_listener() const;
    void bind_again(SteadyTime now);
    void count_listener(TransportCounters& into) const;
    void receive_dialled(std::size_t number, SteadyTime now, std::vector<Event>& events);
    void receive_accepted(SteadyTime now, std::vector<Event>& events);
    void heard(LinkRef link, SteadyTime now);
    void cut(LinkRef link, SteadyTime now);
    void flush(const NodeId& peer, Outbound& out, std::vector<Event>& events);
    Sent send_now(const SendFrame& frame);

    zmq::context_t& context_;
    const NodeIdentity& own_;
    TransportOptions options_;
    std::unique_ptr<ZmqListener> listener_;
    std::optional<SteadyTime> bind_at_;  // The listener of before may hold the port yet.
    SteadyTime bind_until_{};
    std::vector<std::unique_ptr<ZmqLink>> links_;
    AdmitPeers admitted_;
    TransportCounters past_;  // Of listeners of before.
    PeerTable table_;
    std::map<NodeId, Outbound> outbound_;
    std::vector<TransportPublicKey> silent_;
    SteadyTime looked_{};  // When silence was judged last.
    std::uint64_t refused_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace rilon
