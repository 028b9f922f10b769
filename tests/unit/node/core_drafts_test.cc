// Drafts that a member or a person hands in: what is kept and passed on, and for how long a
// suspension that nobody records is held.
#include "node/sync.pb.h"
#include "protocol/statement.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreDrafts : public SmallNet {
   protected:
    Drafter drafter(std::uint64_t valid_ms = statement_valid_ms) {
        const Directory& directory = net.daemon("can-bkk").node().directory();
        return Drafter(rng, draft_basis(directory, net.now(), valid_ms));
    }
    proto::Draft draft(const Bytes& statement, const TestNetwork::Signers& signers) {
        proto::Draft out;
        out.set_statement(std::string(as_text(statement)));
        out.set_authorisations(std::string(as_text(net.network().authorise(statement, signers))));
        return out;
    }
    Result<proto::Response> hand_in(const std::string& node, const proto::Draft& draft) {
        proto::Request request;
        *request.mutable_submit_draft()->mutable_draft() = draft;
        return net.request(node, net.network().rso(0).person.transport_pk, request);
    }
    // A member's frame, with its own hands.
    void submit_by_peer(const std::string& from, const proto::Draft& draft) {
        proto::SyncDirectory frame;
        *frame.mutable_submit() = draft;
        net.inject(id(from), id("coordinator-1"), SyncType::directory, frame.SerializeAsString());
        net.run(ms_second);
    }
    void show(const std::string& from, const std::string& to, const proto::Draft& draft) {
        proto::SyncDirectory frame;
        *frame.add_drafts() = draft;
        net.inject(id(from), id(to), SyncType::directory, frame.SerializeAsString());
        net.run(ms_second);
    }
    int pending(const std::string& node) {
        proto::Request request;
        request.mutable_pending();
        auto answer = net.request(node, net.network().rso(0).person.transport_pk, request);
        EXPECT_TRUE(answer.ok());
        return answer.ok() ? answer->pending().drafts_size() : -1;
    }
    proto::Draft large_draft(const TestNetwork::Signers& signers) {
        std::vector<StreamCut> cuts(512);
        for (StreamCut& cut : cuts) cut.stream = rng.bytes<StreamId>();
        return draft(drafter().revoke(id("gbr-bkk"), "large", cuts), signers);
    }
    proto::Draft suspension() {
        return draft(drafter().suspend(id("gbr-bkk"), "rumour"), {&net.network().rso(0)});
    }
    std::size_t held(const std::string& node) {
        return net.daemon(node).node().directory().held_suspends().size();
    }
    void restart(const std::string& node) {
        net.kill(node);
        net.start(node);
    }
    SeededRng rng{99};
};

TEST_F(CoreDrafts, Row41ADraftThatNobodyEntitledSignedIsKeptNowhere) {
    Bytes statement = drafter().activate("chunks");
    for (const TestNetwork::Signers& signers :
         std::vector<TestNetwork::Signers>{{}, {&net.network().chair("BKK")}}) {
        proto::Draft one = draft(statement, signers);
        submit_by_peer("can-bkk", one);
        show("can-bkk", "tha-bkk", one);
        EXPECT_FALSE(hand_in("coordinator-1", one).ok());
    }
    // Its drafter's own invention, in a ROOT that names him.
    TestNetwork& network = const_cast<TestNetwork&>(net.network());
    TestPerson invented = network.make_person("Nobody", "RSO");
    proto::Root root = network.next_root();
    *root.add_persons() = network.request(invented);
    submit_by_peer("can-bkk", draft(drafter().root(root), {&invented}));
    EXPECT_EQ(pending("coordinator-1"), 0);
    EXPECT_EQ(pending("tha-bkk"), 0);
    submit_by_peer("can-bkk", draft(statement, {&net.network().rso(0)}));
    EXPECT_EQ(pending("coordinator-1"), 1);
    EXPECT_EQ(pending("tha-bkk"), 1);
}

TEST_F(CoreDrafts, Row41DraftsOfOnePersonAreBounded) {
    std::size_t taken = 0;
    for (int i = 0; i < 40; ++i) {
        Bytes statement = drafter().activate("feature-" + std::to_string(i));
        taken += hand_in("coordinator-1", draft(statement, {&net.network().rso(0)})).ok() ? 1 : 0;
    }
    EXPECT_EQ(taken, 32u);
    Bytes other = drafter().activate("of-another");
    EXPECT_TRUE(hand_in("coordinator-1", draft(other, {&net.network().rso(1)})).ok());
    // What has all its signatures is recorded all the same.
    EXPECT_TRUE(net.submit([&](Drafter& d) { return d.suspend(id("gbr-bkk"), "lost"); },
                           {&net.network().rso(0)})
                    .ok());
}

