// Rows of the fault catalogue that the node's logic answers for, through the daemon's own
// Node::step with the nodes of one RILON in memory.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/sync.pb.h"
#include "protocol/grant.h"
#include "protocol/short_id.h"
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

class CoreRows : public testing::Test {
   protected:
    CoreRows() : net(founded(), 7) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~CoreRows() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    Posted post(const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "canary " + std::to_string(++texts));
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        return posted.ok() ? *posted : Posted{};
    }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    // A peer's own stream and key, and an entry made with them that its daemon never made.
    VerifiedEntry craft(const std::string& node, const StreamId& stream) {
        Daemon& one = net.daemon(node);
        StreamState state = one.disk().streams.at(stream);
        auto key = one.store().epoch_key(stream, state.epoch);
        OriginKeys keys{one.identity().sign.sk, one.identity().generation};
        auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq, {1, 2, 3}}, state,
                         keys, &**key, net.rng().bytes<Nonce24>());
        return std::move(*made);
    }
    void push(const std::string& from, const std::string& to, const VerifiedEntry& entry) {
        proto::SyncEntries frame;
        frame.set_stream_id(entry.header().stream.str());
        frame.add_entries()->set_entry(std::string(as_text(entry.bytes())));
        frame.set_head(entry.header().seq.value);
        net.inject(id(from), id(to), SyncType::push, frame.SerializeAsString());
    }
    // What `rilon admin directory --out` writes.
    Bytes whole_directory() {
        const Directory& directory = net.daemon("tha-bkk").node().directory();
        NetworkPin pin{directory.network(), directory.record(DirSeq{}), {}};
        for (std::uint64_t n = 1; n < directory.size(); ++n)
            pin.more.push_back(directory.record(DirSeq{n}));
        return encode_network_file(pin);
    }
    void suspend(const std::string& node) {
        NodeId who = id(node);
        Status done =
            net.submit([&](Drafter& d) { return d.suspend(who, "test"); }, {&net.network().rso(0)});
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    TestNet net;
    int texts = 0;
};

// The hub, the coordinator and a member each have a link to both others. Nothing goes round: an
// entry is pushed over a link once; pulls that were begun while the push was on its way, the one
// for heads and the one for a gap, may bring it again.
TEST_F(CoreRows, Row26ARelayLoopCarriesOneCopyPerHop) {
    enum class Way { live, pushed, pulled };
    std::map<std::tuple<NodeId, NodeId, Way, std::string>, int> copies;
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.live)
            ++copies[{frame.from, frame.to, Way::live, std::string(as_text(frame.payload))}];
        if (frame.head.type != SyncType::push && frame.head.type != SyncType::put) return;
        Way way = frame.head.type == SyncType::push ? Way::pushed : Way::pulled;
        proto::SyncEntries some;
        ASSERT_TRUE(
            some.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())));
        for (const auto& item : some.entries()) ++copies[{frame.from, frame.to, way, item.entry()}];
    };
    std::vector<Posted> posted;
    for (const char* audience : {"BKK", "network", "BKK"})
        posted.push_back(post("aus-bkk", {audience}));
    net.run(10 * ms_second);
    for (const auto& one : posted) EXPECT_TRUE(net.reads("gbr-bkk", one.alert()));
    EXPECT_GT(copies.size(), posted.size() * 3);
    for (const auto& [hop, times] : copies)
        EXPECT_LE(times, std::get<2>(hop) == Way::pulled ? 2 : 1)
            << net.by_id(std::get<0>(hop))->name() << " to " << net.by_id(std::get<1>(hop))->name();
    copies.clear();
    net.run(5 * ms_minute);
    EXPECT_TRUE(copies.empty());
}

