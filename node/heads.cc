// Signed heads: made, passed on, compared with what we hold (docs/wire.md §11; HeadWatch says why).
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr int heads_per_frame_max = 1500;  // 189 bytes each: below the frame limit.
}  // namespace

// Of our own streams: those not signed within the period, and those that moved since if `moved`.
void NodeCore::sign_heads(bool moved) {
    if (is_coordinator()) return;
    for (const auto& [id, info] : streams_) {
        if (!is_self(info.state.origin) || !info.state.founded || info.retired) continue;
        const HeadWatch::Note* last = heads_.of(id);
        bool due = last == nullptr || now_.since(last->head.time) >= head_period_ms ||
                   (moved && last->head.seq != info.state.head);
        if (!due) continue;
        Head head{identity_.id,    identity_.generation, id,
                  info.state.head, info.state.head_id,   now_};
        Bytes bytes = make_head(identity_.network, head, identity_.sign.sk);
        heads_.take(head, bytes, now_);
        proto::SyncSignedHeads frame;
        frame.add_heads(std::string(as_text(bytes)));
        for (const auto& [peer, state] : peers_)
            if (state.up && state.greeted && may_hold(peer, info))
                send(peer, SyncType::head, 0, frame.SerializeAsString());
    }
}

// All that a peer may know of, when its link came up.
void NodeCore::send_signed_heads(const NodeId& peer) {
    sign_heads(true);
    proto::SyncSignedHeads frame;
    heads_.each([&](const HeadWatch::Note& note) {
        const StreamInfo* info = stream(note.head.stream);
        if (info == nullptr || !may_hold(peer, *info)) return;
        frame.add_heads(std::string(as_text(note.bytes)));
        if (frame.heads_size() < heads_per_frame_max) return;
        send(peer, SyncType::head, 0, frame.SerializeAsString());
        frame.clear_heads();
    });
    if (frame.heads_size() > 0) send(peer, SyncType::head, 0, frame.SerializeAsString());
}

void NodeCore::on_signed_heads(const NodeId& from, const Bytes& payload) {
    proto::SyncSignedHeads frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    for (const auto& bytes : frame.heads())
        if (!take_signed_head(from, to_bytes(as_bytes(bytes)))) return;
}

// False: the peer sent what no honest node sends; the rest of its frame is not read.
bool NodeCore::take_signed_head(const NodeId& from, Bytes bytes) {
    auto claimed = parse_head(identity_.network, bytes);
    if (!claimed.ok()) return false;
    StreamInfo* info = stream(claimed->stream);
    if (info == nullptr || !info->state.founded) return true;  // HEADS brings unknown streams.
    if (claimed->node != info->state.origin) return false;
    if (!may_hold(from, *info)) return true;  // Or its definition is not known yet.
    if (is_self(claimed->node)) return own_signed_head(from, *info, bytes, *claimed);
    if (!heads_.news(claimed->stream, claimed->seq, claimed->time)) return true;
    auto head = verify_head(directory_, bytes);
    if (!head.ok()) {
        ++counters_.refused;
        log(4, fmt::format("head_refused peer={} code={}", from.brief(), errc_name(head.code())));
        return false;
    }
    compare_head(from, *info, *head);
    if (mutant(Mutant::ignore_heads)) return true;
    proto::SyncSignedHeads onward;
    onward.add_heads(std::string(as_text(bytes)));
    heads_.take(*head, std::move(bytes), now_);
    if (!is_coordinator() && !options_.hub) return true;
    for (const auto& [peer, state] : peers_)
        if (peer != from && peer != info->state.origin && state.up && state.greeted &&
            may_hold(peer, *info))
            send(peer, SyncType::head, 0, onward.SerializeAsString());
    return true;
}

void NodeCore::compare_head(const NodeId& from, StreamInfo& info, const Head& head) {
    if (info.state.frozen) return;
    if (head.seq > info.state.head) {
        info.peer_heads[head.node] = std::max(info.peer_heads[head.node], head.seq);
        return fetch(info, peers_[head.node].up ? head.node : from);
    }
    auto held = store_.entry(info.state.id, head.seq);
    if (!held.ok() || !held->has_value() || (*held)->entry.id() == head.entry) return;
    // It signed two histories. Whoever sent the head may have the other entry, which is the proof.
    log(2, fmt::format("head_contradicts origin={} stream={} seq={}", head.node.brief(),
                       head.stream.brief(), head.seq.value));
    ask_range(from, info.state.id, head.seq, head.seq);
}

// What a signed head promised: every peer in turn is asked for it, whatever it says it holds.
void NodeCore::ask_for_promised(HeadWatch::Note& note, StreamInfo& info) {
    if (info.state.frozen || info.state.head >= note.head.seq || info.fetch.has_value()) return;
    const NodeId* next = nullptr;
    const NodeId* first = nullptr;
    for (const auto& [peer, state] : peers_) {
        if (!state.up || !state.greeted || !may_hold(peer, info)) continue;
        if (first == nullptr) first = &peer;
        if (next == nullptr && peer > note.asked) next = &peer;
    }
    if (first == nullptr) return;
    note.asked = next != nullptr ? *next : *first;
    fetch(info, note.asked);
}

void NodeCore::find_withheld() {
    heads_.each([&](HeadWatch::Note& note) {
        if (StreamInfo* info = stream(note.head.stream)) ask_for_promised(note, *info);
        if (note.told || now_.since(note.came) < withheld_after_ms || !is_withheld(note)) return;
        note.told = true;
        log(2, fmt::format("withheld origin={} stream={} from={} to={}", note.head.node.brief(),
                           note.head.stream.brief(),
                           stream(note.head.stream)->state.next_seq().value, note.head.seq.value));
    });
}

bool NodeCore::is_withheld(const HeadWatch::Note& note) const {
    const StreamInfo* info = stream(note.head.stream);
    return info != nullptr && !info->state.frozen && !is_cut_off(*info) &&
           info->state.head < note.head.seq && now_.since(note.came) >= withheld_after_ms;
}

// For rilon status: by origin, so that nothing is said about a stream.
void NodeCore::warn_of_heads(proto::StatusResponse& out) {
    std::set<NodeId> withheld;
    std::map<NodeId, UnixMillis> signed_at;
    heads_.each([&](const HeadWatch::Note& note) {
        if (is_self(note.head.node)) return;
        if (is_withheld(note)) withheld.insert(note.head.node);
        UnixMillis& latest = signed_at[note.head.node];
        latest = std::max(latest, note.head.time);
    });
    for (const NodeId& origin : withheld)
        out.add_warnings("entries of " + node_name(origin) +
                         " are withheld from us: it signed more than anybody gives");
    constexpr std::uint64_t silent_ms = 3 * head_period_ms;
    for (const auto& [origin, at] : signed_at) {
        const NodeRecord* node = directory_.now().node(origin);
        if (node != nullptr && node->standing == Standing::good && now_.since(at) > silent_ms)
            out.add_warnings("no sign of " + node_name(origin) + " for " +
                             std::to_string(now_.since(at) / ms_hour) +
                             " h: it is away, or a relay keeps its word from us");
    }
}

}  // namespace rilon
