// From argv to a command, its options and the global ones. CLI11 is known to options.cc alone.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "tools/rilon/command.h"

namespace rilon {

struct CommandLine {
    const CommandSpec* command = nullptr;  // Null: help about `topic`, or everything.
    std::string topic;
    Args args;
    Globals globals;
};

// `arguments` without the program's name. Errors: usage, with the nearest command or option.
Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

// Was --json asked for, whatever else is wrong? Errors of parsing are shown accordingly.
bool json_asked(const std::vector<std::string>& arguments);

// Usage when `option` is given together with one of the others.
Status check_excludes(const Args& args, const std::string& option,
                      std::initializer_list<const char*> others);

// The `name = "value"` lines of a profile (TOML without tables). Errors: malformed.
struct Setting {
    std::string name;
    std::string value;
};
Result<std::vector<Setting>> parse_settings(const std::string& text);

// "2d", "90m", "8h", "3600s", "500ms" → milliseconds. Errors: usage.
Result<std::uint64_t> parse_duration(std::string_view text);

}  // namespace rilon