TEST_F(CoreRows, Row02CrashBetweenCommitAndOutputsIsSentAgain) {
    post("aus-bkk", {"BKK"});
    net.run(2 * ms_second);
    // Everything that the node wants sent from here on is lost, as by a crash right after the
    // commit.
    net.filter = [&](const SentFrame& frame) { return frame.from == id("aus-bkk"); };
    Posted posted = post("aus-bkk", {"BKK"});
    net.kill("aus-bkk");
    net.filter = nullptr;
    net.run(2 * ms_second);
    EXPECT_FALSE(net.reads("can-bkk", posted.alert()));
    net.start("aus-bkk");
    EXPECT_TRUE(
        net.run_until([&] { return net.reads("can-bkk", posted.alert()); }, 30 * ms_second));
    EXPECT_TRUE(net.reads("aus-bkk", posted.alert()));
}

TEST_F(CoreRows, Row02CrashBeforeTheCommitAnswersNobody) {
    net.quality.crash_per_mille = 1000;
    auto posted = net.post("aus-bkk", {"BKK"}, "canary lost");
    net.quality.crash_per_mille = 0;
    EXPECT_FALSE(posted.ok());
}

TEST_F(CoreRows, AnswerOnlyAfterTheCommit) {
    Daemon& node = net.daemon("aus-bkk");
    node.disk().before_append = [] { return Status(Error{Errc::io, "the disk failed"}); };
    std::size_t frames = 0;
    net.on_frame = [&](const SentFrame& frame) { frames += frame.from == node.id() ? 1u : 0u; };
    auto posted = net.post("aus-bkk", {"BKK"}, "canary unsaid");
    EXPECT_FALSE(posted.ok());
    EXPECT_EQ(frames, 0u);
    EXPECT_EQ(net.broken().size(), 1u);
    const_cast<std::vector<std::string>&>(net.broken()).clear();
}

TEST_F(CoreRows, Row19PartitionHeals) {
    net.cut("aus-bkk", "coordinator-1");
    net.cut("aus-bkk", "tha-bkk");
    Posted inside = post("aus-bkk", {"BKK"});
    Posted outside = post("can-bkk", {"BKK"});
    net.run(30 * ms_second);
    EXPECT_FALSE(net.reads("can-bkk", inside.alert()));
    EXPECT_FALSE(net.reads("aus-bkk", outside.alert()));
    net.heal_all();
    net.run(45 * ms_second);  // Who dials in vain waits up to 30 s.
    EXPECT_TRUE(net.reads("can-bkk", inside.alert()));
    EXPECT_TRUE(net.reads("aus-bkk", outside.alert()));
}

TEST_F(CoreRows, Row20DoubledLateAndLostLiveFrames) {
    net.quality.live_lost_percent = 40;
    net.quality.live_doubled_percent = 60;
    net.quality.live_late_ms = 3000;
    std::vector<Posted> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(post("tha-bkk", {"BKK"}));
        net.run(300);
    }
    net.run(20 * ms_second);
    for (const Posted& one : all) EXPECT_TRUE(net.reads("can-bkk", one.alert()));
    EXPECT_EQ(net.daemon("can-bkk").disk().streams.at(all[0].parts[0].stream).head,
              net.daemon("tha-bkk").disk().streams.at(all[0].parts[0].stream).head);
}

TEST_F(CoreRows, PubIsNotTheOnlyPath) {
    net.filter = [](const SentFrame& frame) { return frame.live; };
    std::vector<Posted> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(post("tha-bkk", {"BKK"}));
        all.push_back(post("aus-bkk", {"network"}));
        net.run(500);
    }
    net.run(20 * ms_second);
    for (const Posted& one : all)
        for (const char* name : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"})
            EXPECT_TRUE(net.reads(name, one.alert())) << name;
}

// Published and pushed in vain, on a connection that stays: beats tell that something is missing.
TEST_F(CoreRows, Row20WhatGotLostOnTheWayIsPulledAfterTheNextBeat) {
    net.filter = [](const SentFrame& frame) {
        using T = SyncType;
        const T type = frame.head.type;
        return frame.live || type == T::push || type == T::head || type == T::beat;
    };
    Posted one = post("tha-bkk", {"BKK"});
    net.run(500);
    net.filter = nullptr;
    EXPECT_FALSE(net.reads("gbr-bkk", one.alert()));
    net.run(15 * ms_second);
    EXPECT_TRUE(net.reads("gbr-bkk", one.alert()));
}

