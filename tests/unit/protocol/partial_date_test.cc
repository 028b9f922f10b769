#include "protocol/partial_date.h"

#include <gtest/gtest.h>

#include <random>

namespace rilon {
namespace {

// Question marks are escaped in literals: two of them and a sign are a trigraph.
TEST(PartialDate, WhatIsReadIsWritten) {
    for (std::string text : {"1986-07-04", "1986-07-?\?", "1986-?\?-?\?", "1986-?\?-04",
                             "?\?\?\?-07-04", "?\?\?\?-?\?-?\?", "2000-02-29", "?\?\?\?-02-29"}) {
        auto date = parse_partial_date(text);
        ASSERT_TRUE(date.ok()) << text;
        EXPECT_EQ(format_partial_date(*date), text);
    }
    EXPECT_EQ(format_partial_date(*parse_partial_date("1986")), "1986-?\?-?\?");
    EXPECT_EQ(format_partial_date(*parse_partial_date("1986-07")), "1986-07-?\?");
    EXPECT_TRUE(parse_partial_date("?\?\?\?-?\?-?\?")->unknown());
}

TEST(PartialDate, RefusesWhatIsNone) {
    for (std::string text : {"", "86", "1986-7-4", "1986/07/04", "1986-13-01", "1986-00-01",
                             "1986-02-30", "1900-02-29", "1986-04-31", "0000-01-01", "198?-01-01",
                             "1986-?1-01", "-986-01-01", "1986-07-04T", "1986-07-0 "})
        EXPECT_EQ(parse_partial_date(text).code(), Errc::malformed) << text;
    EXPECT_EQ(parse_partial_date(std::string(10'000'000, '1')).code(), Errc::malformed);
}

TEST(PartialDate, Comparison) {
    auto compare = [](const char* a, const char* b) {
        DateAgreement forth = compare_dates(*parse_partial_date(a), *parse_partial_date(b));
        EXPECT_EQ(forth, compare_dates(*parse_partial_date(b), *parse_partial_date(a)));
        return std::string(date_agreement_name(forth));
    };
    EXPECT_EQ(compare("1986-07-04", "1986-07-04"), "equal");
    EXPECT_EQ(compare("1986-07-04", "1986"), "compatible");
    EXPECT_EQ(compare("1986", "1986"), "compatible");
    EXPECT_EQ(compare("1986-07-04", "1986-08"), "differs");
    EXPECT_EQ(compare("1986-07-04", "?\?\?\?-07-05"), "differs");
    EXPECT_EQ(compare("1986", "1987"), "differs");
    EXPECT_EQ(compare("?\?\?\?-?\?-?\?", "1987-01-01"), "compatible");
}

TEST(PartialDate, RandomBytesNeverBreakIt) {
    std::mt19937 random(11);
    const std::string alphabet = "0123456789?-";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = "1986-07-04";
        for (int i = 0; i < 3; ++i) text[random() % 10] = alphabet[random() % alphabet.size()];
        auto date = parse_partial_date(text);
        if (date.ok()) {
            EXPECT_EQ(format_partial_date(*date), text);
        }
    }
}

}  // namespace
}  // namespace rilon
