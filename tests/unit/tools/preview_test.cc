#include "tools/rilon/preview.h"

#include <gtest/gtest.h>

#include "protocol/short_id.h"

namespace rilon {
namespace {

proto::PreparedPart part(const char* name, int readers, std::uint32_t all, bool host) {
    proto::PreparedPart out;
    out.set_part(name);
    out.set_audience("BKK");
    out.set_audience_size(all);
    out.set_host_reads(host);
    for (int i = 0; i < readers; ++i) out.add_readers()->set_name("n" + std::to_string(i));
    return out;
}

TEST(Preview, OfHistorySaysToWhomHowManyAndWhatNot) {
    proto::PreparedResponse prepared;
    *prepared.add_parts() = part("history", 1, 20, false);
    *prepared.add_parts() = part("history", 1, 20, false);
    proto::HistoryPreview& history = *prepared.mutable_history();
    history.set_node("ita-bkk");
    history.set_party("ITA");
    history.set_alerts(1700);
    history.set_others(1);
    history.set_more(true);
    history.add_withheld()->set_why("claimed");
    history.mutable_withheld(0)->set_alerts(3);
    history.add_withheld()->set_why("left out\x1b[1m");
    history.mutable_withheld(1)->set_alerts(1);
    const auto lines = preview_lines(prepared, "", "THA");
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0], "HISTORY   for ita-bkk (ITA): 1700 alerts");
    EXPECT_EQ(lines[1].find("withheld by the release rule: 3 claimed; 1 left out"), 0u);
    EXPECT_EQ(lines[1].find('\x1b'), std::string::npos);
    EXPECT_EQ(lines[2], "1 alert of other parties: theirs to give");
    EXPECT_NE(lines[3].find("--until"), std::string::npos);
    EXPECT_EQ(given_line(history),
              "✓ 1700 alerts given to ita-bkk; read there as soon as it is reached.");
}

// The layout of the product's description, to the blank.
TEST(Preview, IsTheAgreedLayout) {
    proto::PreparedResponse prepared;
    *prepared.add_parts() = part("person", 9, 20, false);
    proto::Excluded* excluded = prepared.mutable_parts(0)->add_excluded();
    excluded->set_party("UTO");
    excluded->set_why("documentary");
    *prepared.add_parts() = part("document", 20, 20, true);
    const auto lines = preview_lines(prepared, "COUNTERFEIT passport UTO L898902C3", "THA");
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0], "COUNTERFEIT passport UTO L898902C3");
    EXPECT_EQ(lines[1], "PERSON    9 of 20 missions   host THA: NO    withheld: UTO (documentary)");
    EXPECT_EQ(lines[2], "DOCUMENT  20 missions        host THA: YES");
}

TEST(Preview, OfALetterSaysToWhomAlone) {
    proto::PreparedResponse prepared;
    *prepared.add_parts() = part("person", 9, 20, false);
    *prepared.add_parts() = part("letter", 1, 1, false);
    prepared.mutable_parts(1)->set_audience("can-bkk");
    const auto lines = preview_lines(prepared, "", "THA");
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[1], "LETTER    to can-bkk alone");
}

TEST(Preview, OfANarrowingNamesWhoStaysAndWhoDoesNot) {
    proto::PreparedResponse prepared;
    *prepared.add_parts() = part("person", 2, 5, false);
    proto::DroppedReader& dropped = *prepared.mutable_parts(0)->add_dropped();
    dropped.set_node("gbr-bkk\x1b");
    dropped.set_party("GBR");
    dropped.set_why("you said so");
    *prepared.add_parts() = part("person", 4, 5, true);  // The withdrawal from all.
    prepared.mutable_parts(1)->set_takes_back(true);
    const auto lines = preview_lines(prepared, "", "THA");
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0], "PERSON    2 of 5 missions    host THA: NO");
    EXPECT_EQ(lines[1], "  stay:      n0, n1");
    EXPECT_EQ(lines[2].find("  no longer: gbr-bkk"), 0u);
    EXPECT_NE(lines[2].find("(you said so)"), std::string::npos);
    EXPECT_EQ(lines[2].find('\x1b'), std::string::npos);
    const auto readers = reader_lines(prepared);
    ASSERT_EQ(readers.size(), 4u);  // Audience, two that stay, one that does not.
    EXPECT_EQ(readers[3].find("  no longer gbr-bkk"), 0u);
}

