// The kinds as people read them: everything foreign escaped, and what a request says of itself.
#include "tools/rilon/view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/command.h"

namespace rilon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string hostile = "a\x1b[2J\u202egnp\x7f\xff";

Output plain() {
    Globals globals;
    globals.color = ColorWish::never;
    return Output(globals);
}

proto::AlertRow row_of(const proto::Alert& alert) {
    SeededRng rng(1);
    proto::AlertRow row;
    row.set_alert_id(make_alert_id(UnixMillis{1795446000000}, rng).str());
    row.set_origin("aus-bkk");
    *row.mutable_alert() = alert;
    return row;
}

std::string shown_whole(const proto::AlertRow& row) {
    std::string out;
    for (const std::string& line : alert_lines(row, plain())) out += line + "\n";
    return out;
}

TEST(View, ARequestOfOnwardReleaseSaysWhoForWhomWhyAndWhatCameOfIt) {
    SeededRng rng(1);
    proto::Onward one;
    one.set_request_id(make_alert_id(UnixMillis{1795446000000}, rng).str());
    one.set_alert_id(make_alert_id(UnixMillis{1795446000000}, rng).str());
    one.set_title(hostile);
    one.set_node("can-bkk");
    one.set_party("CAN");
    one.set_officer(hostile);
    one.set_at_ms(1795446000000);
    one.add_to("gbr-bkk");
    one.add_to("gbr-kul");
    one.set_reason(hostile);
    one.set_state("waits");
    auto lines = onward_lines(one, columns_unlimited);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_THAT(lines[0], AllOf(HasSubstr(short_form(one.request_id()) + "  waits"),
                                HasSubstr(short_form(one.alert_id()))));
    EXPECT_THAT(lines[1], HasSubstr("of can-bkk (CAN) asks for gbr-bkk, gbr-kul: "));
    one.set_state("granted");
    one.set_answered_by(hostile);
    one.set_answered_ms(1795446000000);
    one.add_granted("gbr-kul");
    one.set_note(hostile);
    lines = onward_lines(one, columns_unlimited);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_THAT(lines[2], AllOf(HasSubstr("granted by "), HasSubstr(", read by gbr-kul: ")));
    one.clear_to();
    one.set_outside(hostile);
    for (const std::string& line : onward_lines(one, columns_unlimited)) {
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
        EXPECT_EQ(line.find("\u202e"), std::string::npos);
        EXPECT_EQ(line.find('\xff'), std::string::npos);
    }
}

TEST(View, WhatIsItsAuthorsToPassOnSaysSoToItsReadersAlone) {
    proto::Alert alert;
    alert.mutable_bulletin()->set_text("The counters are closed.");
    proto::AlertRow row = row_of(alert);
    EXPECT_THAT(shown_whole(row), Not(HasSubstr("rilon release request")));
    row.mutable_alert()->add_caveats("ORCON");
    EXPECT_THAT(shown_whole(row), HasSubstr("rilon release request " + short_form(row.alert_id())));
    row.set_own(true);
    EXPECT_THAT(shown_whole(row), Not(HasSubstr("rilon release request")));
}

TEST(View, Row50HostileTextOfEveryNewKindIsEscaped) {
    proto::Alert alerts[5];
    alerts[0].mutable_support_fraud()->add_papers(hostile);
    alerts[0].mutable_support_fraud()->set_purported_issuer(hostile);
    alerts[0].mutable_support_fraud()->set_agent(hostile);
    alerts[1].mutable_modus_operandi()->add_steps(hostile);
    alerts[1].mutable_modus_operandi()->add_indicators(hostile);
    alerts[1].mutable_modus_operandi()->set_countermeasure(hostile);
    alerts[2].mutable_trafficking_indicator()->add_indicators(hostile);
    alerts[2].mutable_trafficking_indicator()->set_exploitation(hostile);
    alerts[2].mutable_trafficking_indicator()->set_reference(hostile);
    alerts[3].mutable_request()->set_question(hostile);
    alerts[3].mutable_request()->set_due(hostile);
    alerts[4].mutable_reply()->set_request_id(hostile);
    alerts[4].mutable_reply()->set_text(hostile);
    for (const proto::Alert& alert : alerts) {
        proto::AlertRow row = row_of(alert);
        row.set_overdue(alert.has_request());
        for (const std::string& text :
             {shown_whole(row), inbox_line(row, plain()), reply_line(row)}) {
            EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e")),
                                    Not(HasSubstr("\x7f")), Not(HasSubstr("\xff"))));
        }
        EXPECT_THAT(shown_whole(row), HasSubstr("a\\u{1b}[2J\\u{202e}gnp"));
    }
    EXPECT_THAT(referral_lines(hostile, hostile)[0], Not(HasSubstr("\x1b")));
}

