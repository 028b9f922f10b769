// A store that was put back from a copy, or a node that runs twice: found out by the lease, or by
// entries of ours that we did not write (docs/wire.md §16). Our streams of before are retired, what
// peers hold of them is fetched as any reader would, and the streams founded instead tell the
// network by what their genesis supersedes.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "node/lease.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

constexpr const char* lost_after_name = "retired-at";    // stream ‖ u64 seq ‖ entry_id
constexpr const char* restored_at_name = "restored-at";  // u64 ms
constexpr const char* resync_name = "resync";
constexpr const char* origins_name = "restored-origins";  // node ‖ u64 ms
constexpr const char* own_redacts_name = "own-redacts";   // stream ‖ u64 from ‖ u64 to
constexpr const char* feed_epoch_name = "feed_epoch";     // The lease's.

Bytes u64_value(std::uint64_t value) {
    return std::move(ByteWriter{}.u64(value)).take();
}

}  // namespace

// --- start ------------------------------------------------------------------------------------

Status NodeCore::load_restored() {
    auto lost = store_.private_value(lost_after_name);
    auto at = store_.private_value(restored_at_name);
    auto resync = store_.private_value(resync_name);
    auto origins = store_.private_value(origins_name);
    auto redacts = store_.private_value(own_redacts_name);
    for (const auto* read : {&lost, &at, &resync, &origins, &redacts})
        if (!read->ok()) return read->error();
    if (lost->has_value()) {
        ByteReader in(**lost);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<StreamId>();
            Seq seq{in.u64()};
            auto entry = in.fixed<EntryId>();
            if (StreamInfo* info = stream(id)) info->lost_after = Superseded{id, seq, entry};
        }
    }
    if (at->has_value()) restored_at_ = UnixMillis{ByteReader(**at).u64()};
    if (origins->has_value()) {
        ByteReader in(**origins);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<NodeId>();
            restored_origins_[id] = UnixMillis{in.u64()};
        }
    }
    if (redacts->has_value()) {
        own_redacts_saved_ = true;
        ByteReader in(**redacts);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<StreamId>();
            SeqRange range{Seq{in.u64()}, Seq{in.u64()}};
            redacts_.push_back({id, {range}, now_, true, true});
        }
    }
    resync_ = restored_ || resync->has_value();
    resync_until_ = now_.plus(resync_wait_ms);
    successors_due_ = std::any_of(streams_.begin(), streams_.end(),
                                  [](const auto& s) { return s.second.retired; });
    return {};
}

// By the lease. For good, and once: the streams that are founded from now on go on.
void NodeCore::begin_restored() {
    restored_at_ = now_;
    for (auto& [id, info] : streams_)
        if (is_self(info.state.origin)) retire(info);
    save_retired();
    write(PutPrivate{restored_at_name, u64_value(restored_at_.value)});
    write(PutPrivate{resync_name, {}});
    write(DropPrivate{restored_name});
}

// --- found out --------------------------------------------------------------------------------

// Somebody has entries of ours that we do not have, or other ones. `later`: the first of them, in
// the stream `where`.
void NodeCore::found_restored(StreamInfo* where, const EntryHeader* later) {
    if (is_coordinator() || mutant(Mutant::trust_own_store)) return;
    if (where->retired) return;
    if (later != nullptr && later->seq.value > 0)
        where->lost_after = Superseded{later->stream, Seq{later->seq.value - 1}, later->prev};
    retire(*where);
    // Those founded since the start go on: nobody else can have written there.
    for (auto& [id, info] : streams_)
        if (is_self(info.state.origin) && !info.founded_here) retire(info);
    save_retired();
    log(1, fmt::format("restored_or_cloned stream={} held={} note=\"peers hold later entries of "
                       "ours: this store is an old copy, or another rilond runs on one\"",
                       where->state.id.brief(), where->state.head.value));
    if (resync_) return;  // Known already: what follows is what it brings to light.
    restored_at_ = now_;
    resync_ = true;
    resync_until_ = now_.plus(resync_wait_ms);
    options_.feed_epoch = std::max(now_.value, options_.feed_epoch + 1);
    write(PutPrivate{restored_at_name, u64_value(restored_at_.value)});
    write(PutPrivate{resync_name, {}});
    write(PutPrivate{feed_epoch_name, u64_value(options_.feed_epoch)});
    write(PutAudit{now_, "node", "restored", "peers hold later entries of ours than this store"});
}

