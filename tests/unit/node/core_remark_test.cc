// What other parties say about an alert, from PREPARE at one node to the row and the feed at
// another: confirmations, disputes and hits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

using testing::HasSubstr;

class CoreRemark : public SmallNet {
   protected:
    Posted posted_by(const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "what is in doubt");
        EXPECT_TRUE(posted.ok()) << posted.error().detail;
        net.run(3 * ms_second);
        return *posted;
    }
    Result<Posted> dispute(const std::string& node, const AlertId& alert, const char* reason) {
        auto done = net.dispute(node, alert, reason);
        net.run(3 * ms_second);
        return done;
    }
    Result<Posted> hit(const std::string& node, const AlertId& alert, const char* outcome) {
        auto done = net.hit(node, alert, outcome);
        net.run(3 * ms_second);
        return done;
    }
    // A bulletin that says of itself that it repeats another alert.
    Posted repeat(const std::string& node, const AlertId& alert) {
        proto::PrepareRequest what;
        auto& own = *what.mutable_operation()->mutable_publish();
        own.mutable_bulletin()->set_text("heard of it");
        own.add_links()->set_type("duplicate-of");
        own.mutable_links(0)->set_alert_id(alert.str());
        what.mutable_wish()->set_audience("BKK");
        auto done = net.prepare_and_commit(node, what);
        EXPECT_TRUE(done.ok()) << done.error().detail;
        net.run(3 * ms_second);
        return *done;
    }
    proto::AlertRow row(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        EXPECT_TRUE(shown.ok()) << shown.error().detail;
        return shown.ok() ? shown->show().row() : proto::AlertRow{};
    }
    proto::FeedResponse feed(const std::string& node, const std::string& type = {}) {
        proto::Request request;
        request.mutable_feed();
        if (!type.empty()) request.mutable_feed()->add_types(type);
        auto got = net.request(node, std::move(request));
        EXPECT_TRUE(got.ok()) << got.error().detail;
        return got.ok() ? got->feed() : proto::FeedResponse{};
    }
    // An alert of two parts: the issuer's own mission reads the document's alone.
    Posted counterfeit(const std::string& node, const char* issuer) {
        proto::PrepareRequest what;
        proto::Alert& alert = *what.mutable_operation()->mutable_publish();
        alert.mutable_travel_fraud()->set_fraud_type("counterfeit");
        alert.add_documents()->set_type("P");
        alert.mutable_documents(0)->set_issuer(issuer);
        alert.mutable_documents(0)->set_number("L898902C3");
        proto::PersonRecord& person = *alert.add_persons();
        person.set_role("subject");
        person.add_identities()->set_type("documentary");
        person.mutable_identities(0)->set_primary("ERIKSSON");
        person.add_nationalities()->set_code(issuer);
        person.mutable_nationalities(0)->set_basis("documentary");
        what.mutable_wish()->set_audience("BKK");
        auto done = net.prepare_and_commit(node, what);
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        net.run(3 * ms_second);
        return done.ok() ? *done : Posted{};
    }
    static std::string refusal(const Result<Posted>& done) {
        return done.ok() ? "nothing was refused" : done.error().detail;
    }
    proto::Operation signed_by(const std::string& node, const proto::PrepareRequest& what) {
        auto prepared = net.prepare(node, what);
        EXPECT_TRUE(prepared.ok()) << (prepared.ok() ? "" : prepared.error().detail);
        proto::Operation out;
        if (prepared.ok()) {
            EXPECT_TRUE(out.ParseFromString(prepared->parts(0).operation()));
        }
        return out;
    }
};

