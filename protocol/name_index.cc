#include "protocol/name_index.h"

#include <algorithm>

#include "protocol/assert.h"

namespace rilon {
namespace {

void put(std::vector<NameIndex::Id>& ids, NameIndex::Id id) {
    auto at =
        ids.empty() || ids.back() < id ? ids.end() : std::lower_bound(ids.begin(), ids.end(), id);
    if (at == ids.end() || *at != id) ids.insert(at, id);
}

void take(std::vector<NameIndex::Id>& ids, NameIndex::Id id) {
    auto at = std::lower_bound(ids.begin(), ids.end(), id);
    if (at != ids.end() && *at == id) ids.erase(at);  // A word may stand in a name twice.
}

template <class All>
std::uint32_t free_place(std::vector<std::uint32_t>& free, All& all) {
    if (free.empty()) {
        all.emplace_back();
        return static_cast<std::uint32_t>(all.size() - 1);
    }
    std::uint32_t out = free.back();
    free.pop_back();
    return out;
}

}  // namespace

std::string NameIndex::dictionary_key(std::string_view text, bool unvowelled) {
    return std::string(text) + (unvowelled ? "*" : "");
}

NameIndex::WordId NameIndex::word_for(const FoldedName& name, std::size_t i) {
    const NameToken& token = name.tokens[i];
    auto [at, fresh] = by_text_.try_emplace(dictionary_key(name.text(i), token.unvowelled));
    if (!fresh) return at->second;
    WordId id = at->second = free_place(free_words_, words_);
    Word& word = words_[id];
    word.text = name.text(i);
    word.key = name_sound(name, i);
    word.unvowelled = token.unvowelled;
    word.common = token.common;
    letters_.resize(words_.size());
    letters_[id] = NameLetters(word.form());
    for (std::uint32_t variant : variants_to_keep(word.form())) variants_.add(variant, id);
    return id;
}

void NameIndex::forget(WordId id) {
    Word& word = words_[id];
    for (std::uint32_t variant : variants_to_keep(word.form())) variants_.remove(variant, id);
    by_text_.erase(dictionary_key(word.text, word.unvowelled));
    word = {};
    letters_[id] = {};
    free_words_.push_back(id);
}

std::span<const NameIndex::WordId> NameIndex::words_of(Id id) const {
    const Entry& entry = entries_[id];
    const WordId* first =
        entry.size > words_inside ? long_names_.at(id).data() : entry.words.data();
    return {first, entry.size};
}

NameIndex::WordId NameIndex::longest_of(std::span<const WordId> words) const {
    WordId out = words[0];
    for (WordId word : words.subspan(1))
        if (words_[word].text.size() > words_[out].text.size()) out = word;
    return out;
}

NameIndex::Id NameIndex::add(const FoldedName& name) {
    Id id = free_place(free_entries_, entries_);
    Entry& entry = entries_[id];
    entry = {};
    entry.size = name.size;
    entry.complete = name.complete;
    entry.truncated = name.truncated;
    WordId* words = name.size > words_inside ? long_names_[id].data() : entry.words.data();
    for (std::size_t i = 0; i < name.size; ++i) {
        words[i] = word_for(name, i);
        if (name.tokens[i].patronym) entry.patronyms |= static_cast<std::uint8_t>(1u << i);
        put(words_[words[i]].names, id);
    }
    if (name.size > 0) put(by_longest_[longest_key(longest_of(words_of(id)), name.size)], id);
    return id;
}

void NameIndex::remove(Id id) {
    RILON_ASSERT(id < entries_.size());
    std::span<const WordId> held = words_of(id);
    if (!held.empty()) {
        auto longest = by_longest_.find(longest_key(longest_of(held), held.size()));
        RILON_ASSERT(longest != by_longest_.end());
        take(longest->second, id);
        if (longest->second.empty()) by_longest_.erase(longest);
    }
    std::vector<WordId> words(held.begin(), held.end());
    std::sort(words.begin(), words.end());
    for (std::size_t i = 0; i < words.size(); ++i) {
        take(words_[words[i]].names, id);
        bool again = i + 1 < words.size() && words[i + 1] == words[i];
        if (!again && words_[words[i]].names.empty()) forget(words[i]);
    }
    long_names_.erase(id);
    entries_[id] = {};
    free_entries_.push_back(id);
}

FoldedName NameIndex::name(Id id) const {
    const Entry& entry = entries_[id];
    const std::span<const WordId> words = words_of(id);
    FoldedName out;
    out.size = entry.size;
    out.complete = entry.complete;
    out.truncated = entry.truncated;
    // All texts, then all keys, as fold_name has them.
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words_[words[i]];
        NameToken& token = out.tokens[i];
        token.text = static_cast<std::uint16_t>(out.letters.size());
        token.text_size = static_cast<std::uint8_t>(word.text.size());
        token.unvowelled = word.unvowelled;
        token.common = word.common;
        token.patronym = ((entry.patronyms >> i) & 1) != 0;
        out.letters += word.text;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Word& word = words_[words[i]];
        out.tokens[i].key = static_cast<std::uint16_t>(out.letters.size());
        out.tokens[i].key_size = static_cast<std::uint8_t>(word.key.size());
        out.letters += word.key;
    }
    return out;
}

}  // namespace rilon
