// The directory between peers: records and checkpoints; and, at the coordinator that holds the
// online key, the sequencer. Its key orders and authorises nothing. Drafts: drafts.cc.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/grant.h"
#include "protocol/mutant.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

proto::Record to_proto(const DirectoryRecord& record) {
    proto::Record out;
    out.set_n(record.n.value);
    out.set_recorded_ms(record.recorded.value);
    out.set_statement(std::string(as_text(record.statement)));
    out.set_authorisations(std::string(as_text(record.authorisations)));
    return out;
}

DirectoryRecord from_proto(const proto::Record& record) {
    return {DirSeq{record.n()}, UnixMillis{record.recorded_ms()},
            to_bytes(as_bytes(record.statement())), to_bytes(as_bytes(record.authorisations()))};
}

constexpr std::size_t record_framing_bytes = 64;

std::size_t bytes_of(const DirectoryRecord& record) {
    return record.statement.size() + record.authorisations.size();
}

}  // namespace

Status NodeCore::apply_record(DirectoryRecord record, bool durable) {
    DirectoryRecord copy = record;
    if (Status status = directory_.apply(std::move(record)); !status.ok()) return status;
    if (durable) write(PutDirectoryRecord{std::move(copy)});
    return {};
}

void NodeCore::on_directory(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncDirectory frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    if (frame.records_size() > 0) stage_records(from, frame);
    if (!directory_.empty()) on_split(from, frame);
    if (!frame.checkpoint().empty()) take_checkpoint(from, as_bytes(frame.checkpoint()));
    finish_rebuild();
    if (frame.has_want()) send_records(from, frame.want_from(), head.request);
    for (const auto& draft : frame.drafts()) take_draft(from, draft);
    if (frame.has_submit()) on_submit(from, head, frame.submit());
    if (frame.accepted() || !frame.refused().empty()) {
        if (encryption_key_answered(from, head.request, frame)) return;
        auto waiting = submits_.extract(std::pair{from, head.request});
        if (waiting.empty()) return;
        proto::Response response;
        if (frame.accepted()) {
            response.mutable_done()->set_note(frame.refused());
        } else {
            response.mutable_failure()->set_code(errc_name(Errc::not_authorised));
            response.mutable_failure()->set_message(frame.refused());
        }
        answer(waiting.mapped().first, response, waiting.mapped().second);
    }
}

void NodeCore::send_records(const NodeId& peer, std::uint64_t from, std::uint64_t request) {
    proto::SyncDirectory out;
    std::size_t bytes = 0;
    for (std::uint64_t n = from; n < directory_.size() && bytes < directory_bytes_max; ++n) {
        const DirectoryRecord& record = directory_.record(DirSeq{n});
        *out.add_records() = to_proto(record);
        bytes += bytes_of(record) + record_framing_bytes;
    }
    out.set_checkpoint(std::string(as_text(checkpoint_)));
    send(peer, SyncType::directory, request, out.SerializeAsString(), Precedence::flash);
}

// Everything that follows from a new record: who may connect, who is cut, what waited for it.
void NodeCore::directory_changed() {
    emit(admitted());
    const DirectoryState& state = directory_.now();
    for (auto& [id, peer] : peers_) {
        if (!peer.up || state.coordinator(id) != nullptr) continue;
        const NodeRecord* node = state.node(id);
        if (node != nullptr && node->standing == Standing::good) continue;
        if (mutant(Mutant::keep_suspended_peer)) continue;
        emit(DropPeer{id});
        peer_down(id);
    }
    for (const auto& [id, peer] : peers_) {
        if (!peer.up || !peer.greeted || peer.records >= directory_.size()) continue;
        send_records(id, peer.records, 0);
        peers_[id].records = directory_.size();
    }
    prune_drafts();
    prune_suspends();
    keep_keys();
    unpark();
    for (auto& [id, info] : streams_)
        if (is_self(info.state.origin)) tell_coordinators(info);
}

