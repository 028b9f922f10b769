// The comparison of two folded names (names.h): an exact alignment of words, then one score.
#include <fmt/format.h>

#include "protocol/name_alignment.h"

namespace rilon {
namespace {

struct Parts {
    std::array<NamePart, name_tokens_max> at;
    std::size_t size = 0;

    // Words `i` to `i + run - 1` become one; they are neighbours in FoldedName::letters.
    void merge(std::size_t i, std::size_t run) {
        for (std::size_t k = 1; k < run; ++k) {
            at[i].text = {at[i].text.data(), at[i].text.size() + at[i + k].text.size()};
            at[i].key = {at[i].key.data(), at[i].key.size() + at[i + k].key.size()};
            at[i].common = false;
        }
        for (std::size_t k = i + 1; k + run - 1 < size; ++k) at[k] = at[k + run - 1];
        size -= run - 1;
    }
    NameWeights weights() const {
        NameWeights out;
        for (std::size_t i = 0; i < size; ++i) out.add(at[i].weight(), at[i].patronym);
        return out;
    }
};

struct Alignment {
    Parts a, b;
    LikenessTable table;
    NameAlignment found;
    bool swapped = false;  // `a` is the second name.

    int partner(std::size_t i) const { return found.partner[i]; }
};

Parts parts_of(const FoldedName& name) {
    Parts out;
    for (std::size_t i = 0; i < name.size; ++i)
        out.at[out.size++] = {name.text(i),
                              name.key(i),
                              name.tokens[i].unvowelled,
                              name.tokens[i].common,
                              name.tokens[i].patronym,
                              name.truncated && i + 1 == name.size};
    return out;
}

// Words written apart on one side and together on the other (VLADIMIR PUTIN, VLADIMIRPUTIN; PLAT
// ONO VICH) become one.
void merge_split_words(Parts* split, const Parts& whole) {
    for (std::size_t j = 0; j < whole.size; ++j) {
        const NamePart& word = whole.at[j];
        if (word.text.size() < joined_word_min) continue;
        for (std::size_t run = 2; run <= joined_words_max; ++run) {
            for (std::size_t i = 0; i + run <= split->size; ++i) {
                std::size_t size = 0;
                bool there = false;  // By itself: J LINDQVIST isn't LINDQVIST written apart.
                for (std::size_t k = i; k < i + run; ++k) {
                    size += split->at[k].text.size();
                    there = there || split->at[k].text == word.text;
                }
                if (there) continue;
                if (size + 1 < word.text.size() || size > word.text.size() + 1) continue;
                Parts merged = *split;
                merged.merge(i, run);
                if (joined_alike(merged.at[i], word)) *split = merged;
            }
        }
    }
}

// The names come in a fixed order, so that a comparison is the same both ways.
Alignment align(const FoldedName& first, const FoldedName& second) {
    Alignment out;
    out.swapped =
        second.size < first.size || (second.size == first.size && second.letters < first.letters);
    const FoldedName& a = out.swapped ? second : first;
    const FoldedName& b = out.swapped ? first : second;
    out.a = parts_of(a);
    out.b = parts_of(b);
    merge_split_words(&out.a, out.b);
    merge_split_words(&out.b, out.a);
    for (std::size_t i = 0; i < out.a.size; ++i)
        for (std::size_t j = 0; j < out.b.size; ++j)
            out.table[i][j] = compare_words(out.a.at[i], out.b.at[j]);
    out.found = align_words(out.a.weights(), out.b.weights(), out.table);
    return out;
}

NameVerdict verdict_of(double score) {
    if (score >= name_score_strong) return NameVerdict::strong;
    return score >= name_score_possible ? NameVerdict::possible : NameVerdict::no;
}

const char* match_words(WordMatch match) {
    switch (match) {
        case WordMatch::equal: return "the same";
        case WordMatch::alike: return "alike in spelling";
        case WordMatch::sound: return "the same by sound";
        case WordMatch::initial: return "an initial agrees";
        case WordMatch::truncated: return "begins alike, cut off in the zone";
        case WordMatch::none: break;
    }
    return "";
}

void explain_pairs(const Alignment& alignment, NameComparison* out) {
    const char* of_a = alignment.swapped ? "second" : "first";
    const char* of_b = alignment.swapped ? "first" : "second";
    std::array<bool, name_tokens_max> taken{};
    for (std::size_t i = 0; i < alignment.a.size; ++i) {
        const NamePart& word = alignment.a.at[i];
        if (alignment.partner(i) < 0) {
            out->differences.push_back(fmt::format("{} only in the {}", word.text, of_a));
            continue;
        }
        auto j = static_cast<std::size_t>(alignment.partner(i));
        taken[j] = true;
        const WordLikeness& pair = alignment.table[i][j];
        std::string_view one = alignment.swapped ? alignment.b.at[j].text : word.text;
        std::string_view other = alignment.swapped ? word.text : alignment.b.at[j].text;
        if (pair.match == WordMatch::equal)
            out->reasons.push_back(fmt::format("{}: {}", word.text, match_words(pair.match)));
        else
            out->reasons.push_back(fmt::format("{} / {}: {} ({:.2f})", one, other,
                                               match_words(pair.match), pair.value));
        if (pair.match == WordMatch::alike)
            out->differences.push_back(fmt::format("{} / {} in spelling", one, other));
    }
    for (std::size_t j = 0; j < alignment.b.size; ++j)
        if (!taken[j])
            out->differences.push_back(
                fmt::format("{} only in the {}", alignment.b.at[j].text, of_b));
}

}  // namespace

const char* name_verdict_name(NameVerdict verdict) {
    switch (verdict) {
        case NameVerdict::no: return "no";
        case NameVerdict::possible: return "possible";
        case NameVerdict::strong: return "strong";
    }
    return "no";
}

NameScore compare_folded(const FoldedName& a, const FoldedName& b) {
    double value = align(a, b).found.score;
    return {value, verdict_of(value)};
}

NameComparison explain_folded(const FoldedName& a, const FoldedName& b) {
    Alignment alignment = align(a, b);
    NameComparison out;
    out.score = alignment.found.score;
    out.verdict = verdict_of(alignment.found.score);
    explain_pairs(alignment, &out);
    if (alignment.found.exchanged) out.differences.emplace_back("child and parent are exchanged");
    if (!a.complete || !b.complete)
        out.differences.emplace_back(
            "a script without an ICAO table: ask for the Latin form as in the document");
    return out;
}

NameComparison compare_names(std::string_view a, std::string_view b) {
    return explain_folded(fold_name(a), fold_name(b));
}

}  // namespace rilon
