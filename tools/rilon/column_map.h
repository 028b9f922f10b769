// Columns of a table by their names, for every command that reads one.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "tools/rilon/command.h"

namespace rilon {

// As names of columns and words in cells are compared: without blanks around, ASCII letters small.
std::string lower_trimmed(std::string_view name);

// Of --map "THEIRS=OURS": their column → ours, as they were written. Errors: usage.
Result<std::map<std::string, std::string>> column_map(const Args& args);

}  // namespace rilon
