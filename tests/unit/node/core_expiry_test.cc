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

}  // namespace
}  // namespace rilon
