// The fixed layouts around the directory: node ids, what persons sign, links, checkpoints.
#include "protocol/directory.h"

namespace rilon {
namespace {

constexpr Magic node_magic = magic("RLN1NID");
constexpr Magic authorisation_magic = magic("RLN1DST");
constexpr Magic possession_magic = magic("RLN1POP");
constexpr Magic link_magic = magic("RLN1DIR");
constexpr Magic checkpoint_magic = magic("RLN1CHK");

Bytes message_over_hash(const Magic& prefix, const NetworkId& network, ByteView content) {
    Hash32 digest = hash({content});
    ByteWriter out(prefix.size() + NetworkId::size() + Hash32::size());
    out.raw(prefix).raw(network.view()).raw(digest.view());
    return std::move(out).take();
}

// All of a checkpoint but its signature.
Bytes checkpoint_message(const NetworkId& network, DirSeq n, const DirLink& link,
                         UnixMillis issued) {
    ByteWriter out(checkpoint_bytes);
    out.raw(checkpoint_magic).raw(network.view()).u64(n.value).raw(link.view()).u64(issued.value);
    return std::move(out).take();
}

}  // namespace

NodeId make_node_id(const NetworkId& network, const SignPublicKey& first_pk) {
    return NodeId::copy_of(
        hash({node_magic, network.view(), first_pk.view()}).view().first(NodeId::size()));
}

Bytes authorisation_message(const NetworkId& network, ByteView statement) {
    return message_over_hash(authorisation_magic, network, statement);
}

Bytes make_authorisation(const NetworkId& network, ByteView statement, const SignPublicKey& pk,
                         const SignSecretKey& sk) {
    ByteWriter out(authorisation_bytes);
    out.raw(key_id(pk.view()).view());
    out.raw(sign(sk, authorisation_message(network, statement)).view());
    return std::move(out).take();
}

Bytes possession_message(const NetworkId& network, ByteView request) {
    return message_over_hash(possession_magic, network, request);
}

DirLink directory_link(const NetworkId& network, const DirectoryRecord& record,
                       const DirLink& before) {
    Bytes n = std::move(ByteWriter(8).u64(record.n.value)).take();
    Bytes recorded = std::move(ByteWriter(8).u64(record.recorded.value)).take();
    Hash32 statement = hash({record.statement});
    Hash32 authorisations = hash({record.authorisations});
    return DirLink::copy_of(hash({link_magic, network.view(), n, before.view(), recorded,
                                  statement.view(), authorisations.view()})
                                .view());
}

Checkpoint make_checkpoint(const NetworkId& network, DirSeq n, const DirLink& link,
                           UnixMillis issued, const SignSecretKey& online) {
    return {n, link, issued, sign(online, checkpoint_message(network, n, link, issued))};
}

Bytes encode_checkpoint(const NetworkId& network, const Checkpoint& checkpoint) {
    Bytes out = checkpoint_message(network, checkpoint.n, checkpoint.link, checkpoint.issued);
    ByteView signature = checkpoint.signature.view();
    out.insert(out.end(), signature.begin(), signature.end());
    return out;
}

Result<Checkpoint> verify_checkpoint(const NetworkId& network, const SignPublicKey& online,
                                     ByteView bytes) {
    if (bytes.size() != checkpoint_bytes)
        return {Errc::malformed, "a checkpoint of the wrong length"};
    ByteReader in(bytes);
    if (!equal(in.raw(checkpoint_magic.size()), checkpoint_magic))
        return {Errc::malformed, "not a checkpoint"};
    if (in.fixed<NetworkId>() != network)
        return {Errc::wrong_network, "a checkpoint of another network"};
    Checkpoint out;
    out.n = DirSeq{in.u64()};
    out.link = in.fixed<DirLink>();
    out.issued = UnixMillis{in.u64()};
    out.signature = in.fixed<Signature>();
    if (!in.done()) return {Errc::malformed, "a checkpoint of the wrong length"};
    if (!signature_ok(online, bytes.first(bytes.size() - Signature::size()), out.signature))
        return {Errc::bad_signature, "the checkpoint is not signed by the online key"};
    return out;
}

}  // namespace rilon
