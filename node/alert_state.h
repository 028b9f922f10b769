// An alert as the index knows it.
#pragma once

#include <algorithm>
#include <map>
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

// A withdrawal that leaves it to those whose revision opens `successor` (protocol/narrowing.h).
struct Narrowing {
    EntryRef ref;
    std::uint32_t revision = 0;  // It and everything before it are over.
    Hash32 successor;
    EntryRef ended;  // The newest revision that it ended here; its own, if none was here.
    bool operator==(const Narrowing&) const = default;
};

// What a revision shows with its tokens.
struct Opening {
    std::uint32_t revision = 0;
    std::vector<Hash32> opens;
    bool operator==(const Opening&) const = default;
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
    std::vector<Narrowing> narrowings;     // As they came.
    std::map<EntryRef, Opening> openings;  // Of revisions that carry tokens, erased ones too.

    bool operator==(const AlertState&) const = default;

    // Somebody published or withdrew it. A remark may come before what it is about.
    bool has_author() const { return withdrawn() || !revisions.empty() || !erased.empty(); }
    bool withdrawn() const { return withdrawal.has_value(); }
    bool expired(UnixMillis now) const { return purge_after.value != 0 && purge_after <= now; }
    // It has not been taken back by an officer, nor has its time come.
    bool present() const { return !withdrawn() && !revisions.empty(); }
    // Withdrawn from us alone: a revision that opens everything brings it back.
    bool narrowed_away() const {
        return withdrawn() && std::any_of(narrowings.begin(), narrowings.end(),
                                          [&](const Narrowing& n) { return n.ref == *withdrawal; });
    }
    std::size_t tokens_of(const EntryRef& ref) const {
        auto it = openings.find(ref);
        return it == openings.end() ? 0 : it->second.opens.size();
    }
    bool survives(const EntryRef& ref, const Narrowing& narrowing) const {
        auto it = openings.find(ref);
        if (it == openings.end() || it->second.revision <= narrowing.revision) return false;
        const auto& opens = it->second.opens;
        return std::find(opens.begin(), opens.end(), narrowing.successor) != opens.end();
    }
    // Is this revision taken back by one of them, whatever becomes of the alert?
    bool narrowed_out(const EntryRef& ref) const {
        return !std::all_of(narrowings.begin(), narrowings.end(),
                            [&](const Narrowing& n) { return survives(ref, n); });
    }
    // The revisions that a withdrawal ends: all of them, or those before the one that survives it.
    std::vector<EntryRef> ended_by(const std::optional<Narrowing>& narrowing) const {
        std::vector<EntryRef> out = revisions;
        if (narrowing.has_value() && !out.empty() && survives(out.back(), *narrowing))
            std::erase_if(out, [&](const EntryRef& ref) { return survives(ref, *narrowing); });
        return out;
    }
    // And is to be seen.
    bool readable() const { return present() && !held_back.contains(revisions.back()); }
};

}  // namespace rilon
