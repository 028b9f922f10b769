// A malicious node of a simulated network: enrolled, with its real keys, running the real daemon;
// and beside it sending what a daemon never sends.
#pragma once

#include <deque>

#include "tests/sim/oracle.h"

namespace rilon {

class Mallory {
   public:
    Mallory(TestNet& net, Oracle& oracle, SeededRng& draw)
        : net_(net), oracle_(oracle), draw_(draw) {}

    void become(const std::string& node);
    const std::string& name() const { return name_; }
    bool active() const { return !name_.empty(); }
    void act();
    // Everything it ever got, to everybody it reaches.
    void replay_everything();

   private:
    struct Taken {
        SyncType type;
        Bytes payload;
    };
    Daemon& self() { return net_.daemon(name_); }
    std::vector<NodeId> peers();
    void pass_on(const NodeId& peer, const Taken& one);
    void send_entry(const NodeId& to, const StreamId& stream, const Bytes& entry);
    // A stream of its own that it can seal into; null when there is none.
    const StreamState* own_stream();
    std::optional<VerifiedEntry> craft(StreamState state, EntryKind kind, Bytes plain);
    Bytes content_for(const StreamId& signed_for, const AlertId& alert);

    void replay();
    void flip_bits();
    void ask_for_everything();
    void boast();
    void fork();
    void sign_for_another();
    void break_the_chain();
    void move_a_signature();
    void forge_a_record();
    void keep_the_old_key();
    void speak_through_another();

    TestNet& net_;
    Oracle& oracle_;
    SeededRng& draw_;
    std::string name_;
    std::deque<Taken> taken_;
};

}  // namespace rilon
