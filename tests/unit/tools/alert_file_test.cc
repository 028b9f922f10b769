#include "tools/alert_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

using testing::HasSubstr;

constexpr UnixMillis now{1795446000000};
constexpr CivilDate today{2026, 11, 23};

Result<proto::Alert> read(const std::string& text) {
    SeededRng rng(1);
    return read_alert_file(text, today, now, rng);
}
std::string refusal(const std::string& text) {
    auto alert = read(text);
    return alert ? "" : alert.error().detail;
}

constexpr const char* full = R"(
template = "impostor"
title = "Impostor at gate"
narrative = "Two lines\nof text"
tlp = "amber+strict"
caveats = ["ORCON", "PURPOSE:VISA"]
protection = "asylum-claim"
mrz = """
P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10
"""
[where]
country = "THA"
location = "BKK"
point = "gate"
[when]
from = 2026-11-23T09:10:00+07:00
precision = "hour"
[transport]
flight = "TG 475"
routing = ["KUL", "BKK", "SYD"]
[holder]
issuer_is_home = "no"
might_be = ["IRN", "?"]
[travel_fraud]
detected_how = "face"
techniques = ["look-alike"]
[[person]]
role = "rightful-holder"
[[person.nationality]]
code = "UTO"
basis = "established"
[[person.identity]]
type = "established"
primary = "ERIKSSON"
birth_date = 1974-08-12
)";

TEST(AlertFile, ReadsEveryTable) {
    auto alert = read(full);
    ASSERT_TRUE(alert) << alert.error().detail;
    EXPECT_TRUE(check_alert(*alert).ok()) << check_alert(*alert).error().detail;
    EXPECT_EQ(alert->tlp(), proto::TLP_AMBER_STRICT);
    EXPECT_EQ(alert->protection(), proto::PROTECTION_ASYLUM_CLAIM);
    EXPECT_EQ(alert->caveats_size(), 2);
    EXPECT_EQ(alert->when().from_ms(), 1795399800000u);
    EXPECT_EQ(alert->transport().routing(2), "SYD");
    EXPECT_TRUE(alert->holder().unknown());
    EXPECT_THAT(alert->holder().might_be(), testing::ElementsAre("IRN"));
    EXPECT_EQ(alert->travel_fraud().fraud_type(), "impostor");
    EXPECT_EQ(alert->documents(0).number(), "L898902C3");
    ASSERT_EQ(alert->persons_size(), 2);
    EXPECT_EQ(alert->persons(0).identities(0).birth_date(), "1974-08-12");
    EXPECT_EQ(alert->persons(1).nationalities(0).basis(), "documentary");
    EXPECT_EQ(alert->title(), "Impostor at gate");
}

TEST(AlertFile, TheZonesPersonIsNotTheRightfulHolder) {
    auto alert = read(full);
    ASSERT_TRUE(alert);
    EXPECT_EQ(alert->persons(0).role(), "rightful-holder");
    EXPECT_EQ(alert->persons(1).role(), "impostor");
}

TEST(AlertFile, EveryTemplatesTextReadsBack) {
    for (const AlertTemplate& form : alert_templates()) {
        auto alert = read(alert_file_text(form));
        ASSERT_TRUE(alert) << form.name << ": " << alert.error().detail;
        EXPECT_EQ(kind_name(*alert), form.kind);
        // Every commented line that is a key, without its comment, is known too.
        std::string open;
        std::string text = alert_file_text(form);
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = text.find('\n', at);
            std::string line = text.substr(at, end - at);
            bool key = line.starts_with("# ") &&
                       (line.find(" = ") != std::string::npos || line.starts_with("# [["));
            open += (key ? line.substr(2) : line) + "\n";
            at = end + 1;
        }
        auto opened = read(open);
        EXPECT_TRUE(opened) << form.name << ": " << opened.error().detail << "\n" << open;
    }
}

TEST(AlertFile, AReplyNamesTheRequestByItsWholeId) {
    SeededRng rng(2);
    AlertId request = make_alert_id(now, rng);
    auto alert = read("template = \"reply\"\n[reply]\nrequest = \"" + format_alert_id(request) +
                      "\"\ntext = \"Yes\"\n");
    ASSERT_TRUE(alert) << alert.error().detail;
    EXPECT_EQ(alert->reply().request_id(), request.str());
    EXPECT_TRUE(check_alert(*alert).ok()) << check_alert(*alert).error().detail;
    EXPECT_THAT(refusal("template = \"reply\"\n[reply]\nrequest = \"x\"\n"),
                HasSubstr("line 3, column 11"));
    EXPECT_THAT(refusal("template = \"request\"\n[reply]\ntext = \"x\"\n"),
                HasSubstr("belongs to another template"));
}

TEST(AlertFile, AnUnknownKeyIsAnErrorWithPlaceAndTheNearestName) {
    EXPECT_EQ(refusal("template = \"impostor\"\n[where]\n  contry = \"THA\"\n"),
              "line 3, column 3: unknown key \"contry\"; did you mean country?");
    EXPECT_THAT(refusal("template = \"impostor\"\nfrobnicate = 1\n"),
                HasSubstr("line 2, column 1: unknown key \"frobnicate\"; known: "));
    EXPECT_THAT(refusal("template = \"imposter\"\n"), HasSubstr("did you mean impostor?"));
    EXPECT_THAT(refusal("title = \"x\"\n"), HasSubstr("template is missing"));
    EXPECT_THAT(refusal("template = \"impostor\"\ntitle = 3\n"), HasSubstr("line 2, column 9"));
    EXPECT_THAT(refusal("template = \"impostor\"\ntlp = \"AMBR\"\n"),
                HasSubstr("did you mean AMBER?"));
    EXPECT_THAT(refusal("template = \"impostor\"\n[bulletin]\ntext = \"x\"\n"),
                HasSubstr("belongs to another template"));
    EXPECT_THAT(refusal("template = \"impostor\"\nwhere = \"THA\"\n"), HasSubstr("[where]"));
    EXPECT_THAT(refusal("template = \"impostor\"\nmrz = \"ABC\"\n"),
                HasSubstr("line 2, column 7: mrz"));
    EXPECT_THAT(refusal("template = \"impostor\"\n[when]\nfrom = \"noon\"\n"), HasSubstr("line 3"));
    EXPECT_THAT(refusal("template = \"impostor\"\n[[link]]\ntype = \"same-person\"\n"),
                HasSubstr("needs the id"));
}

TEST(AlertFile, Row50HostileTextIsRefusedAndNeverShownRaw) {
    for (const std::string& text :
         {std::string("template = \"impostor\"\n\"\\u001b[2J\" = 1\n"),
          std::string("template = \"\\u202egnp\"\n"), std::string("template = \x1b\n"),
          std::string("\xff\xfe"), std::string(alert_file_bytes_max + 1, ' '),
          "a = " + std::string(50000, '[')}) {
        std::string said = refusal(text);
        EXPECT_NE(said, "");
        EXPECT_EQ(said.find('\x1b'), std::string::npos);
        EXPECT_EQ(said.find("\u202e"), std::string::npos);
        EXPECT_LT(said.size(), 2000u);
    }
}

}  // namespace
}  // namespace rilon
