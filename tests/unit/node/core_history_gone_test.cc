// History grants: nothing of one is left when its work is done.
#include <set>

#include "tests/unit/node/history_net.h"
#include "tests/unit/node/seizure.h"

namespace rilon {
namespace {

TEST_F(CoreHistory, NothingIsLeftOfAGrantWhenItsKeysAreTaken) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    ASSERT_FALSE(nothing_left("aus-bkk", place));
    ASSERT_TRUE(net.run_until([&] { return net.reads(joiner, early.alert()); }, 20 * ms_second));
    net.run(30 * ms_second);
    for (const char* node : {"aus-bkk", joiner}) {
        EXPECT_TRUE(nothing_left(node, place)) << node;
        EXPECT_FALSE(indexed(node, place)) << node;
        for (const auto& [at, epoch] : disk(node).epochs)
            EXPECT_FALSE(at.first == place.stream && epoch.key.has_value()) << node;
    }
    EXPECT_EQ(disk("coordinator-1").entries.at({place.stream, place.seq}).body,
              MemoryDisk::Body::erased);
    EXPECT_TRUE(disk("aus-bkk").private_values.at("history-given").empty());
    EXPECT_TRUE(disk(joiner).private_values.at("history-taken").empty());
    EXPECT_FALSE(disk("gbr-bkk").streams.contains(place.stream));
    // The next posting to that node alone is read as ever.
    net.kill(joiner);
    net.start(joiner);
    net.run(10 * ms_second);
    Posted later = post("aus-bkk", {"network", false, {}, {joiner}});
    EXPECT_EQ(later.parts.front().stream, place.stream);
    EXPECT_TRUE(shows(joiner, later.alert()));
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_TRUE(shows(joiner, early.alert()));
}

TEST_F(CoreHistory, Row59AWithdrawnAlertIsInNoGrantThatIsSeized) {
    Posted early = post("aus-bkk", {"BKK"});
    Posted stays = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    const EntryRef other = entry_of("aus-bkk", stays.alert());
    keep_from(joiner, SyncType::ack);  // It is never told that the keys were taken.
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    Seizure thief(net);
    for (const char* node : {"aus-bkk", joiner}) thief.record(node);
    ASSERT_TRUE(thief.opens({"aus-bkk"}, ref));  // The alert's own key is there yet.
    net.run(20 * ms_second);
    ASSERT_TRUE(net.reads(joiner, early.alert()));
    for (const char* node : {"aus-bkk", joiner}) thief.record(node);
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    EXPECT_TRUE(nothing_left("aus-bkk", place));  // At once.
    net.run(10 * ms_second);
    EXPECT_FALSE(thief.opens({"aus-bkk", joiner}, ref));
    EXPECT_TRUE(thief.opens({"aus-bkk", joiner}, other));
    EXPECT_TRUE(shows(joiner, stays.alert()));
}

// The keys were not taken yet: the joiner was down, and gets the withdrawal with the grant.
TEST_F(CoreHistory, Row59WithdrawnWhileTheGrantWaitsItsKeysAreTakenByNobody) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    net.kill(joiner);
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    net.run(5 * ms_second);
    Seizure thief(net);
    for (const char* node : {"aus-bkk", joiner, "coordinator-1"}) thief.record(node);
    ASSERT_TRUE(thief.opens({"aus-bkk", joiner}, {place.stream, place.seq}));
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    net.run(5 * ms_second);
    net.start(joiner);
    net.run(30 * ms_second);
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
    EXPECT_FALSE(thief.opens({"aus-bkk", joiner}, ref));
    EXPECT_FALSE(thief.opens({"aus-bkk", joiner}, {place.stream, place.seq}));
}

