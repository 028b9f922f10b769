// Sync, the truth under the live path: who holds what, ranges of what is missing, fresh entries to
// those who may hold them. Frames: sync_frame.h, payloads: sync.proto, conversation: docs/wire.md.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::size_t range_bytes_max = 256 * 1024;
constexpr std::size_t push_bytes_max = 320 * 1024;
}  // namespace

void NodeCore::send(const NodeId& peer, SyncType type, std::uint64_t request, std::string payload,
                    Precedence precedence) {
    // It would cost the connection, and again after each HELLO.
    if (payload.size() > sync_payload_bytes_max) {
        ++counters_.refused;
        return log(2, fmt::format("frame_too_large peer={} type={} bytes={}", peer.brief(),
                                  static_cast<int>(type), payload.size()));
    }
    emit(SendFrame{peer, precedence, encode_sync_head({type, request}),
                   to_bytes(as_bytes(payload))});
}

void NodeCore::peer_up(const NodeId& peer) {
    PeerInfo& info = peers_[peer];
    info.up = true;
    info.pace.start_again();
    info.unknown.clear();
    info.greeted = info.compared = false;
    info.own_heads_asked = 0;
    info.last_heard = now_;
    info.last_sent_beat = now_;
    proto::SyncHello hello;
    hello.set_network_id(identity_.network.str());
    hello.set_node_id(identity_.id.str());
    hello.set_software(options_.software);
    hello.set_records(directory_.size());
    hello.set_checkpoint(std::string(as_text(checkpoint_)));
    send(peer, SyncType::hello, 0, hello.SerializeAsString(), Precedence::flash);
    log(6, "peer_up node=" + node_name(peer));
}

void NodeCore::peer_down(const NodeId& peer) {
    PeerInfo& info = peers_[peer];
    if (info.up) log(5, "peer_down node=" + node_name(peer));
    info.up = info.greeted = false;
    for (auto& [id, stream] : streams_) {
        if (stream.fetch.has_value() && stream.fetch->peer == peer) {
            stream.fetch.reset();
            behind_.insert(id);
        }
        stream.peer_heads.erase(peer);  // A restored peer may hold less than it said.
        forget_early_slots(stream, &peer);
    }
    mail_.send_all_again();
}

void NodeCore::on_frame(const PeerFrame& frame) {
    PeerInfo& peer = peers_[frame.peer];
    peer.last_heard = now_;
    if (frame.frame.size() < sync_head_bytes ||
        frame.frame.size() > sync_head_bytes + sync_payload_bytes_max) {
        ++counters_.refused;
        return;
    }
    auto head = parse_sync_head(ByteView(frame.frame).first(sync_head_bytes));
    if (!head.ok()) {
        ++counters_.refused;
        return;
    }
    Bytes payload(frame.frame.begin() + sync_head_bytes, frame.frame.end());
    if (head->type == SyncType::hello) return on_hello(frame.peer, payload);
    if (!peer.up || !peer.greeted) {  // HELLO comes first; an impatient peer starts again with it.
        if (!peer.up) peer_up(frame.peer);
        if (head->type != SyncType::directory) return;
    }
    switch (head->type) {
        case SyncType::heads: return on_heads(frame.peer, *head, payload);
        case SyncType::range: return on_range(frame.peer, *head, payload);
        case SyncType::busy: return on_busy(frame.peer, *head);
        case SyncType::put:
        case SyncType::push: return on_entries(frame.peer, *head, payload);
        case SyncType::slots: return on_slots(frame.peer, *head, payload);
        case SyncType::ack: return on_ack(frame.peer, *head, payload);
        case SyncType::directory: return on_directory(frame.peer, *head, payload);
        case SyncType::fork: return on_fork(frame.peer, payload);
        case SyncType::head: return on_signed_heads(frame.peer, payload);
        case SyncType::beat: return on_beat(frame.peer, payload);
        case SyncType::own_head: return on_own_heads(frame.peer, *head, payload);
        case SyncType::stream: return on_stream(frame.peer, payload);
        default: return;  // Reserved for later versions; a peer may send them, we do not answer.
    }
}

