#include "tools/alert_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/alert.h"
#include "protocol/release.h"
#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"
#include "tools/alert_input.h"

namespace rilon {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixMillis now{1795446000000};

proto::Alert specimen() {
    PostRequest request;
    request.template_name = "counterfeit-document";
    request.today = {2026, 11, 23};
    request.mrz = *parse_mrz(
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n");
    request.country = "THA";
    SeededRng rng(1);
    return *build_alert(request, now, rng);
}

AlertEnvelope envelope_of(const proto::Alert& alert) {
    AlertEnvelope out;
    out.id = *AlertId::parse(alert.alert_id());
    out.revision = alert.revision();
    out.origin = "aus-bkk";
    out.officer = "LO-7";
    out.received = now.plus(7);
    return out;
}

TEST(AlertJson, TheShapeOthersBuildOn) {
    proto::Alert alert = specimen();
    auto json = alert_json(alert, envelope_of(alert));
    std::string id = format_alert_id(envelope_of(alert).id);
    std::string line = dump_json(json);
    EXPECT_THAT(line,
                testing::StartsWith(R"({"v":1,"kind":"alert","id":")" + id + R"(","short":")"));
    EXPECT_EQ(json["revision"], 1);
    EXPECT_EQ(json["type"], "travel-fraud");
    EXPECT_EQ(json["origin"], "aus-bkk");
    EXPECT_EQ(json["officer"], "LO-7");
    EXPECT_EQ(json["received"], rfc3339(now.plus(7)));
    EXPECT_EQ(json["title"], "COUNTERFEIT passport UTO L898902C3");
    EXPECT_EQ(json["tlp"], "AMBER");
    EXPECT_EQ(json["withdrawn"], false);
    const auto& content = json["content"];
    EXPECT_EQ(content["persons"][0]["identities"][0]["primary"], "ERIKSSON");
    EXPECT_EQ(content["persons"][0]["nationalities"][0]["basis"], "documentary");
    EXPECT_EQ(content["documents"][0]["number"], "L898902C3");
    EXPECT_EQ(content["documents"][0]["checks"][0]["field"], "document_number");
    EXPECT_EQ(content["travel_fraud"]["fraud_type"], "counterfeit");
    EXPECT_EQ(content["protection"], "NOT-ASSESSED");
    EXPECT_EQ(content["where"]["country"], "THA");
}

TEST(AlertJson, EachKindUnderItsName) {
    proto::Alert alert;
    alert.mutable_support_fraud()->add_papers("bank");
    EXPECT_EQ(alert_content_json(alert)["support_fraud"]["papers"][0], "bank");
    alert.mutable_modus_operandi()->add_steps("One");
    alert.mutable_modus_operandi()->add_indicators("Sign");
    EXPECT_EQ(alert_content_json(alert)["modus_operandi"]["steps"][0], "One");
    EXPECT_EQ(alert_content_json(alert)["modus_operandi"]["indicators"][0], "Sign");
    alert.mutable_trafficking_indicator()->add_indicators("debt-bondage");
    EXPECT_EQ(alert_content_json(alert)["trafficking_indicator"]["indicators"][0], "debt-bondage");
    alert.mutable_request()->set_due("2026-12-01");
    EXPECT_EQ(alert_content_json(alert)["request"]["due"], "2026-12-01");
    alert.mutable_reply()->set_text("Yes");
    alert.mutable_reply()->set_request_id(specimen().alert_id());
    EXPECT_EQ(alert_content_json(alert)["reply"]["request"],
              format_alert_id(*AlertId::parse(specimen().alert_id())));
    EXPECT_EQ(alert_content_json(alert)["reply"]["text"], "Yes");
    EXPECT_FALSE(alert_content_json(alert).contains("request"));
}

TEST(AlertJson, OfAPictureAllButItsBytes) {
    proto::Alert alert;
    alert.set_part("person");
    proto::Attachment& one = *alert.add_attachments();
    one.set_media_type("image/png");
    one.set_size(7);
    one.set_hash(std::string("\xab", 1) + std::string(31, 'a'));
    EXPECT_EQ(
        alert_content_json(alert)["attachments"].dump(),
        R"([{"media_type":"image/png","size":7,"hash":"ab)" +
            [] {
                std::string rest;
                for (int i = 0; i < 31; ++i) rest += "61";
                return rest;
            }() +
            R"("}])");
    one.set_caption("page 7");
    EXPECT_EQ(alert_content_json(alert)["attachments"][0]["caption"], "page 7");
    EXPECT_FALSE(alert_content_json(proto::Alert()).contains("attachments"));
}

