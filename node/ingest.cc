// Entries from peers: parse → job (signature; decryption where the key is at hand) → verify →
// store, index, acknowledge, forward. What can't be taken yet waits in bounded places.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
std::size_t parked_size(const UnverifiedEntry& entry) {
    return std::max(entry_prefix_bytes + entry.body().size(), parked_entry_bytes);
}
}  // namespace

void NodeCore::on_entries(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncEntries frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
        ++counters_.refused;
        return;
    }
    auto id = StreamId::parse(frame.stream_id());
    if (!id.ok()) return;
    if (frame.entries_size() > static_cast<int>(bulk_entries_max)) {  // No honest node does.
        ++counters_.refused;
        log(4, fmt::format("frame_too_long peer={}", from.brief()));
        return;
    }
    std::vector<UnverifiedEntry> entries;
    for (const auto& item : frame.entries()) {
        auto entry = item.absent() ? parse_absent_entry(as_bytes(item.entry()))
                                   : parse_entry(as_bytes(item.entry()));
        if (!entry.ok() || entry->header().stream != *id) {
            ++counters_.refused;
            log(4, fmt::format("entry_malformed peer={}", from.brief()));
            return;  // A peer that sends one malformed entry is not asked for the rest.
        }
        entries.push_back(std::move(*entry));
    }
    answered(from, head, *id, payload.size());
    StreamInfo* info = stream(*id);
    // What a grant among the entries opens can be read at once if its slot is here before.
    bool slots_first = info != nullptr && info->state.founded;
    if (slots_first) take_slots(from, *id, frame);
    constexpr std::size_t bulk_from = 8;
    if (entries.size() >= bulk_from && info != nullptr && info->state.founded)
        offer_bulk(from, std::move(entries));
    else
        offer_singly(from, std::move(entries));
    if ((info = stream(*id)) != nullptr)  // Perhaps only now: its genesis was among them.
        info->peer_heads[from] = std::max(info->peer_heads[from], Seq{frame.head()});
    if (!slots_first) take_slots(from, *id, frame);
}

void NodeCore::take_slots(const NodeId& from, const StreamId& id, const proto::SyncEntries& frame) {
    for (const auto& bytes : frame.slots()) {
        auto slot = parse_slot(as_bytes(bytes));
        if (!slot.ok() || slot->stream != id || !use_slot(from, *slot)) return;
    }
}

void NodeCore::on_live(const LiveFrame& frame) {
    auto entry = parse_entry(frame.entry);
    if (!entry.ok()) {
        ++counters_.refused;
        return;
    }
    if (StreamInfo* info = stream(entry->header().stream))
        info->peer_heads[frame.publisher] =
            std::max(info->peer_heads[frame.publisher], entry->header().seq);
    offer(frame.publisher, std::move(*entry));
}

bool NodeCore::refuse(const NodeId& from, const EntryHeader& header, const Error& why) {
    ++counters_.refused;
    log(4, fmt::format("entry_refused peer={} stream={} seq={} code={} why=\"{}\"", from.brief(),
                       header.stream.brief(), header.seq.value, errc_name(why.code), why.detail));
    return false;
}

// A signature each: so no more than a few of a frame, sync fetches the others.
void NodeCore::offer_singly(const NodeId& from, std::vector<UnverifiedEntry> entries) {
    std::size_t count = std::min(entries.size(), singly_max);
    for (std::size_t i = 0; i < count; ++i)
        if (!offer(from, std::move(entries[i]))) return;
}

bool NodeCore::offer(const NodeId& from, UnverifiedEntry entry) {
    if (options_.refuse_intake) return false;
    const EntryHeader header = entry.header();
    auto key = signer_of(entry, directory_);
    if (!key.ok()) {
        if (key.code() != Errc::parked) return refuse(from, header, key.error());
        park(from, std::move(entry));
        return true;
    }
    StreamInfo* info = stream(header.stream);
    bool known = info != nullptr && info->state.founded && header.seq <= info->state.head;
    if (known) return known_already(from, *info, std::move(entry));
    if (info == nullptr && header.kind == EntryKind::genesis) {
        if (!begin_stream(header)) return refuse(from, header, {Errc::busy, "too many streams"});
        info = stream(header.stream);
    }
    if (info == nullptr) {
        // Not even the genesis is here: fetch the stream from its beginning.
        want_unknown(from, header.stream, header.seq);
        return false;
    }
    CheckEntryJob job{from, std::move(entry), *key, std::nullopt};
    if (info->key.has_value() && !job.entry.absent() && header.epoch == info->key_epoch &&
        header.kind == EntryKind::content)
        job.open_with = entry_key(*info->key, header.stream, header.seq);
    out_->jobs.push_back(Job{std::move(job)});
    return true;
}

