// An alert as the index knows it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

struct EntryRef {
    StreamId stream;
    Seq seq;
    auto operator<=>(const EntryRef&) const = default;
};

struct AlertState {
    AlertId id;
    NodeId origin;  // Of the first publish we saw.
    std::uint32_t revision = 0;
    std::vector<EntryRef> revisions;     // Publish and supersedes still readable, oldest first.
    std::vector<EntryRef> erased;        // Those whose body is gone.
    std::vector<EntryRef> remarks;       // Confirmations, disputes and hits, as they came.
    std::optional<EntryRef> withdrawal;  // Set: withdrawn, whatever arrives later.
    std::string withdraw_reason;
    std::uint32_t withdrawn_revision = 0;
    std::string type;
    std::string part;
    std::optional<AlertId> other_part;
    UnixMillis received;       // Of the newest revision.
    UnixMillis purge_after{};  // Of the newest revision; zero: never.
    std::uint64_t order = 0;   // Ascending with every publish and supersede: newest is highest.
    std::uint8_t precedence = 0;
    bool newer_version = false;
    // Of its revisions those that a redact names without an officer's word: hidden, not gone yet.
    std::set<EntryRef> held_back;

    bool operator==(const AlertState&) const = default;

    // Somebody published or withdrew it. A remark may come before what it is about.
    bool has_author() const { return withdrawn() || !revisions.empty() || !erased.empty(); }
    bool withdrawn() const { return withdrawal.has_value(); }
    bool expired(UnixMillis now) const { return purge_after.value != 0 && purge_after <= now; }
    // It has not been taken back by an officer, nor has its time come.
    bool present() const { return !withdrawn() && !revisions.empty(); }
    // And is to be seen.
    bool readable() const { return present() && !held_back.contains(revisions.back()); }
};

}  // namespace rilon
