// History grants: who reads what was sealed before it could, and who does not.
#include "tests/unit/node/history_net.h"

namespace rilon {
namespace {

// --- who reads -------------------------------------------------------------------------------

TEST_F(CoreHistory, AJoinerReadsNothingEarlierAndAfterAGrantItDoes) {
    Posted early = post("aus-bkk", {"BKK"});
    Posted derived = post("aus-bkk", {"BKK", false, {"GBR"}});
    join();
    ASSERT_FALSE(net.reads(joiner, early.alert()));
    EntryRef ref = entry_of("aus-bkk", early.alert());
    ASSERT_EQ(disk(joiner).entries.at({ref.stream, ref.seq}).body, MemoryDisk::Body::present);
    auto shown = preview("aus-bkk", joiner);
    ASSERT_TRUE(shown.ok()) << shown.error().detail;
    EXPECT_EQ(shown->alerts(), 2u);
    EXPECT_EQ(shown->party(), "ITA");
    ASSERT_TRUE(give("aus-bkk", joiner).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(shows(joiner, early.alert()));
    EXPECT_TRUE(shows(joiner, derived.alert()));
    EXPECT_EQ(listed(joiner), 2u);
    const auto& audit = disk("aus-bkk").audit;
    EXPECT_TRUE(std::any_of(audit.begin(), audit.end(), [](const AuditRow& row) {
        return row.action == "history" && row.detail == "to ita-bkk: 2 alerts";
    }));
    // And so it stays.
    net.kill(joiner);
    net.start(joiner);
    net.run(10 * ms_second);
    EXPECT_TRUE(shows(joiner, early.alert()));
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    net.run(10 * ms_second);
    EXPECT_TRUE(net.withdrawn(joiner, early.alert()));
    EXPECT_TRUE(gone(joiner, ref));
}

TEST_F(CoreHistory, ItArrivesAsNewInTheFeed) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    proto::Request request;
    request.mutable_feed()->set_from_now(true);
    auto now = net.request(joiner, std::move(request));
    ASSERT_TRUE(now.ok());
    ASSERT_TRUE(give("aus-bkk", joiner).ok());
    net.run(20 * ms_second);
    proto::Request after;
    after.mutable_feed()->set_after(now->feed().cursor());
    auto page = net.request(joiner, std::move(after));
    ASSERT_TRUE(page.ok());
    ASSERT_EQ(page->feed().events_size(), 1);  // The alert, and nothing of the grant.
    EXPECT_EQ(page->feed().events(0).type(), "published");
    EXPECT_EQ(page->feed().events(0).row().alert_id(), early.alert().str());
}

TEST_F(CoreHistory, AnotherNodeOfTheAuthorsPartyMayGiveItAThirdMayNot) {
    Posted early = post("aus-bkk", {"network"});
    join();
    auto third = preview("gbr-bkk", joiner);
    ASSERT_FALSE(third.ok());
    EXPECT_NE(third.error().detail.find("nothing to give"), std::string::npos);
    EXPECT_NE(third.error().detail.find("other parties': 1"), std::string::npos);
    ASSERT_TRUE(give("aus-kul", joiner).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(shows(joiner, early.alert()));
}

TEST_F(CoreHistory, WhatTheReleaseRuleWithholdsIsNotGiven) {
    Posted open = post("aus-bkk", {"BKK"});
    Posted theirs = post_about_an_italian("aus-bkk");
    join();
    auto shown = preview("aus-bkk", joiner);
    ASSERT_TRUE(shown.ok()) << shown.error().detail;
    EXPECT_EQ(shown->alerts(), 1u);
    ASSERT_EQ(shown->withheld_size(), 1);
    EXPECT_NE(shown->withheld(0).why().find("claimed"), std::string::npos);
    EXPECT_EQ(shown->withheld(0).alerts(), 1u);
    ASSERT_TRUE(give("aus-bkk", joiner).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(shows(joiner, open.alert()));
    EXPECT_FALSE(net.reads(joiner, theirs.alert()));
}

TEST_F(CoreHistory, WhatIsAskedForWronglyIsRefusedWithTheReason) {
    post("aus-bkk", {"BKK"});
    auto refusal = [&](const std::string& to) {
        auto shown = preview("aus-bkk", to);
        return shown.ok() ? std::string() : shown.error().detail;
    };
    EXPECT_NE(refusal("nobody").find("no node"), std::string::npos);
    EXPECT_NE(refusal("aus-bkk").find("name the node"), std::string::npos);
    EXPECT_NE(refusal(joiner).find("no node"), std::string::npos);
    join();
    Status done = net.submit([&](Drafter& d) { return d.suspend(id(joiner), "lost", true); },
                             {&net.network().rso(0)});
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(5 * ms_second);
    EXPECT_NE(refusal(joiner).find("suspended"), std::string::npos);
}

// --- a restored origin -----------------------------------------------------------------------

TEST_F(CoreHistory, ARestoredOriginReadsItsLaterEntriesAgain) {
    post("aus-bkk", {"BKK"});
    auto copy = net.daemon("aus-bkk").backup();
    net.sleep(8 * ms_day);  // A new epoch: its K is in no copy.
    Posted lost = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy, LeaseAfter::equal);
    net.start("aus-bkk");
    net.run(30 * ms_second);
    ASSERT_FALSE(net.reads("aus-bkk", lost.alert()));
    auto warns = [&](const std::string& of) {
        proto::Request request;
        request.mutable_status();
        auto status = net.request("aus-bkk", std::move(request));
        const auto& all = status->status().warnings();
        return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
            return one.find(of) != std::string::npos;
        });
    };
    EXPECT_TRUE(warns("1 entries that this node wrote"));
    EXPECT_TRUE(warns("rilon history aus-bkk"));
    ASSERT_TRUE(give("gbr-bkk", "aus-bkk").ok());  // Any reader's.
    net.run(20 * ms_second);
    EXPECT_TRUE(shows("aus-bkk", lost.alert()));
    EXPECT_FALSE(warns("entries that this node wrote"));
    EntryRef ref = entry_of("gbr-bkk", lost.alert());
    ASSERT_TRUE(net.withdraw("aus-bkk", lost.alert()).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", lost.alert()));
    EXPECT_TRUE(gone("gbr-bkk", ref));
    EXPECT_TRUE(gone("aus-bkk", ref));
}

// --- crashes ---------------------------------------------------------------------------------

TEST_F(CoreHistory, ACrashAtAnyStepIsGoneOnFrom) {
    std::vector<Posted> early;
    for (int i = 0; i < 3; ++i) early.push_back(post("aus-bkk", {"BKK"}));
    join();
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.quality.crash_per_mille = 150;  // Before or after the commit of every seventh turn.
    net.run(2 * ms_minute);
    net.quality.crash_per_mille = 0;
    EXPECT_GT(net.faults.total(), 50u);
    net.run(ms_minute);
    for (const Posted& one : early) EXPECT_TRUE(shows(joiner, one.alert()));
    for (const char* node : {"aus-bkk", joiner}) EXPECT_TRUE(nothing_left(node, place)) << node;
}

TEST_F(CoreHistory, WhatComesLateIsTakenWhenItComes) {
    Posted early = post("aus-bkk", {"BKK"});
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    net.filter = [&](const SentFrame& frame) {  // Nothing of the alert's stream gets to it.
        proto::SyncEntries entries;
        return net.daemons().contains(joiner) && frame.to == id(joiner) &&
               (frame.head.type == SyncType::put || frame.head.type == SyncType::push) &&
               entries.ParseFromArray(frame.payload.data(), int(frame.payload.size())) &&
               entries.stream_id() == ref.stream.str();
    };
    join();
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.run(ms_minute);
    ASSERT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_EQ(disk(joiner).entries.at({place.stream, place.seq}).body, MemoryDisk::Body::present);
    net.filter = nullptr;
    net.run(2 * ms_minute);
    EXPECT_TRUE(shows(joiner, early.alert()));
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_TRUE(nothing_left("aus-bkk", place));
}

}  // namespace
}  // namespace rilon
