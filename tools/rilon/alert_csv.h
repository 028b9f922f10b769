// Alerts as rows of a CSV file that a spreadsheet or another system opens (RFC 4180, every field
// quoted, CRLF). What a table holds: several persons or documents stand in one field, divided by
// " | "; the whole alert is in the JSON. Text is written out as on the screen (protocol/text.h).
#pragma once

#include <string>
#include <string_view>

#include "node/control.pb.h"

namespace rilon {

// One field, quoted. A field whose first character that is no blank is = + - @ (their fullwidth
// forms too), a tab or a carriage return gets an apostrophe in front: a spreadsheet would run it.
std::string csv_field(std::string_view text);

std::string alert_csv_header();
// One line with its end. `row` holds an alert.
std::string alert_csv_row(const proto::AlertRow& row);

}  // namespace rilon
