// What an author's handling marks mean for copies that leave the network's own nodes.
#pragma once

#include <string>
#include <vector>

#include "protocol/alert.pb.h"

namespace rilon {

// Why an alert may not go into a file meant for other systems without a word of the officer's:
// "TLP RED" (for the persons addressed), and each caveat that ties sharing to its author (ORCON,
// SANITISED-ONLY, CONTACT-FIRST) or names who must not get it (NO-CARRIER). Caveats that bind the
// use alone (NO-JUDICIAL, PURPOSE:…) travel with the row. A TLP or caveat of a newer list keeps it
// back too. Empty: it may go.
std::vector<std::string> kept_from_export(const proto::Alert& alert);

}  // namespace rilon