TEST_F(CoreRemark, ADisputeReachesTheReadersAndHidesNothing) {
    const AlertId alert = posted_by("aus-bkk", {"BKK", false, {"GBR"}, {}}).alert();
    auto said = dispute("can-bkk", alert, "genuine-document");
    ASSERT_TRUE(said.ok()) << said.error().detail;
    for (const char* name : {"aus-bkk", "can-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.reads(name, alert)) << name;
        const proto::AlertRow shown = row(name, alert);
        ASSERT_EQ(shown.remarks_size(), 1) << name;
        EXPECT_EQ(shown.remarks(0).operation(), "dispute");
        EXPECT_EQ(shown.remarks(0).party(), "CAN");
        EXPECT_EQ(shown.remarks(0).dispute().reason(), "genuine-document");
        EXPECT_EQ(shown.remarks(0).dispute().note(), "seen in the original");
        EXPECT_FALSE(shown.remarks(0).second_source());
        EXPECT_EQ(shown.revision(), 1u);
        EXPECT_TRUE(shown.has_alert());
    }
    EXPECT_FALSE(net.daemon("gbr-bkk").node().index().alert(alert).has_value());
}

TEST_F(CoreRemark, NobodyDisputesHisOwnAlert) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    auto said = dispute("aus-bkk", alert, "outdated");
    ASSERT_FALSE(said.ok());
    EXPECT_THAT(said.error().detail, HasSubstr("rilon withdraw"));
    auto met = hit("aus-bkk", alert, "refused");
    ASSERT_FALSE(met.ok());
    EXPECT_THAT(met.error().detail, HasSubstr("rilon update"));
    EXPECT_FALSE(dispute("can-bkk", alert, "no-such-reason").ok());
    EXPECT_FALSE(hit("can-bkk", alert, "").ok());
}

TEST_F(CoreRemark, APartyCountsOnceWithItsLastWord) {
    const AlertId alert = posted_by("gbr-bkk", {"BKK"}).alert();
    ASSERT_TRUE(hit("aus-bkk", alert, "passed").ok());
    ASSERT_TRUE(hit("aus-bkk", alert, "stopped").ok());
    ASSERT_TRUE(hit("can-bkk", alert, "refused").ok());
    const proto::AlertRow shown = row("tha-bkk", alert);
    ASSERT_EQ(shown.remarks_size(), 2);
    EXPECT_EQ(shown.remarks(0).party(), "AUS");
    EXPECT_EQ(shown.remarks(0).hit().outcome(), "stopped");
    EXPECT_EQ(shown.remarks(1).party(), "CAN");
}

TEST_F(CoreRemark, ManyHitsHideNoDispute) {
    const AlertId alert = posted_by("gbr-bkk", {"BKK"}).alert();
    ASSERT_TRUE(dispute("aus-bkk", alert, "outdated").ok());
    for (int i = 1; i <= 7; ++i)
        ASSERT_TRUE(hit("aus-bkk", alert, ("hit " + std::to_string(i)).c_str()).ok());
    const proto::AlertRow shown = row("tha-bkk", alert);
    ASSERT_EQ(shown.remarks_size(), 2);
    EXPECT_EQ(shown.remarks(0).dispute().reason(), "outdated");
    EXPECT_EQ(shown.remarks(1).hit().outcome(), "hit 7");
}

TEST_F(CoreRemark, WhoRepeatsAnAlertIsNoSecondSource) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    ASSERT_TRUE(net.confirm("gbr-bkk", alert).ok());
    ASSERT_TRUE(net.confirm("can-bkk", alert).ok());
    net.run(3 * ms_second);
    auto second_sources = [&] {
        std::string out;
        const proto::AlertRow shown = row("tha-bkk", alert);
        for (const auto& remark : shown.remarks())
            if (remark.second_source()) out += remark.party();
        return out;
    };
    EXPECT_EQ(second_sources(), "GBRCAN");
    // Canada's own alert says that it is the same: Canada has it from Australia.
    const AlertId own = repeat("can-bkk", alert).alert();
    EXPECT_EQ(second_sources(), "GBR");
    EXPECT_THAT(row("tha-bkk", alert).confirmed_by(), HasSubstr("no second source"));
    net.kill("tha-bkk");
    net.start("tha-bkk");  // What says so is in the search records.
    net.run(5 * ms_second);
    EXPECT_EQ(second_sources(), "GBR");
    // And the other way: Canada's alert quotes Australia, whose confirmation of it is none.
    ASSERT_TRUE(net.confirm("aus-bkk", own).ok());
    net.run(3 * ms_second);
    ASSERT_EQ(row("tha-bkk", own).remarks_size(), 1);
    EXPECT_FALSE(row("tha-bkk", own).remarks(0).second_source());
    ASSERT_TRUE(net.withdraw("can-bkk", own).ok());
    net.run(3 * ms_second);
    EXPECT_EQ(second_sources(), "GBRCAN");  // Nothing is left that says so.
}