TEST_F(CoreRows, Row22SlowJoinerPulls) {
    net.kill("gbr-bkk");
    std::vector<Posted> all;
    for (int i = 0; i < 30; ++i) all.push_back(post("tha-bkk", {"BKK"}));
    net.run(5 * ms_second);
    net.start("gbr-bkk");
    net.run(20 * ms_second);
    for (const Posted& one : all) EXPECT_TRUE(net.reads("gbr-bkk", one.alert()));
}

TEST_F(CoreRows, Row25CoordinatorLostAndRebuiltFromItsPeers) {
    Posted before = post("aus-bkk", {"network"});
    net.run(5 * ms_second);
    net.kill("coordinator-1");
    Posted without = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", without.alert()));
    // Its disk is gone; a member's network file has the directory, the streams come from the nodes.
    net.coordinator().wipe();
    net.coordinator().options().network_file = whole_directory();
    net.start("coordinator-1");
    net.run(30 * ms_second);
    const MemoryDisk& rebuilt = net.coordinator().disk();
    EXPECT_TRUE(rebuilt.streams.contains(before.parts[0].stream));
    EXPECT_TRUE(rebuilt.streams.contains(without.parts[0].stream));
    net.kill("tha-bkk");
    Posted after = post("aus-bkk", {"BKK", true});
    net.run(5 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", after.alert()));
}

TEST_F(CoreRows, Row25ARebuiltCoordinatorOrdersNothingBeforeItKnowsAllThatItOrdered) {
    Bytes older = whole_directory();
    suspend("gbr-bkk");
    net.run(5 * ms_second);
    auto lift = [&] {
        return net.submit([&](Drafter& d) { return d.suspend(id("can-bkk"), "later"); },
                          {&net.network().rso(0)});
    };
    auto same_record = [&](std::uint64_t n) {
        const auto& ours = net.coordinator().node().directory();
        const auto& theirs = net.daemon("tha-bkk").node().directory();
        return ours.size() > n && theirs.size() > n &&
               ours.at(DirSeq{n})->link == theirs.at(DirSeq{n})->link;
    };
    const std::uint64_t last = net.daemon("tha-bkk").node().directory().size() - 1;
    auto start_from = [&](const Bytes& file) {
        net.kill("coordinator-1");
        net.coordinator().wipe();
        net.coordinator().options().network_file = file;
        net.start("coordinator-1");
    };
    // The danger: records that are on its disk are taken for all that there are.
    start_from({});
    auto pin = parse_network_file(older);
    ASSERT_TRUE(pin.ok());
    net.kill("coordinator-1");
    auto& disk = net.coordinator().disk().directory;
    disk.emplace(pin->first.n, pin->first);
    for (const DirectoryRecord& record : pin->more) disk.emplace(record.n, record);
    net.start("coordinator-1");
    ASSERT_TRUE(lift().ok());
    EXPECT_FALSE(same_record(last));
    // The defence.
    start_from(older);
    Status early = lift();
    ASSERT_FALSE(early.ok());
    EXPECT_NE(early.error().detail.find("rebuilt"), std::string::npos) << early.error().detail;
    net.run(10 * ms_second);
    EXPECT_TRUE(same_record(last));
    Status now = lift();
    ASSERT_TRUE(now.ok()) << now.error().detail;
    net.run(5 * ms_second);
    EXPECT_TRUE(same_record(last + 1));
}

TEST_F(CoreRows, Row31RevokedButConnectedIsCutAndGetsNoKey) {
    Posted before = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    ASSERT_TRUE(net.connected(id("gbr-bkk"), id("tha-bkk")));
    suspend("gbr-bkk");
    net.run(900);
    EXPECT_FALSE(net.connected(id("gbr-bkk"), id("coordinator-1")));
    EXPECT_FALSE(net.connected(id("gbr-bkk"), id("tha-bkk")));
    EXPECT_EQ(net.drops["coordinator-1 gbr-bkk"], 1u);
    Posted after = post("aus-bkk", {"BKK"});
    EXPECT_FALSE(after.parts[0].readers.contains(id("gbr-bkk")));
    net.run(10 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", after.alert()));
    EXPECT_FALSE(net.reads("gbr-bkk", after.alert()));
    // Even handed every slot and entry of the author, nothing of the new epoch opens for it.
    const StreamState& state = net.daemon("aus-bkk").disk().streams.at(after.parts[0].stream);
    EXPECT_EQ(state.epoch.value, 2u);
    auto slots = net.daemon("aus-bkk").store().slots(state.id, state.epoch);
    ASSERT_TRUE(slots.ok());
    EXPECT_EQ(slots->size(), 2u);  // CAN and the host.
    EXPECT_EQ(before.parts[0].stream, after.parts[0].stream);
}

TEST_F(CoreRows, Row36ReplayChangesNothing) {
    std::vector<Bytes> taken;
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.to == id("can-bkk") && !frame.live &&
            (frame.head.type == SyncType::push || frame.head.type == SyncType::put))
            taken.push_back(frame.payload);
    };
    Posted posted = post("aus-bkk", {"BKK"});
    Posted gone = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-bkk", gone.alert()).ok());
    net.run(10 * ms_second);
    ASSERT_FALSE(taken.empty());
    for (int restart = 0; restart < 2; ++restart) {
        std::size_t entries = net.daemon("tha-bkk").disk().entries.size();
        for (const Bytes& payload : taken)
            net.inject(id("can-bkk"), id("tha-bkk"), SyncType::push, std::string(as_text(payload)));
        net.run(5 * ms_second);
        EXPECT_EQ(net.daemon("tha-bkk").disk().entries.size(), entries);
        EXPECT_TRUE(net.reads("tha-bkk", posted.alert()));
        EXPECT_FALSE(net.reads("tha-bkk", gone.alert()));
        net.kill("tha-bkk");
        net.start("tha-bkk");
        net.run(10 * ms_second);
    }
}

