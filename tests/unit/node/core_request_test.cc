// Requests and replies through the daemon's own Node::step: who gets a reply, what a request says
// of its replies, and when it is overdue.
#include <chrono>

#include "protocol/partial_date.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreRequest : public SmallNet {
   protected:
    Posted ask(const std::string& node, const std::string& audience) {
        proto::PrepareRequest what;
        proto::InfoRequest& request =
            *what.mutable_operation()->mutable_publish()->mutable_request();
        request.set_question("Has anybody seen this stamp?");
        request.set_due(due());
        what.mutable_wish()->set_audience(audience);
        auto posted = net.prepare_and_commit(node, what);
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? *posted : Posted{};
    }
    proto::PrepareRequest reply_to(const AlertId& request) {
        proto::PrepareRequest what;
        what.mutable_operation()->mutable_publish()->mutable_reply()->set_text("Yes, twice.");
        what.set_alert(request.hex());
        return what;
    }
    proto::ShowResponse show(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        EXPECT_TRUE(shown.ok()) << (shown.ok() ? "" : shown.error().detail);
        return shown.ok() ? shown->show() : proto::ShowResponse{};
    }
    // Tomorrow, by the network's clock.
    std::string due() {
        PartialDate day;
        std::uint64_t at = net.now().value + ms_day;
        using namespace std::chrono;
        year_month_day date{
            floor<days>(sys_time<milliseconds>{milliseconds{static_cast<std::int64_t>(at)}})};
        day.year = static_cast<int>(date.year());
        day.month = static_cast<int>(static_cast<unsigned>(date.month()));
        day.day = static_cast<int>(static_cast<unsigned>(date.day()));
        return format_partial_date(day);
    }
};

TEST_F(CoreRequest, AReplyGoesToWhoAskedAndToNobodyElse) {
    Posted asked = ask("aus-bkk", "BKK");
    auto replied = net.prepare_and_commit("can-bkk", reply_to(asked.alert()));
    ASSERT_TRUE(replied.ok()) << replied.error().detail;
    net.run(3 * ms_second);
    EXPECT_TRUE(net.reads("aus-bkk", replied->alert()));
    for (const char* name : {"gbr-bkk", "tha-bkk"})
        EXPECT_FALSE(net.reads(name, replied->alert())) << name;
    auto shown = show("aus-bkk", asked.alert());
    ASSERT_EQ(shown.replies_size(), 1);
    EXPECT_EQ(shown.replies(0).origin(), "can-bkk");
    EXPECT_EQ(shown.replies(0).alert().reply().request_id(), asked.alert().str());
    EXPECT_EQ(shown.row().replies(), 1u);
    EXPECT_FALSE(shown.row().answered());  // It is ours: nobody waits for us.
    EXPECT_EQ(show("gbr-bkk", asked.alert()).replies_size(), 0);
    EXPECT_TRUE(show("can-bkk", asked.alert()).row().answered());
}

TEST_F(CoreRequest, AReplyToMissionsStaysWithThemAndCanBeWidened) {
    Posted asked = ask("aus-bkk", "BKK/missions");
    proto::PrepareRequest some = reply_to(asked.alert());
    some.mutable_wish()->add_only("gbr-bkk");
    auto two = net.prepare_and_commit("can-bkk", some);
    ASSERT_TRUE(two.ok()) << two.error().detail;
    proto::PrepareRequest wide = reply_to(asked.alert());
    wide.mutable_wish()->set_audience("BKK/missions");
    auto all = net.prepare_and_commit("gbr-bkk", wide);
    ASSERT_TRUE(all.ok()) << all.error().detail;
    net.run(3 * ms_second);
    for (const char* name : {"aus-bkk", "gbr-bkk"}) EXPECT_TRUE(net.reads(name, two->alert()));
    for (const char* name : {"aus-bkk", "can-bkk"}) EXPECT_TRUE(net.reads(name, all->alert()));
    EXPECT_FALSE(net.reads("tha-bkk", two->alert()));
    EXPECT_FALSE(net.reads("tha-bkk", all->alert()));
}

TEST_F(CoreRequest, WhatIsNoRequestOrPassesTheAuthorByIsRefused) {
    Posted asked = ask("aus-bkk", "BKK");
    Posted note = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    auto refused = [&](const char* node, const proto::PrepareRequest& what) {
        auto out = net.prepare(node, what);
        return out.ok() ? std::string("taken") : out.error().detail;
    };
    EXPECT_NE(refused("can-bkk", reply_to(note.alert())).find("is no request"), std::string::npos);
    EXPECT_NE(refused("aus-bkk", reply_to(asked.alert())).find("asked that itself"),
              std::string::npos);
    proto::PrepareRequest past = reply_to(asked.alert());
    past.mutable_wish()->set_audience("BKK");
    past.mutable_wish()->add_only("gbr-bkk");
    EXPECT_NE(refused("can-bkk", past).find("would not read this reply"), std::string::npos);
    ASSERT_TRUE(net.withdraw("aus-bkk", asked.alert()).ok());
    net.run(3 * ms_second);
    EXPECT_NE(refused("can-bkk", reply_to(asked.alert())).find("withdrawn or over"),
              std::string::npos);
}

TEST_F(CoreRequest, OverdueIsWhatWeHaveNotAnswered) {
    Posted asked = ask("aus-bkk", "BKK");
    EXPECT_FALSE(show("can-bkk", asked.alert()).row().overdue());
    ASSERT_TRUE(net.prepare_and_commit("gbr-bkk", reply_to(asked.alert())).ok());
    net.sleep(3 * ms_day);
    EXPECT_TRUE(show("can-bkk", asked.alert()).row().overdue());
    EXPECT_FALSE(show("gbr-bkk", asked.alert()).row().overdue());
    EXPECT_FALSE(show("aus-bkk", asked.alert()).row().overdue());
}

TEST_F(CoreRequest, RepliesAreKnownAfterARestartAndGoWithTheirWithdrawal) {
    Posted asked = ask("aus-bkk", "BKK");
    auto replied = net.prepare_and_commit("can-bkk", reply_to(asked.alert()));
    ASSERT_TRUE(replied.ok());
    net.run(3 * ms_second);
    net.kill("aus-bkk");
    net.start("aus-bkk");
    net.run(3 * ms_second);
    EXPECT_EQ(show("aus-bkk", asked.alert()).replies_size(), 1);
    ASSERT_TRUE(net.withdraw("can-bkk", replied->alert()).ok());
    net.run(3 * ms_second);
    EXPECT_EQ(show("aus-bkk", asked.alert()).replies_size(), 0);
    EXPECT_EQ(show("aus-bkk", asked.alert()).row().replies(), 0u);
}

// The rule of the kind, through the node: the host is left out unless it is asked for.
TEST_F(CoreRequest, ATraffickingIndicatorIsForMissionsOnly) {
    proto::PrepareRequest what;
    what.mutable_operation()->mutable_publish()->mutable_trafficking_indicator()->add_indicators(
        "debt-bondage");
    what.mutable_wish()->set_audience("BKK");
    auto missions = net.prepare_and_commit("aus-bkk", what);
    ASSERT_TRUE(missions.ok()) << missions.error().detail;
    what.mutable_wish()->set_with_host(true);
    auto all = net.prepare_and_commit("aus-bkk", what);
    ASSERT_TRUE(all.ok()) << all.error().detail;
    net.run(3 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", missions->alert()));
    EXPECT_FALSE(net.reads("tha-bkk", missions->alert()));
    EXPECT_TRUE(net.reads("tha-bkk", all->alert()));
}

}  // namespace
}  // namespace rilon
