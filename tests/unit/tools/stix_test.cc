// The mapping of docs/stix.md. That it is valid STIX is stix.schemas' to say (tests/e2e).
#include "tools/rilon/stix.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "protocol/alert.h"
#include "protocol/codes.h"
#include "protocol/short_id.h"
#include "tests/support/stix_samples.h"
#include "tools/rilon/stix_object.h"

namespace rilon {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* our_extension = "extension-definition--f24acfcf-3549-43e0-9ae5-daaffdadb43a";

std::vector<Json> objects_of(const proto::AlertRow& row) {
    return stix_objects(row, sample_network());
}

// Those of one type, in their order.
std::vector<Json> of_type(const std::vector<Json>& objects, const std::string& type) {
    std::vector<Json> out;
    for (const Json& object : objects)
        if (object["type"] == type) out.push_back(object);
    return out;
}

// The only one of its type; null, and a failure, when there is none or more.
Json only(const std::vector<Json>& objects, const std::string& type) {
    const auto found = of_type(objects, type);
    EXPECT_EQ(found.size(), 1u) << type;
    return found.size() == 1 ? found[0] : Json();
}

std::vector<Json> persons_in(const std::vector<Json>& objects) {
    std::vector<Json> out;
    for (const Json& object : of_type(objects, "identity"))
        if (object["identity_class"] == "individual") out.push_back(object);
    return out;
}

Json fields_of(const Json& object) {
    return object["extensions"][our_extension];
}

proto::AlertRow row_of_kind(const std::string& kind) {
    for (const proto::AlertRow& row : sample_rows())
        if (row.type() == kind) return row;
    ADD_FAILURE() << "no sample of " << kind;
    return {};
}

// By another program from decision 0021: a change doubles everything in every platform.
TEST(Stix, IdsAreFixedForGood) {
    AlertId id;
    for (std::size_t i = 0; i < AlertId::size(); ++i) id.data()[i] = static_cast<Byte>(i);
    EXPECT_EQ(stix_id("report", {"alert", as_text(id.view()), "report"}),
              "report--f27dbd1b-0c2b-4fce-8523-88bd692f28bf");
    EXPECT_EQ(stix_id("location", {"place", "TH", "BKK"}),
              "location--2e1a9e44-b4d2-4527-9845-10f28b16998e");
    proto::AlertRow row = sample_row();
    row.set_alert_id(id.str());
    EXPECT_EQ(only(objects_of(row), "report")["id"],
              "report--f27dbd1b-0c2b-4fce-8523-88bd692f28bf");
    EXPECT_EQ(only(objects_of(row), "location")["id"],
              "location--2e1a9e44-b4d2-4527-9845-10f28b16998e");
}

TEST(Stix, EveryKindIsAReportThatHoldsTogether) {
    for (const Code& kind : alert_kinds()) {
        const proto::AlertRow row = row_of_kind(std::string(kind.code));
        const auto objects = objects_of(row);
        const Json report = only(objects, "report");
        EXPECT_EQ(report["labels"][0], kind.code);
        EXPECT_THAT(report["name"].get<std::string>(), testing::StartsWith(headline(row.alert())));
        EXPECT_FALSE(report["object_refs"].empty()) << kind.code;
        EXPECT_EQ(report["external_references"][0]["external_id"],
                  format_alert_id(*AlertId::parse(row.alert_id())));
        EXPECT_EQ(fields_of(report)["type"], kind.code);
    }
}

TEST(Stix, TheReportSaysWhatTheAlertSays) {
    const auto objects = objects_of(sample_row());
    const Json report = only(objects, "report");
    EXPECT_EQ(report["name"], "LOOKOUT wanted W-1");
    EXPECT_EQ(report["description"], "Seen at the gate.");
    EXPECT_EQ(report["published"], "2026-11-23T15:00:00.124Z");
    EXPECT_EQ(report["created"], report["modified"]);
    EXPECT_EQ(report["lang"], "en");
    EXPECT_EQ(report["report_types"], Json::array({"identity"}));
    const Json fields = fields_of(report);
    EXPECT_EQ(fields["extension_type"], "property-extension");
    EXPECT_EQ(fields["revision"], 1);
    EXPECT_EQ(fields["officer"], "LO-3");
    EXPECT_EQ(fields["legal_basis"], "Act 7");
    EXPECT_EQ(fields["grade"]["admiralty"], "B2");
    EXPECT_EQ(fields["where"]["location"], "BKK");
    for (const char* elsewhere : {"persons", "documents", "narrative"})
        EXPECT_FALSE(fields.contains(elsewhere)) << elsewhere;
    // Two persons, a document, the place.
    EXPECT_EQ(report["object_refs"].size(), 4u);
}

TEST(Stix, ALanguageIsATag) {
    for (const char* none : {"", "en us", "en\"", "\xe2\x80\xae"}) {
        proto::AlertRow row = sample_row();
        row.mutable_alert()->set_language(none);
        EXPECT_FALSE(only(objects_of(row), "report").contains("lang")) << none;
    }
}

TEST(Stix, AnAlertAboutNobodyIsAboutItsAuthor) {
    const auto objects = objects_of(row_of_kind("bulletin"));
    const Json report = only(objects, "report");
    EXPECT_EQ(report["description"], "Counter 4 is closed.\n\nSeen at the gate.");
    EXPECT_FALSE(fields_of(report).contains("bulletin"));
    EXPECT_EQ(report["object_refs"], Json::array({report["created_by_ref"]}));
    const Json author = only(objects, "identity");
    EXPECT_EQ(author["id"], report["created_by_ref"]);
    EXPECT_EQ(author["name"], "aus-bkk");
    EXPECT_EQ(author["identity_class"], "organization");
    EXPECT_EQ(fields_of(author)["party"], "AUS");
}

TEST(Stix, QuestionsAndAnswersAreText) {
    const Json request = only(objects_of(row_of_kind("request")), "report");
    EXPECT_EQ(request["description"], "Who is this?");
    EXPECT_EQ(fields_of(request)["request"], Json({{"due", "2026-12-01"}}));
    const Json reply = only(objects_of(row_of_kind("reply")), "report");
    EXPECT_THAT(reply["description"].get<std::string>(), HasSubstr("Nobody we know."));
    EXPECT_EQ(fields_of(reply)["reply"]["request"], "00000000-0000-0000-0000-000000000000");
}

TEST(Stix, APersonHasItsNamesDatesAndNationalities) {
    const auto persons = persons_in(objects_of(sample_row()));
    ASSERT_EQ(persons.size(), 2u);
    EXPECT_EQ(persons[0]["name"], "ROE, JAN");
    EXPECT_EQ(persons[0]["roles"], Json::array({"subject"}));
    EXPECT_EQ(persons[0]["description"],
              "subject; also ROW, JOHN; also 罗扬; born 1986-?\?-?\? (claimed); born 1986-05-2? "
              "(documentary); nationality UTO (claimed)");
    const Json fields = fields_of(persons[0]);
    ASSERT_EQ(fields["identities"].size(), 2u);
    EXPECT_EQ(fields["identities"][0]["birth_date"], "1986-?\?-?\?");
    EXPECT_EQ(fields["identities"][1]["sex"], "M");
    EXPECT_EQ(fields["nationalities"][0], Json({{"code", "UTO"}, {"basis", "claimed"}}));
    EXPECT_EQ(fields["persecutors"], Json::array({"XXA"}));
    EXPECT_NE(persons[0]["id"], persons[1]["id"]);
}

// Platforms take two of one name for one: the unnamed of two alerts must not become one.
TEST(Stix, WhoHasNoNameIsNotTakenForAnother) {
    const auto one = persons_in(objects_of(row_of_kind("trafficking-indicator")));
    const auto other = persons_in(objects_of(row_of_kind("facilitator")));
    ASSERT_EQ(one.size(), 1u);
    ASSERT_EQ(other.size(), 2u);
    EXPECT_THAT(one[0]["name"].get<std::string>(), HasSubstr("unnamed victim 1, "));
    EXPECT_THAT(other[1]["name"].get<std::string>(), HasSubstr("unnamed victim 2, "));
    EXPECT_NE(one[0]["name"].get<std::string>().substr(18),
              other[1]["name"].get<std::string>().substr(18));
}

TEST(Stix, ADocumentIsLookedForByItsNumber) {
    const Json document = only(objects_of(sample_row()), "indicator");
    EXPECT_EQ(document["name"], "Travel document P UTO L898902C3");
    EXPECT_EQ(document["pattern"],
              "[travel-document:number = 'L898902C3' AND travel-document:issuer = 'UTO']");
    EXPECT_EQ(document["valid_from"], document["created"]);
    EXPECT_EQ(fields_of(document)["expiry_date"], "2031-04-15");
    EXPECT_EQ(fields_of(document)["checks"][0]["field"], "number");
    const Json series = only(objects_of(row_of_kind("lost-stolen")), "indicator");
    EXPECT_EQ(series["name"], "Travel document P UTO A100 to A199");
    EXPECT_EQ(series["pattern"],
              "[travel-document:number >= 'A100' AND travel-document:number <= 'A199' AND "
              "travel-document:issuer = 'UTO']");
}

// A pattern of the issuer alone would stop every passport of a state.
TEST(Stix, ADocumentWithoutANumberIsNoIndicator) {
    const auto objects = objects_of(row_of_kind("modus-operandi"));
    EXPECT_TRUE(of_type(objects, "indicator").empty());
    EXPECT_EQ(fields_of(only(objects, "report"))["documents"][0]["issuer"], "UTO");
}

TEST(Stix, NoTextEndsAPattern) {
    proto::AlertRow row = sample_row();
    row.mutable_alert()->mutable_documents(0)->set_number("X'] OR [a:b = '\\");
    EXPECT_EQ(only(objects_of(row), "indicator")["pattern"],
              "[travel-document:number = 'X\\'] OR [a:b = \\'\\\\' AND travel-document:issuer = "
              "'UTO']");
}

TEST(Stix, AnIndicatorEndsWithItsAlert) {
    proto::AlertRow row = sample_row();
    EXPECT_FALSE(only(objects_of(row), "indicator").contains("valid_until"));
    row.mutable_alert()->set_valid_from_ms(1795446000000);
    row.mutable_alert()->set_expires_ms(1795446000000);  // STIX: later than valid_from.
    EXPECT_FALSE(only(objects_of(row), "indicator").contains("valid_until"));
    row.mutable_alert()->set_expires_ms(1795446000001);
    EXPECT_EQ(only(objects_of(row), "indicator")["valid_from"], "2026-11-23T15:00:00.000Z");
    EXPECT_EQ(only(objects_of(row), "indicator")["valid_until"], "2026-11-23T15:00:00.001Z");
}

TEST(Stix, OnlyACountryOfIsoIsALocation) {
    proto::AlertRow row = sample_row();
    const auto place = [&](const char* country, const char* location) {
        row.mutable_alert()->mutable_where()->set_country(country);
        row.mutable_alert()->mutable_where()->set_location(location);
        const auto found = of_type(objects_of(row), "location");
        return found.empty() ? ""
                             : found[0]["country"].get<std::string>() + " " +
                                   found[0]["name"].get<std::string>();
    };
    EXPECT_EQ(place("THA", "BKK"), "TH BKK");
    EXPECT_EQ(place("THA", ""), "TH Thailand");
    EXPECT_EQ(place("RKS", "PRN"), "XK PRN");
    for (const char* none : {"UTO", "XXA", "UNO", "GBN", "ANT", "", "th"})
        EXPECT_EQ(place(none, "BKK"), "") << none;
    proto::AlertRow document = sample_row();
    document.mutable_alert()->clear_where();
    document.mutable_alert()->set_country("THA");
    EXPECT_EQ(only(objects_of(document), "location")["country"], "TH");
}

TEST(Stix, AFacilitatorIsAnActorAndWhoTravelsIsNot) {
    const auto objects = objects_of(row_of_kind("facilitator"));
    const Json actor = only(objects, "threat-actor");
    EXPECT_EQ(actor["name"], "ROE, JAN");
    EXPECT_EQ(actor["aliases"], Json::array({"@fixer"}));
    EXPECT_EQ(fields_of(actor)["phones"], Json::array({"+66 1234"}));
    EXPECT_FALSE(fields_of(only(objects, "report")).contains("facilitator"));
    const Json link = only(objects, "relationship");  // Not to the victim.
    EXPECT_EQ(link["relationship_type"], "attributed-to");
    EXPECT_EQ(link["source_ref"], actor["id"]);
    EXPECT_EQ(link["target_ref"], persons_in(objects)[0]["id"]);
    proto::AlertRow nameless = row_of_kind("facilitator");
    nameless.mutable_alert()->clear_persons();
    EXPECT_EQ(only(objects_of(nameless), "threat-actor")["name"], "@fixer");
    nameless.mutable_alert()->mutable_facilitator()->clear_handles();
    EXPECT_EQ(only(objects_of(nameless), "threat-actor")["name"], "+66 1234");
}

TEST(Stix, AMethodIsAPatternAndWhatHelpsAgainstIt) {
    const auto objects = objects_of(row_of_kind("modus-operandi"));
    const Json method = only(objects, "attack-pattern");
    const Json help = only(objects, "course-of-action");
    EXPECT_EQ(method["description"],
              "1. Two meet airside.\n2. They swap boarding passes.\nRecognised by: One gate, two "
              "destinations.\n");
    EXPECT_EQ(help["description"], "Match face and pass at the gate.");
    EXPECT_EQ(fields_of(method)["steps"].size(), 2u);
    EXPECT_FALSE(fields_of(method).contains("countermeasure"));
    const Json link = only(objects, "relationship");
    EXPECT_EQ(link["source_ref"], help["id"]);
    EXPECT_EQ(link["relationship_type"], "mitigates");
    EXPECT_EQ(link["target_ref"], method["id"]);
}

// Every object of the alert, and the strictest for what is not known.
TEST(Stix, HandlingTravelsWithEachObject) {
    const std::pair<proto::Tlp, const char*> tlps[] = {
        {proto::TLP_CLEAR, "TLP:CLEAR"},
        {proto::TLP_GREEN, "TLP:GREEN"},
        {proto::TLP_AMBER, "TLP:AMBER"},
        {proto::TLP_AMBER_STRICT, "TLP:AMBER+STRICT"},
        {proto::TLP_RED, "TLP:RED"},
        {proto::TLP_UNSET, "TLP:RED"},
        {static_cast<proto::Tlp>(77), "TLP:RED"}};
    for (const auto& [tlp, name] : tlps) {
        proto::AlertRow row = sample_row();
        row.mutable_alert()->set_tlp(tlp);
        const auto objects = objects_of(row);
        const auto markings = of_type(objects, "marking-definition");
        ASSERT_EQ(markings.size(), 3u);  // The author's AMBER is the last.
        EXPECT_EQ(markings[0]["name"], name);
        EXPECT_EQ(markings[1]["definition"]["statement"], "NO-JUDICIAL: not as evidence");
        const Json both = {markings[0]["id"], markings[1]["id"]};
        for (const Json& object : objects) {
            if (!object.contains("external_references")) continue;
            EXPECT_EQ(object["object_marking_refs"], both) << object["type"];
        }
    }
}

TEST(Stix, ACaveatOfANewerListIsAStatementToo) {
    proto::AlertRow row = sample_row();
    row.mutable_alert()->set_caveats(0, "NEW-ONE");
    const auto markings = of_type(objects_of(row), "marking-definition");
    EXPECT_EQ(markings[1]["definition"]["statement"], "NEW-ONE");
    EXPECT_EQ(fields_of(only(objects_of(row), "report"))["caveats"], Json::array({"NEW-ONE"}));
}

TEST(Stix, ProtectionIsALabel) {
    const Json report = only(objects_of(row_of_kind("trafficking-indicator")), "report");
    EXPECT_EQ(report["labels"],
              Json::array({"trafficking-indicator", "protection:PRESUMED-TRAFFICKED"}));
    EXPECT_EQ(fields_of(report)["protection"], "PRESUMED-TRAFFICKED");
    proto::AlertRow row = sample_row();
    EXPECT_EQ(only(objects_of(row), "report")["labels"].size(), 1u);
    row.mutable_alert()->set_protection(proto::PROTECTION_NONE);
    EXPECT_EQ(only(objects_of(row), "report")["labels"].size(), 1u);
}

TEST(Stix, TheGradeOfTheInformationIsTheConfidence) {
    const std::pair<const char*, int> grades[] = {{"A1", 90}, {"B2", 70}, {"C3", 50}, {"D4", 30},
                                                  {"E5", 10}, {"F6", -1}, {"", -1},   {"B", -1},
                                                  {"B7", -1}, {"B0", -1}, {"B22", -1}};
    for (const auto& [grade, confidence] : grades) {
        proto::AlertRow row = sample_row();
        row.mutable_alert()->mutable_grade()->set_admiralty(grade);
        const auto objects = objects_of(row);
        for (const char* type : {"report", "indicator"})
            EXPECT_EQ(only(objects, type).value("confidence", -1), confidence) << grade;
    }
}

TEST(Stix, ARevisionIsANewerVersionOfTheSameObjects) {
    proto::AlertRow first = sample_row();
    proto::AlertRow second = first;
    second.set_revision(2);
    second.set_received_ms(1);  // Another node has it at another time.
    second.mutable_alert()->set_created_ms(first.alert().created_ms() + 5);
    second.mutable_alert()->mutable_persons(0)->mutable_identities(0)->set_primary("ROSE");
    const auto before = objects_of(first);
    const auto after = objects_of(second);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i]["id"], after[i]["id"]);
        EXPECT_EQ(before[i]["created"], after[i]["created"]);
        if (!before[i].contains("external_references")) continue;
        EXPECT_LT(before[i]["modified"].get<std::string>(),
                  after[i]["modified"].get<std::string>());
    }
    EXPECT_EQ(fields_of(only(after, "report"))["revision"], 2);
    EXPECT_EQ(objects_of(first), before);  // The same again is the same.
}

