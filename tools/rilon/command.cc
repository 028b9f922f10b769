// Looking up commands and writing their help; the rows are in commands.cc.
#include "tools/rilon/command.h"

#include <fmt/format.h>

#include <sstream>

#include "protocol/nearest.h"
#include "tools/problem.h"
#include "tools/rilon/columns.h"

namespace rilon {
namespace {

constexpr OptionSpec globals[] = {
    {"--profile", "PROFILE", "whose keys and which node (RILON_PROFILE; \"default\")"},
    {"--node", "ENDPOINT", "the node's control socket, instead of the profile's"},
    {"--json", nullptr, "one JSON object a line; errors too, on stderr"},
    {"-q,--quiet", nullptr, "only data and errors"},
    {"-v,--verbose", nullptr, "say more"},
    {"--no-input", nullptr, "ask nothing; what is missing is an error"},
    {"-y,--yes", nullptr, "take yes for an answer to \"go on?\""},
    {"--timeout", "TIME", "how long to wait for the node (10s)"},
    {"--color", "WHEN", "auto, always, never (NO_COLOR is honoured)"},
    {"--passphrase-file", "FILE", "read the key file's passphrase from FILE"},
    {"-h,--help", nullptr, "show this"},
};

std::string first_word(std::string_view path) {
    return std::string(path.substr(0, path.find(' ')));
}

std::string option_lines(std::span<const OptionSpec> options) {
    std::string out;
    for (const OptionSpec& option : options) {
        std::string names(option.names);
        if (const auto comma = names.find(','); comma != std::string::npos)
            names.insert(comma + 1, " ");
        if (option.value != nullptr) names += std::string(" ") + option.value;
        out += fmt::format("  {:<26} {}\n", names, option.help);
    }
    return out;
}

std::string command_line(const CommandSpec& spec) {
    std::string usage = spec.path;
    if (*spec.positionals != '\0') usage += std::string(" ") + spec.positionals;
    return fmt::format("  {:<38} {}\n", usage, spec.summary);
}

}  // namespace

std::span<const OptionSpec> global_options() {
    return globals;
}

Result<FoundCommand> find_command(const std::vector<std::string>& words) {
    for (const CommandSpec& spec : hidden_commands())
        if (words[0] == spec.path) return FoundCommand{&spec, 1};
    for (std::size_t take = 2; take >= 1; --take) {
        if (words.size() < take) continue;
        const std::string path = take == 2 ? words[0] + " " + words[1] : words[0];
        for (const CommandSpec& spec : command_table())
            if (path == spec.path) return FoundCommand{&spec, take};
    }
    const bool group = !group_help(words[0]).empty();
    if (group && words.size() == 1)
        return problem(Errc::usage, "rilon " + words[0] + " needs one more word",
                       "rilon " + words[0] + " --help lists them");
    std::vector<std::string> known;
    for (const CommandSpec& spec : command_table()) {
        const std::string path(spec.path);
        if (!group)
            known.push_back(first_word(path));
        else if (first_word(path) == words[0] && path.size() > words[0].size())
            known.push_back(path.substr(words[0].size() + 1));
    }
    const std::string& given = group ? words[1] : words[0];
    const std::string front = group ? "rilon " + words[0] : "rilon";
    std::vector<std::string_view> views(known.begin(), known.end());
    const auto near = nearest(given, views);
    return problem(
        Errc::usage, front + " has no command " + given,
        near ? "did you mean " + front + " " + known[*near] + "?" : "see " + front + " --help");
}

std::string overview_text() {
    std::string out =
        "rilon – alerts between immigration liaison officers, sealed for their readers\n\n"
        "usage: rilon [OPTIONS] COMMAND …\n\n";
    for (const CommandSpec& spec : command_table()) out += command_line(spec);
    out += "\noptions of every command\n" + option_lines(globals);
    out +=
        "\nrilon COMMAND --help says more; rilon help exit-codes lists the exit codes.\n"
        "rilon --version says which version this is.\n";
    return out;
}

std::string help_in(const std::string& text, std::size_t columns) {
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t gap = line.starts_with("  ") ? line.find("  ", 2) : std::string::npos;
        const std::size_t described = line.find_first_not_of(' ', gap);
        const std::size_t indent = gap == std::string::npos ? 4 : described;
        for (const std::string& part : folded(line, columns, indent)) out += part + "\n";
    }
    return out;
}

std::string command_help(const CommandSpec& spec) {
    std::string out =
        fmt::format("usage: rilon {} {}\n\n{}\n", spec.path, spec.positionals, spec.summary);
    if (!spec.options.empty()) out += "\noptions\n" + option_lines(spec.options);
    out += "\noptions of every command\n" + option_lines(globals);
    return out;
}

std::string group_help(std::string_view group) {
    std::string out;
    for (const CommandSpec& spec : command_table()) {
        const std::string_view path(spec.path);
        if (path.size() > group.size() && path.starts_with(group) && path[group.size()] == ' ')
            out += command_line(spec);
    }
    return out.empty() ? out : fmt::format("usage: rilon {} …\n\n{}", group, out);
}

}  // namespace rilon