void NodeCore::take_late_body(UnverifiedEntry entry) {
    const EntryHeader header = entry.header();
    const EntryRef ref{header.stream, header.seq};
    // A carrier takes what a reader asked it for, and no more.
    if (entry.absent() || (is_coordinator() && !was_asked_for(ref))) return;
    auto held = store_.entry(header.stream, header.seq);
    if (!held.ok() || !held->has_value() || !(*held)->entry.absent() || (*held)->erased) return;
    auto body = verify_body(std::move(entry), (*held)->entry.id());
    if (!body.ok()) return;
    write(PutBody{std::move(*body)});
    if (is_coordinator()) return keep_anew(ref);
    no_longer_lacking(streams_.at(header.stream), {header.seq, header.seq});
    const bool keyed = store_.entry_key(header.stream, header.seq).ok();
    if (header.kind == EntryKind::chunk && keyed) return;
    if (header.kind == EntryKind::content && (keyed || key_missing(header.stream, header.epoch)))
        index_.note_unopened({header.stream, header.seq});
    queue_open(header.stream, header.epoch, header.seq);
}

void NodeCore::offer_bulk(const NodeId& from, std::vector<UnverifiedEntry> entries) {
    if (options_.refuse_intake) return;
    StreamInfo& info = *stream(entries.front().header().stream);
    auto next = entries.begin();
    for (; next != entries.end() && next->header().seq <= info.state.head; ++next)
        if (!known_already(from, info, std::move(*next))) return;
    while (next != entries.end()) {  // A run ends with its key generation.
        const Generation generation = next->header().generation;
        auto end = std::find_if(next, entries.end(), [&](const UnverifiedEntry& entry) {
            return entry.header().generation != generation;
        });
        std::vector<UnverifiedEntry> run(std::make_move_iterator(next),
                                         std::make_move_iterator(end));
        if (!take_run(from, info, std::move(run))) return;
        next = end;
    }
}

// False: the rest of the frame is not looked at.
bool NodeCore::take_run(const NodeId& from, StreamInfo& info, std::vector<UnverifiedEntry> run) {
    AcceptContext context{directory_, info.definition ? &*info.definition : nullptr,
                          is_coordinator()};
    std::uint64_t bytes = 0;
    for (const auto& entry : run) bytes += entry_prefix_bytes + entry.body().size();
    if (within_quota(info.state.origin, bytes)) {
        auto batch = verify_batch(std::move(run), info.state, context);
        if (batch.ok()) {
            const Seq first = batch->front().header().seq;
            const Seq last = batch->back().header().seq;
            for (auto& entry : *batch) take(from, std::move(entry), std::nullopt);
            if (first < last) note_unchecked(info, {first, Seq{last.value - 1}});
            take_early(info);
            return true;
        }
        // Nothing vouches for any of them: sync asks another source.
        if (batch.code() == Errc::bad_signature)
            return refuse(from, run.back().header(), batch.error());
    }
    // One by one finds which of them is at fault, and why; or takes as many as there is room for.
    offer_singly(from, std::move(run));
    return false;
}

