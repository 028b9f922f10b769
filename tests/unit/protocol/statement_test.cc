#include "protocol/statement.h"

#include <gtest/gtest.h>

#include "protocol/directory_syntax.h"
#include "protocol/fingerprint.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

// Draft 0901.4016's own example: 127.0.0.1 is lusab-babad.
TEST(Fingerprint, ProquintsAreThoseOfTheDraft) {
    EXPECT_EQ(proquint(0x7f00), "lusab");
    EXPECT_EQ(proquint(0x0001), "babad");
    EXPECT_EQ(proquint(0xffff), "zuzuz");
}

TEST(Fingerprint, TwelveWordsThatDifferWithEachBit) {
    Bytes request(100, 7);
    std::string line = fingerprint_line(request);
    EXPECT_EQ(line.size(), fingerprint_words * 6 - 1);
    request[99] ^= 1;
    EXPECT_NE(fingerprint_line(request), line);
}

TEST(DescribeStatement, EachInOneLineWithoutForeignControls) {
    TestNetwork net;
    Drafter drafter = net.drafter();
    Bytes node = drafter.add_node(net.request(net.make_node("nzl-bkk", "NZL", "BKK")));
    auto text = [&](const Bytes& statement) {
        auto parsed = parse_statement(statement);
        return parsed ? describe_statement(*parsed, net.state()) : "unreadable";
    };
    EXPECT_TRUE(text(node).starts_with("admit node nzl-bkk (NZL) to BKK; fingerprint "));
    EXPECT_EQ(text(drafter.suspend(net.node("aus-bkk").id, "lost\nlaptop \xE2\x80\xAE", true)),
              "suspend aus-bkk (AUS, BKK), key compromised: lost\\u{a}laptop \\u{202e}");
    EXPECT_EQ(text(drafter.activate("x")), "activate x");
    EXPECT_EQ(text(drafter.reinstate(net.rng().bytes<StatementId>())),
              "reinstate a node that is not suspended");
    EXPECT_EQ(text(drafter.root(net.next_root())).find('\n'), std::string::npos);
}

TEST(Endpoints, HostAndPort) {
    for (const char* good : {"tcp://bkk.example:7001", "tcp://10.0.0.1:1", "tcp://[::1]:65535"})
        EXPECT_TRUE(well_formed_endpoint(good)) << good;
    for (const char* bad : {"tcp://:7001", "tcp://x", "tcp://x:0", "tcp://x:65536", "tcp://x:07",
                            "ipc:///tmp/x", "tcp://a b:1", "tcp://x:1;y", "tcp://*:1", ""})
        EXPECT_FALSE(well_formed_endpoint(bad)) << bad;
}

TEST(Drafts, SignaturesGatheredApartAreJoined) {
    TestNetwork net;
    Bytes statement = net.drafter().add_node(net.request(net.make_node("x", "AUS", "BKK")));
    StatementDraft one{statement, net.authorise(statement, {&net.rso(0), &net.chair("BKK")})};
    StatementDraft two{statement,
                       net.authorise(statement, {&net.chair("BKK"), &net.administrator("AUS")})};
    auto back = parse_draft(encode_draft(one));
    ASSERT_TRUE(back.ok());
    auto both = merge_drafts(*back, two);
    ASSERT_TRUE(both.ok());
    EXPECT_EQ(both->authorisations.size(), 3 * authorisation_bytes);
    EXPECT_TRUE(net.directory().check(statement, both->authorisations, net.time()).ok());
    two.statement.push_back(0);
    EXPECT_EQ(merge_drafts(one, two).code(), Errc::invalid);
}

TEST(Grant, OpensForItsNodeAlone) {
    TestNetwork net;
    const TestNode& node = net.node("aus-bkk");
    Bytes sealed = seal_grant(net.grant("aus-bkk"), node.enc[0].pk, net.rng());
    auto grant = open_grant(sealed, node.enc[0].pk, node.enc[0].sk);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    EXPECT_EQ(grant->node, node.id);
    EXPECT_EQ(grant->psk_generation, 1u);
    EXPECT_TRUE(equal_secret(grant->psk.expose(), net.psk().expose()));
    Directory directory(grant->pin.network);
    ASSERT_TRUE(directory.apply(grant->pin.first).ok());
    EXPECT_EQ(directory.now().link, net.directory().at(DirSeq{0})->link);
    const TestNode& other = net.node("can-bkk");
    EXPECT_EQ(open_grant(sealed, other.enc[0].pk, other.enc[0].sk).code(), Errc::cannot_open);
    sealed[60] ^= 1;
    EXPECT_EQ(open_grant(sealed, node.enc[0].pk, node.enc[0].sk).code(), Errc::cannot_open);
    EXPECT_EQ(open_grant(Bytes(10), node.enc[0].pk, node.enc[0].sk).code(), Errc::malformed);
}

TEST(NetworkFile, PinsAFoundingRecordOfThatNetwork) {
    TestNetwork net;
    auto back = parse_network_file(encode_network_file(net.pin()));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->network, net.id());
    NetworkPin wrong = net.pin();
    wrong.network = net.rng().bytes<NetworkId>();
    EXPECT_FALSE(parse_network_file(encode_network_file(wrong)).ok());
    wrong = net.pin();
    wrong.first = net.directory().record(DirSeq{1});
    EXPECT_FALSE(parse_network_file(encode_network_file(wrong)).ok());
}

}  // namespace
}  // namespace rilon
