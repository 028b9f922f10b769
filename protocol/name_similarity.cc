#include "protocol/name_similarity.h"

#include <algorithm>
#include <cstdint>

#include "protocol/nearest.h"

namespace rilon {
namespace {

constexpr std::size_t word_max = 64;

// More edits than this share of the longer word, and nobody would take the two for one.
constexpr double edits_share_max = 0.29;
// By sound, where much has been made equal already, fewer.
constexpr double sound_edits_share_max = 0.24;
// A likeness by sound only is worth a little less than one of letters.
constexpr double sound_worth = 0.97;
constexpr double skeleton_worth = 0.94;
constexpr double lone_worth = 0.85;
constexpr double jaro_winkler_min = 0.80;

constexpr double common_weight = 0.5;   // Of MUHAMMAD, against another name of its length.
constexpr double initial_weight = 2.5;  // In letters.
constexpr double weight_max = 12;

struct Digraph {
    std::string_view from;
    std::string_view to;
};

// Longer ones first. Consonants as several languages spell them, vowels as Arabic names meet Latin;
// EO is Korean (Revised Romanisation, 2000), spelled U by habit.
constexpr Digraph digraphs[] = {
    {"TCH", "CH"}, {"SCH", "SH"}, {"DZH", "J"}, {"DJ", "J"}, {"PH", "F"}, {"CK", "K"}, {"KH", "K"},
    {"GH", "G"},   {"DH", "D"},   {"TH", "T"},  {"TZ", "Z"}, {"QU", "K"}, {"OU", "U"}, {"OO", "U"},
    {"EE", "I"},   {"AI", "I"},   {"EI", "I"},  {"AY", "I"}, {"EY", "I"}, {"IE", "I"}, {"AE", "A"},
    {"OE", "U"},   {"UE", "U"},   {"AU", "U"},  {"AW", "U"}, {"IY", "I"}, {"EO", "U"},
};

char sound_of(char c) {
    switch (c) {
        case 'C':
        case 'Q': return 'K';
        case 'W': return 'V';
        case 'Y':
        case 'E': return 'I';
        case 'O': return 'U';
        default: return c;
    }
}

bool is_vowel_sound(char c) {
    return c == 'A' || c == 'I' || c == 'U';
}

std::size_t edits_max(std::size_t letters, double share_max) {
    return std::max(std::size_t{1},
                    static_cast<std::size_t>(share_max * static_cast<double>(letters)));
}

double with_edits(std::string_view a, std::string_view b, double share_max) {
    if (a == b) return 1;
    std::size_t longer = std::max(a.size(), b.size());
    std::size_t shorter = std::min(a.size(), b.size());
    if (shorter == 0 || longer < 3) return 0;
    // One edit in a word of three letters is a slip that happens; in two it is another word.
    std::size_t allowed = edits_max(longer, share_max);
    if (longer - shorter > allowed) return 0;
    if (edit_distance(a, b, allowed) > allowed) return 0;
    double likeness = jaro_winkler(a, b);
    return likeness < jaro_winkler_min ? 0 : likeness;
}

}  // namespace

double jaro_winkler(std::string_view a, std::string_view b) {
    a = a.substr(0, word_max);
    b = b.substr(0, word_max);
    if (a == b) return 1;
    // Which characters pair off may depend on the order of the words: fix it.
    if (b.size() < a.size() || (b.size() == a.size() && b < a)) std::swap(a, b);
    if (a.empty() || b.empty()) return 0;
    std::size_t window = std::max(a.size(), b.size()) / 2;
    window = window > 0 ? window - 1 : 0;
    std::uint64_t a_matched = 0;
    std::uint64_t b_matched = 0;
    double matches = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t end = std::min(b.size(), i + window + 1);
        for (std::size_t j = i > window ? i - window : 0; j < end; ++j) {
            if (((b_matched >> j) & 1) != 0 || a[i] != b[j]) continue;
            a_matched |= std::uint64_t{1} << i;
            b_matched |= std::uint64_t{1} << j;
            ++matches;
            break;
        }
    }
    if (matches == 0) return 0;
    double out_of_place = 0;
    for (std::size_t i = 0, j = 0; i < a.size(); ++i) {
        if (((a_matched >> i) & 1) == 0) continue;
        while (((b_matched >> j) & 1) == 0) ++j;
        if (a[i] != b[j]) ++out_of_place;
        ++j;
    }
    double jaro =
        (matches / static_cast<double>(a.size()) + matches / static_cast<double>(b.size()) +
         (matches - out_of_place / 2) / matches) /
        3;
    std::size_t prefix = 0;
    while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix]) ++prefix;
    return jaro + 0.1 * static_cast<double>(prefix) * (1 - jaro);
}

std::string name_sound_key(std::string_view word) {
    std::string out;
    for (std::size_t i = 0; i < word.size();) {
        std::string_view sound;
        std::size_t size = 1;
        for (const Digraph& d : digraphs) {
            if (!word.substr(i).starts_with(d.from)) continue;
            sound = d.to;
            size = d.from.size();
            break;
        }
        char single = sound_of(word[i]);
        if (word[i] == 'X')
            sound = "KS";
        else if (sound.empty())
            sound = {&single, 1};
        for (char c : sound)
            if (out.empty() || out.back() != c) out += c;
        i += size;
    }
    if (out.size() > 3 && out.back() == 'H') out.pop_back();
    return out;
}

std::string name_skeleton(std::string_view key) {
    std::string out;
    for (char c : key)
        if (!is_vowel_sound(c) && c != 'V' && (out.empty() || out.back() != c)) out += c;
    return out;
}

std::size_t name_text_edits_max(std::size_t letters) {
    return edits_max(letters, edits_share_max);
}
std::size_t name_sound_edits_max(std::size_t letters) {
    return edits_max(letters, sound_edits_share_max);
}

double name_word_weight(std::string_view text, bool common) {
    if (text.size() == 1) return initial_weight;
    double letters = std::clamp(static_cast<double>(text.size()), 2.0, weight_max);
    return common ? letters * common_weight : letters;
}

double name_word_similarity(const NameWordPair& pair) {
    if (pair.a == pair.b) return 1;
    if (pair.skeletons) {
        std::string a = name_skeleton(pair.a_key);
        std::string b = name_skeleton(pair.b_key);
        // One consonant is little to go by: ALI is, ALIYU, ELIA aren't.
        bool little = a.size() < 2 || b.size() < 2;
        if (little) return a == b && pair.a.size() <= 3 && pair.b.size() <= 3 ? lone_worth : 0;
        return skeleton_worth * (a == b ? 1.0 : with_edits(a, b, sound_edits_share_max));
    }
    double letters = with_edits(pair.a, pair.b, edits_share_max);
    double sound = sound_worth * with_edits(pair.a_key, pair.b_key, sound_edits_share_max);
    return std::max(letters, sound);
}

}  // namespace rilon
