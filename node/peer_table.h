// Which links each peer has, which of them is used, and when the peer was last heard. Pure: no
// sockets. Two nodes may dial each other; the link heard last is the one to send by.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "node/event.h"

namespace rilon {

struct LinkRef {
    enum class Kind { dialled, accepted };
    Kind kind = Kind::dialled;
    std::uint64_t number = 0;
    auto operator<=>(const LinkRef&) const = default;
};

class PeerTable {
   public:
    using Time = std::chrono::steady_clock::time_point;

    // Appends PeerUp, or Down and Up when the link replaces an older accepted one (the peer dialled
    // again: its node starts over). Gives that older link, to be cut.
    std::optional<LinkRef> link_up(const NodeId& peer, LinkRef link, Time now,
                                   std::vector<Event>& events);
    // Appends PeerDown when it was the last one, Down and Up when it was the one in use.
    void link_down(LinkRef link, std::vector<Event>& events);
    // All its links at once; appends PeerDown if it was up. Gives the links, to be cut.
    std::vector<LinkRef> peer_down(const NodeId& peer, std::vector<Event>& events);
    void heard(LinkRef link, Time now);
    // Something is on its way by it, not whole yet.
    void alive(LinkRef link, Time now);

    // What to send by; nothing when the peer is down.
    std::optional<LinkRef> link_of(const NodeId& peer) const;
    std::optional<NodeId> peer_of(LinkRef link) const;
    std::vector<NodeId> silent(Time now, std::chrono::milliseconds longer_than) const;
    // We did not listen for that long: it is no silence of theirs.
    void excuse(Time now, Time::duration away);
    void clear();

   private:
    struct Peer {
        std::vector<LinkRef> links;
        LinkRef used;
        Time last_heard{};
    };
    std::map<NodeId, Peer> peers_;
    std::map<LinkRef, NodeId> links_;
};

}  // namespace rilon
