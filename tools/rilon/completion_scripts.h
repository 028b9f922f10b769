// The scripts that shells load: rilon completion SHELL, and installed with the program. They only
// ask `rilon complete` (cmd_completion.cc).
#pragma once

#include <string_view>

namespace rilon {

// Of "bash", "zsh", "fish"; null for another.
const char* completion_script(std::string_view shell);

}  // namespace rilon
