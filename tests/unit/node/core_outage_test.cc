// While the coordinator is away: how long a RILON may rely on the directory it has, and how a node
// is suspended all the same.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/sync.pb.h"
#include "tests/support/test_net.h"

namespace rilon {
namespace {

const Founded& founded() {
    static const Founded one = [] {
        FoundingOptions options;
        options.rilons = {{"BKK", "THA"}};
        return Founded(options);
    }();
    return one;
}

class CoreOutage : public testing::Test {
   protected:
    CoreOutage() : net(founded(), 13) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~CoreOutage() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    Result<Posted> post(const PostWish& wish) { return net.post("aus-bkk", wish, "text"); }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    // One RSO officer's SUSPEND, handed in at a mission's node.
    Result<proto::Response> suspend_at(const std::string& node, const std::string& whom) {
        SeededRng rng(99);
        Drafter drafter(rng, draft_basis(net.daemon(node).node().directory(), net.now()));
        Bytes statement = drafter.suspend(id(whom), "stolen", true);
        proto::Request request;
        auto* draft = request.mutable_submit_draft()->mutable_draft();
        draft->set_statement(std::string(as_text(statement)));
        draft->set_authorisations(
            std::string(as_text(net.network().authorise(statement, {&net.network().rso(0)}))));
        return net.request(node, net.network().rso(0).person.transport_pk, request);
    }
    TestNet net;
};

TEST_F(CoreOutage, PostingThatLeavesSomebodyOutNeedsAFreshDirectory) {
    PostWish except_host{"BKK", true};
    net.kill("coordinator-1");
    net.run(23 * ms_hour);
    EXPECT_TRUE(post(except_host).ok());
    net.run(8 * ms_hour);
    auto refused = post(except_host);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().detail.find("--stale-directory"), std::string::npos);
    EXPECT_TRUE(post({"BKK"}).ok());  // Everybody reads that anyway.
    except_host.stale_directory = true;
    EXPECT_TRUE(post(except_host).ok());
    auto rows = net.daemon("aus-bkk").store().audit(0, 1000);
    ASSERT_TRUE(rows.ok());
    EXPECT_EQ(std::count_if(rows->begin(), rows->end(),
                            [](const AuditRow& row) { return row.action == "stale-directory"; }),
              1);
}

TEST_F(CoreOutage, StatusWarnsOfADirectoryOlderThanADay) {
    auto warned = [&] {
        proto::Request request;
        request.mutable_status();
        auto answer = net.request("aus-bkk", std::move(request));
        EXPECT_TRUE(answer.ok());
        return std::count_if(
            answer->status().warnings().begin(), answer->status().warnings().end(),
            [](const std::string& warning) { return warning.starts_with("the directory is "); });
    };
    net.kill("coordinator-1");
    net.sleep(17 * ms_hour);
    EXPECT_EQ(warned(), 0);
    net.sleep(8 * ms_hour);
    EXPECT_EQ(warned(), 1);
}

TEST_F(CoreOutage, AfterFourteenDaysNothingIsPostedAndEverythingIsRead) {
    auto before = post({"BKK"});
    ASSERT_TRUE(before.ok());
    net.kill("coordinator-1");
    net.run(14 * ms_day + 7 * ms_hour);
    PostWish overridden{"BKK"};
    overridden.stale_directory = true;
    EXPECT_FALSE(post(overridden).ok());
    EXPECT_FALSE(net.withdraw("aus-bkk", before->alert()).ok());
    EXPECT_TRUE(net.reads("can-bkk", before->alert()));
    net.start("coordinator-1");
    EXPECT_TRUE(net.run_until([&] { return post({"BKK"}).ok(); }, ms_minute));
}

TEST_F(CoreOutage, SuspensionFloodsAndActsBeforeItIsRecorded) {
    ASSERT_TRUE(post({"BKK", true}).ok());
    net.run(5 * ms_second);
    net.kill("coordinator-1");
    ASSERT_TRUE(net.connected(id("gbr-bkk"), id("tha-bkk")));
    auto done = suspend_at("aus-bkk", "gbr-bkk");
    ASSERT_TRUE(done.ok()) << done.error().detail;
    EXPECT_FALSE(done->pending().applied());
    net.run(900);
    EXPECT_FALSE(net.connected(id("gbr-bkk"), id("tha-bkk")));
    std::vector<AlertId> posted;
    for (const PostWish& wish : {PostWish{"BKK"}, PostWish{"BKK", true}}) {
        auto after = post(wish);
        ASSERT_TRUE(after.ok()) << after.error().detail;
        EXPECT_FALSE(after->parts[0].readers.contains(id("gbr-bkk")));
        posted.push_back(after->alert());
        // No key was made for it: handed every slot it could open nothing.
        const StreamState& state = net.daemon("aus-bkk").disk().streams.at(after->parts[0].stream);
        auto slots = net.daemon("aus-bkk").store().slots(state.id, state.epoch);
        ASSERT_TRUE(slots.ok());
        EXPECT_EQ(slots->size(), after->parts[0].readers.size());
    }
    net.run(10 * ms_second);
    EXPECT_TRUE(
        net.reads("can-bkk", posted[0]));  // By the hub; the other waits for the coordinator.
    // What it writes from now on is not taken, over a restart too.
    net.kill("can-bkk");
    net.start("can-bkk");
    EXPECT_FALSE(net.daemon("can-bkk").admitted().sync.contains(
        net.daemon("gbr-bkk").identity().transport.pk));
    // The coordinator records it when it is back; then it is a suspension like any other.
    std::size_t records = net.daemon("aus-bkk").node().directory().size();
    net.start("coordinator-1");
    EXPECT_TRUE(net.run_until(
        [&] { return net.daemon("can-bkk").node().directory().size() == records + 1; }, ms_minute));
    EXPECT_TRUE(net.daemon("can-bkk").node().directory().held_suspends().empty());
    EXPECT_EQ(net.daemon("can-bkk").node().directory().now().node(id("gbr-bkk"))->standing,
              Standing::suspended);
    auto last = post({"BKK", true});
    ASSERT_TRUE(last.ok());
    net.run(10 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", last->alert()));
    EXPECT_TRUE(net.reads("can-bkk", posted[1]));
}

TEST_F(CoreOutage, ASuspensionWithoutASignatureActsNowhere) {
    SeededRng rng(98);
    Drafter drafter(rng, draft_basis(net.daemon("aus-bkk").node().directory(), net.now()));
    Bytes statement = drafter.suspend(id("gbr-bkk"), "no");
    proto::SyncDirectory frame;
    auto* draft = frame.add_drafts();
    draft->set_statement(std::string(as_text(statement)));
    net.inject(id("can-bkk"), id("tha-bkk"), SyncType::directory, frame.SerializeAsString());
    net.run(5 * ms_second);
    EXPECT_TRUE(net.connected(id("gbr-bkk"), id("tha-bkk")));
    EXPECT_TRUE(net.daemon("tha-bkk").node().directory().held_suspends().empty());
}

// The coordinator shows can-bkk another record than everybody else.
class CoreSplit : public CoreOutage {
   protected:
    void split() {
        auto draft = [&](const char* whom) {
            SeededRng rng(97);
            Drafter drafter(rng, draft_basis(net.daemon("can-bkk").node().directory(), net.now()));
            return drafter.suspend(id(whom), "one of two");
        };
        Bytes statement = draft("gbr-bkk");
        Directory branch = net.daemon("can-bkk").node().directory();
        DirectoryRecord record{DirSeq{branch.size()}, net.now(), statement,
                               net.network().authorise(statement, {&net.network().rso(0)})};
        ASSERT_TRUE(branch.apply(record).ok());
        proto::SyncDirectory frame;
        auto* row = frame.add_records();
        row->set_n(record.n.value);
        row->set_recorded_ms(record.recorded.value);
        row->set_statement(std::string(as_text(record.statement)));
        row->set_authorisations(std::string(as_text(record.authorisations)));
        Checkpoint checkpoint = make_checkpoint(branch.network(), branch.now().n, branch.now().link,
                                                net.now(), net.coordinator().identity().online->sk);
        frame.set_checkpoint(std::string(as_text(encode_checkpoint(branch.network(), checkpoint))));
        // Nobody compares while the two are kept apart.
        NodeId victim = id("can-bkk");
        net.filter = [=](const SentFrame& sent) {
            return (sent.from == victim || sent.to == victim) &&
                   (sent.head.type == SyncType::directory || sent.head.type == SyncType::hello);
        };
        net.inject(id("coordinator-1"), victim, SyncType::directory, frame.SerializeAsString());
        net.run(ms_second);
        ASSERT_TRUE(net.submit([&](Drafter& d) { return d.suspend(id("gbr-bkk"), "the other"); },
                               {&net.network().rso(1)})
                        .ok());
        net.run(ms_second);
        const DirSeq n{record.n};
        ASSERT_NE(net.daemon("can-bkk").node().directory().at(n)->link,
                  net.daemon("aus-bkk").node().directory().at(n)->link);
    }
    bool proven(const std::string& node) {
        return net.daemon(node).disk().private_values.contains("split");
    }
};

// A member has a statement that is signed, and records it in an order of its own.
TEST_F(CoreSplit, ARecordWithoutTheSequencersCheckpointAppliesNowhere) {
    SeededRng rng(96);
    const Directory& directory = net.daemon("can-bkk").node().directory();
    Drafter drafter(rng, draft_basis(directory, net.now()));
    Bytes statement = drafter.suspend(id("gbr-bkk"), "out of order");
    proto::SyncDirectory frame;
    auto* row = frame.add_records();
    row->set_n(directory.size());
    row->set_recorded_ms(net.now().value);
    row->set_statement(std::string(as_text(statement)));
    row->set_authorisations(
        std::string(as_text(net.network().authorise(statement, {&net.network().rso(0)}))));
    const std::size_t before = directory.size();
    for (const char* to : {"tha-bkk", "coordinator-1"})
        net.inject(id("can-bkk"), id(to), SyncType::directory, frame.SerializeAsString());
    net.run(10 * ms_second);
    EXPECT_EQ(net.daemon("tha-bkk").node().directory().size(), before);
    EXPECT_EQ(net.coordinator().node().directory().size(), before);
    // What the sequencer orders is taken all the same.
    ASSERT_TRUE(net.submit([&](Drafter& d) { return d.suspend(id("gbr-bkk"), "ordered"); },
                           {&net.network().rso(1)})
                    .ok());
    EXPECT_TRUE(net.run_until(
        [&] { return net.daemon("tha-bkk").node().directory().size() == before + 1; }, ms_minute));
    EXPECT_EQ(net.daemon("tha-bkk").node().directory().now().link,
              net.coordinator().node().directory().now().link);
}

TEST_F(CoreSplit, Row43DirectoryShownDifferentlyIsProvenWithinAnAckCycle) {
    split();
    EXPECT_FALSE(proven("aus-bkk"));
    net.filter = nullptr;
    ASSERT_TRUE(post({"BKK"}).ok());  // can-bkk's ack names the directory that it has.
    net.run(10 * ms_second);
    for (const char* node : {"aus-bkk", "can-bkk", "tha-bkk"}) EXPECT_TRUE(proven(node)) << node;
    net.kill("aus-bkk");  // Kept, and said again.
    net.start("aus-bkk");
    proto::Request request;
    request.mutable_status();
    auto status = net.request("aus-bkk", request);
    ASSERT_TRUE(status.ok());
    bool told = false;
    for (const auto& warning : status->status().warnings())
        told = told || warning.find("two directories") != std::string::npos;
    EXPECT_TRUE(told);
}

// Its checkpoint makes the proof at the only peer that it has left: that peer has to tell it.
TEST_F(CoreSplit, Row43TheNodeThatWasShownAnotherDirectoryHearsOfItFromItsOnlyPeer) {
    split();
    net.cut("can-bkk", "coordinator-1");
    net.filter = nullptr;
    ASSERT_TRUE(post({"BKK"}).ok());
    net.run(10 * ms_second);
    for (const char* node : {"aus-bkk", "can-bkk", "tha-bkk"}) EXPECT_TRUE(proven(node)) << node;
}

}  // namespace
}  // namespace rilon