TEST(Preview, ANarrowingSaysWhoHasErasedWhatWasBefore) {
    proto::ReceiptsResponse receipts;
    receipts.add_receipts()->set_node("can-bkk");
    receipts.mutable_receipts(0)->set_level("stored");
    for (const char* level : {"redacted", "none"}) {
        receipts.add_narrowed()->set_node(level);
        receipts.mutable_narrowed()->rbegin()->set_level(level);
    }
    EXPECT_EQ(count_erased(receipts).count, 1u);
    EXPECT_EQ(count_erased(receipts).readers, 2u);
    const AlertId id = AlertId::copy_of(Bytes(16, 7));
    EXPECT_NE(narrowed_line(id.str(), count_held(receipts), count_erased(receipts))
                  .find("narrowed, held by 1 of 1; what was before is gone at 1 of 2 so far."),
              std::string::npos);
}

TEST(Preview, HostileTextIsEscaped) {
    proto::PreparedResponse prepared;
    *prepared.add_parts() = part("person", 1, 1, false);
    prepared.mutable_parts(0)->mutable_readers(0)->set_name("aus\x1b[2J");
    prepared.add_warnings("line\nbreak");
    for (const auto& lines : {preview_lines(prepared, "a\u202eb", "THA"), reader_lines(prepared)})
        for (const std::string& line : lines) {
            EXPECT_EQ(line.find('\x1b'), std::string::npos);
            EXPECT_EQ(line.find('\n'), std::string::npos);
            EXPECT_EQ(line.find("\u202e"), std::string::npos);
        }
}

TEST(Receipt, CountsNodesAndNamesTheWayBack) {
    proto::ReceiptsResponse receipts;
    for (const auto& [node, level] :
         {std::pair{"a", "stored"}, {"a", "none"}, {"b", "opened"}, {"c", "none"}}) {
        proto::Receipt* r = receipts.add_receipts();
        r->set_node(node);
        r->set_level(level);
    }
    const ReaderCount held = count_held(receipts);  // a lacks a part of it.
    EXPECT_EQ(held.count, 1u);
    EXPECT_EQ(held.readers, 3u);
    const AlertId id = *parse_alert_id("0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e57");
    const std::string name = format_short_id(id);
    EXPECT_EQ(receipt_line(id.str(), {7, 9}), "✓ " + name +
                                                  " held by 7 of 9.   Wrong? rilon withdraw " +
                                                  name.substr(0, 4) + name.substr(5, 2));
    EXPECT_NE(receipt_line(id.str(), {0, 9}).find("stored here, on its way to 9."),
              std::string::npos);
}

TEST(Preview, AWithdrawalCountsWhoHasLetGo) {
    proto::ReceiptsResponse receipts;
    for (auto [node, level] : std::vector<std::pair<std::string, std::string>>{
             {"a", "redacted"}, {"a", "stored"}, {"b", "redacted"}, {"c", "opened"}}) {
        proto::Receipt* r = receipts.add_receipts();
        r->set_node(node);
        r->set_level(level);
    }
    const ReaderCount gone = count_redacted(receipts);  // a still has a part of it.
    EXPECT_EQ(gone.count, 1u);
    EXPECT_EQ(gone.readers, 3u);
    const AlertId id = *parse_alert_id("0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e57");
    EXPECT_NE(withdrawn_line(id.str(), gone).find("withdrawn, gone at 1 of 3 so far."),
              std::string::npos);
    EXPECT_EQ(remark_line("dispute", id.str()),
              "✓ dispute of " + format_short_id(id) + " stored here, on its way.");
}

}  // namespace
}  // namespace rilon
