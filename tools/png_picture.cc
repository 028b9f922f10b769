// PNG by libpng's simplified interface, which keeps the library's error jumps inside itself. Only
// the chunks that make the picture reach it: texts, times and profiles, and what may swell up in
// them, are left out before. Pixels are written anew.
#include <png.h>

#include <algorithm>

#include "tools/picture.h"
#include "tools/problem.h"

namespace rilon {
namespace {

constexpr std::size_t signature_bytes = 8;
constexpr std::size_t chunk_frame_bytes = 12;  // Length, type, CRC.
constexpr std::string_view kept[] = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};

Error damaged_png() {
    return problem(Errc::malformed, "the picture is damaged, or ends too early",
                   "open it and save it anew as JPEG or PNG, or photograph it again");
}

// What is needed to see it. libpng checks their CRCs.
Result<Bytes> picture_chunks(ByteView file) {
    Bytes out = to_bytes(file.first(std::min(signature_bytes, file.size())));
    ByteReader in(file.subspan(out.size()));
    while (in.rest().size() >= chunk_frame_bytes) {
        const ByteView chunk = in.rest();
        const std::size_t length = in.u32();
        const std::string_view type = as_text(in.raw(4));
        in.raw(length);
        in.raw(4);
        if (in.failed()) return damaged_png();
        if (std::find(std::begin(kept), std::end(kept), type) != std::end(kept))
            out.insert(out.end(), chunk.begin(),
                       chunk.begin() + static_cast<std::ptrdiff_t>(chunk_frame_bytes + length));
        if (type == "IEND") return out;
    }
    return damaged_png();
}

// A read or a write under way, and what it holds.
struct Image {
    Image() { image.version = PNG_IMAGE_VERSION; }
    ~Image() { png_image_free(&image); }
    Image(const Image&) = delete;
    png_image image{};
};

Result<Bytes> written(const png_image& read, const Bytes& pixels) {
    Image out;
    out.image.width = read.width;
    out.image.height = read.height;
    out.image.format = read.format;
    png_alloc_size_t size = 0;
    if (png_image_write_to_memory(&out.image, nullptr, &size, 0, pixels.data(), 0, nullptr) == 0)
        return damaged_png();
    Bytes bytes(size);
    if (png_image_write_to_memory(&out.image, bytes.data(), &size, 0, pixels.data(), 0, nullptr) ==
        0)
        return damaged_png();
    bytes.resize(size);
    return bytes;
}

}  // namespace

Result<PictureSize> size_of_png(ByteView file) {
    ByteReader in(file);
    in.raw(signature_bytes);
    in.u32();
    const bool header = as_text(in.raw(4)) == "IHDR";
    const std::size_t width = in.u32();
    const std::size_t height = in.u32();
    if (in.failed() || !header) return damaged_png();
    return PictureSize{width, height};
}

Result<Picture> clean_png(ByteView file, std::size_t bytes_max) {
    auto size = size_of_png(file);
    if (!size) return size.error();
    if (Status s = check_size(*size); !s) return s.error();
    auto chunks = picture_chunks(file);
    if (!chunks) return chunks.error();
    Image in;
    if (png_image_begin_read_from_memory(&in.image, chunks->data(), chunks->size()) == 0)
        return damaged_png();
    // A second header would have another size.
    if (in.image.width != size->width || in.image.height != size->height) return damaged_png();
    in.image.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
    Bytes pixels(PNG_IMAGE_SIZE(in.image));
    if (png_image_finish_read(&in.image, nullptr, pixels.data(), 0, nullptr) == 0 ||
        PNG_IMAGE_FAILED(in.image) || in.image.warning_or_error != 0)
        return damaged_png();
    auto bytes = written(in.image, pixels);
    if (!bytes) return bytes.error();
    if (bytes->size() > bytes_max)
        return problem(Errc::too_large, "the picture is too large as a PNG", "export it as JPEG");
    return Picture{media_type_png, size->width, size->height, std::move(*bytes), false};
}

}  // namespace rilon