TEST_F(CoreRemark, WhoRepeatsItIsToldBeforeHeConfirms) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    repeat("can-bkk", alert);
    proto::PrepareRequest what;
    what.set_alert(alert.hex());
    what.mutable_operation()->mutable_confirm()->set_what("document");
    auto prepared = net.prepare("can-bkk", what);
    ASSERT_TRUE(prepared.ok()) << prepared.error().detail;
    ASSERT_EQ(prepared->warnings_size(), 1);
    EXPECT_THAT(prepared->warnings(0), HasSubstr("no second source"));
    proto::Operation operation;
    ASSERT_TRUE(operation.ParseFromString(prepared->parts(0).operation()));
    EXPECT_TRUE(operation.confirm().quotes());
}

TEST_F(CoreRemark, FeedsSayThem) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    ASSERT_TRUE(dispute("can-bkk", alert, "doubtful").ok());
    ASSERT_TRUE(hit("gbr-bkk", alert, "refused").ok());
    for (const char* kind : {"", "bulletin"}) {  // They are of the alert's kind.
        const proto::FeedResponse got = feed("tha-bkk", kind);
        ASSERT_EQ(got.events_size(), 3) << kind;
        EXPECT_EQ(got.events(1).type(), "disputed");
        EXPECT_EQ(got.events(1).dispute().reason(), "doubtful");
        EXPECT_EQ(got.events(1).row().origin_party(), "CAN");
        EXPECT_EQ(got.events(2).type(), "hit");
        EXPECT_EQ(got.events(2).hit().outcome(), "refused");
    }
    EXPECT_EQ(feed("tha-bkk", "visa-refusal").events_size(), 0);
    ASSERT_TRUE(net.withdraw("aus-bkk", alert).ok());
    net.run(3 * ms_second);
    const proto::FeedResponse after = feed("tha-bkk");  // Nothing said of it outlives it.
    ASSERT_EQ(after.events_size(), 1);
    EXPECT_EQ(after.events(0).type(), "removed");
}

TEST_F(CoreRemark, WhatIsWithdrawnOrNotReadHasNothingToRemarkOn) {
    const AlertId alert = posted_by("aus-bkk", {"BKK", false, {"GBR"}, {}}).alert();
    EXPECT_THAT(refusal(dispute("gbr-bkk", alert, "doubtful")), HasSubstr("no alert"));
    EXPECT_THAT(refusal(hit("gbr-bkk", alert, "passed")), HasSubstr("no alert"));
    ASSERT_TRUE(net.withdraw("aus-bkk", alert).ok());
    net.run(3 * ms_second);
    for (const Result<Posted>& late :
         {dispute("can-bkk", alert, "doubtful"), hit("can-bkk", alert, "passed"),
          net.confirm("can-bkk", alert)}) {
        EXPECT_THAT(refusal(late), HasSubstr("the alert is withdrawn"));
    }
}

TEST_F(CoreRemark, ASecondConfirmationOfAPartyIsNoThirdSource) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(net.confirm("gbr-bkk", alert).ok());
        net.run(3 * ms_second);
    }
    proto::AlertRow shown = row("tha-bkk", alert);
    ASSERT_EQ(shown.remarks_size(), 1);
    EXPECT_TRUE(shown.remarks(0).second_source());
    // What it saw itself stays, when it quotes later on.
    proto::PrepareRequest quoted;
    quoted.set_alert(alert.hex());
    quoted.mutable_operation()->mutable_confirm()->set_what("mo");
    quoted.mutable_operation()->mutable_confirm()->set_quotes(true);
    ASSERT_TRUE(net.prepare_and_commit("gbr-bkk", quoted).ok());
    net.run(3 * ms_second);
    shown = row("tha-bkk", alert);
    ASSERT_EQ(shown.remarks_size(), 1);
    EXPECT_TRUE(shown.remarks(0).second_source());
    EXPECT_THAT(shown.confirmed_by(), testing::Not(HasSubstr("no second source")));
}

TEST_F(CoreRemark, AConfirmationThatSaysItQuotesIsNone) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    proto::PrepareRequest quoted;
    quoted.set_alert(alert.hex());
    quoted.mutable_operation()->mutable_confirm()->set_what("mo");
    quoted.mutable_operation()->mutable_confirm()->set_quotes(true);
    ASSERT_TRUE(net.prepare_and_commit("gbr-bkk", quoted).ok());
    net.run(3 * ms_second);
    EXPECT_FALSE(row("tha-bkk", alert).remarks(0).second_source());
}

