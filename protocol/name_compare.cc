// The comparison of two folded names (names.h): an exact alignment of words, then one score.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "protocol/name_similarity.h"
#include "protocol/names.h"

namespace rilon {
namespace {

// How words weigh, and what their lack costs; chosen on the labelled pairs of the tests.
constexpr double initial_likeness = 0.9;
constexpr double truncated_likeness = 0.96;
constexpr double contradiction_cost = 2.0;    // A word on each side that no partner is found for.
constexpr double extra_cost = 0.08;           // A word on one side only.
constexpr double one_word_score_max = 0.85;   // One word of several agrees: never strong.
constexpr double initial_score_max = 0.91;    // An initial agrees: never strong.
constexpr double exchanged_score_max = 0.85;  // A son of B, B son of A: never strong.
constexpr double merge_likeness_min = 0.93;

enum class Match { none, equal, alike, sound, initial, truncated };

struct Part {
    std::string_view text;
    std::string_view key;
    bool unvowelled = false;
    bool common = false;
    bool patronym = false;
    bool may_go_on = false;  // The last word of a truncated name.

    bool is_initial() const { return text.size() == 1; }
    double weight() const { return name_word_weight(text, common); }
};

struct Parts {
    std::array<Part, name_tokens_max> at;
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
};

struct Likeness {
    double value = 0;
    double weight = 0;
    Match match = Match::none;
};

struct Alignment {
    Parts a, b;
    std::array<int, name_tokens_max> partner{};  // Of each word of a; -1 none.
    std::array<Likeness, name_tokens_max> likeness{};
    double score = 0;
    bool initials = false;
    bool exchanged = false;  // The parent of one is the child of the other.
    bool swapped = false;    // `a` is the second name.
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

double similarity(const Part& a, const Part& b) {
    return name_word_similarity({a.text, a.key, b.text, b.key, a.unvowelled || b.unvowelled});
}

bool begins(const Part& whole, const Part& cut) {
    return cut.may_go_on && whole.text.starts_with(cut.text);
}

Likeness compare_parts(const Part& a, const Part& b) {
    double mean = (a.weight() + b.weight()) / 2;
    if (a.text == b.text) return {1, mean, Match::equal};
    if (begins(a, b) || begins(b, a))
        return {truncated_likeness, std::min(a.weight(), b.weight()), Match::truncated};
    if (a.is_initial() || b.is_initial()) {
        if (a.text[0] != b.text[0]) return {};
        return {initial_likeness, name_word_weight(a.is_initial() ? a.text : b.text, false),
                Match::initial};
    }
    double value = similarity(a, b);
    if (value <= 0) return {};
    return {value, mean, a.key == b.key ? Match::sound : Match::alike};
}

// Words written apart on one side and together on the other (VLADIMIR PUTIN, VLADIMIRPUTIN; PLAT
// ONO VICH) become one.
void merge_split_words(Parts* split, const Parts& whole) {
    for (std::size_t j = 0; j < whole.size; ++j) {
        const Part& word = whole.at[j];
        if (word.text.size() < 5) continue;
        for (std::size_t run = 2; run <= 3; ++run) {
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
                if (similarity(merged.at[i], word) < merge_likeness_min) continue;
                *split = merged;
            }
        }
    }
}

using Table = std::array<std::array<Likeness, name_tokens_max>, name_tokens_max>;

// The assignment of the words of a to those of b with the greatest weighted likeness: dynamic
// programming over sets of used words of b (at most 2^8 sets).
void assign(const Table& table, Alignment* out) {
    constexpr std::size_t sets = std::size_t{1} << name_tokens_max;
    std::size_t n = out->a.size;
    std::size_t all = std::size_t{1} << out->b.size;
    static_assert(name_tokens_max <= 8);
    std::array<std::array<double, sets>, name_tokens_max + 1> best;
    std::array<std::array<std::int8_t, sets>, name_tokens_max + 1> chosen;
    std::fill_n(best[n].begin(), all, 0.0);
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t used = 0; used < all; ++used) {
            best[i][used] = best[i + 1][used];
            chosen[i][used] = -1;
            for (std::size_t j = 0; j < out->b.size; ++j) {
                if (((used >> j) & 1) != 0 || table[i][j].match == Match::none) continue;
                double sum = table[i][j].value * table[i][j].weight +
                             best[i + 1][used | (std::size_t{1} << j)];
                if (sum <= best[i][used]) continue;
                best[i][used] = sum;
                chosen[i][used] = static_cast<std::int8_t>(j);
            }
        }
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < n; ++i) {
        out->partner[i] = chosen[i][used];
        if (out->partner[i] < 0) continue;
        auto j = static_cast<std::size_t>(out->partner[i]);
        out->likeness[i] = table[i][j];
        used |= std::size_t{1} << j;
    }
}

bool child_and_parent_exchanged(const Alignment& alignment) {
    bool down = false;
    bool up = false;
    for (std::size_t i = 0; i < alignment.a.size; ++i) {
        if (alignment.partner[i] < 0) continue;
        const Part& partner = alignment.b.at[static_cast<std::size_t>(alignment.partner[i])];
        down = down || (alignment.a.at[i].patronym && !partner.patronym);
        up = up || (!alignment.a.at[i].patronym && partner.patronym);
    }
    return down && up;
}

