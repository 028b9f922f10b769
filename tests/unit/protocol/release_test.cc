#include "protocol/release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Names = std::vector<std::string>;

constexpr UnixMillis now{1795446000000};

class Release : public testing::Test {
   protected:
    Release() : network_(options()) {
        network_.add_party("CHN");
        network_.add_party("HKG", "CHN");
        admit("chn-bkk", "CHN");
        admit("hkg-bkk", "HKG");
    }
    static FoundingOptions options() {
        FoundingOptions out;
        out.missions = {"AUS", "GBR", "NZL"};
        return out;
    }
    void admit(const std::string& name, const std::string& party) {
        network_.admit(network_.make_node(name, party, "BKK"));
    }
    const DirectoryState& state() const { return network_.state(); }
    AudienceId audience(const std::string& name) const {
        return state().audience_by_name(name)->id;
    }
    NodeId node(const std::string& name) const { return network_.node(name).id; }
    Names names(const std::vector<NodeId>& ids) const {
        Names out;
        for (const NodeId& id : ids) out.push_back(state().node(id)->name);
        return out;
    }
    ReleaseWish to(const std::string& name) const {
        ReleaseWish wish;
        wish.base = audience(name);
        return wish;
    }
    Result<ReleasePlan> plan(const proto::Alert& alert, const ReleaseWish& wish) const {
        return plan_release(alert, wish, state(), node("aus-bkk"));
    }
    Names person_readers(const proto::Alert& alert, const ReleaseWish& wish) const {
        auto out = plan(alert, wish);
        EXPECT_TRUE(out) << out.error().detail;
        return out ? names(out->parts[0].readers) : Names{};
    }
    Names person_readers(const proto::Alert& alert) const {
        return person_readers(alert, to("BKK"));
    }
    std::string refusal(const proto::Alert& alert, const ReleaseWish& wish) const {
        auto out = plan(alert, wish);
        return out ? "planned" : std::string(errc_name(out.code())) + ": " + out.error().detail;
    }
    std::string refusal(const proto::Alert& alert) const { return refusal(alert, to("BKK")); }

    TestNetwork network_;
};

void add_nationality(proto::Alert& alert, const std::string& code, const std::string& basis) {
    if (alert.persons().empty()) alert.add_persons()->set_role("subject");
    proto::Nationality* out = alert.mutable_persons(0)->add_nationalities();
    out->set_code(code);
    out->set_basis(basis);
}

proto::Alert fraud(const std::string& type, const std::string& issuer) {
    SeededRng rng(1);
    proto::Alert alert;
    alert.set_alert_id(make_alert_id(now, rng).str());
    alert.mutable_travel_fraud()->set_fraud_type(type);
    proto::DocumentRecord* document = alert.add_documents();
    document->set_type("P");
    document->set_issuer(issuer);
    document->set_number("L898902C3");
    add_nationality(alert, issuer, "documentary");
    apply_defaults(alert, now);
    return alert;
}

proto::Alert bulletin() {
    SeededRng rng(2);
    proto::Alert alert;
    alert.set_alert_id(make_alert_id(now, rng).str());
    alert.mutable_bulletin()->set_text("hello");
    apply_defaults(alert, now);
    return alert;
}

Names all_but_author() {
    return {"chn-bkk", "gbr-bkk", "hkg-bkk", "nzl-bkk", "tha-bkk"};
}

TEST_F(Release, ThePreviewOfTheProduct) {
    ReleaseWish wish = to("BKK");
    wish.host = HostWish::except_host;
    auto out = plan(fraud("counterfeit", "UTO"), wish);
    ASSERT_TRUE(out) << out.error().detail;
    ASSERT_EQ(out->parts.size(), 2u);
    EXPECT_EQ(out->parts[0].part, "person");
    EXPECT_THAT(names(out->parts[0].readers),
                UnorderedElementsAre("chn-bkk", "gbr-bkk", "hkg-bkk", "nzl-bkk"));
    EXPECT_EQ(out->parts[0].withheld.back().party, "UTO");
    EXPECT_EQ(out->parts[0].withheld.back().why, "documentary");
    EXPECT_FALSE(out->parts[0].withheld.back().in_base);
    EXPECT_EQ(out->parts[1].part, "document");
    EXPECT_THAT(names(out->parts[1].readers), testing::UnorderedElementsAreArray(all_but_author()));
    EXPECT_THAT(out->parts[1].withheld, IsEmpty());
    EXPECT_FALSE(out->parts[1].derived);
}

