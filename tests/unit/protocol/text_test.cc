#include "protocol/text.h"

#include <gtest/gtest.h>

#include <random>

namespace rilon {
namespace {

TEST(Text, FirstCodePointsEndBetweenCharacters) {
    EXPECT_EQ(first_code_points("สมชาย", 2), "สม");
    EXPECT_EQ(first_code_points("สม", 2), "สม");
    EXPECT_EQ(first_code_points("สม", 0), "");
    EXPECT_EQ(first_code_points("a\xFFz", 2), "a\xFF");
    std::string title = "แผนที่นั่ง";
    EXPECT_EQ(code_points(first_code_points(title, 4)), 4u);
    EXPECT_TRUE(is_utf8(first_code_points(title, 4)));
}

TEST(Text, Utf8IsStrict) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("สมชาย 金正恩 😀"));
    EXPECT_FALSE(is_utf8("\xC0\x80"));          // Overlong.
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // Surrogate.
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // Above U+10FFFF.
    EXPECT_FALSE(is_utf8("abc\xE2\x82"));       // Cut off.
    EXPECT_EQ(code_points("สมชาย"), 5u);
    EXPECT_EQ(code_points("a\xFF"
                          "b"),
              3u);
}

TEST(Text, BoundsAreInCodePoints) {
    EXPECT_TRUE(check_text("สมชาย", 5, "the title").ok());
    Status longer = check_text("สมชาย", 4, "the title");
    EXPECT_EQ(longer.code(), Errc::too_large);
    EXPECT_NE(longer.error().detail.find("the title has over 4"), std::string::npos);
    EXPECT_EQ(check_text("\xFF", 4, "the title").code(), Errc::malformed);
    EXPECT_EQ(check_text(std::string("a\0b", 3), 4, "the title").code(), Errc::malformed);
    EXPECT_EQ(check_text(std::string(10'000'000, 'a'), 120, "the title").code(), Errc::too_large);
}

TEST(Text, WhatCannotBeSeenIsWrittenOut) {
    EXPECT_EQ(escape_for_display("a\x1b[31mb"), "a\\u{1b}[31mb");
    EXPECT_EQ(escape_for_display("\xE2\x80\xAE"
                                 "gpj.exe"),
              "\\u{202e}gpj.exe");
    for (const char* hidden :
         {"\u202a",     "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067",
          "\u2068",     "\u2069", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
          "\u061c",     "\ufeff", "\u2060", "\u00ad", "\u2028", "\u2029", "\u3164",
          "\U000E0041", "\u0085", "\ue000", "\u180e"})
        EXPECT_EQ(escape_for_display(hidden).substr(0, 3), "\\u{") << escape_for_display(hidden);
    EXPECT_EQ(escape_for_display("a\r\n\tb"), "a\\u{d}\\u{a}\\u{9}b");
    EXPECT_EQ(escape_for_display("a\nb", Newlines::keep), "a\nb");
    EXPECT_EQ(escape_for_display("a\r\nb", Newlines::keep), "a\\u{d}\nb");
    EXPECT_EQ(escape_for_display("\xFFok"), "\\x{ff}ok");
    EXPECT_EQ(escape_for_display("Nguyễn สมชาย محمد"), "Nguyễn สมชาย محمد");
}

TEST(Text, PilesOfMarksAreCut) {
    std::string pile = "a";
    for (int i = 0; i < 10; ++i) pile += "\u0301";
    std::string shown = escape_for_display(pile);
    EXPECT_NE(shown.find("\\u{301}"), std::string::npos);
    EXPECT_EQ(display_width(shown), 1u + 2 * 7);
}

TEST(Text, FoldingForComparison) {
    EXPECT_EQ(*fold_case("STRASSE"), *fold_case("Straße"));
    EXPECT_EQ(*fold_case("ＡＢＣ"), "abc");
    EXPECT_EQ(*fold_case("ﬁ"), "fi");
    EXPECT_EQ(*fold_case("é"), *fold_case("e\u0301"));
    EXPECT_EQ(fold_case("\xFF").code(), Errc::malformed);
    EXPECT_EQ(*fold_case(""), "");
}

TEST(Text, Width) {
    EXPECT_EQ(display_width("abc"), 3u);
    EXPECT_EQ(display_width("金正恩"), 6u);
    EXPECT_EQ(display_width("e\u0301"), 1u);
    EXPECT_EQ(display_width("ที่"), 1u);
    EXPECT_EQ(display_width(""), 0u);
}

TEST(Text, RandomBytesComeOutSafeAndStay) {
    std::mt19937 random(50);
    for (int round = 0; round < 5'000; ++round) {
        std::string text(random() % 64, ' ');
        for (char& c : text) c = static_cast<char>(random() & 0xFF);
        std::string shown = escape_for_display(text);
        EXPECT_TRUE(is_utf8(shown));
        for (char c : shown) EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7F);
        EXPECT_EQ(escape_for_display(shown), shown);
        EXPECT_EQ(fold_case(text).ok(), is_utf8(text));
        display_width(text);
    }
}

TEST(Text, TenMegabytesAreNoTrouble) {
    std::string big(10'000'000, '\x1b');
    EXPECT_EQ(escape_for_display(big).size(), 60'000'000u);
    std::string marks;
    for (int i = 0; i < 100'000; ++i) marks += "\u202e";
    EXPECT_EQ(display_width(escape_for_display(marks)), 800'000u);
}

}  // namespace
}  // namespace rilon
