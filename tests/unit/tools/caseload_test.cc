#include "tools/rilon/caseload.h"

#include <gmock/gmock.h>

#include "tools/problem.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<Caseload> csv(std::string_view text, std::map<std::string, std::string> names = {}) {
    return read_caseload(text, {false, std::move(names)});
}
Result<Caseload> ndjson(std::string_view text, std::map<std::string, std::string> names = {}) {
    return read_caseload(text, {true, std::move(names)});
}

template <class Rows>
std::vector<std::size_t> lines_of(const Rows& rows) {
    std::vector<std::size_t> out;
    for (const auto& row : rows) out.push_back(row.line);
    return out;
}

using Lines = std::vector<std::size_t>;

TEST(Caseload, CsvWithQuotesABomAndAColumnOfNoUse) {
    auto caseload =
        csv("\xef\xbb\xbfReference, NAME ,other,doc\r\nA1,\"Ali, \"\"Abu\"\"\",\"x\r\ny\",P1\r\n"
            "A2,Ben,,\r\n,,,\r\n\r\n");
    ASSERT_TRUE(caseload.ok()) << caseload.error().detail;
    ASSERT_EQ(caseload->rows.size(), 2u);
    EXPECT_EQ(caseload->rows[0].name, "Ali, \"Abu\"");
    EXPECT_EQ(caseload->rows[0].doc, "P1");
    EXPECT_EQ(lines_of(caseload->rows), (Lines{2, 4}));
    EXPECT_THAT(caseload->bad, IsEmpty());
    EXPECT_THAT(caseload->ignored, ElementsAre("other"));
}

TEST(Caseload, FieldsAreWrittenAsTheNodeComparesThem) {
    auto caseload =
        csv("name,dob,sex,nationality\nRoe,1986,male,Thailand\nRoe,1986-05-??,X,THA\n"
            "Roe,,unknown,\n");
    ASSERT_TRUE(caseload.ok());
    ASSERT_EQ(caseload->rows.size(), 3u);
    EXPECT_EQ(caseload->rows[0].dob, "1986-?\?-?\?");
    EXPECT_EQ(caseload->rows[0].sex, "M");
    EXPECT_EQ(caseload->rows[0].nationality, "THA");
    EXPECT_EQ(caseload->rows[1].sex, "X");
    EXPECT_EQ(caseload->rows[2].sex, "");
}

TEST(Caseload, EachBadLineIsReportedAndNoOtherIsLost) {
    const std::string text =
        "reference,name,dob,doc,remark\n"
        "1,Ann,,,\n"
        "2,,,,nobody\n"           // 3: nothing to look for
        "3,Ann\n"                 // 4: fields
        "4,Ann,21/05/1986,,\n"    // 5: no date
        "5,A\x1b[2Jnn,,,\n"       // 6: ESC
        "6,A\xe2\x80\xaenn,,,\n"  // 7: a bidi override
        "7,A" +
        std::string(1, '\0') +
        "n,,,\n"        // 8: NUL
        "8,A\xff,,,\n"  // 9: no UTF-8
        "9," +
        std::string(10u << 20, 'x') +
        ",,,\n"                             // 10: 10 MB
        "10,\"Ann,,,\n"                     // 11: a quote that is not closed
        "11,,,---,\n"                       // 12: no letter or digit
        "12,\xe0\xb8\xaa\xe0\xb8\xa1,,,\n"  // 13: a script without a table
        "13,Ann,,L1,\n";
    auto caseload = csv(text);
    ASSERT_TRUE(caseload.ok()) << caseload.error().detail;
    EXPECT_EQ(lines_of(caseload->rows), (Lines{2, 14}));
    EXPECT_EQ(lines_of(caseload->bad), (Lines{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}));
    std::map<std::size_t, std::string> why;
    for (const Unscreened& one : caseload->bad) {
        why[one.line] = one.message;
        EXPECT_NE(one.remedy, "") << one.line;
        EXPECT_LT(one.message.size(), 200u) << one.line;  // Never the field itself.
    }
    EXPECT_EQ(why[3], "neither doc nor name");
    EXPECT_EQ(why[4], "2 fields, the header has 5");
    EXPECT_THAT(why[5], HasSubstr("dob: "));
    EXPECT_THAT(why[6], HasSubstr("does not show, \\u{1b}"));
    EXPECT_THAT(why[7], HasSubstr("does not show, \\u{202e}"));
    EXPECT_THAT(why[8], HasSubstr("does not show, \\u{0}"));
    EXPECT_EQ(why[9], "name is not UTF-8");
    EXPECT_EQ(why[10], "name is over 400 characters");
    EXPECT_EQ(why[11], "a quote is not closed");
    EXPECT_EQ(why[13], "name has no letter that can be compared");
}

TEST(Caseload, WhatIsHostileInAReferenceOrElsewhereIsScreened) {
    auto caseload = csv("reference,name,remark\n\x1b[2J,Ann,\xff\x1b\n");
    ASSERT_TRUE(caseload.ok());
    EXPECT_EQ(lines_of(caseload->rows), (Lines{2}));
}