TEST_F(Release, EveryBasisBirthAndPersecutorAreWithheldWithThoseUnderThem) {
    for (const char* basis : {"claimed", "documentary", "suspected", "established", "newer"}) {
        proto::Alert alert = fraud("impostor", "UTO");
        add_nationality(alert, "CHN", basis);
        EXPECT_THAT(person_readers(alert), UnorderedElementsAre("gbr-bkk", "nzl-bkk", "tha-bkk"))
            << basis;
    }
    proto::Alert born = fraud("impostor", "UTO");
    born.mutable_persons(0)->set_country_of_birth("GBD");
    EXPECT_THAT(person_readers(born), testing::Not(testing::Contains("gbr-bkk")));
    proto::Alert fled = fraud("impostor", "UTO");
    fled.mutable_persons(0)->add_persecutors("THA");
    EXPECT_THAT(person_readers(fled), testing::Not(testing::Contains("tha-bkk")));
}

TEST_F(Release, TheStateOverATerritoryIsHomeToo) {
    EXPECT_THAT(person_readers(fraud("impostor", "HKG")),
                UnorderedElementsAre("gbr-bkk", "nzl-bkk", "tha-bkk"));
    // COK has no entry in this directory; its people are New Zealand's nationals.
    EXPECT_THAT(person_readers(fraud("impostor", "COK")),
                testing::Not(testing::Contains("nzl-bkk")));
}

TEST_F(Release, TheAuthorsOwnNodeIsNeverWithheldButItsPartysOthersAre) {
    proto::Alert alert = fraud("impostor", "AUS");
    auto out = plan(alert, to("network"));
    ASSERT_TRUE(out);
    Names readers = names(out->parts[0].readers);
    EXPECT_THAT(readers, testing::Not(testing::Contains("aus-kul")));
    auto members = derived_members(state(), out->parts[0].definition, node("aus-bkk"));
    EXPECT_TRUE(std::binary_search(members.begin(), members.end(), node("aus-bkk")));
}

TEST_F(Release, AProtectedPersonIsHiddenFromTheHostToo) {
    proto::Alert alert = fraud("counterfeit", "UTO");
    alert.set_protection(proto::PROTECTION_ASYLUM_CLAIM);
    ReleaseWish wish = to("BKK");
    wish.host = HostWish::with_host;
    auto out = plan(alert, wish);
    ASSERT_TRUE(out);
    EXPECT_THAT(names(out->parts[0].readers), testing::Not(testing::Contains("tha-bkk")));
    EXPECT_THAT(names(out->parts[1].readers), testing::Contains("tha-bkk"));
    // In the whole network every RILON's host is one.
    EXPECT_THAT(person_readers(alert, to("network")),
                testing::AllOf(testing::Not(testing::Contains("tha-bkk")),
                               testing::Not(testing::Contains("mys-kul"))));
    // A protection of a newer version protects as well.
    alert.set_protection(static_cast<proto::Protection>(42));
    EXPECT_THAT(person_readers(alert), testing::Not(testing::Contains("tha-bkk")));
}

TEST_F(Release, Row57ExceptHostLeavesNothingForTheHost) {
    ReleaseWish wish = to("BKK");
    wish.host = HostWish::except_host;
    auto out = plan(bulletin(), wish);
    ASSERT_TRUE(out);
    ASSERT_EQ(out->parts.size(), 1u);
    // The standing audience: nothing derived, nothing the host could notice.
    EXPECT_EQ(out->parts[0].definition.base, audience("BKK/missions"));
    EXPECT_FALSE(out->parts[0].derived);
    EXPECT_THAT(names(out->parts[0].readers), testing::Not(testing::Contains("tha-bkk")));
    // A genuine number follows the person part: no document part reaches the host.
    out = plan(fraud("impostor", "GBR"), wish);
    ASSERT_TRUE(out);
    ASSERT_EQ(out->parts.size(), 1u);
    EXPECT_THAT(names(out->parts[0].readers),
                UnorderedElementsAre("chn-bkk", "hkg-bkk", "nzl-bkk"));
    // The host itself may post to the missions: its own node stays.
    auto by_host = plan_release(bulletin(), wish, state(), node("tha-bkk"));
    ASSERT_TRUE(by_host);
    EXPECT_EQ(by_host->parts[0].definition.base, audience("BKK"));
    EXPECT_EQ(by_host->parts[0].readers.size(), 5u);
}

TEST_F(Release, ABulletinGoesToTheBaseItself) {
    auto out = plan(bulletin(), to("BKK"));
    ASSERT_TRUE(out);
    ASSERT_EQ(out->parts.size(), 1u);
    EXPECT_FALSE(out->parts[0].derived);
    EXPECT_EQ(out->parts[0].definition.base, audience("BKK"));
    EXPECT_THAT(names(out->parts[0].readers), testing::UnorderedElementsAreArray(all_but_author()));
    EXPECT_TRUE(std::is_sorted(out->parts[0].readers.begin(), out->parts[0].readers.end()));
}

