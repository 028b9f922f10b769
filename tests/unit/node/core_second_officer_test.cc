// What two officers decide, from the first one's posting to the mission that was left out: nothing
// reaches it before the second one's word, and everything after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/second_officer.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* reason = "CANARY of a reason";

class SecondOfficer : public SmallNet {
   protected:
    SecondOfficer() : releaser_(certified("releaser")), colleague_(certified("officer")) {}

    TestOfficer certified(const std::string& role) {
        TestOfficer officer = make_test_officer(net.network().id(), role, net.rng());
        proto::Request request;
        EXPECT_TRUE(request.mutable_certify()->mutable_request()->ParseFromArray(
            officer.request.data(), static_cast<int>(officer.request.size())));
        request.mutable_certify()->set_role(role);
        auto done = net.request("aus-bkk", std::move(request));
        EXPECT_TRUE(done.ok()) << done.error().detail;
        return officer;
    }
    // A British passport, and who holds it: his own state's mission is gbr-bkk.
    static proto::PrepareRequest impostor(bool none, bool tell_issuer) {
        proto::PrepareRequest what;
        proto::Alert& alert = *what.mutable_operation()->mutable_publish();
        alert = about_a_briton();
        if (none) alert.set_protection(proto::PROTECTION_NONE);
        what.mutable_wish()->set_audience("BKK");
        what.mutable_wish()->set_tell_issuer(tell_issuer);
        what.mutable_wish()->set_release_reason(reason);
        return what;
    }
    AlertId ask(bool none, bool tell_issuer) {
        auto done = net.prepare_and_commit("aus-bkk", impostor(none, tell_issuer));
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        net.run(3 * ms_second);
        return done.ok() ? done->alert() : AlertId{};
    }
    Result<proto::PreparedResponse> look(const TestOfficer& as, const AlertId& alert,
                                         bool decline = false) {
        proto::Request request;
        request.mutable_prepare()->set_alert(alert.hex());
        request.mutable_prepare()->mutable_release()->set_decline(decline);
        auto shown = net.request("aus-bkk", as.transport.pk, std::move(request));
        if (!shown.ok()) return shown.error();
        return shown->prepared();
    }
    Result<Posted> decide(const TestOfficer& as, const AlertId& alert, bool decline = false) {
        auto shown = look(as, alert, decline);
        if (!shown.ok()) return shown.error();
        auto done = net.commit("aus-bkk", as, *shown);
        net.run(3 * ms_second);
        return done;
    }
    static std::string refusal(const Result<Posted>& done) {
        return done.ok() ? "nothing was refused" : done.error().detail;
    }
    const TestOfficer& first() { return net.daemon("aus-bkk").officer(); }
    proto::Alert read(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        return shown.ok() ? shown->show().row().alert() : proto::Alert{};
    }
    bool holds(const std::string& node, const AlertId& alert) {
        return net.daemon(node).node().index().alert(alert).has_value();
    }
    std::vector<std::string> waiting(const std::string& node = "aus-bkk") {
        proto::Request request;
        request.mutable_list()->set_release(true);
        auto listed = net.request(node, std::move(request));
        EXPECT_TRUE(listed.ok());
        std::vector<std::string> out;
        for (const auto& row : listed->alerts().rows()) out.push_back(row.alert_id());
        return out;
    }
    std::optional<AlertId> document_at(const std::string& node) {
        proto::Request request;
        request.mutable_list();
        auto listed = net.request(node, std::move(request));
        EXPECT_TRUE(listed.ok());
        for (const auto& row : listed->alerts().rows())
            if (row.alert().part() == "document") return AlertId::copy_of(as_bytes(row.alert_id()));
        return std::nullopt;
    }

    TestOfficer releaser_;
    TestOfficer colleague_;
};

