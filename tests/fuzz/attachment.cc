// Pictures and their chunks: what a peer seals as one, what a camera or a stranger wrote into a
// file.
#include "protocol/attachment.h"

#include <algorithm>

#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"
#include "tools/picture.h"

namespace rilon {
namespace {

void run_chunk(ByteView input) {
    auto chunk = parse_chunk(input);
    if (!chunk) return;
    RILON_ASSERT(!chunk->data.empty() && chunk->data.size() <= chunk_data_bytes);
    RILON_ASSERT(equal(encode_chunk(chunk->place, chunk->data), input));
}
std::vector<Bytes> chunk_seeds() {
    SeededRng rng(1);
    const ChunkPlace place{rng.bytes<AlertId>(), 1, 2, rng.bytes<Hash32>()};
    return {encode_chunk(place, Bytes(1)), encode_chunk(place, Bytes(300, 7))};
}

// Small ones only: what a bound of the library's costs is not what is looked for here.
void run_picture(ByteView input) {
    constexpr std::size_t bytes_max = 1u << 16;
    const int orientation = exif_orientation(input);
    RILON_ASSERT(orientation >= 1 && orientation <= 8);
    auto jpeg = size_of_jpeg(input);
    auto png = size_of_png(input);
    constexpr std::size_t side_max = 256;
    for (const auto& size : {jpeg, png})
        if (size.ok() && std::max(size->width, size->height) > side_max) return;
    auto picture = clean_picture(input, bytes_max);
    if (!picture) return;
    RILON_ASSERT(picture->bytes.size() <= bytes_max);
    RILON_ASSERT(check_picture(picture->bytes, picture->media_type).ok());
    if (picture->reduced) return;
    // Nothing is left to take out.
    auto again = clean_picture(picture->bytes, bytes_max);
    RILON_ASSERT(again.ok() && again->bytes == picture->bytes);
}
// A grey square of 8 × 8 pixels with EXIF, and a PNG of one pixel with a text.
std::vector<Bytes> picture_seeds() {
    Bytes jpeg = *from_hex(
        "ffd8ffe100224578696600004d4d002a00000008000101120003000000010006000000000000ffe000104a4649"
        "4600010100000100010000ffdb004300" +
        std::string(128, '1') +
        "ffc0000b080008000801011100ffc40014000100000000000000000000000000000000ffc40014100100000000"
        "000000000000000000000000ffda0008010100003f0000ffd9");
    Bytes png = *from_hex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000374455874610062dc"
        "49a23b0000000a49444154789c63600700000900082023c38c0000000049454e44ae426082");
    return {std::move(jpeg), std::move(png)};
}

}  // namespace

extern const FuzzTarget fuzz_chunk{"chunk", run_chunk, chunk_seeds};
extern const FuzzTarget fuzz_picture{"picture", run_picture, picture_seeds, 4};

}  // namespace rilon
