// What others said about an alert goes with it, at everybody who holds it: nothing is left of a
// confirmation when what it confirms was an error.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

constexpr const char* everybody[] = {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"};

// aus-bkk writes; can-bkk disputes and gbr-bkk confirms.
class CoreSaidAbout : public SmallNet {
   protected:
    Posted posted_for(std::uint64_t ms) {
        PostWish wish{"BKK"};
        if (ms != 0) wish.purge_after_ms = net.now().plus(ms).value;
        Posted posted = post("aus-bkk", wish);
        net.run(3 * ms_second);
        return posted;
    }
    void remark(const AlertId& alert) {
        EXPECT_TRUE(net.dispute("can-bkk", alert, "genuine-document").ok());
        EXPECT_TRUE(net.confirm("gbr-bkk", alert).ok());
        net.run(3 * ms_second);
    }
    void withdraw(const AlertId& alert) {
        EXPECT_TRUE(net.withdraw("aus-bkk", alert).ok());
        net.run(5 * ms_second);
    }
    std::vector<EntryRef> remarks(const std::string& node, const AlertId& alert) {
        auto state = net.daemon(node).node().index().alert(alert);
        return state.has_value() ? state->remarks : std::vector<EntryRef>();
    }
    MemoryDisk::Body body(const std::string& node, const EntryRef& ref) {
        return net.daemon(node).disk().entries.at({ref.stream, ref.seq}).body;
    }
    bool opens(const std::string& node, const EntryRef& ref) {
        return body(node, ref) == MemoryDisk::Body::present &&
               net.daemon(node).store().entry_key(ref.stream, ref.seq).ok();
    }
    // Not with all keys and all files.
    void expect_gone(const std::string& node, const EntryRef& ref) {
        EXPECT_EQ(body(node, ref), MemoryDisk::Body::erased) << node;
        EXPECT_FALSE(net.daemon(node).store().entry_key(ref.stream, ref.seq).ok()) << node;
    }
};

TEST_F(CoreSaidAbout, AWithdrawalTakesItAlong) {
    const AlertId alert = posted_for(0).alert();
    remark(alert);
    const std::vector<EntryRef> said = remarks("aus-bkk", alert);
    ASSERT_EQ(said.size(), 2u);
    for (const EntryRef& ref : said)
        for (const char* node : everybody) ASSERT_TRUE(opens(node, ref)) << node;
    withdraw(alert);
    for (const EntryRef& ref : said) {
        for (const char* node : everybody) expect_gone(node, ref);
        EXPECT_EQ(body("coordinator-1", ref), MemoryDisk::Body::erased);
    }
    // Who said it learns who has destroyed it.
    for (const EntryRef& ref : said) {
        const char* by = net.daemon("can-bkk").disk().streams.at(ref.stream).origin == id("can-bkk")
                             ? "can-bkk"
                             : "gbr-bkk";
        auto acks = net.daemon(by).store().entry_acks(ref.stream, ref.seq);
        ASSERT_TRUE(acks.ok());
        EXPECT_EQ(
            std::count_if(acks->begin(), acks->end(),
                          [](const AckRecord& ack) { return ack.level == AckLevel::redacted; }),
            3)
            << by;
    }
    EXPECT_TRUE(net.confirm("gbr-bkk", posted_for(0).alert()).ok());  // Their streams go on.
}

TEST_F(CoreSaidAbout, SoDoesTheEndOfItsTime) {
    const AlertId alert = posted_for(ms_hour).alert();
    remark(alert);
    const std::vector<EntryRef> said = remarks("aus-bkk", alert);
    ASSERT_EQ(said.size(), 2u);
    net.run(7 * ms_hour);  // The next checkpoint included.
    for (const EntryRef& ref : said)
        for (const char* node : everybody) expect_gone(node, ref);
}

// Said by who could not know yet.
TEST_F(CoreSaidAbout, WhatComesAfterTheWithdrawalGoesToo) {
    const AlertId alert = posted_for(0).alert();
    for (const auto& [name, daemon] : net.daemons()) {
        if (name == "can-bkk") continue;
        net.block(id("can-bkk"), daemon->id(), true);
        net.block(daemon->id(), id("can-bkk"), true);
    }
    ASSERT_TRUE(net.dispute("can-bkk", alert, "genuine-document").ok());
    const std::vector<EntryRef> said = remarks("can-bkk", alert);
    ASSERT_EQ(said.size(), 1u);
    withdraw(alert);
    ASSERT_TRUE(opens("can-bkk", said[0]));
    net.heal_all();
    net.run(ms_minute);
    for (const char* node : everybody) expect_gone(node, said[0]);
}

// The debt outlives a restart: of the author of the remark, and of a reader whom no redact reaches.
TEST_F(CoreSaidAbout, ItIsOwedOverARestart) {
    const AlertId alert = posted_for(0).alert();
    remark(alert);
    const std::vector<EntryRef> said = remarks("aus-bkk", alert);
    ASSERT_EQ(said.size(), 2u);
    net.kill("can-bkk");
    net.kill("gbr-bkk");
    withdraw(alert);
    for (const EntryRef& ref : said) EXPECT_TRUE(opens("aus-bkk", ref));  // Its epoch is open.
    net.kill("aus-bkk");
    net.start("aus-bkk");
    net.run(5 * ms_second);
    net.start("can-bkk");
    net.start("gbr-bkk");
    net.run(ms_minute);
    for (const EntryRef& ref : said)
        for (const char* node : everybody) expect_gone(node, ref);
}

// Nobody redacts what a revoked node said.
TEST_F(CoreSaidAbout, OfARevokedNodeToo) {
    const AlertId alert = posted_for(0).alert();
    remark(alert);
    const std::vector<EntryRef> said = remarks("aus-bkk", alert);
    ASSERT_EQ(said.size(), 2u);
    std::vector<StreamCut> cuts;
    for (const auto& [stream, state] : net.daemon("can-bkk").disk().streams)
        if (state.origin == id("can-bkk")) cuts.push_back({stream, state.head, state.head_id});
    net.kill("can-bkk");
    const NodeId gone = id("can-bkk");
    ASSERT_TRUE(net.submit([&](Drafter& d) { return d.revoke(gone, "left", cuts); },
                           {&net.network().rso(0), &net.network().chair("BKK")})
                    .ok());
    net.run(5 * ms_second);
    withdraw(alert);
    net.run(ms_minute);
    for (const EntryRef& ref : said)
        for (const char* node : {"aus-bkk", "gbr-bkk", "tha-bkk"}) expect_gone(node, ref);
}

TEST_F(CoreSaidAbout, LettersOfOnwardReleaseGoWithTheirAlert) {
    const AlertId alert = post("aus-bkk", {"BKK", false, {}, {"can-bkk"}}).alert();
    net.run(3 * ms_second);
    proto::PrepareRequest what;
    what.set_alert(alert.hex());
    what.mutable_onward()->add_to("gbr-bkk");
    what.mutable_onward()->set_reason("their airport");
    ASSERT_TRUE(net.prepare_and_commit("can-bkk", what).ok());
    net.run(3 * ms_second);
    proto::PrepareRequest answer;
    answer.mutable_onward_decision()->set_request(alert.hex());
    answer.mutable_onward_decision()->set_note("not yet");
    ASSERT_TRUE(net.prepare_and_commit("aus-bkk", answer).ok());
    net.run(3 * ms_second);
    const std::vector<OnwardState> asked = net.daemon("can-bkk").node().index().onward_of(alert);
    ASSERT_EQ(asked.size(), 1u);
    ASSERT_EQ(asked[0].answers.size(), 1u);
    const EntryRef letters[] = {asked[0].asked, asked[0].answers[0].ref};
    for (const EntryRef& ref : letters)
        for (const char* node : {"aus-bkk", "can-bkk"}) ASSERT_TRUE(opens(node, ref)) << node;
    withdraw(alert);
    for (const EntryRef& ref : letters)
        for (const char* node : {"aus-bkk", "can-bkk"}) expect_gone(node, ref);
}

TEST_F(CoreSaidAbout, ANarrowingLeavesItToThoseWhoStay) {
    const AlertId alert = posted_for(0).alert();
    remark(alert);
    const std::vector<EntryRef> said = remarks("aus-bkk", alert);
    ASSERT_EQ(said.size(), 2u);
    proto::NarrowWish without;
    without.add_exclude("THA");
    ASSERT_TRUE(net.narrow("aus-bkk", alert, without).ok());
    net.run(ms_minute);
    for (const EntryRef& ref : said)
        for (const char* node : {"aus-bkk", "can-bkk", "gbr-bkk"})
            EXPECT_TRUE(opens(node, ref)) << node;
}

}  // namespace
}  // namespace rilon
