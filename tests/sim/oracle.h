// What must hold in a simulated network, whatever happened to it: the ten invariants
// (docs/architecture.md, "The simulator"). It watches every frame, every batch before its commit
// and every turn, looks into one node's whole store after each action, and judges all of them at
// rest.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/feeds.h"
#include "tests/sim/ledger.h"

namespace rilon {

class Oracle {
   public:
    explicit Oracle(TestNet& net);

    Ledger& ledger() { return ledger_; }
    const Ledger& ledger() const { return ledger_; }
    Feeds& feeds() { return feeds_; }
    // An officer was answered that this is done.
    void said(const std::string& what, const Posted& posted);
    // An officer is about to give another node the keys of these entries, as he was shown. How
    // many.
    // `gone`: seen withdrawn there before he asked.
    std::size_t may_be_given(const std::string& by, const std::string& to,
                             const proto::PreparedResponse& shown, const std::set<AlertId>& gone);
    const std::set<AlertId>& seen_withdrawn(const std::string& by) { return withdrawn_[by]; }
    // What that author's officer is asked to decide, as his node shows it.
    std::vector<proto::Onward> onward_waiting(const std::string& author);
    // A node joined after the start.
    void watch(Daemon& daemon);
    // Its disk was put back to what it was.
    void restored(Daemon& daemon);

    // Everything that must always hold of what this node has.
    void examine(Daemon& daemon);
    // Empty, or why the network is not at rest yet.
    std::string unrest();
    // At rest: all of it.
    void judge();
    const std::vector<std::string>& problems() const { return problems_; }

    void problem(const std::string& what);

   private:
    // The end of a stream in one node's store, as its commits made it.
    struct Tail {
        Seq seq;
        EntryId id;
        DirSeq dir_seq;
        Generation generation;
        Epoch epoch;
    };
    using Tails = std::map<StreamId, Tail>;

    // oracle_watch.cc: as it happens
    void watch_frame(const SentFrame& frame);
    void watch_batch(Daemon& daemon, const Batch& batch);
    void watch_entry(Daemon& daemon, const VerifiedEntry& entry, const Batch& batch);
    void watch_order(Daemon& daemon, const UnverifiedEntry& entry, Tails& tails);
    void watch_key(Daemon& daemon, const PutEpochKey& key, const Batch& batch);
    void watch_record(Daemon& daemon, const PutSearchRecord& record);
    void watch_turn(Daemon& daemon);
    void watch_audit(Daemon& daemon);
    void watch_queues(Daemon& daemon);
    void register_stream(Daemon& daemon, const VerifiedEntry& genesis, const Batch& batch);
    void check_grant(Daemon& daemon, const EntryHeader& grant, const Batch& batch);
    // oracle_store.cc: one node's whole store
    void examine_chains(Daemon& daemon);
    void examine_secrets(Daemon& daemon);
    static bool took(Daemon& daemon, const AlertId& alert);
    void examine_forbidden(Daemon& daemon);
    void examine_kept(Daemon& daemon);
    // oracle_rest.cc: at rest
    std::string missing_at(const Said& said, const NodeId& reader) const;
    std::string letter_missing_at(const Said& letter, Daemon& reader) const;
    std::string orphans_left() const;
    std::string orphan_left_at(const Said& order, Daemon& reader) const;
    std::string directories_differ() const;
    std::string promises_missing() const;
    std::string heads_differ() const;
    std::string receipts_missing() const;
    std::string fork_unknown() const;
    std::string officers_unchecked() const;
    std::string history_missing() const;
    void judge_standing();
    void judge_forks();

    TestNet& net_;
    Ledger ledger_;
    Feeds feeds_;
    std::map<std::string, Tails> tails_;
    std::map<std::string, std::uint64_t> audited_;  // Rows of the audit chain that were checked.
    std::map<std::string, Hash32> audit_links_;
    std::map<std::string, std::set<AlertId>> withdrawn_;  // By node: seen withdrawn there.
    std::set<std::string> touched_;                       // Had a commit since its last turn.
    std::set<EntryId> verified_;
    std::vector<std::string> problems_;
};

}  // namespace rilon
