// The place a feed's consumer has reached, kept in a file: who the consumer is and the cursor after
// the last event whose line was flushed. One line of text; replaced whole, synced, after each
// batch.
#pragma once

#include <string>

#include "protocol/rng.h"

namespace rilon {

struct ResumePoint {
    std::string consumer;  // 32 hex digits of the consumer's own choosing.
    std::string cursor;    // "epoch.seq"; empty: from the start.
};

// "rilon-feed 1 CONSUMER CURSOR\n", the cursor "-" when empty.
std::string encode_resume(const ResumePoint& point);
// Errors: malformed.
Result<ResumePoint> parse_resume(std::string_view text);

// A new consumer when the file is not there. Errors: malformed, io.
Result<ResumePoint> load_resume(const std::string& path, Rng& rng);
Status save_resume(const std::string& path, const ResumePoint& point);

}  // namespace rilon
