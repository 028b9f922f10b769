// Byte strings and the big-endian reader and writer that every fixed layout of the wire uses.
// The reader is strict: it never reads past the end and `done` fails on trailing bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) {
    return Bytes(view.begin(), view.end());
}
inline bool equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

std::string to_hex(ByteView bytes);
// Fails with malformed on odd length or a character outside 0-9a-fA-F.
Result<Bytes> from_hex(std::string_view text);

// Appends big-endian integers and byte strings to a buffer.
class ByteWriter {
   public:
    ByteWriter() = default;
    explicit ByteWriter(std::size_t reserve) { bytes_.reserve(reserve); }

    ByteWriter& u8(std::uint8_t v) {
        bytes_.push_back(v);
        return *this;
    }
    ByteWriter& u16(std::uint16_t v) { return integer(v, 2); }
    ByteWriter& u32(std::uint32_t v) { return integer(v, 4); }
    ByteWriter& u64(std::uint64_t v) { return integer(v, 8); }
    ByteWriter& raw(ByteView v) {
        bytes_.insert(bytes_.end(), v.begin(), v.end());
        return *this;
    }
    std::size_t size() const { return bytes_.size(); }
    ByteView view() const { return bytes_; }
    Bytes take() && { return std::move(bytes_); }

   private:
    ByteWriter& integer(std::uint64_t v, int size) {
        for (int i = size - 1; i >= 0; --i) bytes_.push_back(static_cast<Byte>(v >> (8 * i)));
        return *this;
    }
    Bytes bytes_;
};

// Reads what ByteWriter wrote. After the first failure every read gives zeros and `failed` is true,
// so a parser reads all fields and checks once.
class ByteReader {
   public:
    explicit ByteReader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(integer(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(integer(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(integer(4)); }
    std::uint64_t u64() { return integer(8); }
    ByteView raw(std::size_t size) {
        if (failed_ || rest_.size() < size) {
            failed_ = true;
            return {};
        }
        ByteView out = rest_.first(size);
        rest_ = rest_.subspan(size);
        return out;
    }
    template <class Fixed>
    Fixed fixed() {
        ByteView v = raw(Fixed::size());
        return failed_ ? Fixed{} : Fixed::copy_of(v);
    }
    ByteView rest() const { return rest_; }
    bool failed() const { return failed_; }
    // True when every field was there and nothing is left over.
    bool done() const { return !failed_ && rest_.empty(); }

   private:
    std::uint64_t integer(std::size_t size) {
        std::uint64_t v = 0;
        for (Byte b : raw(size)) v = (v << 8) | b;
        return v;
    }
    ByteView rest_;
    bool failed_ = false;
};

}  // namespace rilon
