// Content that came without its body because the coordinator keeps it no longer: every peer in turn
// is asked for it, and a coordinator asks its origin. Until it is here, or a redact says why not,
// our receipts end before it: so its author knows, and keeps it for us.
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::uint64_t body_pause_ms_first = 10 * ms_second;
constexpr std::uint64_t body_pause_ms_max = ms_minute;
constexpr std::uint64_t bodies_at_once = 64;  // Where none come, their headers do.
constexpr std::uint64_t lacking_told_ms = ms_hour;
}  // namespace

Status NodeCore::load_lacking(StreamInfo& info) {
    auto stored = store_.private_value("lacking." + info.state.id.hex());
    if (!stored.ok()) return stored.error();
    if (!stored->has_value()) return {};
    auto parsed = SeqSet::parse(**stored);
    if (!parsed.ok()) return parsed.error();
    info.lacking = std::move(*parsed);
    if (info.lacking.empty()) return {};
    info.body_question.since = now_;
    lacking_.insert(info.state.id);
    return {};
}

void NodeCore::note_lacking(StreamInfo& info, Seq seq) {
    if (is_coordinator() || is_self(info.state.origin) || mutant(Mutant::no_late_bodies)) return;
    if (info.lacking.empty()) info.body_question = {now_, now_, body_pause_ms_first, {}};
    if (!info.lacking.add({seq, seq})) return;
    lacking_.insert(info.state.id);
    info.lacking_dirty = true;
}

void NodeCore::no_longer_lacking(StreamInfo& info, SeqRange range) {
    if (info.lacking.empty()) return;
    const std::uint64_t before = info.lacking.count();
    info.lacking.remove(range);
    if (info.lacking.count() == before) return;
    info.lacking_dirty = true;
    info.body_question.pause_ms = body_pause_ms_first;  // They do come.
    info.body_question.next = now_;
    touch(info);
    ack_stored_[info.state.id] = {info.state.head, info.state.head_id};
}

// Who has it has no body of it either. Of its origin that is the last word.
void NodeCore::without_body(const NodeId& from, StreamInfo& info, Seq seq) {
    if (from != info.state.origin) return;
    no_longer_lacking(info, {seq, seq});
    auto wanted = retention_.wanted.find(info.state.id);
    if (wanted == retention_.wanted.end()) return;
    wanted->second.remove({seq, seq});
    if (wanted->second.empty()) retention_.wanted.erase(wanted);
}

void NodeCore::save_lacking(const StreamInfo& info) {
    const std::string name = "lacking." + info.state.id.hex();
    if (info.lacking.empty())
        write(DropPrivate{name});
    else
        write(PutPrivate{name, info.lacking.encode()});
}

// Level 1 covers all before it: it goes no further than everything is here, or gone for a reason.
std::optional<AckRow> NodeCore::stored_row(StreamInfo& info, AckRow head) const {
    if (info.lacking.empty() || info.lacking.first() > head.seq) {
        info.acknowledged.reset();
        return head;
    }
    const Seq last{info.lacking.first().value - 1};  // A genesis is never lacking.
    if (info.acknowledged == last) return std::nullopt;
    auto prefix = held_prefix(info.state.id, last);
    if (!prefix.has_value()) return std::nullopt;
    info.acknowledged = last;
    head.seq = last;
    head.entry = EntryId::copy_of(hash({*prefix}).view());
    return head;
}

void NodeCore::ask_for_bodies() {
    for (auto at = lacking_.begin(); at != lacking_.end();) {
        StreamInfo& info = streams_.at(*at);
        if (info.lacking.empty()) {
            at = lacking_.erase(at);
            continue;
        }
        ++at;
        auto& question = info.body_question;
        if (now_ < question.next || info.fetch.has_value()) continue;
        const NodeId* next = nullptr;
        const NodeId* first = nullptr;
        for (const auto& [id, peer] : peers_) {
            if (!peer.up || !peer.greeted || !may_hold(id, info) || !room_to_ask(peer)) continue;
            if (first == nullptr) first = &id;
            if (next == nullptr && id > question.asked) next = &id;
        }
        if (first == nullptr) continue;
        question.asked = next != nullptr ? *next : *first;
        question.next = now_.plus(question.pause_ms);
        question.pause_ms = std::min(2 * question.pause_ms, body_pause_ms_max);
        const SeqRange& lacking = info.lacking.ranges().front();
        const Seq last{std::min(lacking.to.value, lacking.from.value + bodies_at_once - 1)};
        ask_range(question.asked, info.state.id, lacking.from, last);
    }
}

// By origin. Only when we are caught up: a redact that is still on its way may be the reason.
void NodeCore::warn_of_lacking(proto::StatusResponse& out) const {
    std::map<NodeId, std::uint64_t> of;
    for (const StreamId& id : lacking_) {
        const StreamInfo& info = streams_.at(id);
        const bool behind =
            std::any_of(info.peer_heads.begin(), info.peer_heads.end(),
                        [&](const auto& row) { return row.second > info.state.head; });
        if (!behind && !info.state.frozen &&
            now_.since(info.body_question.since) >= lacking_told_ms)
            of[info.state.origin] += info.lacking.count();
    }
    for (const auto& [origin, count] : of)
        out.add_warnings(fmt::format(
            "{} alerts or corrections of {} came without their text, older than the coordinator "
            "keeps them: they come when it is connected again",
            count, node_name(origin)));
}

}  // namespace rilon
