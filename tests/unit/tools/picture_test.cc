// What officers attach, made hostile in every way that a file can be.
#include "tools/picture.h"

#include <gtest/gtest.h>
#include <png.h>
#include <turbojpeg.h>

#include <algorithm>

#include "tests/support/seeded_rng.h"
#include "tools/problem.h"

namespace rilon {
namespace {

constexpr std::size_t bytes_max = 2u << 20;
constexpr std::string_view canary = "GPS-CANARY-13.69N-100.75E";

// Colours that run into each other, or noise, which packs badly.
Bytes pixels(std::size_t width, std::size_t height, bool noise) {
    SeededRng rng(1);
    Bytes out(width * height * 3);
    std::uint32_t x = 7;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = noise ? static_cast<Byte>((x = x * 1664525u + 1013904223u) >> 24)
                       : static_cast<Byte>(i / 3 % width + i / 3 / width * 2);
    return out;
}

Bytes jpeg(std::size_t width, std::size_t height, bool noise = false) {
    const Bytes from = pixels(width, height, noise);
    tjhandle turbo = tjInitCompress();
    unsigned char* data = nullptr;
    unsigned long size = 0;
    EXPECT_EQ(tjCompress2(turbo, from.data(), static_cast<int>(width), 0, static_cast<int>(height),
                          TJPF_RGB, &data, &size, TJSAMP_420, 95, 0),
              0);
    Bytes out(data, data + size);
    tjFree(data);
    tjDestroy(turbo);
    return out;
}

Bytes decoded(const Bytes& file, std::size_t width, std::size_t height) {
    tjhandle turbo = tjInitDecompress();
    Bytes out(width * height * 3);
    EXPECT_EQ(tjDecompress2(turbo, file.data(), file.size(), out.data(), static_cast<int>(width), 0,
                            static_cast<int>(height), TJPF_RGB, 0),
              0);
    tjDestroy(turbo);
    return out;
}

Bytes segment(Byte marker, std::string_view content) {
    ByteWriter out;
    out.u8(0xff).u8(marker).u16(static_cast<std::uint16_t>(content.size() + 2));
    out.raw(as_bytes(content));
    return std::move(out).take();
}

// EXIF with an orientation and what a telephone writes beside it.
std::string exif(std::uint16_t orientation, bool little = false) {
    ByteWriter out;
    out.raw(as_bytes(std::string_view("Exif\0\0", 6)));
    auto u16 = [&](std::uint16_t v) {
        out.u16(little ? static_cast<std::uint16_t>(v << 8 | v >> 8) : v);
    };
    out.raw(as_bytes(little ? "II" : "MM"));
    u16(42);
    little ? out.u32(0x08000000) : out.u32(8);
    u16(2);
    u16(0x010f);  // The maker, somewhere.
    u16(2);
    out.u32(0).u32(0);
    u16(0x0112);
    u16(3);
    little ? out.u32(0x01000000) : out.u32(1);
    u16(orientation);
    u16(0);
    out.u32(0).raw(as_bytes(canary));
    return std::string(as_text(out.view()));
}

Bytes with_segment(const Bytes& file, const Bytes& added) {
    Bytes out(file.begin(), file.begin() + 2);
    out.insert(out.end(), added.begin(), added.end());
    out.insert(out.end(), file.begin() + 2, file.end());
    return out;
}

Bytes png(std::size_t width, std::size_t height, int format = PNG_FORMAT_RGB) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = static_cast<png_uint_32>(format);
    Bytes from(PNG_IMAGE_SIZE(image), 99);
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    Bytes out(size);
    EXPECT_NE(png_image_write_to_memory(&image, out.data(), &size, 0, from.data(), 0, nullptr), 0);
    out.resize(size);
    return out;
}

std::uint32_t crc_of(ByteView bytes) {
    std::uint32_t crc = 0xffffffff;
    for (Byte b : bytes) {
        crc ^= b;
        for (int i = 0; i < 8; ++i) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

Bytes chunk(std::string_view type, ByteView data) {
    ByteWriter typed;
    typed.raw(as_bytes(type)).raw(data);
    ByteWriter out;
    out.u32(static_cast<std::uint32_t>(data.size())).raw(typed.view()).u32(crc_of(typed.view()));
    return std::move(out).take();
}

Bytes behind_header(const Bytes& file, const Bytes& added) {
    constexpr std::size_t header = 8 + 25;
    Bytes out(file.begin(), file.begin() + header);
    out.insert(out.end(), added.begin(), added.end());
    out.insert(out.end(), file.begin() + header, file.end());
    return out;
}

bool has_canary(const Bytes& bytes) {
    return as_text(bytes).find(canary.substr(0, 10)) != std::string_view::npos;
}

Errc refused(const Bytes& file) {
    auto picture = clean_picture(file, bytes_max);
    if (picture.ok()) return Errc::internal;
    EXPECT_FALSE(explain(picture.error()).remedy.empty());
    return picture.code();
}

TEST(Picture, NothingButThePictureOfAJpegGoesOn) {
    const Bytes plain = jpeg(320, 160);
    Bytes file = with_segment(plain, segment(0xe1, exif(1)));
    file = with_segment(file, segment(0xfe, canary));  // A comment.
    file = with_segment(file, segment(0xed, canary));  // IPTC.
    file = with_segment(file, segment(0xe2, canary));  // A profile.
    const Bytes behind = to_bytes(as_bytes(std::string(canary) + "PK\x03\x04"));
    file.insert(file.end(), behind.begin(), behind.end());  // A second file.
    ASSERT_TRUE(has_canary(file));
    auto picture = clean_picture(file, bytes_max);
    ASSERT_TRUE(picture.ok()) << picture.error().detail;
    EXPECT_FALSE(has_canary(picture->bytes));
    EXPECT_EQ(as_text(picture->bytes).find("Exif"), std::string_view::npos);
    EXPECT_EQ(picture->media_type, "image/jpeg");
    EXPECT_EQ(picture->width, 320u);
    EXPECT_FALSE(picture->reduced);
    EXPECT_EQ(decoded(picture->bytes, 320, 160), decoded(plain, 320, 160));  // To the last bit.
    auto again = clean_picture(picture->bytes, bytes_max);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->bytes, picture->bytes);
}

TEST(Picture, AJpegIsTurnedUprightBeforeTheCameraIsForgotten) {
    for (std::uint16_t orientation = 1; orientation <= 8; ++orientation)
        for (bool little : {false, true}) {
            const Bytes file =
                with_segment(jpeg(320, 160), segment(0xe1, exif(orientation, little)));
            EXPECT_EQ(exif_orientation(file), orientation);
            auto picture = clean_picture(file, bytes_max);
            ASSERT_TRUE(picture.ok()) << orientation;
            EXPECT_EQ(picture->width, orientation >= 5 ? 160u : 320u) << orientation;
            EXPECT_EQ(picture->height, orientation >= 5 ? 320u : 160u) << orientation;
            EXPECT_FALSE(has_canary(picture->bytes));
        }
    EXPECT_EQ(exif_orientation(with_segment(jpeg(32, 16), segment(0xe1, exif(9)))), 1);
    EXPECT_EQ(exif_orientation({}), 1);
}

TEST(Picture, WhateverIsInTheExifTheReaderStaysInside) {
    const Bytes good = with_segment(jpeg(32, 16), segment(0xe1, exif(6)));
    const std::size_t end = good.size() - jpeg(32, 16).size() + 4;
    for (std::size_t at = 0; at < end; ++at)
        for (const Byte value : Bytes{0, 1, 0x7f, 0x80, 0xff}) {
            Bytes file = good;
            file[at] = value;
            const int orientation = exif_orientation(file);
            EXPECT_TRUE(orientation >= 1 && orientation <= 8);
        }
    for (std::size_t size = 0; size < end; ++size)
        EXPECT_GE(exif_orientation(ByteView(good).first(size)), 1);
}

TEST(Picture, ALargeJpegIsMadeSmallerUntilItFits) {
    const Bytes file = jpeg(1200, 900, true);
    constexpr std::size_t little = 200'000;
    ASSERT_GT(file.size(), little);
    auto picture = clean_picture(file, little);
    ASSERT_TRUE(picture.ok()) << picture.error().detail;
    EXPECT_LE(picture->bytes.size(), little);
    EXPECT_TRUE(picture->reduced);
    EXPECT_LT(picture->width, 1200u);
    EXPECT_GT(picture->width, 150u);
    EXPECT_EQ(clean_picture(file, 1000).code(), Errc::too_large);
}

TEST(Picture, APngIsWrittenAnew) {
    constexpr int formats[] = {PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
    for (int format : formats) {
        Bytes file = png(40, 20, format);
        file = behind_header(
            file, chunk("tEXt", as_bytes(std::string("Comment\0", 8) + std::string(canary))));
        file = behind_header(file, chunk("eXIf", as_bytes(exif(1).substr(6))));
        file = behind_header(file, chunk("prVt", as_bytes(canary)));
        const Bytes behind = to_bytes(as_bytes(canary));
        file.insert(file.end(), behind.begin(), behind.end());
        auto picture = clean_picture(file, bytes_max);
        ASSERT_TRUE(picture.ok()) << picture.error().detail;
        EXPECT_FALSE(has_canary(picture->bytes));
        EXPECT_EQ(picture->width, 40u);
        EXPECT_EQ(picture->bytes, clean_picture(png(40, 20, format), bytes_max)->bytes);
    }
}

// Compressed texts may hold megabytes each, as often as one likes, where nobody sees them.
TEST(Picture, WhatSwellsUpBesideThePictureNeverReachesTheLibrary) {
    Bytes file = png(40, 20);
    for (int i = 0; i < 200; ++i) {
        Bytes text = to_bytes(as_bytes(std::string("a\0\0", 3)));
        text.resize(text.size() + 20'000, 0x78);
        file = behind_header(file, chunk("zTXt", text));
    }
    EXPECT_TRUE(clean_picture(file, bytes_max).ok());
}

TEST(Picture, ABombIsRefusedByWhatItSaysOfItself) {
    Bytes file = png(40, 20);
    ByteWriter header;
    header.u32(50'000).u32(50'000).raw(ByteView(file).subspan(24, 5));
    const Bytes bomb = chunk("IHDR", header.view());
    std::copy(bomb.begin(), bomb.end(), file.begin() + 8);
    EXPECT_EQ(refused(file), Errc::too_large);
    EXPECT_EQ(check_picture(file, "image/png").code(), Errc::too_large);

    Bytes photo = jpeg(320, 160);
    for (std::size_t i = 0; i + 9 < photo.size(); ++i)
        if (photo[i] == 0xff && photo[i + 1] == 0xc0) {
            for (std::size_t k : {5, 7}) {
                photo[i + k] = 0xc3;
                photo[i + k + 1] = 0x50;
            }
            break;
        }
    EXPECT_EQ(refused(photo), Errc::too_large);
    EXPECT_EQ(check_picture(photo, "image/jpeg").code(), Errc::too_large);
}

TEST(Picture, WhatEndsTooEarlyIsDamaged) {
    const Bytes photo = jpeg(320, 160, true);
    for (std::size_t size = 4; size < photo.size() - 2; size += photo.size() / 40)
        EXPECT_EQ(refused(Bytes(photo.begin(), photo.begin() + static_cast<long>(size))),
                  Errc::malformed)
            << size;
    const Bytes scan = png(60, 60);
    for (std::size_t size = 8; size < scan.size(); ++size)
        EXPECT_EQ(refused(Bytes(scan.begin(), scan.begin() + static_cast<long>(size))),
                  Errc::malformed)
            << size;
}

TEST(Picture, ABitThatFlippedIsRefusedOrHarmless) {
    for (const Bytes& good : {jpeg(64, 64), png(20, 20)})
        for (std::size_t at = 0; at < good.size(); ++at) {
            Bytes file = good;
            file[at] ^= static_cast<Byte>(1u << at % 8);
            auto picture = clean_picture(file, bytes_max);
            if (!picture.ok()) continue;
            EXPECT_TRUE(check_picture(picture->bytes, picture->media_type).ok()) << at;
        }
}

TEST(Picture, OtherFilesAreRefusedByName) {
    EXPECT_EQ(refused(to_bytes(as_bytes("GIF89a......"))), Errc::invalid);
    EXPECT_EQ(refused(to_bytes(as_bytes("%PDF-1.7 ..."))), Errc::invalid);
    EXPECT_EQ(refused(to_bytes(as_bytes("....ftypheic........"))), Errc::invalid);
    EXPECT_EQ(refused(to_bytes(as_bytes("<svg onload=\"\"/>"))), Errc::invalid);
    EXPECT_EQ(refused({}), Errc::invalid);
}

// A sender with a client of his own attaches what he likes.
TEST(Picture, AReaderSavesWhatItIsSaidToBe) {
    EXPECT_TRUE(check_picture(jpeg(32, 16), "image/jpeg").ok());
    EXPECT_TRUE(check_picture(png(32, 16), "image/png").ok());
    EXPECT_FALSE(check_picture(png(32, 16), "image/jpeg").ok());
    EXPECT_FALSE(check_picture(jpeg(32, 16), "image/png").ok());
    EXPECT_FALSE(check_picture(to_bytes(as_bytes("MZ\x90")), "image/jpeg").ok());
    EXPECT_FALSE(check_picture(jpeg(32, 16), "text/html").ok());
}

}  // namespace
}  // namespace rilon
