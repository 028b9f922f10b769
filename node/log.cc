#include "node/log.h"

#include <unistd.h>

#include <cstdio>

namespace rilon {
namespace {

constexpr std::size_t line_bytes_max = 2048;

void escape_into(std::string& out, std::string_view text, bool quoted) {
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "\\x%02x", byte);
            out += hex;
        } else {
            if (quoted && (c == '"' || c == '\\')) out += '\\';
            out += c;
        }
    }
}

}  // namespace

std::string format_log(std::string_view event, std::initializer_list<LogField> fields) {
    std::string out(event);
    for (const auto& [key, value] : fields) {
        bool quoted = value.empty() || value.find_first_of(" \"=\t\n") != std::string::npos;
        out += ' ';
        out += key;
        out += quoted ? "=\"" : "=";
        escape_into(out, value, quoted);
        if (quoted) out += '"';
    }
    return out;
}

void log_event(LogPriority priority, std::string_view event,
               std::initializer_list<LogField> fields) {
    log_line(static_cast<int>(priority), format_log(event, fields));
}

void log_line(int priority, std::string_view line) {
    std::string out = "<" + std::to_string(priority) + ">";
    escape_into(out, line.substr(0, line_bytes_max), false);
    out += '\n';
    // One write, so that lines of several threads don't mix. A log that can't be written is no
    // reason to stop.
    (void)!::write(STDERR_FILENO, out.data(), out.size());
}

}  // namespace rilon
