// `rilon`: the officers' and administrators' command. Parses, runs one row of the table, turns what
// went wrong into words and an exit code. Everything else is in the files named after commands.
#include <google/protobuf/stubs/logging.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "protocol/secret.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

// By hand: the terminal is put back as it was by its owner, a draft is on disk before any question.
void interrupted(int) {
    std::_Exit(exit_interrupted);
}

int fail(const Error& error, bool json) {
    show_error(error, json);
    return exit_code(error.code);
}

int run(const std::vector<std::string>& arguments) {
    if (arguments == std::vector<std::string>{"--version"}) {
        std::fputs("rilon " RILON_VERSION "\n", stdout);
        return exit_done;
    }
    if (Status s = secrets_init(); !s)
        return fail(
            problem(Errc::io, s.error().detail, "raise the limit of locked memory: ulimit -l"),
            json_asked(arguments));
    auto line = parse_command_line(arguments);
    if (!line) return fail(line.error(), json_asked(arguments));
    if (line->command == nullptr || line->globals.help) {
        const std::string text = line->command != nullptr ? command_help(*line->command)
                                 : line->topic.empty()    ? overview_text()
                                                          : group_help(line->topic);
        std::fputs(help_in(text, columns_of(STDOUT_FILENO)).c_str(), stdout);
        return exit_done;
    }
    Output out(line->globals);
    Terminal terminal(line->globals.no_input, line->globals.yes);
    Context context{line->args, line->globals, out, terminal};
    auto result = line->command->run(context);
    if (!result) return fail(result.error(), line->globals.json);
    if (out.flush()) return *result;
    if (out.reader_gone()) return exit_other;
    return fail(problem(Errc::io, "what was to be printed could not all be written",
                        "look at the disk, or the program that reads it"),
                line->globals.json);
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    std::signal(SIGINT, rilon::interrupted);
    std::signal(SIGPIPE, SIG_IGN);
    google::protobuf::SetLogHandler(
        nullptr);  // What it would say of a text is said by check_alert.
    try {
        return rilon::run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& e) {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        return rilon::fail({rilon::Errc::internal, e.what()}, rilon::json_asked(arguments));
    }
}
