// How much of what is missing one peer is asked for at a time. Entries that catch up and alerts of
// the hour share a link; what was asked for lies in front of whatever the peer sends next, in its
// socket, in the kernel and on the wire, and can't be overtaken there. So no more is asked for than
// the link brings in about a second, as it has shown, and the rest waits here. Pure: no sockets.
#pragma once

#include <map>
#include <optional>

#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

class RangePace {
   public:
    // Of one answer, header and slots counted; an answer has one entry at least, whatever its size.
    static constexpr std::size_t answer_bytes_min = 4 * 1024;
    static constexpr std::size_t answer_bytes_max = 256 * 1024;
    // Of all answers under way.
    static constexpr std::size_t window_min = 8 * 1024;
    static constexpr std::size_t window_first = 32 * 1024;
    static constexpr std::size_t window_max = 2 * 1024 * 1024;
    static constexpr std::uint64_t timeout_ms_first = 10 * ms_second;
    static constexpr std::uint64_t timeout_ms_max = 80 * ms_second;

    // What the next question should ask for, when so many streams wait for their turn.
    std::size_t bytes_for(std::size_t waiting) const;
    bool room(std::size_t bytes) const;
    void asked(std::uint64_t request, const StreamId& stream, std::size_t bytes, UnixMillis now);
    // False: it was not asked for, or so long ago that nobody waits for it. Late ones count all
    // the same as a sign of a slow link.
    bool answered(std::uint64_t request, std::size_t bytes, UnixMillis now);
    // The peer has too much to answer already. Gives the stream that the question was about.
    std::optional<StreamId> refused(std::uint64_t request);
    // Questions whose time is over take no room any more.
    void expire(UnixMillis now);
    // A new connection: what was asked for on the old one does not come. What was learnt of the
    // link stays.
    void start_again();

    bool asks_for(const StreamId& stream) const;
    std::uint64_t timeout_ms() const { return timeout_ms_; }
    std::size_t window() const { return window_; }

   private:
    struct Question {
        StreamId stream;
        std::size_t bytes;
        UnixMillis at;
        bool expired = false;
    };
    void grow(std::size_t bytes, UnixMillis now);
    void shrink(const Question& question, UnixMillis now);

    std::map<std::uint64_t, Question> open_;
    std::size_t under_way_ = 0;
    std::size_t window_ = window_first;
    std::uint64_t timeout_ms_ = timeout_ms_first;
    UnixMillis round_{};  // Bytes are counted since.
    std::size_t round_bytes_ = 0;
    UnixMillis shrunk_{};
};

}  // namespace rilon
