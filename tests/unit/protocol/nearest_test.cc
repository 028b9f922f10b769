#include "protocol/nearest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace rilon {
namespace {

TEST(Nearest, Distances) {
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(edit_distance("abc", "ABC"), 0u);
    EXPECT_EQ(edit_distance("abc", "acb"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // Optimal string alignment, not the full metric.
    EXPECT_EQ(edit_distance(std::string(10'000'000, 'a'), "a"), 10'000'000u);
}

// The plain definition, every cell of it.
std::size_t every_cell(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            d[i][j] = i == 0 ? j : i;
            if (i == 0 || j == 0) continue;
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

TEST(Nearest, EveryPairOfShortWordsAtEveryBound) {
    std::vector<std::string> words;
    for (std::size_t n = 0; n < 5; ++n)
        for (unsigned bits = 0; bits < 1u << (2 * n); ++bits) {
            std::string word;
            for (std::size_t i = 0; i < n; ++i) word += "abc"[(bits >> (2 * i) & 3) % 3];
            words.push_back(word);
        }
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    for (const auto& a : words)
        for (const auto& b : words) {
            std::size_t right = every_cell(a, b);
            EXPECT_EQ(edit_distance(a, b), right) << a << " " << b;
            for (std::size_t at_most = 0; at_most < 4; ++at_most) {
                std::size_t got = edit_distance(a, b, at_most);
                EXPECT_TRUE(right <= at_most ? got == right : got > at_most) << a << " " << b;
            }
        }
}

TEST(Nearest, FindsWhatWasMeant) {
    const std::vector<std::string_view> words = {"listen", "link", "store", "heartbeat_ms"};
    EXPECT_EQ(nearest("lisetn", words), 0u);
    EXPECT_EQ(nearest("STORE", words), 2u);
    EXPECT_EQ(nearest("heartbeat", words), 3u);
    EXPECT_EQ(nearest("zzzzzz", words), std::nullopt);
    EXPECT_EQ(nearest("", words), std::nullopt);
    EXPECT_EQ(nearest("x", std::vector<std::string_view>{"y"}), std::nullopt);
    EXPECT_EQ(nearest("x", {}), std::nullopt);
    EXPECT_EQ(nearest(std::string(10'000'000, 'l'), words), std::nullopt);
}

TEST(Nearest, DistanceIsSymmetricAndBounded) {
    std::mt19937 random(7);
    for (int round = 0; round < 5'000; ++round) {
        std::string a(random() % 12, 'a');
        std::string b(random() % 12, 'a');
        for (char& c : a) c = static_cast<char>('a' + random() % 4);
        for (char& c : b) c = static_cast<char>('a' + random() % 4);
        std::size_t d = edit_distance(a, b);
        EXPECT_EQ(d, edit_distance(b, a));
        EXPECT_LE(d, std::max(a.size(), b.size()));
        EXPECT_EQ(d == 0, a == b);
    }
}

}  // namespace
}  // namespace rilon
