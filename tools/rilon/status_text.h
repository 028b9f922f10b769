// What rilon status prints, without its warnings. Nothing is said of what the node does not tell.
#pragma once

#include <string>
#include <vector>

#include "node/control.pb.h"

namespace rilon {

std::vector<std::string> status_lines(const proto::StatusResponse& status, std::uint64_t now_ms,
                                      bool verbose);

}  // namespace rilon
