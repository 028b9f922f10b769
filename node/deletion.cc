// Deletion at a reader (protocol "Deletion"): a withdrawn alert is hidden at once; its bytes go as
// soon as the origin's redact covers them, a bare redact's after 24 h; once beyond recovery, and
// when every local feed consumer has been told, the origin gets level 3.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

void NodeCore::on_redact(StreamInfo& info, Epoch epoch, std::vector<SeqRange> ranges) {
    if (mutant(Mutant::redact_of_bulk_state)) epoch = info.state.epoch;
    close_epoch(info,
                epoch);  // The redact's own: in bulk the stream's state is further on already.
    if (mutant(Mutant::skip_redact)) return;
    redacts_.push_back({info.state.id, std::move(ranges), now_});
    apply_redacts();
    save_redacts();
}

void NodeCore::save_redacts() {
    ByteWriter out;
    for (const auto& redact : redacts_)
        if (!redact.expiry)  // Found due again at a start.
            for (const auto& range : redact.ranges)
                out.raw(redact.stream.view())
                    .u64(redact.since.value)
                    .u64(range.from.value)
                    .u64(range.to.value);
    write(PutPrivate{"redacts", std::move(out).take()});
}

// Every content entry of the range belongs to an alert whose author's officer withdrew it. A
// carrier reads nothing and follows the redact itself: it keeps no copy that anyone could read.
bool NodeCore::covered(const StreamInfo& info, const SeqRange& range) const {
    if (is_coordinator() || is_self(info.state.origin)) return true;
    for (Seq seq = range.from; seq <= range.to; seq = seq.next()) {
        auto meaning = index_.meaning({info.state.id, seq});
        if (!meaning.has_value()) return false;
        auto alert = index_.alert(meaning->alert);
        if (!alert.has_value() || (!alert->withdrawn() && !alert->expired(sure_time()))) return false;
    }
    return true;
}

void NodeCore::apply_redacts() {
    if (redacts_.empty()) return;
    bool changed = false;
    std::vector<PendingRedact> waiting;
    for (auto& redact : redacts_) {
        StreamInfo* info = stream(redact.stream);
        if (info == nullptr) continue;
        std::vector<SeqRange> now;
        std::vector<SeqRange> later;
        const NodeRecord* origin = directory_.now().node(info->state.origin);
        bool good = origin != nullptr && origin->standing == Standing::good;
        bool aged = now_.since(redact.since) >= bare_redact_ms && good;
        for (const auto& range : redact.ranges) {
            bool due = redact.expiry ? epoch_over(*info, range.to) : aged || covered(*info, range);
            (due ? now : later).push_back(range);
        }
        if (!now.empty()) {
            erase_now(*info, now);
            changed = true;
        }
        if (!later.empty())
            waiting.push_back({redact.stream, std::move(later), redact.since, redact.expiry});
    }
    redacts_ = std::move(waiting);
    if (changed) save_redacts();
}

void NodeCore::erase_now(StreamInfo& info, const std::vector<SeqRange>& ranges) {
    if (!mutant(Mutant::redact_hides)) write(Erase{info.state.id, ranges});
    for (const auto& range : ranges) {
        for (Seq seq = range.from; seq <= range.to; seq = seq.next())
            index_.erase({info.state.id, seq});
    }
    if (is_self(info.state.origin) || is_coordinator()) return;
    for (const auto& range : ranges)
        for (Seq seq = range.from; seq <= range.to; seq = seq.next())
            owed_.insert({info.state.id, seq});
    save_owed();
}

void NodeCore::save_owed() {
    ByteWriter out;
    for (const auto& ref : owed_) out.raw(ref.stream.view()).u64(ref.seq.value);
    write(PutPrivate{"owed", std::move(out).take()});
}

// The store has put these beyond recovery.
void NodeCore::on_erased(const std::vector<ErasedEntry>& entries) {
    for (const auto& entry : entries) {
        const StreamInfo* info = stream(entry.stream);
        if (info == nullptr || is_self(info->state.origin) || is_coordinator()) continue;
        Arrival removal{store_.last_arrival()};
        erased_unacked_[{entry.stream, entry.seq}] = removal;
    }
    acknowledge_erased();
}

bool NodeCore::consumers_past(Arrival removal) const {
    return std::all_of(consumers_.begin(), consumers_.end(),
                       [&](const auto& consumer) { return consumer.second >= removal; });
}

void NodeCore::acknowledge_erased() {
    for (auto it = erased_unacked_.begin(); it != erased_unacked_.end();) {
        if (!consumers_past(it->second)) {
            ++it;
            continue;
        }
        const StreamInfo* info = stream(it->first.stream);
        auto entry = store_.entry(it->first.stream, it->first.seq);
        if (info != nullptr && entry.ok() && entry->has_value())
            ack(*info, it->first.seq, (*entry)->entry.id(), AckLevel::redacted);
        it = erased_unacked_.erase(it);
    }
}

}  // namespace rilon
