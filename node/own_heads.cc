// Our own streams after a start (docs/wire.md §16). A store that was put back whole, with its
// lease, looks as it did then: only peers can tell that we have said more since. So each is asked
// what it holds of our streams, and nothing is sealed into one until enough of them know no later
// entry than we do. A posting waits for that a few seconds; then it goes into a new stream, which
// is safe whatever anybody holds.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

// --- asking -----------------------------------------------------------------------------------

// At every HELLO: a copy of us that runs elsewhere shows in the same way.
void NodeCore::ask_own_heads(const NodeId& peer) {
    if (is_coordinator() || mutant(Mutant::trust_own_store)) return;
    PeerInfo& info = peers_[peer];
    // Random: an answer to a question of before our start is none.
    info.own_heads_asked = ByteReader(rng_.bytes<Random16>().view()).u64() | 1;
    info.own_heads_asked_at = now_;
    proto::SyncOwnHeads frame;
    frame.set_asks(true);
    send(peer, SyncType::own_head, info.own_heads_asked, frame.SerializeAsString(),
         Precedence::immediate);
}

// Who did not answer, or knew something else then.
void NodeCore::ask_own_heads_again() {
    for (const auto& known : peers_) {
        const NodeId& id = known.first;
        const PeerInfo& peer = known.second;
        if (!peer.up || !peer.greeted || now_.since(peer.own_heads_asked_at) < own_heads_retry_ms)
            continue;
        bool lacks = std::any_of(streams_.begin(), streams_.end(), [&](const auto& item) {
            const StreamInfo& info = item.second;
            return goes_on(info) && info.state.founded && !info.confirmed &&
                   !info.confirmed_by.contains(id) && may_hold(id, info);
        });
        if (lacks) ask_own_heads(id);
    }
}

void NodeCore::on_own_heads(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncOwnHeads frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    if (frame.asks()) return say_own_heads(from, head.request);
    PeerInfo& peer = peers_[from];
    if (head.request == 0 || head.request != peer.own_heads_asked) return;
    peer.own_heads_asked = 0;
    if (take_own_heads(from, frame)) confirm_own_heads(from);
}

// --- answering --------------------------------------------------------------------------------

// What we hold of the asker's streams, or know of by its own signature. Who was put back itself
// does not know what it knew.
void NodeCore::say_own_heads(const NodeId& to, std::uint64_t request) {
    if (resync_ || rebuilt_ || directory_.empty()) return;
    proto::SyncOwnHeads answer;
    for (const auto& [id, info] : streams_) {
        if (info.state.origin != to || !info.state.founded || !may_hold(to, info)) continue;
        auto* row = answer.add_rows();
        row->set_stream_id(id.str());
        row->set_seq(info.state.head.value);
        row->set_entry_id(info.state.head_id.str());
        const HeadWatch::Note* said = heads_.of(id);
        if (said == nullptr || said->head.seq <= info.state.head) continue;
        row->set_seq(said->head.seq.value);
        row->set_entry_id(said->head.entry.str());
    }
    send(to, SyncType::own_head, request, answer.SerializeAsString(), Precedence::immediate);
}

// --- comparing --------------------------------------------------------------------------------

// True: it knows nothing later. Else what it says it holds is fetched, and whether we signed that
// will show; until then it vouches for none of our streams.
bool NodeCore::take_own_heads(const NodeId& from, const proto::SyncOwnHeads& frame) {
    bool later = false;
    for (const auto& row : frame.rows()) later = knows_later(from, row) || later;
    return !later;
}

bool NodeCore::knows_later(const NodeId& from, const proto::StreamHead& row) {
    auto id = StreamId::parse(row.stream_id());
    if (!id.ok()) return true;
    const Seq seq{row.seq()};
    StreamInfo* info = stream(*id);
    if (info == nullptr || !info->state.founded) {
        ask_range(from, *id, Seq{}, seq);
        return true;
    }
    if (!is_self(info->state.origin)) return true;
    if (seq > info->state.head) {
        info->peer_heads[from] = seq;
        fetch(*info, from);
        return !info->retired;
    }
    auto ours = held_prefix(*id, seq);
    if (!ours.has_value() || hash({*ours}).str() == row.entry_id()) return false;
    ask_range(from, *id, seq, seq);  // The other half of the proof that we signed two.
    return !info->state.frozen;
}

