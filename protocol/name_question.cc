// NameIndex::like. A possible match leaves next to nothing unmatched on the side that lacks less
// (names.h): so either all words of the question that count are found in the name, or all of the
// name's in the question. Names of the first kind hold a word like the question's rarest; those of
// the second are fewer words, and their longest is like one of the question's.
#include <algorithm>
#include <bit>
#include <unordered_set>

#include "protocol/mutant.h"
#include "protocol/name_index.h"
#include "protocol/name_similarity.h"

namespace rilon {
namespace {

// A word that weighs at most this share of the others may be missing in a possible match: both
// sides may lack an eighth of what agrees, which may weigh a fifth more than the words asked for.
constexpr double dispensable_share = 0.15;
constexpr std::size_t joined_letters_min = 5;  // As names are compared (name_compare.cc).
constexpr std::size_t joined_words_max = 3;
constexpr std::size_t joined_edits_max = 1;

}  // namespace

class NameQuestion {
   public:
    NameQuestion(const NameIndex& index, const FoldedName& asked) : index_(index), asked_(asked) {
        for (std::size_t i = 0; i < asked.size; ++i) {
            if (asked.text(i).size() == 1) initials_ = true;
            note_like(form(i, 1), bit(i), name_variant_edits_max);
            note_split(i);
            if (counts(i)) required_ |= bit(i);
        }
        for (std::size_t run = 2; run <= joined_words_max; ++run)
            for (std::size_t i = 0; i + run <= asked.size; ++i) {
                std::uint8_t bits = 0;
                for (std::size_t k = i; k < i + run; ++k) bits |= bit(k);
                if (form(i, run).text.size() + 1 >= joined_letters_min)
                    note_like(form(i, run), bits, joined_edits_max);
            }
    }

    std::vector<NameIndex::Match> answer() {
        if (mutant(Mutant::search_scans)) {
            for (NameIndex::Id id = 0; id < index_.entries_.size(); ++id) compare(id);
            return std::move(out_);
        }
        names_with_the_rarest();
        names_of_fewer_words();
        return std::move(out_);
    }

   private:
    using Id = NameIndex::Id;
    using WordId = NameIndex::WordId;
    // Two words of the index that are one of the question's, written apart.
    struct Split {
        WordId rarer, other;
        std::uint8_t bit;
    };

    static std::uint8_t bit(std::size_t i) { return static_cast<std::uint8_t>(1u << i); }

    // Words i to i + run - 1 as one.
    NameWordForm form(std::size_t i, std::size_t run) const {
        std::size_t text = 0, key = 0;
        for (std::size_t k = i; k < i + run; ++k) {
            text += asked_.tokens[k].text_size;
            key += asked_.tokens[k].key_size;
        }
        std::string_view letters = asked_.letters;
        return {letters.substr(asked_.tokens[i].text, text),
                letters.substr(asked_.tokens[i].key, key), asked_.tokens[i].unvowelled};
    }

    // Without it no name is a possible match. An initial, or a word that may go on, is like words
    // that are not looked for.
    bool counts(std::size_t i) const {
        bool cut_off = asked_.truncated && i + 1 == asked_.size;
        if (asked_.text(i).size() == 1 || cut_off) return false;
        double others = 0;
        for (std::size_t k = 0; k < asked_.size; ++k)
            if (k != i) others += weight(k);
        return weight(i) > dispensable_share * others;
    }
    double weight(std::size_t i) const {
        return name_word_weight(asked_.text(i), asked_.tokens[i].common);
    }

    void note_like(const NameWordForm& word, std::uint8_t bits, std::size_t edits_max) {
        std::vector<WordId> perhaps;
        index_.variants_.each(variants_to_ask(word, edits_max),
                              [&](WordId id) { perhaps.push_back(id); });
        std::sort(perhaps.begin(), perhaps.end());
        perhaps.erase(std::unique(perhaps.begin(), perhaps.end()), perhaps.end());
        NameLetters letters(word);
        std::erase_if(perhaps, [&](WordId id) { return !perhaps_alike(letters, id); });
        for (WordId id : perhaps) __builtin_prefetch(&index_.words_[id]);
        for (WordId id : perhaps)
            if (alike(word, index_.words_[id])) like_[id] |= bits;
    }

    // The word J of the index, where JOHN is asked for.
    const NameIndex::Word* initial_of(std::size_t i) const {
        auto at = index_.by_text_.find(std::string(asked_.text(i).substr(0, 1)));
        return at == index_.by_text_.end() ? nullptr : &index_.words_[at->second];
    }

    bool perhaps_alike(const NameLetters& word, WordId id) const {
        const NameLetters& other = index_.letters_[id];
        return word.unvowelled || other.unvowelled || word.perhaps_alike(other);
    }
    static bool alike(const NameWordForm& word, const NameIndex::Word& other) {
        return word.text == other.text ||
               name_word_similarity({word.text, word.key, other.text, other.key,
                                     word.unvowelled || other.unvowelled}) > 0;
    }