TEST_F(CoreDrafts, Row41ADraftIsNotKeptForYears) {
    Bytes statement = drafter(400 * ms_day).activate("chunks");
    proto::Draft one = draft(statement, {&net.network().rso(0)});
    EXPECT_FALSE(hand_in("coordinator-1", one).ok());
    show("can-bkk", "tha-bkk", one);
    EXPECT_EQ(pending("coordinator-1"), 0);
    EXPECT_EQ(pending("tha-bkk"), 0);
}

// One frame over the limit costs the connection, and the next HELLO would send it again.
TEST_F(CoreDrafts, Row41ManyLargeDraftsTravelInFramesWithinTheLimit) {
    std::size_t largest = 0;
    net.on_frame = [&](const SentFrame& frame) {
        largest = std::max(largest, frame.payload.size());
    };
    for (int i = 0; i < 14; ++i)
        ASSERT_TRUE(hand_in("coordinator-1", large_draft({&net.network().rso(0)})).ok()) << i;
    net.run(5 * ms_second);
    net.disconnect(id("can-bkk"), id("coordinator-1"));
    net.run(ms_minute);
    EXPECT_EQ(pending("can-bkk"), 14);
    EXPECT_GT(largest, 256u * 1024);
    EXPECT_LE(largest, sync_payload_bytes_max);
}

// A peer's message may carry fields that nobody knows; they are not passed on.
TEST_F(CoreDrafts, Row41WhatNobodyChecksIsNotPassedOn) {
    net.kill("coordinator-1");
    proto::Draft one = suspension();
    std::string bytes = one.SerializeAsString();
    bytes += std::string("\xfa\x01\x80\x80\x10", 5) + std::string(262144, 'x');  // Field 31.
    ASSERT_TRUE(one.ParseFromString(bytes));
    std::size_t largest = 0;
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.from != id("can-bkk")) largest = std::max(largest, frame.payload.size());
    };
    show("can-bkk", "tha-bkk", one);
    net.run(5 * ms_second);
    EXPECT_EQ(held("aus-bkk"), 1u);
    EXPECT_LT(largest, 65536u);
}

TEST_F(CoreDrafts, Row31AHeldSuspensionLapsesAfter72HoursDespiteRestarts) {
    net.kill("coordinator-1");
    ASSERT_TRUE(hand_in("aus-bkk", suspension()).ok());
    net.run(5 * ms_second);
    EXPECT_EQ(held("tha-bkk"), 1u);
    for (int i = 0; i < 7; ++i) {
        net.sleep(10 * ms_hour);
        restart("tha-bkk");
        EXPECT_EQ(held("tha-bkk"), 1u) << i;
    }
    net.sleep(3 * ms_hour);
    EXPECT_EQ(held("tha-bkk"), 0u);
    EXPECT_EQ(held("aus-bkk"), 0u);
    EXPECT_EQ(net.daemon("tha-bkk").node().directory().now().node(id("gbr-bkk"))->standing,
              Standing::good);
}

TEST_F(CoreDrafts, Row31ALapsedSuspensionIsHeldAgainOnlyWhenRecorded) {
    net.kill("coordinator-1");
    proto::Draft one = suspension();
    ASSERT_TRUE(hand_in("aus-bkk", one).ok());
    net.run(5 * ms_second);
    net.sleep(73 * ms_hour);
    EXPECT_EQ(held("tha-bkk"), 0u);
    show("can-bkk", "tha-bkk", one);
    EXPECT_EQ(held("tha-bkk"), 0u);
    restart("tha-bkk");
    show("can-bkk", "tha-bkk", one);
    EXPECT_EQ(held("tha-bkk"), 0u);
    // The sequencer may record it still: then it is a suspension like any other.
    net.start("coordinator-1");
    net.run(ms_minute);
    ASSERT_TRUE(hand_in("coordinator-1", one).ok());
    net.run(5 * ms_second);
    EXPECT_EQ(net.daemon("tha-bkk").node().directory().now().node(id("gbr-bkk"))->standing,
              Standing::suspended);
    EXPECT_EQ(held("tha-bkk"), 0u);
}

}  // namespace
}  // namespace rilon
