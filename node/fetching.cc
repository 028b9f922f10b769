// What we lack, and of whom we ask it: streams that we do not have, streams that a peer has more
// of. Each peer is asked for no more than its link brings in about a second (range_pace.h); the
// other questions wait here, those first behind which an urgent entry waits, then the short ones.
#include <algorithm>

#include "node/core.h"

namespace rilon {

std::uint64_t NodeCore::ask_range(const NodeId& peer, const StreamId& stream, Seq from, Seq to,
                                  Precedence precedence) {
    PeerInfo& of = peers_[peer];
    const std::size_t bytes =
        from == to ? RangePace::answer_bytes_min : of.pace.bytes_for(waiting_for(of));
    proto::SyncRange want;
    want.set_stream_id(stream.str());
    want.set_from(from.value);
    want.set_to(to.value);
    want.set_max_bytes(static_cast<std::uint32_t>(bytes));
    const std::uint64_t request = next_request(peer);
    of.pace.asked(request, stream, bytes, now_);
    send(peer, SyncType::range, request, want.SerializeAsString(), precedence);
    return request;
}

// Would whatever comes behind our head be refused (check_standing)? Who asks for it all the same
// asks for ever, and leaves no room for what else is missing.
bool NodeCore::is_cut_off(const StreamInfo& info) const {
    const NodeRecord* origin =
        directory_.empty() ? nullptr : directory_.now().node(info.state.origin);
    if (origin == nullptr || origin->standing == Standing::good) return false;
    if (origin->standing == Standing::suspended) return true;
    return std::none_of(origin->cuts.begin(), origin->cuts.end(), [&](const StreamCut& cut) {
        return cut.stream == info.state.id && info.state.head < cut.seq;
    });
}

void NodeCore::fetch(StreamInfo& info, const NodeId& peer) {
    if (info.state.frozen || is_cut_off(info) || quota_.spent(info.state.origin, now_)) return;
    if (info.fetch.has_value() && info.fetch->until > now_) return;
    if (!room_to_ask(peers_[peer])) {
        behind_.insert(info.state.id);
        return;
    }
    behind_.erase(info.state.id);
    const std::uint64_t request =
        ask_range(peer, info.state.id, info.state.next_seq(), Seq{~0ull}, Precedence::priority);
    info.fetch = StreamInfo::Fetch{peer, request, now_.plus(peers_[peer].pace.timeout_ms())};
}

void NodeCore::want_unknown(const NodeId& peer, const StreamId& stream, Seq to) {
    for (const auto& [id, other] : peers_)
        if (other.pace.asks_for(stream)) return;
    auto& unknown = peers_[peer].unknown;
    if (unknown.size() < unknown_streams_max || unknown.contains(stream)) unknown[stream] = to;
}

std::size_t NodeCore::waiting_for(const PeerInfo& peer) const {
    return behind_.size() + peer.unknown.size();
}

bool NodeCore::room_to_ask(const PeerInfo& peer) const {
    return peer.pace.room(peer.pace.bytes_for(waiting_for(peer)));
}

void NodeCore::answered(const NodeId& from, const SyncHead& head, const StreamId& id,
                        std::size_t bytes) {
    if (head.type != SyncType::put) return;
    peers_[from].pace.answered(head.request, bytes, now_);
    StreamInfo* info = stream(id);
    if (info != nullptr && info->fetch.has_value() && info->fetch->peer == from &&
        info->fetch->request == head.request)
        info->fetch.reset();
}

void NodeCore::on_busy(const NodeId& from, const SyncHead& head) {
    auto id = peers_[from].pace.refused(head.request);
    StreamInfo* info = id.has_value() ? stream(*id) : nullptr;
    if (info == nullptr || !info->fetch.has_value() || info->fetch->peer != from ||
        info->fetch->request != head.request)
        return;  // What we do not have at all, its next HEADS names again.
    info->fetch->until = now_.plus(busy_retry_ms);
}

// Streams that moved in this batch and are still behind what a peer said it holds.
void NodeCore::continue_fetches() {
    for (const StreamId& id : dirty_) {
        StreamInfo& info = streams_.at(id);
        if (info.fetch.has_value()) continue;
        for (const auto& [peer, head] : info.peer_heads) {
            if (head <= info.state.head || !peers_[peer].up) continue;
            fetch(info, peer);
            break;
        }
    }
}

void NodeCore::retry_fetches() {
    for (auto& [id, peer] : peers_) peer.pace.expire(now_);
    for (auto& [id, info] : streams_) {
        if (!info.fetch.has_value() || info.fetch->until > now_) continue;
        NodeId last = info.fetch->peer;
        info.fetch.reset();
        // Another source first: the last one may be withholding, or gone.
        std::optional<NodeId> next;
        for (const auto& [peer, head] : info.peer_heads)
            if (head > info.state.head && peers_[peer].up && (!next.has_value() || peer != last))
                next = peer;
        if (next.has_value()) fetch(info, *next);
    }
}

void NodeCore::ask_for_unknown() {
    for (auto& [id, peer] : peers_) {
        while (!peer.unknown.empty() && peer.up && peer.greeted && room_to_ask(peer)) {
            const auto [wanted, to] = *peer.unknown.begin();
            peer.unknown.erase(peer.unknown.begin());
            const StreamInfo* info = stream(wanted);
            if (info == nullptr || !info->state.founded) ask_range(id, wanted, Seq{}, to);
        }
    }
}

void NodeCore::ask_for_behind() {
    if (behind_.empty() || std::none_of(peers_.begin(), peers_.end(), [&](const auto& row) {
            return row.second.up && room_to_ask(row.second);
        }))
        return;
    struct Turn {
        int urgency;  // Of what came ahead of the gap, the highest; negative: it goes first.
        std::uint64_t missing;
        StreamId id;
        auto operator<=>(const Turn&) const = default;
    };
    std::vector<Turn> turns;
    for (auto at = behind_.begin(); at != behind_.end();) {
        const StreamInfo* info = stream(*at);
        std::uint64_t most = 0;
        if (info != nullptr && !info->state.frozen && !is_cut_off(*info) &&
            !quota_.spent(info->state.origin, now_))
            for (const auto& [peer, head] : info->peer_heads)
                if (head > info->state.head && peers_[peer].up) most = std::max(most, head.value);
        if (most == 0) {
            at = behind_.erase(at);
            continue;
        }
        int urgency = 0;
        for (const auto& [seq, early] : info->early)
            urgency = std::max(urgency, static_cast<int>(early.second.entry().header().precedence));
        turns.push_back({-urgency, most - info->state.head.value, *at});
        ++at;
    }
    std::sort(turns.begin(), turns.end());
    for (const Turn& turn : turns) {
        StreamInfo& info = streams_.at(turn.id);
        for (const auto& [peer, head] : info.peer_heads)
            if (head > info.state.head && peers_[peer].up && room_to_ask(peers_[peer]))
                fetch(info, peer);
    }
}

}  // namespace rilon
