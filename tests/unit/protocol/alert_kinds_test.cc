// Support fraud, modus operandi, trafficking indicators, requests and replies: what each needs and
// what must not be in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/alert.h"
#include "protocol/partial_date.h"
#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

using testing::HasSubstr;

constexpr UnixMillis now{1795446000000};  // 2026-11-23T15:00Z
constexpr const char* zone_one = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
constexpr const char* zone_two = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

proto::Alert started() {
    SeededRng rng(1);
    proto::Alert alert;
    alert.set_alert_id(make_alert_id(now, rng).str());
    return alert;
}

proto::Alert method() {
    proto::Alert alert = started();
    alert.mutable_modus_operandi()->add_steps("The passport is handed over in the transit area");
    alert.mutable_modus_operandi()->add_indicators("Two boarding passes of one flight");
    alert.mutable_modus_operandi()->set_countermeasure(
        "Compare the pass with the face at the gate");
    apply_defaults(alert, now);
    return alert;
}

proto::Alert trafficking() {
    proto::Alert alert = started();
    alert.mutable_trafficking_indicator()->add_indicators("documents-held-by-other");
    alert.mutable_trafficking_indicator()->set_exploitation("forced-labour");
    apply_defaults(alert, now);
    return alert;
}

proto::Alert question() {
    proto::Alert alert = started();
    alert.mutable_request()->set_question("Has anybody seen this stamp?");
    alert.mutable_request()->set_due("2026-12-01");
    apply_defaults(alert, now);
    return alert;
}

std::string problem_of(const proto::Alert& alert) {
    Status status = check_alert(alert);
    return status.ok() ? "" : status.error().detail;
}

TEST(AlertKinds, WellFormedOnesPassAndAreKnownByALine) {
    EXPECT_EQ(problem_of(method()), "");
    EXPECT_EQ(method().title(), "The passport is handed over in the transit area");
    EXPECT_EQ(problem_of(trafficking()), "");
    EXPECT_EQ(headline(trafficking()), "TRAFFICKING INDICATOR forced-labour");
    EXPECT_EQ(problem_of(question()), "");
    // Where a name would stand is not the title.
    EXPECT_EQ(question().title(), "REQUEST");
    proto::Alert support = started();
    support.mutable_support_fraud()->add_papers("bank");
    apply_defaults(support, now);
    EXPECT_EQ(problem_of(support), "");
    EXPECT_EQ(support.title(), "SUPPORT FRAUD bank");
    support.mutable_support_fraud()->add_papers("bnk");
    EXPECT_THAT(problem_of(support), HasSubstr("\"bnk\" is not known; did you mean bank?"));
    support.mutable_support_fraud()->clear_papers();
    EXPECT_THAT(problem_of(support), HasSubstr("support_fraud.papers: is empty"));
}

TEST(AlertKinds, AModusOperandiWithAPersonOrItsDocumentIsRefused) {
    proto::Alert person = method();
    person.add_persons()->set_role("subject");
    EXPECT_THAT(problem_of(person),
                HasSubstr("persons: has somebody; a modus operandi names nobody"));
    proto::Alert type_only = method();
    type_only.add_documents()->set_type("P");
    type_only.mutable_documents(0)->set_issuer("UTO");
    EXPECT_EQ(problem_of(type_only), "");
    for (auto set : {+[](proto::DocumentRecord& d) { d.set_number("L898902C3"); },
                     +[](proto::DocumentRecord& d) {
                         d.set_series_from("100");
                         d.set_series_to("199");
                     },
                     +[](proto::DocumentRecord& d) { d.add_mrz_lines(zone_two); }}) {
        proto::Alert alert = type_only;
        set(*alert.mutable_documents(0));
        EXPECT_THAT(problem_of(alert), HasSubstr("documents: has a number, a series or a zone"));
    }
}

