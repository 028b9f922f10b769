#include "protocol/slot.h"

#include <gtest/gtest.h>

#include "protocol/epoch.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

class SlotTest : public testing::Test {
   protected:
    SlotTest() : rng(9), origin(make_enc_key_pair(rng)), recipient(make_enc_key_pair(rng)) {
        ends = {rng.bytes<NetworkId>(),
                rng.bytes<StreamId>(),
                Epoch{3},
                rng.bytes<NodeId>(),
                origin.pk,
                recipient.pk};
        psk.generation = 7;
        psk.psk = rng.secret<Psk>();
        key = rng.secret<EpochKey>();
    }
    Slot made() { return *make_slot(ends, origin.sk, psk, key, rng); }

    SeededRng rng;
    EncKeyPair origin;
    EncKeyPair recipient;
    SlotEnds ends;
    PskEntry psk;
    EpochKey key;
};

TEST_F(SlotTest, RecipientGetsTheKey) {
    const Slot slot = made();
    auto opened = open_slot(slot, ends, recipient.sk, psk);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal_secret(opened->expose(), key.expose()));
    EXPECT_EQ(key_commitment(*opened, ends.stream, ends.epoch),
              key_commitment(key, ends.stream, ends.epoch));
}

TEST_F(SlotTest, OnlyTheTwoEndsCanTellWhoseItIs) {
    const Slot slot = made();
    EXPECT_EQ(slot_tag(recipient.sk, origin.pk, ends.stream, ends.epoch), slot.tag);
    EXPECT_EQ(slot_tag(origin.sk, recipient.pk, ends.stream, ends.epoch), slot.tag);
    const EncKeyPair other = make_enc_key_pair(rng);
    EXPECT_NE(slot_tag(other.sk, origin.pk, ends.stream, ends.epoch), slot.tag);
    EXPECT_NE(slot_tag(recipient.sk, origin.pk, ends.stream, Epoch{4}), slot.tag);
    EXPECT_FALSE(slot_tag(recipient.sk, EncPublicKey{}, ends.stream, ends.epoch).has_value());
}

TEST_F(SlotTest, ParsesStrictlyBothWays) {
    const Bytes bytes = encode_slot(made());
    ASSERT_EQ(bytes.size(), slot_bytes);
    auto parsed = parse_slot(bytes);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(encode_slot(*parsed), bytes);
    Bytes longer = bytes;
    longer.push_back(0);
    for (std::size_t n = 0; n <= longer.size(); ++n)
        EXPECT_EQ(parse_slot(ByteView(longer).first(n)).ok(), n == slot_bytes);
}

// Every bit but those of the tag, which nobody opening it relies on.
TEST_F(SlotTest, EveryFlippedBitIsRefused) {
    const Bytes bytes = encode_slot(made());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        const std::size_t at = bit / 8;
        if (at >= 36 && at < 52) continue;
        Bytes changed = bytes;
        changed[at] ^= static_cast<Byte>(1u << (bit % 8));
        auto slot = parse_slot(changed);
        if (!slot) continue;
        // X25519 masks the top bit of a point (RFC 7748): the sum still binds enc as sent.
        ASSERT_FALSE(open_slot(*slot, ends, recipient.sk, psk).ok()) << bit;
    }
}

TEST_F(SlotTest, EverythingItIsBoundToMatters) {
    const Slot slot = made();
    const auto refused = [&](auto change) {
        SlotEnds other = ends;
        change(other);
        return !open_slot(slot, other, recipient.sk, psk).ok();
    };
    EXPECT_TRUE(refused([&](SlotEnds& e) { e.network = rng.bytes<NetworkId>(); }));
    EXPECT_TRUE(refused([&](SlotEnds& e) { e.stream = rng.bytes<StreamId>(); }));
    EXPECT_TRUE(refused([&](SlotEnds& e) { e.epoch = Epoch{4}; }));
    EXPECT_TRUE(refused([&](SlotEnds& e) { e.origin = rng.bytes<NodeId>(); }));
    EXPECT_TRUE(refused([&](SlotEnds& e) { e.recipient_pk = origin.pk; }));
    const PskEntry other_secret{7, rng.secret<Psk>()};
    EXPECT_FALSE(open_slot(slot, ends, recipient.sk, other_secret).ok());
    const PskEntry other_generation{8, psk.psk.duplicate()};
    EXPECT_FALSE(open_slot(slot, ends, recipient.sk, other_generation).ok());
}

}  // namespace
}  // namespace rilon
