// What a coordinator keeps of what it carries, and for how long: bodies of content and chunks 30
// days, headers and clear entries always, for they are the chain by which everybody joins, slots 75
// days after their grant (hubs too). A body that a reader still lacks is asked of its origin again
// and kept anew. State of retention.cc; in memory, for it is found again by the walk and by the
// readers' next question.
#pragma once

#include <map>

#include "node/index.h"
#include "node/seq_set.h"

namespace rilon {

constexpr std::uint64_t bodies_kept_ms = 30 * ms_day;
constexpr std::uint64_t slots_kept_ms = 75 * ms_day;
constexpr std::size_t aged_at_once = 256;  // Entries looked at, a second.
constexpr std::size_t wanted_streams_max = 4096;

struct Retention {
    // The walk: from the oldest of each stream up to what is young enough.
    bool walking = true;
    UnixMillis began{};
    StreamId stream;
    Seq next;
    UnixMillis slots_dropped{};
    // Bodies that readers asked for when they were gone here; until they came.
    std::map<StreamId, SeqSet> wanted;
    std::map<EntryRef, UnixMillis> kept_anew;  // And when.
};

}  // namespace rilon
