#include "tools/exit_code.h"

#include <gtest/gtest.h>

#include "tools/problem.h"

namespace rilon {
namespace {

TEST(ExitCode, EveryErrcHasARowAndItsNameLeadsBack) {
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
        const auto code = static_cast<Errc>(i);
        const auto back = errc_by_name(errc_name(code));
        ASSERT_TRUE(back.has_value()) << errc_name(code);
        EXPECT_EQ(*back, code);
        EXPECT_NE(exit_code(code), exit_done) << errc_name(code);
    }
    EXPECT_FALSE(errc_by_name("of-a-newer-version").has_value());
}

TEST(ExitCode, TheContractOfInterfaces) {
    EXPECT_EQ(exit_code(Errc::usage), 2);
    EXPECT_EQ(exit_code(Errc::not_found), 3);
    EXPECT_EQ(exit_code(Errc::locked), 4);
    EXPECT_EQ(exit_code(Errc::not_permitted), 5);
    EXPECT_EQ(exit_code(Errc::queued), 6);
    EXPECT_EQ(exit_code(Errc::unreachable), 7);
    EXPECT_EQ(exit_code(Errc::bad_signature), 8);
    EXPECT_EQ(exit_code(Errc::interrupted), 130);
}

TEST(Problem, KeepsMessageAndRemedyApart) {
    const Problem own = explain(problem(Errc::locked, "what", "do this"));
    EXPECT_EQ(own.message, "what");
    EXPECT_EQ(own.remedy, "do this");
    EXPECT_EQ(explain({Errc::locked, "plain"}).remedy, "rilon unlock");
}

}  // namespace
}  // namespace rilon
