#include "protocol/name_alignment.h"

#include <algorithm>

#include "protocol/name_similarity.h"

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

double similarity(const NamePart& a, const NamePart& b) {
    return name_word_similarity({a.text, a.key, b.text, b.key, a.unvowelled || b.unvowelled});
}

bool begins(const NamePart& whole, const NamePart& cut) {
    return cut.may_go_on && whole.text.starts_with(cut.text);
}

using Partners = std::array<std::int8_t, name_tokens_max>;

// Where no word is like two others there is nothing to choose. False: there is.
bool assign_only_partners(const NameWeights& a, const NameWeights& b, const LikenessTable& table,
                          Partners& partner) {
    std::uint8_t taken = 0;
    for (std::size_t i = 0; i < a.size; ++i) {
        for (std::size_t j = 0; j < b.size; ++j) {
            if (table[i][j].match == WordMatch::none) continue;
            const auto bit = static_cast<std::uint8_t>(1u << j);
            if (partner[i] >= 0 || (taken & bit) != 0) return false;
            partner[i] = static_cast<std::int8_t>(j);
            taken |= bit;
        }
    }
    return true;
}

// The assignment of the words of a to those of b with the greatest weighted likeness: dynamic
// programming over sets of used words of b (at most 2^8 sets).
void assign_best(const NameWeights& a, const NameWeights& b, const LikenessTable& table,
                 Partners& partner) {
    constexpr std::size_t sets = std::size_t{1} << name_tokens_max;
    const std::size_t all = std::size_t{1} << b.size;
    static_assert(name_tokens_max <= 8);
    std::array<std::array<double, sets>, name_tokens_max + 1> best;
    std::array<std::array<std::int8_t, sets>, name_tokens_max + 1> chosen;
    std::fill_n(best[a.size].begin(), all, 0.0);
    for (std::size_t i = a.size; i-- > 0;) {
        for (std::size_t used = 0; used < all; ++used) {
            best[i][used] = best[i + 1][used];
            chosen[i][used] = -1;
            for (std::size_t j = 0; j < b.size; ++j) {
                if (((used >> j) & 1) != 0 || table[i][j].match == WordMatch::none) continue;
                double sum = table[i][j].value * table[i][j].weight +
                             best[i + 1][used | (std::size_t{1} << j)];
                if (sum <= best[i][used]) continue;
                best[i][used] = sum;
                chosen[i][used] = static_cast<std::int8_t>(j);
            }
        }
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < a.size; ++i) {
        partner[i] = chosen[i][used];
        if (partner[i] >= 0) used |= std::size_t{1} << partner[i];
    }
}

bool child_and_parent_exchanged(const NameWeights& a, const NameWeights& b,
                                const Partners& partner) {
    bool down = false;
    bool up = false;
    for (std::size_t i = 0; i < a.size; ++i) {
        if (partner[i] < 0) continue;
        const bool of_a = ((a.patronyms >> i) & 1) != 0;
        const bool of_b = ((b.patronyms >> partner[i]) & 1) != 0;
        down = down || (of_a && !of_b);
        up = up || (!of_a && of_b);
    }
    return down && up;
}

void score(const NameWeights& a, const NameWeights& b, const LikenessTable& table,
           NameAlignment& out) {
    double agree = 0;
    double matched = 0;
    double only_a = 0;
    double only_b = 0;
    std::size_t words = 0;
    std::size_t whole_words = 0;
    for (std::size_t j = 0; j < b.size; ++j) only_b += b.at[j];
    for (std::size_t i = 0; i < a.size; ++i) {
        if (out.partner[i] < 0) {
            only_a += a.at[i];
            continue;
        }
        const auto j = static_cast<std::size_t>(out.partner[i]);
        const WordLikeness& pair = table[i][j];
        only_b -= b.at[j];
        agree += pair.value * pair.weight;
        matched += pair.weight;
        ++words;
        if (pair.match == WordMatch::initial)
            out.initials = true;
        else
            ++whole_words;
    }
    out.exchanged = child_and_parent_exchanged(a, b, out.partner);
    if (whole_words == 0) return;  // Initials alone are like anybody's.
    double both = std::max(0.0, std::min(only_a, only_b));
    double extra = std::max(only_a, only_b) - both;
    out.score = agree / (matched + contradiction_cost * both + extra_cost * extra);
    bool more_words = std::max(a.size, b.size) > 1;
    if (words == 1 && more_words) out.score = std::min(out.score, one_word_score_max);
    if (out.exchanged) out.score = std::min(out.score, exchanged_score_max);
    if (out.initials) out.score = std::min(out.score, initial_score_max);
}

}  // namespace

double NamePart::weight() const {
    return name_word_weight(text, common);
}

WordLikeness compare_words(const NamePart& a, const NamePart& b) {
    double mean = (a.weight() + b.weight()) / 2;
    if (a.text == b.text) return {1, mean, WordMatch::equal};
    if (begins(a, b) || begins(b, a))
        return {truncated_likeness, std::min(a.weight(), b.weight()), WordMatch::truncated};
    if (a.is_initial() || b.is_initial()) {
        if (a.text[0] != b.text[0]) return {};
        return {initial_likeness, name_word_weight(a.is_initial() ? a.text : b.text, false),
                WordMatch::initial};
    }
    double value = similarity(a, b);
    if (value <= 0) return {};
    return {value, mean, a.key == b.key ? WordMatch::sound : WordMatch::alike};
}

bool joined_alike(const NamePart& joined, const NamePart& word) {
    return similarity(joined, word) >= merge_likeness_min;
}

NameAlignment align_words(const NameWeights& a, const NameWeights& b, const LikenessTable& table) {
    NameAlignment out;
    out.partner.fill(-1);
    if (!assign_only_partners(a, b, table, out.partner)) {
        out.partner.fill(-1);
        assign_best(a, b, table, out.partner);
    }
    if (std::any_of(out.partner.begin(), out.partner.end(), [](auto p) { return p >= 0; }))
        score(a, b, table, out);
    return out;
}

}  // namespace rilon
