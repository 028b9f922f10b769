#include "protocol/nearest.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rilon {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins(std::string_view text, std::string_view prefix) {
    if (prefix.size() > text.size()) return false;
    return std::equal(prefix.begin(), prefix.end(), text.begin(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t at_most) {
    std::size_t longer = std::max(a.size(), b.size());
    if (longer > nearest_bytes_max) return longer;
    if (longer - std::min(a.size(), b.size()) > at_most) return at_most + 1;
    using Row = std::array<std::uint8_t, nearest_bytes_max + 2>;
    constexpr std::uint8_t far_off = nearest_bytes_max + 1;
    std::array<Row, 3> rows;  // Of a's letters i - 2, i - 1 and i, by i % 3.
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<std::uint8_t>(j);
    std::size_t least_before = 0;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        const Row& before = rows[(i + 1) % 3];
        const Row& last = rows[(i + 2) % 3];
        Row& now = rows[i % 3];
        // Whoever is further from the diagonal has cost more than at_most already.
        std::size_t from = i > at_most ? i - at_most : 1;
        std::size_t to = std::min(b.size(), i + at_most);
        now[from - 1] = from == 1 ? static_cast<std::uint8_t>(i) : far_off;
        now[to + 1] = far_off;
        std::size_t least = now[from - 1];
        for (std::size_t j = from; j <= to; ++j) {
            int cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            int edits = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                edits = std::min(edits, before[j - 2] + 1);
            now[j] = static_cast<std::uint8_t>(edits);
            least = std::min(least, static_cast<std::size_t>(edits));
        }
        // Later rows are made from these two.
        if (least > at_most && least_before > at_most) return at_most + 1;
        least_before = least;
    }
    return rows[a.size() % 3][b.size()];
}

std::optional<std::size_t> nearest(std::string_view text,
                                   std::span<const std::string_view> candidates) {
    if (text.empty() || text.size() > nearest_bytes_max) return std::nullopt;
    std::optional<std::size_t> best;
    std::size_t best_distance = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        std::size_t distance = edit_distance(text, candidates[i]);
        if (distance > 1 && text.size() >= 3 && begins(candidates[i], text)) distance = 1;
        std::size_t longer = std::max(text.size(), candidates[i].size());
        if (distance > std::max<std::size_t>(1, longer / 3)) continue;
        // One edit makes any word of one letter out of another: that is no likeness.
        if (distance >= longer) continue;
        if (!best || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

}  // namespace rilon
