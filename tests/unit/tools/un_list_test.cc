#include "tools/un_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "protocol/alert.h"
#include "protocol/release.h"
#include "tests/support/seeded_rng.h"
#include "tools/un_list_text.h"

namespace rilon {
namespace {

using testing::HasSubstr;

constexpr UnixMillis now{1795446000000};

std::string list_of(const std::string& individual) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CONSOLIDATED_LIST "
           "dateGenerated=\"2026\">\n"
           "<INDIVIDUALS><INDIVIDUAL><REFERENCE_NUMBER>QDi.001</REFERENCE_NUMBER>" +
           individual + "</INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>";
}

proto::Alert one(const std::string& individual) {
    SeededRng rng(1);
    auto list = read_un_list(list_of(individual), now, rng);
    EXPECT_TRUE(list) << list.error().detail;
    return list ? list->alerts.at(0) : proto::Alert{};
}

std::string refusal(std::string_view xml) {
    SeededRng rng(1);
    auto list = read_un_list(xml, now, rng);
    return list ? "" : list.error().detail;
}

TEST(UnList, NamesInOrderTheLastIsPrimary) {
    proto::Alert alert =
        one("<FIRST_NAME>MUHSIN</FIRST_NAME><SECOND_NAME>FADHIL</SECOND_NAME>"
            "<THIRD_NAME>AYED</THIRD_NAME><FOURTH_NAME>ASHOUR</FOURTH_NAME>"
            "<NAME_ORIGINAL_SCRIPT>صدام حسين</NAME_ORIGINAL_SCRIPT><GENDER>Male</GENDER>");
    const proto::Identity& identity = alert.persons(0).identities(0);
    EXPECT_EQ(identity.primary(), "ASHOUR");
    EXPECT_EQ(identity.secondary(), "MUHSIN FADHIL AYED");
    EXPECT_EQ(identity.native_script(), "Arab");
    EXPECT_EQ(identity.sex(), "M");
    EXPECT_EQ(one("<FIRST_NAME>SHAMSUDDIN</FIRST_NAME>").persons(0).identities(0).primary(),
              "SHAMSUDDIN");
    proto::Alert korean =
        one("<FIRST_NAME>JANG</FIRST_NAME><SECOND_NAME>SONG CHOL</SECOND_NAME>"
            "<UN_LIST_TYPE>DPRK</UN_LIST_TYPE>");
    EXPECT_EQ(korean.persons(0).identities(0).primary(), "JANG");
}

TEST(UnList, BirthDatesAreSeveralPartialAndRanges) {
    proto::Alert alert = one(
        "<FIRST_NAME>A</FIRST_NAME>"
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-05-06</DATE>"
        "</INDIVIDUAL_DATE_OF_BIRTH>"
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1968</YEAR>"
        "</INDIVIDUAL_DATE_OF_BIRTH>"
        "<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1961</FROM_YEAR>"
        "<TO_YEAR>1963</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>");
    std::vector<std::string> dates;
    for (const auto& identity : alert.persons(0).identities()) {
        dates.push_back(identity.birth_date());
        EXPECT_EQ(identity.primary(), "A");
    }
    EXPECT_THAT(dates, testing::ElementsAre("1971-05-06", "1968-\?\?-\?\?", "1961-\?\?-\?\?",
                                            "1962-\?\?-\?\?", "1963-\?\?-\?\?"));
    EXPECT_THAT(alert.narrative(), HasSubstr("approximately 1968; between 1961 and 1963"));
}

TEST(UnList, DocumentsNationalitiesAndAliases) {
    proto::Alert alert = one(
        "<FIRST_NAME>A</FIRST_NAME>"
        "<NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE><VALUE>former Soviet Union</VALUE>"
        "</NATIONALITY>"
        "<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Rumuli</ALIAS_NAME></INDIVIDUAL_ALIAS>"
        "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>"
        "<NUMBER>Afghan passport number OA296623</NUMBER>"
        "<ISSUING_COUNTRY>Afghanistan</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>");
    ASSERT_EQ(alert.persons(0).nationalities_size(), 1);
    EXPECT_EQ(alert.persons(0).nationalities(0).code(), "IRN");
    EXPECT_THAT(alert.narrative(), HasSubstr("Nationality: former Soviet Union"));
    EXPECT_THAT(alert.narrative(), HasSubstr("(low quality): Rumuli"));
    ASSERT_EQ(alert.documents_size(), 1);
    EXPECT_EQ(alert.documents(0).number(), "OA296623");
    EXPECT_EQ(alert.documents(0).issuer(), "AFG");
    EXPECT_EQ(alert.documents(0).type(), "P");
    EXPECT_TRUE(is_public_listing(alert));
}

TEST(UnList, NumbersAreTakenOutOfPhrases) {
    for (auto [phrase, number] : std::initializer_list<std::pair<const char*, const char*>>{
             {"D00000898", "D00000898"},
             {"CAR diplomatic passport no. D00000898", "D00000898"},
             {"563210184 (Expires 18 Jun. 2018)", "563210184"},
             {"German travel document (“Reiseausweis”) A 0139243", "A 0139243"},
             {"Provisional passport No.: 28642163", "28642163"},
             {"R00012098, South Sudan", "R00012098"},
             {"Social Security Number 423-31-3021 (US)", "423-31-3021"},
             {"Diplomatic Passport D014433", "D014433"},
             {"none", "none"}})
        EXPECT_EQ(document_number_of(phrase), number);
}

TEST(UnList, MalformedListsSayWhere) {
    EXPECT_THAT(refusal("<CONSOLIDATED_LIST>\n<INDIVIDUALS>\n<INDI"), HasSubstr("line 3"));
    EXPECT_THAT(refusal(""), HasSubstr("line 1"));
    EXPECT_THAT(refusal("<html></html>"), HasSubstr("no CONSOLIDATED_LIST"));
    EXPECT_THAT(refusal("<CONSOLIDATED_LIST/>"), HasSubstr("no INDIVIDUAL"));
    EXPECT_THAT(refusal("<!DOCTYPE a [<!ENTITY l \"lol\">]><CONSOLIDATED_LIST/>"),
                HasSubstr("DOCTYPE"));
    EXPECT_THAT(refusal(std::string(un_list_bytes_max + 1, ' ')), HasSubstr("at most"));
    EXPECT_THAT(refusal(list_of("")), HasSubstr("QDi.001: persons[1].identities[1]: has no name"));
}

TEST(UnList, Row50HostileTextIsBoundedAndDeepNestingHarmless) {
    std::string deep = "<CONSOLIDATED_LIST>";
    for (int i = 0; i < 200000; ++i) deep += "<a>";
    for (int i = 0; i < 200000; ++i) deep += "</a>";
    EXPECT_THAT(refusal(deep + "</CONSOLIDATED_LIST>"), HasSubstr("no INDIVIDUAL"));
    proto::Alert alert =
        one("<FIRST_NAME>A&#27;[2J" + std::string(5000, 'B') + "\xff</FIRST_NAME>" + "<COMMENTS1>" +
            std::string(100000, 'c') + "</COMMENTS1>");
    EXPECT_EQ(alert.persons(0).identities(0).primary().find('\x1b'), std::string::npos);
    EXPECT_EQ(alert.persons(0).identities(0).primary().size(), name_chars_max);
    EXPECT_EQ(alert.narrative().size(), narrative_chars_max);
}

TEST(UnList, TheWholeListConverts) {
    const char* data = std::getenv("RILON_DATA");
    if (data == nullptr) GTEST_SKIP() << "RILON_DATA does not name the directory of real data";
    std::ifstream file(std::string(data) + "/un_consolidated.xml", std::ios::binary);
    if (!file) GTEST_SKIP() << "no un_consolidated.xml under RILON_DATA";
    std::string xml{std::istreambuf_iterator<char>(file), {}};
    SeededRng rng(1);
    auto list = read_un_list(xml, now, rng);
    ASSERT_TRUE(list) << list.error().detail;
    EXPECT_EQ(list->alerts.size(), 730u);
    std::size_t with_number = 0;
    std::size_t with_native = 0;
    std::set<std::string> ids;
    for (const proto::Alert& alert : list->alerts) {
        EXPECT_TRUE(is_public_listing(alert)) << alert.lookout().reference();
        with_number += alert.documents().empty() ? 0 : 1;
        with_native += alert.persons(0).identities(0).native_name().empty() ? 0 : 1;
        ids.insert(alert.alert_id());
    }
    EXPECT_EQ(with_number, 272u);
    EXPECT_GT(with_native, 300u);
    EXPECT_EQ(ids.size(), 730u);
    // Every country's name but one is known by its code.
    for (const std::string& note : list->notes) EXPECT_THAT(note, HasSubstr("former Soviet Union"));
}

}  // namespace
}  // namespace rilon
