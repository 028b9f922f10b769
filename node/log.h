// Our own log: one line per event to stderr, `<6>event key=value`, as journald reads it. Never a
// payload, a name, a kind of alert or a secret; identifiers shortened (FixedBytes::brief).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace rilon {

enum class LogPriority { critical = 2, error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

using LogField = std::pair<std::string_view, std::string>;

// "event key=value"; values with blanks or quotes are quoted, control characters escaped.
std::string format_log(std::string_view event, std::initializer_list<LogField> fields);
void log_event(LogPriority priority, std::string_view event,
               std::initializer_list<LogField> fields = {});
// A line made already; control characters are escaped.
void log_line(int priority, std::string_view line);

}  // namespace rilon