// Of a document part the month alone: and still each revision is newer.
TEST(Stix, ADocumentPartTellsNoMinute) {
    proto::AlertRow row = sample_row();
    row.mutable_alert()->set_part(std::string(part_document));
    row.mutable_alert()->set_created_ms(1793491200000);  // As release_document.cc has it.
    EXPECT_EQ(only(objects_of(row), "report")["created"], "2026-11-01T00:00:00.000Z");
    EXPECT_EQ(only(objects_of(row), "report")["modified"], "2026-11-01T00:00:00.000Z");
    row.set_revision(3);
    EXPECT_EQ(only(objects_of(row), "report")["modified"], "2026-11-01T00:00:00.002Z");
}

TEST(Stix, AuthorsOfAnotherNetworkAreOthers) {
    const auto here = only(objects_of(row_of_kind("bulletin")), "identity");
    const auto there = only(stix_objects(row_of_kind("bulletin"), NetworkId{}), "identity");
    EXPECT_EQ(here["name"], there["name"]);
    EXPECT_NE(here["id"], there["id"]);
}

proto::AlertRow remarked() {
    for (const proto::AlertRow& row : sample_rows())
        if (!row.remarks().empty()) return row;
    ADD_FAILURE() << "no sample with remarks";
    return {};
}

TEST(Stix, AHitIsASightingOfTheDocument) {
    const auto objects = objects_of(remarked());
    const auto sightings = of_type(objects, "sighting");
    ASSERT_EQ(sightings.size(), 2u);
    const Json& hit = sightings[0];
    EXPECT_EQ(hit["sighting_of_ref"], only(objects, "indicator")["id"]);
    EXPECT_EQ(hit["first_seen"], "2026-11-23T15:00:00.123Z");
    EXPECT_EQ(hit["last_seen"], "2026-11-24T15:00:00.123Z");
    EXPECT_EQ(hit["description"], "Refused entry.");
    EXPECT_EQ(hit["where_sighted_refs"][0], hit["created_by_ref"]);
    EXPECT_EQ(hit["where_sighted_refs"][1], of_type(objects, "location")[1]["id"]);
    EXPECT_FALSE(hit.contains("confidence"));  // The author's grade is the author's.
    EXPECT_EQ(fields_of(hit)["party"], "NZL");
    // A person was seen, of two that the alert is about: which is not said.
    EXPECT_EQ(sightings[1]["sighting_of_ref"], only(objects, "report")["id"]);
    EXPECT_EQ(fields_of(sightings[1])["second_source"], true);
}

