// Text from a person or a table, without what stands around it.
#pragma once

#include <string>
#include <string_view>

namespace rilon {

// Without blanks, tabs and line ends at both ends.
inline std::string trimmed(std::string_view text) {
    constexpr std::string_view around = " \t\r\n";
    const std::size_t first = text.find_first_not_of(around);
    if (first == std::string_view::npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(around) - first + 1));
}

// Codes may be typed in small letters.
inline std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

}  // namespace rilon
