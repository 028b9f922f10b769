// Epoch keys as a reader gets them: a grant commits to K, a slot brings it, and what waited for it
// is opened. At the end of an epoch K is destroyed; the store has wrapped the entry keys by then.
// Officers are checked when there is time for it (officer_checks.cc).
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"

namespace rilon {

void NodeCore::on_grant(StreamInfo& info, const EntryHeader& header, const GrantBody& grant) {
    if (header.epoch.value > 1) close_epoch(info, Epoch{header.epoch.value - 1});
    std::vector<std::pair<NodeId, Slot>> slots;
    std::erase_if(info.early_slots, [&](const auto& early) {  // Those of later grants stay.
        const auto& [from, slot] = early;
        if (slot.epoch > header.epoch) return false;
        early_slots_room_.give_back(from, 1);
        if (slot.epoch == header.epoch) slots.push_back(early);
        return true;
    });
    // No slot is made for the origin itself.
    if (!is_coordinator() && !is_self(info.state.origin) && was_reader(info, header))
        missing_[info.state.id].push_back({header.epoch, header.seq, {}});
    else
        info.not_for_us = header.epoch;
    bool spoilt = false;  // Then we ask for ours.
    for (const auto& [from, slot] : slots) {
        if (!is_coordinator() && is_own(info, slot)) {
            if (!spoilt) spoilt = !try_slot(info, header, grant, slot);
            continue;
        }
        if (keep_slot(from, slot) && (is_coordinator() || options_.hub))
            fresh_slots_[info.state.id].push_back(slot);
    }
    if (!is_coordinator()) save_missing();
}

// False where no slot can have been made for us: the directory says that we were no member then.
bool NodeCore::was_reader(const StreamInfo& info, const EntryHeader& grant) const {
    const DirectoryState* then = directory_.at(grant.dir_seq);
    if (then == nullptr || then->audience(info.state.audience) == nullptr) return true;
    return then->is_member(info.state.audience, identity_.id);
}

void NodeCore::close_epoch(StreamInfo& info, Epoch epoch) {
    if (epoch <= info.closed) return;
    info.closed = epoch;
    info.key.reset();
    write(CloseEpoch{info.state.id, epoch});
}

bool NodeCore::got_key(StreamInfo& info, const EntryHeader& header, const GrantBody& grant,
                       EpochKey key) {
    const StreamId& id = info.state.id;
    if (key_commitment(key, id, header.epoch) != grant.commitment) {
        log(4, fmt::format("key_commitment_mismatch stream={} epoch={}", id.brief(),
                           header.epoch.value));
        return false;
    }
    if (standing(info) == nullptr) {
        auto definition = open_definition(key, id, header.epoch, grant, header.nonce);
        bool fits = definition.ok() &&
                    (!info.definition.has_value() || info.definition->same_audience(*definition));
        if (fits) {
            AudienceDefinition expected = *definition;
            fill_recipients(*directory_.at(header.dir_seq), expected, info.state.origin);
            fits = expected.recipients == definition->recipients;
        }
        if (!fits) {
            log(1, fmt::format("definition_mismatch stream={} epoch={}", id.brief(),
                               header.epoch.value));
            return false;
        }
        info.definition = std::move(*definition);
        write(PutPrivate{"definition." + id.hex(), encode_definition(*info.definition)});
    }
    std::erase_if(missing_[id], [&](const MissingKey& m) { return m.epoch == header.epoch; });
    if (missing_[id].empty()) missing_.erase(id);
    write(PutEpochKey{id, header.epoch, key.duplicate()});
    heal_keys(info, header.epoch, key);
    // In bulk the stream's state is further on already; what closes this epoch is still to come.
    if (header.epoch > info.closed) {
        info.key = std::move(key);
        info.key_epoch = header.epoch;
    }
    queue_open(id, header.epoch, header.seq);
    return true;
}

void NodeCore::save_missing() {
    ByteWriter out;
    for (const auto& [id, keys] : missing_)
        for (const auto& key : keys) out.raw(id.view()).u32(key.epoch.value).u64(key.grant.value);
    write(PutPrivate{"missing-keys", std::move(out).take()});
}

// --- opening ----------------------------------------------------------------------------------

// From the next batch on: keys and entries of this one can't be read before its commit.
void NodeCore::queue_open(const StreamId& id, Epoch epoch, Seq from) {
    auto& queue = mutant(Mutant::open_too_soon) ? to_open_ : queued_;
    auto [it, fresh] = queue.try_emplace({id, epoch}, from);
    if (!fresh) it->second = std::min(it->second, from);
}

// What is left to open outlives a crash; what was opened is passed over when it is done again.
void NodeCore::merge_queued() {
    for (const auto& [where, from] : queued_) {
        auto [it, fresh] = to_open_.try_emplace(where, from);
        if (!fresh) it->second = std::min(it->second, from);
    }
    queued_.clear();
    std::map<std::pair<StreamId, Epoch>, Seq> now;
    for (const auto& [where, from] : to_open_) {
        auto before = saved_to_open_.find(where);
        now[where] = before == saved_to_open_.end() ? from : std::min(from, before->second);
    }
    if (now == saved_to_open_) return;
    saved_to_open_ = std::move(now);
    ByteWriter out;
    for (const auto& [where, from] : saved_to_open_)
        out.raw(where.first.view()).u32(where.second.value).u64(from.value);
    write(PutPrivate{"to-open", std::move(out).take()});
}

void NodeCore::open_some() {
    if (options_.refuse_intake) return;
    std::size_t jobs = out_->jobs.size();
    for (auto it = to_open_.begin(); it != to_open_.end();) {
        StreamInfo* info = stream(it->first.first);
        bool done = info == nullptr || open_range(*info, it->first.second, it->second);
        it = done ? to_open_.erase(it) : std::next(it);
        if (out_->jobs.size() - jobs >= open_batch) return;
    }
}

// One page of an epoch's entries; true when the epoch is through.
bool NodeCore::open_range(StreamInfo& info, Epoch epoch, Seq& next) {
    constexpr std::size_t page_bytes = 1u << 20;
    auto page = store_.range(info.state.id, next, info.state.head, page_bytes);
    if (!page.ok() && page.code() == Errc::damaged) {  // Those behind it are opened all the same.
        found_damaged({info.state.id, next});
        next = next.next();
        return next > info.state.head;
    }
    if (!page.ok()) {
        log(3, fmt::format("open_failed stream={} code={}", info.state.id.brief(),
                           errc_name(page.code())));
        return true;
    }
    if (page->empty()) return next > info.state.head;  // Else not committed yet.
    for (auto& entry : *page) {
        EntryHeader header = entry.header();
        next = header.seq.next();
        if (header.epoch > epoch) return true;
        if (is_clear(header.kind) || header.epoch != epoch || entry.absent()) continue;
        if (index_.meaning({info.state.id, header.seq}).has_value()) continue;
        auto key = store_.entry_key(info.state.id, header.seq);
        if (!key.ok()) {
            came_after_close(info, header);
            continue;
        }
        if (header.kind == EntryKind::chunk) continue;  // Opened when somebody asks for it.
        EntryId id = entry.id();
        auto trusted = trust_stored(std::move(entry), id);
        if (!trusted.ok()) continue;
        open_entry(std::move(*trusted), std::move(*key));
    }
    return next > info.state.head;
}

void NodeCore::open_entry(VerifiedEntry entry, EntryKey key) {
    out_->jobs.push_back(
        Job{OpenEntryJob{std::move(entry), std::move(key), now_, OfficerCheck::later}});
    ++opening_;
}

// Its epoch was closed here before it came (take_expired): K has to come once more, by its slot.
void NodeCore::came_after_close(const StreamInfo& info, const EntryHeader& header) {
    if (header.epoch > info.closed || key_missing(info.state.id, header.epoch) ||
        is_self(info.state.origin) || repair_.keys.size() >= repairs_max)
        return;
    auto grant = grant_of(info, header.epoch);
    if (!grant.has_value()) return;
    auto held = store_.entry(info.state.id, *grant);
    if (!held.ok() || !held->has_value() || !was_reader(info, (*held)->entry.header())) return;
    repair_.keys.insert({header.stream, header.seq});
    miss_key(info, header.epoch, *grant);
}

void NodeCore::on_opened(EntryOpened opened) {
    --opening_;
    if (opened.granted_by.has_value()) return on_granted(std::move(opened));
    const EntryRef ref{opened.header.stream, opened.header.seq};
    index_.note_opened(ref);
    if (erased_in_batch(ref)) return;
    if (index_.officer_unchecked(ref)) return on_officer_checked(opened);
    if (!opened.content.ok()) return refuse_officer(opened.header, opened.content.code());
    auto* unchecked = std::get_if<SignedContent>(&opened.content->content);
    if (unchecked != nullptr && index_.alert(unchecked->alert).has_value()) {
        // It would change what others wrote, or hide it.
        out_->jobs.push_back(
            Job{CheckOfficerJob{opened.header, opened.received, std::move(*unchecked)}});
        ++opening_;
        return;
    }
    index_content(opened.header, opened.received, std::move(*opened.content));
}

// The author's own node, or another node of its party.
bool NodeCore::may_change(const NodeId& by, const AlertState& alert) const {
    if (by == alert.origin || mutant(Mutant::anybody_changes)) return true;
    const NodeRecord* one = directory_.now().node(by);
    const NodeRecord* other = directory_.now().node(alert.origin);
    return one != nullptr && other != nullptr && one->party == other->party;
}

// Did the withdrawal come without an order? Then who wrote it counts as the author.
bool NodeCore::says_itself_author(const AlertState& withdrawn) const {
    const auto it = streams_.find(withdrawn.withdrawal->stream);
    return it != streams_.end() && it->second.state.origin == withdrawn.origin;
}

// Who changes an alert must be its author's party, or have an order to withdraw it (its record
// names the author's node: it holds). Who withdrew an alert before its publish came here must have
// been entitled to as well: else his withdrawal is forgotten. The same at every start.
bool NodeCore::entitled(const IndexedEntry& entry, const AlertId& alert) {
    using Record = proto::SearchRecord;
    auto known = index_.alert(alert);
    bool changes = entry.record.operation() == Record::SUPERSEDE ||
                   entry.record.operation() == Record::WITHDRAW ||
                   entry.record.operation() == Record::PUBLISH;
    if (!known.has_value() || !changes) return true;
    if (!known->has_author() && !mutant(Mutant::confirm_owns_alert)) return true;
    const std::string& ordered = entry.record.orphan_of();
    const bool may =
        ordered.empty() ? may_change(entry.origin, *known) : ordered == known->origin.str();
    if (may) return true;
    bool withdrawn_first = known->withdrawn() && known->revisions.empty() && known->erased.empty();
    bool impostor = withdrawn_first && says_itself_author(*known) &&
                    (entry.record.operation() == Record::PUBLISH || !ordered.empty());
    if (impostor) index_.forget(alert);
    return impostor;
}

void NodeCore::index_content(const EntryHeader& header, UnixMillis received,
                             OpenedContent content) {
    if (content.record.operation() == proto::SearchRecord::HISTORY)
        return got_history(header, content);
    EntryRef ref{header.stream, header.seq};
    const AlertId alert = content.alert();
    IndexedEntry entry{ref,
                       header.origin,
                       next_arrival_,
                       received,
                       static_cast<std::uint8_t>(header.precedence),
                       std::move(content.record)};
    entry.record.set_received_ms(received.value);
    entry.record.set_precedence(static_cast<std::uint32_t>(header.precedence));
    if (mutant(Mutant::name_hash_logged))
        for (const auto& person : entry.record.persons())
            for (const auto& name : person.names())
                log(6, "indexed name=" + hash({as_bytes(name)}).hex());
    if (mutant(Mutant::filter_not_key)) {
        auto readers = members(*stream(header.stream));
        if (std::find(readers.begin(), readers.end(), identity_.id) == readers.end()) return;
    }
    if (!entitled(entry, alert)) {
        if (check_holder_first(alert, header)) return;
        log(4, fmt::format("operation_not_entitled stream={} seq={}", header.stream.brief(),
                           header.seq.value));
        return;
    }
    using Record = proto::SearchRecord;
    if (mutant(Mutant::ignore_narrowing) && !is_self(header.origin) &&
        Index::narrowing_of(entry).has_value())
        return;
    auto known = index_.alert(alert);
    if (entry.record.operation() == Record::WITHDRAW && known.has_value()) {
        for (const auto& gone : known->ended_by(Index::narrowing_of(entry))) {
            entry.record.add_erased_streams(gone.stream.str());
            entry.record.add_erased_seqs(gone.seq.value);
        }
    }
    if (std::holds_alternative<SignedContent>(content.content)) {
        entry.record.set_officer_unchecked(true);
        put_off_check(ref);
    }
    write(
        PutSearchRecord{ref.stream, ref.seq, to_bytes(as_bytes(entry.record.SerializeAsString()))});
    index_.add(entry);
    if (entry.record.operation() == Record::ONWARD_REQUEST && !is_self(header.origin))
        check_onward(header, alert);
    hide_if_redacted(ref);
    if (known.has_value()) destroy_in_left_behind(alert);  // Else there is nothing to destroy.
    const bool text = entry.record.operation() == Record::PUBLISH ||
                      entry.record.operation() == Record::SUPERSEDE;
    if (!text) destroy_said_about(alert);  // A text ends no alert, and goes itself with one.
    if (entry.record.operation() != Record::WITHDRAW) return;
    history_.look_again = true;
    apply_redacts();
}

}  // namespace rilon