void NodeCore::confirm_own_heads(const NodeId& from) {
    bool news = false;
    for (auto& [id, info] : streams_) {
        if (!goes_on(info) || !info.state.founded || info.confirmed || !may_hold(from, info))
            continue;
        info.confirmed_by.insert(from);
        if (info.confirmed_by.size() < confirmations_needed(info)) continue;
        info.confirmed = news = true;
    }
    if (!news) return;
    log(6, fmt::format("own_heads_confirmed after_ms={}", now_.since(started_)));
    release_held_posts();
}

// Whom we dial, who is connected, and at a hub who dials us by default.
std::set<NodeId> NodeCore::links() const {
    std::set<NodeId> out;
    for (const auto& [id, peer] : peers_)
        if (peer.up && peer.greeted) out.insert(id);
    if (directory_.empty()) return out;
    out.merge(dialled());
    const DirectoryState& state = directory_.now();
    const NodeRecord* self = state.node(identity_.id);
    if (options_.hub && self != nullptr)
        for (const auto& [id, node] : state.nodes)
            if (node->rilon == self->rilon) out.insert(id);
    out.erase(identity_.id);
    return out;
}

std::size_t NodeCore::confirmations_needed(const StreamInfo& info) const {
    const std::set<NodeId> all = links();
    auto may =
        std::count_if(all.begin(), all.end(), [&](const NodeId& id) { return may_hold(id, info); });
    return std::min(confirmations_wanted, static_cast<std::size_t>(may));
}

// --- what follows -----------------------------------------------------------------------------

// May anything be sealed into it?
bool NodeCore::may_extend(const StreamInfo& info) const {
    return goes_on(info) && info.confirmed;
}

bool NodeCore::still_asking(const StreamInfo& info) const {
    return goes_on(info) && !info.confirmed && now_.since(started_) < own_heads_wait_ms;
}

// A head that a peer shows us with our own signature.
bool NodeCore::own_signed_head(const NodeId& from, StreamInfo& info, const Bytes& bytes,
                               const Head& claimed) {
    if (is_coordinator() || claimed.seq <= info.state.head) return true;
    auto head = verify_head(directory_, bytes);
    if (!head.ok()) {
        ++counters_.refused;
        return false;
    }
    found_restored(&info, nullptr);
    compare_head(from, info, *head);
    return true;
}

void NodeCore::hold_post(const Asker& asker, ClientId client, const proto::Request& request) {
    if (held_posts_.size() >= held_posts_max)
        return fail(client, request.id(),
                    {Errc::busy,
                     "this node has just started and asks its peers whether they know later "
                     "entries of its own than it has; many postings wait for that"});
    held_posts_.push_back({client, asker.officer->id, request});
}

// Those that have to wait on are held again.
void NodeCore::release_held_posts() {
    std::vector<HeldPost> waiting;
    waiting.swap(held_posts_);
    for (const HeldPost& post : waiting) {
        const Officer* officer = officers_.certified(post.officer);
        if (officer == nullptr) {
            fail(post.client, post.request.id(),
                 {Errc::not_permitted, "this officer is no longer certified here"});
            continue;
        }
        Asker asker;
        asker.officer = officer;
        on_prepare(asker, post.client, post.request);
    }
}

void NodeCore::warn_of_own_heads(proto::StatusResponse& out) const {
    std::size_t open = 0;
    for (const auto& [id, info] : streams_)
        if (goes_on(info) && info.state.founded && !info.confirmed &&
            confirmations_needed(info) > 0)
            ++open;
    if (open == 0) return;
    std::uint64_t age = now_.since(started_);
    out.add_warnings(
        age < own_heads_wait_ms
            ? fmt::format("just started: peers are asked whether they know later entries of this "
                          "node than it has; postings wait for that, {} s more at most",
                          (own_heads_wait_ms - age + ms_second - 1) / ms_second)
            : std::string("too few peers have confirmed that this node's store is not an old "
                          "copy: what is posted goes into new streams. It ends when the links "
                          "are up"));
}

}  // namespace rilon
