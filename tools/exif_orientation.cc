// How a camera was held, from the EXIF of a JPEG (CIPA DC-008, tag 0x0112): a hand's breadth of
// TIFF in a hostile file. Whatever is not as it should be is upright.
#include "tools/picture.h"

namespace rilon {
namespace {

constexpr int upright = 1;

// Integers of a TIFF, of either order; zero beyond the end.
class Tiff {
   public:
    explicit Tiff(ByteView bytes) : bytes_(bytes), little_(as_text(bytes).starts_with("II")) {}
    std::size_t integer(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at) return 0;
        std::size_t out = 0;
        for (std::size_t i = 0; i < size; ++i)
            out = (out << 8) | bytes_[at + (little_ ? size - 1 - i : i)];
        return out;
    }
    bool has_order() const { return little_ || as_text(bytes_).starts_with("MM"); }

   private:
    ByteView bytes_;
    bool little_;
};

int orientation_of(ByteView bytes) {
    constexpr std::size_t magic = 42;
    constexpr std::size_t entry_bytes = 12;
    constexpr std::size_t tag_orientation = 0x0112;
    constexpr std::size_t type_short = 3;
    const Tiff tiff(bytes);
    if (!tiff.has_order() || tiff.integer(2, 2) != magic) return upright;
    const std::size_t directory = tiff.integer(4, 4);
    const std::size_t count = tiff.integer(directory, 2);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t entry = directory + 2 + i * entry_bytes;
        if (tiff.integer(entry, 2) != tag_orientation) continue;
        const std::size_t value = tiff.integer(entry + 8, 2);
        const bool known = tiff.integer(entry + 2, 2) == type_short && value >= 1 && value <= 8;
        return known ? static_cast<int>(value) : upright;
    }
    return upright;
}

}  // namespace

int exif_orientation(ByteView jpeg) {
    constexpr std::string_view exif("Exif\0\0", 6);
    constexpr Byte application_1 = 0xe1;
    constexpr Byte start_of_scan = 0xda;
    std::size_t at = 2;  // Behind the start of the image.
    while (at + 4 <= jpeg.size() && jpeg[at] == 0xff && jpeg[at + 1] != start_of_scan) {
        const std::size_t length = static_cast<std::size_t>(jpeg[at + 2]) << 8 | jpeg[at + 3];
        if (length < 2 || length > jpeg.size() - at - 2) break;
        const ByteView segment = jpeg.subspan(at + 4, length - 2);
        if (jpeg[at + 1] == application_1 && as_text(segment).starts_with(exif))
            return orientation_of(segment.subspan(exif.size()));
        at += 2 + length;
    }
    return upright;
}

}  // namespace rilon
