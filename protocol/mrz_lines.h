// The lines of a machine-readable zone out of what an officer pastes or types. Internal to the
// parser (mrz.h): it knows shapes, not fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

// The lines that aren't blank, upper case, without blanks; one line of 72, 88 or 90 characters is
// taken apart. At most `mrz_raw_lines_max` + 1 are given back. Fails with malformed, naming line,
// column and character, on one that no zone has.
Result<std::vector<std::string>> mrz_split_lines(std::string_view text);

constexpr std::size_t mrz_raw_lines_max = 3;

// Whether a line is the second one of TD2, TD3 or a visa: mostly digits where its dates are. Names
// have no digits, so a first line never is.
bool mrz_is_line_two(std::string_view line);

}  // namespace rilon
