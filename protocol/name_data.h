// What in a name isn't a name: honorifics, patronymic markers, articles; and spellings of the
// commonest name of all. Facts, each with its reason, in one place.
#pragma once

#include <span>
#include <string_view>

namespace rilon {

enum class NameWordKind {
    honorific,   // A title or rank: says nothing about who.
    courtesy,    // A title there, a name elsewhere: a title only where what follows shows it.
    patronymic,  // "Son of": stands between names.
    article,     // "The": written apart, joined or left out at will.
    muhammad,    // A spelling or an abbreviation of MUHAMMAD.
    servant,     // "Servant of": always half of a name (ABDUL RAHMAN).
};

struct NameWord {
    std::string_view word;  // A-Z.
    NameWordKind kind;
    std::string_view reason;  // Language and meaning.
};

// Null when the word is a name like any other.
const NameWord* find_name_word(std::string_view word);

// Markers with a stroke, which folding to A-Z would tear apart: a/l, a/p, s/o, d/o, w/o. Lower
// case.
std::span<const std::string_view> stroke_markers();

// Beginnings of joined names with the servant word: ABDULRAHMAN is ABDUL RAHMAN. Longest first.
std::span<const std::string_view> servant_prefixes();

}  // namespace rilon
