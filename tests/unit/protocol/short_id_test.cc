#include "protocol/short_id.h"

#include <gtest/gtest.h>

#include <random>

namespace rilon {
namespace {

class SeededRng : public Rng {
   public:
    explicit SeededRng(std::uint32_t seed) : random_(seed) {}
    void fill(std::span<Byte> out) override {
        for (Byte& b : out) b = static_cast<Byte>(random_() & 0xFF);
    }

   private:
    std::mt19937 random_;
};

TEST(ShortId, KnownBits) {
    // rand_b is all ones in its first 40 bits, then zero.
    auto id = *AlertId::parse_hex("0198c5e27a317c44bfffffffffc00000");
    EXPECT_EQ(short_id_bits(id), 0xFF'FFFF'FFFFu);
    EXPECT_EQ(format_short_id(id), "ZZZZ-ZZZZ");
    auto next = *AlertId::parse_hex("0198c5e27a317c44800000000043ffff");
    EXPECT_EQ(short_id_bits(next), 1u);
    EXPECT_EQ(format_short_id(next), "0000-0001");
}

TEST(ShortId, WhatIsShownIsRead) {
    SeededRng rng(1);
    for (int i = 0; i < 2'000; ++i) {
        AlertId id = make_alert_id(UnixMillis{1'772'000'000'000}, rng);
        std::string shown = format_short_id(id);
        ASSERT_EQ(shown.size(), 9u);
        auto prefix = parse_short_id(shown);
        ASSERT_TRUE(prefix.ok());
        EXPECT_EQ(prefix->value, short_id_bits(id));
        EXPECT_TRUE(begins_with(id, *prefix));
        EXPECT_TRUE(begins_with(id, *parse_short_id(shown.substr(0, 7))));
        EXPECT_TRUE(begins_with(id, *parse_short_id(shown.substr(0, 8))));
        EXPECT_EQ(*parse_alert_id(format_alert_id(id)), id);
        EXPECT_EQ(*parse_alert_id(id.hex()), id);
        EXPECT_TRUE(is_alert_id(id));
        EXPECT_EQ(alert_id_time(id).value, 1'772'000'000'000u);
    }
}

TEST(ShortId, AsItIsTyped) {
    auto expected = *parse_short_id("7KQ2-M4XD");
    for (const char* typed : {"7kq2m4xd", "7kq2-m4xd", "7KQ2 M4XD", "7-K-Q-2-M-4-X-D"})
        EXPECT_EQ(*parse_short_id(typed), expected) << typed;
    EXPECT_EQ(*parse_short_id("oil0lo"), *parse_short_id("011010"));
    EXPECT_EQ(parse_short_id("7KQ2M4")->chars, 6);
    for (const char* wrong : {"", "7KQ2M", "7KQ2M4XD7", "7KQ2M4U", "7KQ2_M4XD", "------"})
        EXPECT_EQ(parse_short_id(wrong).code(), Errc::malformed) << wrong;
    EXPECT_EQ(parse_short_id(std::string(10'000'000, '7')).code(), Errc::malformed);
    EXPECT_EQ(parse_short_id(std::string(10'000'000, '-')).code(), Errc::malformed);
}

TEST(ShortId, RangeHoldsJustItsPrefix) {
    auto prefix = *parse_short_id("7KQ2M4");
    ShortIdRange range = short_id_range(prefix);
    EXPECT_EQ(range.last - range.first, 1023u);
    EXPECT_EQ(range.first, short_id_range(*parse_short_id("7KQ2M400")).first);
    EXPECT_EQ(range.last, short_id_range(*parse_short_id("7KQ2M4ZZ")).last);
}

TEST(ShortId, OnlyVersionSeven) {
    EXPECT_TRUE(parse_alert_id("0198C5E2-7A31-7C44-9D0E-2F6B8A1C3E57").ok());
    for (const char* wrong :
         {"0198c5e2-7a31-4c44-9d0e-2f6b8a1c3e57", "0198c5e2-7a31-7c44-1d0e-2f6b8a1c3e57",
          "0198c5e27-a31-7c44-9d0e-2f6b8a1c3e57", "0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e5",
          "0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e5g", ""})
        EXPECT_EQ(parse_alert_id(wrong).code(), Errc::malformed) << wrong;
    EXPECT_TRUE(std::holds_alternative<AlertId>(
        *parse_alert_reference("0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e57")));
    EXPECT_TRUE(std::holds_alternative<ShortIdPrefix>(*parse_alert_reference("7KQ2M4")));
    EXPECT_EQ(parse_alert_reference("7").code(), Errc::malformed);
    EXPECT_EQ(parse_alert_reference(std::string(10'000'000, 'f')).code(), Errc::malformed);
}

TEST(ShortId, RandomBytesNeverBreakIt) {
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        std::string text(random() % 40, ' ');
        for (char& c : text) c = static_cast<char>(random() & 0xFF);
        auto reference = parse_alert_reference(text);
        if (reference && std::holds_alternative<ShortIdPrefix>(*reference)) {
            EXPECT_LE(short_id_range(std::get<ShortIdPrefix>(*reference)).last, 0xFF'FFFF'FFFFu);
        }
    }
}

}  // namespace
}  // namespace rilon
