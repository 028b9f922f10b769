#include "protocol/alert.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

using testing::HasSubstr;

constexpr UnixMillis now{1795446000000};  // 2026-11-23

proto::Alert fraud() {
    SeededRng rng(1);
    proto::Alert alert;
    alert.set_alert_id(make_alert_id(now, rng).str());
    alert.mutable_travel_fraud()->set_fraud_type("counterfeit");
    proto::DocumentRecord* document = alert.add_documents();
    document->set_type("P");
    document->set_issuer("UTO");
    document->set_number("L898902C3");
    document->set_expiry_date("2028-04-15");
    proto::PersonRecord* person = alert.add_persons();
    person->set_role("subject");
    proto::Identity* identity = person->add_identities();
    identity->set_type("documentary");
    identity->set_primary("ERIKSSON");
    identity->set_secondary("ANNA MARIA");
    identity->set_birth_date("1974-08-12");
    identity->set_sex("F");
    proto::Nationality* nationality = person->add_nationalities();
    nationality->set_code("UTO");
    nationality->set_basis("documentary");
    apply_defaults(alert, now);
    return alert;
}

std::string problem_of(const proto::Alert& alert) {
    Status status = check_alert(alert);
    return status.ok() ? "" : status.error().detail;
}

Bytes serialised(const proto::Operation& operation) {
    return to_bytes(as_bytes(operation.SerializeAsString()));
}

TEST(Alert, AWellFormedOnePasses) {
    EXPECT_EQ(problem_of(fraud()), "");
}

TEST(Alert, HeadlineNamesTheDocumentAndNobody) {
    proto::Alert alert = fraud();
    EXPECT_EQ(headline(alert), "COUNTERFEIT passport UTO L898902C3");
    EXPECT_EQ(alert.title(), headline(alert));
    alert.mutable_bulletin()->set_text("ERIKSSON was here");
    EXPECT_EQ(headline(alert), "BULLETIN");
}

TEST(Alert, KindsAreThoseOfTheCodeList) {
    for (const std::string& name : kind_names())
        EXPECT_NE(find_code(alert_kinds(), name), nullptr) << name;
    EXPECT_EQ(kind_name(proto::Alert{}), "unknown");
    EXPECT_EQ(kind_name(fraud()), "travel-fraud");
}

TEST(Alert, TlpAndProtectionNamesAreThoseOfTheCodeListAndComeBack) {
    for (const Code& code : tlp_values()) EXPECT_EQ(tlp_name(*parse_tlp(code.code)), code.code);
    for (const Code& code : protections())
        EXPECT_EQ(protection_name(*parse_protection(code.code)), code.code);
    EXPECT_EQ(*parse_tlp("amber+strict"), proto::TLP_AMBER_STRICT);
    auto wrong = parse_tlp("AMBRE");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().detail, HasSubstr("did you mean AMBER?"));
    EXPECT_EQ(protection_name(static_cast<proto::Protection>(99)), "UNKNOWN");
}

TEST(Alert, DefaultsByKind) {
    proto::Alert alert = fraud();
    EXPECT_EQ(alert.tlp(), proto::TLP_AMBER);
    EXPECT_EQ(alert.revision(), 1u);
    EXPECT_EQ(alert.review_by_ms(), plus_months(now, 12).value);
    EXPECT_EQ(alert.purge_after_ms(), plus_months(now, 36).value);

    alert.clear_persons();
    alert.clear_purge_after_ms();
    apply_defaults(alert, now);
    EXPECT_EQ(alert.purge_after_ms(), 1870905600000u);  // 2029-04-15: a year after expiry.

    proto::Alert bulletin;
    bulletin.mutable_bulletin()->set_text("Meeting moved to Friday\nroom 2");
    apply_defaults(bulletin, now);
    EXPECT_EQ(bulletin.title(), "Meeting moved to Friday");
    EXPECT_EQ(bulletin.expires_ms(), now.plus(90 * ms_day).value);
}

