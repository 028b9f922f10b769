// Row45EdgeVectors: published edge cases against the primitives as the project calls them. The
// expected counts are those that a sound libsodium gives (see the vectors' README).
#include <gtest/gtest.h>
#include <sodium.h>

#include <numeric>

#include "protocol/crypto.h"
#include "protocol/hpke.h"
#include "protocol/hpke_schedule.h"
#include "tests/support/byte_rng.h"
#include "tests/support/vectors.h"

namespace rilon {
namespace {

bool verifies(const Bytes& pk, const Bytes& message, const Bytes& sig) {
    auto key = SignPublicKey::parse(ByteView(pk));
    auto signature = Signature::parse(ByteView(sig));
    return key && signature && signature_ok(*key, message, *signature);
}

TEST(Row45EdgeVectors, WycheproofEd25519) {
    RILON_LOAD_VECTORS(v, "wycheproof_ed25519_test.json");
    std::size_t agree = 0;
    for (const Json& group : v["testGroups"]) {
        const Bytes pk = hex(group["publicKey"]["pk"]);
        for (const Json& t : group["tests"])
            agree += verifies(pk, hex(t["msg"]), hex(t["sig"])) == (t["result"] == "valid");
    }
    EXPECT_EQ(agree, 151u);
    EXPECT_EQ(agree, v["numberOfTests"].get<std::size_t>());
}

TEST(Row45EdgeVectors, WycheproofX25519) {
    RILON_LOAD_VECTORS(v, "wycheproof_x25519_test.json");
    std::size_t valid = 0;
    std::size_t acceptable = 0;
    std::size_t zero_refused = 0;
    for (const Json& t : v["testGroups"][0]["tests"]) {
        SCOPED_TRACE(t["tcId"].dump());
        auto shared = x25519(secret<EncSecretKey>(t["private"]), fixed<EncPublicKey>(t["public"]));
        const Json& flags = t["flags"];
        if (std::find(flags.begin(), flags.end(), "ZeroSharedSecret") != flags.end()) {
            EXPECT_FALSE(shared.has_value());
            EXPECT_FALSE(valid_x25519_key(hex(t["public"])));
            ++zero_refused;
            continue;
        }
        ASSERT_TRUE(shared.has_value());
        EXPECT_TRUE(equal(shared->expose(), hex(t["shared"])));
        ++(t["result"] == "valid" ? valid : acceptable);
    }
    EXPECT_EQ(valid, 264u);
    EXPECT_EQ(acceptable, 223u);
    EXPECT_EQ(zero_refused, 31u);
}

TEST(Row45EdgeVectors, WycheproofXChaCha20Poly1305) {
    RILON_LOAD_VECTORS(v, "wycheproof_xchacha20_poly1305_test.json");
    std::size_t agree = 0;
    for (const Json& group : v["testGroups"])
        for (const Json& t : group["tests"]) {
            SCOPED_TRACE(t["tcId"].dump());
            const bool valid = t["result"] == "valid";
            auto nonce = Nonce24::parse(ByteView(hex(t["iv"])));
            if (!nonce) {  // The type refuses what the primitive can't take.
                agree += !valid;
                continue;
            }
            Bytes sealed = hex(t["ct"]);
            const Bytes tag = hex(t["tag"]);
            sealed.insert(sealed.end(), tag.begin(), tag.end());
            auto opened = aead_open(hex(t["key"]), *nonce, hex(t["aad"]), sealed);
            agree += opened.has_value() == valid;
            if (!valid) continue;
            EXPECT_EQ(*opened, hex(t["msg"]));
            EXPECT_EQ(aead_seal(hex(t["key"]), *nonce, hex(t["aad"]), *opened), sealed);
        }
    EXPECT_EQ(agree, 315u);
}

TEST(Row45EdgeVectors, WycheproofChaCha20Poly1305) {
    RILON_LOAD_VECTORS(v, "wycheproof_chacha20_poly1305_test.json");
    std::size_t agree = 0;
    for (const Json& group : v["testGroups"])
        for (const Json& t : group["tests"]) {
            SCOPED_TRACE(t["tcId"].dump());
            const bool valid = t["result"] == "valid";
            const Bytes iv = hex(t["iv"]);
            if (iv.size() != hpke::nonce_bytes) {
                agree += !valid;
                continue;
            }
            hpke::Nonce nonce;
            std::copy(iv.begin(), iv.end(), nonce.begin());
            Bytes sealed = hex(t["ct"]);
            const Bytes tag = hex(t["tag"]);
            sealed.insert(sealed.end(), tag.begin(), tag.end());
            auto opened = hpke::chacha_open(hex(t["key"]), nonce, hex(t["aad"]), sealed);
            agree += opened.has_value() == valid;
            if (!valid) continue;
            EXPECT_EQ(*opened, hex(t["msg"]));
            EXPECT_EQ(hpke::chacha_seal(hex(t["key"]), nonce, hex(t["aad"]), *opened), sealed);
        }
    EXPECT_EQ(agree, 325u);
}

TEST(Row45EdgeVectors, WycheproofHkdfSha256) {
    RILON_LOAD_VECTORS(v, "wycheproof_hkdf_sha256_test.json");
    std::size_t agree = 0;
    for (const Json& group : v["testGroups"])
        for (const Json& t : group["tests"]) {
            SCOPED_TRACE(t["tcId"].dump());
            const std::size_t size = t["size"];
            if (size > 255 * 32) {  // Our own bug if it were asked for: an assertion.
                EXPECT_EQ(t["result"], "invalid");
                ++agree;
                continue;
            }
            std::array<Byte, 32> prk;
            Bytes out(size);
            hkdf_extract(hex(t["salt"]), hex(t["ikm"]), prk);
            hkdf_expand(prk, hex(t["info"]), out);
            agree += (out == hex(t["okm"])) == (t["result"] == "valid");
        }
    EXPECT_EQ(agree, 86u);
}

hpke::Nonce nonce_of(const hpke::Nonce& base, std::uint64_t seq) {
    hpke::Nonce nonce = base;
    for (std::size_t i = 0; i < 8; ++i)
        nonce[nonce.size() - 1 - i] ^= static_cast<Byte>(seq >> (8 * i));
    return nonce;
}

TEST(Row45EdgeVectors, Rfc9180BaseAndPsk) {
    RILON_LOAD_VECTORS(v, "rfc9180_x25519_hkdfsha256_chacha20poly1305.json");
    std::size_t seals = 0;
    for (const Json& t : v["vectors"]) {
        if (t["mode"] != "0" && t["mode"] != "1") continue;
        SCOPED_TRACE("mode " + t["mode"].dump());
        const Bytes psk = t["mode"] == "1" ? hex(t["psk"]) : Bytes{};
        const Bytes psk_id = t["mode"] == "1" ? hex(t["psk_id"]) : Bytes{};
        const auto recipient = fixed<EncPublicKey>(t["pkRm"]);
        const auto enc = fixed<EncPublicKey>(t["enc"]);
        auto dh = x25519(secret<EncSecretKey>(t["skEm"]), recipient);
        ASSERT_TRUE(dh.has_value());
        const SharedSecret shared = hpke::kem_shared(*dh, enc, recipient);
        EXPECT_TRUE(equal(shared.expose(), hex(t["shared_secret"])));
        const hpke::Schedule schedule = hpke::key_schedule(shared, hex(t["info"]), psk, psk_id);
        EXPECT_TRUE(equal(schedule.key.expose(), hex(t["key"])));
        EXPECT_TRUE(equal(schedule.base_nonce, hex(t["base_nonce"])));
        for (const Json& e : t["encryptions"]) {
            const hpke::Nonce nonce =
                nonce_of(schedule.base_nonce, std::stoull(e["seq"].get<std::string>()));
            EXPECT_TRUE(equal(nonce, hex(e["nonce"])));
            EXPECT_EQ(hpke::chacha_seal(schedule.key.expose(), nonce, hex(e["aad"]), hex(e["pt"])),
                      hex(e["ct"]));
            ++seals;
        }
        // The whole of it as slots and sealed acks use it: one seal, the first.
        const Json& first = t["encryptions"][0];
        GivenRng rng(hex(t["skEm"]));
        auto sealed = hpke_seal(recipient, psk, psk_id, hex(t["info"]), hex(first["aad"]),
                                hex(first["pt"]), rng);
        ASSERT_TRUE(sealed.ok());
        EXPECT_EQ(sealed->enc, enc);
        EXPECT_EQ(sealed->ct, hex(first["ct"]));
        auto opened = hpke_open(enc, secret<EncSecretKey>(t["skRm"]), psk, psk_id, hex(t["info"]),
                                hex(first["aad"]), sealed->ct);
        ASSERT_TRUE(opened.ok());
        EXPECT_EQ(*opened, hex(first["pt"]));
    }
    EXPECT_EQ(seals, 12u);
}

TEST(Row45EdgeVectors, CctvEd25519) {
    RILON_LOAD_VECTORS(v, "cctv_ed25519vectors.json");
    std::size_t verified = 0;
    std::size_t by_keys_enrolment_refuses = 0;
    for (const Json& t : v) {
        const std::string message = t["msg"];
        if (!verifies(hex(t["key"]), to_bytes(as_bytes(message)), hex(t["sig"]))) continue;
        ++verified;
        by_keys_enrolment_refuses += !valid_sign_key(fixed<SignPublicKey>(t["key"]));
    }
    EXPECT_EQ(v.size(), 914u);
    EXPECT_EQ(verified, 43u);
    EXPECT_EQ(by_keys_enrolment_refuses, 42u);
}

TEST(Row45EdgeVectors, Ed25519Speccheck) {
    RILON_LOAD_VECTORS(v, "ed25519_speccheck_cases.json");
    std::vector<std::size_t> verified;
    for (std::size_t i = 0; i < v.size(); ++i)
        if (verifies(hex(v[i]["pub_key"]), hex(v[i]["message"]), hex(v[i]["signature"])))
            verified.push_back(i);
    EXPECT_EQ(verified, std::vector<std::size_t>{3});
}

TEST(Row45EdgeVectors, Ed25519SignInput) {
    RILON_LOAD_VECTORS(v, "ed25519_sign_input_first64.json");
    EXPECT_EQ(v.size(), 64u);
    for (const Json& t : v) {
        const SignKeyPair pair = sign_key_pair(secret<SignSeed>(t["seed"]));
        EXPECT_EQ(pair.pk.hex(), t["pk"]);
        EXPECT_EQ(sign(pair.sk, hex(t["msg"])).hex(), t["sig"]);
    }
}

TEST(Row45EdgeVectors, Blake2bKnownAnswers) {
    RILON_LOAD_VECTORS(v, "blake2b_kat_subset.json");
    EXPECT_EQ(v.size(), 30u);
    for (const Json& t : v) {
        const Bytes in = hex(t["in"]);
        const Bytes key = hex(t["key"]);
        Bytes out(64);
        crypto_generichash(out.data(), out.size(), in.data(), in.size(), key.data(), key.size());
        EXPECT_EQ(out, hex(t["out"]));
    }
}

// No published file has 32-byte outputs. These are from Python's hashlib.blake2b(digest_size=32);
// the message is the bytes 0, 1, 2 … and the key 0 … 31.
TEST(Row45EdgeVectors, Blake2b32BytesPinned) {
    struct Pinned {
        std::size_t length;
        const char* plain;
        const char* keyed;
    };
    const Pinned cases[] = {
        {0, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
         "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d"},
        {1, "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
         "41ff93a4eaeebd3b78a93438a6f62a92ab5959c859e682b72c7def406197ca4d"},
        {3, "3d8c3d594928271f44aad7a04b177154806867bcf918e1549c0bc16f9da2b09b",
         "e14fc9161564dd081204f2dd6146a9ffbef66f95d5dc80e0a225e213c09dad7b"},
        {127, "f2fe67ff342e21b8f45e8f2e0bcd1d9243245d50ee6c78042e9c491388791c72",
         "12879e69734944f25f9ed95cbfdbb3659a307e485ed8ec118ce7c60f107357f1"},
        {128, "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1",
         "138893f1631ef3165629515d6ed800da3771b7926dced294205c7507351deebc"},
        {129, "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9",
         "ca60f75cbb714330c046d8f28b4ed351a3ee81776bb02a96abb646fe573e3d5c"},
        {256, "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835",
         "b42be36ea26392f67d1d3706ffa72b6c61c2ff38e1fabd9a49e154d54b967d83"},
    };
    Bytes key(32);
    std::iota(key.begin(), key.end(), Byte{0});
    for (const Pinned& c : cases) {
        Bytes message(c.length);
        std::iota(message.begin(), message.end(), Byte{0});
        EXPECT_EQ(hash({message}).hex(), c.plain);
        // In parts: the same as of the concatenation.
        const ByteView whole = message;
        EXPECT_EQ(hash({whole.first(c.length / 2), whole.subspan(c.length / 2)}).hex(), c.plain);
        Hash32 keyed;
        keyed_hash(key, {message}, {keyed.data(), Hash32::size()});
        EXPECT_EQ(keyed.hex(), c.keyed);
    }
    const Bytes pk = [] {
        Bytes out(32);
        std::iota(out.begin(), out.end(), Byte{0});
        return out;
    }();
    EXPECT_EQ(key_id(pk).hex(), "d8b176b8d0910db5f8dd0eb49f7fbcc9");
}

}  // namespace
}  // namespace rilon
