#include "tools/rilon/top_text.h"

#include <gtest/gtest.h>

#include "protocol/text.h"
#include "protocol/units.h"

namespace rilon {
namespace {

constexpr std::uint64_t now = 1795420800000;

TopView view_of(int peers) {
    TopView out;
    out.every_ms = 2000;
    out.at_ms = now;
    out.status.set_node("aus-bkk");
    out.status.set_role("node");
    out.status.set_counts(true);
    out.status.set_checkpoint_ms(now - ms_minute);
    for (int i = 0; i < peers; ++i) {
        out.status.add_peers()->set_name("peer-" + std::to_string(i));
        out.status.mutable_peers(i)->set_connected(i != peers - 1);
    }
    return out;
}

std::size_t line_with(const std::vector<std::string>& lines, const std::string& what) {
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i].find(what) != std::string::npos) return i;
    ADD_FAILURE() << what;
    return lines.size();
}

TEST(TopText, WorstFirst) {
    TopView view = view_of(3);
    view.status.add_warnings("the disk is full");
    auto lines = top_screen(view, now, {});
    EXPECT_NE(lines[0].find("q leaves"), std::string::npos);
    EXPECT_EQ(lines[1], "! the disk is full");
    EXPECT_LT(line_with(lines, "peer-2"), line_with(lines, "peer-0"));  // The one that is away.
    view.problem = "the node did not answer in time";
    lines = top_screen(view, now + 5 * ms_minute, {});
    EXPECT_EQ(lines[1], "! the node did not answer in time; what follows is of 5 min ago");
}

TEST(TopText, FitsAnyScreenAndHostileTextMovesNothing) {
    TopView view = view_of(60);
    view.status.add_warnings("a warning\x1b[2J " + std::string(300, 'x') + " 東京の大使館から " +
                             std::string("words and ").append(200, 'y'));
    for (std::size_t columns : {20u, 79u, 80u, 200u})
        for (std::size_t rows : {2u, 24u, 70u, 400u}) {
            const auto lines = top_screen(view, now, {rows, columns});
            EXPECT_LE(lines.size(), rows);
            for (const std::string& line : lines) {
                EXPECT_LE(display_width(line), columns) << line;
                EXPECT_EQ(line.find('\x1b'), std::string::npos);
            }
        }
    const auto lines = top_screen(view, now, {24, 80});
    ASSERT_EQ(lines.size(), 24u);
    EXPECT_NE(lines.back().find("more lines"), std::string::npos);
}

TEST(TopText, NothingIsInventedBeforeTheNodeHasSpoken) {
    TopView view;
    view.problem = "the node did not answer in time";
    const auto lines = top_screen(view, now, {});
    EXPECT_EQ(lines.size(), 3u);
}

TEST(TopText, OneLineHasItAll) {
    TopView view = view_of(2);
    view.status.set_outbox(3);
    view.status.add_warnings("one\nline");
    const std::string line = top_line(view.status, now);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_NE(line.find("aus-bkk (node), 1 of 2 peers connected, 0 alerts, 3 no other node holds "
                        "yet, checkpoint 1 min ago ! one"),
              std::string::npos)
        << line;
}

}  // namespace
}  // namespace rilon
