// What is put off for a second officer, what he then decides, and what a correction keeps of it.
#include "protocol/second_officer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/alert.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

using testing::HasSubstr;

proto::Alert fraud(const std::string& type, proto::Protection protection) {
    proto::Alert alert;
    alert.set_part("person");
    alert.mutable_travel_fraud()->set_fraud_type(type);
    alert.add_documents()->set_issuer("GBR");
    alert.mutable_documents(0)->set_number("L898902C3");
    alert.add_persons()->set_role("subject");
    alert.mutable_persons(0)->add_nationalities()->set_code("GBR");
    alert.mutable_persons(0)->mutable_nationalities(0)->set_basis("documentary");
    alert.set_protection(protection);
    return alert;
}

std::string refusal(const Status& status) {
    return status ? "" : status.error().detail;
}

TEST(SecondOfficer, WhatOneOfficerMayDoIsNotPutOff) {
    ReleaseWish wish;
    for (const char* type : {"impostor", "counterfeit"}) {
        proto::Alert alert = fraud(type, proto::PROTECTION_NOT_ASSESSED);
        ASSERT_TRUE(put_off_release(alert, wish, "")) << type;
        EXPECT_FALSE(alert.has_release_request()) << type;
    }
    proto::Alert about_nobody;
    about_nobody.mutable_bulletin()->set_text("The counters are closed.");
    about_nobody.set_protection(proto::PROTECTION_NONE);
    ASSERT_TRUE(put_off_release(about_nobody, wish, ""));
    EXPECT_FALSE(about_nobody.has_release_request());
    // The issuer reads the document part of a counterfeit anyhow.
    wish.tell_issuer = true;
    proto::Alert counterfeit = fraud("counterfeit", proto::PROTECTION_NOT_ASSESSED);
    ASSERT_TRUE(put_off_release(counterfeit, wish, ""));
    EXPECT_FALSE(counterfeit.has_release_request());
    EXPECT_FALSE(wish.tell_issuer);
}

TEST(SecondOfficer, ThereMustBeAReasonAndADocumentToTellOf) {
    ReleaseWish wish;
    proto::Alert alert = fraud("impostor", proto::PROTECTION_NONE);
    EXPECT_THAT(refusal(put_off_release(alert, wish, "")), HasSubstr("--release-reason"));
    wish.tell_issuer = true;
    proto::Alert refused;
    refused.mutable_visa_refusal()->add_grounds("false-document");
    EXPECT_THAT(refusal(put_off_release(refused, wish, "why")), HasSubstr("no fraudulent travel"));
    alert = fraud("impostor", proto::PROTECTION_NONE);
    ASSERT_TRUE(put_off_release(alert, wish, std::string(600, 'x')));
    EXPECT_THAT(refusal(check_alert(alert)), HasSubstr("release_request.reason"));
}

TEST(SecondOfficer, TheDecisionKeepsToTheWishOfTheFirst) {
    SeededRng rng(1);
    ReleaseWish wish;
    wish.base = rng.bytes<AudienceId>();
    wish.host = HostWish::except_host;
    wish.exclude = {"CHN", "IRN"};
    wish.only = {rng.bytes<NodeId>()};
    proto::Alert alert = fraud("impostor", proto::PROTECTION_NONE);
    ReleaseWish narrow = wish;
    ASSERT_TRUE(put_off_release(alert, narrow, "the embassy asked for it"));
    EXPECT_EQ(alert.protection(), proto::PROTECTION_NOT_ASSESSED);
    auto approved = approve_release(alert);
    ASSERT_TRUE(approved) << approved.error().detail;
    EXPECT_EQ(approved->alert.protection(), proto::PROTECTION_NONE);
    EXPECT_EQ(approved->alert.released(), release_protection_none);
    EXPECT_EQ(approved->wish.base, wish.base);
    EXPECT_EQ(approved->wish.host, wish.host);
    EXPECT_EQ(approved->wish.exclude, wish.exclude);
    EXPECT_EQ(approved->wish.only, wish.only);
    auto declined = decline_release(alert);
    ASSERT_TRUE(declined);
    EXPECT_EQ(declined->alert.protection(), proto::PROTECTION_NOT_ASSESSED);
    EXPECT_TRUE(declined->alert.released().empty());
    // Decided, or never asked: nothing is left to decide.
    EXPECT_FALSE(approve_release(approved->alert));
    EXPECT_FALSE(decline_release(declined->alert));
    alert.mutable_release_request()->set_what("something-newer");
    EXPECT_FALSE(approve_release(alert));
}

