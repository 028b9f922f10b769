// Words of two names, aligned one to one, and what that is worth. Internal to names.h and
// name_index.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "protocol/names.h"

namespace rilon {

struct NamePart {
    std::string_view text;
    std::string_view key;
    bool unvowelled = false;
    bool common = false;
    bool patronym = false;
    bool may_go_on = false;  // The last word of a truncated name.

    bool is_initial() const { return text.size() == 1; }
    double weight() const;
};

enum class WordMatch : std::uint8_t { none, equal, alike, sound, initial, truncated };

struct WordLikeness {
    double value;
    double weight;
    WordMatch match;  // None: the others are 0.
};

// Symmetric.
WordLikeness compare_words(const NamePart& a, const NamePart& b);

// Words written apart and this one are one name.
bool joined_alike(const NamePart& joined, const NamePart& word);
constexpr std::size_t joined_word_min = 5;  // Shorter words are never looked for in pieces.
constexpr std::size_t joined_words_max = 3;

// What counts of a name's words beside their likeness.
struct NameWeights {
    std::array<double, name_tokens_max> at{};
    std::uint8_t patronyms = 0;  // A bit for each word.
    std::size_t size = 0;

    void add(double weight, bool patronym) {
        if (patronym) patronyms |= static_cast<std::uint8_t>(1u << size);
        at[size++] = weight;
    }
};

// Of each word of the one name with each of the other.
using LikenessTable = std::array<std::array<WordLikeness, name_tokens_max>, name_tokens_max>;

struct NameAlignment {
    std::array<std::int8_t, name_tokens_max> partner{};  // Of each word of a; -1 none.
    double score = 0;
    bool initials = false;   // One stands for a word.
    bool exchanged = false;  // The parent of one is the child of the other.
};

// Among alignments of one sum the first found wins, and sums depend on their order: who wants the
// same both ways gives the names in a fixed order.
NameAlignment align_words(const NameWeights& a, const NameWeights& b, const LikenessTable& table);

}  // namespace rilon
