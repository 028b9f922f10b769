// What was said in a simulated network, by whom and for whom, kept outside of it: the oracle's
// memory. It works out for itself who may know of a stream, from the directory's nodes and the
// definition, so that it does not inherit a mistake of the node's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/alert_state.h"
#include "protocol/audience.h"
#include "tests/support/test_net.h"

namespace rilon {

// One acknowledged operation.
struct Said {
    std::string what;  // post, supersede, withdraw, remark; narrow: the revision for those who
                       // stay, narrowing: its other half; grant: for old and new readers; letter:
                       // a request of onward release, or the answer, for the other end alone
    std::string node;
    AlertId alert;
    StreamId stream;
    Seq seq;
    Seq last;                    // Of the chunks behind it; its own without any.
    std::set<NodeId> readers;    // As shown to the officer; without the author.
    bool lost = false;           // The author's disk went back to before it.
    bool receipts_lost = false;  // A carrier's disk went, and receipts on their way with it.
    bool over = false;           // A text, and a narrowing took it back from all.
    bool is_text() const {
        return what == "post" || what == "supersede" || what == "narrow" || what == "grant";
    }
    bool is_letter() const { return what == "letter"; }
};

class Ledger {
   public:
    explicit Ledger(TestNet& net) : net_(net), directory_(net.network().directory()) {}

    // --- the directory as its sequencer last had it, whether it runs now or not ---
    const Directory& directory() const { return directory_; }
    const DirectoryState& state() const { return directory_.now(); }
    void learn(const Directory& directory);
    bool good(const NodeId& node) const;
    bool good(const std::string& name) const { return good(net_.daemon(name).id()); }

    // --- promises ---
    // An officer was answered that this is done. Empty, or what is wrong with the answer.
    std::string said(const std::string& what, const Posted& posted);
    const std::vector<Said>& all() const { return said_; }
    // Alerts that may still be withdrawn, superseded or confirmed.
    std::vector<const Said*> open_posts() const;
    // Must it reach its readers? Not what a liar said, nor one who was put out.
    bool owed(const Said& said) const;
    // The author and whom he was shown, over all that was said of an alert. Null: never said.
    const std::set<NodeId>* party_to(const AlertId& alert) const;
    // A member told them: as with any copy, no finding.
    void told(const AlertId& alert, const std::set<NodeId>& nodes);
    // What the author's officer was shown before he lets others have it: they may know from then
    // on, though he may never hear that it is done.
    void may_be_granted(const proto::PreparedResponse& shown);
    bool may_be_granted(const AlertId& alert) const { return granted_.contains(alert); }
    // Was it said where this node could hear it, or may it have been?
    bool may_ask(const AlertId& alert, const NodeId& node) const;
    // The key of an entry that one node gives another, by a history grant.
    struct Given {
        std::size_t grant;
        std::string by;
        std::string to;
        AlertId alert;
        StreamId stream;
        Seq seq;
        UnixMillis at;
        bool acknowledged = false;
    };
    std::size_t next_grant() { return ++grants_; }
    void may_be_given(Given what);
    void given(const std::string& by, const std::string& to);  // What he was shown before.
    const std::vector<Given>& all_given() const { return given_; }
    // The stream in which it was, or may have been.
    void history_in(const StreamId& stream, const NodeId& to) { histories_.insert({stream, to}); }
    bool has_history(const StreamId& stream, const NodeId& to) const {
        return histories_.contains({stream, to});
    }
    // Nothing happened since that makes void what was given.
    bool owed_history(const Given& what) const;
    const std::set<AlertId>& withdrawn() const { return withdrawn_; }
    // Withdrawn without an answer, by a node that went down: either is right. So it is where the
    // author forgot that it narrowed: what it says from then on ends at those who know.
    void unsure(const AlertId& alert) { unsure_.insert(alert); }
    bool is_unsure(const AlertId& alert) const {
        return unsure_.contains(alert) || forgotten_.contains(alert);
    }
    // Whom a narrowing dropped: they read no revision from its withdrawal on.
    struct Narrowed {
        AlertId alert;
        std::string node;
        EntryRef withdrawal;
        std::set<NodeId> dropped;
    };
    const std::vector<Narrowed>& narrowed() const { return narrowed_; }
    bool is_narrowed(const AlertId& alert) const { return narrowed_alerts_.contains(alert); }
    bool is_dropped(const AlertId& alert, const NodeId& node) const;

