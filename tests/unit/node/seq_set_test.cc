#include "node/seq_set.h"

#include <gtest/gtest.h>

namespace rilon {
namespace {

SeqRange range(std::uint64_t from, std::uint64_t to) {
    return {Seq{from}, Seq{to}};
}

TEST(SeqSet, NeighboursBecomeOne) {
    SeqSet set;
    EXPECT_TRUE(set.add(range(5, 7)));
    EXPECT_TRUE(set.add(range(1, 2)));
    EXPECT_TRUE(set.add(range(10, 12)));
    ASSERT_EQ(set.ranges().size(), 3u);
    EXPECT_TRUE(set.add(range(3, 4)));
    ASSERT_EQ(set.ranges().size(), 2u);
    EXPECT_EQ(set.ranges().front(), range(1, 7));
    EXPECT_TRUE(set.add(range(6, 11)));
    ASSERT_EQ(set.ranges().size(), 1u);
    EXPECT_EQ(set.ranges().front(), range(1, 12));
    EXPECT_EQ(set.count(), 12u);
    EXPECT_EQ(set.first(), Seq{1});
}

TEST(SeqSet, WhatIsTakenOutLeavesTheEnds) {
    SeqSet set;
    set.add(range(1, 10));
    set.remove(range(4, 6));
    ASSERT_EQ(set.ranges().size(), 2u);
    EXPECT_EQ(set.ranges()[0], range(1, 3));
    EXPECT_EQ(set.ranges()[1], range(7, 10));
    EXPECT_FALSE(set.contains(Seq{5}));
    EXPECT_TRUE(set.contains(Seq{7}));
    set.remove(range(0, 100));
    EXPECT_TRUE(set.empty());
}

// Against a plain set, over many small steps.
TEST(SeqSet, AgreesWithAPlainSet) {
    SeqSet set;
    std::vector<bool> plain(64);
    std::uint32_t state = 1;
    auto next = [&] { return (state = state * 1664525u + 1013904223u) >> 16; };
    for (int step = 0; step < 4000; ++step) {
        std::uint64_t from = next() % 60;
        std::uint64_t to = from + next() % 4;
        const bool add = next() % 2 == 0;
        if (add)
            EXPECT_TRUE(set.add(range(from, to)));
        else
            set.remove(range(from, to));
        for (std::uint64_t i = from; i <= to; ++i) plain[i] = add;
        for (std::uint64_t i = 0; i < plain.size(); ++i)
            ASSERT_EQ(set.contains(Seq{i}), plain[i]) << step << " " << i;
        for (std::size_t i = 1; i < set.ranges().size(); ++i)
            ASSERT_GT(set.ranges()[i].from.value, set.ranges()[i - 1].to.value + 1);
        auto again = SeqSet::parse(set.encode());
        ASSERT_TRUE(again.ok());
        ASSERT_EQ(again->ranges(), set.ranges());
    }
}

TEST(SeqSet, IsBoundedAndRefusesWhatItDidNotWrite) {
    SeqSet set;
    for (std::uint64_t i = 0; i < SeqSet::ranges_max; ++i)
        ASSERT_TRUE(set.add(range(2 * i, 2 * i)));
    EXPECT_FALSE(set.add(range(1u << 20, 1u << 20)));
    EXPECT_TRUE(set.add(range(1, 1)));  // Joins two.
    EXPECT_FALSE(SeqSet::parse(Bytes(15)).ok());
    Bytes backwards = std::move(ByteWriter{}.u64(5).u64(4)).take();
    EXPECT_FALSE(SeqSet::parse(backwards).ok());
    Bytes twice = std::move(ByteWriter{}.u64(5).u64(6).u64(6).u64(7)).take();
    EXPECT_FALSE(SeqSet::parse(twice).ok());
}

}  // namespace
}  // namespace rilon
