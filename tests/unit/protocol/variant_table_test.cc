#include "protocol/variant_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

std::vector<std::uint32_t> found(const VariantTable& table, std::uint32_t variant) {
    std::vector<std::uint32_t> out;
    table.each({variant}, [&](std::uint32_t number) { out.push_back(number); });
    std::sort(out.begin(), out.end());
    return out;
}

TEST(VariantTable, AnEmptyOneHasNothing) {
    VariantTable table;
    EXPECT_TRUE(found(table, 7).empty());
    table.add(7, 1);
    table.remove(7, 1);
    EXPECT_TRUE(found(table, 7).empty());
}

TEST(VariantTable, TheLastOfSeveralIsStillThere) {
    VariantTable table;
    for (std::uint32_t number : {1u, 2u, 3u, 2u}) table.add(7, number);
    EXPECT_EQ(found(table, 7), (std::vector<std::uint32_t>{1, 2, 2, 3}));
    table.remove(7, 2);
    table.remove(7, 3);
    table.remove(7, 1);
    EXPECT_EQ(found(table, 7), (std::vector<std::uint32_t>{2}));
}

// Against a multimap. Hashes lie close together, so that they share slots' neighbourhoods, at both
// ends of the table too.
TEST(VariantTable, ReadsLikeAMultimapWhateverComesAndGoes) {
    SeededRng rng(4);
    VariantTable table;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> held;
    auto hash = [&] {
        const std::uint32_t near = static_cast<std::uint32_t>(rng.below(3000));
        switch (rng.below(3)) {
            case 0: return near;
            case 1: return ~std::uint32_t{0} - near;
            default: return near * 1000003u;
        }
    };
    for (int i = 0; i < 45000; ++i) {
        if (!held.empty() && rng.below(5) < (i < 30000 ? 2u : 3u)) {
            std::swap(held[rng.below(held.size())], held.back());
            table.remove(held.back().first, held.back().second);
            held.pop_back();
        } else {
            held.emplace_back(hash(), static_cast<std::uint32_t>(rng.below(1u << 31)));
            table.add(held.back().first, held.back().second);
        }
    }
    std::map<std::uint32_t, std::vector<std::uint32_t>> wanted;
    for (const auto& [variant, number] : held) wanted[variant].push_back(number);
    ASSERT_GT(wanted.size(), 1000u);
    for (auto& [variant, numbers] : wanted) {
        std::sort(numbers.begin(), numbers.end());
        ASSERT_EQ(found(table, variant), numbers) << variant;
        if (wanted.contains(variant + 1)) continue;
        ASSERT_TRUE(found(table, variant + 1).empty()) << variant + 1;
    }
    for (const auto& [variant, number] : held) table.remove(variant, number);
    for (const auto& [variant, numbers] : wanted) ASSERT_TRUE(found(table, variant).empty());
}

}  // namespace
}  // namespace rilon
