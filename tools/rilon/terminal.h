// Questions to the person at the terminal. They go to /dev/tty itself, so that stdin and stdout
// stay free for data; without a terminal, or with --no-input, an answer that is missing is an
// error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

inline constexpr std::string_view zone_prompt = "Paste the machine-readable zone:";

class Terminal {
   public:
    // `no_input`: ask nothing. `yes`: confirmations are taken as given (--yes).
    Terminal(bool no_input, bool yes);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    bool can_ask() const { return fd_ >= 0; }
    bool says_yes() const { return yes_; }
    // One line, blanks trimmed. `remedy` says what to put on the command line instead. Errors:
    // usage (nobody to ask), interrupted (end of input).
    Result<std::string> ask(std::string_view question, std::string_view remedy);
    // One of `choices`, named by how it begins in either case; asked again until it is one. Enter
    // alone is `if_empty`, where there is one. Errors: as ask.
    Result<std::string> choose(std::string_view question, const std::vector<std::string>& choices,
                               std::string_view if_empty, std::string_view remedy);
    // Without echo. Errors: locked (nobody to ask), interrupted.
    Result<std::string> ask_secret(std::string_view question);
    // [y/N]; --yes answers it.
    Result<bool> confirm(std::string_view question);
    // Shows text on the terminal.
    void show(std::string_view text);
    // A file's content, or stdin for "-": at most `bytes_max`. Errors: not_found, io, too_large.
    static Result<std::string> read_input(const std::string& path, std::size_t bytes_max);
    // A machine-readable zone's text: a file's, or for "-" what stdin has up to the zone's last
    // line, so that a paste needs no end of file. Says `prompt` to whoever types it. Errors: as
    // read_input, interrupted.
    Result<std::string> read_zone(const std::string& source, std::string_view prompt);
    // One line of stdin, blanks trimmed. Errors: too_large.
    static Result<std::string> read_line_of_stdin(std::size_t bytes_max);

   private:
    Result<std::string> read_line();
    int fd_ = -1;
    bool yes_;
};

}  // namespace rilon
