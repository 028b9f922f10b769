// Text in the columns of a terminal, wide and combining characters counted as they are shown.
// Escaped already (protocol/text.h), without colours.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace rilon {

// Of what is no terminal: nothing is cut or folded.
constexpr std::size_t columns_unlimited = std::numeric_limits<std::size_t>::max();
// Nothing is folded to less than this, however narrow the terminal is.
constexpr std::size_t columns_min = 20;

// Of the terminal behind a descriptor, at least columns_min; else columns_unlimited.
std::size_t columns_of(int fd);

// The text, or what of it has room before an ellipsis.
std::string cut_to(std::string_view text, std::size_t columns);
// With blanks behind it up to a width; longer text is left as it is.
std::string padded(std::string_view text, std::size_t columns);
// Folded at blanks; lines from the second on begin with `indent` blanks. A word that is longer
// than a line is divided.
std::vector<std::string> folded(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace rilon
