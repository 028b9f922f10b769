// Padding hides lengths: all plaintexts of a size class become bodies of one length.
#include "protocol/entry.h"

namespace rilon {

namespace {
constexpr Byte padding_mark = 0x80;
}

Bytes pad(ByteView plain) {
    Bytes out(padded_size(plain.size()));
    std::copy(plain.begin(), plain.end(), out.begin());
    out[plain.size()] = padding_mark;
    return out;
}

Result<Bytes> unpad(Bytes padded) {
    std::size_t end = padded.size();
    while (end > 0 && padded[end - 1] == 0) --end;
    if (end == 0 || padded[end - 1] != padding_mark) {
        wipe(padded);
        return {Errc::malformed, "padding: no mark at its beginning"};
    }
    padded.resize(end - 1);
    return padded;
}

}  // namespace rilon