TEST_F(SecondOfficer, ThePermittedReadItAtOnceTheOthersWhenItIsApproved) {
    const AlertId alert = ask(true, false);
    EXPECT_EQ(read("can-bkk", alert).protection(), proto::PROTECTION_NOT_ASSESSED);
    EXPECT_EQ(read("can-bkk", alert).release_request().reason(), reason);
    EXPECT_FALSE(holds("gbr-bkk", alert));
    EXPECT_THAT(waiting(), UnorderedElementsAre(alert.str()));
    EXPECT_THAT(waiting("can-bkk"), UnorderedElementsAre());  // Not theirs to decide.
    // People read why; other systems are not told.
    proto::Request feed, file;
    feed.mutable_feed();
    file.mutable_export_alerts()->add_alerts(alert.str());
    auto events = net.request("can-bkk", feed);
    auto exported = net.request("can-bkk", file);
    ASSERT_TRUE(events.ok() && exported.ok());
    ASSERT_EQ(events->feed().events_size(), 1);
    ASSERT_EQ(exported->alerts().rows_size(), 1);
    EXPECT_TRUE(events->feed().events(0).row().alert().has_travel_fraud());
    EXPECT_FALSE(events->feed().events(0).row().alert().has_release_request());
    EXPECT_FALSE(exported->alerts().rows(0).alert().has_release_request());

    auto done = decide(releaser_, alert);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    for (const char* name : {"gbr-bkk", "can-bkk", "tha-bkk", "aus-bkk"}) {
        const proto::Alert now = read(name, alert);
        EXPECT_EQ(now.protection(), proto::PROTECTION_NONE) << name;
        EXPECT_EQ(now.revision(), 2u) << name;
        EXPECT_EQ(now.released(), release_protection_none) << name;
        EXPECT_FALSE(now.has_release_request()) << name;
    }
    EXPECT_THAT(waiting(), UnorderedElementsAre());
    // The reason was for the officers and the first readers.
    EXPECT_EQ(read("gbr-bkk", alert).SerializeAsString().find("CANARY"), std::string::npos);
    EXPECT_THAT(refusal(decide(releaser_, alert)), HasSubstr("asks for nothing"));
}

TEST_F(SecondOfficer, TheIssuerLearnsOfTheDocumentAloneAndOnlyThen) {
    const AlertId alert = ask(false, true);
    EXPECT_TRUE(holds("can-bkk", alert));
    EXPECT_FALSE(document_at("gbr-bkk").has_value());
    EXPECT_FALSE(document_at("can-bkk").has_value());
    auto done = decide(releaser_, alert);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    ASSERT_EQ(done->parts.size(), 2u);
    auto document = document_at("gbr-bkk");
    ASSERT_TRUE(document.has_value());
    EXPECT_EQ(*document, done->parts[1].alert);
    const proto::Alert told = read("gbr-bkk", *document);
    EXPECT_EQ(told.documents(0).number(), "L898902C3");
    EXPECT_EQ(told.persons_size(), 0);
    EXPECT_TRUE(told.title().empty());
    EXPECT_FALSE(holds("gbr-bkk", alert));
    EXPECT_EQ(read("can-bkk", alert).released(), release_tell_issuer);
    // A correction keeps both parts; a withdrawal takes both back.
    proto::PrepareRequest correct;
    *correct.mutable_operation()->mutable_supersede()->mutable_alert() = read("aus-bkk", alert);
    correct.mutable_operation()->mutable_supersede()->mutable_alert()->set_title("Seen again");
    correct.set_alert(alert.hex());
    correct.mutable_wish()->set_audience("BKK");
    auto corrected = net.prepare_and_commit("aus-bkk", correct);
    ASSERT_TRUE(corrected.ok()) << corrected.error().detail;
    net.run(3 * ms_second);
    EXPECT_EQ(read("can-bkk", alert).title(), "Seen again");
    EXPECT_EQ(read("gbr-bkk", *document).revision(), 3u);
    ASSERT_TRUE(net.withdraw("aus-bkk", alert).ok());
    net.run(5 * ms_second);
    EXPECT_TRUE(net.withdrawn("can-bkk", alert));
    EXPECT_TRUE(net.withdrawn("gbr-bkk", *document));
}

TEST_F(SecondOfficer, WhoAskedNeverApprovesNorDoesAnOfficerWithoutTheRole) {
    const AlertId alert = ask(true, false);
    EXPECT_THAT(refusal(decide(first(), alert)), HasSubstr("signed this and can't approve"));
    EXPECT_THAT(refusal(decide(colleague_, alert)), HasSubstr("role officer does not release"));
    EXPECT_FALSE(holds("gbr-bkk", alert));
    // Another node's officers neither.
    proto::PrepareRequest theirs;
    theirs.set_alert(alert.hex());
    theirs.mutable_release();
    EXPECT_THAT(refusal(net.prepare_and_commit("can-bkk", theirs)), HasSubstr("aus-bkk posted"));
}

