// The coordinator's walk over what it carries, and bodies asked of their origins again
// (retention.h).
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::size_t kept_anew_max = 262144;
constexpr std::uint64_t kept_anew_ms_min = 10 * ms_minute;  // Readers ask each minute.
}  // namespace

void NodeCore::keep_no_longer() {
    if (options_.refuse_intake || directory_.empty()) return;
    Retention& r = retention_;
    const std::uint64_t every = std::min(ms_day, options_.bodies_kept_ms / 4);
    if (now_.since(r.slots_dropped) >= every && now_.value > options_.slots_kept_ms) {
        r.slots_dropped = now_;
        DropSlotsBefore drop{UnixMillis{now_.value - options_.slots_kept_ms}, {}};
        for (const auto& [id, info] : streams_)
            if (is_self(info.state.origin)) drop.but.insert(id);  // The origin's are the last.
        write(std::move(drop));
    }
    if (!is_coordinator()) return;
    ask_origins();
    if (!r.walking) {
        if (now_.since(r.began) < every) return;
        r.walking = true;
        r.stream = {};
        r.next = {};
    }
    if (r.stream.is_zero()) {
        r.began = now_;
        std::erase_if(r.kept_anew, [&](const auto& row) {
            return now_.since(row.second) >= std::max(options_.bodies_kept_ms, kept_anew_ms_min);
        });
    }
    std::size_t left = aged_at_once;
    for (auto at = streams_.lower_bound(r.stream); left > 0; ++at) {
        if (at == streams_.end()) {
            r.walking = false;
            return;
        }
        if (r.stream != at->first) r.next = Seq{};
        r.stream = at->first;
        const std::size_t looked = age_some(at->second, left);
        left -= std::min(left, looked);
        if (left == 0) return;
    }
}

// Entries of a stream come in the order of their seqs: behind one that is young all are.
std::size_t NodeCore::age_some(StreamInfo& info, std::size_t max) {
    if (!info.state.founded) return 0;
    SeqSet old;
    std::size_t looked = 0;
    for (Seq& seq = retention_.next; seq <= info.state.head && looked < max; seq = seq.next()) {
        ++looked;
        auto held = store_.entry(info.state.id, seq);
        if (!held.ok() || !held->has_value()) continue;
        if (now_.since((*held)->received) < options_.bodies_kept_ms) break;
        const bool body = !is_clear((*held)->entry.header().kind) && !(*held)->entry.absent();
        if (body && !retention_.kept_anew.contains({info.state.id, seq})) old.add({seq, seq});
    }
    if (!old.empty()) {
        write(DropBodies{info.state.id, old.ranges()});
        log(6, fmt::format("bodies_aged_out stream={} entries={}", info.state.id.brief(),
                           old.count()));
    }
    return looked;
}

// A reader asked for what is gone here by age.
void NodeCore::note_wanted(const NodeId& by, const StreamInfo& info, Seq seq) {
    if (!is_coordinator() || by == info.state.origin) return;
    auto& wanted = retention_.wanted;
    if (!wanted.contains(info.state.id) && wanted.size() >= wanted_streams_max) return;
    auto held = store_.entry(info.state.id, seq);
    if (held.ok() && held->has_value() && !(*held)->erased) wanted[info.state.id].add({seq, seq});
}

void NodeCore::ask_origins() {
    std::set<NodeId> origins;
    for (const auto& [id, wanted] : retention_.wanted)
        if (const StreamInfo* info = stream(id)) origins.insert(info->state.origin);
    for (const NodeId& origin : origins) ask_origin(origin);
}

// Its next contact: what readers lack of it.
void NodeCore::ask_origin(const NodeId& origin) {
    PeerInfo& peer = peers_[origin];
    if (!peer.up || !peer.greeted) return;
    for (const auto& [id, wanted] : retention_.wanted) {
        const StreamInfo* info = stream(id);
        if (info == nullptr || info->state.origin != origin || peer.pace.asks_for(id)) continue;
        if (!room_to_ask(peer)) return;
        const SeqRange& first = wanted.ranges().front();
        ask_range(origin, id, first.from, first.to);
    }
}

void NodeCore::keep_anew(const EntryRef& ref) {
    retention_.kept_anew[ref] = now_;
    auto wanted = retention_.wanted.find(ref.stream);
    if (wanted == retention_.wanted.end()) return;
    wanted->second.remove({ref.seq, ref.seq});
    if (wanted->second.empty()) retention_.wanted.erase(wanted);
}

bool NodeCore::was_asked_for(const EntryRef& ref) const {
    auto wanted = retention_.wanted.find(ref.stream);
    return wanted != retention_.wanted.end() && wanted->second.contains(ref.seq) &&
           retention_.kept_anew.size() < kept_anew_max;
}

}  // namespace rilon
