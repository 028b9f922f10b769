#include "protocol/names.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

#include "protocol/name_data.h"
#include "protocol/name_similarity.h"
#include "protocol/translit.h"
#include "tests/names/labelled_names.h"

namespace rilon {
namespace {

std::string verdict(std::string_view a, std::string_view b) {
    NameComparison there = compare_names(a, b);
    NameComparison back = compare_names(b, a);
    EXPECT_NEAR(there.score, back.score, 1e-9) << a << " / " << b;
    EXPECT_GE(there.score, 0);
    EXPECT_LE(there.score, 1);
    return name_verdict_name(there.verdict);
}

std::string folded(std::string_view text, NameSource source = NameSource::written) {
    FoldedName name = fold_name(text, source);
    std::string out;
    for (std::size_t i = 0; i < name.size; ++i) {
        out += i == 0 ? "" : " ";
        out += name.text(i);
    }
    return out;
}

std::vector<std::vector<std::string>> read_csv(const char* name) {
    auto rows = read_rows(std::string(std::getenv("RILON_DATA")) + "/" + name);
    EXPECT_TRUE(rows.ok()) << name;
    return rows.ok() ? *rows : std::vector<std::vector<std::string>>{};
}

TEST(Names, Folding) {
    EXPECT_EQ(folded("Dato' Seri Haji Ahmad bin Abdul Rahman"), "SERI AHMAD RAHMAN");
    EXPECT_EQ(folded("Ahmad Abdulrahman"), "AHMAD RAHMAN");
    EXPECT_EQ(folded("Siti binti Md. Yusof"), "SITI MUHAMMAD YUSOF");
    EXPECT_EQ(folded("Muthu a/l Raman"), "MUTHU RAMAN");
    EXPECT_EQ(folded("Kumar S/O Subramaniam"), "KUMAR SUBRAMANIAM");
    EXPECT_EQ(folded("U Thant"), "THANT");
    EXPECT_EQ(folded("Saif al-Din"), "SAIF DIN");
    EXPECT_EQ(folded("عبد الرحمن"), "RHMN");
    EXPECT_EQ(folded("Abdullah"), "ABDULLAH");
    EXPECT_EQ(folded("Haji"), "HAJI");  // Nothing else there: then it is the name.
    EXPECT_EQ(folded("ERIKSSON<<ANNA<MARIA<<<", NameSource::mrz), "ERIKSSON ANNA MARIA");
    EXPECT_EQ(folded("SUMXHMWD", NameSource::mrz), "SUMHMWD");
    EXPECT_EQ(folded("Tuan Haji Ahmad"), "AHMAD");
    EXPECT_EQ(folded("Tuan Ahmad bin Yusof"), "AHMAD YUSOF");
    EXPECT_EQ(folded("Nguyễn Văn Tuấn"), "NGUYEN VAN TUAN");
    EXPECT_EQ(folded("Mst. Rahima Khatun"), "RAHIMA KHATUN");
    EXPECT_EQ(folded(""), "");
    EXPECT_FALSE(fold_name("สมชาย").complete);
}

TEST(Names, TablesAreSortedAndUpperCase) {
    for (const char* word : {"ABD", "BIN", "MOHD", "USTAZ", "HAJI", "SYED", "UL", "DATO"})
        EXPECT_NE(find_name_word(word), nullptr) << word;
    EXPECT_EQ(find_name_word("ANNA"), nullptr);
    EXPECT_EQ(find_name_word(""), nullptr);
}

TEST(Names, JaroWinklerAsPublished) {
    EXPECT_NEAR(jaro_winkler("MARTHA", "MARHTA"), 0.961, 0.001);
    EXPECT_NEAR(jaro_winkler("DWAYNE", "DUANE"), 0.840, 0.001);
    EXPECT_NEAR(jaro_winkler("DIXON", "DICKSONX"), 0.813, 0.001);
    EXPECT_EQ(jaro_winkler("", ""), 1);
    EXPECT_EQ(jaro_winkler("A", ""), 0);
}

TEST(Names, FromThisRegion) {
    EXPECT_EQ(verdict("Ahmad bin Abdul Rahman", "AHMAD ABDULRAHMAN"), "strong");
    EXPECT_EQ(verdict("Mohd Faizal bin Ismail", "Muhammad Faizal Ismail"), "strong");
    EXPECT_EQ(verdict("Md Rafiqul Islam", "Mohammad Rafiqul Islam"), "strong");
    EXPECT_EQ(verdict("Muthu a/l Raman", "Muthu Raman"), "strong");
    EXPECT_EQ(verdict("Nguyễn Văn Đức", "NGUYEN VAN DUC"), "strong");
    EXPECT_EQ(verdict("Nguyễn Văn Tuấn", "NGUYEN VAN MINH"), "no");
    EXPECT_EQ(verdict("Kim Young-ho", "KIM YEONGHO"), "strong");
    EXPECT_EQ(verdict("Suharto", "SUHARTO"), "strong");
    EXPECT_EQ(verdict("Suharto", "Suharto Widodo"), "possible");
    EXPECT_EQ(verdict("Daw Khin Kyi", "Khin Kyi"), "strong");
    EXPECT_EQ(verdict("S. Rajaratnam", "Sinnathamby Rajaratnam"), "possible");
    EXPECT_EQ(verdict("J Lindqvist Wilhelm", "Jonas Lindqvist"), "possible");
    EXPECT_EQ(verdict("Hans J Friedrich", "Hans Joachim Friedrich"), "possible");
    EXPECT_EQ(verdict("Tan Wei Ming", "Wei Ming Tan"), "strong");
    EXPECT_EQ(verdict("Siti Aminah", "Siti Khadijah"), "no");
    EXPECT_EQ(verdict("Abdul Hamid", "Abdul Ghani"), "no");
    EXPECT_EQ(verdict("Ahmad bin Yusof", "Ahmad bin Hassan"), "no");
    EXPECT_EQ(verdict("Yusuf Hussein", "Youssouf Husayn"), "strong");
    EXPECT_EQ(verdict("محمد علي", "Mohamed Ali"), "possible");  // Two consonants and one.
    EXPECT_EQ(verdict("خالد محمود", "Khaled Mahmoud"), "strong");
    EXPECT_EQ(verdict("Ahmad bin Hasan", "Hasan bin Ahmad"), "possible");
    EXPECT_EQ(verdict("Muthu a/l Raman", "Raman a/l Muthu"), "possible");
    EXPECT_EQ(verdict("สมชาย", "Somchai"), "no");
    EXPECT_EQ(verdict("", ""), "no");
    EXPECT_EQ(verdict("N. N.", "Nursultan Nazarbayev"), "no");
}

TEST(Names, TruncatedInTheZone) {
    FoldedName cut = fold_name("CACADOR<DE<ARAUJO<<ANDRE<ESTEV", NameSource::mrz_truncated);
    FoldedName whole = fold_name("Caçador de Araújo, André Estevão");
    EXPECT_EQ(compare_folded(cut, whole).verdict, NameVerdict::strong);
    FoldedName other = fold_name("Caçador de Araújo, André Simão");
    EXPECT_NE(compare_folded(cut, other).verdict, NameVerdict::strong);
}

TEST(Names, EveryComparisonExplainsItself) {
    NameComparison c = compare_names("Sergei Viktorovich Lavrov", "Сергей Лавров");
    EXPECT_EQ(c.verdict, NameVerdict::strong) << c.score;
    EXPECT_GE(c.reasons.size(), 2u);
    ASSERT_FALSE(c.differences.empty());
    EXPECT_EQ(c.differences[0], "VIKTOROVICH only in the first");
    EXPECT_NE(compare_names("สมชาย", "Somchai").differences.back().find("ICAO"), std::string::npos);
}

TEST(Names, DocumentNumbers) {
    EXPECT_EQ(fold_document_number("l8989O2c3"), fold_document_number("L898902C3"));
    EXPECT_EQ(fold_document_number("AB-1234 567<"), "A81234567");
    EXPECT_EQ(fold_document_number("OISBZ"), "01582");
    EXPECT_EQ(fold_document_number("ÄÖ\x1b"), "");
    EXPECT_EQ(fold_document_number(std::string(10'000'000, 'A')).size(), 64u);
}

struct Figures {
    int true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;
    void add(bool is_match, bool said) {
        int& cell = is_match ? (said ? true_positive : false_negative)
                             : (said ? false_positive : true_negative);
        ++cell;
    }
    double precision() const { return ratio(true_positive, true_positive + false_positive); }
    double recall() const { return ratio(true_positive, true_positive + false_negative); }
    static double ratio(int part, int all) {
        return all == 0 ? 0 : static_cast<double>(part) / all;
    }
    void print(const char* what) const {
        std::printf("%-44s precision %.3f  recall %.3f  (tp %d fp %d fn %d tn %d)\n", what,
                    precision(), recall(), true_positive, false_positive, false_negative,
                    true_negative);
    }
};

TEST(Names, LabelledPairs) {
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    auto rows = read_csv("name_pairs.csv");
    ASSERT_EQ(rows.size(), 275u);
    bool show = std::getenv("RILON_SHOW_MISSES") != nullptr;
    Figures possible;
    Figures strong;
    Figures readable;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        bool is_match = rows[i][4] == "true";
        NameComparison c = compare_names(rows[i][2], rows[i][3]);
        bool said = c.verdict != NameVerdict::no;
        possible.add(is_match, said);
        strong.add(is_match, c.verdict == NameVerdict::strong);
        if (fold_name(rows[i][2]).complete && fold_name(rows[i][3]).complete)
            readable.add(is_match, said);
        if (show && said != is_match)
            std::printf("%s %.3f %s / %s\n", is_match ? "missed" : "wrong ", c.score,
                        rows[i][2].c_str(), rows[i][3].c_str());
    }
    possible.print("name_pairs, possible or strong");
    strong.print("name_pairs, strong");
    readable.print("name_pairs, scripts with an ICAO table");
    // What is reached today. The weights of name_compare.cc were chosen on these very pairs:
    // another set would give less.
    EXPECT_GE(possible.precision(), 0.90);
    EXPECT_GE(possible.recall(), 0.82);
    EXPECT_GE(strong.precision(), 0.95);
    EXPECT_GE(strong.recall(), 0.73);
    EXPECT_GE(readable.recall(), 0.83);
}

TEST(Names, AcrossScripts) {
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    auto rows = read_csv("cross_script_pairs.csv");
    int readable = 0;
    int found = 0;
    int wrong = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!fold_name(rows[i][0]).complete) continue;
        ++readable;
        NameComparison c = compare_names(rows[i][0], rows[i][1]);
        if (c.verdict != NameVerdict::no)
            ++found;
        else
            std::printf("missed %.3f %s / %s\n", c.score, rows[i][0].c_str(), rows[i][1].c_str());
        for (std::size_t j = 0; j < rows.size(); ++j)
            if (j != i && compare_names(rows[i][0], rows[j][1]).verdict != NameVerdict::no) ++wrong;
    }
    std::printf(
        "cross-script: %d of %d pairs with an ICAO table found, %d wrong of %d crossed; "
        "%zu pairs in other scripts need the Latin form\n",
        found, readable, wrong, readable * static_cast<int>(rows.size() - 1),
        rows.size() - static_cast<std::size_t>(readable));
    EXPECT_GE(readable, 8);
    EXPECT_GE(found, 8);
    EXPECT_LE(wrong, 1);
}

