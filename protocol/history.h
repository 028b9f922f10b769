// History grants (docs/wire.md §9): entries that a node may read although it got no slot for their
// epochs. What the officer signs lists the entries and names the node; their keys travel beside it
// in the same sealed plaintext, so neither the officer's machine nor an index ever has them. A key
// needs no signature of its own: it opens the entry, or it is none.
#pragma once

#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/ids.h"
#include "protocol/result.h"
#include "protocol/secret.h"
#include "protocol/units.h"

namespace rilon {

// Keys that one entry holds; the plaintext has room for them.
constexpr std::size_t history_keys_max = 1000;

struct ListedEntry {
    StreamId stream;
    Seq seq;
    auto operator<=>(const ListedEntry&) const = default;
};
struct HistoryList {
    NodeId to;
    std::vector<ListedEntry> entries;  // Ascending, no duplicates, at most history_keys_max.
};

proto::HistoryGrant encode_history(const HistoryList& list);
// Strict in what it takes: order, bounds, no genesis. Errors: malformed, too_large.
Result<HistoryList> parse_history(const proto::HistoryGrant& grant);

// The keys of a history grant's plaintext (proto Content), in the order of its list. Errors:
// malformed: not one for each of `count` entries.
Result<std::vector<EntryKey>> parse_history_keys(ByteView plain, std::size_t count);

}  // namespace rilon
