#include "protocol/short_id.h"

#include <array>

namespace rilon {
namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int bits_per_char = 5;
constexpr std::size_t uuid_chars = 36;
constexpr std::size_t uuid_hex = 32;
constexpr std::array<std::size_t, 4> uuid_dashes = {8, 13, 18, 23};
// More than anybody types with dashes and blanks; longer ones aren't looked at.
constexpr std::size_t typed_bytes_max = 64;

// The value of a character; negative when it is none of the alphabet.
int crockford_value(char c) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'I' || c == 'L') return 1;
    if (c == 'O') return 0;
    std::size_t at = crockford.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

Error not_short() {
    return {Errc::malformed,
            "not a short id: 6 to 8 letters and digits, as in 7KQ2-M4XD (there is no U)"};
}

}  // namespace

std::uint64_t short_id_bits(const AlertId& id) {
    ByteReader reader(id.view().subspan(8));
    std::uint64_t rand_b = reader.u64() & 0x3FFF'FFFF'FFFF'FFFF;
    return rand_b >> 22;
}

std::string format_short_id(const AlertId& id) {
    std::uint64_t bits = short_id_bits(id);
    std::string out;
    for (int i = 0; i < short_id_chars; ++i) {
        if (i == 4) out += '-';
        out += crockford[(bits >> (bits_per_char * (short_id_chars - 1 - i))) & 31];
    }
    return out;
}

Result<ShortIdPrefix> parse_short_id(std::string_view text) {
    if (text.size() > typed_bytes_max) return not_short();
    ShortIdPrefix out;
    for (char c : text) {
        if (c == '-' || c == ' ') continue;
        int value = crockford_value(c);
        if (value < 0 || out.chars == short_id_chars) return not_short();
        out.value = (out.value << bits_per_char) | static_cast<std::uint64_t>(value);
        ++out.chars;
    }
    if (out.chars < short_id_chars_min) return not_short();
    return out;
}

ShortIdRange short_id_range(const ShortIdPrefix& prefix) {
    int rest = bits_per_char * (short_id_chars - prefix.chars);
    std::uint64_t first = prefix.value << rest;
    return {first, first | ((std::uint64_t{1} << rest) - 1)};
}

bool begins_with(const AlertId& id, const ShortIdPrefix& prefix) {
    ShortIdRange range = short_id_range(prefix);
    std::uint64_t bits = short_id_bits(id);
    return range.first <= bits && bits <= range.last;
}

std::string format_alert_id(const AlertId& id) {
    std::string out = id.hex();
    for (std::size_t dash : uuid_dashes) out.insert(dash, 1, '-');
    return out;
}

Result<AlertId> parse_alert_id(std::string_view text) {
    Error wrong{Errc::malformed, "not the id of an alert: a UUID of version 7 has 32 hex digits"};
    std::string hex;
    if (text.size() == uuid_chars) {
        for (std::size_t dash : uuid_dashes)
            if (text[dash] != '-') return wrong;
        for (std::size_t i = 0; i < text.size(); ++i)
            if (i != 8 && i != 13 && i != 18 && i != 23) hex += text[i];
    } else if (text.size() == uuid_hex) {
        hex = text;
    } else {
        return wrong;
    }
    auto id = AlertId::parse_hex(hex);
    if (!id || !is_alert_id(*id)) return wrong;
    return *id;
}

Result<AlertReference> parse_alert_reference(std::string_view text) {
    if (text.size() >= uuid_hex) {
        auto id = parse_alert_id(text);
        if (id) return AlertReference(*id);
        return id.error();
    }
    auto prefix = parse_short_id(text);
    if (prefix) return AlertReference(*prefix);
    return prefix.error();
}

bool refers_to(const AlertReference& reference, const AlertId& id) {
    const auto* whole = std::get_if<AlertId>(&reference);
    return whole != nullptr ? id == *whole : begins_with(id, std::get<ShortIdPrefix>(reference));
}

bool is_alert_id(const AlertId& id) {
    return (id.data()[6] & 0xF0) == 0x70 && (id.data()[8] & 0xC0) == 0x80;
}

AlertId make_alert_id(UnixMillis now, Rng& rng) {
    RILON_ASSERT(now.value < (std::uint64_t{1} << 48));
    auto id = rng.bytes<AlertId>();
    for (int i = 0; i < 6; ++i) id.data()[i] = static_cast<Byte>(now.value >> (8 * (5 - i)));
    id.data()[6] = static_cast<Byte>((id.data()[6] & 0x0F) | 0x70);
    id.data()[8] = static_cast<Byte>((id.data()[8] & 0x3F) | 0x80);
    return id;
}

UnixMillis alert_id_time(const AlertId& id) {
    std::uint64_t out = 0;
    for (int i = 0; i < 6; ++i) out = (out << 8) | id.data()[i];
    return {out};
}

}  // namespace rilon
