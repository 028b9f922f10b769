// NameIndex::like. A possible match leaves next to nothing unmatched on the side that lacks less
// (names.h): so either all words of the question that count are found in the name, or all of the
// name's in the question. Names of the first kind hold a word like the question's rarest; those of
// the second are fewer words, and their longest is like one of the question's.
//
// Thousands of names share few words: each word is compared with the question's once, and a name
// costs the alignment alone. Its score is compare_folded's to the last bit.
#include <algorithm>
#include <bit>

#include "protocol/mutant.h"
#include "protocol/name_alignment.h"
#include "protocol/name_index.h"
#include "protocol/name_similarity.h"
#include "protocol/visit_ahead.h"

namespace rilon {
namespace {

// A word that weighs at most this share of the others may be missing in a possible match: both
// sides may lack an eighth of what agrees, which may weigh a fifth more than the words asked for.
constexpr double dispensable_share = 0.15;
constexpr std::size_t joined_edits_max = 1;

bool one_letter_apart(std::size_t a, std::size_t b) {
    return a <= b + 1 && b <= a + 1;
}

}  // namespace

class NameQuestion {
   public:
    NameQuestion(const NameIndex& index, const FoldedName& asked)
        : index_(index), asked_(asked), is_like_(index.words_.size()) {
        for (std::size_t i = 0; i < asked.size; ++i) {
            letters_[i] = NameLetters(form(i, 1));
            weights_.add(part(i, 1).weight(), asked.tokens[i].patronym);
            if (asked.text(i).size() == 1) initials_ = true;
            note_like(form(i, 1), bit(i), name_variant_edits_max);
            note_split(i);
        }
        for (std::size_t i = 0; i < asked.size; ++i)
            if (counts(i)) required_ |= bit(i);
        for (std::size_t run = 2; run <= joined_words_max; ++run)
            for (std::size_t i = 0; i + run <= asked.size; ++i) {
                std::uint8_t bits = 0;
                for (std::size_t k = i; k < i + run; ++k) bits |= bit(k);
                if (form(i, run).text.size() + 1 >= joined_word_min)
                    note_like(form(i, run), bits, joined_edits_max);
            }
    }

    std::vector<NameIndex::Match> answer() {
        if (mutant(Mutant::search_scans)) {
            for (NameIndex::Id id = 0; id < index_.entries_.size(); ++id) compare(id);
        } else {
            names_with_the_rarest();
            names_of_fewer_words();
        }
        auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
        std::sort(out_.begin(), out_.end(), by_name);
        out_.erase(std::unique(out_.begin(), out_.end(),
                               [](const auto& a, const auto& b) { return a.name == b.name; }),
                   out_.end());
        return std::move(out_);
    }

   private:
    using Id = NameIndex::Id;
    using WordId = NameIndex::WordId;
    using Words = std::span<const WordId>;
    // Two words of the index that are one of the question's, written apart.
    struct Split {
        WordId rarer, other;
        std::uint8_t bit;
    };
    // A word of the index against each of the question's.
    struct Compared {
        double weight;
        bool joined;  // The question may have it written apart.
        std::array<WordLikeness, name_tokens_max> like;
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
    NamePart part(std::size_t i, std::size_t run) const {
        const NameWordForm word = form(i, run);
        const NameToken& token = asked_.tokens[i];
        return {word.text,       word.key,
                word.unvowelled, token.common && run == 1,
                token.patronym,  asked_.truncated && i + run == asked_.size};
    }

