#include "node/kept.h"

#include "protocol/crypto.h"

namespace rilon {
namespace {

Bytes ad_of(const KeepId& id, std::uint32_t part) {
    return std::move(ByteWriter{}.raw(as_bytes("RLN1KEP\0")).raw(id.view()).u32(part)).take();
}

}  // namespace

std::string kept_part_name(const KeepId& id, std::uint32_t part) {
    return "kept." + id.hex() + "." + std::to_string(part);
}

std::string kept_key_name(const KeepId& id) {
    return "kept." + id.hex();
}

Bytes encode_kept(const std::vector<KeptCaseload>& all) {
    ByteWriter out;
    for (const KeptCaseload& one : all)
        out.raw(one.id.view())
            .raw(one.officer.view())
            .u32(one.parts)
            .u64(one.rows)
            .u64(one.since.value)
            .u64(one.until.value)
            .u8(one.complete ? 1 : 0)
            .u64(one.feed_epoch)
            .u64(one.looked.value);
    return std::move(out).take();
}

Result<std::vector<KeptCaseload>> parse_kept(ByteView bytes) {
    std::vector<KeptCaseload> out;
    ByteReader in(bytes);
    while (!in.rest().empty() && !in.failed()) {
        KeptCaseload one;
        one.id = in.fixed<KeepId>();
        one.officer = in.fixed<OfficerId>();
        one.parts = in.u32();
        one.rows = in.u64();
        one.since = UnixMillis{in.u64()};
        one.until = UnixMillis{in.u64()};
        one.complete = in.u8() == 1;
        one.feed_epoch = in.u64();
        one.looked = Arrival{in.u64()};
        out.push_back(one);
    }
    if (in.failed()) return {Errc::damaged, "the list of kept caseloads does not parse"};
    return out;
}

Result<std::vector<KeptCaseload>> stored_kept(const StoreView& store) {
    auto bytes = store.private_value(kept_list_name);
    if (!bytes.ok()) return bytes.error();
    if (!bytes->has_value()) return std::vector<KeptCaseload>{};
    return parse_kept(**bytes);
}

// The nonce is a keyed hash of the rows themselves: an Rng that repeats gives no (key, nonce) pair
// to two different parts.
Bytes seal_part(const NodeSecret& key, const KeepId& id, std::uint32_t part,
                const proto::KeepRequest& rows) {
    Bytes plain = to_bytes(as_bytes(rows.SerializeAsString()));
    const Bytes ad = ad_of(id, part);
    Byte hashed[32];
    keyed_hash(key.expose(), {ad, plain}, hashed);
    const Nonce24 nonce = Nonce24::copy_of(ByteView(hashed).first(24));
    Bytes out = std::move(ByteWriter{}.raw(nonce.view())).take();
    Bytes sealed = aead_seal(key.expose(), nonce, ad, plain);
    wipe(plain);
    out.insert(out.end(), sealed.begin(), sealed.end());
    return out;
}

Result<proto::KeepRequest> open_part(const NodeSecret& key, const KeepId& id, std::uint32_t part,
                                     ByteView sealed) {
    ByteReader in(sealed);
    const auto nonce = in.fixed<Nonce24>();
    if (in.failed()) return {Errc::damaged, "a part of a kept caseload is cut short"};
    auto plain = aead_open(key.expose(), nonce, ad_of(id, part), in.rest());
    if (!plain.has_value()) return {Errc::damaged, "a part of a kept caseload does not open"};
    proto::KeepRequest out;
    const bool parsed = out.ParseFromArray(plain->data(), static_cast<int>(plain->size()));
    wipe(*plain);
    if (!parsed) return {Errc::damaged, "a part of a kept caseload does not parse"};
    return out;
}

}  // namespace rilon