TEST_F(Release, ASignedNoLiftsTheIssuerAndWithholdsWhoTheyMightBe) {
    proto::Alert alert = fraud("counterfeit", "GBR");
    EXPECT_THAT(person_readers(alert), testing::Not(testing::Contains("gbr-bkk")));
    alert.mutable_holder()->set_issuer_is_home("no");
    EXPECT_THAT(refusal(alert), HasSubstr("Who might they be?"));
    alert.mutable_holder()->add_might_be("CHN");
    EXPECT_THAT(person_readers(alert), UnorderedElementsAre("gbr-bkk", "nzl-bkk", "tha-bkk"));
    // Only that basis: who also claims to be British is still protected from Britain.
    add_nationality(alert, "GBR", "claimed");
    EXPECT_THAT(person_readers(alert), UnorderedElementsAre("nzl-bkk", "tha-bkk"));
}

TEST_F(Release, ANoLiftsNeitherAnotherNationalityNorTheRightfulHolders) {
    proto::Alert alert = fraud("impostor", "GBR");
    alert.mutable_holder()->set_issuer_is_home("no");
    alert.mutable_holder()->add_might_be("NZL");
    add_nationality(alert, "CHN", "documentary");
    EXPECT_THAT(person_readers(alert), UnorderedElementsAre("gbr-bkk", "tha-bkk"));
    proto::PersonRecord* owner = alert.add_persons();
    owner->set_role("rightful-holder");
    owner->add_nationalities()->set_code("GBR");
    owner->mutable_nationalities(0)->set_basis("documentary");
    EXPECT_THAT(person_readers(alert), UnorderedElementsAre("tha-bkk"));
}

TEST_F(Release, AnUnknownHolderIsReadByMissionsNamedOneByOneOnly) {
    proto::Alert alert = fraud("counterfeit", "GBR");
    alert.mutable_holder()->set_issuer_is_home("no");
    alert.mutable_holder()->set_unknown(true);
    EXPECT_THAT(refusal(alert), HasSubstr("--only"));
    ReleaseWish wish = to("BKK");
    wish.only = {node("nzl-bkk")};
    auto out = plan(alert, wish);
    ASSERT_TRUE(out);
    EXPECT_THAT(names(out->parts[0].readers), ElementsAre("nzl-bkk"));
    EXPECT_THAT(names(out->parts[1].readers), testing::UnorderedElementsAreArray(all_but_author()));
    proto::Alert typed = fraud("impostor", "XXA");
    typed.mutable_holder()->add_might_be("?");
    EXPECT_THAT(refusal(typed), HasSubstr("--only"));
    EXPECT_THAT(person_readers(typed, wish), ElementsAre("nzl-bkk"));
}

TEST_F(Release, CodesWithoutAHomeAsk) {
    for (const char* code : {"XXA", "XXB", "XXC", "XXX", "UNO"}) {
        proto::Alert alert = fraud("impostor", code);
        EXPECT_THAT(refusal(alert), HasSubstr("invalid: ")) << code;
        EXPECT_THAT(refusal(alert), HasSubstr("Who might they be?")) << code;
        alert.mutable_holder()->add_might_be(code);
        EXPECT_THAT(refusal(alert), HasSubstr("Who might they be?")) << code;
        alert.mutable_holder()->add_might_be("CHN");
        EXPECT_THAT(person_readers(alert), UnorderedElementsAre("gbr-bkk", "nzl-bkk", "tha-bkk"));
    }
}

TEST_F(Release, AnUnmappedCodeBlocks) {
    EXPECT_THAT(refusal(fraud("counterfeit", "GBX")), HasSubstr("GBX is no country code"));
    proto::Alert alert = fraud("counterfeit", "GBR");
    add_nationality(alert, "QQQ", "suspected");
    EXPECT_THAT(refusal(alert), HasSubstr("QQQ"));
    // Who made up the state made up its code: the holder is asked for instead.
    proto::Alert fantasy = fraud("fantasy", "WSA");
    EXPECT_THAT(refusal(fantasy), HasSubstr("WSA names no home"));
    fantasy.mutable_holder()->add_might_be("CHN");
    EXPECT_THAT(person_readers(fantasy), UnorderedElementsAre("gbr-bkk", "nzl-bkk", "tha-bkk"));
}

