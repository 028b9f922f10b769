// What $EDITOR is opened on comes back as the alert it was made of.
#include <gtest/gtest.h>

#include "protocol/alert.h"
#include "tests/support/seeded_rng.h"
#include "tools/alert_input.h"
#include "tools/rilon/alert_draft.h"

namespace rilon {
namespace {

constexpr std::uint64_t now_ms = 1'795'000'000'123;

std::string bytes_of(proto::Alert alert) {
    alert.clear_alert_id();  // The node's business.
    alert.clear_created_ms();
    alert.clear_revision();
    return alert.SerializeAsString();
}

proto::Alert rich(const AlertTemplate& form) {
    SeededRng rng(1);
    PostRequest request;
    request.template_name = std::string(form.name);
    request.today = {2026, 11, 27};
    request.title = "A \"title\" with \\ and é";
    request.narrative = "One line.\nAnother: C:\\new \"\"\"quoted\"\"\"\nถึง";
    request.tlp = "GREEN";
    request.caveats = {"ORCON"};
    request.country = "THA";
    request.location = "BKK";
    request.text = "Text\nof two lines";
    auto mrz = parse_mrz(
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<"
        "10");
    if (form.kind != "modus-operandi" && form.kind != "trafficking-indicator") request.mrz = *mrz;
    auto alert = build_alert(request, UnixMillis{now_ms}, rng);
    EXPECT_TRUE(alert.ok()) << form.name << ": " << (alert.ok() ? "" : alert.error().detail);
    alert->set_expires_ms(now_ms + 5 * ms_day);
    alert->mutable_when()->set_from_ms(now_ms);
    alert->mutable_when()->set_to_ms(now_ms + 999);
    alert->mutable_when()->set_precision("minute");
    alert->mutable_grade()->set_scheme("uk-3x5x2");
    alert->mutable_grade()->set_source("1");
    alert->mutable_grade()->set_information("B");
    alert->mutable_grade()->set_admiralty("A2");
    alert->mutable_grade()->set_lossy(true);
    proto::Link* link = alert->add_links();
    link->set_type("same-document");
    link->set_alert_id(
        std::string("\x01\x9a\xaf\xbb\x7c\x6c\x71\xe3\x88\xef\x1b\xd8\x29\x3c\xd4\x63", 16));
    return *alert;
}

TEST(AlertText, ComesBackAsItWasOfEachTemplate) {
    for (const AlertTemplate& form : alert_templates()) {
        const proto::Alert before = rich(form);
        auto after = alert_from_text(alert_to_text(before), before);
        ASSERT_TRUE(after.ok()) << form.name << ": " << after.error().detail << "\n"
                                << alert_to_text(before);
        EXPECT_EQ(bytes_of(*after), bytes_of(before)) << form.name << "\n" << alert_to_text(before);
    }
}

TEST(AlertText, WhatIsChangedIsChangedAndTheZoneOfAnotherNumberIsGone) {
    const proto::Alert before = rich(*find_template("impostor").value());
    ASSERT_EQ(before.documents(0).mrz_lines_size(), 2);
    std::string text = alert_to_text(before);
    const auto put = [&](const std::string& from, const std::string& to) {
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
    };
    put("One line.", "First line.");
    put("L898902C3", "L898902C4");
    put("ERIKSSON", "ERICSSON");
    auto after = alert_from_text(text, before);
    ASSERT_TRUE(after.ok()) << after.error().detail;
    EXPECT_TRUE(after->narrative().starts_with("First line.\nAnother"));
    EXPECT_EQ(after->documents(0).number(), "L898902C4");
    EXPECT_EQ(after->documents(0).mrz_lines_size(), 0);
    EXPECT_EQ(after->persons(0).identities(0).mrz_name(), "");
    EXPECT_EQ(after->expires_ms(), before.expires_ms());
}

// They are no text: --attach and --detach say of them what is new.
TEST(AlertText, ThePicturesStayAsTheyAre) {
    proto::Alert alert = rich(**find_template("impostor"));
    proto::Attachment& one = *alert.add_attachments();
    one.set_media_type("image/jpeg");
    one.set_size(1000);
    one.set_hash(std::string(32, 'h'));
    one.set_caption("page 7");
    const std::string text = alert_to_text(alert);
    EXPECT_EQ(text.find("image/jpeg"), std::string::npos);
    auto edited = alert_from_text(text, alert);
    ASSERT_TRUE(edited.ok()) << edited.error().detail;
    ASSERT_EQ(edited->attachments_size(), 1);
    EXPECT_EQ(edited->attachments(0).SerializeAsString(), one.SerializeAsString());
}

TEST(AlertText, WhatIsWrongIsSaidWithItsPlace) {
    const proto::Alert before = rich(*find_template("impostor").value());
    auto after = alert_from_text(alert_to_text(before) + "\nnarative = 1\n", before);
    ASSERT_FALSE(after.ok());
    EXPECT_NE(after.error().detail.find("line"), std::string::npos) << after.error().detail;
}

}  // namespace
}  // namespace rilon
