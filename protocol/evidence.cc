#include "protocol/evidence.h"

#include "protocol/hpke.h"

namespace rilon {

namespace {

constexpr Magic head_magic = magic("RLN1HED");
constexpr Magic ack_magic = magic("RLN1ACK");
constexpr Magic report_magic = magic("RLN1HLT");

constexpr std::size_t head_signed_bytes = 8 + 16 + 16 + 2 + 32 + 8 + 32 + 8;
constexpr std::size_t ack_fixed_bytes = 8 + 16 + 16 + 2 + 8 + 8 + 32 + 32 + 4;
constexpr std::size_t ack_row_bytes = 32 + 8 + 32 + 1;

// What heads and acks begin with.
struct Opening {
    NetworkId network;
    NodeId node;
    Generation generation;
};

Bytes signed_bytes(ByteWriter&& message, const SignSecretKey& sk) {
    const Signature signature = sign(sk, message.view());
    message.raw(signature.view());
    return std::move(message).take();
}

void write_opening(ByteWriter& out, const Magic& prefix, const Opening& opening) {
    out.raw(prefix).raw(opening.network.view()).raw(opening.node.view());
    out.u16(opening.generation.value);
}

Result<Opening> read_opening(ByteReader& in, const Magic& prefix, const NetworkId& network) {
    const bool magic_ok = equal(in.raw(prefix.size()), prefix);
    Opening opening;
    opening.network = in.fixed<NetworkId>();
    opening.node = in.fixed<NodeId>();
    opening.generation = Generation{in.u16()};
    if (in.failed() || !magic_ok) return {Errc::malformed, "signed statement: wrong magic"};
    if (opening.network != network)
        return {Errc::wrong_network, "signed statement: of network " + opening.network.brief()};
    if (opening.generation.value == 0)
        return {Errc::malformed, "signed statement: key generation 0"};
    return opening;
}

// The key of who claims to have signed; the claim itself is checked by the caller's signature
// check.
Result<SignPublicKey> key_for(const Directory& directory, ByteView bytes, const Magic& prefix) {
    ByteReader in(bytes);
    auto opening = read_opening(in, prefix, directory.network());
    if (!opening) return opening.error();
    const NodeRecord* node = directory.empty() ? nullptr : directory.now().node(opening->node);
    const SigningKey* key = node == nullptr ? nullptr : node->signing_key(opening->generation);
    if (key == nullptr || key->replaced)
        return {Errc::unknown_key, "node " + opening->node.brief() + " has no key of generation " +
                                       std::to_string(opening->generation.value) + " in force"};
    return key->pk;
}

Status check_tail(ByteView bytes, const SignPublicKey& pk, const char* what) {
    const std::size_t length = bytes.size() - Signature::size();
    if (!signature_ok(pk, bytes.first(length), Signature::copy_of(bytes.subspan(length))))
        return {Errc::bad_signature, std::string(what) + ": signature does not hold"};
    return {};
}

Result<AckRow> read_row(ByteReader& in) {
    AckRow row;
    row.stream = in.fixed<StreamId>();
    row.seq = Seq{in.u64()};
    row.entry = in.fixed<EntryId>();
    const std::uint8_t level = in.u8();
    if (level < 1 || level > 3) return {Errc::malformed, "ack: unknown level"};
    row.level = static_cast<AckLevel>(level);
    return row;
}

Bytes report_message(const NetworkId& network, const NodeId& node, Generation generation,
                     ByteView report) {
    ByteWriter out(8 + 16 + 16 + 2 + 32);
    write_opening(out, report_magic, {network, node, generation});
    out.raw(hash({report}).view());
    return std::move(out).take();
}

}  // namespace

Bytes make_head(const NetworkId& network, const Head& head, const SignSecretKey& sk) {
    ByteWriter out(head_signed_bytes + Signature::size());
    write_opening(out, head_magic, {network, head.node, head.generation});
    out.raw(head.stream.view()).u64(head.seq.value).raw(head.entry.view()).u64(head.time.value);
    return signed_bytes(std::move(out), sk);
}

Result<Head> parse_head(const NetworkId& network, ByteView bytes) {
    if (bytes.size() != head_signed_bytes + Signature::size())
        return {Errc::malformed, "head: not 186 bytes"};
    ByteReader in(bytes.first(head_signed_bytes));
    auto opening = read_opening(in, head_magic, network);
    if (!opening) return opening.error();
    Head head;
    head.node = opening->node;
    head.generation = opening->generation;
    head.stream = in.fixed<StreamId>();
    head.seq = Seq{in.u64()};
    head.entry = in.fixed<EntryId>();
    head.time = UnixMillis{in.u64()};
    if (!in.done()) return {Errc::malformed, "head: not 186 bytes"};
    return head;
}

Result<Head> verify_head(const NetworkId& network, const SignPublicKey& pk, ByteView bytes) {
    auto head = parse_head(network, bytes);
    if (!head) return head.error();
    Status signature = check_tail(bytes, pk, "head");
    if (!signature.ok()) return signature.error();
    return head;
}

Result<Head> verify_head(const Directory& directory, ByteView bytes) {
    auto key = key_for(directory, bytes, head_magic);
    if (!key) return key.error();
    return verify_head(directory.network(), *key, bytes);
}

Bytes make_ack(const NetworkId& network, const Ack& ack, const SignSecretKey& sk) {
    RILON_ASSERT(ack.rows.size() <= ack_rows_max);
    ByteWriter out(ack_fixed_bytes + ack.rows.size() * ack_row_bytes + Signature::size());
    write_opening(out, ack_magic, {network, ack.node, ack.generation});
    out.u64(ack.counter).u64(ack.dir_n.value).raw(ack.dir_link.view()).raw(ack.audit_head.view());
    out.u32(static_cast<std::uint32_t>(ack.rows.size()));
    for (const AckRow& row : ack.rows) {
        out.raw(row.stream.view()).u64(row.seq.value).raw(row.entry.view());
        out.u8(static_cast<std::uint8_t>(row.level));
    }
    return signed_bytes(std::move(out), sk);
}

Result<Ack> verify_ack(const NetworkId& network, const SignPublicKey& pk, ByteView bytes) {
    if (bytes.size() < ack_fixed_bytes + Signature::size())
        return {Errc::malformed, "ack: too short"};
    ByteReader in(bytes.first(bytes.size() - Signature::size()));
    auto opening = read_opening(in, ack_magic, network);
    if (!opening) return opening.error();
    Ack ack;
    ack.node = opening->node;
    ack.generation = opening->generation;
    ack.counter = in.u64();
    ack.dir_n = DirSeq{in.u64()};
    ack.dir_link = in.fixed<DirLink>();
    ack.audit_head = in.fixed<Hash32>();
    const std::size_t count = in.u32();
    if (count > ack_rows_max) return {Errc::too_large, "ack: too many rows"};
    if (in.rest().size() != count * ack_row_bytes)
        return {Errc::malformed, "ack: its length is not what its count says"};
    ack.rows.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto row = read_row(in);
        if (!row) return row.error();
        ack.rows.push_back(*row);
    }
    Status signature = check_tail(bytes, pk, "ack");
    if (!signature.ok()) return signature.error();
    return ack;
}