    void note_split(std::size_t i) {
        std::string_view text = asked_.text(i);
        if (text.size() < joined_letters_min || asked_.tokens[i].unvowelled) return;
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            auto left = index_.by_text_.find(std::string(text.substr(0, cut)));
            if (left == index_.by_text_.end()) continue;
            auto right = index_.by_text_.find(std::string(text.substr(cut)));
            if (right == index_.by_text_.end()) continue;
            WordId one = left->second, two = right->second;
            bool swap = names_of(two) < names_of(one);
            splits_.push_back({swap ? two : one, swap ? one : two, bit(i)});
        }
    }
    std::size_t names_of(WordId word) const { return index_.words_[word].names.size(); }

    static bool has(const NameIndex::Entry& entry, WordId word) {
        auto end = entry.words.begin() + entry.size;
        return std::find(entry.words.begin(), end, word) != end;
    }

    // Has the name all words of the question that count, one at least in full? An initial stands
    // for one of them.
    bool has_required(const NameIndex::Entry& entry) const {
        std::uint8_t found = 0;
        int initials = 0;
        for (std::size_t i = 0; i < entry.size; ++i) {
            if (auto at = like_.find(entry.words[i]); at != like_.end()) found |= at->second;
            initials += index_.words_[entry.words[i]].text.size() == 1 ? 1 : 0;
        }
        for (const Split& split : splits_)
            if (has(entry, split.rarer) && has(entry, split.other)) found |= split.bit;
        return (found & required_) != 0 &&
               std::popcount(static_cast<std::uint8_t>(required_ & ~found)) <= initials;
    }

    // How many names there are with words like these of the question.
    std::size_t count_names(std::uint8_t wanted) const {
        std::size_t out = 0;
        for (const auto& [word, bits] : like_)
            if ((bits & wanted) != 0) out += names_of(word);
        for (const Split& split : splits_)
            if ((split.bit & wanted) != 0) out += names_of(split.rarer);
        return out;
    }
    void look_at(const std::vector<Id>& names) {
        for (Id id : names)
            if (has_required(index_.entries_[id])) compare(id);
    }
    void look_at_like(std::uint8_t wanted) {
        for (const auto& [word, bits] : like_)
            if ((bits & wanted) != 0) look_at(index_.words_[word].names);
        for (const Split& split : splits_)
            if ((split.bit & wanted) != 0) look_at(index_.words_[split.rarer].names);
    }

    void names_with_the_rarest() {
        std::size_t rarest = name_tokens_max;
        std::size_t fewest = 0;
        for (std::size_t i = 0; i < asked_.size; ++i) {
            if ((required_ & bit(i)) == 0) continue;
            std::size_t names = count_names(bit(i));
            if (rarest != name_tokens_max && names >= fewest) continue;
            rarest = i;
            fewest = names;
        }
        if (rarest == name_tokens_max) return;
        look_at_like(bit(rarest));
        // Or they have its initial, and another word in full.
        const NameIndex::Word* initial = initial_of(rarest);
        if (initial == nullptr) return;
        auto others = static_cast<std::uint8_t>(required_ & ~bit(rarest));
        if (count_names(others) < initial->names.size())
            look_at_like(others);
        else
            look_at(initial->names);
    }

    // Is each word of the name that counts like one of the question's?
    bool within(const NameIndex::Entry& entry) const {
        for (std::size_t i = 0; i < entry.size; ++i) {
            const NameIndex::Word& word = index_.words_[entry.words[i]];
            if (word.text.size() == 1 || like_.contains(entry.words[i]) ||
                begins_with_initial(word))
                continue;
            double others = 0;
            for (std::size_t k = 0; k < entry.size; ++k)
                if (k != i) others += weight_of(entry.words[k]);
            if (weight_of(entry.words[i]) > dispensable_share * others) return false;
        }
        return true;
    }
    double weight_of(WordId word) const {
        return name_word_weight(index_.words_[word].text, index_.words_[word].common);
    }
    bool begins_with_initial(const NameIndex::Word& word) const {
        for (std::size_t i = 0; initials_ && i < asked_.size; ++i)
            if (asked_.text(i).size() == 1 && asked_.text(i)[0] == word.text[0]) return true;
        return false;
    }

    void names_of_fewer_words() {
        for (const auto& [word, bits] : like_) {
            if (initials_) {  // The longest word may be like an initial: any other will do.
                for (Id id : index_.words_[word].names) compare_if_within(id);
                continue;
            }
            for (std::size_t size = 1; size < asked_.size; ++size) {
                auto at = index_.by_longest_.find(NameIndex::longest_key(word, size));
                if (at == index_.by_longest_.end()) continue;
                for (Id id : at->second) compare_if_within(id);
            }
        }
    }
    void compare_if_within(Id id) {
        const NameIndex::Entry& entry = index_.entries_[id];
        if (entry.size < asked_.size && within(entry)) compare(id);
    }

    void compare(Id id) {
        if (!compared_.insert(id).second) return;
        double score = compare_folded(asked_, index_.name(id)).score;
        if (score >= name_score_possible) out_.push_back({id, score});
    }

    const NameIndex& index_;
    const FoldedName& asked_;
    std::unordered_map<WordId, std::uint8_t> like_;  // Word → the words of the question it's like.
    std::vector<Split> splits_;
    std::uint8_t required_ = 0;
    bool initials_ = false;
    std::unordered_set<Id> compared_;
    std::vector<NameIndex::Match> out_;
};

std::vector<NameIndex::Match> NameIndex::like(const FoldedName& asked) const {
    return NameQuestion(*this, asked).answer();
}

}  // namespace rilon