// The text of every <tag> of a line-per-element file.
std::string element(const std::string& line, const std::string& tag) {
    std::size_t begin = line.find("<" + tag + ">");
    std::size_t end = line.find("</" + tag + ">");
    if (begin == std::string::npos || end == std::string::npos) return {};
    begin += tag.size() + 2;
    return line.substr(begin, end - begin);
}

// No weight was chosen on this list: its persons against each other, nearly all of them different.
TEST(Names, DifferentPersonsOfTheUnList) {
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    std::ifstream file(std::string(std::getenv("RILON_DATA")) + "/un_consolidated.xml");
    ASSERT_TRUE(file.is_open());
    std::vector<FoldedName> names;
    std::string line;
    std::string name;
    while (std::getline(file, line)) {
        for (const char* tag : {"FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"}) {
            std::string part = element(line, tag);
            if (!part.empty()) name += (name.empty() ? "" : " ") + part;
        }
        if (line.find("</INDIVIDUAL>") != std::string::npos) {
            names.push_back(fold_name(name));
            name.clear();
        }
    }
    EXPECT_GT(names.size(), 700u);
    int pairs = 0;
    int possible = 0;
    int strong = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t j = i + 1; j < names.size(); ++j) {
            NameVerdict found = compare_folded(names[i], names[j]).verdict;
            ++pairs;
            possible += found != NameVerdict::no ? 1 : 0;
            strong += found == NameVerdict::strong ? 1 : 0;
        }
    }
    std::printf("UN list: of %d pairs of %zu persons %d possible or strong, %d strong\n", pairs,
                names.size(), possible, strong);
    EXPECT_LT(static_cast<double>(possible) / pairs, 0.005);
    EXPECT_LT(static_cast<double>(strong) / pairs, 0.0005);
}

