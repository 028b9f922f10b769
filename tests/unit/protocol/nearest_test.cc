#include "protocol/nearest.h"

#include <gtest/gtest.h>

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
