// Text from outside: whether it is UTF-8 and not too long, how to show it so that it can't lie to a
// terminal, how to compare it without case. Unicode's own work is done by ICU.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace rilon {

// Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// How many code points; a byte that isn't UTF-8 counts as one.
std::size_t code_points(std::string_view text);

// Its first `max` code points, or all of it. Looks at no more.
std::string_view first_code_points(std::string_view text, std::size_t max);

// Fails with malformed where the text isn't UTF-8 or holds a NUL, with too_large over
// `code_points_max`; `what` names the field in the detail ("the title"). Looks at no more than
// 4 * code_points_max bytes.
Status check_text(std::string_view text, std::size_t code_points_max, std::string_view what);

enum class Newlines {
    escape,  // One line comes out: titles, names, anything inside a line.
    keep,    // A narrative: \n stays.
};

// The text with everything that can't be seen or that moves what can be seen written out as
// \u{202e}: control characters (ESC, tab), bidi marks, overrides and isolates, zero-width and other
// format or ignorable characters, line separators, private-use and unassigned code points, the
// ninth combining mark in a row. Bytes that aren't UTF-8 come out as \x{ff}. Idempotent.
std::string escape_for_display(std::string_view text, Newlines newlines = Newlines::escape);

// NFKC with full case folding (Unicode NFKC_Casefold), for comparing text that isn't a name of a
// person. Fails with malformed when the text isn't UTF-8.
Result<std::string> fold_case(std::string_view text);

// Columns on a terminal: 2 for East Asian wide and fullwidth, 0 for combining marks, 1 for others.
// Escape before measuring.
std::size_t display_width(std::string_view text);

}  // namespace rilon
