#include "tools/rilon/import_csv.h"

#include <gmock/gmock.h>

#include <set>

#include "node/system.h"
#include "tools/alert_input.h"
#include "tools/problem.h"
#include "tools/rilon/csv_rows.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ImportWish wish(std::map<std::string, std::string> names = {}, std::string form = "") {
    return {std::move(names), std::move(form), {}, UnixMillis{1'700'000'000'000}, {2026, 11, 27}};
}

Result<ImportFile> import(std::string_view text, const ImportWish& how = wish()) {
    SystemRng rng;
    return read_import_csv(text, how, rng);
}

std::vector<std::size_t> lines_of(const std::vector<ImportProblem>& problems) {
    std::vector<std::size_t> out;
    for (const ImportProblem& p : problems) out.push_back(p.line);
    return out;
}

TEST(ImportCsv, EachKindBecomesItsAlert) {
    auto file = import(
        "template,reference,name,nationality,dob,issuer,doc,country,authority\r\n"
        "lookout,W-1,\"ROE, JAN\",UTO,1986-05-??,,,,Court of Utopia\r\n"
        "counterfeit-document,F-2,,,,UTO,L898902C3,THA,\r\n"
        "lost-stolen,L-3,,,,UTO,X1234567,,\r\n");
    ASSERT_TRUE(file.ok()) << file.error().detail;
    for (const ImportProblem& p : file->problems) ADD_FAILURE() << p.line << ": " << p.what;
    ASSERT_EQ(file->rows.size(), 3u);
    const proto::Alert& lookout = file->rows[0].alert;
    EXPECT_EQ(lookout.lookout().reference(), "W-1");
    EXPECT_EQ(lookout.lookout().authority(), "Court of Utopia");
    EXPECT_EQ(lookout.persons(0).identities(0).primary(), "ROE");
    EXPECT_EQ(lookout.persons(0).identities(0).secondary(), "JAN");
    EXPECT_EQ(lookout.persons(0).nationalities(0).code(), "UTO");
    EXPECT_EQ(file->rows[1].alert.travel_fraud().fraud_type(), "counterfeit");
    EXPECT_EQ(file->rows[1].alert.documents(0).number(), "L898902C3");
    EXPECT_EQ(file->rows[2].alert.lost_stolen().state(), "issued");
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(import_reference(file->rows[i].alert), file->rows[i].reference);
}

TEST(ImportCsv, TheHeaderIsMapped) {
    auto file = import(
        "Ref;,Passport No,State,Colour\nL-1,X1234567,UTO,red\n",
        wish({{"PASSPORT no", "doc"}, {"State", "issuer"}, {"ref;", "reference"}}, "lost-stolen"));
    ASSERT_TRUE(file.ok()) << file.error().detail;
    ASSERT_EQ(file->rows.size(), 1u);
    EXPECT_EQ(file->rows[0].alert.documents(0).number(), "X1234567");
    EXPECT_EQ(file->rows[0].reference, "L-1");
    EXPECT_THAT(file->ignored, ElementsAre("Colour"));
}

TEST(ImportCsv, AHeaderThatCantBeReadPostsNothing) {
    for (const char* text :
         {"", "doc,issuer\n", "template,reference\n", "template,doc,DOC\n", "template,\"doc\n"})
        EXPECT_EQ(import(text).code(), Errc::invalid) << text;
    EXPECT_EQ(import("template,doc\n", wish({{"nonesuch", "doc"}})).code(), Errc::invalid);
    EXPECT_EQ(import("template,doc\n", wish({{"doc", "nonesuch"}})).code(), Errc::usage);
}

TEST(ImportCsv, WhatMakesNoAlertIsRefusedWithItsLine) {
    auto file = import(
        "template,reference,name,nationality,issuer,doc,tlp\n"
        "lost-stolen,A,,,UTO,X1,\n"
        "bulletin,B,,,,,\n"               // 3: not imported
        "lookout,C,ROE,,,,\n"             // 4: whose national?
        "lost-stolen,A,,,UTO,X2,\n"       // 5: the reference of line 2
        "lost-stolen,D,,,UTO,X3\n"        // 6: too few fields
        "\n"                              // an empty line is none
        "lost-stolen,E,,,QQQ,X4,\n"       // 8: no such code
        "lost-stolen,F,,,UTO,X5,MAUVE\n"  // 9: no such TLP
        "nonesuch,G,,,UTO,X6,\n"          // 10
        "lost-stolen,H,,,UTO,X7,\n");
    ASSERT_TRUE(file.ok()) << file.error().detail;
    EXPECT_THAT(lines_of(file->problems), ElementsAre(3, 4, 5, 6, 8, 9, 10));
    EXPECT_THAT(file->problems[2].what, HasSubstr("line 2"));
    EXPECT_EQ(file->rows.size(), 2u);
}

