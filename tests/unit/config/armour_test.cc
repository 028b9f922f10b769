#include "config/armour.h"

#include <gtest/gtest.h>

namespace rilon {
namespace {

Bytes some_bytes(std::size_t n) {
    Bytes out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Byte>(i * 37 + 11);
    return out;
}

TEST(Armour, EverySizeAndKindComesBack) {
    for (std::size_t n = 1; n < 200; ++n) {
        std::string text = encode_armour(ArmourKind::grant, some_bytes(n));
        auto back = parse_armour(text);
        ASSERT_TRUE(back.ok()) << n << back.error().detail;
        EXPECT_EQ(back->bytes, some_bytes(n));
        EXPECT_EQ(back->kind, ArmourKind::grant);
    }
}

TEST(Armour, ReadsAsADocument) {
    EXPECT_EQ(encode_armour(ArmourKind::node_request, some_bytes(49)),
              "-----BEGIN RILON NODE REQUEST-----\n"
              "CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYar0PUaP2SJrtP4HUJnjLHW\n"
              "+w==\n"
              "-----END RILON NODE REQUEST-----\n");
}

TEST(Armour, MailsBlanksAndLineEndsAreForgiven) {
    std::string text = encode_armour(ArmourKind::network, some_bytes(100));
    std::string mailed = "\r\n\r\n  ";
    for (char c : text) mailed += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(parse_armour(mailed + "\r\n  ")->bytes, some_bytes(100));
}

TEST(Armour, AnotherKindIsNamed) {
    auto wrong =
        parse_armour_of(ArmourKind::grant, encode_armour(ArmourKind::node_request, some_bytes(3)));
    EXPECT_EQ(wrong.code(), Errc::malformed);
    EXPECT_NE(wrong.error().detail.find("NODE REQUEST"), std::string::npos);
}

// Whatever one byte is changed, cut or added: refused, or it means exactly what was written.
TEST(Armour, Row44EveryDamagedTextIsRefused) {
    Bytes bytes = some_bytes(70);
    std::string good = encode_armour(ArmourKind::network, bytes);
    for (std::size_t i = 0; i < good.size(); ++i) {
        EXPECT_FALSE(parse_armour(good.substr(0, i)).ok() && i + 1 < good.size()) << i;
        for (char c : std::string("\0\n\r =-A\xff", 8)) {
            std::string bad = good;
            bad[i] = c;
            auto parsed = parse_armour(bad);
            if (parsed.ok()) {
                EXPECT_EQ(encode_armour(parsed->kind, parsed->bytes).size(), good.size()) << i;
            }
            std::string longer = good;
            longer.insert(i, 1, c);
            parsed = parse_armour(longer);
            if (parsed.ok()) {
                EXPECT_EQ(parsed->bytes, bytes) << i;
            }
        }
    }
}

TEST(Armour, Row44HostileTextsAreRefused) {
    EXPECT_EQ(parse_armour("").code(), Errc::malformed);
    EXPECT_EQ(parse_armour("hello").code(), Errc::malformed);
    EXPECT_EQ(parse_armour(std::string(armour_text_max + 1, 'A')).code(), Errc::too_large);
    std::string one = encode_armour(ArmourKind::network, some_bytes(70));
    EXPECT_FALSE(parse_armour(one + one).ok());
    EXPECT_FALSE(parse_armour("-----BEGIN RILON NETWORK FILE-----\n"
                              "-----END RILON NETWORK FILE-----\n")
                     .ok());
    // Bits that base64 throws away must be zero.
    EXPECT_FALSE(
        parse_armour("-----BEGIN RILON GRANT-----\nAB==\n-----END RILON GRANT-----\n").ok());
    EXPECT_TRUE(
        parse_armour("-----BEGIN RILON GRANT-----\nAA==\n-----END RILON GRANT-----\n").ok());
    EXPECT_FALSE(parse_armour("-----BEGIN RILON CAKE-----\nAA==\n-----END RILON CAKE-----\n").ok());
}

}  // namespace
}  // namespace rilon