TEST_F(SecondOfficer, NothingIsAskedWithoutAReasonNorTakenFromAClient) {
    auto what = impostor(true, false);
    what.mutable_wish()->clear_release_reason();
    EXPECT_THAT(refusal(net.prepare_and_commit("aus-bkk", what)), HasSubstr("--release-reason"));
    what = impostor(true, false);
    what.mutable_operation()->mutable_publish()->set_released(std::string(release_protection_none));
    auto done = net.prepare_and_commit("aus-bkk", what);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(3 * ms_second);
    EXPECT_FALSE(holds("gbr-bkk", done->alert()));
    EXPECT_THAT(waiting(), UnorderedElementsAre(done->alert().str()));
}

TEST_F(SecondOfficer, ACorrectionGoesOnAskingAndIsWhatIsApproved) {
    const AlertId alert = ask(true, false);
    auto seen = look(releaser_, alert);
    ASSERT_TRUE(seen.ok()) << seen.error().detail;
    proto::PrepareRequest correct;
    *correct.mutable_operation()->mutable_supersede()->mutable_alert() = read("aus-bkk", alert);
    correct.mutable_operation()->mutable_supersede()->mutable_alert()->set_title("Gate 7");
    correct.set_alert(alert.hex());
    correct.mutable_wish()->set_audience("BKK");
    ASSERT_TRUE(net.prepare_and_commit("aus-bkk", correct).ok());
    net.run(3 * ms_second);
    // Not the text that the second officer looked at.
    EXPECT_THAT(refusal(net.commit("aus-bkk", releaser_, *seen)), HasSubstr("corrected"));
    EXPECT_THAT(waiting(), UnorderedElementsAre(alert.str()));
    ASSERT_TRUE(decide(releaser_, alert).ok());
    EXPECT_EQ(read("gbr-bkk", alert).title(), "Gate 7");
    // Released, it is corrected by one officer, but for a home that the second did not see.
    auto again = correct;
    proto::Alert& next = *again.mutable_operation()->mutable_supersede()->mutable_alert();
    next = read("aus-bkk", alert);
    next.set_title("Gate 8");
    auto corrected = net.prepare_and_commit("aus-bkk", again);
    ASSERT_TRUE(corrected.ok()) << corrected.error().detail;
    net.run(3 * ms_second);
    EXPECT_EQ(read("gbr-bkk", alert).title(), "Gate 8");
    next.mutable_persons(0)->add_nationalities()->set_code("CAN");
    next.mutable_persons(0)->mutable_nationalities(1)->set_basis("suspected");
    EXPECT_THAT(refusal(net.prepare_and_commit("aus-bkk", again)),
                HasSubstr("a home that the second officer did not see"));
}

TEST_F(SecondOfficer, DeclinedItAsksNoMore) {
    const AlertId alert = ask(true, false);
    auto done = decide(colleague_, alert, true);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    EXPECT_THAT(waiting(), UnorderedElementsAre());
    EXPECT_FALSE(read("can-bkk", alert).has_release_request());
    EXPECT_EQ(read("can-bkk", alert).protection(), proto::PROTECTION_NOT_ASSESSED);
    EXPECT_FALSE(holds("gbr-bkk", alert));
}

TEST_F(SecondOfficer, WithdrawnOneCantBeReleasedAndReleasedOneIsWithdrawnEverywhere) {
    const AlertId first_one = ask(true, false);
    ASSERT_TRUE(net.withdraw("aus-bkk", first_one).ok());
    net.run(3 * ms_second);
    EXPECT_THAT(waiting(), UnorderedElementsAre());
    EXPECT_THAT(refusal(decide(releaser_, first_one)), HasSubstr("withdrawn"));
    const AlertId second_one = ask(true, false);
    const EntryRef narrow =
        *net.daemon("can-bkk").node().index().alert(second_one)->revisions.begin();
    ASSERT_TRUE(decide(releaser_, second_one).ok());
    ASSERT_TRUE(net.withdraw("aus-bkk", second_one).ok());
    net.run(5 * ms_second);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", second_one));
    EXPECT_TRUE(net.withdrawn("can-bkk", second_one));
    // Of the first revision, which only some had, no key is left either.
    EXPECT_FALSE(net.daemon("can-bkk").store().entry_key(narrow.stream, narrow.seq).ok());
}

TEST_F(SecondOfficer, AskedForOverARestart) {
    const AlertId alert = ask(true, false);
    net.kill("aus-bkk");
    net.start("aus-bkk");
    net.run(10 * ms_second);
    EXPECT_THAT(waiting(), UnorderedElementsAre(alert.str()));
    ASSERT_TRUE(decide(releaser_, alert).ok());
    EXPECT_EQ(read("gbr-bkk", alert).revision(), 2u);
}

}  // namespace
}  // namespace rilon
