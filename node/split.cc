// A directory shown differently to different nodes. The sequencer signs a checkpoint of every
// record it orders; two that disagree on one number are proof against it, which every node keeps
// and passes on. Nodes compare when they meet, and by the acks they get: each names the directory
// it was written under.
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::size_t checkpoints_kept = 256;  // One a record, the newest.
constexpr std::size_t differs_max = 1024;
}  // namespace

// Of our own branch. Kept, to be held against another of the same number.
void NodeCore::keep_checkpoint(const Checkpoint& checkpoint, Bytes bytes) {
    checkpoints_[checkpoint.n.value] = std::move(bytes);
    while (checkpoints_.size() > checkpoints_kept) checkpoints_.erase(checkpoints_.begin());
    ByteWriter out;
    for (const auto& [n, kept] : checkpoints_) out.raw(kept);
    write(PutPrivate{"checkpoints", std::move(out).take()});
}

Status NodeCore::load_checkpoints() {
    auto stored = store_.private_value("checkpoints");
    if (!stored.ok()) return stored.error();
    if (!stored->has_value()) return {};
    ByteReader in(**stored);
    while (!in.done() && !in.failed()) {
        Bytes bytes = to_bytes(in.raw(checkpoint_bytes));
        auto read = verify_checkpoint(identity_.network, directory_.now().online_pk, bytes);
        if (read.ok()) checkpoints_[read->n.value] = std::move(bytes);
    }
    auto split = store_.private_value("split");
    if (!split.ok()) return split.error();
    split_known_ = split->has_value();
    return {};
}

// A checkpoint of a number that we have with another link.
void NodeCore::on_other_branch(const NodeId& from, const Checkpoint& theirs, ByteView bytes) {
    auto ours = checkpoints_.find(theirs.n.value);
    if (ours == checkpoints_.end()) {
        log(1, fmt::format("directory_differs peer={} n={}", from.brief(), theirs.n.value));
        return;
    }
    prove_split(from, ours->second, bytes);
}

void NodeCore::on_split(const NodeId& from, const proto::SyncDirectory& frame) {
    if (frame.split_size() == 2)
        prove_split(from, as_bytes(frame.split(0)), as_bytes(frame.split(1)));
}

void NodeCore::prove_split(const NodeId& from, ByteView one, ByteView other) {
    if (split_known_ || mutant(Mutant::split_kept_secret)) return;
    const SignPublicKey& pk = directory_.now().online_pk;
    auto a = verify_checkpoint(identity_.network, pk, one);
    auto b = verify_checkpoint(identity_.network, pk, other);
    if (!a.ok() || !b.ok() || a->n != b->n || a->link == b->link) {
        ++counters_.refused;
        return;
    }
    split_known_ = true;
    proto::SyncDirectory proof;
    proof.add_split(std::string(as_text(one)));
    proof.add_split(std::string(as_text(other)));
    write(PutPrivate{"split", to_bytes(as_bytes(proof.SerializeAsString()))});
    log(1, fmt::format("directory_split peer={} n={}", from.brief(), a->n.value));
    // To `from` too: who sent one half, its own checkpoint, knows nothing of the other.
    for (const auto& [peer, state] : peers_)
        if (state.up && state.greeted)
            send(peer, SyncType::directory, 0, proof.SerializeAsString(), Precedence::flash);
}

// With a peer that was not there when it was proven.
void NodeCore::share_split(const NodeId& peer) {
    if (!split_known_) return;
    auto proof = store_.private_value("split");
    if (proof.ok() && proof->has_value())
        send(peer, SyncType::directory, 0, std::string(as_text(**proof)), Precedence::flash);
}

// What a node signed, an ack or a key grant, names the directory it had. Another than ours: our
// checkpoint of that number makes the proof wherever it meets the other branch.
void NodeCore::compare_directory(const NodeId& node, DirSeq n, const DirLink& link) {
    const DirectoryState* ours = directory_.at(n);
    if (ours == nullptr || ours->link == link || split_known_) return;
    if (differs_told_.size() >= differs_max || !differs_told_.insert({node, n.value}).second)
        return;
    log(1, fmt::format("directory_differs node={} n={}", node.brief(), n.value));
    auto kept = checkpoints_.find(n.value);
    proto::SyncDirectory frame;
    frame.set_checkpoint(
        std::string(as_text(kept != checkpoints_.end() ? kept->second : checkpoint_)));
    for (const auto& [peer, state] : peers_)
        if (state.up && state.greeted)
            send(peer, SyncType::directory, 0, frame.SerializeAsString(), Precedence::flash);
}

void NodeCore::warn_of_split(proto::StatusResponse& out) const {
    if (split_known_)
        out.add_warnings(
            "the coordinator signed two directories (it is proven): trust no list of "
            "readers, call the RSO's officers by telephone");
    else if (!differs_told_.empty())
        out.add_warnings("a node has another directory than ours: call its officers by telephone");
}

}  // namespace rilon