    // Without it no name is a possible match. An initial, or a word that may go on, is like words
    // that are not looked for.
    bool counts(std::size_t i) const {
        bool cut_off = asked_.truncated && i + 1 == asked_.size;
        if (asked_.text(i).size() == 1 || cut_off) return false;
        double others = 0;
        for (std::size_t k = 0; k < asked_.size; ++k)
            if (k != i) others += weights_.at[k];
        return weights_.at[i] > dispensable_share * others;
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
            if (alike(word, index_.words_[id])) {
                like_[id] |= bits;
                is_like_[id] = true;
            }
    }
    // The words of the question that it is like. Of most words the bit says that there are none.
    std::uint8_t like(WordId word) const {
        return is_like_[word] ? like_.at(word) : std::uint8_t{0};
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
        if (text.size() < joined_word_min || asked_.tokens[i].unvowelled) return;
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

    static bool has(Words words, WordId word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    }

    // Has the name all words of the question that count, one at least in full? An initial stands
    // for one of them.
    bool has_required(Words words) const {
        std::uint8_t found = 0;
        int initials = 0;
        for (WordId word : words) {
            found |= like(word);
            initials += index_.letters_[word].text_size == 1 ? 1 : 0;
        }
        for (const Split& split : splits_)
            if (has(words, split.rarer) && has(words, split.other)) found |= split.bit;
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
    template <class Visit>
    void each(const std::vector<Id>& names, Visit visit) const {
        visit_ahead(
            names.size(), [&](std::size_t i) { __builtin_prefetch(&index_.entries_[names[i]]); },
            [&](std::size_t i) { visit(names[i]); });
    }
    void look_at(const std::vector<Id>& names) {
        each(names, [this](Id id) {
            if (has_required(index_.words_of(id))) compare(id);
        });
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
    bool within(Words words) const {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (is_like_[words[i]] || index_.letters_[words[i]].text_size == 1 ||
                begins_with_initial(words[i]))
                continue;
            double others = 0;
            for (std::size_t k = 0; k < words.size(); ++k)
                if (k != i) others += weight_of(words[k]);
            if (weight_of(words[i]) > dispensable_share * others) return false;
        }
        return true;
    }
    double weight_of(WordId word) const {
        return name_word_weight(index_.words_[word].text, index_.words_[word].common);
    }
    bool begins_with_initial(WordId word) const {
        for (std::size_t i = 0; initials_ && i < asked_.size; ++i)
            if (asked_.text(i).size() == 1 && asked_.text(i)[0] == index_.words_[word].text[0])
                return true;
        return false;
    }

    void names_of_fewer_words() {
        for (const auto& [word, bits] : like_) {
            if (initials_) {  // The longest word may be like an initial: any other will do.
                each(index_.words_[word].names, [this](Id id) { compare_if_within(id); });
                continue;
            }
            for (std::size_t size = 1; size < asked_.size; ++size) {
                auto at = index_.by_longest_.find(NameIndex::longest_key(word, size));
                if (at == index_.by_longest_.end()) continue;
                each(at->second, [this](Id id) { compare_if_within(id); });
            }
        }
    }
    void compare_if_within(Id id) {
        const Words words = index_.words_of(id);
        if (words.size() < asked_.size && within(words)) compare(id);
    }

    void compare(Id id) {
        const double score = score_of(id);
        if (score >= name_score_possible) out_.push_back({id, score});
    }

    // As compare_folded has it.
    double score_of(Id id) {
        const Words words = index_.words_of(id);
        const NameIndex::Entry& entry = index_.entries_[id];
        std::array<const Compared*, name_tokens_max> with{};
        bool plain = !entry.truncated && !perhaps_written_apart(words);
        for (std::size_t j = 0; plain && j < words.size(); ++j) {
            with[j] = &compared(words[j]);
            plain = !with[j]->joined;
        }
        if (!plain) return compare_folded(asked_, index_.name(id)).score;
        const bool first = comes_first(words);
        NameWeights weights;
        LikenessTable table;
        for (std::size_t j = 0; j < words.size(); ++j) {
            weights.add(with[j]->weight, ((entry.patronyms >> j) & 1) != 0);
            for (std::size_t i = 0; i < asked_.size; ++i)
                (first ? table[j][i] : table[i][j]) = with[j]->like[i];
        }
        return (first ? align_words(weights, weights_, table)
                      : align_words(weights_, weights, table))
            .score;
    }

    // In the fixed order in which names are aligned.
    bool comes_first(Words words) const {
        if (words.size() != asked_.size) return words.size() < asked_.size;
        std::string_view rest = asked_.letters;
        for (auto letters : {&NameIndex::Word::text, &NameIndex::Word::key})
            for (WordId word : words) {
                const std::string& piece = index_.words_[word].*letters;
                const int order = piece.compare(rest.substr(0, piece.size()));
                if (order != 0) return order < 0;
                rest.remove_prefix(piece.size());
            }
        return !rest.empty();
    }

    const Compared& compared(WordId id) {
        auto [at, fresh] = compared_.try_emplace(id);
        if (!fresh) return at->second;
        Compared& out = at->second;
        const NameIndex::Word& word = index_.words_[id];
        const NamePart theirs{word.text, word.key, word.unvowelled, word.common, false, false};
        out.weight = theirs.weight();
        out.joined = perhaps_joined(theirs);
        for (std::size_t i = 0; i < asked_.size; ++i)
            if (perhaps_match(i, id)) out.like[i] = compare_words(part(i, 1), theirs);
        return out;
    }
    // False: comparing the two words finds nothing.
    bool perhaps_match(std::size_t i, WordId id) const {
        const bool by_beginning = letters_[i].text_size == 1 ||
                                  index_.letters_[id].text_size == 1 ||
                                  (asked_.truncated && i + 1 == asked_.size);
        return by_beginning || perhaps_alike(letters_[i], id);
    }

    // Neighbours of the question that are this word, written apart.
    bool perhaps_joined(const NamePart& word) const {
        if (word.text.size() < joined_word_min) return false;
        for (std::size_t run = 2; run <= joined_words_max; ++run)
            for (std::size_t i = 0; i + run <= asked_.size; ++i)
                if (one_letter_apart(form(i, run).text.size(), word.text.size()) &&
                    joined_alike(part(i, run), word))
                    return true;
        return false;
    }
    // Neighbours of the name that are a word of the question, written apart.
    bool perhaps_written_apart(Words words) const {
        for (std::size_t run = 2; run <= joined_words_max; ++run)
            for (std::size_t k = 0; k + run <= words.size(); ++k) {
                NameLetters joined = index_.letters_[words[k]];
                for (WordId word : words.subspan(k + 1, run - 1))
                    joined.append(index_.letters_[word]);
                if (like_a_word_asked_for(joined)) return true;
            }
        return false;
    }
    bool like_a_word_asked_for(const NameLetters& joined) const {
        for (std::size_t i = 0; i < asked_.size; ++i) {
            const NameLetters& word = letters_[i];
            if (word.text_size < joined_word_min ||
                !one_letter_apart(joined.text_size, word.text_size))
                continue;
            if (word.unvowelled || joined.unvowelled || word.perhaps_alike(joined)) return true;
        }
        return false;
    }

    const NameIndex& index_;
    const FoldedName& asked_;
    NameWeights weights_;
    std::array<NameLetters, name_tokens_max> letters_;
    std::unordered_map<WordId, std::uint8_t> like_;  // Word → the words of the question it's like.
    std::vector<bool> is_like_;                      // By word: stands in like_.
    std::unordered_map<WordId, Compared> compared_;
    std::vector<Split> splits_;
    std::uint8_t required_ = 0;
    bool initials_ = false;
    std::vector<NameIndex::Match> out_;
};

std::vector<NameIndex::Match> NameIndex::like(const FoldedName& asked) const {
    return NameQuestion(*this, asked).answer();
}

}  // namespace rilon
