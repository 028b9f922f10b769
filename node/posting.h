// A posting on its way: planned by PREPARE, kept as a ticket, sealed by COMMIT; and who waits for
// it to be held elsewhere. Private to node/; the steps are in prepare.cc and posting.cc.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/alert_state.h"
#include "node/control.pb.h"
#include "node/event.h"
#include "protocol/attachment.h"
#include "protocol/history.h"
#include "protocol/release.h"
#include "protocol/stream.h"

namespace rilon {

// An attachment of a posting: what is signed for, and its bytes as far as the client brought them.
struct Attached {
    AttachmentInfo info;
    Bytes bytes;
    bool complete() const { return bytes.size() == info.size; }
};

// One part of a posting, planned by PREPARE.
struct PlannedPart {
    std::string part;
    AlertId alert;
    StreamId stream;
    std::optional<GenesisBody> found;  // The stream is new.
    std::optional<AudienceDefinition> definition;
    Bytes operation;
    Precedence precedence = Precedence::routine;
    std::vector<EntryRef> covers;  // Withdraw: the entries it takes back.
    bool waits = false;            // Peers have not confirmed yet that the stream may go on.
    HistoryList history;           // Of a history grant; no keys before COMMIT.
    std::optional<EntryRef> seen;  // The revision that it corrects or takes back, if any.
    std::vector<Attached> attached;
};

// Plans anew in the directory of now, for COMMIT to compare.
using ReleasePlanner = std::function<Result<ReleasePlan>()>;

// What a plan of the release rule is for: a new alert, a correction, or one that goes to whom the
// alert was narrowed to.
enum class PlanFor { publish, correction, narrowed };

// One part of an alert that is to have fewer readers.
struct NarrowedPart {
    AlertState state;
    std::vector<NodeId> stay;               // The author's own node too; ascending.
    std::map<NodeId, std::string> dropped;  // And why.
};

// A PREPARE that came before the peers' word on the stream it would go to.
struct HeldPost {
    ClientId client;
    OfficerId officer;
    proto::Request request;
};

struct Ticket {
    ClientId client;
    OfficerId officer;
    UnixMillis until;
    std::vector<PlannedPart> parts;
    std::vector<Signature> signatures;
    std::function<Result<Hash32>()> readers;  // Computed again at COMMIT.
    Hash32 readers_then;
    proto::PreparedResponse shown;
    std::string action;
    std::string detail;            // For the audit log; empty: the alert's id.
    bool stale_directory = false;  // The officer said to go on.
    std::uint64_t request = 0;
    std::size_t checks_left = 0;
    bool good = true;
};

struct HeldWait {
    ClientId client;
    Bytes request;
    OfficerId officer;
    std::vector<EntryRef> refs;
    UnixMillis until;
};

}  // namespace rilon
