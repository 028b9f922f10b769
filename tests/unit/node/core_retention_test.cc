// What a coordinator keeps no longer, readers who were away for longer than that get from the
// author; until then they have acknowledged nothing of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

// Alerts of aus-bkk that the host does not read: nobody but the coordinator carries them.
class CoreRetention : public SmallNet {
   protected:
    const MemoryDisk& disk(const std::string& node) { return net.daemon(node).disk(); }
    void post_some(int count) {
        for (int i = 0; i < count; ++i) all.push_back(post("aus-bkk", {"BKK", true}));
        net.run(10 * ms_second);
        first = entry_of("aus-bkk", all.front());
    }
    std::size_t bodies(const std::string& node) {
        std::size_t count = 0;
        for (auto at = disk(node).entries.lower_bound({first.stream, Seq{}});
             at != disk(node).entries.end() && at->first.first == first.stream; ++at)
            if (at->second.entry.header().kind == EntryKind::content)
                count += at->second.body == MemoryDisk::Body::present ? 1u : 0u;
        return count;
    }
    Seq acknowledged(const std::string& reader) {
        auto ack = disk("aus-bkk").node_acks.find({first.stream, id(reader)});
        return ack == disk("aus-bkk").node_acks.end() ? Seq{} : ack->second.seq;
    }
    std::size_t read_by(const std::string& node) {
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const auto& one) { return net.reads(node, one.alert()); }));
    }
    std::vector<Posted> all;
    EntryRef first;
};

TEST_F(CoreRetention, WhoWasAwayForFortyDaysGetsItFromTheAuthor) {
    net.kill("gbr-bkk");
    post_some(30);
    const std::uint64_t before = disk("coordinator-1").entry_bytes;
    ASSERT_EQ(bodies("coordinator-1"), 30u);
    net.sleep(40 * ms_day);
    const std::uint64_t after = disk("coordinator-1").entry_bytes;
    EXPECT_EQ(bodies("coordinator-1"), 0u);
    EXPECT_EQ(bodies("aus-bkk"), 30u);
    EXPECT_LT(after, before);
    std::printf("30 alerts after 40 days: the coordinator held %llu bytes of them and holds %llu\n",
                static_cast<unsigned long long>(before), static_cast<unsigned long long>(after));

    // The danger: it has every header and not one alert, and says that all is well.
    net.kill("aus-bkk");
    net.start("gbr-bkk");
    net.run(2 * ms_minute);
    const Seq head = disk("coordinator-1").streams.at(first.stream).head;
    ASSERT_EQ(disk("gbr-bkk").streams.at(first.stream).head, head);
    EXPECT_EQ(read_by("gbr-bkk"), 0u);

    // What it lacks it lacks after a restart too.
    net.kill("gbr-bkk");
    net.filter = [&](const SentFrame& sent) {
        return sent.from == id("gbr-bkk") && sent.head.type == SyncType::range;
    };
    net.start("gbr-bkk");
    net.start("aus-bkk");
    net.run(5 * ms_second);
    net.filter = nullptr;
    EXPECT_LT(acknowledged("gbr-bkk"), first.seq);
    EXPECT_TRUE(disk("aus-bkk").node_acks.contains({first.stream, id("gbr-bkk")}));
    net.run(25 * ms_minute);
    EXPECT_EQ(read_by("gbr-bkk"), 30u);
    EXPECT_EQ(acknowledged("gbr-bkk"), head);
    EXPECT_EQ(bodies("coordinator-1"), 30u);  // And again for others who come late.
    net.sleep(32 * ms_day);
    EXPECT_EQ(bodies("coordinator-1"), 0u);
    EXPECT_EQ(read_by("gbr-bkk"), 30u);
}

TEST_F(CoreRetention, TheAuthorMayComeLaterThanTheReaderLeaves) {
    net.kill("gbr-bkk");
    post_some(5);
    net.sleep(40 * ms_day);
    net.kill("aus-bkk");
    net.start("gbr-bkk");
    net.run(5 * ms_minute);
    net.kill("gbr-bkk");
    net.start("aus-bkk");
    net.run(ms_minute);
    EXPECT_EQ(bodies("coordinator-1"), 5u);
    net.kill("aus-bkk");
    net.start("gbr-bkk");
    net.run(5 * ms_minute);
    EXPECT_EQ(read_by("gbr-bkk"), 5u);
}

TEST_F(CoreRetention, WhatWasWithdrawnMeanwhileIsWaitedForByNobody) {
    net.kill("gbr-bkk");
    post_some(6);
    net.sleep(35 * ms_day);
    ASSERT_TRUE(net.withdraw("aus-bkk", all[2].alert()).ok());
    net.run(10 * ms_second);
    net.start("gbr-bkk");
    net.run(25 * ms_minute);
    EXPECT_EQ(read_by("gbr-bkk"), 5u);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", all[2].alert()));
    EXPECT_EQ(acknowledged("gbr-bkk"), disk("aus-bkk").streams.at(first.stream).head);
    EXPECT_EQ(bodies("coordinator-1"), 5u + 1u);  // The withdrawal is young.
}

TEST_F(CoreRetention, WhoeverCameInTimeKeepsEverything) {
    post_some(4);
    net.sleep(80 * ms_day);
    EXPECT_EQ(bodies("coordinator-1"), 0u);
    EXPECT_EQ(read_by("gbr-bkk"), 4u);
    EXPECT_EQ(read_by("can-bkk"), 4u);
    EXPECT_EQ(acknowledged("can-bkk"), disk("aus-bkk").streams.at(first.stream).head);
}

TEST_F(CoreRetention, OldSlotsAreKeptByTheirOriginAlone) {
    post_some(1);
    auto slots = [&](const std::string& node) {
        return std::count_if(disk(node).slots.begin(), disk(node).slots.end(),
                             [&](const auto& s) { return std::get<0>(s.first) == first.stream; });
    };
    const auto made = slots("aus-bkk");
    ASSERT_GT(made, 0);
    ASSERT_EQ(slots("coordinator-1"), made);
    net.sleep(74 * ms_day);
    EXPECT_EQ(slots("coordinator-1"), made);
    net.sleep(3 * ms_day);
    EXPECT_EQ(slots("coordinator-1"), 0);
    EXPECT_EQ(slots("aus-bkk"), made);
}

// A member could fill a coordinator's disk again with what is gone there.
TEST_F(CoreRetention, BodiesThatNobodyAskedForAreNotTaken) {
    post_some(3);
    net.sleep(35 * ms_day);
    ASSERT_EQ(bodies("coordinator-1"), 0u);
    proto::SyncEntries frame;
    frame.set_stream_id(first.stream.str());
    frame.add_entries()->set_entry(
        std::string(as_text(disk("aus-bkk").entries.at({first.stream, first.seq}).entry.bytes())));
    frame.set_head(first.seq.value);
    net.inject(id("aus-bkk"), id("coordinator-1"), SyncType::put, frame.SerializeAsString());
    net.run(5 * ms_second);
    EXPECT_EQ(bodies("coordinator-1"), 0u);
}

}  // namespace
}  // namespace rilon