TEST(Names, HugeAndHostileInput) {
    EXPECT_LE(fold_name(std::string(10'000'000, 'A')).letters.size(), 64u);
    EXPECT_LE(fold_name(std::string(10'000'000, ' ')).size, 0u);
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += "AB CD ";
    EXPECT_EQ(fold_name(many).size, name_tokens_max);
    EXPECT_EQ(verdict(many, many), "strong");
    EXPECT_EQ(folded("\u202eAnna\u202c"), "ANNA");
    std::mt19937 random(77);
    for (int round = 0; round < 5'000; ++round) {
        std::string a(random() % 80, ' ');
        std::string b(random() % 80, ' ');
        for (char& c : a) c = static_cast<char>(random() & 0xFF);
        for (char& c : b) c = "ABDULLAH BIN AL/<X- "[random() % 20];
        verdict(a, b);
        compare_names(b, b);
    }
}

TEST(Names, AMillionComparisonsArePossible) {
    std::vector<FoldedName> names;
    for (const char* text :
         {"Ahmad bin Abdul Rahman", "Sergey Viktorovich Lavrov", "Nguyen Van Duc", "Kim Jong Un",
          "Anna Maria Eriksson", "Mohammed Yahya Mujahid"})
        names.push_back(fold_name(text));
    auto begin = std::chrono::steady_clock::now();
    constexpr int count = 100'000;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += compare_folded(names[i % names.size()], names[(i / 6) % names.size()]).score;
    auto took = std::chrono::steady_clock::now() - begin;
    auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count() / count;
    std::printf("compare_folded: %lld ns a pair\n", static_cast<long long>(ns));
    EXPECT_GT(sum, 0);
}

}  // namespace
}  // namespace rilon
