// Damage in a node's store: found, fetched again from peers, and only ever the entry that was
// there.
#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class RepairTest : public SmallNet {
   protected:
    // Bodies of a reader are damaged while it is down and alone when it comes back.
    void damage(const std::string& node, const std::vector<EntryRef>& refs) {
        net.kill(node);
        for (const EntryRef& ref : refs)
            net.daemon(node).disk().damaged.insert({ref.stream, ref.seq});
        for (const auto& [name, other] : net.daemons())
            if (name != node) net.cut(node, name);
        net.start(node);
        net.run(5 * ms_second);
    }
    bool whole(const std::string& node) { return net.daemon(node).disk().damaged.empty(); }
};

TEST_F(RepairTest, Row13DamagedEntriesAreFetchedAgainInARow) {
    std::vector<Posted> all;
    for (int i = 0; i < 5; ++i) all.push_back(post("aus-bkk", {"BKK"}));
    net.run(5 * ms_second);
    std::vector<EntryRef> hit;
    for (int i = 1; i < 5; ++i)  // The last is the head itself.
        hit.push_back(entry_of("can-bkk", all[static_cast<std::size_t>(i)]));
    damage("can-bkk", hit);
    for (int i = 1; i < 5; ++i)
        EXPECT_FALSE(shows("can-bkk", all[static_cast<std::size_t>(i)].alert()));
    EXPECT_TRUE(shows("can-bkk", all[0].alert()));
    net.heal_all();
    EXPECT_TRUE(net.run_until([&] { return whole("can-bkk"); }, 30 * ms_second));
    for (const Posted& one : all) EXPECT_TRUE(shows("can-bkk", one.alert()));
}

TEST_F(RepairTest, Row13TheOriginGetsItsOwnEntriesBack) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    damage("aus-bkk", {entry_of("aus-bkk", posted)});
    EXPECT_FALSE(shows("aus-bkk", posted.alert()));
    net.heal_all();
    EXPECT_TRUE(net.run_until([&] { return shows("aus-bkk", posted.alert()); }, 30 * ms_second));
}

TEST_F(RepairTest, Row13AClearEntryAndTheCoordinatorsAreFetchedToo) {
    Posted posted = post("aus-bkk", {"BKK"});
    post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    StreamId stream = posted.parts[0].stream;
    damage("coordinator-1", {{stream, Seq{0}}, {stream, Seq{1}}, {stream, Seq{2}}});
    net.heal_all();
    EXPECT_TRUE(net.run_until([&] { return whole("coordinator-1"); }, 30 * ms_second));
}

TEST_F(RepairTest, Row13AnotherEntryIsNotTakenForTheLostOne) {
    Posted posted = post("aus-bkk", {"BKK"});
    post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    EntryRef ref = entry_of("can-bkk", posted);
    // A well-formed, well-signed entry of that seq, which the origin's stolen key could make.
    Daemon& origin = net.daemon("aus-bkk");
    const MemoryDisk& disk = origin.disk();
    StreamState state = disk.streams.at(ref.stream);
    state.head = Seq{ref.seq.value - 1};
    state.head_id = disk.entries.at({ref.stream, state.head}).entry.id();
    auto key = origin.store().epoch_key(ref.stream, state.epoch);
    OriginKeys keys{origin.identity().sign.sk, origin.identity().generation};
    auto forged = seal({EntryKind::content, Precedence::routine, state.dir_seq, {1, 2, 3}}, state,
                       keys, &**key, net.rng().bytes<Nonce24>());
    ASSERT_TRUE(forged.ok());
    damage("can-bkk", {ref});
    net.heal_all();
    std::size_t sent = 0;  // Whoever is asked gives the forged one.
    net.filter = [&](const SentFrame& frame) {
        if (frame.to != id("can-bkk") || frame.head.type != SyncType::put) return false;
        proto::SyncEntries answer;
        answer.set_stream_id(ref.stream.str());
        answer.add_entries()->set_entry(std::string(as_text(forged->bytes())));
        net.inject(frame.from, frame.to, SyncType::put, answer.SerializeAsString());
        ++sent;
        return true;
    };
    net.run(40 * ms_second);
    EXPECT_GT(sent, 0u);
    EXPECT_FALSE(whole("can-bkk"));
    EXPECT_FALSE(net.daemon("can-bkk").disk().streams.at(ref.stream).frozen);
    net.filter = nullptr;
    EXPECT_TRUE(net.run_until([&] { return whole("can-bkk"); }, 60 * ms_second));
    EXPECT_TRUE(shows("can-bkk", posted.alert()));
}

TEST_F(RepairTest, Row13ALostSearchRecordIsMadeAnew) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    net.kill("can-bkk");
    net.daemon("can-bkk").disk().search.clear();
    net.start("can-bkk");
    EXPECT_FALSE(net.reads("can-bkk", posted.alert()));
    EXPECT_TRUE(
        net.run_until([&] { return net.reads("can-bkk", posted.alert()); }, 10 * ms_second));
    EXPECT_FALSE(net.daemon("can-bkk").disk().search.empty());
}

TEST_F(RepairTest, Row13ADamagedEntryKeyComesFromTheSlotAgain) {
    Posted posted = post("aus-bkk", {"BKK"});
    Posted other = post("aus-bkk", {"BKK"});
    net.run(2 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-bkk", other.alert()).ok());  // The epoch is over, K is gone.
    net.run(10 * ms_second);
    EntryRef ref = entry_of("can-bkk", posted);
    MemoryDisk& disk = net.daemon("can-bkk").disk();
    ASSERT_TRUE(disk.entry_keys.contains({ref.stream, ref.seq}));
    std::size_t keys = disk.entry_keys.size();
    net.kill("can-bkk");
    disk.damaged_keys.insert({ref.stream, ref.seq});
    net.start("can-bkk");
    EXPECT_FALSE(shows("can-bkk", posted.alert()));
    EXPECT_TRUE(net.run_until([&] { return shows("can-bkk", posted.alert()); }, 30 * ms_second));
    EXPECT_EQ(disk.entry_keys.size(), keys);  // And not the key of the one that was erased.
}

TEST_F(RepairTest, Row13ALostEpochKeyComesFromTheSlotAgain) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    net.kill("can-bkk");
    MemoryDisk& disk = net.daemon("can-bkk").disk();
    for (auto& [name, epoch] : disk.epochs) epoch.key.reset();
    net.start("can-bkk");
    EXPECT_FALSE(shows("can-bkk", posted.alert()));
    EXPECT_TRUE(net.run_until([&] { return shows("can-bkk", posted.alert()); }, 30 * ms_second));
}

TEST_F(RepairTest, Row13AnErasedEntryIsNotRevivedByItsRepair) {
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(2 * ms_second);
    EntryRef ref = entry_of("can-bkk", posted);
    ASSERT_TRUE(net.withdraw("aus-bkk", posted.alert()).ok());
    net.run(10 * ms_second);
    damage("can-bkk", {ref});
    net.heal_all();
    EXPECT_TRUE(net.run_until([&] { return whole("can-bkk"); }, 60 * ms_second));
    net.run(10 * ms_second);
    EXPECT_FALSE(net.reads("can-bkk", posted.alert()));
    EXPECT_FALSE(net.daemon("can-bkk").store().entry_key(ref.stream, ref.seq).ok());
}

}  // namespace
}  // namespace rilon
