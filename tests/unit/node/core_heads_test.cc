// Signed heads: a relay that withholds is found out (row 38).
#include <gtest/gtest.h>

#include "node/head_watch.h"
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

// can-bkk reaches the others through the host's hub alone.
class CoreHeads : public testing::Test {
   protected:
    CoreHeads() : net(founded(), 11) {
        net.dials = [](const Daemon& from, const Daemon& to) {
            if (from.name() == "can-bkk") return to.name() == "tha-bkk";
            return to.name() == "tha-bkk" || to.name() == "coordinator-1";
        };
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
        EXPECT_TRUE(net.post("aus-bkk", {"BKK"}, "before").ok());
        net.run(5 * ms_second);
    }
    ~CoreHeads() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    // From now on the hub gives can-bkk nothing new and says nothing that would show it.
    void withhold(bool heads_too) {
        NodeId hub = net.daemon("tha-bkk").id();
        NodeId reader = net.daemon("can-bkk").id();
        net.filter = [=](const SentFrame& frame) {
            if (frame.from != hub || frame.to != reader) return false;
            if (frame.live) return true;
            if (frame.head.type == SyncType::head) return heads_too;
            return frame.head.type == SyncType::push || frame.head.type == SyncType::put ||
                   frame.head.type == SyncType::heads || frame.head.type == SyncType::beat;
        };
    }
    bool warned(const std::string& words) {
        proto::Request request;
        request.mutable_status();
        auto response = net.request("can-bkk", request);
        EXPECT_TRUE(response.ok());
        if (!response.ok()) return false;
        for (const auto& warning : response->status().warnings())
            if (warning.find(words) != std::string::npos) return true;
        return false;
    }
    TestNet net;
};

TEST_F(CoreHeads, Row38RelayWithholdsIsFoundWithinAHeadPeriod) {
    withhold(false);
    auto posted = net.post("aus-bkk", {"BKK"}, "kept back");
    ASSERT_TRUE(posted.ok());
    net.run(10 * ms_second);
    // The danger: digests and rows come from the relay, which says what it likes.
    EXPECT_FALSE(net.reads("can-bkk", posted->alert()));
    EXPECT_FALSE(warned("withheld"));
    net.run(head_period_ms + withheld_after_ms);
    EXPECT_TRUE(warned("entries of aus-bkk are withheld"));
    net.filter = nullptr;  // It is asked again and again, whatever it says it holds.
    EXPECT_TRUE(
        net.run_until([&] { return net.reads("can-bkk", posted->alert()); }, 2 * ms_minute));
    EXPECT_FALSE(warned("withheld"));
}

TEST_F(CoreHeads, Row38RelayThatWithholdsHeadsTooIsFoundByTheirAge) {
    withhold(true);
    ASSERT_TRUE(net.post("aus-bkk", {"BKK"}, "kept back").ok());
    net.run(head_period_ms);
    EXPECT_FALSE(warned("no sign of"));
    net.run(3 * head_period_ms);
    EXPECT_TRUE(warned("no sign of aus-bkk"));
}

TEST_F(CoreHeads, ARelayThatForwardsIsNotAccused) {
    for (int hour = 0; hour < 5; ++hour) {
        ASSERT_TRUE(net.post("aus-bkk", {"BKK"}, "hourly").ok());
        net.run(ms_hour);
    }
    EXPECT_FALSE(warned("withheld"));
    EXPECT_FALSE(warned("no sign of"));
}

// What it would be given it would refuse. To ask all the same, every second, left no room to ask
// for the body of another's alert (seed 22644 of the simulator), and accused a relay that keeps the
// rules.
TEST_F(CoreHeads, WhatASuspendedNodeSaidUnheardIsNotAskedForForEver) {
    const TestNetwork& people = founded().network;
    const NodeId author = net.daemon("aus-bkk").id();
    withhold(false);
    auto posted = net.post("aus-bkk", {"BKK"}, "unheard");
    ASSERT_TRUE(posted.ok());
    net.run(head_period_ms + withheld_after_ms);
    ASSERT_TRUE(warned("entries of aus-bkk are withheld"));  // It knows that there is more.
    ASSERT_TRUE(
        net.submit([&](Drafter& d) { return d.suspend(author, "looked into"); }, {&people.rso(0)})
            .ok());
    net.run(10 * ms_second);  // It hears of that.
    net.filter = nullptr;
    int asked = 0;
    net.on_frame = [&, asker = net.daemon("can-bkk").id(),
                    stream = posted->parts[0].stream.str()](const SentFrame& frame) {
        if (frame.from == asker && frame.head.type == SyncType::range &&
            as_text(frame.payload).find(stream) != std::string_view::npos)
            ++asked;
    };
    net.run(2 * ms_minute);
    EXPECT_EQ(asked, 0);
    EXPECT_FALSE(warned("withheld"));
    EXPECT_FALSE(net.reads("can-bkk", posted->alert()));
    const auto suspended = net.coordinator().node().directory().now().node(author)->suspend_id;
    ASSERT_TRUE(suspended.has_value());
    ASSERT_TRUE(net.submit([&](Drafter& d) { return d.reinstate(*suspended); },
                           people.admitters("AUS", "BKK"))
                    .ok());
    EXPECT_TRUE(
        net.run_until([&] { return net.reads("can-bkk", posted->alert()); }, 2 * ms_minute));
}

}  // namespace
}  // namespace rilon
