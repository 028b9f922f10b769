// From a country's name to its code: the words of the name, without articles and in any order, so
// that "Congo (Democratic Republic of the)" and "Democratic Republic of the Congo" are one.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "protocol/country_codes.h"
#include "protocol/nearest.h"
#include "protocol/text.h"
#include "protocol/translit.h"

namespace rilon {
namespace {

constexpr std::size_t name_bytes_max = 200;

struct OtherName {
    std::string_view name;
    std::string_view code;
};

// Names that people, older lists and the UN write beside the one of ISO 3166-1.
constexpr OtherName other_names[] = {
    {"Bolivia", "BOL"},
    {"Brunei", "BRN"},
    {"Burma", "MMR"},
    {"Cape Verde", "CPV"},
    {"Czech Republic", "CZE"},
    {"DPRK", "PRK"},
    {"DR Congo", "COD"},
    {"East Timor", "TLS"},
    {"Falkland Islands", "FLK"},
    {"Federal Republic of Germany", "DEU"},
    {"Great Britain", "GBR"},
    {"Iran", "IRN"},
    {"Islamic Republic of Afghanistan", "AFG"},
    {"Islamic Republic of Pakistan", "PAK"},
    {"Ivory Coast", "CIV"},
    {"Kingdom of Saudi Arabia", "SAU"},
    {"Kosovo", "RKS"},
    {"Laos", "LAO"},
    {"Libyan Arab Jamahiriya", "LBY"},
    {"Macau", "MAC"},
    {"Macedonia", "MKD"},
    {"Micronesia", "FSM"},
    {"Moldova", "MDA"},
    {"North Korea", "PRK"},
    {"Palestine", "PSE"},
    {"Republic of Korea", "KOR"},
    {"Republic of China", "TWN"},
    {"Republic of the Congo", "COG"},
    {"Russia", "RUS"},
    {"South Korea", "KOR"},
    {"Swaziland", "SWZ"},
    {"Syria", "SYR"},
    {"Taiwan", "TWN"},
    {"Tanzania", "TZA"},
    {"The former Yugoslav Republic of Macedonia", "MKD"},
    {"Turkey", "TUR"},
    {"UAE", "ARE"},
    {"UK", "GBR"},
    {"United Kingdom", "GBR"},
    {"United States", "USA"},
    {"US", "USA"},
    {"Vatican City", "VAT"},
    {"Venezuela", "VEN"},
    {"Vietnam", "VNM"},
    {"Virgin Islands", "VIR"},
};

constexpr std::string_view small_words[] = {"THE", "OF", "AND"};

// The words that count, sorted, one blank apart.
std::string key_of(std::string_view name) {
    std::vector<std::string> found(1);
    for (char c : translit_for_mrz(name)) {
        if (c != '<')
            found.back() += c;
        else if (!found.back().empty())
            found.emplace_back();
    }
    std::erase_if(found, [](const std::string& word) {
        return word.empty() || std::find(std::begin(small_words), std::end(small_words), word) !=
                                   std::end(small_words);
    });
    std::sort(found.begin(), found.end());
    std::string key;
    for (const std::string& word : found) key += key.empty() ? word : " " + word;
    return key;
}

using Index = std::map<std::string, std::string, std::less<>>;

Index make_index() {
    Index index;
    for (const CountryCode& country : country_codes()) {
        // Germany is in the table twice; the code of its party wins.
        if (country.code == "D" || country.code == "XXK") continue;
        index.emplace(key_of(country.name), country.code);
    }
    for (const OtherName& other : other_names) index.emplace(key_of(other.name), other.code);
    return index;
}

const Index& index() {
    static const Index built = make_index();
    return built;
}

// The name that was nearly written, with its code; empty when none is near.
std::string suggestion(std::string_view name) {
    std::vector<std::string_view> names;
    std::vector<std::string_view> codes;
    for (const CountryCode& country : country_codes()) {
        names.push_back(country.name);
        codes.push_back(country.code);
    }
    auto found = nearest(name, names);
    return found ? fmt::format("; did you mean {} ({})?", names[*found], codes[*found]) : "";
}

}  // namespace

Result<std::string> country_code_of_name(std::string_view name) {
    if (name.size() > name_bytes_max)
        return {Errc::too_large, "that is too long for the name of a country (200 bytes)"};
    if (is_known_code(name)) return std::string(name);
    auto found = index().find(key_of(name));
    if (found != index().end()) return found->second;
    return {Errc::not_found,
            fmt::format("no country is called '{}'{}", escape_for_display(name), suggestion(name))};
}

}  // namespace rilon
