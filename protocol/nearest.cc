#include "protocol/nearest.h"

#include <algorithm>
#include <array>

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

std::size_t edit_distance(std::string_view a, std::string_view b) {
    if (a.size() > nearest_bytes_max || b.size() > nearest_bytes_max)
        return std::max(a.size(), b.size());
    using Row = std::array<std::size_t, nearest_bytes_max + 1>;
    Row before{};
    Row last{};
    Row now{};
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
    }
    return last[b.size()];
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
