#include "protocol/name_variants.h"

#include <algorithm>
#include <bit>
#include <string>

#include "protocol/name_similarity.h"

namespace rilon {
namespace {

// Only the beginning of a word is varied: if two words are k edits apart, the rests of their
// beginnings still meet, and a word of 20 letters has no more of them than one of 9.
constexpr std::size_t varied_letters = 9;

// Kinds of rests, kept apart.
enum class Kind : std::uint8_t { text, key, skeleton, unvowelled_skeleton };

// FNV-1a, folded.
class RestHash {
   public:
    explicit RestHash(Kind kind) { put(static_cast<char>(kind)); }
    void put(char c) { value_ = (value_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ull; }
    std::uint32_t done() const { return static_cast<std::uint32_t>(value_ ^ (value_ >> 32)); }

   private:
    std::uint64_t value_ = 0xcbf29ce484222325ull;
};

std::uint32_t rest(Kind kind, std::string_view head, std::size_t without, std::size_t nor) {
    RestHash out(kind);
    for (std::size_t i = 0; i < head.size(); ++i)
        if (i != without && i != nor) out.put(head[i]);
    return out.done();
}

void vary(Kind kind, std::string_view word, std::size_t edits, std::vector<std::uint32_t>& out) {
    std::string_view head = word.substr(0, varied_letters);
    std::size_t none = head.size();
    out.push_back(rest(kind, head, none, none));
    if (edits == 0) return;
    for (std::size_t i = 0; i < head.size(); ++i) {
        out.push_back(rest(kind, head, i, none));
        for (std::size_t j = i + 1; edits > 1 && j < head.size(); ++j)
            out.push_back(rest(kind, head, i, j));
    }
}

void vary_spelling(const NameWordForm& word, std::size_t edits_max,
                   std::vector<std::uint32_t>& out) {
    auto edits = [&](std::string_view letters, std::size_t allowed) {
        return letters.size() < 3 ? 0 : std::min(allowed, edits_max);
    };
    vary(Kind::text, word.text, edits(word.text, name_text_edits_max(word.text.size())), out);
    vary(Kind::key, word.key, edits(word.key, name_sound_edits_max(word.key.size())), out);
}

void vary_skeleton(Kind kind, const NameWordForm& word, std::vector<std::uint32_t>& out) {
    std::string skeleton = name_skeleton(word.key);
    vary(kind, skeleton, skeleton.size() < 3 ? 0 : 1, out);
}

std::vector<std::uint32_t> each_once(std::vector<std::uint32_t> all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::uint32_t letters_of(std::string_view word) {
    std::uint32_t out = 0;
    for (char c : word) out |= 1u << (static_cast<unsigned char>(c) % 32);
    return out;
}

bool within_edits(std::uint32_t differing, std::size_t longer, std::size_t shorter,
                  std::size_t edits) {
    return longer - shorter <= edits &&
           static_cast<std::size_t>(std::popcount(differing)) <= 2 * edits;
}

}  // namespace

NameLetters::NameLetters(const NameWordForm& word)
    : text(letters_of(word.text)),
      key(letters_of(word.key)),
      text_size(static_cast<std::uint8_t>(word.text.size())),
      key_size(static_cast<std::uint8_t>(word.key.size())),
      unvowelled(word.unvowelled) {}

void NameLetters::append(const NameLetters& next) {
    text |= next.text;
    key |= next.key;
    text_size = static_cast<std::uint8_t>(text_size + next.text_size);
    key_size = static_cast<std::uint8_t>(key_size + next.key_size);
}

bool NameLetters::perhaps_alike(const NameLetters& other) const {
    auto [short_text, long_text] = std::minmax(text_size, other.text_size);
    auto [short_key, long_key] = std::minmax(key_size, other.key_size);
    return within_edits(text ^ other.text, long_text, short_text, name_text_edits_max(long_text)) ||
           within_edits(key ^ other.key, long_key, short_key, name_sound_edits_max(long_key));
}

std::vector<std::uint32_t> variants_to_keep(const NameWordForm& word) {
    std::vector<std::uint32_t> out;
    vary_skeleton(Kind::skeleton, word, out);
    if (word.unvowelled) {
        vary(Kind::text, word.text, 0, out);
        vary_skeleton(Kind::unvowelled_skeleton, word, out);
    } else {
        vary_spelling(word, name_variant_edits_max, out);
    }
    return each_once(std::move(out));
}

// Without vowels on either side it is the skeletons that are compared.
std::vector<std::uint32_t> variants_to_ask(const NameWordForm& word, std::size_t edits_max) {
    std::vector<std::uint32_t> out;
    if (word.unvowelled) {
        vary(Kind::text, word.text, 0, out);
        vary_skeleton(Kind::skeleton, word, out);
    } else {
        vary_spelling(word, edits_max, out);
        vary_skeleton(Kind::unvowelled_skeleton, word, out);
    }
    return each_once(std::move(out));
}

}  // namespace rilon
