#include "protocol/text.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace rilon {
namespace {

constexpr int combining_run_max = 8;

struct CodePoint {
    UChar32 value;     // Negative: not UTF-8.
    std::size_t size;  // Bytes taken, 1 at least.
};

CodePoint next_code_point(std::string_view text, std::size_t at) {
    // ICU counts in 32 bits: give it a window that holds any one code point.
    std::string_view window = text.substr(at, 4);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(window.data());
    std::int32_t i = 0;
    UChar32 c = 0;
    U8_NEXT(bytes, i, static_cast<std::int32_t>(window.size()), c);
    if (c < 0) return {-1, 1};
    return {c, static_cast<std::size_t>(i)};
}

bool is_combining(UChar32 c) {
    return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}

bool is_variation_selector(UChar32 c) {
    return c >= 0xFE00 && c <= 0xFE0F;
}

bool must_escape(UChar32 c) {
    constexpr std::uint32_t unseen = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CS_MASK | U_GC_CO_MASK |
                                     U_GC_CN_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
    if ((U_GET_GC_MASK(c) & unseen) != 0) return true;
    return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) && !is_variation_selector(c);
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        CodePoint c = next_code_point(text, i);
        if (c.value < 0) return false;
        i += c.size;
    }
    return true;
}

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++count) i += next_code_point(text, i).size;
    return count;
}

std::string_view first_code_points(std::string_view text, std::size_t max) {
    std::size_t end = 0;
    for (std::size_t count = 0; count < max && end < text.size(); ++count)
        end += next_code_point(text, end).size;
    return text.substr(0, end);
}

Status check_text(std::string_view text, std::size_t code_points_max, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size();) {
        CodePoint c = next_code_point(text, i);
        if (c.value < 0)
            return {Errc::malformed,
                    fmt::format("{} isn't UTF-8 at byte {}: save it as UTF-8", what, i)};
        if (c.value == 0)
            return {Errc::malformed, fmt::format("{} holds a NUL at byte {}", what, i)};
        if (++count > code_points_max)
            return {Errc::too_large,
                    fmt::format("{} has over {} characters: shorten it", what, code_points_max)};
        i += c.size;
    }
    return {};
}

std::string escape_for_display(std::string_view text, Newlines newlines) {
    std::string out;
    out.reserve(text.size());
    int combining = 0;
    for (std::size_t i = 0; i < text.size();) {
        CodePoint c = next_code_point(text, i);
        combining = c.value >= 0 && is_combining(c.value) ? combining + 1 : 0;
        if (c.value < 0)
            out += fmt::format("\\x{{{:02x}}}", static_cast<unsigned char>(text[i]));
        else if (c.value == '\n' && newlines == Newlines::keep)
            out += '\n';
        else if (must_escape(c.value) || combining > combining_run_max)
            out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c.value));
        else
            out += text.substr(i, c.size);
        i += c.size;
    }
    return out;
}

Result<std::string> fold_case(std::string_view text) {
    if (!is_utf8(text)) return {Errc::malformed, "the text isn't UTF-8"};
    constexpr std::size_t bytes_max = 1U << 30;  // ICU counts in 32 bits.
    if (text.size() > bytes_max) return {Errc::too_large, "the text is too long to fold"};
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* folder = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) return {Errc::internal, "ICU has no data for NFKC_Casefold"};
    auto source = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    icu::UnicodeString folded = folder->normalize(source, status);
    if (U_FAILURE(status)) return {Errc::internal, "ICU can't fold the text"};
    std::string out;
    folded.toUTF8String(out);
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size();) {
        CodePoint c = next_code_point(text, i);
        i += c.size;
        if (c.value >= 0 && is_combining(c.value)) continue;
        auto east = static_cast<UEastAsianWidth>(
            c.value < 0 ? U_EA_NEUTRAL : u_getIntPropertyValue(c.value, UCHAR_EAST_ASIAN_WIDTH));
        width += east == U_EA_WIDE || east == U_EA_FULLWIDTH ? 2 : 1;
    }
    return width;
}

}  // namespace rilon
