#include "tools/rilon/disclosure.h"

#include <gmock/gmock.h>

#include "protocol/ids.h"
#include "tools/rilon/json_lines.h"

namespace rilon {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Disclosure, ThePersonOnLines) {
    auto person = person_of_lines("doc X1234567\r\n\nname ROE, JAN\ndob 1986-05-??\n");
    ASSERT_TRUE(person.ok()) << person.error().detail;
    EXPECT_EQ(person->doc(), "X1234567");
    EXPECT_EQ(person->name(), "ROE, JAN");
    EXPECT_EQ(person->dob(), "1986-05-??");
    EXPECT_TRUE(person_of_lines("doc \nname ROE\ndob \n").ok());
    for (const char* bad : {"", "dob 1986-05-21\n", "name ROE\ndob May\n", "ROE, JAN\n"})
        EXPECT_EQ(person_of_lines(bad).code(), Errc::usage) << bad;
    // What may be a name is not repeated in the error.
    EXPECT_THAT(person_of_lines("DOE, JOE\n").error().detail, Not(HasSubstr("DOE")));
}

proto::Receipt receipt(const std::string& node, const std::string& part, const std::string& level) {
    proto::Receipt out;
    out.set_node(node);
    out.set_party("NZL");
    out.set_part(part);
    out.set_level(level);
    out.set_at_ms(level == "none" ? 0 : 1'700'000'000'000);
    return out;
}

Disclosure lookout() {
    Disclosure out;
    out.row.set_alert_id(AlertId{}.str());
    out.row.set_type("lookout");
    out.row.set_received_ms(1'700'000'000'000);
    out.row.mutable_alert()->set_part("person");
    out.row.mutable_alert()->set_title("ROE");
    return out;
}

TEST(Disclosure, EachPartHasItsReceipts) {
    proto::ReceiptsResponse all;
    *all.add_receipts() = receipt("nzl-bkk", "person", "opened");
    *all.add_receipts() = receipt("uto-bkk", "document", "stored");
    Disclosure one = lookout();
    ASSERT_EQ(receipts_of_part(one.row, all).size(), 1u);
    EXPECT_EQ(receipts_of_part(one.row, all)[0].node(), "nzl-bkk");
    one.row.clear_alert();
    EXPECT_EQ(receipts_of_part(one.row, all).size(), 2u);
}

TEST(Disclosure, RowsOfTheLogThatNameAnAlert) {
    proto::LogRow row;
    row.set_action("export");
    row.set_detail("00ff restricted");
    EXPECT_TRUE(names_alert(row));
    EXPECT_EQ(alert_of_log(row), "00ff");
    row.set_action("open");
    row.set_detail("00ff");
    EXPECT_TRUE(names_alert(row));
    EXPECT_EQ(alert_of_log(row), "00ff");
    row.set_action("search");
    EXPECT_FALSE(names_alert(row));
    row.set_action("grant-release");  // To nodes: they are its readers.
    EXPECT_FALSE(names_alert(row));
    row.set_detail(row.detail() + " outside");
    EXPECT_TRUE(names_alert(row));
}

TEST(Disclosure, LinesSayWhoHasItAndWhoNot) {
    Disclosure one = lookout();
    one.strength = "strong";
    one.receipts = {receipt("nzl-bkk", "person", "opened"), receipt("a\x1b[2Jb", "person", "none")};
    auto lines = disclosure_lines(one);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_THAT(lines[0], HasSubstr("strong"));
    EXPECT_THAT(lines[0], Not(HasSubstr("ROE")));
    EXPECT_THAT(lines[1], HasSubstr("opened"));
    EXPECT_THAT(lines[2], HasSubstr("no answer"));
    EXPECT_THAT(lines[2], Not(HasSubstr("\x1b")));
    EXPECT_THAT(lines[3], HasSubstr("releasers"));
    proto::LogRow row;
    row.set_subject("LO-3");
    row.set_action("export");
    one.shown = {row};
    EXPECT_THAT(disclosure_lines(one)[3], HasSubstr("LO-3"));
    EXPECT_THAT(disclosure_lines(one)[3], HasSubstr("exported"));
    EXPECT_THAT(json_disclosure(one), Not(HasSubstr("ROE")));
}

}  // namespace
}  // namespace rilon
