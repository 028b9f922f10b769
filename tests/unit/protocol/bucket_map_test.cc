#include "protocol/bucket_map.h"

#include <gtest/gtest.h>

#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

// Against std::map: the same elements in the same order, found alike; a copy keeps what it had.
TEST(BucketMap, ReadsLikeAMapAndCopiesStay) {
    SeededRng rng(7);
    BucketMap<NodeId, int> map;
    std::map<NodeId, int> model;
    EXPECT_TRUE(map.begin() == map.end());
    for (int i = 0; i < 500; ++i) {
        auto id = rng.bytes<NodeId>();
        map[id] = i;
        model[id] = i;
    }
    BucketMap<NodeId, int> copy = map;
    for (auto& [id, value] : model) map[id] = value + 1;
    EXPECT_EQ(map.size(), model.size());
    auto expected = model.begin();
    for (const auto& [id, value] : copy) {
        EXPECT_EQ(id, expected->first);
        EXPECT_EQ(value, expected->second);
        EXPECT_EQ(map.at(id), value + 1);
        ++expected;
    }
    EXPECT_TRUE(expected == model.end());
    EXPECT_FALSE(map.contains(rng.bytes<NodeId>()));
}

}  // namespace
}  // namespace rilon