TEST_F(CoreRows, Row37ForkIsProvenSpreadAndFrozen) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    StreamId stream = posted.parts[0].stream;
    VerifiedEntry other = craft("aus-bkk", stream);
    push("aus-bkk", "tha-bkk", other);  // One half to the host only, the other to all.
    post("aus-bkk", {"BKK"});
    net.run(20 * ms_second);
    for (const char* name : {"tha-bkk", "can-bkk", "gbr-bkk", "coordinator-1"}) {
        EXPECT_TRUE(net.daemon(name).disk().streams.at(stream).frozen) << name;
        EXPECT_TRUE(net.daemon(name).disk().private_values.contains("fork." + stream.hex()))
            << name;
    }
}

TEST_F(CoreRows, Row37ForkWhoseHalvesCameTogetherIsProven) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    StreamId stream = posted.parts[0].stream;
    VerifiedEntry one = craft("aus-bkk", stream);
    VerifiedEntry other = craft("aus-bkk", stream);
    proto::SyncEntries frame;
    frame.set_stream_id(stream.str());
    frame.set_head(one.header().seq.value);
    for (const VerifiedEntry* half : {&one, &other})
        frame.add_entries()->set_entry(std::string(as_text(half->bytes())));
    net.inject(id("aus-bkk"), id("tha-bkk"), SyncType::push, frame.SerializeAsString());
    net.run(10 * ms_second);
    EXPECT_TRUE(net.daemon("tha-bkk").disk().streams.at(stream).frozen);
    EXPECT_TRUE(net.daemon("can-bkk").disk().streams.at(stream).frozen);
}

