#include "tools/rilon/resume_file.h"

#include <gtest/gtest.h>

#include "protocol/feed_cursor.h"

namespace rilon {
namespace {

const std::string consumer(32, 'a');

TEST(ResumeFile, ComesBack) {
    EXPECT_EQ(encode_resume({consumer, "7.41"}), "rilon-feed 1 " + consumer + " 7.41\n");
    const auto point = parse_resume(encode_resume({consumer, "7.41"}));
    ASSERT_TRUE(point.ok());
    EXPECT_EQ(point->cursor, "7.41");
    EXPECT_EQ(parse_resume(encode_resume({consumer, ""}))->cursor, "");
}

TEST(ResumeFile, AnythingElseIsRefused) {
    for (const std::string& bad :
         {std::string(), std::string("7.41\n"), "rilon-feed 1 " + consumer + " 7.41",
          "rilon-feed 1 " + consumer + " 7\n", "rilon-feed 1 " + consumer + " 7.41 \n",
          "rilon-feed 1 " + std::string(32, 'A') + " 7.41\n",
          "rilon-feed 2 " + consumer + " 7.41\n"})
        EXPECT_EQ(parse_resume(bad).code(), Errc::malformed) << bad;
}

TEST(ResumeFile, CursorsAreTwoNumbers) {
    EXPECT_TRUE(parse_feed_cursor("0.0").ok());
    for (const char* bad : {"", ".", "1.", ".1", "1.2.3", "a.1", "-1.2", "1.-2", "1. 2", "+1.2",
                            "18446744073709551616.0", "0.18446744073709551616"})
        EXPECT_FALSE(parse_feed_cursor(bad).ok()) << bad;
}

}  // namespace
}  // namespace rilon
