// A malicious node of a simulated network: a member, a hub that others dial, or the coordinator. It
// is enrolled, has its real keys, runs the real daemon; and beside it sends what a daemon never
// sends, and keeps back what a daemon would have sent.
#pragma once

#include <deque>

#include "tests/sim/ledger.h"

namespace rilon {

class Mallory {
   public:
    Mallory(TestNet& net, Ledger& ledger) : net_(net), ledger_(ledger), draw_(0) {}

    // From here on; `withheld_percent` of the frames it should serve others with are kept back.
    void become(const std::string& node, unsigned withheld_percent);
    const std::string& name() const { return name_; }
    bool active() const { return !name_.empty(); }
    bool is_member() const { return active() && !net_.daemon(name_).is_coordinator(); }
    // One trick, by number, with random numbers of its own.
    void act(std::uint64_t trick, SeededRng draw);
    // Beside the tricks: what it does where persons or readers do something (mallory_onward.cc).
    void ask_unread(SeededRng draw);
    void order_badly(const Said& orphan, SeededRng draw);
    // Everything it ever got, to everybody it reaches.
    void replay_everything();
    // Faults stop: a coordinator serves again, for without it nobody else reaches other RILONs.
    void relent();

   private:
    using Trick = void (Mallory::*)();
    struct Taken {
        SyncType type;
        Bytes payload;
    };
    Daemon& self() { return net_.daemon(name_); }
    std::vector<NodeId> peers();
    bool keeps_back(const SentFrame& frame);
    void take(const SentFrame& frame);
    void pass_on(const NodeId& peer, const Taken& one);
    void tell(SyncType type, const std::string& payload);  // All peers.
    // What is said about a stream goes to those only who may know it: a member can always re-share,
    // as with any copy, and that is no finding.
    void tell_members(SyncType type, const StreamId& stream, const std::string& payload);

    // mallory.cc: frames
    void replay();
    void flip_bits();
    void ask_for_everything();
    void boast();
    void spoil_slots();
    void endless_catch_up();
    void false_receipts();
    void false_fork_proof();
    void name_carriers();
    void flood();
    // mallory_records.cc: the directory
    void forge_a_record();
    void forge_a_checkpoint();
    void pretend_to_be();
    // mallory_entries.cc: entries
    void fork();
    void fork_in_two();
    void sign_for_another();
    void break_the_chain();
    void turn_back_the_directory();
    void jump_an_epoch();
    void move_a_signature();
    void certify_for_another();
    void withdraw_what_is_not_ours();
    void redact_without_an_officer();
    void found_uninvited();
    void use_an_unknown_key();
    void keep_the_old_key();
    void speak_through_another();

    // mallory_onward.cc
    bool may_act(SeededRng draw);
    void say(const StreamState& state, const AlertId& alert, const proto::Operation& operation);

    struct Draft {
        EntryKind kind = EntryKind::content;
        Bytes plain;
    };
    // A stream of its own that it can seal into; null when there is none.
    const StreamState* own_stream();
    std::optional<VerifiedEntry> craft(StreamState state, const Draft& draft);
    // The same with another header, signed again; nothing of it is sealed anew.
    Bytes resigned(const VerifiedEntry& made, const std::function<void(EntryHeader&)>& change);
    void push(const StreamId& stream, const Bytes& entry);
    std::string entries_frame(const StreamId& stream, const Bytes& entry, std::uint64_t head);
    Bytes bulletin(const StreamId& signed_for, const AlertId& alert);
    Bytes content(const StreamId& signed_for, const AlertId& alert, const std::string& operation,
                  const NodeId& certified_by);
    AlertId new_alert();

    TestNet& net_;
    Ledger& ledger_;
    SeededRng draw_;
    std::string name_;
    unsigned withheld_percent_ = 0;
    std::deque<Taken> taken_;
};

}  // namespace rilon
