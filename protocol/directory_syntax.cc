#include "protocol/directory_syntax.h"

#include <fmt/format.h>
#include <unicode/unistr.h>

#include <charconv>

#include "protocol/text.h"

namespace rilon {
namespace {

bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}

bool capitals_and_digits(std::string_view code, std::size_t min, std::size_t max) {
    if (code.size() < min || code.size() > max || !upper(code.front())) return false;
    for (char c : code)
        if (!upper(c) && !digit(c)) return false;
    return true;
}

// Spelled out, not asked of Unicode's tables: every version of the software must refuse the same
// statements, whichever ICU it is built with.
bool moves_text(UChar32 c) {
    bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    bool line_end = c == 0x2028 || c == 0x2029;
    bool direction = c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                     (c >= 0x2066 && c <= 0x2069);
    return control || line_end || direction;
}

bool well_formed_host(std::string_view host) {
    if (host.empty()) return false;
    bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 3;
    if (bracketed) host = host.substr(1, host.size() - 2);
    for (char c : host) {
        bool in_name = lower(c) || upper(c) || digit(c) || c == '.' || c == '-';
        bool in_ipv6 =
            digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
        if (bracketed ? !in_ipv6 : !in_name) return false;
    }
    return true;
}

}  // namespace

bool well_formed_node_name(std::string_view name) {
    if (name.empty() || name.size() > 32 || !lower(name.front()) || name.back() == '-')
        return false;
    char before = 0;
    for (char c : name) {
        if (!lower(c) && !digit(c) && c != '-') return false;
        if (c == '-' && before == '-') return false;
        before = c;
    }
    return true;
}

bool well_formed_party_code(std::string_view code) {
    return capitals_and_digits(code, 3, 8);
}
bool well_formed_rilon_code(std::string_view code) {
    return capitals_and_digits(code, 2, 8);
}

bool well_formed_group_name(std::string_view name) {
    if (name.size() < 2 || name.size() > 32 || name.front() == '-') return false;
    for (char c : name)
        if (!lower(c) && !upper(c) && !digit(c) && c != '-') return false;
    return true;
}

bool well_formed_feature(std::string_view feature) {
    if (feature.empty() || feature.size() > 64) return false;
    for (char c : feature)
        if (!lower(c) && !digit(c) && c != '.' && c != '-') return false;
    return true;
}

bool well_formed_endpoint(std::string_view endpoint) {
    constexpr std::string_view scheme = "tcp://";
    if (endpoint.size() > endpoint_bytes_max || !endpoint.starts_with(scheme)) return false;
    std::string_view rest = endpoint.substr(scheme.size());
    std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos || !well_formed_host(rest.substr(0, colon))) return false;
    std::string_view port = rest.substr(colon + 1);
    unsigned value = 0;
    auto [end, bad] = std::from_chars(port.data(), port.data() + port.size(), value);
    return bad == std::errc{} && end == port.data() + port.size() && value >= 1 && value <= 65535 &&
           port.front() != '0';
}

Status check_label(std::string_view text, std::size_t chars_max, std::string_view what) {
    if (text.size() > 4 * chars_max || code_points(text) > chars_max)
        return {Errc::malformed, fmt::format("{} is longer than {} characters", what, chars_max)};
    if (!is_utf8(text)) return {Errc::malformed, fmt::format("{} is not UTF-8", what)};
    icu::UnicodeString decoded = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    for (int32_t i = 0; i < decoded.length(); i = decoded.moveIndex32(i, 1))
        if (moves_text(decoded.char32At(i)))
            return {Errc::malformed,
                    fmt::format("{} holds a control or direction character", what)};
    return {};
}

}  // namespace rilon
