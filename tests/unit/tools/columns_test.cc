#include "tools/rilon/columns.h"

#include <gtest/gtest.h>

#include "protocol/text.h"

namespace rilon {
namespace {

TEST(Columns, WhatFitsIsLeftAlone) {
    EXPECT_EQ(cut_to("COUNTERFEIT", 11), "COUNTERFEIT");
    EXPECT_EQ(cut_to("COUNTERFEIT", columns_unlimited), "COUNTERFEIT");
    EXPECT_EQ(folded("one two", 7, 4), std::vector<std::string>{"one two"});
    EXPECT_EQ(folded("", 20, 4), std::vector<std::string>{""});
    EXPECT_EQ(folded("one two", columns_unlimited, 4), std::vector<std::string>{"one two"});
}

TEST(Columns, WhatIsCutSaysSo) {
    EXPECT_EQ(cut_to("COUNTERFEIT", 10), "COUNTERFE…");
    EXPECT_EQ(cut_to("COUNTERFEIT", 1), "…");
}

// 護照 takes four columns; a combining mark none.
TEST(Columns, WideAndCombiningCharactersAreCountedAsShown) {
    EXPECT_EQ(cut_to("護照護照", 8), "護照護照");
    EXPECT_EQ(cut_to("護照護照", 7), "護照護…");
    EXPECT_EQ(cut_to("護照護照", 6), "護照…");
    EXPECT_EQ(padded("護照", 6), "護照  ");
    EXPECT_EQ(padded("e\u0301e\u0301", 3), "e\u0301e\u0301 ");
    EXPECT_EQ(cut_to("e\u0301e\u0301e\u0301", 3), "e\u0301e\u0301e\u0301");
    EXPECT_EQ(padded("longer", 3), "longer");
}

TEST(Columns, LinesAreFoldedAtBlanks) {
    EXPECT_EQ(folded("withheld: THA (host), UTO (documentary)", 22, 2),
              (std::vector<std::string>{"withheld: THA (host),", "  UTO (documentary)"}));
    EXPECT_EQ(folded("a  b", 2, 0), (std::vector<std::string>{"a", "b"}));
}

TEST(Columns, AWordLongerThanALineIsDivided) {
    EXPECT_EQ(folded(std::string(25, 'x'), 20, 4),
              (std::vector<std::string>{std::string(20, 'x'), "    " + std::string(5, 'x')}));
    EXPECT_EQ(folded("護照", 1, 0), (std::vector<std::string>{"護", "照"}));
    for (const std::string& line :
         folded(std::string(500, 'x') + " " + std::string(500, 'y'), 20, 50))
        EXPECT_LE(display_width(line), 20u);
}

}  // namespace
}  // namespace rilon
