// An alert as a TOML file: what `rilon post -f FILE` reads and `$EDITOR` is opened on. Tables are
// named in the singular: [where], [[person]], [[person.identity]], [[document]], [travel_fraud] …
// Only this file's .cc knows toml++ among the alert's tools.
#pragma once

#include <string>
#include <string_view>

#include "protocol/alert.pb.h"
#include "protocol/partial_date.h"
#include "protocol/result.h"
#include "protocol/rng.h"
#include "protocol/units.h"
#include "tools/alert_input.h"

namespace rilon {

constexpr std::size_t alert_file_bytes_max = 256 * 1024;

// The file an officer fills in: the template's fields with comments, what is optional commented
// out. Reading it back unchanged is valid TOML.
std::string alert_file_text(const AlertTemplate& form);

// Reads a file into an alert with id and defaults. `today` gives an `mrz` in it its century.
// Errors: too_large; invalid with line and column: bad TOML, an unknown key with the nearest name,
// a value of the wrong kind, an unknown template, TLP or protection. Codes are check_alert's
// business.
Result<proto::Alert> read_alert_file(std::string_view text, CivilDate today, UnixMillis now,
                                     Rng& rng);

}  // namespace rilon
