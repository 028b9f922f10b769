// History grants under way: those this node gave and has not destroyed yet, and those it got and
// has not taken yet. State and its bytes; what is done with it is in node/history*.cc.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "node/alert_state.h"
#include "protocol/history.h"

namespace rilon {

// A grant of ours, until it is redacted.
struct GivenHistory {
    NodeId to;
    Epoch epoch;  // It has one of its own.
    UnixMillis since;
    std::vector<ListedEntry> entries;
    bool taken = false;  // The node said so.
};

// A grant to us, until its keys are taken.
struct TakenHistory {
    NodeId by;
    Epoch epoch;
    UnixMillis since;
    std::vector<ListedEntry> entries;
    std::map<ListedEntry, EntryKey> trying;  // By jobs of this batch.
    std::set<ListedEntry> refused;           // Their keys do not open them, or are not for us.
    // The pass under way through the list.
    std::size_t next = 0;
    bool took = false;
    bool lacks = false;
    UnixMillis again{};
};

struct HistoryBook {
    using Place = ListedEntry;  // Of the grant itself.
    std::map<Place, GivenHistory> given;
    std::map<Place, TakenHistory> taken;
    bool look_again = true;  // Something was taken back: perhaps a grant lists it.

    std::size_t keys_given() const;
    std::size_t taken_of(const NodeId& granter) const;

    Bytes encode_given() const;
    Bytes encode_taken() const;
    // Errors: damaged.
    Status load_given(ByteView bytes);
    Status load_taken(ByteView bytes);
};

// What may be granted to a node, and why the rest may not; counts alone.
struct HistoryPlan {
    std::vector<ListedEntry> entries;  // Ascending.
    std::uint32_t alerts = 0;
    std::map<std::string, std::uint32_t> withheld;  // By the rule's word → alerts.
    std::uint32_t others = 0;                       // Alerts of parties not ours.
    bool more = false;                              // Older ones were not looked at.
};

}  // namespace rilon
