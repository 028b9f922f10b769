// Who was told of a person or an alert: the nodes an alert of ours went to, with their receipts,
// and who of our own node opened or exported it. Pure: answers of the node in, lines out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/control.pb.h"
#include "protocol/result.h"

namespace rilon {

struct Disclosure {
    proto::AlertRow row;                              // Of our own node.
    std::string strength;                             // How well the person fits; empty: by its id.
    std::vector<proto::Receipt> receipts;             // Of this part, those without one included.
    std::optional<std::vector<proto::LogRow>> shown;  // Nothing: the log is not for this officer.
};

// Lines of "doc NUMBER", "name PRIMARY, SECONDARY", "dob 1986-05-??" → who is looked for. Errors:
// usage (another word in front, a date that is none, neither document nor name).
Result<proto::SearchRequest> person_of_lines(std::string_view text);

// The receipts of the row's part; all where the row has no content that says which it is.
std::vector<proto::Receipt> receipts_of_part(const proto::AlertRow& row,
                                             const proto::ReceiptsResponse& all);
// Is it a row of the audit log that says who opened or exported an alert, or let it out of the
// network?
bool names_alert(const proto::LogRow& row);
// The id in hex that such a row begins with.
std::string alert_of_log(const proto::LogRow& row);

// "7KQ2-M4XD  lookout  person  2026-11-27 02:10", then a line a node and a line a showing.
std::vector<std::string> disclosure_lines(const Disclosure& disclosure);

}  // namespace rilon
