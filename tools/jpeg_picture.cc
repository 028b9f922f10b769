// JPEG by libjpeg-turbo's TurboJPEG interface, which keeps the library's error jumps inside itself.
// A transform copies the coefficients without a marker of the file's: nothing is lost, nothing but
// the picture comes along, and what stood behind the end of the image is not looked at.
#include <turbojpeg.h>

#include <vector>

#include "tools/picture.h"
#include "tools/problem.h"

namespace rilon {
namespace {

// A file that ends early or has scans without end is damaged: a warning ends the work.
constexpr int careful = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
constexpr int quality = 85;

class Turbo {
   public:
    explicit Turbo(tjhandle handle) : handle_(handle) { RILON_ASSERT(handle_ != nullptr); }
    ~Turbo() { tjDestroy(handle_); }
    Turbo(const Turbo&) = delete;
    tjhandle get() const { return handle_; }

   private:
    tjhandle handle_;
};

// What the library writes, in memory of its own.
struct Written {
    Written() = default;
    ~Written() { tjFree(data); }
    Written(const Written&) = delete;
    ByteView view() const { return {data, size}; }
    unsigned char* data = nullptr;
    unsigned long size = 0;
};

Error damaged_jpeg() {
    return problem(Errc::malformed, "the picture is damaged, or ends too early",
                   "open it and save it anew as JPEG or PNG, or photograph it again");
}

// By EXIF's number for how the camera was held.
constexpr int turns[] = {TJXOP_NONE,      TJXOP_NONE,  TJXOP_HFLIP,      TJXOP_ROT180, TJXOP_VFLIP,
                         TJXOP_TRANSPOSE, TJXOP_ROT90, TJXOP_TRANSVERSE, TJXOP_ROT270};

// Upright and without markers. A turn drops the pixels at an edge that fill no whole block.
Status strip(ByteView file, Written& out) {
    Turbo turbo(tjInitTransform());
    tjtransform wish{};
    wish.op = turns[exif_orientation(file)];
    wish.options = TJXOPT_COPYNONE | (wish.op == TJXOP_NONE ? 0 : TJXOPT_TRIM);
    if (tjTransform(turbo.get(), file.data(), file.size(), 1, &out.data, &out.size, &wish,
                    careful) != 0)
        return damaged_jpeg();
    return {};
}

// As many eighths of each side as fit.
Result<Picture> shrink(ByteView jpeg, PictureSize full, std::size_t bytes_max) {
    Turbo reader(tjInitDecompress());
    Turbo writer(tjInitCompress());
    for (std::size_t eighths = 8; eighths > 0; --eighths) {
        const std::size_t width = (full.width * eighths + 7) / 8;
        const std::size_t height = (full.height * eighths + 7) / 8;
        std::vector<unsigned char> pixels(width * height * 3);
        if (tjDecompress2(reader.get(), jpeg.data(), jpeg.size(), pixels.data(),
                          static_cast<int>(width), 0, static_cast<int>(height), TJPF_RGB,
                          careful) != 0)
            return damaged_jpeg();
        Written out;
        if (tjCompress2(writer.get(), pixels.data(), static_cast<int>(width), 0,
                        static_cast<int>(height), TJPF_RGB, &out.data, &out.size, TJSAMP_420,
                        quality, 0) != 0)
            return damaged_jpeg();
        if (out.size <= bytes_max)
            return Picture{media_type_jpeg, width, height, to_bytes(out.view()), true};
    }
    return problem(Errc::too_large, "the picture is too large, however small it is made",
                   "cut out what matters");
}

}  // namespace

Result<PictureSize> size_of_jpeg(ByteView file) {
    Turbo turbo(tjInitDecompress());
    int width = 0;
    int height = 0;
    int samples = 0;
    int colours = 0;
    if (tjDecompressHeader3(turbo.get(), file.data(), file.size(), &width, &height, &samples,
                            &colours) != 0)
        return damaged_jpeg();
    return PictureSize{static_cast<std::size_t>(width), static_cast<std::size_t>(height)};
}

Result<Picture> clean_jpeg(ByteView file, std::size_t bytes_max) {
    auto size = size_of_jpeg(file);
    if (!size) return size.error();
    if (Status s = check_size(*size); !s) return s.error();
    Written stripped;
    if (Status s = strip(file, stripped); !s) return s.error();
    auto turned = size_of_jpeg(stripped.view());
    if (!turned) return turned.error();
    if (stripped.size > bytes_max) return shrink(stripped.view(), *turned, bytes_max);
    return Picture{media_type_jpeg, turned->width, turned->height, to_bytes(stripped.view()),
                   false};
}

}  // namespace rilon