TEST(Stix, AQuotationIsNoSighting) {
    const auto objects = objects_of(remarked());
    const Json note = only(objects, "note");
    EXPECT_EQ(note["content"], "confirmed, without a second source");
    EXPECT_EQ(note["authors"], Json::array({"LO-9"}));
    EXPECT_EQ(note["object_refs"], Json::array({only(objects, "report")["id"]}));
}

TEST(Stix, ADisputeIsAnOpinionAndASettledOneNone) {
    proto::AlertRow row = remarked();
    const auto opinions = of_type(objects_of(row), "opinion");
    ASSERT_EQ(opinions.size(), 2u);
    EXPECT_EQ(opinions[0]["opinion"], "strongly-disagree");
    EXPECT_EQ(opinions[0]["explanation"],
              "wrong-person: it is another person\nHe was here all day.");
    EXPECT_EQ(fields_of(opinions[0])["reason"], "wrong-person");
    EXPECT_EQ(opinions[1]["opinion"], "neutral");
    for (proto::Remark& remark : *row.mutable_remarks())
        if (remark.has_dispute()) remark.mutable_dispute()->set_reason("doubtful");
    EXPECT_EQ(of_type(objects_of(row), "opinion")[0]["opinion"], "disagree");
    EXPECT_EQ(of_type(objects_of(row), "opinion")[0]["id"], opinions[0]["id"]);
}

