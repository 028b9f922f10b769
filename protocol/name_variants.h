// The neighbourhood of a word of a name: what is left of it when a letter or two are taken out. Two
// words that few edits part (insertion, deletion, substitution, exchange of neighbours) share such
// a rest, so a hash table finds one from the other without comparing them all (deletion
// neighbourhoods: Bocek, Hunt, Stiller, "Fast Similarity Search in Large Dictionaries", 2007).
// Internal to name_index.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rilon {

constexpr std::size_t name_variant_edits_max = 2;

// A word as fold_name makes it.
struct NameWordForm {
    std::string_view text;
    std::string_view key;
    bool unvowelled = false;
};

// The letters of a word of a name and how many they are, to tell at little cost most words that are
// not alike: an edit takes one letter out of the set and puts one in.
struct NameLetters {
    NameLetters() = default;
    explicit NameLetters(const NameWordForm& word);
    // False: name_word_similarity of the two is 0, if both have vowels.
    bool perhaps_alike(const NameLetters& other) const;
    // Those of this word and the next, written as one.
    void append(const NameLetters& next);

    std::uint32_t text = 0;  // A bit for each letter.
    std::uint32_t key = 0;
    std::uint8_t text_size = 0;
    std::uint8_t key_size = 0;
    bool unvowelled = false;
};

// Hashes, ascending, of the rests under which a word is kept, and of those under which words like
// it are looked for. Where name_word_similarity of two words is above 0 they have one in common;
// but for words of 11 letters and more three edits apart. Having one in common says little.
std::vector<std::uint32_t> variants_to_keep(const NameWordForm& word);
std::vector<std::uint32_t> variants_to_ask(const NameWordForm& word,
                                           std::size_t edits_max = name_variant_edits_max);

}  // namespace rilon