// Records wait, checked, until a checkpoint covers them: persons decide what may be recorded, the
// sequencer alone in which order. Else any member could put statements in an order of its own.
void NodeCore::stage_records(const NodeId& from, const proto::SyncDirectory& frame) {
    if (directory_.empty()) return;
    if (!ahead_.has_value() || ahead_->size() < directory_.size()) {
        ahead_ = directory_;
        ahead_bytes_ = 0;
    }
    for (const auto& record : frame.records()) {
        if (record.n() < ahead_->size()) continue;
        DirectoryRecord next = from_proto(record);
        const std::size_t bytes = bytes_of(next);
        if (ahead_->size() - directory_.size() >= records_ahead_max ||
            ahead_bytes_ + bytes > records_ahead_bytes_max) {
            ++counters_.refused;
            return;
        }
        Status status = ahead_->apply(std::move(next));
        if (status.ok()) {
            ahead_bytes_ += bytes;
            continue;
        }
        ++counters_.refused;
        log(2, fmt::format("record_refused peer={} n={} code={} why=\"{}\"", from.brief(),
                           record.n(), errc_name(status.code()), status.error().detail));
        return;
    }
    if (mutant(Mutant::order_by_anybody)) adopt_records(DirSeq{ahead_->size() - 1});
}

// The staged records up to n are in force.
void NodeCore::adopt_records(DirSeq n) {
    while (directory_.size() <= n.value) {
        DirectoryRecord next = ahead_->record(DirSeq{directory_.size()});
        ahead_bytes_ -= std::min(ahead_bytes_, bytes_of(next));
        Status status = apply_record(std::move(next), true);
        RILON_ASSERT(status.ok());  // It applied to the same chain before.
    }
    if (ahead_->size() == directory_.size()) ahead_.reset();
}

void NodeCore::want_records(const NodeId& from) {
    proto::SyncDirectory want;
    want.set_has_want(true);
    want.set_want_from(ahead_.has_value() ? ahead_->size() : directory_.size());
    send(from, SyncType::directory, next_request(from), want.SerializeAsString(),
         Precedence::flash);
}

// The key that orders may be changed by a record that is staged.
Result<Checkpoint> NodeCore::read_checkpoint(ByteView bytes) const {
    auto known = verify_checkpoint(identity_.network, directory_.now().online_pk, bytes);
    if (known.ok() || !ahead_.has_value()) return known;
    return verify_checkpoint(identity_.network, ahead_->now().online_pk, bytes);
}

void NodeCore::take_checkpoint(const NodeId& from, ByteView bytes) {
    if (bytes.empty() || directory_.empty()) return;
    auto checkpoint = read_checkpoint(bytes);
    if (!checkpoint.ok()) {
        ++counters_.refused;
        return;
    }
    const bool news = checkpoint->n.value >= directory_.size();
    if (news) {
        const DirectoryState* staged = ahead_.has_value() ? ahead_->at(checkpoint->n) : nullptr;
        if (staged == nullptr) return want_records(from);
        if (staged->link != checkpoint->link) {  // What was staged was in another order.
            ahead_.reset();
            return want_records(from);
        }
        adopt_records(checkpoint->n);
    } else if (directory_.at(checkpoint->n)->link != checkpoint->link) {
        return on_other_branch(from, *checkpoint, bytes);
    }
    keep_checkpoint(*checkpoint, to_bytes(bytes));
    // By number first: the sequencer's clock may have been set back.
    if (!newest_checkpoint_.has_value() ||
        std::pair(checkpoint->n, checkpoint->issued) >
            std::pair(newest_checkpoint_->n, newest_checkpoint_->issued)) {
        newest_checkpoint_ = *checkpoint;
        checkpoint_ = to_bytes(bytes);
        write(PutPrivate{"checkpoint", checkpoint_});
    }
    if (news) directory_changed();
}

