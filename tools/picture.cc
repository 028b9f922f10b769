#include "tools/picture.h"

#include <fmt/format.h>

#include "tools/problem.h"

namespace rilon {
namespace {

constexpr std::string_view jpeg_begins = "\xff\xd8\xff";
constexpr std::string_view png_begins = "\x89PNG\r\n\x1a\n";

bool begins(ByteView file, std::string_view with) {
    return as_text(file).starts_with(with);
}

// What else officers have at hand, by name: so that the refusal says what to do.
Error not_taken(ByteView file) {
    constexpr std::string_view export_it = "export it as JPEG or PNG, or photograph it";
    if (begins(file, "%PDF"))
        return problem(Errc::invalid, "a PDF: what its maker wrote into it can't be taken out here",
                       "photograph the page, or export it as PNG");
    if (begins(file, "GIF8")) return problem(Errc::invalid, "a GIF", export_it);
    if (file.size() > 12 && as_text(file.subspan(4)).starts_with("ftyp"))
        return problem(Errc::invalid, "a film, or a telephone's HEIC or AVIF picture", export_it);
    return problem(Errc::invalid, "neither a JPEG nor a PNG picture", export_it);
}

}  // namespace

Status check_size(PictureSize size) {
    if (size.width == 0 || size.height == 0)
        return problem(Errc::malformed, "the picture has no pixels", "name another file");
    if (size.width > picture_side_max || size.height > picture_side_max ||
        size.width * size.height > picture_pixels_max)
        return problem(Errc::too_large,
                       fmt::format("the picture says it has {} × {} pixels, more than {} a side or "
                                   "{} in all",
                                   size.width, size.height, picture_side_max, picture_pixels_max),
                       "export it smaller");
    return {};
}

Result<Picture> clean_picture(ByteView file, std::size_t bytes_max) {
    if (begins(file, jpeg_begins)) return clean_jpeg(file, bytes_max);
    if (begins(file, png_begins)) return clean_png(file, bytes_max);
    return not_taken(file);
}

Status check_picture(ByteView bytes, std::string_view media_type) {
    const bool jpeg = media_type == media_type_jpeg;
    if (!(jpeg && begins(bytes, jpeg_begins)) &&
        !(media_type == media_type_png && begins(bytes, png_begins)))
        return {Errc::malformed, "it is not the kind of picture that its sender says"};
    auto size = jpeg ? size_of_jpeg(bytes) : size_of_png(bytes);
    if (!size) return size.error();
    return check_size(*size);
}

}  // namespace rilon
