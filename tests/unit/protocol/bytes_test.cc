#include "protocol/bytes.h"

#include <gtest/gtest.h>

#include "protocol/ids.h"

namespace rilon {
namespace {

TEST(Bytes, IntegersAreBigEndianAndComeBack) {
    Bytes out =
        std::move(ByteWriter{}.u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f)).take();
    EXPECT_EQ(to_hex(out), "0102030405060708090a0b0c0d0e0f");
    ByteReader in(out);
    EXPECT_EQ(in.u8(), 1);
    EXPECT_EQ(in.u16(), 0x0203);
    EXPECT_EQ(in.u32(), 0x04050607u);
    EXPECT_EQ(in.u64(), 0x08090a0b0c0d0e0fu);
    EXPECT_TRUE(in.done());
}

TEST(Bytes, ReaderFailsPastTheEndAndStaysFailed) {
    Bytes three{1, 2, 3};
    ByteReader in(three);
    EXPECT_EQ(in.u32(), 0u);
    EXPECT_TRUE(in.failed());
    EXPECT_EQ(in.u8(), 0);
    EXPECT_FALSE(in.done());
}

TEST(Bytes, TrailingBytesAreNotDone) {
    Bytes two{1, 2};
    ByteReader in(two);
    EXPECT_EQ(in.u8(), 1);
    EXPECT_FALSE(in.done());
}

TEST(Bytes, HexRefusesOddLengthAndOtherCharacters) {
    EXPECT_EQ(from_hex("abc").code(), Errc::malformed);
    EXPECT_EQ(from_hex("zz").code(), Errc::malformed);
    EXPECT_EQ(to_hex(*from_hex("00Ff")), "00ff");
}

TEST(Ids, ParseRefusesTheWrongLength) {
    EXPECT_EQ(NodeId::parse(Bytes(15)).code(), Errc::malformed);
    EXPECT_TRUE(NodeId::parse(Bytes(16)).ok());
}

}  // namespace
}  // namespace rilon
