#include "protocol/epoch.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

AudienceDefinition some_definition(SeededRng& rng) {
    AudienceDefinition out;
    out.base = rng.bytes<AudienceId>();
    out.excluded = {"AUS", "IOM"};
    out.recipients = {KeyId::copy_of(Bytes(16, 1)), KeyId::copy_of(Bytes(16, 2))};
    return out;
}

TEST(Grant, BodyBothWays) {
    SeededRng rng(1);
    GrantBody body{rng.bytes<DirLink>(), rng.bytes<KeyCommitment>(), {}};
    Bytes bytes = encode_grant(body);
    EXPECT_EQ(bytes.size(), grant_plain_bytes);
    bytes.resize(600);
    for (std::size_t n = 0; n <= bytes.size(); ++n) {
        auto parsed = parse_grant(ByteView(bytes).first(n));
        EXPECT_EQ(parsed.ok(), n == 64 || n >= 64 + sealed_definition_bytes_min) << n;
        if (!parsed) continue;
        EXPECT_EQ(encode_grant(*parsed), to_bytes(ByteView(bytes).first(n)));
    }
}

TEST(Epoch, CommitmentBindsKeyStreamAndEpoch) {
    SeededRng rng(2);
    const EpochKey key = rng.secret<EpochKey>();
    const auto stream = rng.bytes<StreamId>();
    const KeyCommitment kc = key_commitment(key, stream, Epoch{1});
    EXPECT_EQ(kc, key_commitment(key, stream, Epoch{1}));
    EXPECT_NE(kc, key_commitment(key, stream, Epoch{2}));
    EXPECT_NE(kc, key_commitment(key, rng.bytes<StreamId>(), Epoch{1}));
    EXPECT_NE(kc, key_commitment(rng.secret<EpochKey>(), stream, Epoch{1}));
}

TEST(Epoch, DefinitionOpensInItsPlaceOnly) {
    SeededRng rng(3);
    const EpochKey key = rng.secret<EpochKey>();
    const auto stream = rng.bytes<StreamId>();
    const auto nonce = rng.bytes<Nonce24>();
    const AudienceDefinition definition = some_definition(rng);
    GrantBody body{rng.bytes<DirLink>(), key_commitment(key, stream, Epoch{1}), {}};
    body.sealed_definition =
        seal_definition(key, stream, Epoch{1}, body.dir_link, body.commitment, nonce, definition);
    EXPECT_EQ(body.sealed_definition.size(), sealed_definition_bytes_min);
    auto opened = open_definition(key, stream, Epoch{1}, body, nonce);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(opened->same_audience(definition));
    EXPECT_EQ(encode_definition(*opened), encode_definition(definition));

    EXPECT_FALSE(open_definition(key, stream, Epoch{2}, body, nonce).ok());
    EXPECT_FALSE(open_definition(key, rng.bytes<StreamId>(), Epoch{1}, body, nonce).ok());
    EXPECT_FALSE(open_definition(rng.secret<EpochKey>(), stream, Epoch{1}, body, nonce).ok());
    EXPECT_FALSE(open_definition(key, stream, Epoch{1}, body, rng.bytes<Nonce24>()).ok());
    GrantBody moved = body;
    moved.dir_link = rng.bytes<DirLink>();
    EXPECT_FALSE(open_definition(key, stream, Epoch{1}, moved, nonce).ok());
    for (std::size_t bit = 0; bit < body.sealed_definition.size() * 8; ++bit) {
        GrantBody flipped = body;
        flipped.sealed_definition[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
        ASSERT_FALSE(open_definition(key, stream, Epoch{1}, flipped, nonce).ok());
    }
}

}  // namespace
}  // namespace rilon
