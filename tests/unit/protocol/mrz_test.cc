#include "protocol/mrz.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

namespace rilon {
namespace {

const std::string td3_1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
const std::string td3_2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
const std::string td1_all =
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<"
    "<";
const std::string belgian =
    "IDBEL000590240<6013<<<<<<<<<<<\n8512017F1311048BEL851201002007\nREINARTZ<<ULRIKE<KATIA<E<<<<<"
    "<";

const MrzCheck* check_of(const Mrz& mrz, MrzField field) {
    for (const MrzCheck& check : mrz.checks)
        if (check.field == field) return &check;
    return nullptr;
}

// As the `checks` column of mrz_specimens.tsv writes it.
std::string verdict(const Mrz& mrz) {
    static const std::map<MrzField, std::string> names = {
        {MrzField::document_number, "docno"},  {MrzField::document_number_long, "docno_long"},
        {MrzField::birth_date, "dob"},         {MrzField::expiry_date, "exp"},
        {MrzField::optional_data, "optional"}, {MrzField::composite, "composite"}};
    std::string out;
    for (const MrzCheck& check : mrz.checks) {
        if (check.ok) continue;
        out += (out.empty() ? "FAIL " : "; ") + names.at(check.field) + ":" + check.digit +
               "!=" + check.expected;
    }
    return out.empty() ? "OK" : out;
}

std::vector<std::vector<std::string>> read_tsv(const char* name) {
    std::ifstream file(std::string(std::getenv("RILON_DATA")) + "/" + name);
    EXPECT_TRUE(file.is_open()) << name;
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(file, line);  // Heading.
    while (std::getline(file, line)) {
        rows.emplace_back(1);
        for (char c : line) {
            if (c == '\t')
                rows.back().emplace_back();
            else
                rows.back().back() += c;
        }
    }
    return rows;
}

TEST(Mrz, EverySpecimenHasItsVerdict) {
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    auto rows = read_tsv("mrz_specimens.tsv");
    EXPECT_EQ(rows.size(), 22u);
    for (const auto& row : rows) {
        ASSERT_GE(row.size(), 6u);
        std::string text = row[2] + "\r\n" + row[3] + "\r\n" + row[4];
        auto mrz = parse_mrz(text);
        ASSERT_TRUE(mrz.ok()) << row[0] << " " << mrz.error().detail;
        EXPECT_EQ(mrz_format_name(mrz->format), row[1]) << row[0];
        EXPECT_EQ(verdict(*mrz), row[5]) << row[0];
        // The Belgian card is right as Belgium prints it: a warning.
        EXPECT_EQ(mrz->ok(), row[5] == "OK" || row[0] == "mrz16") << row[0];
    }
}

TEST(Mrz, CheckDigitsOfPart3) {
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    auto rows = read_tsv("mrz_check_digits.tsv");
    EXPECT_GE(rows.size(), 9u);
    for (const auto& row : rows) EXPECT_EQ(*mrz_check_digit(row[0]), row[1][0]) << row[0];
}

TEST(Mrz, CheckDigitKnowsItsAlphabet) {
    EXPECT_EQ(*mrz_check_digit("520727"), '3');
    EXPECT_EQ(*mrz_check_digit("AB2134<<<"), '5');
    EXPECT_EQ(*mrz_check_digit(""), '0');
    EXPECT_EQ(mrz_check_digit("ab").code(), Errc::malformed);
    EXPECT_EQ(mrz_check_digit("A B").code(), Errc::malformed);
}

TEST(Mrz, PassportFields) {
    auto mrz = parse_mrz(td3_1 + "\n" + td3_2);
    ASSERT_TRUE(mrz.ok());
    EXPECT_TRUE(mrz->ok());
    EXPECT_EQ(mrz->document_code, "P");
    EXPECT_EQ(mrz->issuer, "UTO");
    EXPECT_EQ(mrz->document_number, "L898902C3");
    EXPECT_EQ(mrz->nationality, "UTO");
    EXPECT_EQ(mrz->birth_date, "740812");
    EXPECT_EQ(mrz->sex, 'F');
    EXPECT_EQ(mrz->expiry_date, "120415");
    EXPECT_EQ(mrz->primary_identifier, "ERIKSSON");
    EXPECT_EQ(mrz->secondary_identifier, "ANNA MARIA");
    EXPECT_FALSE(mrz->name_truncated);
    EXPECT_EQ(mrz->optional_data, "ZE184226B");
    EXPECT_EQ(mrz->checks.size(), 5u);
    EXPECT_TRUE(mrz->notes.empty());
    EXPECT_TRUE(mrz->suggestions.empty());
}

TEST(Mrz, AsOfficersTypeIt) {
    for (const std::string& text : std::vector<std::string>{
             "\xEF\xBB\xBF\r\n\r\n  p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<< \r\n"
             " l898902c3 6 uto 740812 2 f 120415 9 ze184226b<<<<< 1 0\r\n\r\n",
             td3_1 + td3_2,                          // Run together.
             "P<UTOERIKSSON<<ANNA<MARIA\n" + td3_2,  // Fillers forgotten.
             td3_1 + "<<<\n" + td3_2,                // Too many.
             "P‹UTOERIKSSON«ANNA‹MARIA\n" + td3_2,   // Typographic quotes.
         }) {
        auto mrz = parse_mrz(text);
        ASSERT_TRUE(mrz.ok()) << mrz.error().detail;
        EXPECT_TRUE(mrz->ok());
        EXPECT_EQ(mrz->lines[0], td3_1);
        EXPECT_EQ(mrz->lines[1], td3_2);
    }
}

TEST(Mrz, LineTwoAlone) {
    auto passport = parse_mrz("l898902c36uto7408122f1204159ze184226b<<<<<10");
    ASSERT_TRUE(passport.ok());
    EXPECT_TRUE(passport->ok());
    EXPECT_EQ(passport->format, MrzFormat::td3);
    EXPECT_TRUE(passport->line_two_only);
    EXPECT_EQ(passport->issuer, "");
    EXPECT_EQ(passport->primary_identifier, "");
    EXPECT_EQ(parse_mrz("D231458907UTO7408122F1204159<<<<<<<6")->format, MrzFormat::td2);
    EXPECT_EQ(parse_mrz("L8988901C4XXX4009078F96121096ZE184226B<<<<<<")->format, MrzFormat::mrv_a);
    EXPECT_EQ(parse_mrz("F000000005UTO0311063M1401143<M300703")->format, MrzFormat::mrv_b);
    // A passport with a wrong number stays a passport.
    auto wrong = parse_mrz("L898902C46UTO7408122F1204159ZE184226B<<<<<10");
    EXPECT_EQ(wrong->format, MrzFormat::td3);
    EXPECT_FALSE(wrong->ok());
}

TEST(Mrz, CardWithoutItsLineOfNames) {
    auto mrz = parse_mrz(td1_all.substr(0, 61));
    ASSERT_TRUE(mrz.ok());
    EXPECT_EQ(mrz->format, MrzFormat::td1);
    EXPECT_EQ(mrz->document_number, "D23145890");
    EXPECT_EQ(mrz->primary_identifier, "");
    EXPECT_TRUE(mrz->ok());
}

TEST(Mrz, LongDocumentNumber) {
    auto mrz = parse_mrz(
        "I<UTOD23145890<1233<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<2\nERIKSSON<<ANNA<MARIA");
    ASSERT_TRUE(mrz.ok());
    EXPECT_TRUE(mrz->ok());
    EXPECT_EQ(mrz->document_number, "D23145890123");
    EXPECT_EQ(mrz->optional_data, "");
    ASSERT_NE(check_of(*mrz, MrzField::document_number_long), nullptr);
    EXPECT_TRUE(check_of(*mrz, MrzField::document_number_long)->ok);
    EXPECT_EQ(check_of(*mrz, MrzField::document_number), nullptr);
}

TEST(Mrz, BelgianCardWarns) {
    auto mrz = parse_mrz(belgian);
    ASSERT_TRUE(mrz.ok());
    EXPECT_TRUE(mrz->ok());
    const MrzCheck* number = check_of(*mrz, MrzField::document_number_long);
    ASSERT_NE(number, nullptr);
    EXPECT_FALSE(number->ok);
    EXPECT_TRUE(number->warning);
    EXPECT_EQ(number->digit, '3');
    EXPECT_EQ(number->expected, '1');
    EXPECT_EQ(mrz->document_number, "000590240601");
}

TEST(Mrz, GermanyAndTruncatedNames) {
    std::string two = "C01X0006H1D<<6408125F1710319<<<<<<<<<<<<<<<0";
    auto mrz = parse_mrz("P<D<<WOLFESCHLEGELSTEINHAUSENBERGERDORFF<<HU\n" + two);
    ASSERT_TRUE(mrz.ok()) << mrz.error().detail;
    EXPECT_EQ(mrz->issuer, "D");
    EXPECT_EQ(mrz->nationality, "D");
    EXPECT_TRUE(mrz->name_truncated);
    EXPECT_EQ(mrz->secondary_identifier, "HU");
    EXPECT_TRUE(mrz->notes.empty());
    auto mononym = parse_mrz("P<IDNSUHARTO\n" + two);
    EXPECT_EQ(mononym->primary_identifier, "SUHARTO");
    EXPECT_EQ(mononym->secondary_identifier, "");
}

TEST(Mrz, MisreadCharacterIsOffered) {
    // O for 0 in the number: B98902C3 with 0 read as O.
    auto mrz = parse_mrz(td3_1 + "\nL8989O2C36UTO7408122F1204159ZE184226B<<<<<10");
    ASSERT_TRUE(mrz.ok());
    EXPECT_FALSE(mrz->ok());
    EXPECT_EQ(mrz->document_number, "L8989O2C3");  // Offered, not applied.
    ASSERT_FALSE(mrz->suggestions.empty());
    const MrzSuggestion& first = mrz->suggestions[0];
    EXPECT_EQ(first.field, MrzField::document_number);
    EXPECT_EQ(first.change, MrzChange::misread);
    EXPECT_EQ(first.line, 2);
    EXPECT_EQ(first.column, 6);
    EXPECT_EQ(first.from, "O");
    EXPECT_EQ(first.to, "0");
    EXPECT_TRUE(first.composite_too);
}

TEST(Mrz, ExchangedDigitsAreOffered) {
    auto mrz = parse_mrz(td3_1 + "\nL898902C36UTO4708122F1204159ZE184226B<<<<<10");
    ASSERT_TRUE(mrz.ok());
    bool found = false;
    for (const MrzSuggestion& s : mrz->suggestions)
        found = found || (s.change == MrzChange::transposition && s.from == "47" && s.to == "74" &&
                          s.column == 14 && s.composite_too);
    EXPECT_TRUE(found);
    EXPECT_LE(mrz->suggestions.size(), mrz_suggestions_max);
}

TEST(Mrz, ErrorsSayWhichLineAndWhatToDo) {
    auto expect = [](const std::string& text, const std::string& part) {
        auto mrz = parse_mrz(text);
        ASSERT_FALSE(mrz.ok()) << text;
        EXPECT_EQ(mrz.code(), Errc::malformed);
        EXPECT_NE(mrz.error().detail.find(part), std::string::npos) << mrz.error().detail;
    };
    expect("", "no zone there");
    expect(td3_1 + "\n" + td3_2.substr(1),
           "line 2 has 43 characters, a TD3 passport has 44: 1 too few");
    expect(td3_1.substr(0, 40) + "ABCDEFG\n" + td3_2, "line 1 has 47");
    expect(td3_1 + "\n" + td3_2 + "\nX\nY", "4 lines");
    expect(td3_1, "1 line of 44");
    expect("L898902C36UTO7408122F1204159ZE184226B<<<<<1", "line 2 has 43");
    expect(td3_1 + "\nL898902*36UTO", "line 2, character 8 is '*'");
    expect("P<UTO\x1b[31m", "\\u{1b}");
    expect("hello", "1 line of 5");
}

TEST(Mrz, ReadingStopsAtTheLastLine) {
    EXPECT_EQ(mrz_reading(""), MrzReading::more);
    EXPECT_EQ(mrz_reading("\n \n"), MrzReading::more);
    EXPECT_EQ(mrz_reading(td3_1 + "\n"), MrzReading::more);
    EXPECT_EQ(mrz_reading("p<utoeriksson<<anna"), MrzReading::more);
    EXPECT_EQ(mrz_reading(td3_1 + "\n" + td3_2 + "\n"), MrzReading::complete);
    EXPECT_EQ(mrz_reading(td3_2 + "\n"), MrzReading::complete);
    EXPECT_EQ(mrz_reading("D231458907UTO7408122F1204159<<<<<<<6"), MrzReading::complete);
    EXPECT_EQ(mrz_reading(td1_all.substr(0, 31)), MrzReading::more);
    EXPECT_EQ(mrz_reading(td1_all.substr(0, 62)), MrzReading::more);
    EXPECT_EQ(mrz_reading(td1_all), MrzReading::complete);
    EXPECT_EQ(mrz_reading(belgian.substr(0, 62)), MrzReading::more);
    EXPECT_EQ(mrz_reading(td3_1 + td3_2), MrzReading::complete);
    EXPECT_EQ(mrz_reading("what is this?"), MrzReading::complete);
}

TEST(Mrz, DatesGetTheirCentury) {
    CivilDate today{2026, 3, 10};
    auto date = [&](const char* six, MrzDateKind kind) {
        auto d = resolve_mrz_date(six, kind, today);
        return d ? format_partial_date(*d) : "error";
    };
    EXPECT_EQ(date("740812", MrzDateKind::birth), "1974-08-12");
    EXPECT_EQ(date("260310", MrzDateKind::birth), "2026-03-10");
    EXPECT_EQ(date("260311", MrzDateKind::birth), "1926-03-11");
    EXPECT_EQ(date("86<<<<", MrzDateKind::birth), "1986-?\?-?\?");
    EXPECT_EQ(date("860000", MrzDateKind::birth), "1986-?\?-?\?");
    EXPECT_EQ(date("<<<<<<", MrzDateKind::birth), "?\?\?\?-?\?-?\?");
    EXPECT_EQ(date("120415", MrzDateKind::expiry), "2012-04-15");
    EXPECT_EQ(date("760101", MrzDateKind::expiry), "2076-01-01");
    EXPECT_EQ(date("770101", MrzDateKind::expiry), "1977-01-01");
    EXPECT_EQ(date("741312", MrzDateKind::birth), "error");
    EXPECT_EQ(date("740230", MrzDateKind::birth), "error");
    EXPECT_EQ(date("000229", MrzDateKind::birth), "2000-02-29");
    EXPECT_EQ(date("7408", MrzDateKind::birth), "error");
    EXPECT_EQ(date("7408AB", MrzDateKind::birth), "error");
    EXPECT_EQ(date("7<0812", MrzDateKind::birth), "error");
}

// Property: any other digit in the place of any check digit is reported by its own check.
TEST(Mrz, AnyChangedCheckDigitIsReported) {
    const std::pair<std::size_t, MrzField> digits[] = {{9, MrzField::document_number},
                                                       {19, MrzField::birth_date},
                                                       {27, MrzField::expiry_date},
                                                       {42, MrzField::optional_data},
                                                       {43, MrzField::composite}};
    for (auto [at, field] : digits) {
        for (char digit : std::string("0123456789ABCXYZ<")) {
            std::string line = td3_2;
            if (line[at] == digit) continue;
            line[at] = digit;
            auto mrz = parse_mrz(td3_1 + "\n" + line);
            ASSERT_TRUE(mrz.ok());
            EXPECT_FALSE(check_of(*mrz, field)->ok) << mrz_field_name(field) << digit;
            EXPECT_FALSE(mrz->ok());
        }
    }
}

// Property: a digit changed inside a field is always seen (weights 7, 3, 1 have inverses modulo
// 10).
TEST(Mrz, AnyChangedDigitInAFieldIsReported) {
    for (std::size_t at : {1U, 4U, 13U, 17U, 21U, 26U, 30U, 35U}) {
        for (char digit = '0'; digit <= '9'; ++digit) {
            std::string line = td3_2;
            if (line[at] == digit) continue;
            line[at] = digit;
            EXPECT_FALSE(parse_mrz(td3_1 + "\n" + line)->ok()) << at << digit;
        }
    }
}

TEST(Mrz, HugeInputIsRefusedAtOnce) {
    EXPECT_EQ(parse_mrz(std::string(10'000'000, 'A')).code(), Errc::too_large);
    EXPECT_EQ(parse_mrz(std::string(10'000'000, '\n')).code(), Errc::too_large);
    EXPECT_EQ(mrz_reading(std::string(10'000'000, 'A')), MrzReading::complete);
    EXPECT_EQ(parse_mrz(std::string(4096, '\n')).code(), Errc::malformed);
}

TEST(Mrz, RandomBytesNeverBreakIt) {
    std::mt19937 random(20'260'310);
    const std::string likely = "ABCDEFOIZSPV0123456789<<<<<<\n\n \r";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? td3_1 + "\n" + td3_2 : td1_all;
        std::size_t changes = random() % 12;
        for (std::size_t i = 0; i < changes; ++i) {
            char c = round % 5 == 0 ? static_cast<char>(random() & 0xFF)
                                    : likely[random() % likely.size()];
            std::size_t at = random() % text.size();
            if (random() % 3 == 0)
                text.insert(at, 1, c);
            else
                text[at] = c;
        }
        auto mrz = parse_mrz(text);
        mrz_reading(text);
        if (!mrz) continue;
        // What was accepted is accepted again, the same.
        auto again = parse_mrz(mrz->lines[0] + "\n" + mrz->lines[1] + "\n" + mrz->lines[2]);
        ASSERT_TRUE(again.ok()) << text;
        EXPECT_EQ(again->lines, mrz->lines);
        EXPECT_EQ(again->document_number, mrz->document_number);
    }
}

}  // namespace
}  // namespace rilon
