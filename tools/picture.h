// Pictures that officers attach. Of a file only the picture goes on: it is taken apart and written
// anew, so that what camera, telephone or a maker wrote into it (place, time, device, thumbnails,
// comments, a second file behind it) stays behind. Every bound is looked at before anything is
// decoded. Only jpeg_picture.cc knows libjpeg-turbo, only png_picture.cc libpng
// (docs/decisions/0024).
#pragma once

#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace rilon {

constexpr std::size_t picture_file_bytes_max = 32u << 20;
constexpr std::size_t picture_side_max = 16'384;
constexpr std::size_t picture_pixels_max = 50'000'000;

struct Picture {
    std::string_view media_type;
    std::size_t width = 0;
    std::size_t height = 0;
    Bytes bytes;
    bool reduced = false;  // It has fewer pixels, or less detail, than the file.
};

// JPEG or PNG, by what the bytes are, not by a name. A JPEG is not decoded to pixels: what it shows
// stays the same to the last bit, upright, if it fits; else it is made smaller until it does. A PNG
// becomes 8 bits a sample. Errors, with a remedy: invalid (another kind of file), malformed
// (damaged, or cut short), too_large (bytes, or pixels).
Result<Picture> clean_picture(ByteView file, std::size_t bytes_max);

// Before a reader saves one: is it what its sender says, and of a size that a viewer bears? Its
// beginning is read, nothing is decoded. Error malformed.
Status check_picture(ByteView bytes, std::string_view media_type);

// The parts, by kind of file.
constexpr std::string_view media_type_jpeg = "image/jpeg";
constexpr std::string_view media_type_png = "image/png";
struct PictureSize {
    std::size_t width = 0;
    std::size_t height = 0;
};
Status check_size(PictureSize size);  // Error too_large.
Result<PictureSize> size_of_jpeg(ByteView file);
Result<PictureSize> size_of_png(ByteView file);
Result<Picture> clean_jpeg(ByteView file, std::size_t bytes_max);
Result<Picture> clean_png(ByteView file, std::size_t bytes_max);
// How the camera was held: 1 (upright) to 8, of the EXIF of a JPEG; 1 where nothing says so.
int exif_orientation(ByteView jpeg);

}  // namespace rilon
