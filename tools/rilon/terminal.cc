#include "tools/rilon/terminal.h"

#include <fcntl.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "protocol/mrz.h"
#include "tools/problem.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

// No echo while it lives.
class Silence {
   public:
    explicit Silence(int fd) : fd_(fd) {
        if (tcgetattr(fd_, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
    }
    ~Silence() {
        if (changed_) tcsetattr(fd_, TCSAFLUSH, &before_);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

   private:
    int fd_;
    bool changed_ = false;
    termios before_{};
};

}  // namespace

Terminal::Terminal(bool no_input, bool yes) : yes_(yes) {
    if (!no_input) fd_ = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

Terminal::~Terminal() {
    if (fd_ >= 0) close(fd_);
}

void Terminal::show(std::string_view text) {
    while (fd_ >= 0 && !text.empty()) {
        const ssize_t n = write(fd_, text.data(), text.size());
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

Result<std::string> Terminal::read_line() {
    std::string out;
    char c = 0;
    while (out.size() < 4096) {
        const ssize_t n = read(fd_, &c, 1);
        if (n < 0 && errno == EINTR) return {Errc::interrupted, "interrupted"};
        if (n <= 0) {
            if (!out.empty()) return out;
            return {Errc::interrupted, "no answer"};
        }
        if (c == '\n') return out;
        out.push_back(c);
    }
    return out;
}

Result<std::string> Terminal::ask(std::string_view question, std::string_view remedy) {
    if (fd_ < 0) {
        std::string what = "an answer is missing: ";
        what += trimmed(std::string(question));
        return problem(Errc::usage, what, remedy);
    }
    show(question);
    auto line = read_line();
    if (!line) return line.error();
    return trimmed(*line);
}

Result<std::string> Terminal::choose(std::string_view question,
                                     const std::vector<std::string>& choices,
                                     std::string_view if_empty, std::string_view remedy) {
    std::string known;
    for (const std::string& choice : choices) known += (known.empty() ? "" : ", ") + choice;
    while (true) {
        auto answer = ask(question, remedy);
        if (!answer) return answer;
        if (answer->empty() && !if_empty.empty()) return std::string(if_empty);
        for (const std::string& choice : choices)
            if (!answer->empty() &&
                strncasecmp(answer->c_str(), choice.c_str(), answer->size()) == 0)
                return choice;
        show("Please answer one of: " + known + ".\n");
    }
}

Result<std::string> Terminal::ask_secret(std::string_view question) {
    if (fd_ < 0)
        return problem(Errc::locked, "the key file is locked and there is no terminal to ask at",
                       "rilon unlock, or --passphrase-file FILE");
    show(question);
    Silence silence(fd_);
    auto line = read_line();
    show("\n");
    return line;
}

Result<bool> Terminal::confirm(std::string_view question) {
    if (yes_) return true;
    auto answer = ask(question, "look at it and add --yes");
    if (!answer) return answer.error();
    return *answer == "y" || *answer == "Y" || *answer == "yes";
}

Result<std::string> Terminal::read_input(const std::string& path, std::size_t bytes_max) {
    const bool standard = path == "-";
    const int fd = standard ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return problem(errno == ENOENT ? Errc::not_found : Errc::io,
                       path + " can't be read: " + std::strerror(errno), "check the path");
    std::string out;
    char piece[16384];
    ssize_t n = 0;
    while ((n = read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0) out.append(piece, static_cast<std::size_t>(n));
        if (out.size() > bytes_max) break;
    }
    const int failed = n < 0 ? errno : 0;
    if (!standard) close(fd);
    if (failed != 0) return {Errc::io, path + " can't be read: " + std::strerror(failed)};
    if (out.size() > bytes_max)
        return {Errc::too_large, path + " has more than " + std::to_string(bytes_max) + " bytes"};
    return out;
}

Result<std::string> Terminal::read_line_of_stdin(std::size_t bytes_max) {
    std::string out;
    char c = 0;
    while (out.size() <= bytes_max) {
        const ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || c == '\n') return trimmed(out);
        out.push_back(c);
    }
    return {Errc::too_large, "the line is too long"};
}

Result<std::string> Terminal::read_zone(const std::string& source, std::string_view prompt) {
    if (source != "-") return read_input(source, mrz_input_bytes_max);
    if (can_ask() && isatty(STDIN_FILENO) == 1) show(std::string(prompt) + "\n");
    std::string out;
    char c = 0;
    while (out.size() <= mrz_input_bytes_max) {
        const ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR) return {Errc::interrupted, "interrupted"};
        if (n <= 0) return out;
        out.push_back(c);
        if (c == '\n' && mrz_reading(out) == MrzReading::complete) return out;
    }
    return {Errc::too_large, "that is longer than any machine-readable zone"};
}

}  // namespace rilon
