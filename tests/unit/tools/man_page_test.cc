#include "tools/rilon/man_page.h"

#include <gtest/gtest.h>

#include "tools/rilon/command.h"

namespace rilon {
namespace {

TEST(ManPage, TextIsShownAndDoesNothing) {
    EXPECT_EQ(roff_text(".so /etc/passwd"), "\\&.so /etc/passwd");
    EXPECT_EQ(roff_text("'br"), "\\&\\(aqbr");
    EXPECT_EQ(roff_text("a\\fBb"), "a\\efBb");
    EXPECT_EQ(roff_text("--mrz \"-\""), "\\-\\-mrz \\(dq\\-\\(dq");
    EXPECT_EQ(roff_text("NODE,… 東 😀"), "NODE,\\[u2026] \\[u6771] \\[u1F600]");
}

TEST(ManPage, HasEveryCommandAndOptionAndOnlyAscii) {
    const std::string page = man_page("1.2.3");
    EXPECT_NE(page.find("rilon 1.2.3"), std::string::npos);
    for (char c : page) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
    for (const CommandSpec& spec : command_table()) {
        const std::size_t part = page.find(".SS \"rilon " + roff_text(spec.path));
        ASSERT_NE(part, std::string::npos) << spec.path;
        for (const OptionSpec& option : spec.options)
            EXPECT_NE(page.find(roff_text(option.help), part), std::string::npos) << option.names;
    }
    for (const CommandSpec& spec : hidden_commands())
        EXPECT_EQ(page.find(std::string("rilon ") + spec.path + "\""), std::string::npos);
}

}  // namespace
}  // namespace rilon
