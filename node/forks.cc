// Entries of seqs that we hold: the same again (perhaps with a body that we lack), or another,
// which is a fork if its signer could write there at all. The proof is kept and spread, the stream
// frozen.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

// Header and signature of an entry that we hold, be it since this batch only.
std::optional<Bytes> NodeCore::held_prefix(const StreamId& id, Seq seq) const {
    auto held = store_.entry(id, seq);
    if (held.ok() && held->has_value()) return to_bytes((*held)->entry.prefix());
    for (const StoreOp& op : out_->writes) {
        const auto* put = std::get_if<PutEntry>(&op);
        if (put != nullptr && put->entry.header().stream == id && put->entry.header().seq == seq)
            return to_bytes(put->entry.prefix());
    }
    return std::nullopt;
}

// False: the rest of the frame is not looked at.
bool NodeCore::known_already(const NodeId& from, StreamInfo& info, UnverifiedEntry entry) {
    const EntryHeader header = entry.header();
    auto ours = held_prefix(info.state.id, header.seq);
    if (!ours.has_value()) {
        heal(from, info, std::move(entry));
        return true;
    }
    if (std::ranges::equal(*ours, entry.prefix())) {
        if (entry.absent()) without_body(from, info, header.seq);
        take_late_body(std::move(entry));
        return true;
    }
    if (info.state.frozen) return false;
    auto key = signer_of(entry, directory_);
    if (!key.ok()) return false;
    auto checked = check_signature(std::move(entry), *key);
    if (!checked.ok()) return refuse(from, header, checked.error());
    // Membership and standing come first: a stolen key that was replaced must freeze nothing.
    Bytes theirs = to_bytes(checked->entry().prefix());
    AcceptContext context{directory_, info.definition ? &*info.definition : nullptr,
                          is_coordinator(), EntryId::copy_of(hash({*ours}).view())};
    auto verified = verify(std::move(*checked), info.state, context);
    if (verified.ok()) return false;
    if (verified.code() != Errc::fork) return refuse(from, header, verified.error());
    prove_fork(from, info, ForkProof{std::move(*ours), std::move(theirs)});
    return false;
}

// Either another entry of our head's seq, or a successor of an entry we do not hold: then its
// predecessor, from the same source, is the other half of the proof.
void NodeCore::forked(StreamInfo& info, const UnverifiedEntry& other, const NodeId& from) {
    if (info.state.frozen) return;
    if (other.header().seq > info.state.head) {
        ask_range(from, info.state.id, info.state.head, info.state.head);
        return;
    }
    auto ours = held_prefix(info.state.id, other.header().seq);
    if (ours.has_value())
        prove_fork(from, info, ForkProof{std::move(*ours), to_bytes(other.prefix())});
}

void NodeCore::prove_fork(const NodeId& from, StreamInfo& info, const ForkProof& proof) {
    Status real = verify_fork(proof, directory_);
    if (real.ok()) return freeze(info, proof);
    ++counters_.refused;
    log(4, fmt::format("fork_proof_refused peer={} code={}", from.brief(), errc_name(real.code())));
}

void NodeCore::freeze(StreamInfo& info, const ForkProof& proof) {
    if (info.state.frozen) return;
    info.state.frozen = true;
    if (is_self(info.state.origin)) found_restored(&info, nullptr);
    forget_early(info);
    touch(info);
    proto::SyncFork fork;
    fork.set_one(std::string(as_text(proof.one)));
    fork.set_other(std::string(as_text(proof.other)));
    std::string bytes = fork.SerializeAsString();
    write(PutPrivate{"fork." + info.state.id.hex(), to_bytes(as_bytes(bytes))});
    log(1, fmt::format("fork_proven origin={} stream={} frozen=1", info.state.origin.brief(),
                       info.state.id.brief()));
    if (mutant(Mutant::fork_kept_secret)) return;
    for (const auto& [id, peer] : peers_)
        if (peer.up && may_hold(id, info)) send(id, SyncType::fork, 0, bytes, Precedence::flash);
}

void NodeCore::on_fork(const NodeId& from, const Bytes& payload) {
    proto::SyncFork fork;
    if (!fork.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    ForkProof proof{to_bytes(as_bytes(fork.one())), to_bytes(as_bytes(fork.other()))};
    auto id = fork_stream(proof);
    if (!id.ok()) return;
    // Nothing of a stream whose genesis is still under check is frozen: it may be none. Who sends
    // the proof sends it again when we say what we hold.
    StreamInfo* info = stream(*id);
    if (info == nullptr || !info->state.founded || info->state.frozen) return;
    prove_fork(from, *info, proof);
}

}  // namespace rilon