// A new store begins with what the network file says: ROOT, or, where a coordinator's disk was
// lost, all records that the member had who wrote the file.
void NodeCore::begin_directory() {
    if (!directory_.empty() || options_.network_file.empty()) return;
    auto file = parse_network_file(options_.network_file);
    if (!file.ok()) return log(3, "network_file_refused why=" + file.error().detail);
    rebuilt_ = identity_.online.has_value() && !file->more.empty();
    if (rebuilt_) write(PutPrivate{"rebuilt", {}});
    file->more.insert(file->more.begin(), std::move(file->first));
    for (DirectoryRecord& record : file->more) {
        Status status = apply_record(std::move(record), true);
        if (!status.ok()) return log(3, "network_file_refused why=" + status.error().detail);
    }
}

// --- the sequencer ----------------------------------------------------------------------------

// A sequencer that lost its disk must not order before it holds every record that it ordered: two
// records of one number split the network. Parties whose connected nodes know nothing it doesn't:
std::size_t NodeCore::parties_compared() const {
    std::set<std::string> parties;
    for (const auto& [id, peer] : peers_) {
        const NodeRecord* node = directory_.now().node(id);
        if (node != nullptr && peer.up && peer.greeted && peer.records <= directory_.size())
            parties.insert(node->party);
    }
    return parties.size();
}

// One party alone could hold records back; a network of one party has no second.
std::size_t NodeCore::parties_needed() const {
    std::set<std::string> parties;
    for (const auto& [id, node] : directory_.now().nodes)
        if (node->standing == Standing::good) parties.insert(node->party);
    return std::min<std::size_t>(2, parties.size());
}

void NodeCore::finish_rebuild() {
    if (!rebuilt_ || parties_compared() < parties_needed()) return;
    rebuilt_ = false;
    write(DropPrivate{"rebuilt"});
    log(5, fmt::format("directory_rebuilt records={}", directory_.size()));
    issue_checkpoint();
}

void NodeCore::issue_checkpoint() {
    const DirectoryState& state = directory_.now();
    UnixMillis issued = std::max(now_, state.recorded);
    newest_checkpoint_ =
        make_checkpoint(identity_.network, state.n, state.link, issued, identity_.online->sk);
    checkpoint_ = encode_checkpoint(identity_.network, *newest_checkpoint_);
    keep_checkpoint(*newest_checkpoint_, checkpoint_);
    write(PutPrivate{"checkpoint", checkpoint_});
    proto::SyncDirectory out;
    out.set_checkpoint(std::string(as_text(checkpoint_)));
    for (const auto& [id, peer] : peers_)
        if (peer.up && peer.greeted)
            send(id, SyncType::directory, 0, out.SerializeAsString(), Precedence::flash);
}

// Who may connect: every node in good standing and the coordinators; each live audience its
// members; the control socket our officers and the persons of the directory, who must be able to
// suspend a node here when the coordinator can't be reached.
AdmitPeers NodeCore::admitted() const {
    AdmitPeers out;
    for (const auto& key : officers_.transport_keys()) out.control.insert(key);
    if (directory_.empty()) return out;
    const DirectoryState& state = directory_.now();
    for (const auto& coordinator : state.coordinators)
        if (!is_self(coordinator.id)) out.sync[coordinator.transport_pk] = coordinator.id;
    for (const auto& [id, node] : state.nodes)
        if (!is_self(id) && node->standing == Standing::good) out.sync[node->transport_pk] = id;
    for (const auto& [id, node] : state.nodes)
        for (const auto& old : node->old_transports) {
            out.replaced[old] = id;
            if (mutant(Mutant::admit_replaced_key) && !is_self(id)) out.sync[old] = id;
        }
    for (const auto& [id, audience] : state.audiences) {
        if (!publishes(*audience)) continue;
        auto& keys = out.live[id];
        for (const auto& member : audience->members)
            if (!is_self(member)) keys.insert(state.node(member)->transport_pk);
    }
    auto add = [&](const Person& person) { out.control.insert(person.transport_pk); };
    for (const auto& person : state.rso) add(person);
    for (const auto& [code, rilon] : state.rilons) {
        add(rilon->chair);
        for (const auto& deputy : rilon->deputies) add(deputy);
    }
    for (const auto& [code, party] : state.parties)
        for (const auto& person : party->administrators) add(person);
    return out;
}

}  // namespace rilon
