// Names by the million, and those among them that are like a name. Finds what comparing with every
// name would find (names.h) without doing it: by the words of the name, those like them
// (name_variants.h), and the names that hold them. In memory only; no lock of its own.
//
// Not found, where comparing with every name would find them: names that agree only in a word of 11
// and more letters three edits apart, or in a word that is written apart on the side of the index
// and has a slip besides.
#pragma once

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "protocol/name_variants.h"
#include "protocol/names.h"
#include "protocol/paged_vector.h"
#include "protocol/variant_table.h"

namespace rilon {

class NameIndex {
   public:
    using Id = std::uint32_t;  // Of a name in the index; given anew after remove.

    Id add(const FoldedName& name);  // Of fold_letters: sounds are worked out for new words only.
    void remove(Id name);

    struct Match {
        Id name = 0;
        double score = 0;
    };
    // Every name that is at least possible (name_score_possible), ascending by id. The last word of
    // a truncated name, asked for or added, helps to judge and not to find.
    std::vector<Match> like(const FoldedName& asked) const;

    // As it was added, with the sounds.
    FoldedName name(Id id) const;
    std::size_t words() const { return by_text_.size(); }

   private:
    friend class NameQuestion;
    using WordId = std::uint32_t;

    struct Word {
        std::string text;
        std::string key;
        bool unvowelled = false;
        bool common = false;
        std::vector<Id> names;  // Ascending.
        NameWordForm form() const { return {text, key, unvowelled}; }
    };
    static constexpr std::size_t words_inside = 3;
    struct Entry {
        std::array<WordId, words_inside> words{};  // None: it has more, in long_names_.
        std::uint8_t size = 0;
        std::uint8_t patronyms = 0;  // A bit for each word.
        bool complete = true;
        bool truncated = false;
    };
    static_assert(sizeof(Entry) == 16);
    using LongName = std::array<WordId, name_tokens_max>;
    // Names of `size` words by the longest of these: who has all his words in a question has that
    // one.
    static std::uint64_t longest_key(WordId longest, std::size_t size) {
        return (std::uint64_t{longest} << 8) | size;
    }

    WordId word_for(const FoldedName& name, std::size_t i);
    void forget(WordId word);
    std::span<const WordId> words_of(Id name) const;
    WordId longest_of(std::span<const WordId> words) const;
    static std::string dictionary_key(std::string_view text, bool unvowelled);

    PagedVector<Entry> entries_;
    std::unordered_map<Id, LongName> long_names_;
    std::vector<Id> free_entries_;
    std::vector<Word> words_;
    std::vector<NameLetters> letters_;  // Of each word; apart, so that most are never touched.
    std::vector<WordId> free_words_;
    std::unordered_map<std::string, WordId> by_text_;
    std::unordered_map<std::uint64_t, std::vector<Id>> by_longest_;
    VariantTable variants_;
};

}  // namespace rilon
