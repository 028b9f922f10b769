#include "tools/alert_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "protocol/alert.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr UnixMillis now{1795446000000};

constexpr const char* specimen =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n";

PostRequest request_of(const std::string& name, const char* zone = nullptr) {
    PostRequest request;
    request.template_name = name;
    request.today = {2026, 11, 23};
    if (zone != nullptr) request.mrz = *parse_mrz(zone);
    return request;
}

proto::Alert build(const PostRequest& request) {
    SeededRng rng(1);
    auto alert = build_alert(request, now, rng);
    EXPECT_TRUE(alert) << alert.error().detail;
    return alert ? *alert : proto::Alert{};
}

TEST(AlertInput, AnMrzAndATemplateMakeAWholeAlert) {
    PostRequest request = request_of("counterfeit-document", specimen);
    request.country = "THA";
    proto::Alert alert = build(request);
    EXPECT_TRUE(check_alert(alert).ok()) << check_alert(alert).error().detail;
    EXPECT_EQ(alert.title(), "COUNTERFEIT passport UTO L898902C3");
    EXPECT_EQ(alert.documents(0).expiry_date(), "2012-04-15");
    EXPECT_EQ(alert.documents(0).mrz_lines_size(), 2);
    EXPECT_GE(alert.documents(0).checks_size(), 4);
    ASSERT_EQ(alert.persons_size(), 1);
    const proto::PersonRecord& person = alert.persons(0);
    EXPECT_EQ(person.identities(0).primary(), "ERIKSSON");
    EXPECT_EQ(person.identities(0).mrz_name(), "ERIKSSON<<ANNA<MARIA");
    EXPECT_EQ(person.identities(0).birth_date(), "1974-08-12");
    EXPECT_EQ(person.identities(0).sex(), "F");
    EXPECT_EQ(person.nationalities(0).code(), "UTO");
    EXPECT_EQ(person.nationalities(0).basis(), "documentary");
    EXPECT_TRUE(missing_prompts(**find_template("counterfeit-document"), alert).empty());
}

TEST(AlertInput, LineTwoAloneGivesNumberBirthAndNationalityAndInventsNoIssuer) {
    PostRequest request =
        request_of("counterfeit-document", "l898902c36uto7408122f1204159ze184226b<<<<<10");
    proto::Alert alert = build(request);
    EXPECT_TRUE(check_alert(alert).ok()) << check_alert(alert).error().detail;
    EXPECT_EQ(alert.documents(0).number(), "L898902C3");
    EXPECT_EQ(alert.documents(0).issuer(), "");
    EXPECT_EQ(alert.documents(0).type(), "P");
    EXPECT_EQ(alert.persons(0).identities(0).birth_date(), "1974-08-12");
    EXPECT_EQ(alert.persons(0).nationalities(0).code(), "UTO");
}

TEST(AlertInput, EveryTemplateIsOfAKnownKindAndSaysWhatItMisses) {
    std::set<std::string_view> names;
    for (const AlertTemplate& form : alert_templates()) {
        EXPECT_TRUE(names.insert(form.name).second) << form.name;
        proto::Alert alert = build(request_of(std::string(form.name)));
        EXPECT_EQ(kind_name(alert), form.kind);
        EXPECT_FALSE(missing_prompts(form, alert).empty()) << form.name;
        for (Prompt prompt : form.prompts) EXPECT_NE(prompt_question(prompt), "");
        EXPECT_TRUE(form.kind != "travel-fraud" || find_code(fraud_types(), form.type));
        EXPECT_TRUE(form.kind != "border-incident" || find_code(border_incidents(), form.type));
        EXPECT_TRUE(form.role.empty() || find_code(person_roles(), form.role)) << form.name;
        EXPECT_TRUE(form.point.empty() || find_code(detection_points(), form.point)) << form.name;
    }
    EXPECT_EQ(names.size(), 17u);
    SeededRng rng(1);
    auto wrong = build_alert(request_of("counterfit-document"), now, rng);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().detail, HasSubstr("did you mean counterfeit-document?"));
    EXPECT_EQ((*find_template("lost-stolen"))->type, "issued");
    EXPECT_EQ((*find_template("travel-fraud"))->name, "counterfeit-document");
}