TEST(AlertJson, NothingOfAPersonOutlivesAWithdrawal) {
    proto::Alert alert = specimen();
    AlertEnvelope envelope = envelope_of(alert);
    envelope.withdrawn = true;
    envelope.withdraw_reason = "mistaken-identity";
    std::string line = dump_json(alert_json(alert, envelope));
    EXPECT_THAT(line, Not(HasSubstr("ERIKSSON")));
    EXPECT_THAT(line, Not(HasSubstr("L898902C3")));
    EXPECT_THAT(line, HasSubstr("mistaken-identity"));
}

TEST(AlertJson, ADocumentPartSaysNothingOfAProtection) {
    proto::Alert part = document_part(specimen());
    std::string line = dump_json(alert_content_json(part));
    EXPECT_THAT(line, Not(HasSubstr("protection")));
    EXPECT_THAT(line, HasSubstr(R"("country":"THA")"));
}

TEST(AlertJson, OperationsOfEachKind) {
    proto::Operation operation;
    EXPECT_EQ(operation_json(operation)["operation"], "unknown");
    *operation.mutable_publish() = specimen();
    EXPECT_EQ(operation_json(operation)["operation"], "publish");
    *operation.mutable_supersede()->mutable_alert() = specimen();
    EXPECT_EQ(operation_json(operation)["content"]["documents"][0]["issuer"], "UTO");
    operation.mutable_withdraw()->set_reason("error");
    EXPECT_EQ(operation_json(operation)["reason"], "error");
    operation.mutable_confirm()->set_confirmed(specimen().alert_id());
    EXPECT_EQ(operation_json(operation)["confirmed"],
              format_alert_id(*AlertId::parse(specimen().alert_id())));
    operation.mutable_dispute()->set_reason("outdated");
    EXPECT_EQ(operation_json(operation)["reason"], "outdated");
    operation.mutable_hit()->set_outcome("refused");
    EXPECT_EQ(operation_json(operation)["outcome"], "refused");
}

TEST(AlertJson, TimesAreRfc3339InUtc) {
    EXPECT_EQ(rfc3339({0}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339({1795446000000}), "2026-11-23T15:00:00Z");
    EXPECT_EQ(rfc3339({1795446000007}), "2026-11-23T15:00:00.007Z");
    EXPECT_EQ(rfc3339({~0ull}).substr(0, 20), "9999-12-31T23:59:59.");
}

TEST(AlertJson, Row50HostileTextIsEscapedAndValid) {
    proto::Alert alert = specimen();
    alert.set_title("a\x1b[2J\u202egnp\u200b\x7f\u0085 ภาษาไทย \xff\xc3(");
    alert.set_narrative(std::string("\0nul", 4) + "\xf0\x9f\x98\x80");
    std::string line = dump_json(alert_json(alert, envelope_of(alert)));
    for (const char* raw : {"\x1b", "\u202e", "\u200b", "\x7f", "\u0085"})
        EXPECT_THAT(line, Not(HasSubstr(raw)));
    EXPECT_THAT(line, HasSubstr("ภาษาไทย"));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    auto back = nlohmann::json::parse(line);
    EXPECT_THAT(back["title"].get<std::string>(), HasSubstr("\u202egnp\u200b\x7f\u0085"));
    EXPECT_THAT(back["content"]["narrative"].get<std::string>(), HasSubstr("\xf0\x9f\x98\x80"));
}

}  // namespace
}  // namespace rilon
