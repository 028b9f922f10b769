// Node: the logic of rilond, of a mission's node and of the coordinator alike, without sockets,
// clock, threads or getrandom. One event in, outputs out; the same code runs in the daemon and in
// the simulator. Deterministic: same store, same events, same Rng → same outputs.
//
//   event ──▶ step ──▶ writes   one commit by the loop
//                  ──▶ after    sent when that commit returned
//                  ──▶ jobs     run by the loop on all cores, results come back as JobDone
//
// The state in memory may be ahead of the store until the commit. When a commit fails the loop
// throws the node away and starts a new one from the store; nothing of the batch was answered.
#pragma once

#include <memory>

#include "node/event.h"
#include "node/identity.h"
#include "node/index.h"
#include "node/quota.h"
#include "node/retention.h"

namespace rilon {

struct NodeOptions {
    std::string software;                  // version shown to peers
    std::vector<TransportPublicKey> dial;  // whom the configuration dials, for status
    bool refuse_intake = false;            // the disk is full: read, serve and erase only
    std::uint64_t feed_epoch = 0;          // changes when the store is restored
    Bytes network_file;                    // proto NetworkFile: what the directory starts from
    Bytes first_administrator;  // proto OfficerRequest; taken when the node has no officer yet
    std::uint64_t origin_bytes_per_day = origin_bytes_per_day_default;
    bool hub = false;              // listens for peers: forwards what members may hold
    bool publishes_rilon = false;  // serves its RILON's audience by PUB
    std::uint64_t bodies_kept_ms = rilon::bodies_kept_ms;  // by a coordinator
    std::uint64_t slots_kept_ms = rilon::slots_kept_ms;    // others', by whoever serves them
    std::uint64_t rotate_encryption_ms = 90 * ms_day;      // age at which the node makes a new key
};

// A bounded queue of the node's: how full it is, or the fullest of its kind.
struct QueueUse {
    const char* name;
    std::size_t used;
    std::size_t max;
};

class Node {
   public:
    // Reads everything it needs from the store. Errors: damaged, io, invalid.
    static Result<std::unique_ptr<Node>> start(NodeIdentity& identity, const NodeOptions& options,
                                               const StoreView& store, Rng& rng, UnixMillis now);
    ~Node();
    Node(const Node&) = delete;

    // First outputs after start: who may connect.
    void greet(Outputs& out);
    void step(Event event, UnixMillis now, Outputs& out);
    // Call once after the last step of a batch, before the commit: rows that changed.
    void flush(Outputs& out);
    // When the next Tick is due at the latest.
    UnixMillis next_timer() const;
    // Another after each break in what this store has said: options.feed_epoch, or later.
    std::uint64_t feed_epoch() const;

    const Directory& directory() const;
    // Shared with the query worker; locks itself.
    const Index& index() const;
    NodeId id() const;
    // By RILON code: when its streams were last known to be up to date here. A snapshot for
    // queries.
    std::map<std::string, UnixMillis> heard(UnixMillis now) const;
    // What alerts expire by: our clock, but no later than the sequencer has signed that it is.
    UnixMillis sure_time(UnixMillis now) const;

    std::vector<QueueUse> queues() const;

   private:
    struct State;
    explicit Node(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace rilon