void NodeCore::retire(StreamInfo& info) {
    if (info.retired) return;
    info.retired = true;
    info.confirmed = false;
    if (!info.lost_after.has_value() && info.state.founded)
        info.lost_after = Superseded{info.state.id, info.state.head, info.state.head_id};
    successors_due_ = true;
}

void NodeCore::save_retired() {
    ByteWriter retired;
    ByteWriter lost;
    for (const auto& [id, info] : streams_) {
        if (!info.retired) continue;
        retired.raw(id.view());
        if (info.lost_after.has_value())
            lost.raw(id.view()).u64(info.lost_after->seq.value).raw(info.lost_after->entry.view());
    }
    write(PutPrivate{"retired", std::move(retired).take()});
    write(PutPrivate{lost_after_name, std::move(lost).take()});
}

// --- what was missed comes first ---------------------------------------------------------------

// Nothing is shown or sealed before the directory and what was withdrawn since are here; for a
// while, for an officer must get on when no link comes up.
Status NodeCore::resynced() const {
    if (!resync_ || now_ >= resync_until_) return {};
    return {Errc::busy,
            fmt::format("this node's store is an older copy: it first fetches the directory and "
                        "what was withdrawn since, {} s more at most; then it goes on with what "
                        "it has",
                        (resync_until_.since(now_) + ms_second - 1) / ms_second)};
}

bool NodeCore::agrees_with(const NodeId& id, const PeerInfo& peer) const {
    if (!peer.up || !peer.greeted || !peer.compared || peer.records > directory_.size())
        return false;
    return std::none_of(streams_.begin(), streams_.end(), [&](const auto& item) {
        const StreamInfo& info = item.second;
        auto head = info.peer_heads.find(id);
        return !info.state.frozen && head != info.peer_heads.end() &&
               (!info.state.founded || head->second > info.state.head);
    });
}

void NodeCore::finish_resync() {
    if (!resync_ || directory_.empty()) return;
    if (!to_open_.empty() || !queued_.empty() || opening_ != 0) return;
    auto agree =
        static_cast<std::size_t>(std::count_if(peers_.begin(), peers_.end(), [&](const auto& item) {
            return agrees_with(item.first, item.second);
        }));
    if (agree == 0 || agree < std::min(confirmations_wanted, links().size())) return;
    resync_ = false;
    write(DropPrivate{resync_name});
    log(5, fmt::format("restored_in_step peers={}", agree));
}

// A new stream for each audience of the retired ones, at once: its genesis tells the readers.
void NodeCore::found_successors() {
    if (!successors_due_ || is_coordinator() || directory_.empty() || options_.refuse_intake ||
        !can_seal().ok())
        return;
    bool waits = false;
    std::vector<PlannedPart> parts;
    for (const auto& [id, info] : streams_) {
        if (!info.retired || !info.state.founded) continue;
        bool derived = standing(info) == nullptr;
        if (derived ? !info.definition.has_value()
                    : !directory_.now().is_member(info.state.audience, identity_.id))
            continue;
        PlannedPart part;
        AudienceDefinition definition;
        if (derived) definition = *info.definition;
        definition.recipients.clear();
        plan_stream(part, info.state.audience, derived, definition);
        waits = waits || part.waits;
        if (part.waits || !part.found.has_value() || !part.found->supersedes.has_value()) continue;
        bool twice = std::any_of(parts.begin(), parts.end(), [&](const PlannedPart& other) {
            return other.found->supersedes->stream == part.found->supersedes->stream;
        });
        if (!twice) parts.push_back(std::move(part));
    }
    for (const PlannedPart& part : parts) {
        auto made = ensure_stream(part);
        // Who reads a derived stream is known by its grant alone: without one nobody passes it on.
        Status told = !made.ok()                    ? Status(made.error())
                      : part.definition.has_value() ? ensure_epoch(**made)
                                                    : Status();
        if (!told.ok())
            return log(3, fmt::format("successor_failed code={}", errc_name(told.code())));
    }
    successors_due_ = waits;
}

// --- others ------------------------------------------------------------------------------------

