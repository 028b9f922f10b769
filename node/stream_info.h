// What a node knows of a stream besides what is stored of it (store/store.h, StreamState). Private
// to node/.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/seq_set.h"
#include "protocol/epoch.h"
#include "protocol/stream.h"
#include "store/store.h"

namespace rilon {

struct StreamInfo {
    StreamState state;
    bool dirty = false;
    std::optional<AudienceDefinition> definition;  // Of a derived audience, once we know it.
    std::optional<EpochKey> key;                   // K of `key_epoch` while it is open.
    Epoch key_epoch;                               // In bulk: of the entry under way.
    Epoch not_for_us;                              // The latest whose K is for others only.
    UnixMillis granted{};                          // Own streams: when the latest grant was sealed.
    DirSeq recipients_checked;        // Own: up to it the readers' keys are those of the grant.
    std::vector<NodeId> carried_for;  // Coordinator: who may fetch a derived stream.
    std::map<Seq, std::pair<NodeId, SignedEntry>> early;
    std::size_t early_bytes = 0;
    std::map<NodeId, AckRecord> held_by;  // Own streams: level 1 of every reader.
    struct Fetch {
        NodeId peer;
        std::uint64_t request = 0;
        UnixMillis until;
    };
    std::optional<Fetch> fetch;
    bool retired = false;  // Ours, but superseded after a restore: never sealed into.
    std::optional<Superseded> lost_after;  // Ours, retired: where it ended when we found out.
    std::set<NodeId> confirmed_by;         // Ours: who knows no later entry than we hold.
    bool confirmed = false;                // Ours: enough of them, or founded since the start.
    bool founded_here = false;             // Ours: since the start.
    Epoch closed;                          // The latest epoch whose K is gone here.
    std::vector<std::pair<NodeId, Slot>> early_slots;  // Their grant is under check; from whom.
    std::map<Epoch, std::vector<SlotTag>> own_tags;    // Cache: a key agreement each.
    std::map<NodeId, Seq> peer_heads;                  // What peers said they hold.
    Seq before_chunks;  // The newest entry that came and is no chunk; zero: not looked for yet.
    SeqSet unchecked;   // Taken under a later entry's signature; their own was not looked at yet.
    SeqSet lacking;     // Content that came without its body, and no redact says why.
    bool lacking_dirty = false;
    std::optional<Seq> acknowledged;  // While lacking anything: said already.
    struct BodyQuestion {
        UnixMillis since{};  // Lacking anything.
        UnixMillis next{};
        std::uint64_t pause_ms = 0;
        NodeId asked;
    } body_question;
};

// The audience of the directory whose members may write: for a derived one, that which it is of.
inline const AudienceId& base_of(const StreamInfo& info) {
    return info.definition ? info.definition->base : info.state.audience;
}

struct MissingKey {
    Epoch epoch;
    Seq grant;
    UnixMillis asked{};
};

struct PendingRedact {
    StreamId stream;
    std::vector<SeqRange> ranges;
    UnixMillis since;
    bool expiry =
        false;  // No redact came: our own clock says so. In our own streams: none is sealed.
    bool withdrawn = false;  // With `expiry`: the word was sealed in another stream.
    bool hidden = false;     // Nobody's word covers it: out of sight, to be destroyed later.
};

}  // namespace rilon