TEST(View, APictureIsListedWithAllThatIsKnownOfIt) {
    proto::Alert alert;
    alert.mutable_bulletin()->set_text("See the picture");
    for (const std::string& caption : {std::string("the stamp"), hostile}) {
        proto::Attachment& one = *alert.add_attachments();
        one.set_media_type(caption == hostile ? hostile : "image/jpeg");
        one.set_size(493'568);
        one.set_hash(std::string(32, '\x0a'));
        one.set_caption(caption);
    }
    const std::string text = shown_whole(row_of(alert));
    EXPECT_THAT(text, HasSubstr("attachment 1   image/jpeg, 482 KiB: the stamp\n"));
    EXPECT_THAT(text, HasSubstr("attachment 2"));
    std::string hash;
    for (int i = 0; i < 32; ++i) hash += "0a";
    EXPECT_THAT(text, HasSubstr(hash));
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e"))));
}

TEST(View, ARequestSaysUntilWhenAndWhetherItIsLate) {
    proto::Alert alert;
    alert.set_title("REQUEST");
    alert.mutable_request()->set_question("Who?");
    alert.mutable_request()->set_due("2026-12-01");
    proto::AlertRow row = row_of(alert);
    EXPECT_THAT(inbox_line(row, plain()), HasSubstr("REQUEST  due 2026-12-01"));
    row.set_overdue(true);
    EXPECT_THAT(inbox_line(row, plain()), HasSubstr("OVERDUE since 2026-12-01"));
    EXPECT_THAT(shown_whole(row), HasSubstr("nobody of this mission has replied"));
    row.set_overdue(false);
    row.set_answered(true);
    EXPECT_THAT(inbox_line(row, plain()), HasSubstr("REQUEST  answered"));
    EXPECT_THAT(inbox_line(row, plain()), Not(HasSubstr("Who?")));
}

proto::AlertRow disputed_row() {
    proto::Alert alert;
    alert.set_title("COUNTERFEIT");
    alert.set_part("person");
    proto::AlertRow row = row_of(alert);
    row.set_revision(2);
    proto::Remark& dispute = *row.add_remarks();
    dispute.set_operation("dispute");
    dispute.set_node("nzl-bkk");
    dispute.set_party("NZL");
    dispute.set_officer("LO-3");
    dispute.set_part("person");
    dispute.mutable_dispute()->set_reason("genuine-document");
    dispute.mutable_dispute()->set_note("The embassy holds it.");
    dispute.mutable_dispute()->set_revision(1);
    proto::Remark& hit = *row.add_remarks();
    hit.set_operation("hit");
    hit.set_node("can-bkk");
    hit.set_party("CAN");
    hit.set_part("document");
    hit.mutable_hit()->set_what("document");
    hit.mutable_hit()->mutable_where()->set_location("KUL");
    hit.mutable_hit()->set_outcome("refused entry");
    return row;
}

TEST(View, ADisputeIsSeenWhereverTheAlertIs) {
    proto::AlertRow row = disputed_row();
    EXPECT_TRUE(disputed(row));
    EXPECT_THAT(inbox_line(row, plain()), HasSubstr("DISPUTED COUNTERFEIT"));
    proto::Match match;
    *match.mutable_row() = row;
    EXPECT_THAT(match_lines(match, plain())[0], HasSubstr("DISPUTED COUNTERFEIT"));
    const std::string shown = shown_whole(row);
    EXPECT_THAT(shown, HasSubstr("LO-3 nzl-bkk (NZL)"));
    EXPECT_THAT(shown, HasSubstr("genuine-document, of revision 1"));
    EXPECT_THAT(shown, HasSubstr("The embassy holds it."));
    EXPECT_THAT(shown, HasSubstr("document KUL"));
    EXPECT_THAT(shown, HasSubstr("refused entry"));
    row.mutable_remarks(0)->set_part("document");
    EXPECT_THAT(shown_whole(row), HasSubstr("genuine-document, the document part"));
}

TEST(View, ASettledDisputeIsToldAndMarksNothing) {
    proto::AlertRow row = disputed_row();
    row.mutable_remarks(0)->mutable_dispute()->set_reason("settled");
    EXPECT_FALSE(disputed(row));
    EXPECT_THAT(inbox_line(row, plain()), Not(HasSubstr("DISPUTED")));
    EXPECT_THAT(shown_whole(row), AllOf(HasSubstr("was disputed"), HasSubstr("settled")));
}

TEST(View, Row50HostileTextOfARemarkIsEscaped) {
    proto::AlertRow row = disputed_row();
    for (proto::Remark& remark : *row.mutable_remarks()) {
        remark.set_node(hostile);
        remark.set_party(hostile);
        remark.set_officer(hostile);
        remark.set_part(hostile);
    }
    row.mutable_remarks(0)->mutable_dispute()->set_reason(hostile);
    row.mutable_remarks(0)->mutable_dispute()->set_note(hostile);
    proto::Hit& hit = *row.mutable_remarks(1)->mutable_hit();
    hit.set_what(hostile);
    hit.mutable_where()->set_location(hostile);
    hit.mutable_where()->set_country(hostile);
    hit.set_outcome(hostile);
    EXPECT_THAT(shown_whole(row), AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e")),
                                        Not(HasSubstr("\x7f")), Not(HasSubstr("\xff"))));
}

TEST(View, ReferralContactsAreThoseOfTheProfile) {
    EXPECT_THAT(
        referral_lines("Shelter, +66 1; ; Embassy, +66 2", "THA"),
        ElementsAre("referral       THA: Shelter, +66 1", "referral       THA: Embassy, +66 2"));
    EXPECT_THAT(referral_lines("", "THA"), IsEmpty());
}

}  // namespace
}  // namespace rilon
