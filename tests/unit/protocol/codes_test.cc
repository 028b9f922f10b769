#include "protocol/codes.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace rilon {
namespace {

std::string party(std::string_view code) {
    PartyOfCode found = party_of_code(code);
    if (auto* p = std::get_if<CodeParty>(&found)) return p->party;
    return std::holds_alternative<CodeNoHome>(found) ? "no home" : "unmapped";
}

CodeUnmapped::Why why(std::string_view code) {
    PartyOfCode found = party_of_code(code);
    return std::get<CodeUnmapped>(found).why;
}

std::string code_of(std::string_view name) {
    auto found = country_code_of_name(name);
    return found ? *found : std::string("?");
}

TEST(CountryCodes, AllOfThePublishedTable) {
    EXPECT_EQ(country_codes().size(), 278u);
    std::set<std::string_view> seen;
    for (const CountryCode& country : country_codes()) {
        EXPECT_TRUE(seen.insert(country.code).second) << country.code;
        EXPECT_FALSE(country.name.empty());
    }
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    std::ifstream file(std::string(std::getenv("RILON_DATA")) + "/icao_country_codes.tsv");
    ASSERT_TRUE(file.is_open());
    std::string line;
    std::getline(file, line);
    std::size_t count = 0;
    while (std::getline(file, line)) {
        std::string code = line.substr(0, line.find('\t'));
        EXPECT_TRUE(is_known_code(code)) << code;
        std::string rest = line.substr(code.size() + 1);
        std::size_t iso2_end = rest.find('\t');
        EXPECT_EQ(find_country(code)->iso2, rest.substr(0, iso2_end));
        std::string name = rest.substr(iso2_end + 1);
        name = name.substr(0, name.find('\t'));
        if (find_country(code)->kind == CountryKind::state && code != "D" && code != "XXK" &&
            code != "UNK") {
            EXPECT_EQ(code_of(name), code) << name;
        }
        ++count;
    }
    EXPECT_EQ(count, 278u);
}

TEST(CountryCodes, PartyOfACode) {
    EXPECT_EQ(party("D"), "DEU");
    EXPECT_EQ(party("DEU"), "DEU");
    for (const char* british : {"GBD", "GBN", "GBO", "GBP", "GBS", "GBR"})
        EXPECT_EQ(party(british), "GBR");
    EXPECT_EQ(party("HKG"), "HKG");
    EXPECT_EQ(party("UNK"), "RKS");
    for (const char* homeless : {"XXA", "XXB", "XXC", "XXX"}) EXPECT_EQ(party(homeless), "no home");
    EXPECT_EQ(why("UNO"), CodeUnmapped::Why::organisation);
    EXPECT_EQ(why("EUE"), CodeUnmapped::Why::organisation);
    EXPECT_EQ(why("ANT"), CodeUnmapped::Why::withdrawn);
    EXPECT_EQ(why("UTO"), CodeUnmapped::Why::specimen);
    EXPECT_EQ(why("ZZZ"), CodeUnmapped::Why::unknown);
    EXPECT_EQ(why("deu"), CodeUnmapped::Why::unknown);
    EXPECT_EQ(why(""), CodeUnmapped::Why::unknown);
    EXPECT_TRUE(is_known_code("UTO"));
    EXPECT_FALSE(is_known_code("D<<"));
}

TEST(CountryCodes, TerritoriesNameTheirState) {
    EXPECT_EQ(state_over("HKG"), "CHN");
    EXPECT_EQ(state_over("PRI"), "USA");
    EXPECT_EQ(state_over("AUS"), "");
    EXPECT_EQ(state_over("nonsense"), "");
    for (const CountryCode& country : country_codes()) {
        std::string_view state = state_over(country.code);
        if (state.empty()) continue;
        EXPECT_EQ(party(state), state);
        EXPECT_EQ(state_over(state), "");
    }
}

TEST(CountryNames, AsPeopleAndTheUnWriteThem) {
    EXPECT_EQ(code_of("Democratic Republic of the Congo"), "COD");
    EXPECT_EQ(code_of("Congo"), "COG");
    EXPECT_EQ(code_of("Iran (Islamic Republic of)"), "IRN");
    EXPECT_EQ(code_of("Syrian Arab Republic"), "SYR");
    EXPECT_EQ(code_of("Democratic People's Republic of Korea"), "PRK");
    EXPECT_EQ(code_of("Democratic People\u2019s Republic of Korea"), "PRK");
    EXPECT_EQ(code_of("Republic of Korea"), "KOR");
    EXPECT_EQ(code_of("Türkiye"), "TUR");
    EXPECT_EQ(code_of("TURKEY"), "TUR");
    EXPECT_EQ(code_of("côte d'ivoire"), "CIV");
    EXPECT_EQ(code_of("Viet Nam"), "VNM");
    EXPECT_EQ(code_of("vietnam"), "VNM");
    EXPECT_EQ(code_of("United Republic of Tanzania"), "TZA");
    EXPECT_EQ(code_of("State of Palestine"), "PSE");
    EXPECT_EQ(code_of("Germany"), "DEU");
    EXPECT_EQ(code_of("GBR"), "GBR");
    EXPECT_EQ(code_of("former Soviet Union"), "?");
    EXPECT_EQ(code_of("na"), "?");
    EXPECT_EQ(code_of(""), "?");
    EXPECT_NE(country_code_of_name("Indonesa").error().detail.find("Indonesia (IDN)"),
              std::string::npos);
    EXPECT_EQ(country_code_of_name(std::string(10'000'000, 'x')).code(), Errc::too_large);
    EXPECT_EQ(country_code_of_name("\x1b[2J\xff").error().detail.find('\x1b'), std::string::npos);
}

TEST(CountryNames, EveryNationalityOfTheUnList) {
    if (std::getenv("RILON_DATA") == nullptr) GTEST_SKIP() << "RILON_DATA isn't set";
    std::ifstream file(std::string(std::getenv("RILON_DATA")) + "/un_consolidated.xml");
    ASSERT_TRUE(file.is_open());
    std::string line;
    bool inside = false;
    std::size_t known = 0;
    std::set<std::string> unknown;
    while (std::getline(file, line)) {
        if (line.find("<NATIONALITY>") != std::string::npos) inside = true;
        if (line.find("</NATIONALITY>") != std::string::npos) inside = false;
        std::size_t begin = line.find("<VALUE>");
        std::size_t end = line.find("</VALUE>");
        if (!inside || begin == std::string::npos || end == std::string::npos) continue;
        std::string name = line.substr(begin + 7, end - begin - 7);
        if (country_code_of_name(name).ok())
            ++known;
        else if (!name.empty())
            unknown.insert(name);
    }
    EXPECT_GT(known, 600u);
    EXPECT_EQ(unknown, (std::set<std::string>{"former Soviet Union", "na"}));
}

TEST(Codes, ListsAreWhole) {
    std::set<std::string_view> names;
    for (const NamedCodeList& list : all_code_lists()) {
        EXPECT_TRUE(names.insert(list.name).second) << list.name;
        std::set<std::string_view> seen;
        for (const Code& code : list.codes) {
            EXPECT_TRUE(seen.insert(code.code).second) << code.code;
            EXPECT_FALSE(code.label.empty()) << code.code;
            EXPECT_FALSE(code.source.empty()) << code.code;
            EXPECT_EQ(find_code(list.codes, code.code), &code);
        }
    }
    EXPECT_EQ(fraud_types().size(), 11u);
    EXPECT_EQ(tlp_values().size(), 5u);
    EXPECT_EQ(protections().size(), 7u);
    EXPECT_EQ(alert_kinds().size(), 13u);
    EXPECT_EQ(withdraw_reasons().size(), 7u);
}

TEST(Codes, ExactOrDidYouMean) {
    EXPECT_EQ(find_code(fraud_types(), "Counterfeit"), nullptr);
    EXPECT_EQ(find_code(fraud_types(), ""), nullptr);
    ASSERT_NE(nearest_code(fraud_types(), "counterfiet"), nullptr);
    EXPECT_EQ(nearest_code(fraud_types(), "counterfiet")->code, "counterfeit");
    EXPECT_EQ(nearest_code(tlp_values(), "ambr")->code, "AMBER");
    EXPECT_EQ(nearest_code(fraud_types(), "passport"), nullptr);
    EXPECT_EQ(nearest_code(fraud_types(), std::string(10'000'000, 'c')), nullptr);
}

}  // namespace
}  // namespace rilon