    // --- who may know of a stream ---
    void founded(const StreamId& stream, const NodeId& origin, const AudienceId& audience,
                 std::optional<AudienceDefinition> definition);
    // Was it a member ever, in good standing or not? Streams nobody registered: yes.
    bool may_know(const NodeId& node, const StreamId& stream) const;
    // No stream named in these bytes that the node is left out of; if there is, that stream.
    std::optional<StreamId> names_forbidden(const NodeId& node, ByteView bytes) const;
    // A statement's cuts name it, for all to read: the one place where that is so.
    void published(const StreamId& stream) { published_.insert(stream); }
    bool is_published(const StreamId& stream) const { return published_.contains(stream); }
    // Members at a record of the directory, the origin among them. Nothing: nobody registered it.
    std::optional<std::set<NodeId>> members_at(const StreamId& stream, DirSeq n) const;
    std::set<NodeId> members_now(const StreamId& stream) const;

    // --- what makes promises void ---
    // Its own streams may be forked or frozen: nothing is owed to its posts from here on.
    void distrust(const std::string& node) { distrusted_.insert(node); }
    bool trusted(const std::string& node) const { return !distrusted_.contains(node); }
    // Another entry than the node's own was sent out for this seq.
    struct Fork {
        StreamId stream;
        Seq seq;
        EntryId other;
    };
    void forked(const Fork& fork);
    const std::vector<Fork>& forks() const { return forks_; }
    bool is_forked(const StreamId& stream) const { return forked_.contains(stream); }
    // No honest node may ever know this alert; or not as long as the node that says it is put out.
    void forbid(const AlertId& alert, const NodeId& from = {}) { forbidden_.emplace(alert, from); }
    const std::map<AlertId, NodeId>& forbidden() const { return forbidden_; }
    // A stream that no honest node may take.
    void uninvited(const StreamId& stream) { uninvited_.insert(stream); }
    const std::set<StreamId>& uninvited() const { return uninvited_; }
    // Whoever has this entry's body now must have it until then, or an officer withdrew the alert.
    struct Kept {
        StreamId stream;
        Seq seq;
        AlertId alert;
        UnixMillis until;
        std::set<NodeId> holders;
    };
    void must_keep(Kept what);
    const std::vector<Kept>& kept() const { return kept_; }
    // What it told its peers in the meantime was not heard.
    void put_out(const NodeId& node) { put_out_.insert(node); }
    bool was_put_out(const NodeId& node) const { return put_out_.contains(node); }
    // Its disk is that of a while ago.
    void restored(const std::string& node);
    bool was_restored(const std::string& node) const { return restored_.contains(node); }
    bool was_restored_since(const std::string& node, UnixMillis when) const {
        auto last = restored_.find(node);
        return last != restored_.end() && last->second >= when;
    }
    void carrier_lost();
    // Its days were longer or shorter than others'.
    void clock_moved(const std::string& node) { clock_moved_.insert(node); }
    bool was_clock_moved(const std::string& node) const { return clock_moved_.contains(node); }

   private:
    void note_narrowed(const Posted& posted);
    struct Stream {
        NodeId origin;
        AudienceId audience;
        std::optional<AudienceDefinition> definition;
        std::set<NodeId> may_know;
        bool open_to_all = false;  // Of the network's audience.
    };
    void widen(Stream& stream, const DirectoryState& state) const;
    std::set<NodeId> members(const Stream& stream, const DirectoryState& state,
                             bool in_good_standing) const;

    TestNet& net_;
    Directory directory_;
    std::vector<Said> said_;
    std::map<AlertId, std::set<NodeId>> parties_;
    std::map<AlertId, std::set<NodeId>> granted_;
    std::size_t grants_ = 0;
    std::vector<Given> given_;
    std::set<std::pair<StreamId, NodeId>> histories_;
    std::set<AlertId> withdrawn_;
    std::set<AlertId> unsure_;
    std::vector<Narrowed> narrowed_;
    std::set<AlertId> narrowed_alerts_;
    std::set<AlertId> forgotten_;
    std::map<StreamId, Stream> streams_;
    std::multimap<std::uint32_t, StreamId> by_first_bytes_;
    std::vector<bool> first_bytes_ = std::vector<bool>(65536);
    std::set<std::string> distrusted_;
    std::vector<Fork> forks_;
    std::set<StreamId> forked_;
    std::map<AlertId, NodeId> forbidden_;
    std::set<StreamId> published_;
    std::set<StreamId> uninvited_;
    std::vector<Kept> kept_;
    std::set<NodeId> put_out_;
    std::map<std::string, UnixMillis> restored_;  // When last.
    std::set<std::string> clock_moved_;
};

}  // namespace rilon
