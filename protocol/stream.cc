#include "protocol/stream.h"

#include <algorithm>

#include "protocol/entry_trust.h"
#include "protocol/stream_accept.h"

namespace rilon {

Result<SignPublicKey> signer_of(const UnverifiedEntry& entry, const Directory& directory) {
    return signer_under(entry, DirectoryAuthority(AcceptContext{.directory = directory}));
}

Result<VerifiedEntry> verify(SignedEntry&& entry, StreamState& stream,
                             const AcceptContext& context) {
    return verify_under(std::move(entry), stream, DirectoryAuthority(context), context.held);
}

Result<VerifiedEntry> trust_stored(UnverifiedEntry entry, const EntryId& expected) {
    if (entry.id() != expected)
        return {Errc::damaged, "stored entry " + entry.id().brief() + ": not the one expected, " +
                                   expected.brief()};
    return EntryTrust::vouch(std::move(entry));
}

Result<VerifiedEntry> verify_body(UnverifiedEntry entry, const EntryId& held) {
    if (entry.absent())
        return {Errc::absent, "entry " + entry.id().brief() + ": came without its body again"};
    // The id covers header and signature, the header body_hash, and parse_entry compared that.
    if (entry.id() != held)
        return {Errc::fork, "entry " + entry.id().brief() + ": not the one held, " + held.brief()};
    return EntryTrust::vouch(std::move(entry));
}

Result<VerifiedEntry> verify_again(UnverifiedEntry entry, const EntryId& lost) {
    if (entry.id() != lost)
        return {Errc::fork, "entry " + entry.id().brief() + ": not the one lost, " + lost.brief()};
    return EntryTrust::vouch(std::move(entry));
}

namespace {

// One side of a proof: only header and signature count, whatever the kind.
struct Side {
    EntryHeader header;
    EntryId id;
    Signature signature;
};
Result<Side> parse_side(ByteView bytes) {
    if (bytes.size() != entry_prefix_bytes)
        return {Errc::malformed, "fork proof: not header and signature"};
    auto header = parse_header(bytes.first(header_bytes));
    if (!header) return header.error();
    return Side{*header, EntryId::copy_of(hash({bytes}).view()),
                Signature::copy_of(bytes.subspan(header_bytes))};
}

Status check_side(const Side& side, ByteView bytes, const Directory& directory) {
    const EntryHeader& h = side.header;
    if (h.network != directory.network())
        return {Errc::wrong_network, "fork proof: of another network"};
    auto key = DirectoryAuthority(AcceptContext{.directory = directory}).signer(h);
    if (!key) return key.error();
    if (!signature_ok(*key, bytes.first(header_bytes), side.signature))
        return {Errc::bad_signature, "fork proof: a signature does not hold"};
    const NodeRecord* node = directory.now().node(h.origin);
    if (node == nullptr) return {Errc::unknown_key, "fork proof: of an unknown node"};
    // A cut binds the seqs above it; at and below it two entries are a fork as ever, also of a
    // suspended node: hence "held" is the seq itself, and the id at the cut is not compared.
    auto above = [&h](const std::vector<StreamCut>& cuts) {
        auto cut = std::ranges::find(cuts, h.stream, &StreamCut::stream);
        return cut == cuts.end() || h.seq > cut->seq;
    };
    const SigningKey* signing = node->signing_key(h.generation);
    if (signing == nullptr) return {Errc::unknown_key, "fork proof: no such key generation"};
    if ((signing->replaced && above(signing->cuts)) ||
        (node->standing == Standing::revoked && above(node->cuts)))
        return {Errc::quarantined, "fork proof: above the cut of a key that no longer counts"};
    return {};
}

}  // namespace

Status verify_fork(const ForkProof& proof, const Directory& directory) {
    auto one = parse_side(proof.one);
    if (!one) return one.error();
    auto other = parse_side(proof.other);
    if (!other) return other.error();
    const bool of_one_stream =
        one->header.stream == other->header.stream && one->header.origin == other->header.origin;
    const bool link =
        other->header.seq.value == one->header.seq.value + 1 && other->header.prev == one->id;
    if (!of_one_stream || (!link && one->header.seq != other->header.seq) || one->id == other->id)
        return {Errc::invalid, "fork proof: not two entries of one stream and seq"};
    Status first = check_side(*one, proof.one, directory);
    if (link) {
        if (first.ok()) return {Errc::invalid, "fork proof: the link is whole"};
        if (first.code() != Errc::bad_signature) return first;
        return check_side(*other, proof.other, directory);
    }
    if (!first.ok()) return first;
    return check_side(*other, proof.other, directory);
}

Result<StreamId> fork_stream(const ForkProof& proof) {
    auto one = parse_side(proof.one);
    if (!one) return one.error();
    return one->header.stream;
}

}  // namespace rilon