void score(Alignment* out) {
    double agree = 0;
    double matched = 0;
    double only_a = 0;
    double only_b = 0;
    std::size_t words = 0;
    std::size_t whole_words = 0;
    for (std::size_t j = 0; j < out->b.size; ++j) only_b += out->b.at[j].weight();
    for (std::size_t i = 0; i < out->a.size; ++i) {
        if (out->partner[i] < 0) {
            only_a += out->a.at[i].weight();
            continue;
        }
        const Likeness& pair = out->likeness[i];
        only_b -= out->b.at[static_cast<std::size_t>(out->partner[i])].weight();
        agree += pair.value * pair.weight;
        matched += pair.weight;
        ++words;
        if (pair.match == Match::initial)
            out->initials = true;
        else
            ++whole_words;
    }
    out->exchanged = child_and_parent_exchanged(*out);
    if (whole_words == 0) return;  // Initials alone are like anybody's.
    double both = std::max(0.0, std::min(only_a, only_b));
    double extra = std::max(only_a, only_b) - both;
    out->score = agree / (matched + contradiction_cost * both + extra_cost * extra);
    bool more_words = std::max(out->a.size, out->b.size) > 1;
    if (words == 1 && more_words) out->score = std::min(out->score, one_word_score_max);
    if (out->exchanged) out->score = std::min(out->score, exchanged_score_max);
    if (out->initials) out->score = std::min(out->score, initial_score_max);
}

// Among alignments of one sum the first found wins: the names come in a fixed order, so that a
// comparison is the same both ways.
Alignment align(const FoldedName& first, const FoldedName& second) {
    Alignment out;
    out.swapped =
        second.size < first.size || (second.size == first.size && second.letters < first.letters);
    const FoldedName& a = out.swapped ? second : first;
    const FoldedName& b = out.swapped ? first : second;
    out.a = parts_of(a);
    out.b = parts_of(b);
    out.partner.fill(-1);
    if (a.size == 0 || b.size == 0) return out;
    merge_split_words(&out.a, out.b);
    merge_split_words(&out.b, out.a);
    Table table;
    bool any = false;
    for (std::size_t i = 0; i < out.a.size; ++i) {
        for (std::size_t j = 0; j < out.b.size; ++j) {
            table[i][j] = compare_parts(out.a.at[i], out.b.at[j]);
            any = any || table[i][j].match != Match::none;
        }
    }
    if (!any) return out;
    assign(table, &out);
    score(&out);
    return out;
}

NameVerdict verdict_of(double score) {
    if (score >= name_score_strong) return NameVerdict::strong;
    return score >= name_score_possible ? NameVerdict::possible : NameVerdict::no;
}

const char* match_words(Match match) {
    switch (match) {
        case Match::equal: return "the same";
        case Match::alike: return "alike in spelling";
        case Match::sound: return "the same by sound";
        case Match::initial: return "an initial agrees";
        case Match::truncated: return "begins alike, cut off in the zone";
        case Match::none: break;
    }
    return "";
}

void explain_pairs(const Alignment& alignment, NameComparison* out) {
    const char* of_a = alignment.swapped ? "second" : "first";
    const char* of_b = alignment.swapped ? "first" : "second";
    std::array<bool, name_tokens_max> taken{};
    for (std::size_t i = 0; i < alignment.a.size; ++i) {
        const Part& word = alignment.a.at[i];
        if (alignment.partner[i] < 0) {
            out->differences.push_back(fmt::format("{} only in the {}", word.text, of_a));
            continue;
        }
        auto j = static_cast<std::size_t>(alignment.partner[i]);
        taken[j] = true;
        const Likeness& pair = alignment.likeness[i];
        std::string_view one = alignment.swapped ? alignment.b.at[j].text : word.text;
        std::string_view other = alignment.swapped ? word.text : alignment.b.at[j].text;
        if (pair.match == Match::equal)
            out->reasons.push_back(fmt::format("{}: {}", word.text, match_words(pair.match)));
        else
            out->reasons.push_back(fmt::format("{} / {}: {} ({:.2f})", one, other,
                                               match_words(pair.match), pair.value));
        if (pair.match == Match::alike)
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
    double value = align(a, b).score;
    return {value, verdict_of(value)};
}

NameComparison explain_folded(const FoldedName& a, const FoldedName& b) {
    Alignment alignment = align(a, b);
    NameComparison out;
    out.score = alignment.score;
    out.verdict = verdict_of(alignment.score);
    explain_pairs(alignment, &out);
    if (alignment.exchanged) out.differences.emplace_back("child and parent are exchanged");
    if (!a.complete || !b.complete)
        out.differences.emplace_back(
            "a script without an ICAO table: ask for the Latin form as in the document");
    return out;
}

NameComparison compare_names(std::string_view a, std::string_view b) {
    return explain_folded(fold_name(a), fold_name(b));
}

}  // namespace rilon
