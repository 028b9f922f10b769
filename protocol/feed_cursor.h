// A place in what became readable at this node, as programs and clients keep it: EPOCH.SEQ. Numbers
// of another epoch mean nothing (node/lease.h).
#pragma once

#include <cstdint>
#include <string>

#include "protocol/result.h"

namespace rilon {

struct FeedCursor {
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
};

// Error: invalid.
Result<FeedCursor> parse_feed_cursor(const std::string& text);
std::string format_feed_cursor(const FeedCursor& cursor);

}  // namespace rilon
