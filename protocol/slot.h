// Slot [136]: one member's copy of an epoch key, by HPKE mode_psk (RFC 9180). Outside the chain and
// unsigned: who opens it checks the key against the grant's commitment.
#pragma once

#include "protocol/crypto.h"
#include "protocol/units.h"

namespace rilon {

constexpr std::size_t slot_bytes = 136;

struct PskEntry {
    std::uint32_t generation = 0;  // psk_id of the slot, as 4 bytes.
    Psk psk;
};

struct Slot {
    StreamId stream;
    Epoch epoch;
    SlotTag tag;
    std::uint32_t psk_id = 0;
    EncPublicKey enc;               // HPKE's ephemeral key.
    std::array<Byte, 48> sealed{};  // K and its tag.
};
Bytes encode_slot(const Slot& slot);
Result<Slot> parse_slot(ByteView bytes);

// The parties to a slot.
struct SlotEnds {
    NetworkId network;
    StreamId stream;
    Epoch epoch;
    NodeId origin;
    EncPublicKey origin_pk;
    EncPublicKey recipient_pk;
};

// tag = first 16 of H(`RLN1TAG\0` ‖ dh ‖ stream_id ‖ u32 epoch); dh of the two encryption keys,
// with the secret of either. Nothing if the keys are of small order.
std::optional<SlotTag> slot_tag(const EncSecretKey& own, const EncPublicKey& other,
                                const StreamId& stream, Epoch epoch);

// Wraps K for the recipient. Errors: invalid (a key of small order).
Result<Slot> make_slot(const SlotEnds& ends, const EncSecretKey& origin_sk, const PskEntry& psk,
                       const EpochKey& key, Rng& rng);
// Unwraps with the recipient's key. The caller compares key_commitment. Errors: cannot_open.
Result<EpochKey> open_slot(const Slot& slot, const SlotEnds& ends, const EncSecretKey& recipient_sk,
                           const PskEntry& psk);

}  // namespace rilon
