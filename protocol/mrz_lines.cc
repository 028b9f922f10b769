#include "protocol/mrz_lines.h"

#include <fmt/format.h>

#include "protocol/text.h"

namespace rilon {
namespace {

struct Replacement {
    std::string_view from;
    std::string_view to;
};

// What word processors, telephones and scanners make of blanks and fillers.
constexpr Replacement replacements[] = {
    {"\xC2\xA0", ""},       // No-break space.
    {"\xE2\x80\xAF", ""},   // Narrow no-break space.
    {"\xE2\x80\x89", ""},   // Thin space.
    {"\xEF\xBB\xBF", ""},   // Byte order mark.
    {"\xC2\xAB", "<<"},     // «
    {"\xE2\x80\xB9", "<"},  // ‹
    {"\xEF\xBC\x9C", "<"},  // Fullwidth <.
};

bool in_alphabet(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<';
}

Error strange(std::string_view rest, std::size_t line, std::size_t column) {
    std::size_t size = 1;
    while (size < 4 && size < rest.size() &&
           (static_cast<unsigned char>(rest[size]) & 0xC0) == 0x80)
        ++size;
    return {Errc::malformed,
            fmt::format("line {}, character {} is '{}': a zone has only A-Z, 0-9 and the filler <. "
                        "Type that line again",
                        line, column, escape_for_display(rest.substr(0, size)))};
}

// One physical line; `number` from 1 for messages.
Result<std::string> normalise(std::string_view raw, std::size_t number) {
    std::string out;
    std::size_t i = 0;
    while (i < raw.size()) {
        char c = raw[i];
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (in_alphabet(c)) {
            out += c;
            ++i;
            continue;
        }
        if (c == ' ' || c == '\t' || c == '\r') {
            ++i;
            continue;
        }
        bool replaced = false;
        for (const Replacement& r : replacements) {
            if (!raw.substr(i).starts_with(r.from)) continue;
            out += r.to;
            i += r.from.size();
            replaced = true;
            break;
        }
        if (!replaced) return strange(raw.substr(i), number, out.size() + 1);
    }
    return out;
}

// All lines run together, as a scanner or a form field gives them.
std::vector<std::string> take_apart(const std::string& line) {
    std::size_t width = 0;
    if (line.size() == 72) width = 36;
    if (line.size() == 88) width = 44;
    if (line.size() == 90) width = 30;
    if (width == 0) return {line};
    std::vector<std::string> out;
    for (std::size_t at = 0; at < line.size(); at += width) out.push_back(line.substr(at, width));
    return out;
}

}  // namespace

Result<std::vector<std::string>> mrz_split_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty() && lines.size() <= mrz_raw_lines_max) {
        std::size_t end = text.find('\n');
        std::string_view raw = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        auto line = normalise(raw, lines.size() + 1);
        if (!line) return line.error();
        if (!line->empty()) lines.push_back(*std::move(line));
    }
    if (lines.size() == 1) return take_apart(lines[0]);
    return lines;
}

bool mrz_is_line_two(std::string_view line) {
    if (line.size() < 28) return false;
    int digits = 0;
    for (std::size_t i = 13; i < 28; ++i)
        if (i != 20 && line[i] >= '0' && line[i] <= '9') ++digits;
    return digits >= 6;
}

}  // namespace rilon
