#include "tools/un_list_text.h"

#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "protocol/partial_date.h"
#include "protocol/text.h"

namespace rilon {
namespace {

// Longer texts are cut: no field of the list comes near.
constexpr std::size_t text_bytes_max = 1024 * 1024;

// Calls with each code point (negative where it isn't UTF-8) and the bytes it is made of, until the
// call says false.
template <class Each>
void each_character(std::string_view text, Each each) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    auto size = static_cast<std::int32_t>(std::min(text.size(), text_bytes_max));
    for (std::int32_t i = 0; i < size;) {
        std::int32_t begin = i;
        UChar32 c = 0;
        U8_NEXT(bytes, i, size, c);
        if (!each(c, text.substr(static_cast<std::size_t>(begin),
                                 static_cast<std::size_t>(i - begin))))
            return;
    }
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool has_digit(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view edges = " :.,;";
    std::size_t begin = text.find_first_not_of(edges);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(edges) - begin + 1);
}

}  // namespace

std::string one_line(std::string_view text) {
    std::string out;
    bool blank = false;
    each_character(text, [&](UChar32 c, std::string_view bytes) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0) {
            blank = !out.empty();
        } else if (c >= 0x20 && c != 0x7f) {
            if (blank) out += ' ';
            blank = false;
            out += bytes;
        }
        return true;
    });
    return out;
}

std::string cut(std::string_view text, std::size_t code_points_max) {
    std::string out;
    std::size_t count = 0;
    each_character(text, [&](UChar32, std::string_view bytes) {
        if (count++ == code_points_max) return false;
        out += bytes;
        return true;
    });
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string joined(std::initializer_list<std::string> texts) {
    std::string out;
    for (const std::string& text : texts)
        if (!text.empty()) out += (out.empty() ? "" : ", ") + text;
    return out;
}

std::string date_or_empty(std::string_view text) {
    auto date = parse_partial_date(text);
    return date && !date->unknown() ? format_partial_date(*date) : std::string();
}

std::string script_of(std::string_view text) {
    std::string out;
    each_character(text, [&](UChar32 c, std::string_view) {
        UErrorCode error = U_ZERO_ERROR;
        UScriptCode script = c < 0 ? USCRIPT_COMMON : uscript_getScript(c, &error);
        if (U_FAILURE(error) || script == USCRIPT_COMMON || script == USCRIPT_INHERITED)
            return true;
        out = uscript_getShortName(script);
        return false;
    });
    return out;
}

std::string document_type_of(std::string_view phrase) {
    std::string text = lower(phrase);
    auto says = [&](std::string_view word) { return text.find(word) != std::string::npos; };
    if (says("passport") || says("passeport") || says("pasaporte")) return "P";
    if (says("identity") || says("identification") || says("personalausweis")) return "I";
    return "OTHER";
}

std::string document_number_of(std::string_view phrase) {
    std::string text = lower(phrase);
    std::string_view rest = phrase;
    for (std::string_view marker : {"number", "no.", "passport"}) {
        std::size_t at = text.find(marker);
        if (at == std::string::npos || !has_digit(phrase.substr(at))) continue;
        rest = phrase.substr(at + marker.size());
        break;
    }
    // A remark in brackets stands behind the number, or names the document in front of it.
    std::size_t open = rest.find('(');
    std::size_t close = rest.find(')');
    if (open != std::string_view::npos && close != std::string_view::npos && close > open)
        rest = has_digit(rest.substr(0, open)) ? rest.substr(0, open) : rest.substr(close + 1);
    // "R00012098, South Sudan".
    if (std::size_t comma = rest.find(", "); comma != std::string_view::npos &&
                                             has_digit(rest.substr(0, comma)) &&
                                             !has_digit(rest.substr(comma)))
        rest = rest.substr(0, comma);
    rest = trimmed(rest);
    return has_digit(rest) ? std::string(rest) : std::string(phrase);
}

}  // namespace rilon