// A grant whose slot comes after its redact: it is read once more, and destroyed untaken.
TEST_F(CoreHistory, AGrantThatWasTakenBackBeforeItsSlotCameIsDestroyedUnread) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    net.filter = [&](const SentFrame& frame) {  // No slot gets to it.
        if (frame.to != id(joiner)) return false;
        proto::SyncEntries entries;
        const bool carries =
            (frame.head.type == SyncType::put || frame.head.type == SyncType::push) &&
            entries.ParseFromArray(frame.payload.data(), int(frame.payload.size()));
        return frame.head.type == SyncType::slots || (carries && entries.slots_size() > 0);
    };
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    auto slots = store("aus-bkk").slots(
        place.stream, disk("aus-bkk").entries.at({place.stream, place.seq}).entry.header().epoch);
    ASSERT_EQ(slots->size(), 1u);
    hand_over("aus-bkk", place.stream);
    ASSERT_EQ(disk(joiner).entries.at({place.stream, place.seq}).body, MemoryDisk::Body::present);
    ASSERT_FALSE(store(joiner).entry_key(place.stream, place.seq).ok());
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    net.run(20 * ms_second);
    net.filter = nullptr;
    net.run(20 * ms_second);
    proto::SyncSlots frame;  // From whoever kept it.
    frame.set_stream_id(place.stream.str());
    frame.set_epoch(slots->front().epoch.value);
    frame.add_slots(std::string(as_text(encode_slot(slots->front()))));
    net.inject(id("aus-bkk"), id(joiner), SyncType::slots, frame.SerializeAsString());
    net.run(30 * ms_second);
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
}

TEST_F(CoreHistory, NotTakenForFourteenDaysAGrantGoes) {
    post("aus-bkk", {"BKK"});
    join();
    net.kill(joiner);
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.sleep(13 * ms_day);
    EXPECT_FALSE(nothing_left("aus-bkk", place));
    net.sleep(ms_day + ms_hour);
    EXPECT_TRUE(nothing_left("aus-bkk", place));
}

TEST_F(CoreHistory, MoreThanAnEntryHoldsComesInPartsAndNoneIsLeft) {
    std::vector<AlertId> early;
    for (std::size_t i = 0; i < history_keys_max + 5; ++i) {
        auto posted = net.post("aus-bkk", {"BKK"}, "canary " + std::to_string(i));
        ASSERT_TRUE(posted.ok()) << posted.error().detail;
        early.push_back(posted->alert());
    }
    join();
    ASSERT_FALSE(net.reads(joiner, early.front()));
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    ASSERT_EQ(grant->parts.size(), 2u);
    const ListedEntry last = given("aus-bkk", *grant);
    net.run(ms_minute);
    for (const AlertId& one : early) ASSERT_TRUE(net.reads(joiner, one));
    std::size_t grants = 0;
    for (const auto& [at, entry] : disk("aus-bkk").entries) {
        if (at.first != last.stream || entry.entry.header().kind != EntryKind::content) continue;
        ++grants;
        for (const char* node : {"aus-bkk", joiner})
            EXPECT_TRUE(nothing_left(node, {at.first, at.second})) << node;
    }
    EXPECT_EQ(grants, 2u);
}

// Its granter is away when it starts again: the slot is at the coordinator still, K is not wanted.
TEST_F(CoreHistory, AfterARestartTheKeyOfAGrantThatIsOverIsNotFetchedAgain) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    keep_from(joiner, SyncType::ack);
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.run(20 * ms_second);
    ASSERT_TRUE(nothing_left(joiner, place));
    net.kill("aus-bkk");
    const Epoch epoch = disk(joiner).streams.at(place.stream).epoch;
    ASSERT_TRUE(disk(joiner).streams.at(place.stream).epoch_open);  // No redact came.
    ASSERT_FALSE(store("coordinator-1").slots(place.stream, epoch)->empty());
    net.kill(joiner);
    std::size_t keys = 0;
    net.daemon(joiner).on_batch = [&](const Batch& batch) {
        for (const StoreOp& op : batch) {
            const auto* key = std::get_if<PutEpochKey>(&op);
            keys += key != nullptr && key->stream == place.stream ? 1u : 0u;
        }
    };
    net.start(joiner);
    net.run(ms_minute);
    EXPECT_EQ(keys, 0u);
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_TRUE(shows(joiner, early.alert()));
}

}  // namespace
}  // namespace rilon