TEST_F(CoreRows, Row39TheCoordinatorAndTheExcludedOpenNothing) {
    std::vector<Posted> all = {post("aus-bkk", {"BKK"}), post("aus-bkk", {"network"}),
                               post("aus-bkk", {"BKK", true}),
                               post("aus-bkk", {"BKK", false, {"GBR"}})};
    bool plain = false;
    net.on_frame = [&](const SentFrame& frame) {
        plain = plain || as_text(frame.payload).find("canary") != std::string_view::npos;
    };
    net.run(10 * ms_second);
    EXPECT_FALSE(plain);
    for (const char* name : {"coordinator-1", "tha-bkk", "gbr-bkk"}) {
        Daemon& one = net.daemon(name);
        for (const Posted& posted : all) {
            if (posted.parts[0].readers.contains(one.id())) continue;
            const StreamState& state =
                net.daemon("aus-bkk").disk().streams.at(posted.parts[0].stream);
            for (Seq seq{}; seq <= state.head; seq = seq.next())
                EXPECT_FALSE(one.store().entry_key(state.id, seq).ok()) << name;
        }
    }
    for (const Posted& posted : all) {  // Nor is a key made for them that would come later.
        const StreamState& state = net.daemon("aus-bkk").disk().streams.at(posted.parts[0].stream);
        auto slots = net.daemon("aus-bkk").store().slots(state.id, state.epoch);
        ASSERT_TRUE(slots.ok());
        EXPECT_EQ(slots->size(), posted.parts[0].readers.size());
    }
    EXPECT_TRUE(net.coordinator().disk().entry_keys.empty());
    EXPECT_TRUE(net.coordinator().disk().search.empty());
}

TEST_F(CoreRows, Row41FloodByAnInsiderCostsItsOwnQuotaAndNobodyElse) {
    net.kill("can-bkk");
    net.daemon("can-bkk").options().origin_bytes_per_day = 64 * 1024;
    net.start("can-bkk");
    net.run(5 * ms_second);
    Posted last{};
    for (int i = 0; i < 200; ++i) last = post("aus-bkk", {"BKK", false, {}, {}, Precedence::flash});
    Posted other = post("gbr-bkk", {"BKK"});
    net.run(10 * ms_second);
    auto bytes = [&] {
        std::size_t sum = 0;
        for (const auto& [where, entry] : net.daemon("can-bkk").disk().entries)
            if (where.first == last.parts[0].stream) sum += entry.entry.bytes().size();
        return sum;
    };
    EXPECT_TRUE(net.reads("tha-bkk", last.alert()));  // Its share is larger: the danger.
    EXPECT_FALSE(net.reads("can-bkk", last.alert()));
    EXPECT_TRUE(net.reads("can-bkk", other.alert()));
    EXPECT_LE(bytes(), 64u * 1024);
    EXPECT_GT(bytes(), 32u * 1024);
    net.run(ms_day);  // Nothing is lost by it.
    EXPECT_GT(bytes(), 64u * 1024);
}

TEST_F(CoreRows, Row42AGhostReaderNeedsAllItsSigners) {
    TestNode ghost = const_cast<TestNetwork&>(net.network()).make_node("usa-bkk", "AUS", "BKK");
    proto::SignedRequest request = net.network().request(ghost);
    const TestNetwork& network = net.network();
    std::size_t before = net.coordinator().node().directory().size();
    for (const TestNetwork::Signers& signers : std::vector<TestNetwork::Signers>{
             {&network.rso(0)},
             {&network.rso(0), &network.rso(0), &network.rso(0)},
             {&network.rso(0), &network.rso(1), &network.chair("BKK")},  // Not its own party.
             {&network.administrator("AUS"), &network.chair("BKK")}}) {
        EXPECT_FALSE(net.submit([&](Drafter& d) { return d.add_node(request); }, signers).ok());
        // Nor does a node apply it that gets it in order, from a coordinator that is not honest.
        SeededRng rng(95);
        Directory directory = net.daemon("tha-bkk").node().directory();
        Bytes statement = Drafter(rng, draft_basis(directory, net.now())).add_node(request);
        DirectoryRecord record{DirSeq{directory.size()}, net.now(), statement,
                               network.authorise(statement, signers)};
        EXPECT_FALSE(directory.apply(std::move(record)).ok());
    }
    net.run(5 * ms_second);
    EXPECT_EQ(net.coordinator().node().directory().size(), before);
    EXPECT_TRUE(
        net.submit([&](Drafter& d) { return d.add_node(request); }, network.admitters("AUS", "BKK"))
            .ok());
}

