// Alerts as a node shows them, made up to try each line of docs/stix.md: every kind, every TLP,
// what is hostile, what is of a newer version, what other parties say.
#pragma once

#include <vector>

#include "node/control.pb.h"
#include "protocol/ids.h"

namespace rilon {

NetworkId sample_network();
// A lookout of two persons and a document, revision 1, by aus-bkk. `number` makes the alert's id.
proto::AlertRow sample_row(unsigned number = 1);
// One of each kind, then the odd ones. No two with the same id.
std::vector<proto::AlertRow> sample_rows();

}  // namespace rilon
