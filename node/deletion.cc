// Deletion at a reader (protocol "Deletion"): a withdrawn alert is hidden at once; its bytes go as
// soon as the origin's redact covers them, a bare redact's (bare_redact.cc) after 24 h; once beyond
// recovery, and when every local feed consumer has been told, the origin gets level 3.
#include <fmt/format.h>

#include <algorithm>

#include "node/chunks.h"
#include "node/core.h"
#include "node/open_stored.h"
#include "protocol/mutant.h"

namespace rilon {

void NodeCore::on_redact(StreamInfo& info, Epoch epoch, std::vector<SeqRange> ranges) {
    if (mutant(Mutant::redact_of_bulk_state)) epoch = info.state.epoch;
    close_epoch(info,
                epoch);  // The redact's own: in bulk the stream's state is further on already.
    if (mutant(Mutant::skip_redact)) return;
    for (const SeqRange& range : ranges) no_longer_lacking(info, range);
    redacts_.push_back({info.state.id, std::move(ranges), now_});
    history_.look_again = true;
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
    ByteWriter owed;
    for (const auto& redact : redacts_)
        if (redact.withdrawn)
            for (const auto& range : redact.ranges)
                owed.raw(redact.stream.view()).u64(range.from.value).u64(range.to.value);
    if (owed.view().empty() && !own_redacts_saved_) return;
    own_redacts_saved_ = true;
    write(PutPrivate{"own-redacts", std::move(owed).take()});
}

// Which alert a content entry says, or said: where it came absent nobody opened it, but each of its
// chunks names the alert too, and one of those may have come with its body.
std::optional<AlertId> NodeCore::alert_of_content(const EntryRef& content) const {
    using Record = proto::SearchRecord;
    if (auto meaning = index_.meaning(content)) {
        const bool says =
            meaning->operation == Record::PUBLISH || meaning->operation == Record::SUPERSEDE;
        return says ? std::optional(meaning->alert) : std::nullopt;
    }
    auto held = store_.entry(content.stream, content.seq);
    if (!held.ok() || !held->has_value() || !(*held)->entry.absent()) return std::nullopt;
    const Seq last = last_chunk(store_, content);
    for (Seq seq = content.seq.next(); seq <= last; seq = seq.next()) {
        auto opened = open_stored(store_, {content.stream, seq});
        if (!opened.ok()) continue;
        auto chunk = parse_chunk(opened->plain);
        wipe(opened->plain);
        if (chunk.ok()) return chunk->place.alert;
    }
    return std::nullopt;
}

// Every entry of the range is of an alert whose author's officer withdrew it, or whose time is
// over, or says something about such a one; or a history grant, which may go at any time; or beyond
// all reach already. A carrier reads nothing and follows the redact itself: it keeps no copy that
// anyone could read. A chunk is of the alert whose content it stands behind.
bool NodeCore::covered(const StreamInfo& info, const SeqRange& range) const {
    if (is_coordinator() || is_self(info.state.origin)) return true;
    Seq content = content_of(store_, {info.state.id, range.from});
    for (Seq seq = range.from; seq <= range.to; seq = seq.next()) {
        if (seq > range.from && !is_chunk(store_, {info.state.id, seq})) content = seq;
        if (history_.taken.contains({info.state.id, seq}) || is_beyond(info, seq)) continue;
        if (content < seq && is_erased({info.state.id, content})) continue;
        if (says_about_others({info.state.id, content}) == SaidAbout::gone) continue;
        auto of = alert_of_content({info.state.id, content});
        auto alert = of.has_value() ? index_.alert(*of) : std::nullopt;
        if (!alert.has_value()) return false;
        const bool over = alert->withdrawn() || alert->narrowed_out({info.state.id, content}) ||
                          alert->expired(sure_time(now_));
        if (!over) return false;
    }
    return true;
}

// Erased, or never here and with nobody who could still bring it: its origin and all carriers have
// followed the redact. Without this the key of a history grant that was taken back on its way would
// be derived here and wait a day for an officer's word.
bool NodeCore::is_beyond(const StreamInfo& info, Seq seq) const {
    auto held = store_.entry(info.state.id, seq);
    if (!held.ok() || !held->has_value() || !(*held)->entry.absent()) return false;
    return (*held)->erased || (standing(info) == nullptr && members(info).size() == 2);
}

// Has the range what is about to be opened? It may be a withdrawal, which must not be lost.
bool NodeCore::to_be_opened(const StreamInfo& info, const SeqRange& range) const {
    const StreamId& id = info.state.id;
    auto waits = [&](const auto& queue) {
        auto it = queue.lower_bound({id, Epoch{}});
        return it != queue.end() && it->first.first == id;
    };
    if (opening_ == 0 && !waits(to_open_) && !waits(queued_)) return false;
    for (Seq seq = range.from; seq <= range.to; seq = seq.next())
        if (!index_.meaning({id, seq}).has_value()) return true;
    return false;
}

// What of it is to be erased now; the rest stays in it.
std::vector<SeqRange> NodeCore::take_due(StreamInfo& info, PendingRedact& redact) {
    if (redact.expiry) return take_expired(info, redact);
    const NodeRecord* origin = directory_.now().node(info.state.origin);
    bool good = origin != nullptr && origin->standing == Standing::good;
    bool aged = now_.since(redact.since) >= bare_redact_ms && good;
    std::vector<SeqRange> now;
    std::erase_if(redact.ranges, [&](const SeqRange& range) {
        bool due = covered(info, range) || (aged && !to_be_opened(info, range));
        if (due) now.push_back(range);
        return due;
    });
    return now;
}

void NodeCore::apply_redacts() {
    bool changed = false;
    for (auto& redact : redacts_) {
        StreamInfo* info = stream(redact.stream);
        if (info == nullptr) {
            redact.ranges.clear();
            continue;
        }
        std::vector<SeqRange> now = take_due(*info, redact);
        changed = changed || !now.empty();
        erase_now(*info, without_tombstones(redact.stream, now));
        hide_what_waits(*info, redact);
    }
    std::erase_if(redacts_, [](const PendingRedact& redact) { return redact.ranges.empty(); });
    if (changed) save_redacts();
}

// A withdrawal's own entry is the mark that its alert is gone: whoever redacts it, it stays for
// ever.
std::vector<SeqRange> NodeCore::without_tombstones(const StreamId& id,
                                                   const std::vector<SeqRange>& ranges) const {
    std::vector<SeqRange> out;
    for (const auto& range : ranges) {
        Seq from = range.from;
        for (Seq seq = range.from; seq <= range.to; seq = seq.next()) {
            auto meaning = index_.meaning({id, seq});
            if (!meaning.has_value() || meaning->operation != proto::SearchRecord::WITHDRAW)
                continue;
            if (from < seq) out.push_back({from, Seq{seq.value - 1}});
            from = seq.next();
        }
        if (from <= range.to) out.push_back({from, range.to});
    }
    return out;
}

void NodeCore::erase_now(StreamInfo& info, const std::vector<SeqRange>& ranges) {
    if (ranges.empty()) return;
    history_.look_again = true;
    if (!mutant(Mutant::redact_hides)) write(Erase{info.state.id, ranges});
    for (const auto& range : ranges) {
        no_longer_lacking(info, range);
        for (Seq seq = range.from; seq <= range.to; seq = seq.next()) {
            const EntryRef ref{info.state.id, seq};
            forget_history(ref);
            if (auto alert = index_.erase(ref))
                say_removed(*alert, ref, alert->expired(sure_time(now_)) ? "expired" : "withdrawn");
        }
    }
    if (is_self(info.state.origin) || is_coordinator()) return;
    for (const auto& range : ranges)
        for (Seq seq = range.from; seq <= range.to; seq = seq.next())
            if (!is_erased({info.state.id, seq})) owed_.insert({info.state.id, seq});
    save_owed();
}

bool NodeCore::is_erased(const EntryRef& ref) const {
    auto held = store_.entry(ref.stream, ref.seq);
    return held.ok() && held->has_value() && (*held)->erased;
}

bool NodeCore::erased_in_batch(const EntryRef& ref) const {
    auto erases = [&](const StoreOp& op) {
        const auto* erase = std::get_if<Erase>(&op);
        return erase != nullptr && erase->stream == ref.stream &&
               std::any_of(erase->ranges.begin(), erase->ranges.end(), [&](const SeqRange& range) {
                   return range.from <= ref.seq && ref.seq <= range.to;
               });
    };
    return std::any_of(out_->writes.begin(), out_->writes.end(), erases);
}

// Gone without an officer's word: out of sight at once, and feeds say it as they say a withdrawal.
void NodeCore::say_removed(const AlertState& alert, const EntryRef& newest, const char* reason) {
    proto::SearchRecord record;
    record.set_operation(proto::SearchRecord::REMOVED);
    record.set_alert_id(alert.id.str());
    record.set_part(alert.part);
    record.set_withdraw_reason(reason);
    record.set_received_ms(now_.value);
    write(PutRemoval{newest.stream, newest.seq, to_bytes(as_bytes(record.SerializeAsString()))});
    next_arrival_ = next_arrival_.next();
    index_.hide(alert.id);
    history_.look_again = true;
}

void NodeCore::save_owed() {
    ByteWriter out;
    for (const auto& ref : owed_) out.raw(ref.stream.view()).u64(ref.seq.value);
    write(PutPrivate{"owed", std::move(out).take()});
}

// After a start: all of it is beyond recovery.
void NodeCore::take_up_owed() {
    for (const auto& ref : owed_) erased_unacked_[ref] = store_.last_arrival();
    owed_taken_up_ = true;
}

// The store has put these beyond recovery, and with them whatever was to be erased before.
void NodeCore::on_erased(const std::vector<ErasedEntry>& entries) {
    if (!owed_taken_up_) take_up_owed();
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
