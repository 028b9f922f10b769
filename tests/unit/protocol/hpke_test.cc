#include "protocol/hpke.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

TEST(Hpke, BothModesOpenWhatTheySealed) {
    SeededRng rng(1);
    const EncKeyPair to = make_enc_key_pair(rng);
    const Psk psk = rng.secret<Psk>();
    const ByteView info = as_bytes("info");
    const ByteView aad = as_bytes("aad");
    for (const bool with_psk : {false, true}) {
        const ByteView key = with_psk ? psk.expose() : ByteView();
        const ByteView id = with_psk ? as_bytes("0007") : ByteView();
        for (std::size_t size : {0u, 1u, 32u, 1000u}) {
            Bytes plain(size);
            if (size > 0) rng.fill(plain);
            auto sealed = hpke_seal(to.pk, key, id, info, aad, plain, rng);
            ASSERT_TRUE(sealed.ok());
            EXPECT_EQ(sealed->ct.size(), size + 16);
            auto opened = hpke_open(sealed->enc, to.sk, key, id, info, aad, sealed->ct);
            ASSERT_TRUE(opened.ok());
            EXPECT_EQ(*opened, plain);
            const EncKeyPair other = make_enc_key_pair(rng);
            EXPECT_FALSE(hpke_open(sealed->enc, other.sk, key, id, info, aad, sealed->ct).ok());
            EXPECT_FALSE(hpke_open(sealed->enc, to.sk, key, id, aad, aad, sealed->ct).ok());
            EXPECT_FALSE(hpke_open(sealed->enc, to.sk, key, id, info, info, sealed->ct).ok());
            for (std::size_t at = 0; at < sealed->ct.size(); ++at) {
                Bytes changed = sealed->ct;
                changed[at] ^= 0x40;
                ASSERT_FALSE(hpke_open(sealed->enc, to.sk, key, id, info, aad, changed).ok());
            }
        }
    }
}

TEST(Hpke, ModesDoNotMix) {
    SeededRng rng(2);
    const EncKeyPair to = make_enc_key_pair(rng);
    const Psk psk = rng.secret<Psk>();
    const ByteView id = as_bytes("0007");
    auto sealed = hpke_seal(to.pk, psk.expose(), id, {}, {}, as_bytes("K"), rng);
    ASSERT_TRUE(sealed.ok());
    EXPECT_FALSE(hpke_open(sealed->enc, to.sk, {}, {}, {}, {}, sealed->ct).ok());
    EXPECT_FALSE(
        hpke_open(sealed->enc, to.sk, psk.expose(), as_bytes("0008"), {}, {}, sealed->ct).ok());
    EXPECT_FALSE(hpke_seal(to.pk, psk.expose(), {}, {}, {}, as_bytes("K"), rng).ok());
    EXPECT_FALSE(hpke_open(sealed->enc, to.sk, psk.expose(), {}, {}, {}, sealed->ct).ok());
}

TEST(Hpke, SmallOrderKeysAreRefused) {
    SeededRng rng(3);
    const EncKeyPair to = make_enc_key_pair(rng);
    EXPECT_EQ(hpke_seal(EncPublicKey{}, {}, {}, {}, {}, as_bytes("K"), rng).code(), Errc::invalid);
    EXPECT_FALSE(hpke_open(EncPublicKey{}, to.sk, {}, {}, {}, {}, Bytes(48)).ok());
}

}  // namespace
}  // namespace rilon