void NodeCore::on_hello(const NodeId& from, const Bytes& payload) {
    proto::SyncHello hello;
    if (!hello.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    PeerInfo& peer = peers_[from];
    if (hello.network_id() != identity_.network.str() || hello.node_id() != from.str()) {
        ++counters_.refused;
        log(3, "hello_refused peer=" + from.brief());
        return;
    }
    bool first = !peer.up;
    if (first) peer_up(from);
    peer.greeted = true;
    peer.records = peer.said_records = hello.records();
    peer.software = hello.software().substr(0, 32);
    if (peer.records > directory_.size()) {
        want_records(from);
    } else if (peer.records < directory_.size()) {
        send_records(from, peer.records, 0);
    }
    take_checkpoint(from, as_bytes(hello.checkpoint()));
    share_split(from);
    if (directory_.empty()) return;
    finish_rebuild();
    if (directory_.now().coordinator(from) != nullptr)
        for (auto& [id, info] : streams_) tell_coordinators(info);
    share_drafts(from);
    ask_own_heads(from);
    send_heads(from, 1);
    send_signed_heads(from);
    send_mail(from);
    ask_slots(true);
    ask_origin(from);
}

// --- beats and heads --------------------------------------------------------------------------

void NodeCore::beat() {
    for (auto& [id, peer] : peers_) {
        if (!peer.up || now_.since(peer.last_sent_beat) < beat_ms) continue;
        peer.last_sent_beat = now_;
        proto::SyncHeads heads;
        heads.set_digest(heads_digest(id).str());
        send(id, SyncType::beat, 0, heads.SerializeAsString());
    }
}

void NodeCore::on_beat(const NodeId& from, const Bytes& payload) {
    proto::SyncHeads heads;
    if (!heads.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    PeerInfo& peer = peers_[from];
    if (heads.digest() == heads_digest(from).str() || mutant(Mutant::no_repair)) return;
    if (now_.since(peer.heads_answered) < ms_second) return;
    peer.heads_answered = now_;
    send_heads(from, 1);
}

// Asked for with every beat, sent or received, of every peer; nearly always nothing has changed.
Hash32 NodeCore::heads_digest(const NodeId& peer) {
    PeerInfo& known = peers_[peer];
    if (known.digest_changes == changes_) return known.digest;
    ByteWriter rows;
    for (const auto& [id, info] : streams_) {
        if (!info.state.founded || info.state.frozen || !may_hold(peer, info)) continue;
        rows.raw(id.view()).u64(info.state.head.value).raw(info.state.head_id.view());
    }
    known.digest = hash({rows.view()});
    known.digest_changes = changes_;
    return known.digest;
}

// `request` 1 asks for the peer's rows in return, 0 is that return.
void NodeCore::send_heads(const NodeId& peer, std::uint64_t request) {
    proto::SyncHeads heads;
    heads.set_digest(heads_digest(peer).str());
    heads.set_has_rows(true);
    constexpr int rows_max = 5000;  // 61 bytes each: below the frame limit.
    for (const auto& [id, info] : streams_) {
        if (!info.state.founded || !may_hold(peer, info)) continue;
        auto* row = heads.add_rows();
        row->set_stream_id(id.str());
        row->set_seq(info.state.head.value);
        row->set_entry_id(info.state.head_id.str());
        if (heads.rows_size() >= rows_max) {
            send(peer, SyncType::heads, request, heads.SerializeAsString());
            heads.clear_rows();
        }
    }
    send(peer, SyncType::heads, request, heads.SerializeAsString());
}

void NodeCore::on_heads(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncHeads heads;
    if (!heads.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    bool all_known = true;
    for (const auto& row : heads.rows()) {
        auto id = StreamId::parse(row.stream_id());
        if (!id.ok()) return;
        Seq seq{row.seq()};
        StreamInfo* info = stream(*id);
        if (info == nullptr || !info->state.founded) {
            want_unknown(from, *id, seq);
            all_known = false;
            continue;
        }
        // Who is left out of a stream gets no answer about it, not even a question.
        bool known = is_coordinator() || standing(*info) != nullptr || info->definition.has_value();
        if (known && !may_hold(from, *info)) {
            ++counters_.refused;
            continue;
        }
        info->peer_heads[from] = seq;
        if (info->state.frozen) {
            auto proof = store_.private_value("fork." + id->hex());
            if (proof.ok() && proof->has_value() && may_hold(from, *info) &&
                !mutant(Mutant::fork_kept_secret))
                send(from, SyncType::fork, 0, std::string(as_text(**proof)), Precedence::flash);
            continue;
        }
        if (seq > info->state.head) fetch(*info, from);
        // Same seq, another entry: fetching theirs makes the proof.
        if (seq == info->state.head && row.entry_id() != info->state.head_id.str())
            ask_range(from, *id, seq, seq);
    }
    peers_[from].compared = all_known;
    if (head.request == 1 && heads.digest() != heads_digest(from).str()) send_heads(from, 0);
}

void NodeCore::on_stream(const NodeId& from, const Bytes& payload) {
    if (!is_coordinator()) return;
    proto::SyncStream frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    auto id = StreamId::parse(frame.stream_id());
    if (!id.ok()) return;
    std::vector<NodeId> members;
    ByteWriter stored;
    for (const auto& bytes : frame.members()) {
        auto member = NodeId::parse(bytes);
        if (!member.ok()) return;
        members.push_back(*member);
        stored.raw(member->view());
    }
    StreamInfo* info = stream(*id);
    if (info == nullptr) {  // The list comes before the genesis: keep the place.
        EntryHeader genesis;
        genesis.stream = *id;
        genesis.origin = from;
        if (!begin_stream(genesis)) return;
        info = stream(*id);
    }
    if (info->state.origin != from) {
        ++counters_.refused;
        return;
    }
    info->carried_for = std::move(members);
    write(PutPrivate{"carried." + id->hex(), std::move(stored).take()});
}

// A RILON is heard of by any of its nodes directly, or by a coordinator, which holds its streams.
std::map<std::string, UnixMillis> NodeCore::heard(UnixMillis now) const {
    std::map<std::string, UnixMillis> out;
    if (directory_.empty()) return out;
    const DirectoryState& state = directory_.now();
    for (const auto& [code, rilon] : state.rilons) out[code] = UnixMillis{};
    if (resync_) return out;  // What was withdrawn since the copy may not be known here.
    for (const auto& [id, peer] : peers_) {
        UnixMillis at = peer.up ? std::min(now, peer.last_heard) : peer.last_heard;
        if (state.coordinator(id) != nullptr) {
            for (auto& [code, heard_at] : out) heard_at = std::max(heard_at, at);
        } else if (const NodeRecord* node = state.node(id)) {
            out[node->rilon] = std::max(out[node->rilon], at);
        }
    }
    return out;
}

// --- ranges -----------------------------------------------------------------------------------

void NodeCore::on_range(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncRange want;
    if (!want.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    auto id = StreamId::parse(want.stream_id());
    if (!id.ok()) return;
    const StreamInfo* info = stream(*id);
    if (info == nullptr || !info->state.founded || !may_hold(from, *info)) {
        ++counters_.refused;
        return;
    }
    std::size_t limit = std::min<std::size_t>(want.max_bytes(), range_bytes_max);
    if (answers_too_much(peers_[from], limit))
        return send(from, SyncType::busy, head.request, {}, Precedence::immediate);
    auto entries = store_.range(*id, Seq{want.from()}, Seq{want.to()}, limit);
    proto::SyncEntries answer;
    answer.set_stream_id(want.stream_id());
    answer.set_head(info->state.head.value);
    if (!entries.ok()) {
        if (entries.code() == Errc::damaged) return found_damaged({*id, Seq{want.from()}});
        log(3,
            fmt::format("range_failed stream={} code={}", id->brief(), errc_name(entries.code())));
        return;
    }
    const std::size_t bytes_max = limit + limit / 4;  // Of bodies the store knows; now of all.
    std::size_t bytes = 0;
    for (const auto& entry : *entries) {
        Bytes raw = entry.bytes();
        if (bytes + raw.size() > bytes_max && bytes > 0) break;
        if (answer.entries_size() >= static_cast<int>(bulk_entries_max)) break;
        bytes += raw.size();
        auto* item = answer.add_entries();
        item->set_entry(std::string(as_text(raw)));
        item->set_absent(entry.absent());
        if (entry.absent()) note_wanted(from, *info, entry.header().seq);
        if (entry.header().kind != EntryKind::grant || bytes >= range_bytes_max) continue;
        const int slots_before = answer.slots_size();
        add_slots(*id, entry.header().epoch, answer);
        bytes += static_cast<std::size_t>(answer.slots_size() - slots_before) * slot_bytes;
    }
    send(from, SyncType::put, head.request, answer.SerializeAsString());
}

// More than a peer of ours would ask for before it has the first answer. It would fill the queue
// to it, and what does not fit there is dropped.
bool NodeCore::answers_too_much(PeerInfo& peer, std::size_t bytes) const {
    const std::size_t cost = std::max(bytes, answer_costs_min);
    if (peer.answered_bytes + cost > answers_turn_max) return true;
    peer.answered_bytes += cost;
    return false;
}

void NodeCore::add_slots(const StreamId& stream, Epoch epoch, proto::SyncEntries& out) const {
    constexpr std::size_t slots_per_frame_max = 256;  // Others are asked for by tag.
    auto slots = store_.slots(stream, epoch);
    if (!slots.ok()) return;
    for (const auto& slot : *slots) {
        if (out.slots_size() >= static_cast<int>(slots_per_frame_max)) return;
        out.add_slots(std::string(as_text(encode_slot(slot))));
    }
}

// --- pushing ----------------------------------------------------------------------------------

// What this batch accepted or sealed goes to every connected peer that may hold it and has not said
// it does. A standing audience that we serve by PUB gets its content that way alone; sync repairs.
void NodeCore::push_pending() {
    for (auto& [id, entries] : fresh_) {
        const StreamInfo* info = stream(id);
        if (info == nullptr) continue;
        const AudienceInfo* audience = standing(*info);
        bool live = audience != nullptr && publishes(*audience);
        bool with_control = std::any_of(entries.begin(), entries.end(),
                                        [](const Fresh& e) { return is_clear(e.kind); });
        if (live) publish_live(*audience, entries);
        for (auto& [peer, state] : peers_) {
            if (!state.up || !state.greeted || peer == info->state.origin || !may_hold(peer, *info))
                continue;
            bool subscribed = live && directory_.now().coordinator(peer) == nullptr;
            if (subscribed && !with_control) continue;
            push_to(peer, *info, entries);
        }
    }
    fresh_.clear();
    fresh_slots_.clear();
}

bool NodeCore::publishes(const AudienceInfo& audience) const {
    if (is_coordinator()) return audience.kind == AudienceInfo::Kind::network;
    const NodeRecord* self = directory_.now().node(identity_.id);
    return options_.publishes_rilon && self != nullptr &&
           audience.kind == AudienceInfo::Kind::rilon && audience.rilon == self->rilon;
}

void NodeCore::publish_live(const AudienceInfo& audience, const std::vector<Fresh>& entries) {
    for (const auto& entry : entries) {
        if (entry.absent) continue;
        ByteWriter topic;
        topic.u8(static_cast<std::uint8_t>(entry.precedence)).raw(audience.id.view());
        emit(PublishLive{audience.id, std::move(topic).take(), entry.bytes});
    }
}

void NodeCore::push_to(const NodeId& peer, const StreamInfo& info,
                       const std::vector<Fresh>& entries) {
    auto known = info.peer_heads.find(peer);
    proto::SyncEntries frame;
    Precedence precedence = Precedence::routine;
    std::size_t bytes = 0;
    auto ship = [&] {
        if (frame.entries_size() == 0 && frame.slots_size() == 0) return;
        frame.set_stream_id(info.state.id.str());
        frame.set_head(info.state.head.value);
        send(peer, SyncType::push, 0, frame.SerializeAsString(), precedence);
        frame.Clear();
        bytes = 0;
    };
    for (const auto& entry : entries) {
        if (entry.from == peer) continue;
        if (known != info.peer_heads.end() && known->second >= entry.seq && entry.seq.value > 0)
            continue;
        if (bytes + entry.bytes.size() > push_bytes_max ||
            frame.entries_size() >= static_cast<int>(bulk_entries_max))
            ship();
        if (entry.kind == EntryKind::chunk && precedence > entry.precedence) {
            ship();  // An urgent alert does not wait for its pictures.
            precedence = entry.precedence;
        }
        auto* item = frame.add_entries();
        item->set_entry(std::string(as_text(entry.bytes)));
        item->set_absent(entry.absent);
        bytes += entry.bytes.size();
        precedence = std::max(precedence, entry.precedence);
        if (entry.kind != EntryKind::grant) continue;
        auto slots = fresh_slots_.find(info.state.id);
        if (slots == fresh_slots_.end()) continue;
        for (const auto& slot : slots->second) {
            if (slot.epoch != entry.epoch) continue;
            if (bytes + slot_bytes > push_bytes_max) ship();  // The rest comes behind the grant.
            frame.add_slots(std::string(as_text(encode_slot(slot))));
            bytes += slot_bytes + 4;
        }
    }
    ship();
}

}  // namespace rilon
