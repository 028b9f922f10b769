// What a node found damaged in its store and is getting back (repair.cc): entries, asked for again
// from peers and taken only as the very entry that the chain names; entry keys, by way of their
// epoch's slot. And how far the walk is that looks for them.
#pragma once

#include <map>
#include <set>

#include "node/index.h"

namespace rilon {

constexpr std::uint64_t walk_every_ms = 24 * ms_hour;
constexpr std::size_t walk_bytes = 1u << 20;  // Of the store, a second.
constexpr std::size_t walk_entries = 2048;
constexpr std::size_t repairs_at_once = 16;  // Asked for and not answered.
constexpr std::size_t repairs_max = 65536;   // Known; the next walk finds the others.

struct Repair {
    struct Entry {
        std::optional<EntryId> id;  // What it was, by its successor.
        UnixMillis asked{};
        std::set<NodeId> tried;     // In this round.
        bool bare_will_do = false;  // Nobody asked had the body: header and signature at least.
        bool written = false;       // In a batch that is under way.
    };
    std::map<EntryRef, Entry> entries;
    std::set<EntryRef> keys;

    bool walking = true;
    UnixMillis began{};
    StreamId stream;  // Where to go on.
    Seq next;
};

}  // namespace rilon
