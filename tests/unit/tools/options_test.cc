#include "tools/rilon/options.h"

#include <gtest/gtest.h>

#include <set>

#include "tools/problem.h"

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

}  // namespace
}  // namespace rilon
