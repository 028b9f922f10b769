#include "protocol/slot.h"

#include "protocol/hpke.h"

namespace rilon {

namespace {

constexpr Magic slot_magic = magic("RLN1SLT");
constexpr Magic tag_magic = magic("RLN1TAG");

// `RLN1SLT\0` ‖ network_id ‖ stream_id ‖ u32 epoch ‖ origin node_id ‖ recipient key id.
Bytes slot_info(const SlotEnds& ends) {
    ByteWriter info(slot_magic.size() + 16 + 32 + 4 + 16 + 16);
    info.raw(slot_magic).raw(ends.network.view()).raw(ends.stream.view()).u32(ends.epoch.value);
    info.raw(ends.origin.view()).raw(key_id(ends.recipient_pk.view()).view());
    return std::move(info).take();
}

Bytes psk_id_bytes(std::uint32_t generation) {
    ByteWriter id(4);
    id.u32(generation);
    return std::move(id).take();
}

}  // namespace

Bytes encode_slot(const Slot& slot) {
    ByteWriter out(slot_bytes);
    out.raw(slot.stream.view()).u32(slot.epoch.value).raw(slot.tag.view()).u32(slot.psk_id);
    out.raw(slot.enc.view()).raw(slot.sealed);
    return std::move(out).take();
}

Result<Slot> parse_slot(ByteView bytes) {
    ByteReader in(bytes);
    Slot slot;
    slot.stream = in.fixed<StreamId>();
    slot.epoch = Epoch{in.u32()};
    slot.tag = in.fixed<SlotTag>();
    slot.psk_id = in.u32();
    slot.enc = in.fixed<EncPublicKey>();
    ByteView sealed = in.raw(slot.sealed.size());
    if (!in.done()) return {Errc::malformed, "slot: not 136 bytes"};
    if (slot.epoch.value == 0) return {Errc::malformed, "slot: epochs count from 1"};
    std::memcpy(slot.sealed.data(), sealed.data(), slot.sealed.size());
    return slot;
}

std::optional<SlotTag> slot_tag(const EncSecretKey& own, const EncPublicKey& other,
                                const StreamId& stream, Epoch epoch) {
    auto dh = x25519(own, other);
    if (!dh) return std::nullopt;
    ByteWriter number(4);
    number.u32(epoch.value);
    // Hashed with dh inside: an unkeyed hash of a secret of full strength, as the protocol has it.
    return SlotTag::copy_of(hash({tag_magic, dh->expose(), stream.view(), number.view()})
                                .view()
                                .first(SlotTag::size()));
}

Result<Slot> make_slot(const SlotEnds& ends, const EncSecretKey& origin_sk, const PskEntry& psk,
                       const EpochKey& key, Rng& rng) {
    auto tag = slot_tag(origin_sk, ends.recipient_pk, ends.stream, ends.epoch);
    if (!tag) return {Errc::invalid, "slot: the recipient's key is of small order"};
    auto sealed = hpke_seal(ends.recipient_pk, psk.psk.expose(), psk_id_bytes(psk.generation),
                            slot_info(ends), {}, key.expose(), rng);
    if (!sealed) return sealed.error();
    Slot slot{ends.stream, ends.epoch, *tag, psk.generation, sealed->enc, {}};
    RILON_ASSERT(sealed->ct.size() == slot.sealed.size());
    std::memcpy(slot.sealed.data(), sealed->ct.data(), slot.sealed.size());
    return slot;
}

Result<EpochKey> open_slot(const Slot& slot, const SlotEnds& ends, const EncSecretKey& recipient_sk,
                           const PskEntry& psk) {
    if (slot.stream != ends.stream || slot.epoch != ends.epoch)
        return {Errc::cannot_open, "slot: of another stream or epoch"};
    if (slot.psk_id != psk.generation)
        return {Errc::cannot_open, "slot: needs network secret " + std::to_string(slot.psk_id)};
    auto plain = hpke_open(slot.enc, recipient_sk, psk.psk.expose(), psk_id_bytes(slot.psk_id),
                           slot_info(ends), {}, slot.sealed);
    if (!plain) return plain.error();
    EpochKey key{ByteView(*plain)};  // 48 sealed bytes hold exactly 32.
    wipe(*plain);
    return key;
}

}  // namespace rilon
