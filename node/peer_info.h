// What a node knows of a peer since the link to it is up. Private to node/.
#pragma once

#include <map>
#include <string>

#include "node/range_pace.h"
#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

struct PeerInfo {
    bool up = false;
    bool greeted = false;               // Its HELLO came.
    bool compared = false;              // So did its heads.
    std::uint64_t own_heads_asked = 0;  // The number of our open question; 0: none.
    UnixMillis own_heads_asked_at{};
    UnixMillis last_heard{};
    UnixMillis last_sent_beat{};
    UnixMillis heads_answered{};
    Hash32 digest;                     // Of the heads of what it may hold,
    std::uint64_t digest_changes = 0;  // as of this count of changes (NodeCore::changes_).
    std::uint64_t records = 0;
    std::uint64_t said_records = 0;  // By its HELLO, not by what we sent it since.
    std::uint64_t requests = 0;  // Numbered by peer: what others are asked is nobody's business.
    std::string software;
    RangePace pace;                   // What we ask it for.
    std::map<StreamId, Seq> unknown;  // It has them, we do not: to be asked for in turn.
    std::size_t answered_bytes = 0;   // What it asked us for in this turn.
};

}  // namespace rilon
