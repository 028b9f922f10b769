#include "tools/rilon/output.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "protocol/text.h"
#include "tools/problem.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/json_lines.h"

namespace rilon {
namespace {

bool terminal_has_color(int fd, ColorWish wish) {
    if (wish != ColorWish::automatic) return wish == ColorWish::always;
    const char* no = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    if (no != nullptr && *no != '\0') return false;
    if (term == nullptr || std::string_view(term) == "dumb") return false;
    return isatty(fd) == 1;
}

std::string painted(Paint paint, std::string_view text) {
    const char* code = "";
    switch (paint) {
        case Paint::plain: return std::string(text);
        case Paint::strong: code = "1"; break;
        case Paint::good: code = "32"; break;
        case Paint::warning: code = "33"; break;
        case Paint::bad: code = "31"; break;
        case Paint::faint: code = "2"; break;
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

void put(std::FILE* file, std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) return;
}

}  // namespace

Output::Output(const Globals& globals)
    : json_(globals.json),
      quiet_(globals.quiet),
      verbose_(globals.verbose),
      color_out_(terminal_has_color(STDOUT_FILENO, globals.color)),
      color_err_(terminal_has_color(STDERR_FILENO, globals.color)),
      columns_out_(columns_of(STDOUT_FILENO)),
      columns_err_(columns_of(STDERR_FILENO)) {}

void Output::line(std::string_view text) {
    put(stdout, text);
    put(stdout, "\n");
}

void Output::raw(std::string_view text) {
    put(stdout, text);
}

bool Output::flush() {
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

bool Output::reader_gone() const {
    pollfd out{STDOUT_FILENO, 0, 0};
    return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

void Output::talk(std::string_view text) {
    if (!quiet_ && !json_) warn(text);
}

void Output::warn(std::string_view text) {
    std::fflush(stdout);
    put(stderr, text);
    put(stderr, "\n");
}

std::string Output::paint(Paint paint, std::string_view text) const {
    return color_out_ ? painted(paint, text) : std::string(text);
}

std::string Output::paint_talk(Paint paint, std::string_view text) const {
    return color_err_ ? painted(paint, text) : std::string(text);
}

void show_error(const Error& error, bool json) {
    std::fflush(stdout);
    const Problem p = explain(error);
    if (json) {
        put(stderr, json_error(p) + "\n");
        return;
    }
    // A message may hold several lines (all problems of a draft); each is escaped by itself.
    put(stderr, "rilon: " + escape_for_display(p.message, Newlines::keep) + "\n");
    if (!p.remedy.empty()) put(stderr, "  → " + shown(p.remedy) + "\n");
}

std::string local_time(std::uint64_t ms) {
    if (ms == 0) return "never";
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    char text[32];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return {text, size};
}

std::string ago(std::uint64_t ms, std::uint64_t now) {
    if (ms == 0) return "never";
    const std::uint64_t past = now > ms ? now - ms : 0;
    if (past < ms_minute) return "just now";
    if (past < ms_hour) return fmt::format("{} min ago", past / ms_minute);
    if (past < 2 * ms_day) return fmt::format("{} h ago", past / ms_hour);
    return fmt::format("{} d ago", past / ms_day);
}

std::uint64_t now_ms() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(
        duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

CivilDate civil_today() {
    const std::chrono::year_month_day date{
        std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
    return {int{date.year()}, static_cast<int>(unsigned{date.month()}),
            static_cast<int>(unsigned{date.day()})};
}

std::string shown(std::string_view text) {
    return escape_for_display(text);
}

}  // namespace rilon
