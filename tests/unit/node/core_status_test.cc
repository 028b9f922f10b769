// What status tells, by who asks.
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreStatus : public SmallNet {
   protected:
    proto::StatusResponse status(const std::string& node, const TransportPublicKey& key) {
        proto::Request request;
        request.mutable_status();
        auto answer = net.request(node, key, request);
        EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().detail);
        return answer.ok() ? answer->status() : proto::StatusResponse();
    }
    proto::StatusResponse status(const std::string& node, const TestPerson& person) {
        return status(node, person.person.transport_pk);
    }
    proto::StatusResponse officers_status(const std::string& node) {
        return status(node, net.daemon(node).officer().transport.pk);
    }
    // The host's administrator, and two of whom nobody is left out.
    std::vector<const TestPerson*> persons() {
        return {&net.network().administrator("THA"), &net.network().chair("BKK"),
                &net.network().deputy("BKK")};
    }
    // Everything these persons are told during ten seconds, but how long the nodes are up.
    std::set<std::string> told() {
        std::set<std::string> out;
        for (int i = 0; i < 50; ++i) {
            net.run(200);
            for (const char* node : {"coordinator-1", "tha-bkk", "can-bkk"})
                for (const TestPerson* person : persons()) {
                    proto::StatusResponse said = status(node, *person);
                    said.clear_uptime_ms();
                    out.insert(said.SerializeAsString());
                }
        }
        return out;
    }
};

TEST_F(CoreStatus, Row57WhatAPersonIsToldDoesNotMoveWithPosts) {
    for (const char* node : {"aus-bkk", "can-bkk"}) post(node, {"BKK"});
    net.run(ms_minute);
    const std::set<std::string> quiet = told();
    const std::uint64_t entries = officers_status("coordinator-1").entries();
    net.at(500, [&] { ASSERT_TRUE(net.post("aus-bkk", {"BKK", true}, "canary").ok()); });
    net.at(900, [&] { ASSERT_TRUE(net.post("can-bkk", {"BKK", false, {"THA"}}, "canary").ok()); });
    for (const std::string& one : told()) EXPECT_TRUE(quiet.contains(one));
    EXPECT_GT(officers_status("coordinator-1").entries(), entries);
}

// Nor with a loss of entries, a fork or a full disk: only whom it concerns hears of those.
TEST_F(CoreStatus, EachIsToldWhatConcernsHim) {
    post("aus-bkk", {"BKK", true});
    net.run(5 * ms_second);
    net.filter = [&](const SentFrame& frame) {
        return frame.to == id("coordinator-1") &&
               (frame.head.type == SyncType::push || frame.head.type == SyncType::put);
    };
    post("aus-bkk", {"BKK", true});
    net.run(20 * ms_second);
    auto peer = [&](const proto::StatusResponse& said) {
        for (const auto& row : said.peers())
            if (row.name() == "aus-bkk") return row;
        ADD_FAILURE() << "no such peer";
        return proto::PeerStatus();
    };
    proto::StatusResponse officers = officers_status("coordinator-1");
    EXPECT_TRUE(officers.counts());
    EXPECT_GT(officers.commits(), 0u);
    EXPECT_GT(peer(officers).behind(), 0u);
    EXPECT_GT(peer(officers).last_heard_ms(), 0u);
    proto::StatusResponse rso = status("coordinator-1", net.network().rso(0));
    EXPECT_FALSE(rso.counts());
    EXPECT_EQ(rso.commits() + rso.entries() + rso.received(), 0u);
    EXPECT_TRUE(peer(rso).lacks());
    EXPECT_FALSE(peer(rso).has_behind());
    for (const TestPerson* person : persons()) {
        proto::StatusResponse said = status("coordinator-1", *person);
        EXPECT_FALSE(said.counts());
        EXPECT_EQ(said.records(), officers.records());
        EXPECT_TRUE(peer(said).connected());
        EXPECT_FALSE(peer(said).has_behind() || peer(said).has_lacks());
        EXPECT_EQ(peer(said).last_heard_ms(), 0u);
    }
    net.kill("aus-bkk");  // Of one that is away everybody may know since when.
    net.run(ms_minute);
    proto::PeerStatus away = peer(status("coordinator-1", net.network().chair("BKK")));
    EXPECT_FALSE(away.connected());
    EXPECT_GT(away.last_heard_ms(), 0u);
    EXPECT_EQ(away.last_heard_ms() % ms_minute, 0u);
}

}  // namespace
}  // namespace rilon