TEST(AlertKinds, AZoneInAnyTextOfAModusOperandiIsRefused) {
    using Set = void (*)(proto::Alert&, const std::string&);
    const std::pair<const char*, Set> fields[] = {
        {"title", [](proto::Alert& a, const std::string& t) { a.set_title(t); }},
        {"narrative", [](proto::Alert& a, const std::string& t) { a.set_narrative(t); }},
        {"operation_name", [](proto::Alert& a, const std::string& t) { a.set_operation_name(t); }},
        {"legal_basis", [](proto::Alert& a, const std::string& t) { a.set_legal_basis(t); }},
        {"modus_operandi.steps",
         [](proto::Alert& a, const std::string& t) { a.mutable_modus_operandi()->add_steps(t); }},
        {"modus_operandi.indicators",
         [](proto::Alert& a, const std::string& t) {
             a.mutable_modus_operandi()->add_indicators(t);
         }},
        {"modus_operandi.countermeasure", [](proto::Alert& a, const std::string& t) {
             a.mutable_modus_operandi()->set_countermeasure(t);
         }}};
    const std::string texts[] = {zone_one, zone_two,
                                 std::string("It says ") + zone_two + ", as all of them do.",
                                 "l898902c36uto7408122f1204159ze184226b<<<<<10",
                                 "L898902C36 UTO 740812 2F1204159 ZE184226B<<<<<10"};
    for (const auto& [field, set] : fields)
        for (const std::string& text : texts) {
            proto::Alert alert = method();
            set(alert, text);
            EXPECT_THAT(problem_of(alert),
                        HasSubstr(std::string(field) + ": holds a machine-readable"))
                << text;
        }
    proto::Alert whole = method();
    whole.set_narrative(std::string("Seen:\n") + zone_one + "\n" + zone_two + "\nthrice.");
    EXPECT_THAT(problem_of(whole), HasSubstr("narrative: holds a machine-readable zone"));
}

TEST(AlertKinds, OrdinaryWordsAreNoZone) {
    // Lengths of all layouts' lines, of words and of words with figures.
    const std::string words =
        "the carrier counts all travellers again at the gate on 12 may 2026 and on 13 june 2026 "
        "from 0930 until 1745 local time and compares each boarding pass with the manifest ";
    for (std::size_t size : {28u, 30u, 36u, 44u, 60u, 72u, 88u, 90u, 120u})
        for (std::size_t at = 0; at + size < words.size(); ++at) {
            proto::Alert alert = method();
            alert.set_narrative(words.substr(at, size));
            EXPECT_EQ(problem_of(alert), "") << alert.narrative();
        }
}

TEST(AlertKinds, AVictimIsPseudonymous) {
    proto::Alert alert = trafficking();
    proto::PersonRecord* victim = alert.add_persons();
    victim->set_role("victim");
    victim->add_identities()->set_type("claimed");
    victim->mutable_identities(0)->set_birth_date("2004-\?\?-\?\?");
    victim->add_nationalities()->set_code("LAO");
    victim->mutable_nationalities(0)->set_basis("claimed");
    EXPECT_EQ(problem_of(alert), "");
    for (auto set : {+[](proto::Identity& i) { i.set_primary("ERIKSSON"); },
                     +[](proto::Identity& i) { i.set_secondary("ANNA"); },
                     +[](proto::Identity& i) { i.set_native_name("แอนนา"); },
                     +[](proto::Identity& i) { i.set_mrz_name("ERIKSSON<<ANNA"); }}) {
        proto::Alert named = alert;
        set(*named.mutable_persons(0)->mutable_identities(0));
        EXPECT_THAT(problem_of(named), HasSubstr("persons: names a victim"));
    }
    proto::Alert born = alert;
    born.mutable_persons(0)->mutable_identities(0)->set_birth_date("2004-05-06");
    EXPECT_THAT(problem_of(born), HasSubstr("give the year alone"));
    proto::Alert numbered = alert;
    numbered.add_documents()->set_number("L898902C3");
    EXPECT_THAT(problem_of(numbered), HasSubstr("documents: has a number, a series or a zone"));
    proto::Alert told = alert;
    told.set_narrative(std::string("Carried ") + zone_two);
    EXPECT_THAT(problem_of(told), HasSubstr("narrative: holds a machine-readable zone"));
    // Who recruited them may be named, with his document.
    proto::Alert recruiter = trafficking();
    recruiter.add_persons()->set_role("recruiter");
    recruiter.mutable_persons(0)->add_identities()->set_type("alias");
    recruiter.mutable_persons(0)->mutable_identities(0)->set_primary("BOSS");
    recruiter.add_documents()->set_number("L898902C3");
    EXPECT_EQ(problem_of(recruiter), "");
}

TEST(AlertKinds, IndicatorsAreCodesOfTheList) {
    proto::Alert alert = trafficking();
    alert.mutable_trafficking_indicator()->add_indicators("debt-bondaje");
    alert.mutable_trafficking_indicator()->set_exploitation("labour");
    EXPECT_THAT(problem_of(alert), HasSubstr("did you mean debt-bondage?"));
    EXPECT_THAT(problem_of(alert), HasSubstr("trafficking_indicator.exploitation: \"labour\""));
    alert.mutable_trafficking_indicator()->clear_indicators();
    EXPECT_THAT(problem_of(alert), HasSubstr("what was seen or heard?"));
}