void NodeCore::on_checked(EntryChecked checked) {
    if (!checked.entry.ok()) {
        ++counters_.refused;
        log(4, fmt::format("entry_refused peer={} entry={} code={}", checked.from.brief(),
                           checked.id.brief(), errc_name(checked.entry.code())));
        const StreamInfo* place = stream(checked.stream);  // Kept for a genesis that is none.
        if (place != nullptr && !place->state.founded && place->carried_for.empty())
            drop_stream(checked.stream);
        return;
    }
    const EntryHeader header = checked.entry->entry().header();
    if (stream(header.stream) == nullptr) return;  // Its genesis was refused.
    StreamInfo& info = streams_.at(header.stream);
    if (header.kind == EntryKind::grant)
        if (auto grant = parse_grant(checked.entry->entry().body()); grant.ok())
            compare_directory(header.origin, header.dir_seq, grant->dir_link);
    AcceptContext context{directory_, info.definition ? &*info.definition : nullptr,
                          is_coordinator()};
    if (!within_quota(header.origin, entry_prefix_bytes + header.body_len)) return;
    auto verified = verify(std::move(*checked.entry), info.state, context);
    if (verified.ok() && header.kind == EntryKind::genesis && !is_coordinator() &&
        standing(info) != nullptr &&
        !directory_.now().is_member(info.state.audience, identity_.id) &&
        !mutant(Mutant::filter_not_key)) {
        drop_stream(header.stream);
        refuse(checked.from, header,
               {Errc::not_member, "a stream of an audience that this node is not in"});
        return;
    }
    if (verified.ok()) {
        take(checked.from, std::move(*verified), std::move(checked.content));
        return take_early(info);
    }
    Error why = verified.error();
    switch (why.code) {
        case Errc::duplicate: break;
        case Errc::gap:
            keep_early(checked.from, info, std::move(*checked.entry));
            fetch(info, checked.from);
            break;
        case Errc::parked: break;  // The directory came meanwhile or will; sync asks again.
        case Errc::fork: forked(info, checked.entry->entry(), checked.from); break;
        default: refuse(checked.from, header, why); break;
    }
    if (header.kind == EntryKind::genesis && !info.state.founded) drop_stream(header.stream);
}

// A place for a stream whose genesis is under check.
bool NodeCore::begin_stream(const EntryHeader& genesis) {
    std::size_t of_origin = 0;
    for (const auto& [id, other] : streams_)
        if (other.state.origin == genesis.origin) ++of_origin;
    if (of_origin >= streams_per_origin_max) return false;
    StreamInfo info;
    info.state.id = genesis.stream;
    info.state.origin = genesis.origin;
    streams_.emplace(genesis.stream, std::move(info));
    return true;
}

void NodeCore::drop_stream(const StreamId& id) {
    StreamInfo& info = streams_.at(id);
    forget_early(info);
    forget_early_slots(info, nullptr);
    dirty_.erase(id);
    streams_.erase(id);
}

void NodeCore::keep_early(const NodeId& from, StreamInfo& info, SignedEntry entry) {
    std::size_t size = entry_prefix_bytes + entry.entry().body().size();
    if (info.early.size() >= early_entries_max || info.early_bytes + size > early_bytes_max) return;
    Seq seq = entry.entry().header().seq;
    if (info.early.contains(seq) || !early_room_.take(info.state.origin, size)) return;
    info.early.emplace(seq, std::pair{from, std::move(entry)});
    info.early_bytes += size;
    ++counters_.gaps_repaired;
}

void NodeCore::forget_early(StreamInfo& info) {
    early_room_.give_back(info.state.origin, info.early_bytes);
    info.early.clear();
    info.early_bytes = 0;
}

void NodeCore::take_early(StreamInfo& info) {
    while (!info.early.empty() && !info.state.frozen) {
        auto first = info.early.begin();
        if (first->first > info.state.head.next()) return;
        std::size_t size = entry_prefix_bytes + first->second.second.entry().body().size();
        if (!within_quota(info.state.origin, size)) return;
        auto [from, entry] = std::move(first->second);
        info.early_bytes -= size;
        early_room_.give_back(info.state.origin, size);
        info.early.erase(first);
        if (entry.entry().header().seq <= info.state.head) continue;
        AcceptContext context{directory_, info.definition ? &*info.definition : nullptr,
                              is_coordinator()};
        auto verified = verify(std::move(entry), info.state, context);
        if (!verified.ok()) return;
        take(from, std::move(*verified), std::nullopt);
    }
}

// The directory is behind this entry: keep it until the record is here. Nobody has checked it, so
// it has little room and little time, and each peer a share.
void NodeCore::park(const NodeId& from, UnverifiedEntry entry) {
    while (!parked_.empty() && now_.since(parked_.front().since) >= parked_ms_max) {
        parked_room_.give_back(parked_.front().from, parked_size(parked_.front().entry));
        parked_.pop_front();
    }
    if (!parked_room_.take(from, parked_size(entry))) {
        ++counters_.refused;
        return;
    }
    parked_.push_back({from, now_, std::move(entry)});
    want_records(from);
}

