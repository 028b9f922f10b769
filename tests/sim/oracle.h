// What must hold in a simulated network, whatever happened to it: the invariants of the simulator.
// The oracle watches every frame, batch and turn, remembers what was acknowledged, and judges.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/test_net.h"

namespace rilon {

// One acknowledged operation.
struct Said {
    std::string what;  // post, supersede, withdraw, confirm
    std::string node;
    AlertId alert;
    StreamId stream;
    Seq seq;
    std::set<NodeId> readers;  // As shown; without the author.
};

class Oracle {
   public:
    explicit Oracle(TestNet& net);

    // An officer was answered that this is posted.
    void said(const std::string& what, const Posted& posted);
    // Its own streams may be forked or frozen: nothing is owed to its posts from here on.
    void distrust(const std::string& node) { distrusted_.insert(node); }
    // Another entry than the node's own was sent out for this seq.
    void forked(const StreamId& stream, Seq seq, const EntryId& other) {
        forks_.push_back({stream, seq, other});
        forked_.insert(stream);
    }
    // No honest node may ever know this alert.
    // Withdrawn without an answer, by a node that went down: either is right.
    void unsure(const AlertId& alert) { unsure_.insert(alert); }
    void forbid(const AlertId& alert) { forbidden_.emplace(alert, NodeId{}); }
    // Nor this one, as long as the node that says it is put out.
    void forbid(const AlertId& alert, const NodeId& from) { forbidden_.emplace(alert, from); }
    // What it told its peers in the meantime was not heard.
    void put_out(const NodeId& node) { put_out_.insert(node); }
    // Polls the feed of a node's one consumer, as far as it goes.
    void poll_feed(const std::string& node);
    void acknowledge_feed(const std::string& node);

    // Empty, or why the network is not at rest yet.
    std::string unrest();
    // Everything that only has to hold at rest, and all of what must always hold.
    void judge();
    const std::vector<std::string>& problems() const { return problems_; }
    const std::vector<Said>& all() const { return said_; }
    // Alerts that may still be withdrawn, superseded or confirmed.
    std::vector<const Said*> open_posts() const;
    bool good(const NodeId& node) const;
    // Nothing in these bytes names a stream that the node is left out of.
    bool may_get(const NodeId& node, ByteView bytes) const;

   private:
    struct Consumer {
        std::string cursor;
        std::set<std::string> entries;
        std::set<AlertId> published;
        std::set<AlertId> removed;
    };

    void problem(const std::string& what);
    void watch_frame(const SentFrame& frame);
    void watch_batch(Daemon& daemon, const Batch& batch);
    void watch_turn(Daemon& daemon);
    void check_grant(Daemon& daemon, const EntryHeader& grant, const std::set<SlotTag>& slots);
    bool owed(const Said& said) const;
    std::string missing_at(const Said& said, const NodeId& reader) const;
    std::string heads_differ() const;
    std::string fork_unknown() const;
    std::string acks_missing() const;
    void judge_chains(Daemon& daemon);
    void judge_secrecy(Daemon& daemon);
    void judge_feed(Daemon& daemon);
    std::set<NodeId> entitled(const StreamId& stream) const;

    TestNet& net_;
    std::vector<Said> said_;
    std::map<StreamId, std::set<NodeId>> private_streams_;  // Of part of a RILON: who may know.
    std::set<std::string> distrusted_;
    struct Fork {
        StreamId stream;
        Seq seq;
        EntryId other;
    };
    std::vector<Fork> forks_;
    std::set<StreamId> forked_;
    std::map<AlertId, NodeId> forbidden_;
    std::set<NodeId> put_out_;
    std::map<std::string, std::set<AlertId>> withdrawn_;  // By node: seen withdrawn there.
    std::set<AlertId> withdrawn_said_;
    std::set<AlertId> unsure_;
    std::map<std::string, Consumer> consumers_;
    std::set<EntryId> verified_;
    std::vector<std::string> problems_;
};

}  // namespace rilon
