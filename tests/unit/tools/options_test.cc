#include "tools/rilon/options.h"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>

#include "tools/problem.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/command.h"

namespace rilon {
namespace {

std::string remedy_of(const std::vector<std::string>& arguments) {
    auto line = parse_command_line(arguments);
    return line ? "parsed" : explain(line.error()).remedy;
}

TEST(Options, GlobalsStandAnywhere) {
    for (const auto& arguments :
         {std::vector<std::string>{"--profile", "x", "inbox", "--unread", "--json"},
          {"inbox", "--json", "--profile=x", "--unread"}}) {
        auto line = parse_command_line(arguments);
        ASSERT_TRUE(line.ok()) << line.error().detail;
        EXPECT_STREQ(line->command->path, "inbox");
        EXPECT_EQ(line->globals.profile, "x");
        EXPECT_TRUE(line->globals.json);
        EXPECT_TRUE(line->args.has("unread"));
    }
}

TEST(Options, ValuesMayBeADashAndMayRepeat) {
    auto line = parse_command_line(
        {"post", "-t", "impostor", "--mrz", "-", "--exclude", "UTO", "--exclude", "GBR"});
    ASSERT_TRUE(line.ok()) << line.error().detail;
    EXPECT_EQ(line->args.get("mrz"), "-");
    EXPECT_EQ(line->args.get("template"), "impostor");
    EXPECT_EQ(line->args.all("exclude"), (std::vector<std::string>{"UTO", "GBR"}));
}

TEST(Options, DidYouMean) {
    EXPECT_EQ(remedy_of({"inbx"}), "did you mean rilon inbox?");
    EXPECT_EQ(remedy_of({"inbox", "--unraed"}), "did you mean --unread?");
    EXPECT_EQ(remedy_of({"admin", "pendign"}), "did you mean rilon admin pending?");
    EXPECT_EQ(remedy_of({"--jsn"}), "did you mean --json?");
}

TEST(Options, CountsWords) {
    EXPECT_EQ(parse_command_line({"show"}).code(), Errc::usage);
    EXPECT_EQ(parse_command_line({"show", "a", "b"}).code(), Errc::usage);
    EXPECT_TRUE(parse_command_line({"say", "one", "two"}).ok());
}

TEST(Options, EveryCommandIsOnceInTheTableAndHasHelp) {
    std::set<std::string> seen;
    for (const CommandSpec& spec : command_table()) {
        EXPECT_TRUE(seen.insert(spec.path).second) << spec.path;
        EXPECT_NE(command_help(spec).find(spec.summary), std::string::npos);
        EXPECT_NE(spec.run, nullptr);
    }
}

TEST(Options, LengthsOfTime) {
    EXPECT_EQ(*parse_duration("2d"), 172'800'000u);
    EXPECT_EQ(*parse_duration("90m"), 5'400'000u);
    EXPECT_EQ(*parse_duration("30"), 30'000u);
    for (const char* bad : {"", "d", "-1s", "1y", "99999999999999999999s"})
        EXPECT_FALSE(parse_duration(bad).ok()) << bad;
}

TEST(Options, SettingsOfAProfile) {
    auto settings = parse_settings("# comment\nnode = \"ipc:///run/a b\"\nnode_key = \"00ff\"\n");
    ASSERT_TRUE(settings.ok());
    ASSERT_EQ(settings->size(), 2u);
    EXPECT_EQ((*settings)[0].value, "ipc:///run/a b");
    EXPECT_EQ((*settings)[1].name, "node_key");
    EXPECT_EQ((*settings)[1].value, "00ff");
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

// A terminal of 80 columns is enough; a pipe gets each line whole.
TEST(Options, HelpFitsItsTerminalAndLosesNoWord) {
    std::vector<std::string> texts{overview_text(), group_help("admin")};
    for (const CommandSpec& spec : command_table()) texts.push_back(command_help(spec));
    for (const std::string& text : texts) {
        EXPECT_EQ(help_in(text, columns_unlimited), text);
        for (std::size_t columns : {80u, 60u}) {
            const std::string narrow = help_in(text, columns);
            EXPECT_EQ(words_of(narrow), words_of(text));
            std::istringstream lines(narrow);
            for (std::string line; std::getline(lines, line);)
                EXPECT_EQ(cut_to(line, columns), line);
        }
    }
}

}  // namespace
}  // namespace rilon