TEST_F(Release, APersonWithoutAnyCountryAsks) {
    proto::Alert alert = bulletin();
    alert.mutable_border_incident()->set_incident("undocumented-arrival");
    alert.add_persons()->set_role("subject");
    EXPECT_THAT(refusal(alert), HasSubstr("country is not stated"));
    alert.mutable_persons(0)->set_role("facilitator");
    EXPECT_EQ(person_readers(alert).size(), 5u);
}

TEST_F(Release, TheZoneIsReadEvenWhereNobodyWroteTheNationalityDown) {
    proto::Alert alert = fraud("forged", "NZL");
    alert.mutable_documents(0)->add_mrz_lines("P<NZLERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
    alert.mutable_documents(0)->add_mrz_lines("L898902C36GBR7408122F1204159ZE184226B<<<<<10");
    EXPECT_THAT(person_readers(alert), testing::Not(testing::Contains("gbr-bkk")));
}

TEST_F(Release, OnlyAndExcludeAreMet) {
    ReleaseWish wish = to("BKK");
    wish.exclude = {"THA"};
    auto out = plan(fraud("counterfeit", "GBR"), wish);
    ASSERT_TRUE(out);
    EXPECT_THAT(names(out->parts[0].readers),
                UnorderedElementsAre("chn-bkk", "hkg-bkk", "nzl-bkk"));
    EXPECT_THAT(names(out->parts[1].readers), testing::Not(testing::Contains("tha-bkk")));
    wish.exclude = {"CHN"};
    EXPECT_THAT(person_readers(bulletin(), wish),
                UnorderedElementsAre("gbr-bkk", "nzl-bkk", "tha-bkk"));
    wish = to("BKK");
    wish.only = {node("gbr-bkk"), node("nzl-bkk"), node("gbr-bkk")};
    EXPECT_THAT(person_readers(bulletin(), wish), UnorderedElementsAre("gbr-bkk", "nzl-bkk"));
    // Naming a withheld mission doesn't reach it.
    EXPECT_THAT(person_readers(fraud("impostor", "GBR"), wish), ElementsAre("nzl-bkk"));
    wish.only = {node("gbr-bkk")};
    EXPECT_THAT(refusal(fraud("impostor", "GBR"), wish), HasSubstr("nobody but this node"));
}

TEST_F(Release, WishesThatCantBeMetAreRefusedWithARemedy) {
    ReleaseWish wish = to("BKK");
    wish.exclude = {"CHM"};
    EXPECT_THAT(refusal(bulletin(), wish), HasSubstr("did you mean CHN?"));
    wish = to("BKK");
    wish.only = {node("gbr-kul")};
    EXPECT_THAT(refusal(bulletin(), wish), HasSubstr("gbr-kul: not in BKK"));
    EXPECT_THAT(refusal(bulletin(), to("KUL")), HasSubstr("not-permitted"));
    wish = to("BKK/missions");
    wish.host = HostWish::with_host;
    EXPECT_THAT(refusal(bulletin(), wish), HasSubstr("post --to BKK"));
    wish = to("BKK");
    wish.tell_issuer = true;
    EXPECT_THAT(refusal(fraud("impostor", "GBR"), wish), HasSubstr("what two decide"));
    wish = {};
    EXPECT_THAT(refusal(bulletin(), wish), HasSubstr("no such audience"));
}

TEST_F(Release, ProtectionNoneNeedsASecondOfficerExceptForAPublicList) {
    proto::Alert alert = fraud("impostor", "GBR");
    alert.set_protection(proto::PROTECTION_NONE);
    EXPECT_THAT(refusal(alert), HasSubstr("what two decide"));
    alert.set_tlp(proto::TLP_CLEAR);
    alert.set_legal_basis(std::string(un_list_legal_basis));
    alert.mutable_lookout()->set_authority(std::string(un_list_authority));
    alert.mutable_lookout()->set_reference("QDi.001");
    alert.mutable_lookout()->set_measure("travel-ban");
    EXPECT_THAT(person_readers(alert), testing::UnorderedElementsAreArray(all_but_author()));
    alert.mutable_lookout()->set_reference("my cousin");
    EXPECT_THAT(refusal(alert), HasSubstr("what two decide"));
    alert.mutable_lookout()->set_reference("QDi.001");
    alert.set_tlp(proto::TLP_AMBER);
    EXPECT_THAT(refusal(alert), HasSubstr("what two decide"));
}

TEST_F(Release, StolenBlanksHaveADocumentPartAndLostOnesFollowThePerson) {
    proto::Alert alert = bulletin();
    alert.mutable_lost_stolen()->set_state("blank");
    alert.add_documents()->set_issuer("GBR");
    alert.mutable_documents(0)->set_series_from("100");
    alert.mutable_documents(0)->set_series_to("199");
    auto out = plan(alert, to("BKK"));
    ASSERT_TRUE(out) << out.error().detail;
    ASSERT_EQ(out->parts.size(), 2u);
    EXPECT_EQ(out->parts[1].alert.travel_fraud().fraud_type(), "stolen-blank");
    EXPECT_EQ(out->parts[1].alert.documents(0).series_to(), "199");
    alert.mutable_lost_stolen()->set_state("issued");
    out = plan(alert, to("BKK"));
    ASSERT_TRUE(out);
    EXPECT_EQ(out->parts.size(), 1u);
}

TEST_F(Release, TheLinkExistsOnlyInThePersonPart) {
    SeededRng rng(9);
    AlertId id = make_alert_id(now, rng);
    auto out = plan(fraud("counterfeit", "GBR"), to("BKK"));
    ASSERT_TRUE(out);
    Hash32 before = readers_hash(*out);
    give_document_id(*out, id);
    EXPECT_EQ(readers_hash(*out), before);
    ASSERT_EQ(out->parts[0].alert.links_size(), 1);
    EXPECT_EQ(out->parts[0].alert.links(0).type(), link_other_part);
    EXPECT_EQ(out->parts[0].alert.links(0).alert_id(), id.str());
    EXPECT_EQ(out->parts[1].alert.alert_id(), id.str());
    EXPECT_EQ(out->parts[1].alert.links_size(), 0);
    EXPECT_TRUE(check_alert(out->parts[0].alert).ok());
    EXPECT_TRUE(check_alert(out->parts[1].alert).ok())
        << check_alert(out->parts[1].alert).error().detail;
    // A correction keeps the id that the alert links to.
    auto again = plan(out->parts[0].alert, to("BKK"));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->parts[1].alert.alert_id(), id.str());
    EXPECT_EQ(again->parts[0].alert.links_size(), 1);
}

