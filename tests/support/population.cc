#include "tests/support/population.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace rilon {
namespace {

constexpr std::size_t given_words = 4000;
constexpr std::size_t surname_words = 150000;
constexpr std::string_view onsets[] = {"K",  "M",  "S",  "N", "R",  "T",  "L", "B",  "D",  "H",
                                       "J",  "P",  "G",  "Y", "Z",  "F",  "W", "CH", "SH", "TH",
                                       "KH", "BR", "TR", "V", "NG", "PH", "Q", "DH"};
constexpr std::string_view vowels[] = {"A", "I", "U", "E", "O", "AI", "OU", "EE"};
constexpr std::string_view codas[] = {"", "", "", "N", "R", "M", "L", "S", "NG", "T", "K", "D"};

template <std::size_t n>
std::string_view pick(const std::string_view (&list)[n], std::uint64_t& bits) {
    std::string_view out = list[bits % n];
    bits /= n;
    return out;
}

// The word of a number: two to four syllables, common ones shorter. Different numbers may share a
// word, as different families do.
std::string word(std::uint64_t number, std::uint64_t kind) {
    std::uint64_t bits = (number * 2 + kind + 1) * 0x9e3779b97f4a7c15ull;
    bits ^= bits >> 29;
    std::size_t syllables = number < 300 ? 2 : 2 + bits % 3;
    std::string out;
    for (std::size_t i = 0; i < syllables; ++i) {
        out += pick(onsets, bits);
        out += pick(vowels, bits);
        if (i + 1 == syllables) out += pick(codas, bits);
        bits ^= (number + i) * 0xbf58476d1ce4e5b9ull;
    }
    return out;
}

}  // namespace

double Population::share() {
    return static_cast<double>(rng_.below(1u << 30)) / (1u << 30);
}

// Zipf's law with exponent 1.
std::size_t Population::rank(std::size_t words) {
    return static_cast<std::size_t>(std::pow(static_cast<double>(words), share())) - 1;
}

std::string Population::given() {
    return word(rank(given_words), 0);
}
std::string Population::surname() {
    return word(rank(surname_words), 1);
}

InventedPerson Population::next() {
    InventedPerson out;
    std::uint64_t form = rng_.below(100);
    if (form < 55) {
        out = {surname(), given(), "", ""};
    } else if (form < 75) {
        out = {surname(), given() + " " + given(), "", ""};
    } else if (form < 92) {
        std::string first = rng_.below(3) == 0 ? "Muhammad " + given() : given();
        out = {first + " bin " + given(), "", "", ""};
    } else if (form < 97) {
        out = {given(), "", "", ""};
    } else {
        out = {surname(), given().substr(0, 1) + " " + given(), "", ""};
    }
    out.birth_date = fmt::format("{}-{:02}-{:02}", 1945 + rng_.below(62), 1 + rng_.below(12),
                                 1 + rng_.below(28));
    out.document = fmt::format("L{:07}", ++numbers_);
    return out;
}

InventedPerson Population::stranger() {
    InventedPerson out = next();
    out.primary = word(1000000 + rng_.below(1u << 30), 1) + "OVICH";
    out.secondary = word(1000000 + rng_.below(1u << 30), 0) + "IKA";
    out.document = fmt::format("X{:07}", ++numbers_);
    return out;
}

proto::Alert lookout(const InventedPerson& person) {
    proto::Alert out;
    out.set_title("Wanted for the use of a stolen passport");
    auto* record = out.add_persons();
    auto* identity = record->add_identities();
    identity->set_type("documentary");
    identity->set_primary(person.primary);
    identity->set_secondary(person.secondary);
    identity->set_birth_date(person.birth_date);
    identity->set_sex("M");
    auto* nationality = record->add_nationalities();
    nationality->set_code("UTO");
    nationality->set_basis("documentary");
    auto* document = out.add_documents();
    document->set_type("P");
    document->set_issuer("UTO");
    document->set_number(person.document);
    out.mutable_travel_fraud()->set_fraud_type("forged");
    return out;
}

}  // namespace rilon
