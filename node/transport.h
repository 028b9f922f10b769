// Transport: one of the four seams, what carries frames between nodes and clients. rilond's is
// ZmqTransport, the simulator has its own. All calls from the loop thread but wake().
//
// A peer is whom its CURVE key says, by the newest AdmitPeers. PeerUp comes before the first
// PeerFrame, PeerDown after the last. When the link that was used broke and another is there, both
// come, Down and Up: what was under way is lost, the conversation starts again with HELLO.
#pragma once

#include <vector>

#include "node/event.h"

namespace rilon {

constexpr std::size_t transport_events_max = 256;  // Of one socket, per poll.

struct TransportCounters {
    std::uint64_t refused_frames = 0;   // Of no admitted key, or not of our form.
    std::uint64_t dropped_live = 0;     // Received, but the queue was full; sync fetches them.
    std::uint64_t dropped_sends = 0;    // No link, or its queue was full.
    std::uint64_t cut_connections = 0;  // By us: no longer admitted, over budget, silent.
    std::uint64_t handshakes_refused = 0;
    std::uint64_t rebuilds = 0;  // Dialled sockets made anew.
};

class Transport {
   public:
    virtual ~Transport() = default;

    // Waits until something is there, wake() is called or the time is over; appends what happened,
    // at most transport_events_max frames of each socket. Error io: the transport is broken.
    virtual Status poll(std::uint32_t wait_ms, std::vector<Event>& events) = 0;

    // None of these waits or fails: what can't be sent is counted, and sync makes up for it.
    virtual void send(SendFrame frame) = 0;
    virtual void publish(const PublishLive& live) = 0;
    virtual void answer(const AnswerClient& answer) = 0;
    virtual void admit(const AdmitPeers& peers) = 0;
    virtual void drop(const NodeId& peer) = 0;
    // All links to peers are made anew, without PeerDown: the node that knew of them is gone.
    virtual void reset_peers() = 0;
    // Our own key is another one now: what showed the old one is closed and made anew, with
    // PeerDown.
    virtual void rekey() = 0;

    virtual const TransportCounters& counters() const = 0;
    // Makes poll return. From any thread.
    virtual void wake() = 0;
};

}  // namespace rilon