void NodeCore::unpark() {
    std::deque<Parked> waiting;
    waiting.swap(parked_);
    for (Parked& parked : waiting) {
        if (parked.entry.header().dir_seq.value >= directory_.size()) {
            parked_.push_back(std::move(parked));
            continue;
        }
        parked_room_.give_back(parked.from, parked_size(parked.entry));
        offer(parked.from, std::move(parked.entry));
    }
}

void NodeCore::open_later(const StreamInfo& info, const EntryHeader& header) {
    if (header.epoch != info.not_for_us) index_.note_unopened({header.stream, header.seq});
    queue_open(header.stream, header.epoch, header.seq);
}

// Accepted: everything that follows from it, in this batch.
void NodeCore::take(const NodeId& from, VerifiedEntry entry,
                    std::optional<Result<OpenedContent>> content) {
    const EntryHeader header = entry.header();
    StreamInfo& info = streams_.at(header.stream);
    touch(info);
    if (is_self(header.origin)) found_restored(&info, &header);
    ++counters_.received;
    quota_.count(header.origin, entry_prefix_bytes + entry.body().size());
    info.peer_heads[from] = std::max(info.peer_heads[from], header.seq);
    next_arrival_ = next_arrival_.next();
    if (header.kind != EntryKind::chunk) info.before_chunks = header.seq;
    if (!is_coordinator()) {
        ack_stored_[header.stream] = {header.seq, entry.id()};
    }
    forward(from, entry);
    switch (header.kind) {
        case EntryKind::grant: {
            auto grant = parse_grant(entry.body());
            write(PutEntry{std::move(entry), now_});
            if (grant.ok()) on_grant(info, header, *grant);
            break;
        }
        case EntryKind::redact: {
            auto ranges = parse_redact(entry.body());
            write(PutEntry{std::move(entry), now_});
            if (ranges.ok()) on_redact(info, header.epoch, std::move(*ranges));
            break;
        }
        case EntryKind::content: {
            bool opens = !is_coordinator() && !entry.absent();
            // Opened by a key that was closed since (take_expired): nothing of it can be kept
            // before the key has come once more, by its slot.
            if (header.epoch <= info.closed) content.reset();
            if (opens && !content.has_value() && info.key.has_value() &&
                info.key_epoch == header.epoch)
                open_entry(entry, entry_key(*info.key, header.stream, header.seq));
            else if (opens && !content.has_value())
                open_later(info, header);
            if (entry.absent()) note_lacking(info, header.seq);
            write(PutEntry{std::move(entry), now_});
            if (!opens || !content.has_value()) break;
            if (content->ok())
                index_content(header, now_, std::move(**content));
            else
                refuse_officer(header, content->code());
            break;
        }
        default: {
            const bool gone = header.kind == EntryKind::chunk && follow_content(info, header.seq);
            if (entry.absent() && !gone) note_lacking(info, header.seq);
            // After its epoch was closed here: its key is asked for once more.
            if (header.kind == EntryKind::chunk && !entry.absent() && header.epoch <= info.closed)
                queue_open(header.stream, header.epoch, header.seq);
            write(PutEntry{std::move(entry), now_});
            if (header.kind == EntryKind::genesis) note_superseding(info);
            break;
        }
    }
    if (mutant(Mutant::store_nothing) && header.kind == EntryKind::content)
        std::erase_if(out_->writes, [&](const StoreOp& op) {
            const auto* put = std::get_if<PutEntry>(&op);
            return put != nullptr && put->entry.header().seq == header.seq;
        });
}

bool NodeCore::within_quota(const NodeId& origin, std::uint64_t bytes) {
    if (quota_.room(origin, bytes, now_) || mutant(Mutant::no_quota)) return true;
    ++counters_.refused;
    return false;
}

// Origins and hubs push on; others rely on the peers they have both.
void NodeCore::forward(const NodeId& from, const VerifiedEntry& entry) {
    if (!is_coordinator() && !options_.hub && !is_self(entry.header().origin)) return;
    Precedence precedence = entry.header().precedence;
    if (precedence == Precedence::flash && !quota_.take_flash(entry.header().origin, now_))
        precedence = Precedence::routine;  // Of our lanes; the entry says what it said.
    fresh_[entry.header().stream].push_back({from, entry.header().seq, entry.header().kind,
                                             entry.header().epoch, precedence, entry.bytes(),
                                             entry.absent()});
}

}  // namespace rilon