// What the excluded state gets and keeps is the same, byte for byte, whether others post or not.
TEST_F(CoreRows, Row57ExcludedStateLooksForTraces) {
    post("tha-bkk", {"BKK"});
    net.run(30 * ms_second);
    const MemoryDisk& disk = net.daemon("tha-bkk").disk();
    auto fingerprint = [&] {
        return std::tuple(disk.order.size(), disk.entries.size(), disk.slots.size(),
                          disk.mail.size(), disk.node_acks.size(), disk.entry_acks.size(),
                          disk.private_values, disk.audit.size(), disk.commits);
    };
    std::set<std::pair<NodeId, Bytes>> frames;
    bool watching = false;
    std::size_t others = 0;
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.to != id("tha-bkk")) return;
        std::pair<NodeId, Bytes> one{frame.from, frame.payload};
        one.second.push_back(static_cast<Byte>(frame.head.type));
        if (!watching)
            frames.insert(one);
        else if (!frames.contains(one))
            ++others;
    };
    net.run(20 * ms_second);  // What is always said: beats.
    watching = true;
    auto before = fingerprint();
    auto missions = net.post("aus-bkk", {"BKK", true}, "canary missions");
    ASSERT_TRUE(missions.ok());
    auto derived = net.post("can-bkk", {"BKK", false, {"THA"}}, "canary derived");
    ASSERT_TRUE(derived.ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(net.reads("gbr-bkk", missions->alert()));
    EXPECT_TRUE(net.reads("gbr-bkk", derived->alert()));
    ASSERT_TRUE(net.withdraw("aus-bkk", missions->alert()).ok());
    net.run(30 * ms_second);
    EXPECT_EQ(others, 0u);
    EXPECT_TRUE(fingerprint() == before);
}

TEST_F(CoreRows, Row58BackDatedEntryOfASuspendedNodeIsQuarantined) {
    Posted posted = post("gbr-bkk", {"BKK"});
    net.run(3 * ms_second);
    suspend("gbr-bkk");
    net.run(5 * ms_second);
    VerifiedEntry late = craft("gbr-bkk", posted.parts[0].stream);  // Its dir_seq is the old one.
    push("can-bkk", "tha-bkk", late);
    push("can-bkk", "coordinator-1", late);
    net.run(10 * ms_second);
    for (const char* name : {"tha-bkk", "coordinator-1", "aus-bkk"})
        EXPECT_LT(net.daemon(name).disk().streams.at(posted.parts[0].stream).head,
                  late.header().seq)
            << name;
}

TEST_F(CoreRows, AWithdrawnAlertIsGoneFromEveryStoreAndTold) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    const StreamId stream = posted.parts[0].stream;
    Seq seq = net.daemon("aus-bkk").node().index().alert(posted.alert())->revisions.back().seq;
    ASSERT_TRUE(net.withdraw("aus-bkk", posted.alert()).ok());
    net.run(20 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk", "coordinator-1"}) {
        Daemon& one = net.daemon(name);
        EXPECT_TRUE(one.disk().entries.at({stream, seq}).entry.absent()) << name;
        EXPECT_FALSE(one.store().entry_key(stream, seq).ok()) << name;
    }
    auto acks = net.daemon("aus-bkk").store().entry_acks(stream, seq);
    ASSERT_TRUE(acks.ok());
    EXPECT_EQ(std::count_if(acks->begin(), acks->end(),
                            [](const AckRecord& a) { return a.level == AckLevel::redacted; }),
              3);
}

}  // namespace
}  // namespace rilon