TEST(Alert, AShorterLifeIsTheAuthorsAndALongerIsCut) {
    proto::Alert alert = fraud();
    alert.set_purge_after_ms(now.plus(ms_day).value);
    apply_defaults(alert, now);
    EXPECT_EQ(alert.purge_after_ms(), now.plus(ms_day).value);
    alert.set_purge_after_ms(now.plus(9000 * ms_day).value);
    apply_defaults(alert, now);
    EXPECT_EQ(alert.purge_after_ms(), plus_months(now, 36).value);
}

TEST(Alert, MonthsEndWhereTheMonthEnds) {
    EXPECT_EQ(plus_months({1706659200000}, 1).value, 1709164800000u);  // 31 January → 29 February.
    EXPECT_EQ(plus_months({1706659200123}, 12).value, 1738281600123u);
}

TEST(Alert, AllProblemsAreToldAtOnceWithWhatWasMeant) {
    proto::Alert alert = fraud();
    alert.mutable_travel_fraud()->set_fraud_type("counterfiet");
    alert.mutable_documents(0)->set_issuer("GBX");
    alert.mutable_persons(0)->mutable_identities(0)->set_birth_date("1986-13-01");
    alert.mutable_persons(0)->set_role("impostr");
    std::string problems = problem_of(alert);
    EXPECT_THAT(problems, HasSubstr("did you mean counterfeit?"));
    EXPECT_THAT(problems, HasSubstr("documents[1].issuer"));
    EXPECT_THAT(problems, HasSubstr("persons[1].identities[1].birth_date"));
    EXPECT_THAT(problems, HasSubstr("did you mean impostor?"));
}

TEST(Alert, LimitsAreInCodePoints) {
    proto::Alert alert = fraud();
    std::string thai;
    for (int i = 0; i < 120; ++i) thai += "ก";
    alert.set_title(thai);
    EXPECT_EQ(problem_of(alert), "");
    alert.set_title(thai + "ก");
    EXPECT_THAT(problem_of(alert), HasSubstr("title: has 121 characters, at most 120"));
    alert = fraud();
    alert.set_narrative(std::string(8001, 'x'));
    EXPECT_THAT(problem_of(alert), HasSubstr("narrative"));
    alert = fraud();
    for (int i = 0; i < 30; ++i) *alert.add_persons() = alert.persons(0);
    EXPECT_THAT(problem_of(alert), HasSubstr("persons: has 31 items, at most 20"));
}

TEST(Alert, ARefusalCarriesGroundsAndAppeal) {
    proto::Alert alert = fraud();
    alert.mutable_visa_refusal()->set_post("BKK");
    std::string problems = problem_of(alert);
    EXPECT_THAT(problems, HasSubstr("visa_refusal.grounds"));
    EXPECT_THAT(problems, HasSubstr("visa_refusal.appeal"));
    alert.mutable_visa_refusal()->add_grounds("false-document");
    alert.mutable_visa_refusal()->set_appeal("overturned");
    EXPECT_THAT(problem_of(alert), HasSubstr("withdraw the alert"));
    alert.mutable_visa_refusal()->set_appeal("pending");
    EXPECT_EQ(problem_of(alert), "");
}

TEST(Alert, AFantasyDocumentMayNameAnIssuerOfNoTable) {
    proto::Alert alert = fraud();
    alert.mutable_documents(0)->set_issuer("WSA");
    EXPECT_THAT(problem_of(alert), HasSubstr("documents[1].issuer"));
    alert.mutable_travel_fraud()->set_fraud_type("fantasy");
    EXPECT_EQ(problem_of(alert), "");
}