// Each template is taken by a table or refused by name, with what to do instead.
TEST(ImportCsv, ATemplateWithoutColumnsIsRefusedBeforeTheTableIsRead) {
    for (const AlertTemplate& form : alert_templates()) {
        ImportWish asked = wish();
        asked.template_name = form.name;
        auto file = import("reference,doc,issuer\n", asked);
        const bool taken =
            form.kind == "travel-fraud" || form.kind == "lookout" || form.kind == "lost-stolen";
        EXPECT_EQ(file.ok(), taken) << form.name;
        if (taken) continue;
        EXPECT_EQ(file.code(), Errc::usage);
        const Problem p = explain(file.error());
        EXPECT_THAT(p.message, HasSubstr("no columns for what a " + std::string(form.name)));
        EXPECT_THAT(p.remedy, HasSubstr(std::string(form.name)));
    }
}

TEST(ImportCsv, ABadLineInTheMiddleCostsThatLine) {
    std::string text = "template,reference,issuer,doc\n";
    for (int i = 2; i <= 100'000; ++i)
        text += i == 50'000
                    ? "lost-stolen,\"open,UTO,X\n"
                    : "lost-stolen,R" + std::to_string(i) + ",UTO,X" + std::to_string(i) + "\n";
    auto file = import(text);
    ASSERT_TRUE(file.ok()) << file.error().detail;
    EXPECT_THAT(lines_of(file->problems), ElementsAre(50'000));
    EXPECT_EQ(file->rows.size(), 99'998u);
    EXPECT_EQ(file->rows.back().line, 100'000u);
}

// The quote of line 3 finds its end on line 5: what lies between must not vanish in a narrative.
TEST(ImportCsv, AForgottenQuoteSwallowsNoRow) {
    const std::string text =
        "template,issuer,doc,narrative\nlost-stolen,UTO,X2,\n"
        "lost-stolen,UTO,X3,\"open\nlost-stolen,UTO,X4,\n";
    for (const char* last :
         {"lost-stolen,UTO,X5,late\"\n", "lost-stolen,UTO,X5,\"late\n", "x\"\n"}) {
        auto file = import(text + last);
        ASSERT_TRUE(file.ok()) << file.error().detail;
        std::set<std::size_t> lines;
        for (const ImportRow& row : file->rows) lines.insert(row.line);
        EXPECT_THAT(lines, ElementsAre(2, 4)) << last;
        EXPECT_THAT(lines_of(file->problems), ElementsAre(3, 5)) << last;  // None is left unsaid.
    }
}

TEST(ImportCsv, ANarrativeOverSeveralLinesIsOne) {
    auto file = import(
        "template,issuer,doc,narrative\nlost-stolen,UTO,X2,\"Taken at the gate,\nof two.\"\n"
        "lost-stolen,UTO,X4,\n");
    ASSERT_TRUE(file.ok()) << file.error().detail;
    EXPECT_THAT(file->problems, testing::IsEmpty());
    ASSERT_EQ(file->rows.size(), 2u);
    EXPECT_EQ(file->rows[0].alert.narrative(), "Taken at the gate,\nof two.");
}

TEST(ImportCsv, HostileFields) {
    const std::string ten_megabytes(10u << 20, 'x');
    auto file = import("template,reference,issuer,doc,narrative\nlost-stolen,A,UTO,X1,\"" +
                       ten_megabytes + "\"\nlost-stolen,B,UTO,X2,\x1b[2J\n" +
                       "lost-stolen,C,UTO,X3,\xff\nlost-stolen,D,UTO,X4,a" + std::string(1, '\0') +
                       "b\nlost-stolen,E,UTO,X5,=cmd \xe2\x80\xae\nlost-stolen,F,UTO,X6,fine\n");
    ASSERT_TRUE(file.ok()) << file.error().detail;
    EXPECT_THAT(lines_of(file->problems), ElementsAre(2, 3, 4, 5));
    for (const ImportProblem& p : file->problems) EXPECT_LE(p.what.size(), 300u);
    ASSERT_EQ(file->rows.size(), 2u);
    EXPECT_EQ(file->rows[0].reference, "E");  // Written out wherever it is shown.
}

TEST(ImportCsv, TooManyRows) {
    std::string text = "template,doc\n";
    for (std::size_t i = 0; i <= import_rows_max; ++i) text += "x,y\n";
    EXPECT_EQ(import(text).code(), Errc::too_large);
}

TEST(CsvRows, OneQuoteTooManyCostsOneRow) {
    CsvReader reader("a,b\n\"c,d\ne,f\n\"g\"h,i\n\"j\nk\",l");
    std::vector<std::string> seen;
    while (auto row = reader.next())
        seen.push_back(std::to_string(row->line) + (row->problem.empty() ? " ok" : " bad"));
    EXPECT_THAT(seen, ElementsAre("1 ok", "2 bad", "3 ok", "4 bad", "5 ok"));
}

// Each byte is looked at a few times at most, whatever the quotes are.
TEST(CsvRows, QuotesDoNotCostThePlaceOfOthers) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "\"\"\"\n";
    CsvReader reader(text);
    std::size_t rows = 0;
    while (reader.next()) ++rows;
    EXPECT_GT(rows, 0u);
    EXPECT_FALSE(CsvReader("").next().has_value());
}

}  // namespace
}  // namespace rilon
