#include "protocol/officer.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

class OfficerTest : public testing::Test {
   protected:
    OfficerTest()
        : rng(6), node_keys(make_sign_key_pair(rng)), officer_keys(make_sign_key_pair(rng)) {
        place = {rng.bytes<NetworkId>(), rng.bytes<NodeId>(), rng.bytes<StreamId>()};
        certificate = {rng.bytes<OfficerId>(),
                       "LO-3",
                       "officer",
                       officer_keys.pk,
                       place.origin,
                       UnixMillis{1000},
                       UnixMillis{1000 + certificate_validity_max_ms}};
        alert = rng.bytes<AlertId>();
    }
    SignedCertificate certified() {
        return certify_officer(place.network, certificate, Generation{1}, node_keys.sk);
    }
    Bytes content_for(const StreamId& stream, std::string_view operation) {
        const Signature s = sign(
            officer_keys.sk, officer_message(place.network, stream, alert, as_bytes(operation)));
        return encode_content(certified(), alert, as_bytes(operation), s);
    }
    Result<OfficerContent> check(const Bytes& plain, const ContentPlace& at,
                                 OfficerCache* cache = nullptr) {
        auto content = parse_content(plain);
        if (!content) return content.error();
        return verify_content(std::move(*content), at, node_keys.pk, cache);
    }

    SeededRng rng;
    SignKeyPair node_keys;
    SignKeyPair officer_keys;
    ContentPlace place;
    Certificate certificate;
    AlertId alert;
};

TEST_F(OfficerTest, ContentBothWays) {
    const Bytes plain = content_for(place.stream, "post");
    auto got = check(plain, place);
    ASSERT_TRUE(got.ok()) << got.error().detail;
    EXPECT_EQ(got->officer.display_sign, "LO-3");
    EXPECT_EQ(got->alert, alert);
    EXPECT_EQ(as_text(got->operation), "post");
}

