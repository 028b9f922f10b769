// Alerts whose time is over go by themselves.
#include <gtest/gtest.h>

#include <algorithm>

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

class CoreExpiry : public testing::Test {
   protected:
    CoreExpiry() : net(founded(), 17) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
        PostWish wish{"BKK"};
        wish.purge_after_ms = net.now().plus(ms_hour).value;
        auto done = net.post("aus-bkk", wish, "for an hour");
        EXPECT_TRUE(done.ok());
        if (done.ok()) posted = *done;
        net.run(10 * ms_second);
    }
    ~CoreExpiry() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    // Of the alert's entry, wherever the node has it.
    bool opens(const std::string& node) {
        const StreamId& stream = posted.parts[0].stream;
        const StreamState& state = net.daemon(node).disk().streams.at(stream);
        for (Seq seq{}; seq <= state.head; seq = seq.next()) {
            auto entry = net.daemon(node).store().entry(stream, seq);
            if (entry.ok() && entry->has_value() && !(*entry)->entry.absent() &&
                (*entry)->entry.header().kind == EntryKind::content &&
                net.daemon(node).store().entry_key(stream, seq).ok())
                return true;
        }
        return false;
    }
    void suspend(const std::string& node) {
        const NodeId who = net.daemon(node).id();
        Status done =
            net.submit([&](Drafter& d) { return d.suspend(who, "test"); }, {&net.network().rso(0)});
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    TestNet net;
    Posted posted;
};

TEST_F(CoreExpiry, EveryNodeDestroysItAndSaysSo) {
    ASSERT_TRUE(net.reads("can-bkk", posted.alert()));
    ASSERT_TRUE(opens("can-bkk"));
    net.run(7 * ms_hour);  // The next checkpoint included.
    for (const char* node : {"aus-bkk", "can-bkk", "tha-bkk"}) {
        EXPECT_FALSE(net.reads(node, posted.alert())) << node;
        EXPECT_FALSE(opens(node)) << node;
    }
    net.run(ms_minute);
    auto acks = net.daemon("aus-bkk").store().entry_acks(posted.parts[0].stream, Seq{2});
    ASSERT_TRUE(acks.ok());
    EXPECT_EQ(std::count_if(acks->begin(), acks->end(),
                            [](const AckRecord& ack) { return ack.level == AckLevel::redacted; }),
              std::ptrdiff_t(posted.parts[0].readers.size()));
    EXPECT_TRUE(net.post("aus-bkk", {"BKK"}, "the stream goes on").ok());
}

TEST_F(CoreExpiry, HiddenAlsoWhereTheAuthorIsGoneAndOverARestart) {
    net.kill("aus-bkk");
    net.run(7 * ms_hour);
    EXPECT_FALSE(net.reads("can-bkk", posted.alert()));
    net.kill("can-bkk");
    net.start("can-bkk");
    net.run(5 * ms_second);
    EXPECT_FALSE(net.reads("can-bkk", posted.alert()));
    EXPECT_TRUE(opens("can-bkk"));  // Its epoch is open: the author's redact ends it.
    net.start("aus-bkk");
    net.run(ms_minute);
    EXPECT_FALSE(opens("can-bkk"));
}

// The danger: by its own clock alone it would tell everybody to destroy what is in force.
TEST_F(CoreExpiry, Row54AClockAYearAheadDestroysNothing) {
    auto kept = net.post("aus-bkk", {"BKK"}, "for three months");
    ASSERT_TRUE(kept.ok());
    net.run(10 * ms_second);
    const UnixMillis wrong = net.now().plus(365 * ms_day);
    for (const char* node : {"aus-bkk", "can-bkk"})
        ASSERT_TRUE(net.daemon(node).turn({Tick{}}, wrong).ok());
    net.run(2 * ms_day);
    for (const char* node : {"aus-bkk", "can-bkk", "tha-bkk"})
        EXPECT_TRUE(net.reads(node, kept->alert())) << node;
}

// The danger: what is signed with a key that was replaced is refused by all for good, and the chain
// behind it.
TEST_F(CoreExpiry, ANodeWhoseKeyWasReplacedSignsNothingUntilItHasTheNewOne) {
    const StreamId& stream = posted.parts[0].stream;
    Daemon& author = net.daemon("aus-bkk");
    net.run(2 * ms_hour);  // Over, but nobody vouched for so late a time yet.
    ASSERT_TRUE(net.reads("aus-bkk", posted.alert()));
    const StreamState before = author.disk().streams.at(stream);
    SignKeyPair next = make_sign_key_pair(net.rng());
    const std::vector<StreamCut> cuts{{stream, before.head, before.head_id}};
    Status done = net.submit(
        [&](Drafter& d) {
            return d.replace_key(net.network().id(), author.id(), {&next, nullptr}, cuts);
        },
        net.network().admitters("AUS", "BKK"));
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(10 * ms_second);
    EXPECT_FALSE(net.reads("aus-bkk", posted.alert()));
    EXPECT_EQ(author.disk().streams.at(stream).head, before.head);
    net.kill("aus-bkk");
    author.identity().generation = author.identity().generation.next();
    author.identity().sign = std::move(next);
    net.start("aus-bkk");
    net.run(ms_minute);
    EXPECT_GT(author.disk().streams.at(stream).head, before.head);
    for (const char* node : {"aus-bkk", "can-bkk"}) {
        EXPECT_EQ(net.daemon(node).disk().streams.at(stream).head,
                  author.disk().streams.at(stream).head)
            << node;
        EXPECT_FALSE(opens(node)) << node;
    }
}

// As with every other sealing: nobody knows how the directory has gone on.
TEST_F(CoreExpiry, NothingIsSignedUnderADirectoryOfFourteenDays) {
    const StreamId& stream = posted.parts[0].stream;
    net.run(2 * ms_hour);
    const Seq before = net.daemon("aus-bkk").disk().streams.at(stream).head;
    net.set_clock("aus-bkk", 15 * std::int64_t{ms_day});
    suspend("gbr-bkk");  // A record, and with it a time that is vouched for.
    net.run(10 * ms_second);
    EXPECT_FALSE(net.reads("aus-bkk", posted.alert()));
    EXPECT_EQ(net.daemon("aus-bkk").disk().streams.at(stream).head, before);
    net.set_clock("aus-bkk", 0);
    net.run(10 * ms_second);
    EXPECT_GT(net.daemon("aus-bkk").disk().streams.at(stream).head, before);
    EXPECT_FALSE(opens("aus-bkk"));
}

TEST_F(CoreExpiry, WhatIsOverIsNotCountedNorWithdrawn) {
    const std::size_t before = net.daemon("aus-bkk").node().index().readable_alerts();
    net.run(7 * ms_hour);
    EXPECT_EQ(net.daemon("aus-bkk").node().index().readable_alerts(), before - 1);
    auto refused = net.withdraw("aus-bkk", posted.alert());
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().detail.find("expired"), std::string::npos) << refused.error().detail;
}

}  // namespace
}  // namespace rilon