TEST(AlertInput, FlagsMakeCheckedAlertsOfEachCase) {
    PostRequest refusal = request_of("refusal", specimen);
    refusal.grounds = {"false-document"};
    PostRequest blanks = request_of("stolen-blanks");
    blanks.document_issuer = "GBR";
    blanks.series_from = "100";
    blanks.series_to = "199";
    PostRequest incident = request_of("undocumented-arrival");
    incident.primary = "MADONNA";
    incident.birth_date = "1986-\?\?-\?\?";
    incident.nationality = "IRN";
    incident.location = "BKK";
    PostRequest arranger = request_of("facilitator");
    arranger.contact = "+66 2 123 4567";
    PostRequest bulletin = request_of("bulletin");
    bulletin.text = "Meeting on Friday";
    PostRequest lookout = request_of("lookout");
    lookout.primary = "DOE";
    lookout.reference = "A-1";
    PostRequest papers = request_of("support-fraud");
    papers.papers = {"bank", "employment"};
    papers.issued_by = "First Bank of Utopia";
    papers.primary = "DOE";
    papers.nationality = "IRN";
    PostRequest method = request_of("modus-operandi");
    method.steps = {"Hands the pass over", "Boards with it"};
    method.signs = {"Two passes"};
    PostRequest trafficking = request_of("trafficking-indicator");
    trafficking.signs = {"debt-bondage"};
    trafficking.exploitation = "forced-labour";
    trafficking.reference = "case 12";
    trafficking.country = "THA";
    PostRequest question = request_of("request");
    question.text = "Who has seen this stamp?";
    question.due = "2026-12-01";
    for (const PostRequest& request :
         {refusal, blanks, incident, arranger, bulletin, papers, method, trafficking, question}) {
        proto::Alert alert = build(request);
        EXPECT_TRUE(check_alert(alert).ok())
            << request.template_name << ": " << check_alert(alert).error().detail;
        EXPECT_TRUE(missing_prompts(**find_template(request.template_name), alert).empty())
            << request.template_name;
    }
    EXPECT_EQ(build(papers).support_fraud().purported_issuer(), "First Bank of Utopia");
    EXPECT_EQ(build(method).modus_operandi().steps(1), "Boards with it");
    EXPECT_EQ(build(trafficking).trafficking_indicator().reference(), "case 12");
    EXPECT_EQ(build(question).request().due(), "2026-12-01");
    EXPECT_EQ(build(incident).where().point(), "arrival");
    EXPECT_EQ(build(arranger).facilitator().phones(0), "+66 2 123 4567");
    EXPECT_EQ(build(bulletin).title(), "Meeting on Friday");
    EXPECT_THAT(missing_prompts(**find_template("lookout"), build(lookout)),
                ElementsAre(Prompt::home));
}

TEST(AlertInput, HolderAnswersAndMarks) {
    PostRequest request = request_of("impostor", specimen);
    request.issuer_is_home = "no";
    request.might_be = {"IRN", "?"};
    request.protection = "refugee";
    request.tlp = "red";
    proto::Alert alert = build(request);
    EXPECT_EQ(alert.holder().issuer_is_home(), "no");
    EXPECT_THAT(alert.holder().might_be(), ElementsAre("IRN"));
    EXPECT_TRUE(alert.holder().unknown());
    EXPECT_EQ(alert.protection(), proto::PROTECTION_REFUGEE);
    EXPECT_EQ(alert.tlp(), proto::TLP_RED);
    EXPECT_EQ(alert.persons(0).role(), "impostor");
    request.tlp = "AMBR";
    SeededRng rng(1);
    EXPECT_EQ(build_alert(request, now, rng).code(), Errc::invalid);
}

}  // namespace
}  // namespace rilon
