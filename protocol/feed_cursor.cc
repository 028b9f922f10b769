#include "protocol/feed_cursor.h"

#include <charconv>

namespace rilon {

Result<FeedCursor> parse_feed_cursor(const std::string& text) {
    FeedCursor out;
    const char* end = text.data() + text.size();
    auto epoch = std::from_chars(text.data(), end, out.epoch);
    if (epoch.ec != std::errc{} || epoch.ptr == end || *epoch.ptr != '.')
        return {Errc::invalid, "a cursor looks like 1.42"};
    auto seq = std::from_chars(epoch.ptr + 1, end, out.seq);
    if (seq.ec != std::errc{} || seq.ptr != end) return {Errc::invalid, "a cursor looks like 1.42"};
    return out;
}

std::string format_feed_cursor(const FeedCursor& cursor) {
    return std::to_string(cursor.epoch) + "." + std::to_string(cursor.seq);
}

}  // namespace rilon