// An origin that names as superseded less than we hold of the stream has lost the rest.
void NodeCore::note_superseding(const StreamInfo& info) {
    if (!info.state.supersedes.has_value() || is_self(info.state.origin)) return;
    const Superseded& before = *info.state.supersedes;
    const StreamInfo* old = stream(before.stream);
    if (old == nullptr || old->state.origin != info.state.origin) return;
    for (Seq seq; seq <= old->state.head; seq = seq.next())
        if (auto meaning = index_.meaning({before.stream, seq}))
            destroy_in_left_behind(meaning->alert);
    // Redacts alone may follow in a stream that was only left aside.
    constexpr std::size_t page_bytes = 1u << 20;
    auto later = store_.range(before.stream, before.seq.next(), old->state.head, page_bytes);
    if (!later.ok() || std::all_of(later->begin(), later->end(), [](const UnverifiedEntry& entry) {
            return entry.header().kind == EntryKind::redact;
        }))
        return;
    restored_origins_[info.state.origin] = now_;
    ByteWriter out;
    for (const auto& [id, at] : restored_origins_) out.raw(id.view()).u64(at.value);
    write(PutPrivate{origins_name, std::move(out).take()});
    log(4, fmt::format("origin_restored origin={} lost_entries={}", info.state.origin.brief(),
                       old->state.head.value - before.seq.value));
}

// --- postings about what is in a stream of before -----------------------------------------------

// Withdrawn by an entry of another stream of ours: the redact follows when this one may go on.
void NodeCore::owe_redact(const EntryRef& ref) {
    const StreamInfo* info = stream(ref.stream);
    if (info == nullptr || !is_self(info->state.origin)) return;
    redacts_.push_back({ref.stream, {with_chunks(ref)}, now_, true, true});
    save_redacts();
}

// Has the planned stream the audience of the one before, as far as both are ours?
bool NodeCore::same_readers(const PlannedPart& part, const StreamId& before) const {
    if (part.stream == before) return true;
    const StreamInfo* old = stream(before);
    if (old == nullptr || !is_self(old->state.origin)) return false;
    if (part.definition.has_value())
        return old->definition.has_value() && old->definition->same_audience(*part.definition);
    const StreamInfo* now = stream(part.stream);
    return old->state.audience == (now != nullptr ? now->state.audience : part.found->audience);
}

// What we wrote after the copy and got back from peers: no slot was ever made for us.
std::size_t NodeCore::own_unopened() const {
    constexpr std::size_t looked_at_max = 4096;
    std::size_t out = 0;
    std::size_t looked_at = 0;
    for (const auto& [id, info] : streams_) {
        if (!info.retired || !info.lost_after.has_value()) continue;
        for (Seq seq = info.lost_after->seq.next();
             seq <= info.state.head && looked_at < looked_at_max; seq = seq.next(), ++looked_at) {
            if (index_.meaning({id, seq}).has_value()) continue;
            auto held = store_.entry(id, seq);
            if (!held.ok() || !held->has_value() || (*held)->entry.absent()) continue;
            const bool opens = store_.entry_key(id, seq).ok();
            if ((*held)->entry.header().kind == EntryKind::content && !opens) ++out;
        }
    }
    return out;
}

void NodeCore::warn_of_restored(proto::StatusResponse& out) const {
    if (resync_)
        out.add_warnings(
            now_ < resync_until_
                ? std::string("this node's store is an older copy: nothing is shown or posted "
                              "until the directory and what was withdrawn since are here")
                : std::string("this node's store is an older copy and too few peers are connected "
                              "to bring it up to date: alerts may be shown that were withdrawn"));
    if (restored_at_.value != 0 && now_.since(restored_at_) < restored_shown_ms)
        out.add_warnings(
            "this node's store was put back from an older copy, or runs twice: it goes on in new "
            "streams. If nobody put it back, stop it and have its key replaced");
    if (const std::size_t closed = own_unopened(); closed > 0)
        out.add_warnings(fmt::format(
            "{} entries that this node wrote after the copy was made can't be opened here: ask a "
            "colleague at another mission that reads them to run rilon history {}",
            closed, node_name(identity_.id)));
    for (const auto& [id, at] : restored_origins_)
        if (now_.since(at) < restored_shown_ms)
            out.add_warnings(node_name(id) +
                             " goes on from an older copy of its store: it may not "
                             "know what it said before");
}

}  // namespace rilon
