// Damage in our own store. A row that fails its checks is never shown (the store says `damaged`);
// here such entries are found, by a walk once a day and by whoever stumbles over one, and fetched
// again. An entry's id covers header, signature and body, and its successor names it: what comes is
// the entry we held or is refused, whoever sends it.
#include <fmt/format.h>

#include "node/core.h"

namespace rilon {

void NodeCore::repair() {
    if (options_.refuse_intake || directory_.empty()) return;
    walk_store();
    ask_for_damaged();
}

// --- finding ----------------------------------------------------------------------------------

void NodeCore::found_damaged(const EntryRef& ref) {
    if (repair_.entries.size() >= repairs_max) return;
    if (repair_.entries.try_emplace(ref).second)
        log(3, fmt::format("entry_damaged stream={} seq={}", ref.stream.brief(), ref.seq.value));
}

// For what an officer wants to see now.
void NodeCore::look_again(const EntryRef& ref) {
    auto held = store_.entry(ref.stream, ref.seq);
    if (!held.ok() && held.code() == Errc::damaged) found_damaged(ref);
    if (held.ok() && held->has_value()) check_readable((*held)->entry);
}

// A slice of the store.
void NodeCore::walk_store() {
    if (!repair_.walking) {
        if (now_.since(repair_.began) < walk_every_ms) return;
        repair_.walking = true;
    }
    if (repair_.stream.is_zero()) repair_.began = now_;
    std::size_t bytes = 0;
    std::size_t entries = 0;
    auto it = streams_.lower_bound(repair_.stream);
    for (; it != streams_.end() && bytes < walk_bytes && entries < walk_entries;) {
        const StreamInfo& info = it->second;
        if (repair_.stream != it->first) {
            repair_.stream = it->first;
            repair_.next = Seq{};
        }
        auto page = store_.range(it->first, repair_.next, info.state.head, walk_bytes);
        if (!page.ok() && page.code() != Errc::damaged) return;
        if (!page.ok()) {
            found_damaged({it->first, repair_.next});
            repair_.next = repair_.next.next();
            ++entries;
            continue;
        }
        for (const UnverifiedEntry& entry : *page) {
            check_readable(entry);
            repair_.next = entry.header().seq.next();
            bytes += entry_prefix_bytes + entry.body().size();
            ++entries;
        }
        if (page->empty() || repair_.next > info.state.head) ++it;
    }
    if (it != streams_.end()) return;
    repair_.walking = false;
    repair_.stream = StreamId{};
}

// Its key and its place in the index; without a search record it is opened once more. A key that is
// not there at all is none of ours: no slot came, or it was erased.
void NodeCore::check_readable(const UnverifiedEntry& entry) {
    const EntryHeader& header = entry.header();
    if (is_coordinator() || header.kind != EntryKind::content || entry.absent()) return;
    EntryRef ref{header.stream, header.seq};
    auto key = store_.entry_key(ref.stream, ref.seq);
    if (!key.ok() && key.code() == Errc::damaged) return found_damaged_key(ref, header.epoch);
    if (key.ok() && !index_.meaning(ref).has_value()) queue_open(ref.stream, header.epoch, ref.seq);
}

// K comes from the slot that brought it the first time.
void NodeCore::found_damaged_key(const EntryRef& ref, Epoch epoch) {
    if (repair_.keys.size() >= repairs_max || !repair_.keys.insert(ref).second) return;
    log(3, fmt::format("entry_key_damaged stream={} seq={}", ref.stream.brief(), ref.seq.value));
    auto grant = grant_of(*stream(ref.stream), epoch);
    if (grant.has_value()) miss_key(*stream(ref.stream), epoch, *grant);
}

std::optional<Seq> NodeCore::grant_of(const StreamInfo& info, Epoch epoch) const {
    if (epoch == info.state.epoch) return info.state.grant_seq;
    const auto& control = info.state.control;
    for (auto seq = control.rbegin(); seq != control.rend(); ++seq) {
        auto held = store_.entry(info.state.id, *seq);
        if (!held.ok() || !held->has_value()) continue;
        const EntryHeader& header = (*held)->entry.header();
        if (header.epoch < epoch) break;
        if (header.kind == EntryKind::grant && header.epoch == epoch) return *seq;
    }
    return std::nullopt;
}

void NodeCore::miss_key(const StreamInfo& info, Epoch epoch, Seq grant) {
    if (is_coordinator() || is_self(info.state.origin)) return;
    auto& missing = missing_[info.state.id];
    for (const MissingKey& key : missing)
        if (key.epoch == epoch) return;
    missing.push_back({epoch, grant, {}});
    save_missing();
}

// At start: an open epoch whose K was damaged, and nobody asks for it. Or it was destroyed early,
// with all that it opened: then it must not come back.
void NodeCore::miss_lost_keys() {
    for (auto& [id, info] : streams_) {
        if (!info.state.epoch_open || info.key.has_value()) continue;
        if (all_erased(info)) {
            info.closed = info.state.epoch;
            continue;
        }
        auto grant = store_.entry(id, info.state.grant_seq);
        if (grant.ok() && grant->has_value() && was_reader(info, (*grant)->entry.header()))
            miss_key(info, info.state.epoch, info.state.grant_seq);
    }
}

// Had the latest epoch anything, and is all of it erased?
bool NodeCore::all_erased(const StreamInfo& info) const {
    const Seq first = info.state.grant_seq.next();
    for (Seq seq = first; seq <= info.state.head; seq = seq.next())
        if (!is_erased({info.state.id, seq})) return false;
    return first <= info.state.head;
}

// --- getting back -----------------------------------------------------------------------------

std::optional<EntryId> NodeCore::id_by_chain(const EntryRef& ref) const {
    const StreamInfo* info = stream(ref.stream);
    if (info == nullptr) return std::nullopt;
    if (ref.seq == info->state.head) return info->state.head_id;
    auto next = store_.entry(ref.stream, ref.seq.next());
    if (!next.ok() || !next->has_value()) return std::nullopt;
    return (*next)->entry.header().prev;
}

// From the highest down: each that comes back names the one before it.
void NodeCore::ask_for_damaged() {
    std::erase_if(repair_.entries, [&](const auto& item) {
        return item.second.written && store_.entry(item.first.stream, item.first.seq).ok();
    });
    std::size_t open = 0;
    for (auto at = repair_.entries.rbegin(); at != repair_.entries.rend(); ++at) {
        const EntryRef& ref = at->first;
        Repair::Entry& entry = at->second;
        if (open >= repairs_at_once) return;
        ++open;
        entry.written = false;
        if (entry.asked.value != 0 && now_.since(entry.asked) < fetch_timeout_ms) continue;
        const StreamInfo* info = stream(ref.stream);
        if (info == nullptr) continue;
        std::optional<NodeId> source;
        for (const auto& [id, peer] : peers_)
            if (peer.up && peer.greeted && may_hold(id, *info) && !entry.tried.contains(id))
                source = id;
        if (!source.has_value()) {  // Another round.
            entry.bare_will_do = !entry.tried.empty();
            entry.tried.clear();
            continue;
        }
        entry.asked = now_;
        entry.tried.insert(*source);
        ask_range(*source, ref.stream, ref.seq, ref.seq);
    }
}

void NodeCore::heal(const NodeId& from, StreamInfo& info, UnverifiedEntry entry) {
    const EntryHeader header = entry.header();
    EntryRef ref{header.stream, header.seq};
    auto known = repair_.entries.find(ref);
    if (known == repair_.entries.end()) return found_damaged(ref);
    Repair::Entry& place = known->second;
    if (!place.id.has_value()) place.id = id_by_chain(ref);
    if (place.written || !place.id.has_value()) return;
    place.asked = UnixMillis{};  // Answered: the next source may be asked.
    if (entry.absent() && !place.bare_will_do) return;
    bool absent = entry.absent();
    auto again = verify_again(std::move(entry), *place.id);
    if (!again.ok()) {
        refuse(from, header, again.error());
        return;
    }
    write(PutEntry{std::move(*again), now_});
    place.written = true;
    auto before = repair_.entries.find({ref.stream, Seq{ref.seq.value - 1}});
    if (ref.seq.value > 0 && before != repair_.entries.end()) before->second.id = header.prev;
    log(5, fmt::format("entry_repaired stream={} seq={}", ref.stream.brief(), ref.seq.value));
    if (!absent && header.kind == EntryKind::content && !is_coordinator())
        queue_open(info.state.id, header.epoch, header.seq);
}

void NodeCore::heal_keys(const StreamInfo& info, Epoch epoch, const EpochKey& key) {
    std::erase_if(repair_.keys, [&](const EntryRef& ref) {
        if (ref.stream != info.state.id) return false;
        auto held = store_.entry(ref.stream, ref.seq);
        if (!held.ok() || !held->has_value() || (*held)->entry.header().epoch != epoch)
            return false;
        write(PutEntryKey{ref.stream, ref.seq, entry_key(key, ref.stream, ref.seq)});
        return true;
    });
}

}  // namespace rilon
