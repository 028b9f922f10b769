#include "tools/rilon/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace rilon {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class NotifierTest : public ::testing::Test {
   protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string program(const std::string& name, const std::string& script, mode_t mode = 0700) {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
        ::chmod(path.c_str(), mode);
        return path;
    }
    std::string file(const std::string& name) const {
        std::stringstream out;
        out << std::ifstream(folder_ + "/" + name).rdbuf();
        return out.str();
    }
    // Adds a line to `file` each time it runs.
    Notifier bell(const std::string& file = "rung") {
        return {Notifier::Way::exec,
                program("bell-" + file, "echo rung >> " + folder_ + "/" + file), false};
    }
    // Waits for what runs to end.
    std::vector<Error> settle(Notices& notices, steady_clock::time_point now) {
        std::vector<Error> out = notices.tend(now);
        const auto end = steady_clock::now() + seconds(10);
        while (notices.running() && steady_clock::now() < end) {
            std::this_thread::yield();
            for (Error& error : notices.tend(now)) out.push_back(std::move(error));
        }
        return out;
    }

    std::string folder_ = ::testing::TempDir() + "notifier_test-" + std::to_string(::getpid());
    steady_clock::time_point now_ = steady_clock::now();
};

Result<std::vector<Notifier>> read(const std::string& text) {
    Profile profile;
    profile.notify = text;
    return notifiers_of(profile);
}

TEST_F(NotifierTest, ReadsWhatItWrites) {
    const std::string text = "desktop; urgent email duty@example.org; exec /usr/local/bin/ring";
    const auto all = read(text);
    ASSERT_TRUE(all.ok());
    ASSERT_THAT(*all, SizeIs(3));
    EXPECT_TRUE((*all)[1].urgent_only);
    EXPECT_EQ((*all)[1].to, "duty@example.org");
    EXPECT_EQ(format_notifiers(*all), text);
    EXPECT_THAT(*read(""), IsEmpty());
    for (const char* bad :
         {"urgent", "pigeon", "email", "desktop now", "desktop;;desktop", "emailx a@b",
          "desktop;desktop;desktop;desktop;desktop;desktop;desktop;desktop;desktop"})
        EXPECT_EQ(read(bad).code(), Errc::malformed) << bad;
}

TEST_F(NotifierTest, RefusesWhatOthersMayChange) {
    const Notifier open{Notifier::Way::exec, program("open", "true", 0722), false};
    EXPECT_EQ(check_notifier(open).code(), Errc::not_permitted);
    EXPECT_EQ(NoticeRun().start(open, now_).code(),
              Errc::not_permitted);  // It may be opened later.
    EXPECT_TRUE(check_notifier({Notifier::Way::exec, program("own", "true"), false}).ok());
    EXPECT_EQ(check_notifier({Notifier::Way::exec, folder_, false}).code(), Errc::not_found);
    for (const char* bad :
         {"", "a", "@b", "a@", "a@b@c", "-a@b", "a b@c", "a@b\nBcc: c@d", "a@b,c@d"})
        EXPECT_EQ(check_notifier({Notifier::Way::email, bad, false}).code(), Errc::usage) << bad;
}

// The words, and nothing of what came or of RILON's own settings.
TEST_F(NotifierTest, HandsOverTheWordsAlone) {
    ::setenv("RILON_HOME", "/secret", 1);
    const std::string all = program("all", "(echo \"$# $1\"; cat; env) > " + folder_ + "/said");
    NoticeRun run;
    ASSERT_TRUE(run.start({Notifier::Way::exec, all, false}, now_).ok());
    EXPECT_TRUE(run.wait().ok());
    ::unsetenv("RILON_HOME");
    EXPECT_THAT(file("said"), ::testing::StartsWith("1 RILON: a message is waiting.\n"));
    EXPECT_THAT(file("said"), Not(HasSubstr("RILON_HOME")));
}

TEST_F(NotifierTest, MailGoesByStandardInput) {
    program("sendmail", "(echo \"$*\"; cat) > " + folder_ + "/mail");
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", (folder_ + ":" + path).c_str(), 1);
    NoticeRun run;
    const Status started = run.start({Notifier::Way::email, "duty@example.org", false}, now_);
    const Status ended = run.wait();
    ::setenv("PATH", path.c_str(), 1);
    ASSERT_TRUE(started.ok() && ended.ok());
    EXPECT_EQ(file("mail"),
              "-i -t\nTo: duty@example.org\nSubject: RILON: a message is waiting.\n\n"
              "RILON: a message is waiting.\n");
}

TEST_F(NotifierTest, AFailureIsSaidOnce) {
    Notices notices({{Notifier::Way::exec, program("fails", "exit 3"), false}});
    notices.came(false);
    const auto said = settle(notices, now_);
    ASSERT_THAT(said, SizeIs(1));
    EXPECT_THAT(said[0].detail, HasSubstr("it ended with 3"));
    EXPECT_THAT(notices.tend(now_), IsEmpty());
}

TEST_F(NotifierTest, WhatHangsIsEnded) {
    Notices notices({{Notifier::Way::exec, program("hangs", "exec sleep 600"), false}});
    notices.came(false);
    EXPECT_THAT(notices.tend(now_), IsEmpty());
    EXPECT_THAT(notices.tend(now_ + seconds(19)), IsEmpty());
    const auto said = notices.tend(now_ + seconds(20));
    ASSERT_THAT(said, SizeIs(1));
    EXPECT_THAT(said[0].detail, HasSubstr("longer than 20 s"));
}

TEST_F(NotifierTest, OnceAMinuteAndNothingIsForgotten) {
    Notices notices({bell()});
    EXPECT_THAT(settle(notices, now_), IsEmpty());
    EXPECT_EQ(file("rung"), "");  // Nothing came.
    notices.came(false);
    settle(notices, now_);
    EXPECT_EQ(file("rung"), "rung\n");
    notices.came(false);
    notices.came(true);
    settle(notices, now_ + seconds(59));
    EXPECT_EQ(file("rung"), "rung\n");
    EXPECT_EQ(notices.idle(now_ + seconds(59), seconds(30)), seconds(1));
    settle(notices, now_ + seconds(60));
    EXPECT_EQ(file("rung"), "rung\nrung\n");
    settle(notices, now_ + seconds(180));
    EXPECT_EQ(file("rung"), "rung\nrung\n");
    EXPECT_EQ(notices.idle(now_ + seconds(180), seconds(30)), seconds(30));
}

TEST_F(NotifierTest, UrgentOnlyWaitsForAnUrgentOne) {
    Notifier urgent = bell("urgent");
    urgent.urgent_only = true;
    Notices notices({urgent, bell("any")});
    notices.came(false);
    settle(notices, now_);
    EXPECT_EQ(file("urgent"), "");
    EXPECT_EQ(file("any"), "rung\n");
    notices.came(true);
    settle(notices, now_);
    EXPECT_EQ(file("urgent"), "rung\n");
}

}  // namespace
}  // namespace rilon