// A word of another party changes nothing of what the author said.
TEST(Stix, TheReportIsTheSameWhateverOthersSay) {
    proto::AlertRow row = remarked();
    const Json with = only(objects_of(row), "report");
    row.clear_remarks();
    EXPECT_EQ(only(objects_of(row), "report"), with);
}

TEST(Stix, ABundleHasEachObjectOnce) {
    StixBundle bundle(sample_network(), {});
    std::string text = bundle.head();
    for (const proto::AlertRow& row : sample_rows()) text += bundle.alert(row);
    text += bundle.tail();
    const Json json = Json::parse(text);
    EXPECT_EQ(json["type"], "bundle");
    std::set<std::string> ids;
    for (const Json& object : json["objects"])
        EXPECT_TRUE(ids.insert(object["id"]).second) << object["id"];
    EXPECT_EQ(of_type(json["objects"].get<std::vector<Json>>(), "report").size(),
              sample_rows().size());
    StixBundle empty(sample_network(), {});
    EXPECT_EQ(Json::parse(empty.head() + empty.tail())["objects"].size(), 2u);
}

TEST(Stix, NothingMovesWhatAScreenShows) {
    StixBundle bundle(sample_network(), {});
    std::string text;
    for (const proto::AlertRow& row : sample_rows()) text += bundle.alert(row);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(text, HasSubstr("\\u202e"));
    EXPECT_THAT(text, HasSubstr("\\u001b"));
}

}  // namespace
}  // namespace rilon
