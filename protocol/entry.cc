#include "protocol/entry.h"

#include "protocol/mutant.h"

namespace rilon {

namespace {

constexpr Magic entry_magic = magic("RLN1ENT");
constexpr std::uint8_t suite_v1 = 1;
constexpr std::uint8_t flag_precedence = 0b0000'0011;
constexpr std::uint8_t flag_clear = 0b0000'1000;

Error malformed(std::string what) {
    return {Errc::malformed, "entry header: " + std::move(what)};
}

EntryId id_of(ByteView prefix) {
    return EntryId::copy_of(hash({prefix}).view());
}

// What the fields say about each other.
Status check_fields(const EntryHeader& h) {
    const bool genesis = h.kind == EntryKind::genesis;
    if ((h.seq.value == 0) != genesis) return malformed("seq 0 and genesis do not agree");
    if (h.prev.is_zero() != genesis) return malformed("a zero prev and genesis do not agree");
    if ((h.epoch.value == 0) != genesis) return malformed("epoch 0 and genesis do not agree");
    if (h.generation.value == 0) return malformed("key generation 0");
    return {};
}

}  // namespace

std::array<Byte, header_bytes> encode_header(const EntryHeader& h) {
    unsigned flags = static_cast<unsigned>(h.precedence);
    if (is_clear(h.kind)) flags |= flag_clear;
    ByteWriter out(header_bytes);
    out.raw(entry_magic).raw(h.network.view()).raw(h.stream.view()).raw(h.origin.view());
    out.u16(h.generation.value).u8(static_cast<std::uint8_t>(h.kind));
    out.u8(static_cast<std::uint8_t>(flags)).u32(h.epoch.value);
    out.u64(h.seq.value).u64(h.dir_seq.value).raw(h.prev.view()).raw(h.body_hash.view());
    out.u32(h.body_len).u8(suite_v1).u8(0).u16(0).raw(h.nonce.view());
    RILON_ASSERT(out.size() == header_bytes);
    std::array<Byte, header_bytes> encoded;
    std::memcpy(encoded.data(), out.view().data(), header_bytes);
    return encoded;
}

Result<EntryHeader> parse_header(ByteView bytes192) {
    ByteReader in(bytes192);
    const bool magic_ok = equal(in.raw(entry_magic.size()), entry_magic);
    EntryHeader h;
    h.network = in.fixed<NetworkId>();
    h.stream = in.fixed<StreamId>();
    h.origin = in.fixed<NodeId>();
    h.generation = Generation{in.u16()};
    const std::uint8_t kind = in.u8();
    const std::uint8_t flags = in.u8();
    h.epoch = Epoch{in.u32()};
    h.seq = Seq{in.u64()};
    h.dir_seq = DirSeq{in.u64()};
    h.prev = in.fixed<EntryId>();
    h.body_hash = in.fixed<Hash32>();
    h.body_len = in.u32();
    const std::uint8_t suite = in.u8();
    const std::uint32_t reserved = in.u8() | std::uint32_t{in.u16()};
    h.nonce = in.fixed<Nonce24>();

    if (!in.done()) return malformed("not 192 bytes");
    if (!magic_ok) return malformed("not an entry (magic)");
    if (suite != suite_v1) return {Errc::unsupported, "entry header: unknown suite"};
    if (reserved != 0) return malformed("a reserved byte is set");
    if (kind > static_cast<std::uint8_t>(EntryKind::chunk))
        return {Errc::unsupported, "entry header: unknown kind"};
    h.kind = static_cast<EntryKind>(kind);
    if ((flags & ~(flag_precedence | flag_clear)) != 0) return malformed("a reserved flag is set");
    if (((flags & flag_clear) != 0) != is_clear(h.kind))
        return malformed("CLEAR does not agree with the kind");
    h.precedence = static_cast<Precedence>(flags & flag_precedence);
    if (h.body_len > body_bytes_max) return {Errc::too_large, "entry header: body too long"};
    Status fields = check_fields(h);
    if (!fields.ok()) return fields.error();
    return h;
}

Bytes UnverifiedEntry::bytes() const {
    Bytes out;
    out.reserve(prefix_.size() + body_.size());
    out.insert(out.end(), prefix_.begin(), prefix_.end());
    out.insert(out.end(), body_.begin(), body_.end());
    return out;
}

Result<UnverifiedEntry> parse_entry(ByteView bytes) {
    if (bytes.size() < entry_prefix_bytes)
        return {Errc::malformed, "entry: shorter than header and signature"};
    auto header = parse_header(bytes.first(header_bytes));
    if (!header) return header.error();
    ByteView body = bytes.subspan(entry_prefix_bytes);
    if (body.size() != header->body_len)
        return {Errc::malformed, "entry: the body's length is not body_len"};
    if (hash({body}) != header->body_hash)
        return {Errc::malformed, "entry: the body is not what body_hash says"};
    UnverifiedEntry entry;
    entry.header_ = *header;
    std::memcpy(entry.prefix_.data(), bytes.data(), entry_prefix_bytes);
    entry.id_ = id_of(entry.prefix_);
    entry.body_ = to_bytes(body);
    return entry;
}

Result<UnverifiedEntry> parse_absent_entry(ByteView bytes256) {
    if (bytes256.size() != entry_prefix_bytes)
        return {Errc::malformed, "absent entry: not header and signature"};
    auto header = parse_header(bytes256.first(header_bytes));
    if (!header) return header.error();
    if (is_clear(header->kind))
        return {Errc::malformed, "absent entry: only content and chunks may lack their body"};
    UnverifiedEntry entry;
    entry.header_ = *header;
    std::memcpy(entry.prefix_.data(), bytes256.data(), entry_prefix_bytes);
    entry.id_ = id_of(entry.prefix_);
    entry.absent_ = true;
    return entry;
}

bool signature_holds(const UnverifiedEntry& entry, const SignPublicKey& key) {
    return signature_ok(key, entry.header_view(), entry.signature());
}

Result<SignedEntry> check_signature(UnverifiedEntry entry, const SignPublicKey& key) {
    if (!signature_holds(entry, key) && !mutant(Mutant::skip_signature))
        return {Errc::bad_signature, "entry " + entry.id().brief() + ": signature does not hold"};
    return SignedEntry(std::move(entry), key);
}

}  // namespace rilon