TEST(SecondOfficer, ACorrectionNamesNoNewIssuerToBeTold) {
    TestNetwork network{FoundingOptions{}};
    proto::Alert before = fraud("impostor", proto::PROTECTION_NOT_ASSESSED);
    before.set_released(std::string(release_tell_issuer));
    ReleaseWish wish;
    proto::Alert same = fraud("impostor", proto::PROTECTION_NOT_ASSESSED);
    same.mutable_documents(0)->set_number("L898902C4");
    ASSERT_TRUE(carry_release(before, same, wish, "", network.state()));
    EXPECT_EQ(same.released(), release_tell_issuer);
    proto::Alert other = same;
    other.mutable_documents(0)->set_issuer("CAN");
    EXPECT_THAT(refusal(carry_release(before, other, wish, "", network.state())),
                HasSubstr("another issuer"));
    proto::Alert wider = fraud("impostor", proto::PROTECTION_NONE);
    EXPECT_FALSE(carry_release(before, wider, wish, "why", network.state()));
}

// Whatever is asked for: one officer's alert reaches nobody more than the same alert that asks for
// nothing, and two officers' reaches nobody less.
TEST(SecondOfficer, OneOfficerNeverTellsMoreTwoNeverLess) {
    TestNetwork network{FoundingOptions{}};
    const DirectoryState& state = network.state();
    const NodeId author = network.node("aus-bkk").id;
    SeededRng rng(4);
    const std::vector<std::string> homes = {"GBR", "CAN", "THA", "AUS", "UTO"};
    const std::vector<std::string> frauds = {"impostor", "forged", "counterfeit", "morphed"};
    int wider = 0;
    for (int round = 0; round < 200; ++round) {
        proto::Alert alert = fraud(frauds[rng.below(frauds.size())], proto::PROTECTION_NONE);
        alert.mutable_persons(0)->mutable_nationalities(0)->set_code(
            homes[rng.below(homes.size())]);
        alert.mutable_documents(0)->set_issuer(homes[rng.below(homes.size())]);
        const bool none = rng.below(2) == 0;
        if (!none) alert.set_protection(proto::PROTECTION_NOT_ASSESSED);
        ReleaseWish wish;
        wish.base = state.audience_by_name("BKK")->id;
        wish.tell_issuer = rng.below(2) == 0;
        if (rng.below(3) == 0) wish.exclude = {homes[rng.below(homes.size())]};

        proto::Alert modest = alert;
        modest.set_protection(proto::PROTECTION_NOT_ASSESSED);
        ReleaseWish modest_wish = wish;
        modest_wish.tell_issuer = false;
        auto allowed = plan_release(modest, modest_wish, state, author);
        ASSERT_TRUE(put_off_release(alert, wish, "why"));
        auto one = plan_release(alert, wish, state, author);
        ASSERT_EQ(one.ok(), allowed.ok());
        if (!one) continue;
        EXPECT_EQ(readers_hash(*one), readers_hash(*allowed));
        if (!alert.has_release_request()) continue;
        auto decided = approve_release(alert);
        ASSERT_TRUE(decided);
        auto two = plan_release(decided->alert, decided->wish, state, author);
        ASSERT_TRUE(two) << two.error().detail;
        const auto& now = two->parts[0].readers;
        const auto& then = one->parts[0].readers;
        EXPECT_TRUE(std::includes(now.begin(), now.end(), then.begin(), then.end()));
        wider += now.size() > then.size() || two->parts.size() > one->parts.size() ? 1 : 0;
        for (const std::string& party : decided->wish.exclude)
            for (const PartPlan& part : two->parts)
                for (const NodeId& reader : part.readers)
                    EXPECT_FALSE(state.is_or_under(state.node(reader)->party, party));
    }
    EXPECT_GT(wider, 30);
}

}  // namespace
}  // namespace rilon
