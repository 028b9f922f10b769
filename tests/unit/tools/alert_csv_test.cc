#include "tools/rilon/alert_csv.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "protocol/ids.h"
#include "tools/rilon/csv_rows.h"

namespace rilon {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(AlertCsv, EveryFieldIsQuoted) {
    EXPECT_EQ(csv_field(""), "\"\"");
    EXPECT_EQ(csv_field("plain"), "\"plain\"");
    EXPECT_EQ(csv_field("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\"");
}

TEST(AlertCsv, NoFieldIsAFormula) {
    for (const char* text : {"=1+1", "+66123", "-1", "@SUM(A1)", "  =1", "\n=1", "\t=1", "\r=1",
                             "＝1", "＋1", "－1", "＠A"})
        EXPECT_TRUE(csv_field(text).starts_with("\"'")) << text;
    for (const char* text : {"1=1", "a@b.example", "X-1", "", "   "})
        EXPECT_FALSE(csv_field(text).starts_with("\"'")) << text;
}

TEST(AlertCsv, NothingMovesWhatAScreenShows) {
    const std::string field = csv_field("a\x1b[2Jb\xe2\x80\xaetxt\x7f");
    EXPECT_THAT(field, Not(HasSubstr("\x1b")));
    EXPECT_THAT(field, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(field, HasSubstr("\\u{202e}"));
}

proto::AlertRow hostile_row(const std::string& text) {
    proto::AlertRow row;
    row.set_alert_id(AlertId{}.str());
    row.set_origin("aus-bkk");
    row.set_type("lookout");
    proto::Alert& alert = *row.mutable_alert();
    alert.set_title(text);
    alert.set_narrative(text);
    alert.set_tlp(proto::TLP_AMBER);
    alert.add_caveats("NO-JUDICIAL");
    alert.add_caveats("PURPOSE:VISA");
    for (int i = 0; i < 2; ++i) {
        proto::Identity& identity = *alert.add_persons()->add_identities();
        identity.set_primary("ROE");
        identity.set_secondary(text);
    }
    alert.add_documents()->set_number(text);
    return row;
}

std::vector<std::vector<std::string>> read_again(const std::string& text) {
    std::vector<std::vector<std::string>> out;
    CsvReader reader(text);
    while (auto row = reader.next()) {
        EXPECT_EQ(row->problem, "") << row->line;
        out.push_back(row->fields);
    }
    return out;
}

// Read again by our own reader: as many fields in every row, whatever is in them.
TEST(AlertCsv, RowsReadBackAsTheyWere) {
    const std::string ten_megabytes(10u << 20, 'x');
    for (const std::string& text : {std::string("a\",\"b\r\n=c,d"), std::string("\"\"\"\n\n,"),
                                    std::string("\x1b\xff,"), ten_megabytes}) {
        const auto rows = read_again(alert_csv_header() + alert_csv_row(hostile_row(text)) +
                                     alert_csv_row(hostile_row("plain")));
        ASSERT_EQ(rows.size(), 3u);
        EXPECT_EQ(rows[1].size(), rows[0].size());
        EXPECT_EQ(rows[2].size(), rows[0].size());
    }
}

TEST(AlertCsv, HandlingTravelsWithEachRow) {
    const auto rows = read_again(alert_csv_header() + alert_csv_row(hostile_row("x")));
    ASSERT_EQ(rows.size(), 2u);
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < rows[0].size(); ++i) row[rows[0][i]] = rows[1][i];
    EXPECT_EQ(row["tlp"], "AMBER");
    EXPECT_EQ(row["caveats"], "NO-JUDICIAL | PURPOSE:VISA");
    EXPECT_EQ(row["origin"], "aus-bkk");
    EXPECT_EQ(row["name"], "ROE, x | ROE, x");
    EXPECT_EQ(row["id"].size(), 36u);
}

// What a table says in the column of this name.
std::string cell(const proto::AlertRow& row, const std::string& column) {
    const auto rows = read_again(alert_csv_header() + alert_csv_row(row));
    if (rows.size() != 2) return "no table";
    const auto at = std::find(rows[0].begin(), rows[0].end(), column) - rows[0].begin();
    return rows[1].at(static_cast<std::size_t>(at));
}

TEST(AlertCsv, EveryKindHasItsText) {
    proto::AlertRow row;
    row.mutable_alert()->mutable_modus_operandi()->add_steps("Two meet.");
    row.mutable_alert()->mutable_modus_operandi()->add_steps("They swap.");
    row.mutable_alert()->set_narrative("Seen twice.");
    EXPECT_EQ(cell(row, "text"), "Two meet. | They swap. | Seen twice.");
    row.mutable_alert()->mutable_request()->set_question("Who?");
    EXPECT_EQ(cell(row, "text"), "Who?");
    row.mutable_alert()->mutable_reply()->set_text("He.");
    row.mutable_alert()->mutable_reply()->set_request_id(AlertId{}.str());
    EXPECT_EQ(cell(row, "text"), "He.");
    EXPECT_EQ(cell(row, "reference"), "00000000-0000-0000-0000-000000000000");
    row.mutable_alert()->mutable_trafficking_indicator()->set_reference("V-7");
    EXPECT_EQ(cell(row, "text"), "Seen twice.");
    EXPECT_EQ(cell(row, "reference"), "V-7");
}

TEST(AlertCsv, ADisputeStandsBesideTheAlert) {
    proto::AlertRow row = hostile_row("x");
    EXPECT_EQ(cell(row, "disputed_by"), "");
    for (const char* party : {"NZL", "CAN"}) {
        row.add_remarks()->set_party(party);
        row.mutable_remarks(row.remarks_size() - 1)->mutable_dispute()->set_reason("outdated");
    }
    EXPECT_EQ(cell(row, "disputed_by"), "NZL: outdated | CAN: outdated");
    row.mutable_remarks(0)->mutable_dispute()->set_reason("settled");
    EXPECT_EQ(cell(row, "disputed_by"), "CAN: outdated");
}

}  // namespace
}  // namespace rilon
