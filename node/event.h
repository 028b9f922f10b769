// What happens to a node, and what it wants done: the two lists by which the core (Node::step) and
// the world (the loop and its sockets, or the simulator) speak. Plain values, nothing else.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "node/job.h"
#include "store/store.h"

namespace rilon {

// A connection to the control socket, as the transport names it.
struct ClientId {
    std::uint64_t value = 0;
    auto operator<=>(const ClientId&) const = default;
};

// --- events -----------------------------------------------------------------------------------

// The peer is who its CURVE key says, by the directory (ZAP User-Id), never who a frame says.
struct PeerUp {
    NodeId peer;
};
struct PeerDown {
    NodeId peer;
};
struct PeerFrame {
    NodeId peer;
    Bytes frame;  // header frame ‖ payload frame, see sync_frame.h
};
// From a publisher we subscribed to.
struct LiveFrame {
    NodeId publisher;
    Bytes topic;  // class u8 ‖ audience_id
    Bytes entry;
};
struct ClientFrame {
    ClientId client;
    TransportPublicKey key;
    Bytes request;  // proto Request
};
struct ClientGone {
    ClientId client;
};
struct JobDone {
    JobResult result;
};
// Entries that Store::erase put beyond recovery.
struct ErasedEvent {
    std::vector<ErasedEntry> entries;
};
// Time passed; the loop sends one at least at Node::next_timer.
struct Tick {};

using Event = std::variant<PeerUp, PeerDown, PeerFrame, LiveFrame, ClientFrame, ClientGone, JobDone,
                           ErasedEvent, Tick>;

// --- what the node wants done, all of it after the commit of `writes` --------------------------

struct SendFrame {
    NodeId peer;
    Precedence precedence = Precedence::routine;
    Bytes head;  // sync header frame, 10 bytes
    Bytes payload;
};
struct PublishLive {
    AudienceId audience;
    Bytes topic;
    Bytes entry;
};
struct AnswerClient {
    ClientId client;
    Bytes response;  // proto Response
};
// A request to be answered from the store and the index, off the loop; already audited.
struct RunQuery {
    ClientId client;
    Bytes request;
    Bytes asker;  // the officer's id; see node/query.h
};
// Who may connect where: replaces what was. Sent at start and after every change of the directory
// or of the local officers.
struct AdmitPeers {
    std::map<TransportPublicKey, NodeId> sync;
    std::map<AudienceId, std::set<TransportPublicKey>> live;
    std::set<TransportPublicKey> control;
    // Keys that were a node's and are no more: never admitted; a link whose configuration names one
    // is that node's.
    std::map<TransportPublicKey, NodeId> replaced;
};
// Cut every connection of this peer now (suspension): frames still queued from it are dropped.
struct DropPeer {
    NodeId peer;
};
// The node's own keys change: in the identity that the core works with, and in the file that it
// comes from. The store has what is new already; a file that can't be written is tried again.
struct ChangeIdentity {
    std::vector<EncKeyPair> add;
    std::vector<EncPublicKey> forget;
    std::optional<SignKeyPair> sign;  // Of `generation`; the one before is destroyed.
    Generation generation;
    std::vector<TransportKeyPair> wait_for;        // For their record.
    std::vector<TransportPublicKey> wait_no_more;  // Never recorded any more: destroyed.
    // One that waited, in the place of the present one: all sockets are made anew with it.
    std::optional<TransportPublicKey> transport;
};
// One line for our log: event and key=value fields, no content (docs/architecture.md, "Logs").
struct LogLine {
    int priority = 6;  // syslog
    std::string line;
};

using Output = std::variant<SendFrame, PublishLive, AnswerClient, RunQuery, AdmitPeers, DropPeer,
                            ChangeIdentity, LogLine>;

struct Outputs {
    Batch writes;  // One commit, before any of `after`.
    std::vector<Output> after;
    std::vector<Job> jobs;  // Run them (anywhere), bring the results back in this order.
};

}  // namespace rilon