Result<DirSeq> claimed_directory(const NetworkId& network, ByteView ack) {
    ByteReader in(ack);
    auto opening = read_opening(in, ack_magic, network);
    if (!opening) return opening.error();
    in.u64();  // The counter.
    const DirSeq n{in.u64()};
    if (in.failed()) return {Errc::malformed, "ack: too short"};
    return n;
}

Result<Ack> verify_ack(const Directory& directory, ByteView bytes) {
    auto key = key_for(directory, bytes, ack_magic);
    if (!key) return key.error();
    return verify_ack(directory.network(), *key, bytes);
}

Result<Bytes> seal_ack(ByteView ack, const EncPublicKey& origin, Rng& rng) {
    auto sealed = hpke_seal(origin, {}, {}, ack_magic, {}, ack, rng);
    if (!sealed) return sealed.error();
    Bytes out = to_bytes(sealed->enc.view());
    out.insert(out.end(), sealed->ct.begin(), sealed->ct.end());
    return out;
}

Result<Bytes> open_ack(ByteView sealed, const EncSecretKey& own) {
    ByteReader in(sealed);
    const EncPublicKey enc = in.fixed<EncPublicKey>();
    if (in.failed()) return {Errc::cannot_open, "sealed ack: too short"};
    return hpke_open(enc, own, {}, {}, ack_magic, {}, in.rest());
}

Signature sign_report(const NetworkId& network, const NodeId& node, Generation generation,
                      ByteView report, const SignSecretKey& sk) {
    return sign(sk, report_message(network, node, generation, report));
}

bool report_ok(const NetworkId& network, const NodeId& node, Generation generation, ByteView report,
               const SignPublicKey& pk, const Signature& signature) {
    return signature_ok(pk, report_message(network, node, generation, report), signature);
}

}  // namespace rilon