TEST(Alert, OperationsAreChecked) {
    proto::Operation operation;
    EXPECT_FALSE(check_operation(operation).ok());
    operation.mutable_withdraw()->set_reason("mistaken-identiy");
    operation.mutable_withdraw()->set_revision(1);
    EXPECT_THAT(check_operation(operation).error().detail, HasSubstr("mistaken-identity"));
    operation.mutable_withdraw()->set_reason("mistaken-identity");
    EXPECT_TRUE(check_operation(operation).ok());
    *operation.mutable_supersede()->mutable_alert() = fraud();
    EXPECT_THAT(check_operation(operation).error().detail, HasSubstr("revision"));
    operation.mutable_supersede()->mutable_alert()->set_revision(2);
    EXPECT_TRUE(check_operation(operation).ok());
    operation.mutable_confirm()->set_what("person");
    EXPECT_THAT(check_operation(operation).error().detail, HasSubstr("confirmed"));
    operation.mutable_confirm()->set_confirmed(fraud().alert_id());
    operation.mutable_confirm()->set_party("AUS");
    EXPECT_TRUE(check_operation(operation).ok());
    operation.mutable_dispute()->set_reason("outdatd");
    EXPECT_THAT(check_operation(operation).error().detail, HasSubstr("did you mean outdated"));
    operation.mutable_dispute()->set_reason("outdated");
    EXPECT_TRUE(check_operation(operation).ok());
    operation.mutable_dispute()->set_note(std::string(501, 'x'));
    EXPECT_FALSE(check_operation(operation).ok());
    operation.mutable_hit()->set_what("mo");
    operation.mutable_hit()->set_outcome("refused");
    EXPECT_THAT(check_operation(operation).error().detail, HasSubstr("what"));
    operation.mutable_hit()->set_what("document");
    EXPECT_TRUE(check_operation(operation).ok());
}

TEST(Alert, ParsingKeepsWhatANewerVersionAdded) {
    proto::Operation operation;
    *operation.mutable_publish() = fraud();
    std::string bytes = operation.SerializeAsString();
    // Field 1000 of Operation, a string: nobody here knows it.
    bytes += std::string("\xc2\x3e\x05hello", 8);
    auto parsed = parse_operation(as_bytes(bytes));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->SerializeAsString(), bytes);
}

TEST(Alert, NewerOperationsAndKindsAreUnsupportedNotMalformed) {
    std::string newer = std::string("\xc2\x3e\x05hello", 8);
    EXPECT_EQ(parse_operation(as_bytes(newer)).code(), Errc::unsupported);
    proto::Operation operation;
    *operation.mutable_publish() = fraud();
    operation.mutable_publish()->clear_travel_fraud();
    EXPECT_EQ(parse_operation(serialised(operation)).code(), Errc::unsupported);
}

TEST(Alert, Row44MalformedBytesAreRefused) {
    EXPECT_EQ(parse_operation({}).code(), Errc::malformed);
    proto::Operation operation;
    *operation.mutable_publish() = fraud();
    Bytes bytes = serialised(operation);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut)
        EXPECT_FALSE(parse_operation(ByteView(bytes).first(cut)).ok());
    EXPECT_EQ(parse_operation(Bytes(operation_bytes_max + 1, 0)).code(), Errc::too_large);
    for (int i = 0; i < 50; ++i) operation.mutable_publish()->add_persons();
    EXPECT_EQ(parse_operation(serialised(operation)).code(), Errc::too_large);
    google::protobuf::LogSilencer quiet;  // It says "invalid UTF-8" for each of the flips.
    SeededRng rng(7);
    for (int round = 0; round < 2000; ++round) {
        Bytes noise = bytes;
        for (int flips = 0; flips < 4; ++flips)
            noise[rng.below(noise.size())] = static_cast<Byte>(rng.below(256));
        auto parsed = parse_operation(noise);
        if (parsed) (void)check_operation(*parsed);
    }
}

TEST(Alert, Row50HostileTextIsRefusedOrEscapedInMessages) {
    proto::Alert alert = fraud();
    alert.set_title("hi\x1b[2Jthere");
    EXPECT_THAT(problem_of(alert), HasSubstr("title: holds a control character"));
    alert = fraud();
    alert.mutable_travel_fraud()->set_fraud_type("\x1b]0;x\x07\u202e");
    std::string problems = problem_of(alert);
    EXPECT_EQ(problems.find('\x1b'), std::string::npos);
    EXPECT_EQ(problems.find("\u202e"), std::string::npos);
    alert = fraud();
    alert.mutable_persons(0)->mutable_identities(0)->set_primary(std::string(1 << 20, 'A'));
    EXPECT_THAT(problem_of(alert), HasSubstr("at most 120"));
    alert = fraud();
    alert.set_narrative("two\nlines\tand a tab");
    EXPECT_EQ(problem_of(alert), "");
    alert.set_narrative("\xff\xfe");
    EXPECT_THAT(problem_of(alert), HasSubstr("narrative: isn't UTF-8"));
}

}  // namespace
}  // namespace rilon