TEST_F(CoreRemark, APartysLaterDisputeIsItsWordAndTheNodeSaysOfWhichRevision) {
    const AlertId alert = posted_by("aus-bkk", {"BKK"}).alert();
    ASSERT_TRUE(dispute("can-bkk", alert, "wrong-facts").ok());
    auto corrected = net.supersede("aus-bkk", alert, {"BKK"}, "what is right");
    ASSERT_TRUE(corrected.ok()) << corrected.error().detail;
    net.run(3 * ms_second);
    proto::AlertRow shown = row("tha-bkk", alert);
    ASSERT_EQ(shown.remarks_size(), 1);  // A correction does not end it; who doubted does.
    EXPECT_EQ(shown.remarks(0).dispute().reason(), "wrong-facts");
    EXPECT_EQ(shown.remarks(0).dispute().revision(), 1u);
    proto::PrepareRequest what;
    what.set_alert(alert.hex());
    what.mutable_operation()->mutable_dispute()->set_reason("settled");
    what.mutable_operation()->mutable_dispute()->set_revision(77);
    EXPECT_EQ(signed_by("can-bkk", what).dispute().revision(), 2u);
    ASSERT_TRUE(dispute("can-bkk", alert, "settled").ok());
    shown = row("tha-bkk", alert);
    ASSERT_EQ(shown.remarks_size(), 1);
    EXPECT_EQ(shown.remarks(0).dispute().reason(), "settled");
}

TEST_F(CoreRemark, WhatIsSaidOfTheDocumentIsSeenByThePersonsReadersAndNotTheOtherWayRound) {
    const Posted posted = counterfeit("aus-bkk", "GBR");
    ASSERT_EQ(posted.parts.size(), 2u);
    const AlertId person = posted.parts[0].alert;
    const AlertId document = posted.parts[1].alert;
    EXPECT_THAT(refusal(dispute("gbr-bkk", person, "doubtful")), HasSubstr("no alert"));
    ASSERT_TRUE(dispute("gbr-bkk", document, "genuine-document").ok());
    ASSERT_TRUE(dispute("can-bkk", person, "wrong-person").ok());
    const proto::AlertRow shown = row("tha-bkk", person);
    ASSERT_EQ(shown.remarks_size(), 2);
    EXPECT_EQ(shown.remarks(0).party(), "GBR");
    EXPECT_EQ(shown.remarks(0).part(), "document");
    EXPECT_EQ(shown.remarks(1).dispute().reason(), "wrong-person");
    const proto::AlertRow issuer = row("gbr-bkk", document);
    ASSERT_EQ(issuer.remarks_size(), 1);
    EXPECT_EQ(issuer.remarks(0).party(), "GBR");
    // That one dispute of a party is settled says nothing of its other.
    ASSERT_TRUE(dispute("can-bkk", document, "doubtful").ok());
    ASSERT_TRUE(dispute("can-bkk", document, "settled").ok());
    EXPECT_EQ(row("tha-bkk", person).remarks(1).dispute().reason(), "wrong-person");
}

TEST_F(CoreRemark, OfADocumentPartNothingIsSaidOfThePerson) {
    const Posted posted = counterfeit("aus-bkk", "GBR");
    ASSERT_EQ(posted.parts.size(), 2u);
    proto::PrepareRequest what;
    what.set_alert(posted.parts[1].alert.hex());
    proto::Hit& hit = *what.mutable_operation()->mutable_hit();
    hit.set_what("person");
    hit.set_outcome("refused");
    auto refused = net.prepare("can-bkk", what);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().detail, HasSubstr("must not learn of the person"));
    hit.set_what("document");
    auto prepared = net.prepare("can-bkk", what);
    ASSERT_TRUE(prepared.ok()) << prepared.error().detail;
    ASSERT_EQ(prepared->warnings_size(), 1);
    EXPECT_THAT(prepared->warnings(0), HasSubstr("issuing state"));
    what.set_alert(posted.parts[0].alert.hex());
    hit.set_what("person");
    prepared = net.prepare("can-bkk", what);
    ASSERT_TRUE(prepared.ok()) << prepared.error().detail;
    EXPECT_EQ(prepared->warnings_size(), 0);
    for (const proto::Reader& reader : prepared->parts(0).readers())
        EXPECT_NE(reader.party(), "GBR");
}

}  // namespace
}  // namespace rilon
