#include "tools/rilon/completion.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/codes.h"
#include "tools/rilon/command.h"

namespace rilon {
namespace {

class Completion : public testing::Test {
   protected:
    std::vector<std::string> texts(const std::vector<std::string>& words) {
        asked.clear();
        last = complete(words, live());
        std::vector<std::string> out;
        for (const Candidate& one : last.list) out.push_back(one.text);
        return out;
    }
    LiveLists live() {
        auto list = [this](const char* name, std::vector<Candidate> what) {
            return [this, name, what] {
                asked.push_back(name);
                return what;
            };
        };
        return {list("audiences", {{"BKK", "5 nodes"}, {"BKK/missions", "4 nodes"}}),
                list("nodes", {{"aus-bkk", "AUS"}, {"nzl-bkk", "NZL"}}),
                list("alerts", {{"7KQ2-M4XD", "impostor of aus-bkk"}}),
                list("profiles", {{"default", ""}})};
    }
    using Words = std::vector<std::string>;
    std::vector<std::string> asked;
    Candidates last;
};

TEST_F(Completion, CommandsByTheirWords) {
    EXPECT_EQ(texts({"off"}), (Words{"officer"}));
    EXPECT_EQ(texts({"officer", ""}), (Words{"certify", "list", "revoke"}));
    EXPECT_EQ(texts({"admin", "r"}), (Words{"rilon", "reinstate", "revoke"}));
    EXPECT_EQ(texts({"--profile", "x", "officer", "li"}), (Words{"list"}));
    EXPECT_TRUE(texts({"nothing", ""}).empty());
}

TEST_F(Completion, EveryCommandIsFoundAndNoneThatIsHidden) {
    const auto first = texts({""});
    for (const CommandSpec& spec : command_table()) {
        const std::string path(spec.path);
        const std::string word = path.substr(0, path.find(' '));
        EXPECT_NE(std::find(first.begin(), first.end(), word), first.end()) << word;
    }
    for (const CommandSpec& spec : hidden_commands())
        EXPECT_EQ(std::find(first.begin(), first.end(), spec.path), first.end()) << spec.path;
}

TEST_F(Completion, AnEqualsSignAsEachShellHandsItOver) {
    EXPECT_EQ(texts({"post", "--to=BKK/"}), (Words{"--to=BKK/missions"}));     // zsh, fish
    EXPECT_EQ(texts({"post", "--to", "=", "BKK/"}), (Words{"BKK/missions"}));  // bash
    EXPECT_EQ(texts({"post", "--tlp", "="}), texts({"post", "--tlp", ""}));
    EXPECT_EQ(texts({"post", "--to=BKK", "--tl"}), (Words{"--tlp"}));
    EXPECT_EQ(texts({"post", "--only=aus-bkk,n"}), (Words{"--only=aus-bkk,nzl-bkk"}));
}

TEST_F(Completion, OptionsOnceUnlessTheyRepeat) {
    auto some = texts({"post", "--ex"});
    EXPECT_EQ(some, (Words{"--except-host", "--exclude", "--expiry", "--exploitation"}));
    EXPECT_EQ(texts({"post", "--except-host", "--exclude", "GBR", "--ex"}),
              (Words{"--exclude", "--expiry", "--exploitation"}));
    EXPECT_EQ(texts({"inbox", "--js"}), (Words{"--json"}));
    EXPECT_EQ(texts({"post", "-t", "impostor", "--templ"}), Words{});
}

TEST_F(Completion, CodesWhereTheTableSaysSo) {
    EXPECT_EQ(texts({"post", "--tlp", "AMB"}), (Words{"AMBER", "AMBER+STRICT"}));
    EXPECT_EQ(texts({"post", "--tlp", "amb"}), (Words{"AMBER", "AMBER+STRICT"}));
    EXPECT_EQ(texts({"export", "--format", ""}), (Words{"ndjson", "csv", "stix"}));
    EXPECT_EQ(texts({"withdraw", "7KQ2-M4XD", "--reason", "mis"}), (Words{"mistaken-identity"}));
    EXPECT_EQ(texts({"dispute", "7KQ2-M4XD", "--reason", "gen"}), (Words{"genuine-document"}));
    EXPECT_EQ(texts({"hit", "7KQ2-M4XD", "--what", ""}), (Words{"person", "document"}));
    EXPECT_EQ(texts({"post", "--issuer", "TH"}), (Words{"THA"}));
    EXPECT_EQ(last.list.front().help, "Thailand");
    EXPECT_EQ(texts({"post", "-t", "imp"}), (Words{"impostor"}));
    EXPECT_EQ(texts({"post", "--protection", ""}).size(), protections().size());
    EXPECT_EQ(texts({"post", "--might-be", "THA,LA"}), (Words{"THA,LAO"}));
    EXPECT_TRUE(asked.empty());
}

TEST_F(Completion, TheNodeIsAskedOnlyForWhatItKnows) {
    EXPECT_EQ(texts({"say", "--to", "BKK/"}), (Words{"BKK/missions"}));
    EXPECT_EQ(asked, (Words{"audiences"}));
    EXPECT_EQ(texts({"show", ""}), (Words{"7KQ2-M4XD"}));
    EXPECT_EQ(asked, (Words{"alerts"}));
    EXPECT_EQ(texts({"post", "--only", "aus-bkk,n"}), (Words{"aus-bkk,nzl-bkk"}));
    EXPECT_EQ(texts({"audience", "preview", ""}), (Words{"BKK", "BKK/missions"}));
    EXPECT_EQ(texts({"release", "request", "7KQ2M4", "--to", "BKK/"}), (Words{"BKK/missions"}));
    EXPECT_EQ(texts({"inbox", "--profile", ""}), (Words{"default"}));
    EXPECT_TRUE(texts({"inbox", ""}).empty());
    EXPECT_TRUE(asked.empty());
}

TEST_F(Completion, FilesWhereFilesStand) {
    for (const Words& words : {Words{"post", "-f", ""}, Words{"enrol", ""}, Words{"restore", ""},
                               Words{"screen", "--batch", "case"}, Words{"mrz", ""}}) {
        texts(words);
        EXPECT_TRUE(last.files) << words[0];
    }
    for (const Words& words : {Words{"post", "--title", ""}, Words{"show", ""}, Words{"say", ""}}) {
        texts(words);
        EXPECT_FALSE(last.files) << words[0];
    }
    EXPECT_EQ(texts({"setup", "person", ""}), (Words{"rso", "chair", "party"}));
}

// A value that the table names and nobody completes is a choice: it stands here by name.
TEST(CompletionTable, EveryValueIsCompletedOrKnownNotToBe) {
    const std::vector<std::string> free = {
        "TEXT", "NAME",  "NAMES",   "DATE",   "NUMBER", "TIME", "ENDPOINT",  "HEX",         "SIGN",
        "CODE", "PLACE", "FROM-TO", "CURSOR", "N",      "K",    "type=KIND", "THEIRS=OURS", "-"};
    LiveLists live{[] {
                       return std::vector<Candidate>{{"a", ""}};
                   },
                   [] {
                       return std::vector<Candidate>{{"n", ""}};
                   },
                   [] {
                       return std::vector<Candidate>{{"i", ""}};
                   },
                   [] {
                       return std::vector<Candidate>{{"p", ""}};
                   }};
    for (const CommandSpec& spec : command_table())
        for (const OptionSpec& option : spec.options) {
            if (option.value == nullptr) continue;
            std::vector<std::string> words;
            std::string path(spec.path);
            if (auto space = path.find(' '); space != path.npos) {
                words.push_back(path.substr(0, space));
                path = path.substr(space + 1);
            }
            words.push_back(path);
            std::string name(option.names);
            words.push_back(name.substr(name.rfind(',') + 1));
            words.push_back("");
            const Candidates found = complete(words, live);
            const bool known = std::find(free.begin(), free.end(), option.value) != free.end();
            EXPECT_NE(known, found.files || !found.list.empty()) << spec.path << " " << name;
        }
}

}  // namespace
}  // namespace rilon
