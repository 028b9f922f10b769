// The codes of states and organisations that stand in travel documents (ICAO Doc 9303-3, section
// 5), the party of the network each belongs to, and the way from a country's name to its code.
// Which parties a network has is the directory's business, not this table's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/result.h"

namespace rilon {

enum class CountryKind {
    state,         // ISO 3166-1: a state or a territory; also Kosovo.
    british,       // GBD, GBN, GBO, GBP, GBS: kinds of British nationality.
    organisation,  // UNO, EUE, XPO …: issues documents, is nobody's home.
    no_home,       // XXA, XXB, XXC, XXX: stateless, refugee, unspecified.
    withdrawn,     // ANT, NTZ: reserved after use.
    specimen,      // UTO: no such state.
};

struct CountryCode {
    std::string_view code;  // As in the zone, fillers removed: three letters, or "D".
    std::string_view iso2;  // Empty where there is none.
    std::string_view name;
    CountryKind kind;
};

// All 278 of them, states first, in the order of part 3.
std::span<const CountryCode> country_codes();

// Exact, upper case, without fillers; null when not known.
const CountryCode* find_country(std::string_view code);
bool is_known_code(std::string_view code);

// The party a nationality or a country of birth belongs to: what the release rule withholds.
struct CodeParty {
    std::string party;  // ISO 3166-1 alpha-3; for Kosovo "RKS".
    bool operator==(const CodeParty&) const = default;
};
// The code names no home (XXA, XXB, XXC, XXX): the officer has to be asked.
struct CodeNoHome {
    bool operator==(const CodeNoHome&) const = default;
};
// No party can follow from it. As a nationality it blocks posting; as the issuer of a document it
// withholds nobody, because nobody is there (UTO) or no state stands behind it (UNO).
struct CodeUnmapped {
    enum class Why { unknown, organisation, withdrawn, specimen };
    Why why;
    bool operator==(const CodeUnmapped&) const = default;
};
using PartyOfCode = std::variant<CodeParty, CodeNoHome, CodeUnmapped>;

// D → DEU; GBD, GBN, GBO, GBP, GBS → GBR; UNK, XXK → RKS; other states to themselves (HKG to HKG:
// that HKG is under CHN is in the directory; see state_over).
PartyOfCode party_of_code(std::string_view code);

// The state that a territory belongs to or whose nationals its people are (HKG → CHN, PRI → USA,
// COK → NZL); empty for a state and for anything else. Source: ISO 3166-1 remarks on each entry.
// A release rule that withholds a territory and knows of no directory entry for it should withhold
// this one too.
std::string_view state_over(std::string_view code);

// The code of a country named as people and the UN list write it: "Iran (Islamic Republic of)",
// "Democratic Republic of the Congo", "Türkiye", "Ivory Coast", or a code itself. Case, accents,
// articles and word order don't count. Fails with not_found, naming the nearest name where one is
// near; with too_large over 200 bytes.
Result<std::string> country_code_of_name(std::string_view name);

}  // namespace rilon