TEST_F(Release, TheReadersHashChangesWithTheReaders) {
    proto::Alert alert = fraud("counterfeit", "GBR");
    Hash32 before = readers_hash(*plan(alert, to("BKK")));
    EXPECT_EQ(readers_hash(*plan(alert, to("BKK"))), before);
    network_.suspend("nzl-bkk");
    EXPECT_NE(readers_hash(*plan(alert, to("BKK"))), before);
}

TEST_F(Release, AsksWhetherTheHolderIsWhoTheDocumentSays) {
    proto::Alert alert = fraud("counterfeit", "GBR");
    EXPECT_THAT(plan(alert, to("BKK"))->questions,
                ElementsAre("Passport says GBR. Is the holder really GBR? yes / no / [unsure]"));
    alert.mutable_holder()->set_issuer_is_home("unsure");
    EXPECT_THAT(plan(alert, to("BKK"))->questions, IsEmpty());
    EXPECT_THAT(person_readers(alert), testing::Not(testing::Contains("gbr-bkk")));
    EXPECT_THAT(plan(bulletin(), to("BKK"))->questions, IsEmpty());
}

TEST_F(Release, ATraffickingIndicatorIsForMissionsUnlessTheHostIsAskedFor) {
    proto::Alert alert;
    alert.mutable_trafficking_indicator()->add_indicators("debt-bondage");
    auto ruled = plan(alert, to("BKK"));
    ASSERT_TRUE(ruled) << ruled.error().detail;
    EXPECT_THAT(names(ruled->parts[0].readers),
                UnorderedElementsAre("chn-bkk", "gbr-bkk", "hkg-bkk", "nzl-bkk"));
    EXPECT_FALSE(ruled->parts[0].derived);  // The missions are an audience of the directory.
    bool said = false;
    for (const Withheld& one : ruled->parts[0].withheld)
        said |= one.party == "THA" && one.why == "host, trafficking indicator";
    EXPECT_TRUE(said);
    ReleaseWish wish = to("BKK");
    wish.host = HostWish::with_host;
    EXPECT_THAT(person_readers(alert, wish), testing::Contains("tha-bkk"));
    // But not with a person whose protection leaves it out.
    alert.set_protection(proto::PROTECTION_PRESUMED_TRAFFICKED);
    EXPECT_THAT(person_readers(alert, wish), testing::Not(testing::Contains("tha-bkk")));
    // Another kind goes to the host as before.
    proto::Alert bulletin;
    bulletin.mutable_bulletin()->set_text("Gate 7");
    EXPECT_THAT(person_readers(bulletin), testing::Contains("tha-bkk"));
}

}  // namespace
}  // namespace rilon