TEST(AlertKinds, ARequestHasADayThatIsToCome) {
    EXPECT_EQ(request_due(question()).value, 1796169600000u);  // The end of 2026-12-01.
    auto dated = [](const std::string& due) {
        proto::Alert alert = question();
        alert.mutable_request()->set_due(due);
        return problem_of(alert);
    };
    EXPECT_EQ(dated("2026-11-23"), "");  // Until the day's end.
    EXPECT_THAT(dated("2026-11-22"), HasSubstr("is over"));
    EXPECT_THAT(dated("2026-12-\?\?"), HasSubstr("is no whole day"));
    EXPECT_THAT(dated("2028-12-01"), HasSubstr("more than a year ahead"));
    EXPECT_THAT(dated(""), HasSubstr("request.due: is missing"));
    EXPECT_THAT(dated("soon"), HasSubstr("request.due"));
    proto::Alert empty = question();
    empty.mutable_request()->clear_question();
    EXPECT_THAT(problem_of(empty), HasSubstr("request.question: is missing"));
}

TEST(AlertKinds, AReplyNamesItsRequest) {
    proto::Alert alert = started();
    alert.mutable_reply()->set_text("Yes, twice.");
    apply_defaults(alert, now);
    EXPECT_THAT(problem_of(alert), HasSubstr("rilon reply ID TEXT"));
    alert.mutable_reply()->set_request_id(question().alert_id());
    EXPECT_EQ(problem_of(alert), "");
    EXPECT_THAT(headline(alert), HasSubstr("REPLY to "));
    alert.mutable_reply()->clear_text();
    EXPECT_THAT(problem_of(alert), HasSubstr("reply.text: is missing"));
}

TEST(AlertKinds, EachIsKeptAsLongAsItIsOfUse) {
    EXPECT_EQ(method().purge_after_ms(), plus_months(now, 24).value);
    EXPECT_EQ(method().review_by_ms(), plus_months(now, 12).value);
    EXPECT_EQ(question().purge_after_ms(), request_due(question()).value + 90 * ms_day);
    EXPECT_EQ(question().expires_ms(), question().purge_after_ms());
    EXPECT_EQ(trafficking().purge_after_ms(), plus_months(now, 36).value);
    proto::Alert reply = started();
    reply.mutable_reply()->set_text("Yes");
    reply.set_purge_after_ms(now.value + ms_day);
    apply_defaults(reply, now);
    EXPECT_EQ(reply.purge_after_ms(), now.value + ms_day);  // The author said so.
    reply.clear_purge_after_ms();
    apply_defaults(reply, now);
    EXPECT_EQ(reply.purge_after_ms(), plus_months(now, 12).value);
}

TEST(AlertKinds, Row50HostileTextIsRefusedInEachOfTheirFields) {
    const std::string esc = "\x1b]0;x\x07";
    const std::string big(40'000, 'x');
    for (const std::string& text : {esc, big, std::string("\xff\xfe")}) {
        proto::Alert support = started();
        support.mutable_support_fraud()->add_papers("bank");
        support.mutable_support_fraud()->set_purported_issuer(text);
        support.mutable_support_fraud()->set_agent(text);
        apply_defaults(support, now);
        EXPECT_THAT(problem_of(support), HasSubstr("support_fraud.purported_issuer: "));
        EXPECT_THAT(problem_of(support), HasSubstr("support_fraud.agent: "));
        proto::Alert steps = method();
        steps.mutable_modus_operandi()->add_steps(text);
        steps.mutable_modus_operandi()->add_indicators(text);
        steps.mutable_modus_operandi()->set_countermeasure(text);
        for (const char* field : {"steps", "indicators", "countermeasure"})
            EXPECT_THAT(problem_of(steps), HasSubstr(std::string("modus_operandi.") + field));
        proto::Alert signs = trafficking();
        signs.mutable_trafficking_indicator()->set_reference(text);
        EXPECT_THAT(problem_of(signs), HasSubstr("trafficking_indicator.reference: "));
        proto::Alert asked = question();
        asked.mutable_request()->set_question(text);
        EXPECT_THAT(problem_of(asked), HasSubstr("request.question: "));
        proto::Alert reply = started();
        reply.mutable_reply()->set_text(text);
        apply_defaults(reply, now);
        EXPECT_THAT(problem_of(reply), HasSubstr("reply.text: "));
    }
}

}  // namespace
}  // namespace rilon
