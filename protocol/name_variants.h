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

// Which words have a rest: a multimap from hash to number in about 20 bytes an entry (std's takes
// 40), without slowing down where thousands share a rest. A list for each rest that occurs; their
// heads in an open hash table with linear probing, at most 70 % full.
class VariantTable {
   public:
    void add(std::uint32_t variant, std::uint32_t word);
    void remove(std::uint32_t variant, std::uint32_t word);
    // Calls visit with every word of each. The table is far larger than a processor's cache: all
    // heads are sent for before the first is looked at.
    template <class Visit>
    void each(const std::vector<std::uint32_t>& variants, Visit visit) const {
        if (heads_.empty()) return;
        for (std::uint32_t variant : variants) __builtin_prefetch(&heads_[home(variant)]);
        for (std::uint32_t variant : variants)
            for (Place at = heads_[find(variant)].first; at != none; at = links_[at].next)
                visit(links_[at].word);
    }

   private:
    using Place = std::uint32_t;
    static constexpr Place none = ~Place{0};
    struct Head {
        std::uint32_t variant = 0;
        Place first = none;  // None: free.
    };
    struct Link {
        std::uint32_t word = 0;
        Place next = none;
    };
    std::size_t home(std::uint32_t variant) const { return variant & (heads_.size() - 1); }
    std::size_t next(std::size_t at) const { return (at + 1) & (heads_.size() - 1); }
    // Its head, or the free one where that would be.
    std::size_t find(std::uint32_t variant) const {
        std::size_t at = home(variant);
        while (heads_[at].first != none && heads_[at].variant != variant) at = next(at);
        return at;
    }
    void grow();
    void close_gap(std::size_t gap);

    std::vector<Head> heads_;  // A power of two.
    std::size_t used_ = 0;
    std::vector<Link> links_;
    Place free_ = none;
};

}  // namespace rilon
