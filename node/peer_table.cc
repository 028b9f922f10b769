#include "node/peer_table.h"

#include <algorithm>

namespace rilon {

std::optional<LinkRef> PeerTable::link_up(const NodeId& peer, LinkRef link, Time now,
                                          std::vector<Event>& events) {
    if (links_.contains(link)) return std::nullopt;
    links_[link] = peer;
    Peer& entry = peers_[peer];
    std::optional<LinkRef> replaced;
    if (link.kind == LinkRef::Kind::accepted)
        for (LinkRef other : entry.links)
            if (other.kind == LinkRef::Kind::accepted) replaced = other;
    if (replaced) {
        std::erase(entry.links, *replaced);
        links_.erase(*replaced);
        events.emplace_back(PeerDown{peer});
    }
    bool starts = entry.links.empty() || replaced;
    entry.links.push_back(link);
    if (starts) {
        entry.used = link;
        events.emplace_back(PeerUp{peer});
    }
    entry.last_heard = now;
    return replaced;
}

void PeerTable::link_down(LinkRef link, std::vector<Event>& events) {
    auto found = links_.find(link);
    if (found == links_.end()) return;
    NodeId peer = found->second;
    links_.erase(found);
    Peer& entry = peers_.at(peer);
    std::erase(entry.links, link);
    if (entry.links.empty()) {
        peers_.erase(peer);
        events.emplace_back(PeerDown{peer});
        return;
    }
    if (entry.used != link) return;
    entry.used = entry.links.back();
    events.emplace_back(PeerDown{peer});
    events.emplace_back(PeerUp{peer});
}

std::vector<LinkRef> PeerTable::peer_down(const NodeId& peer, std::vector<Event>& events) {
    auto found = peers_.find(peer);
    if (found == peers_.end()) return {};
    std::vector<LinkRef> links = std::move(found->second.links);
    for (LinkRef link : links) links_.erase(link);
    peers_.erase(found);
    events.emplace_back(PeerDown{peer});
    return links;
}

void PeerTable::heard(LinkRef link, Time now) {
    auto found = links_.find(link);
    if (found == links_.end()) return;
    Peer& entry = peers_.at(found->second);
    entry.used = link;
    entry.last_heard = now;
}

void PeerTable::alive(LinkRef link, Time now) {
    auto found = links_.find(link);
    if (found != links_.end()) peers_.at(found->second).last_heard = now;
}

std::optional<LinkRef> PeerTable::link_of(const NodeId& peer) const {
    auto found = peers_.find(peer);
    if (found == peers_.end()) return std::nullopt;
    return found->second.used;
}

std::optional<NodeId> PeerTable::peer_of(LinkRef link) const {
    auto found = links_.find(link);
    if (found == links_.end()) return std::nullopt;
    return found->second;
}

std::vector<NodeId> PeerTable::silent(Time now, std::chrono::milliseconds longer_than) const {
    std::vector<NodeId> out;
    for (const auto& [id, peer] : peers_)
        if (now - peer.last_heard > longer_than) out.push_back(id);
    return out;
}

void PeerTable::excuse(Time now, Time::duration away) {
    for (auto& [id, peer] : peers_) peer.last_heard = std::min(now, peer.last_heard + away);
}

void PeerTable::clear() {
    peers_.clear();
    links_.clear();
}

}  // namespace rilon
