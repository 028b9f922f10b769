// What rilon top shows: the status of a node as a screen that fits, and as one line. Pure.
#pragma once

#include <string>
#include <vector>

#include "node/control.pb.h"

namespace rilon {

struct ScreenSize {
    std::size_t rows = 24;
    std::size_t columns = 80;
};

struct TopView {
    proto::StatusResponse status;  // The last that came; without a node's name: none came yet.
    std::uint64_t at_ms = 0;       // When it came.
    std::string problem;           // Why there is no newer one; empty: there is.
    std::uint64_t every_ms = 0;
};

// Worst first: why nothing comes, warnings, then the counts and the links, those that are down
// before the others. No line is wider than the screen, and there are no more than it has; what does
// not fit is counted in the last. Nothing is told by colour.
std::vector<std::string> top_screen(const TopView& view, std::uint64_t now_ms, ScreenSize size);

// "2026-11-23 22:14:05  aus-bkk (node), 3 of 3 peers connected, 12 alerts, checkpoint 4 min ago",
// then each warning after a " ! ".
std::string top_line(const proto::StatusResponse& status, std::uint64_t now_ms);

}  // namespace rilon