// The quote of line 3 finds its end on line 5: what lies between must not vanish in a remark.
TEST(Caseload, AForgottenQuoteSwallowsNobody) {
    for (const char* last : {"5,Dan,late\"\n", "5,Dan,\"late\n6,Eve,\"x\"\n", "5,Dan,x\n"}) {
        auto caseload =
            csv(std::string("reference,name,remark\n1,Ann,\n2,Ben,\"open\n3,Cyd,\n") + last);
        ASSERT_TRUE(caseload.ok());
        const Lines good = lines_of(caseload->rows);
        EXPECT_THAT(good, testing::Contains(2u)) << last;
        EXPECT_THAT(good, testing::Contains(4u)) << last;
        const Lines bad = lines_of(caseload->bad);
        EXPECT_THAT(bad, testing::Contains(3u)) << last;
        // Whatever is not screened is named.
        EXPECT_TRUE(testing::Value(good, testing::Contains(5u)) ||
                    testing::Value(bad, testing::Contains(5u)))
            << last;
    }
    // A field that is sent has no line breaks: not even where the quotes would fit.
    auto caseload = csv("name,doc\n\"Ann\nBen\",\nCyd,\n");
    ASSERT_TRUE(caseload.ok());
    EXPECT_EQ(lines_of(caseload->bad), (Lines{2, 3}));
    EXPECT_EQ(lines_of(caseload->rows), (Lines{4}));
}

TEST(Caseload, ARemarkOverSeveralLinesIsOne) {
    auto caseload = csv("name,remark,doc\nAnn,\"one,\ntwo\nthree\",L1\nBen,,");
    ASSERT_TRUE(caseload.ok());
    EXPECT_THAT(caseload->bad, IsEmpty());
    EXPECT_EQ(lines_of(caseload->rows), (Lines{2, 5}));
}

// Each line opens a quote that only the next one closes: every row is looked at twice at most.
TEST(Caseload, QuotesDontMakeItSlow) {
    std::string text = "reference,name,remark\n";
    for (int i = 0; i < 100'000; ++i) text += "1,Ann,\"x\n";
    auto caseload = csv(text);
    ASSERT_TRUE(caseload.ok());
    EXPECT_EQ(caseload->rows.size() + caseload->bad.size(), 100'000u);
}

TEST(Caseload, AWrongHeaderRefusesTheWholeFile) {
    struct Case {
        std::string text;
        Errc code;
        const char* message;
    };
    const std::string utf16 = std::string("\xff\xfe") + "n" + std::string(1, '\0') + "a";
    for (const Case& one : {Case{"", Errc::invalid, "empty"},
                            Case{"reference,dob\n1,1986\n", Errc::invalid, "no column doc or name"},
                            Case{"Family Name,Passport No\nRoe,L1\n", Errc::invalid,
                                 "found: Family Name, Passport No; known: reference, doc, name, "
                                 "dob, sex, nationality"},
                            Case{"doc,DOC\nL1,L2\n", Errc::invalid, "two columns are doc"},
                            Case{"name,\"doc\n", Errc::invalid, "quote"},
                            Case{utf16, Errc::malformed, "no table in UTF-8"},
                            Case{"PK\x03\x04\x14,name\n", Errc::malformed, "no table in UTF-8"}}) {
        auto caseload = csv(one.text);
        ASSERT_FALSE(caseload.ok()) << one.text;
        EXPECT_EQ(caseload.code(), one.code) << one.text;
        EXPECT_THAT(caseload.error().detail, HasSubstr(one.message));
    }
    EXPECT_EQ(explain(csv("name;doc\nRoe;L1\n").error()).remedy, "divide the columns by commas");
}

TEST(Caseload, TheHeaderIsMapped) {
    auto caseload =
        csv("Ref;,Family Name,Given Names,Passport No,Colour\nA,Roe,Jan,L1,red\nB,,,L2,\n",
            {{"family name", "name"},
             {"Given Names", "name"},
             {"PASSPORT NO", "doc"},
             {"Ref;", "reference"}});
    ASSERT_TRUE(caseload.ok()) << caseload.error().detail;
    ASSERT_EQ(caseload->rows.size(), 2u);
    EXPECT_EQ(caseload->rows[0].name, "Roe, Jan");
    EXPECT_EQ(caseload->rows[0].doc, "L1");
    EXPECT_EQ(caseload->rows[0].reference, "A");
    EXPECT_THAT(caseload->ignored, ElementsAre("Colour"));
    EXPECT_EQ(csv("name\nRoe\n", {{"nonesuch", "doc"}}).code(), Errc::usage);
    EXPECT_EQ(csv("name\nRoe\n", {{"name", "nonesuch"}}).code(), Errc::usage);
}

TEST(Caseload, NdjsonLikewise) {
    const std::string text =
        "{\"name\":\"A [B] {C}\",\"reference\":\"r\",\"age\":7}\n"
        "\n"
        "{}\n"
        "[]\n"
        "{\"name\":1}\n"
        "{\"name\":{\"a\":1}}\n"
        "not JSON\n"
        "{\"surname\":\"Roe\"}\n"
        "{\"name\":\"\\u001b[2J\"}\n"
        "{\"name\":\"" +
        std::string(10u << 20, 'x') +
        "\"}\n"
        "{\"doc\":\"L1\",\"DOC\":\"L2\"}\n"
        "{\"doc\":\"L1\",\"dob\":null}";
    auto caseload = ndjson(text);
    ASSERT_TRUE(caseload.ok()) << caseload.error().detail;
    EXPECT_EQ(lines_of(caseload->rows), (Lines{1, 12}));
    EXPECT_EQ(lines_of(caseload->bad), (Lines{3, 4, 5, 6, 7, 8, 9, 10, 11}));
    EXPECT_THAT(caseload->bad[5].message, HasSubstr("found: surname; known: reference, doc"));
    auto mapped = ndjson("{\"Surname\":\"Roe\",\"First\":\"Jan\"}\n{\"First\":\"Ann\"}\n",
                         {{"surname", "name"}, {"first", "name"}});
    ASSERT_TRUE(mapped.ok());
    EXPECT_EQ(mapped->rows[0].name, "Roe, Jan");
    EXPECT_EQ(mapped->rows[1].name, "Ann");
    EXPECT_EQ(ndjson("{\"name\":\"Roe\"}\n", {{"Surname", "name"}}).code(), Errc::usage);
}

}  // namespace
}  // namespace rilon