TEST_F(OfficerTest, EveryFlippedBitIsRefused) {
    const Bytes plain = content_for(place.stream, "post");
    for (std::size_t bit = 0; bit < plain.size() * 8; ++bit) {
        Bytes changed = plain;
        changed[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
        ASSERT_FALSE(check(changed, place).ok()) << bit;
    }
}

// A colleague's operation, sealed again by a reader of another stream. The danger: certificate and
// operation are genuine, and a signature over the operation alone would hold anywhere.
TEST_F(OfficerTest, Row48SignatureMovedToAnotherStream) {
    const Bytes plain = content_for(place.stream, "post");
    const Signature bare = sign(officer_keys.sk, as_bytes("post"));
    EXPECT_TRUE(signature_ok(officer_keys.pk, as_bytes("post"), bare));

    ContentPlace elsewhere = place;
    elsewhere.stream = rng.bytes<StreamId>();
    EXPECT_EQ(check(plain, elsewhere).code(), Errc::bad_signature);
    // From another origin not even the certificate counts.
    elsewhere = place;
    elsewhere.origin = rng.bytes<NodeId>();
    EXPECT_EQ(check(plain, elsewhere).code(), Errc::not_authorised);
    elsewhere = place;
    elsewhere.network = rng.bytes<NetworkId>();
    EXPECT_EQ(check(plain, elsewhere).code(), Errc::bad_signature);
    // Nor for another alert of the same stream.
    auto content = parse_content(plain);
    content->alert = rng.bytes<AlertId>();
    EXPECT_EQ(verify_content(std::move(*content), place, node_keys.pk).code(), Errc::bad_signature);
}

TEST_F(OfficerTest, CertificateIsJudgedAtAMoment) {
    const SignedCertificate signed_one = certified();
    const auto at = [&](std::optional<UnixMillis> when) {
        return verify_certificate(signed_one, place.network, place.origin, node_keys.pk, when).ok();
    };
    EXPECT_TRUE(at(std::nullopt));
    EXPECT_FALSE(at(UnixMillis{999}));
    EXPECT_TRUE(at(UnixMillis{1000}));
    EXPECT_TRUE(at(UnixMillis{999 + certificate_validity_max_ms}));
    EXPECT_FALSE(at(UnixMillis{1000 + certificate_validity_max_ms}));
}

TEST_F(OfficerTest, TheGenerationIsSigned) {
    SignedCertificate moved = certified();
    moved.generation = Generation{2};
    EXPECT_EQ(
        verify_certificate(moved, place.network, place.origin, node_keys.pk, std::nullopt).code(),
        Errc::bad_signature);
}

// The cache answers only for exactly what was verified, under exactly that key.
TEST_F(OfficerTest, CacheRemembersWhatWasGoodAndNothingElse) {
    OfficerCache cache(2);
    const Bytes plain = content_for(place.stream, "post");
    ASSERT_TRUE(check(plain, place, &cache).ok());
    EXPECT_EQ(cache.certificates(), 1u);
    ASSERT_TRUE(check(plain, place, &cache).ok());
    EXPECT_EQ(cache.certificates(), 1u);
    auto content = parse_content(plain);
    const SignKeyPair other = make_sign_key_pair(rng);
    EXPECT_FALSE(verify_content(std::move(*content), place, other.pk, &cache).ok());
    content = parse_content(plain);
    content->certificate.signature = Signature{};
    EXPECT_FALSE(verify_content(std::move(*content), place, node_keys.pk, &cache).ok());
    EXPECT_EQ(cache.certificates(), 1u) << "failures are not kept";
    for (int i = 0; i < 5; ++i) {
        certificate.officer = rng.bytes<OfficerId>();
        ASSERT_TRUE(check(content_for(place.stream, "post"), place, &cache).ok());
        EXPECT_LE(cache.certificates(), 2u);
    }
}

// A signature known to be good is good for nothing else: not for another operation, alert, stream,
// network or officer, nor with another bit.
TEST_F(OfficerTest, AKnownSignatureIsGoodForWhatItSignedAlone) {
    OfficerCache cache(4, 4);
    const Bytes plain = content_for(place.stream, "post");
    ASSERT_TRUE(check(plain, place, &cache).ok());
    ASSERT_EQ(cache.signatures(), 1u);
    ASSERT_TRUE(check(plain, place, &cache).ok());
    const auto refused = [&](const std::function<void(SignedContent&, ContentPlace&)>& change) {
        auto content = parse_content(plain);
        ContentPlace at = place;
        change(*content, at);
        return verify_content(std::move(*content), at, node_keys.pk, &cache).code() ==
               Errc::bad_signature;
    };
    EXPECT_TRUE(
        refused([](auto& content, auto&) { content.operation = to_bytes(as_bytes("gone")); }));
    EXPECT_TRUE(refused([&](auto& content, auto&) { content.alert = rng.bytes<AlertId>(); }));
    EXPECT_TRUE(refused([&](auto&, auto& at) { at.stream = rng.bytes<StreamId>(); }));
    EXPECT_TRUE(refused([](auto& content, auto&) { content.signature.data()[63] ^= 1; }));
    EXPECT_TRUE(refused([&](auto& content, auto&) {
        officer_keys = make_sign_key_pair(rng);
        certificate.pk = officer_keys.pk;
        content.certificate = certified();
    }));
    EXPECT_EQ(cache.signatures(), 1u) << "failures are not kept";
}

TEST_F(OfficerTest, KnownSignaturesAreBoundedAndNoneWithoutRoom) {
    OfficerCache none(4), few(4, 3);
    for (int i = 0; i < 8; ++i) {
        const Bytes plain = content_for(place.stream, "post " + std::to_string(i));
        ASSERT_TRUE(check(plain, place, &none).ok());
        ASSERT_TRUE(check(plain, place, &few).ok());
        EXPECT_EQ(none.signatures(), 0u);
        EXPECT_LE(few.signatures(), 3u);
        EXPECT_GE(few.signatures(), 1u);
    }
}

TEST_F(OfficerTest, NoiseIsRefused) {
    for (int i = 0; i < 3000; ++i) {
        Bytes noise(1 + rng.below(300));
        rng.fill(noise);
        EXPECT_FALSE(check(noise, place).ok());
    }
}

}  // namespace
}  // namespace rilon
