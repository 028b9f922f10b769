#include "protocol/evidence.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

class EvidenceTest : public testing::Test {
   protected:
    EvidenceTest() : rng(5), keys(make_sign_key_pair(rng)), network(rng.bytes<NetworkId>()) {}
    Head head() {
        return {rng.bytes<NodeId>(),   Generation{1},
                rng.bytes<StreamId>(), Seq{9},
                rng.bytes<EntryId>(),  UnixMillis{1795424400123}};
    }
    Ack ack(std::size_t rows) {
        Ack out;
        out.node = rng.bytes<NodeId>();
        out.generation = Generation{2};
        out.counter = 41;
        out.dir_n = DirSeq{2};
        out.dir_link = rng.bytes<DirLink>();
        out.audit_head = rng.bytes<Hash32>();
        for (std::size_t i = 0; i < rows; ++i)
            out.rows.push_back({rng.bytes<StreamId>(), Seq{i}, rng.bytes<EntryId>(),
                                static_cast<AckLevel>(1 + i % 3)});
        return out;
    }
    // Every flipped bit and every other length is refused.
    template <class Verify>
    void expect_only_itself(const Bytes& bytes, Verify verify) {
        ASSERT_TRUE(verify(bytes));
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            Bytes changed = bytes;
            changed[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
            ASSERT_FALSE(verify(changed)) << bit;
        }
        Bytes longer = bytes;
        longer.push_back(0);
        EXPECT_FALSE(verify(longer));
        for (std::size_t n = 0; n < bytes.size(); ++n)
            ASSERT_FALSE(verify(to_bytes(ByteView(bytes).first(n)))) << n;
    }

    SeededRng rng;
    SignKeyPair keys;
    NetworkId network;
};

TEST_F(EvidenceTest, HeadBothWays) {
    const Head h = head();
    const Bytes bytes = make_head(network, h, keys.sk);
    auto got = verify_head(network, keys.pk, bytes);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(make_head(network, *got, keys.sk), bytes);
    EXPECT_EQ(verify_head(rng.bytes<NetworkId>(), keys.pk, bytes).code(), Errc::wrong_network);
    expect_only_itself(bytes,
                       [&](const Bytes& b) { return verify_head(network, keys.pk, b).ok(); });
}

TEST_F(EvidenceTest, AckBothWays) {
    for (std::size_t rows : {std::size_t{0}, std::size_t{1}, ack_rows_max}) {
        const Bytes bytes = make_ack(network, ack(rows), keys.sk);
        auto got = verify_ack(network, keys.pk, bytes);
        ASSERT_TRUE(got.ok()) << got.error().detail;
        EXPECT_EQ(got->rows.size(), rows);
        EXPECT_EQ(make_ack(network, *got, keys.sk), bytes);
    }
    expect_only_itself(make_ack(network, ack(2), keys.sk),
                       [&](const Bytes& b) { return verify_ack(network, keys.pk, b).ok(); });
}

TEST_F(EvidenceTest, AHugeRowCountCostsNothing) {
    Bytes bytes = make_ack(network, ack(0), keys.sk);
    for (std::size_t at = 122; at < 126; ++at) bytes[at] = 0xff;
    EXPECT_EQ(verify_ack(network, keys.pk, bytes).code(), Errc::too_large);
}

TEST_F(EvidenceTest, SealedAckReachesTheOriginAlone) {
    const EncKeyPair origin = make_enc_key_pair(rng);
    const EncKeyPair other = make_enc_key_pair(rng);
    const Bytes plain = make_ack(network, ack(1), keys.sk);
    auto sealed = seal_ack(plain, origin.pk, rng);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->size(), plain.size() + 48);
    auto opened = open_ack(*sealed, origin.sk);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, plain);
    EXPECT_EQ(open_ack(*sealed, other.sk).code(), Errc::cannot_open);
    for (std::size_t n = 0; n < 48; ++n)
        EXPECT_FALSE(open_ack(ByteView(*sealed).first(n), origin.sk).ok());
}

// The same signature is none over another statement, node, generation or network.
TEST_F(EvidenceTest, ReportIsBoundToItsSigner) {
    const auto node = rng.bytes<NodeId>();
    const Bytes report(100, 3);
    const Signature s = sign_report(network, node, Generation{1}, report, keys.sk);
    EXPECT_TRUE(report_ok(network, node, Generation{1}, report, keys.pk, s));
    EXPECT_FALSE(report_ok(network, node, Generation{2}, report, keys.pk, s));
    EXPECT_FALSE(report_ok(network, NodeId{}, Generation{1}, report, keys.pk, s));
    EXPECT_FALSE(report_ok(NetworkId{}, node, Generation{1}, report, keys.pk, s));
    EXPECT_FALSE(report_ok(network, node, Generation{1}, Bytes(99, 3), keys.pk, s));
}

}  // namespace
}  // namespace rilon
