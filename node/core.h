// NodeCore: the state behind Node and the steps that change it, one file per concern:
//
//   core.cc         start, dispatch, timers, flush
//   ingest.cc       entries from peers: parse → job → verify → store, index, forward, ack
//   forks.cc        entries of seqs that we hold: the same, or a fork
//   keys.cc         epoch keys: grants, opening what waited for a key
//   officer_checks.cc  officers' signatures that catch-up put off
//   slots.cc        slots: those of ours opened, those of others kept and served
//   repair.cc       damage in the store: found, fetched again
//   unopened.cc     after a start: what is still to be opened, and what is gone
//   deletion.cc     withdrawals and redacts → erase → level 3
//   freshness.cc    how old the directory may be for it
//   bare_redact.cc  redacts without an officer's word: hidden at once, destroyed a day later
//   expiry.cc       alerts whose time is over
//   said_about.cc   what others said of an alert goes with it
//   recheck.cc      the signatures of a bulk batch that nobody looked at yet
//   history.cc      history grants: who may be given the key of what
//   history_give.cc ours, from PREPARE until nothing of them is left here
//   history_take.cc those to us, until their keys are taken
//   retention.cc    what a coordinator keeps, and for how long
//   late_bodies.cc  entries that came without their body: asked for until they have it
//   attaching.cc    attachments: handed over, sealed, asked for, gone with their alert
//   prepare.cc      PREPARE: what an officer wants to say becomes parts, readers, bytes to sign
//   prepare_narrow.cc   of fewer readers
//   prepare_remark.cc   of what is said about others' alerts
//   prepare_release.cc  of a second officer's word
//   prepare_onward.cc   of a request that others may have an alert, and of its answer
//   posting.cc      COMMIT, sealing, key grants of our own streams
//   sync.cc         hello, heads, beats, answers to ranges, pushes
//   fetching.cc     what we lack, asked for in turn and no more than the link bears
//   heads.cc        signed heads: what an origin says it has, against what we hold
//   own_heads.cc    our own streams after a start: peers say whether they know later entries
//   restored.cc     a store that was put back: streams retired, entries fetched back, others told
//   split.cc        a directory that is not everybody's
//   suspension.cc   suspensions that act before they are recorded
//   directory_sync.cc  records, the sequencer
//   rotation.cc     new encryption keys of our own
//   replacement.cc  new signing and transport keys of our own, by persons
//   transport_key.cc  the switch to a new transport key; links by keys of before
//   drafts.cc       statements on their way to their signatures
//   acks.cc         acks: what is said, and what is heard
//   mail.cc         how they travel
//   control.cc      requests of officers and persons
//   officer_requests.cc  officers certified, revoked; their certificates
//   status.cc       what it tells them of itself
//
// Private to node/. Everything is ordered containers: iteration order must not depend on hashing.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "node/control.pb.h"
#include "node/event.h"
#include "node/head_watch.h"
#include "node/history.h"
#include "node/kept.h"
#include "node/limits.h"
#include "node/mailbox.h"
#include "node/node.h"
#include "node/officers.h"
#include "node/peer_info.h"
#include "node/posting.h"
#include "node/quota.h"
#include "node/repair.h"
#include "node/retention.h"
#include "node/rotation.h"
#include "node/shared_room.h"
#include "node/stream_info.h"
#include "node/sync.pb.h"
#include "node/sync_frame.h"
#include "protocol/orphan.h"
#include "protocol/release.h"
#include "protocol/statement.h"

namespace rilon {

proto::Draft to_proto(const StatementDraft& draft);  // drafts.cc

// How much of itself a node tells: persons of the directory theirs and the links; those of the RSO
// the network's health too; its own officers everything.
enum class StatusView { directory, health, all };

// The record at which an epoch was granted, where it is known.
using GrantTimes = std::map<std::pair<StreamId, Epoch>, std::optional<DirSeq>>;

struct PendingDraft {
    proto::Draft draft;
    PersonId begun_by;
};

struct Counters {
    std::uint64_t published = 0;
    std::uint64_t received = 0;
    std::uint64_t refused = 0;
    std::uint64_t gaps_repaired = 0;
};

class NodeCore {
   public:
    NodeCore(NodeIdentity& identity, const NodeOptions& options, const StoreView& store, Rng& rng);

    // core.cc
    Status load(UnixMillis now);
    void greet(Outputs& out);
    void step(Event event, UnixMillis now, Outputs& out);
    void flush(Outputs& out);
    UnixMillis next_timer() const;
    std::uint64_t feed_epoch() const { return options_.feed_epoch; }
    const Directory& directory() const { return directory_; }
    const Index& index() const { return index_; }
    const NodeIdentity& identity() const { return identity_; }
    std::map<std::string, UnixMillis> heard(UnixMillis now) const;
    std::vector<QueueUse> queues() const;
    // By our clock, but no later than the sequencer has signed that it is.
    UnixMillis sure_time(UnixMillis now) const;

   private:
    // Accepted or sealed in this batch, to be pushed to peers.
    struct Fresh {
        NodeId from;
        Seq seq;
        EntryKind kind;
        Epoch epoch;
        Precedence precedence;
        Bytes bytes;
        bool absent;
    };

    // core.cc
    Status load_directory();
    Status load_streams();
    Status load_index();
    void take_up_record(IndexedEntry& entry);
    Status load_private();
    void on_tick();
    void log(int priority, std::string line);
    void write(StoreOp op) {
        ++changes_;
        out_->writes.push_back(std::move(op));
    }
    void emit(Output output) { out_->after.push_back(std::move(output)); }
    bool is_coordinator() const { return identity_.role == NodeRole::coordinator; }
    bool is_self(const NodeId& id) const { return id == identity_.id; }
    StreamInfo* stream(const StreamId& id);
    const StreamInfo* stream(const StreamId& id) const;
    const AudienceInfo* standing(const StreamInfo& info) const;
    void touch(StreamInfo& info);
    // Readers of a stream now, the origin included, ascending.
    std::vector<NodeId> members(const StreamInfo& info) const;
    bool may_hold(const NodeId& peer, const StreamInfo& info) const;
    std::string node_name(const NodeId& id) const;

    // ingest.cc
    void on_entries(const NodeId& from, const SyncHead& head, const Bytes& payload);
    void take_slots(const NodeId& from, const StreamId& id, const proto::SyncEntries& frame);
    void on_live(const LiveFrame& frame);
    // False: whoever sent it is not heard on the rest of the frame.
    bool offer(const NodeId& from, UnverifiedEntry entry);
    void offer_singly(const NodeId& from, std::vector<UnverifiedEntry> entries);
    void offer_bulk(const NodeId& from, std::vector<UnverifiedEntry> entries);
    bool take_run(const NodeId& from, StreamInfo& info, std::vector<UnverifiedEntry> run);
    void take_late_body(UnverifiedEntry entry);
    void on_checked(EntryChecked checked);
    void take(const NodeId& from, VerifiedEntry entry,
              std::optional<Result<OpenedContent>> content);
    void open_later(const StreamInfo& info, const EntryHeader& header);
    bool begin_stream(const EntryHeader& genesis);
    void drop_stream(const StreamId& id);
    bool refuse(const NodeId& from, const EntryHeader& header, const Error& why);
    void keep_early(const NodeId& from, StreamInfo& info, SignedEntry entry);
    void take_early(StreamInfo& info);
    void forget_early(StreamInfo& info);
    void park(const NodeId& from, UnverifiedEntry entry);
    void unpark();
    bool within_quota(const NodeId& origin, std::uint64_t bytes);
    void forward(const NodeId& from, const VerifiedEntry& entry);

    // forks.cc
    std::optional<Bytes> held_prefix(const StreamId& id, Seq seq) const;
    // False: the rest of the frame is not looked at.
    bool known_already(const NodeId& from, StreamInfo& info, UnverifiedEntry entry);
    void forked(StreamInfo& info, const UnverifiedEntry& other, const NodeId& from);
    void on_fork(const NodeId& from, const Bytes& payload);
    void prove_fork(const NodeId& from, StreamInfo& info, const ForkProof& proof);
    void freeze(StreamInfo& info, const ForkProof& proof);

    // keys.cc and slots.cc
    void on_grant(StreamInfo& info, const EntryHeader& header, const GrantBody& grant);
    bool use_slot(const NodeId& from, const Slot& slot);
    bool keep_slot(const NodeId& from, const Slot& slot);
    void forget_early_slots(StreamInfo& info, const NodeId* from);
    bool is_own(StreamInfo& info, const Slot& slot);
    bool was_reader(const StreamInfo& info, const EntryHeader& grant) const;
    bool try_slot(StreamInfo& info, const EntryHeader& header, const GrantBody& grant,
                  const Slot& slot);
    std::optional<SlotTag> own_tag(const StreamInfo& info, const EntryHeader& grant) const;
    bool got_key(StreamInfo& info, const EntryHeader& header, const GrantBody& grant, EpochKey key);
    void save_missing();
    void close_epoch(StreamInfo& info, Epoch epoch);
    void ask_slots(bool all);
    void on_slots(const NodeId& from, const SyncHead& head, const Bytes& payload);
    void queue_open(const StreamId& stream, Epoch epoch, Seq from);
    void merge_queued();
    bool open_range(StreamInfo& info, Epoch epoch, Seq& next);
    void came_after_close(const StreamInfo& info, const EntryHeader& header);
    void open_some();
    void open_entry(VerifiedEntry entry, EntryKey key);
    void on_opened(EntryOpened opened);
    void index_content(const EntryHeader& header, UnixMillis received, OpenedContent content);
    bool may_change(const NodeId& by, const AlertState& alert) const;
    bool says_itself_author(const AlertState& withdrawn) const;
    bool entitled(const IndexedEntry& entry, const AlertId& alert);

    // officer_checks.cc
    void put_off_check(const EntryRef& ref);
    void check_officers();
    bool check_officer(const EntryRef& ref);
    void on_officer_checked(const EntryOpened& opened);
    void refuse_officer(const EntryHeader& header, Errc why);
    bool check_holder_first(const AlertId& alert, const EntryHeader& newcomer);
    void save_checks();
    Status load_checks();

    // unopened.cc
    void take_up_opening();
    bool key_missing(const StreamId& stream, Epoch epoch) const;
    void count_unopened(const StreamId& stream, Epoch epoch, Seq from);
    void take_up_removal(const IndexedEntry& removed);

    // repair.cc
    void repair();
    void found_damaged(const EntryRef& ref);
    void look_again(const EntryRef& ref);
    void walk_store();
    void check_readable(const UnverifiedEntry& entry);
    void found_damaged_key(const EntryRef& ref, Epoch epoch);
    std::optional<Seq> grant_of(const StreamInfo& info, Epoch epoch) const;
    void miss_key(const StreamInfo& info, Epoch epoch, Seq grant);
    void miss_lost_keys();
    bool all_erased(const StreamInfo& info) const;
    std::optional<EntryId> id_by_chain(const EntryRef& ref) const;
    void ask_for_damaged();
    void heal(const NodeId& from, StreamInfo& info, UnverifiedEntry entry);
    void heal_keys(const StreamInfo& info, Epoch epoch, const EpochKey& key);

    // deletion.cc
    void on_redact(StreamInfo& info, Epoch epoch, std::vector<SeqRange> ranges);
    void save_redacts();
    void apply_redacts();
    std::vector<SeqRange> take_due(StreamInfo& info, PendingRedact& redact);
    std::optional<AlertId> alert_of_content(const EntryRef& content) const;
    bool covered(const StreamInfo& info, const SeqRange& range) const;
    bool is_beyond(const StreamInfo& info, Seq seq) const;
    bool to_be_opened(const StreamInfo& info, const SeqRange& range) const;
    std::vector<SeqRange> without_tombstones(const StreamId& stream,
                                             const std::vector<SeqRange>& ranges) const;
    void erase_now(StreamInfo& info, const std::vector<SeqRange>& ranges);
    bool erased_in_batch(const EntryRef& ref) const;
    bool is_erased(const EntryRef& ref) const;
    void say_removed(const AlertState& alert, const EntryRef& newest, const char* reason);
    void on_erased(const std::vector<ErasedEntry>& entries);
    void take_up_owed();
    void acknowledge_erased();
    void save_owed();
    bool consumers_past(Arrival removal) const;

    // bare_redact.cc
    bool hides(const StreamInfo& info) const;
    void hide_what_waits(const StreamInfo& info, PendingRedact& redact);
    void hide_if_redacted(const EntryRef& ref);
    void warn_of_bare_redacts(proto::StatusResponse& out) const;

    // history.cc
    std::optional<DirSeq> granted_at(const StreamInfo& info, Epoch epoch) const;
    bool had_slot(const StreamInfo& info, DirSeq granted, const NodeId& node) const;
    bool same_party(const NodeId& one, const NodeId& other) const;
    Status releasable(const StreamInfo& info, const proto::Operation& operation, const NodeId& by,
                      const NodeId& to) const;
    bool taken_back(const ListedEntry& entry) const;
    bool named_by_redact(const EntryRef& ref) const;
    Status load_history();
    void save_given();
    void save_taken();
    void settle_history();

    // history_give.cc
    Result<proto::Operation> stored_operation(const EntryRef& ref) const;
    Status may_give(const EntryRef& ref, const NodeId& to, GrantTimes& times) const;
    HistoryPlan plan_history(const NodeId& to, UnixMillis since, UnixMillis until) const;
    Result<const NodeRecord*> history_reader(const std::string& name) const;
    Result<Ticket> prepare_history(const proto::PrepareRequest& request);
    static void show_history(const NodeRecord& to, const HistoryPlan& plan,
                             proto::HistoryPreview& out);
    Hash32 history_hash(const NodeId& to, const std::vector<ListedEntry>& entries) const;
    Result<std::vector<EntryKey>> history_keys(const HistoryList& list) const;
    Status publish_history(const PlannedPart& part, const Signature& signature,
                           const Officer& officer, std::span<const EntryKey> keys);
    void history_was_taken(const NodeId& by, const AckRow& row);
    bool is_due(const GivenHistory& grant) const;
    void settle_given();

    // history_take.cc
    enum class Take { now, later, no };
    void got_history(const EntryHeader& header, const OpenedContent& content);
    Take may_take(const TakenHistory& grant, const ListedEntry& entry) const;
    bool is_entitled(const StreamInfo& info, const EntryHeader& header) const;
    void on_granted(EntryOpened opened);
    Status check_granted(const TakenHistory& grant, const EntryOpened& opened) const;
    Result<std::vector<EntryKey>> keys_of(const ListedEntry& place, std::size_t count) const;
    bool take_some(const ListedEntry& place, TakenHistory& grant, std::size_t& left);
    void take_history();
    void finish_history(const ListedEntry& place);
    void settle_taken();
    void forget_history(const EntryRef& ref);

    // recheck.cc
    Status load_unchecked(StreamInfo& info);
    void note_unchecked(StreamInfo& info, SeqRange range);
    void save_unchecked(const StreamInfo& info);
    void recheck();
    std::size_t recheck_some(StreamInfo& info, std::size_t max);
    void on_rechecked(const Rechecked& rechecked);

    // retention.cc
    void keep_no_longer();
    std::size_t age_some(StreamInfo& info, std::size_t max);
    void note_wanted(const NodeId& by, const StreamInfo& info, Seq seq);
    void ask_origin(const NodeId& origin);
    void ask_origins();
    bool was_asked_for(const EntryRef& ref) const;
    void keep_anew(const EntryRef& ref);
    void without_body(const NodeId& from, StreamInfo& info, Seq seq);

    // late_bodies.cc
    Status load_lacking(StreamInfo& info);
    void note_lacking(StreamInfo& info, Seq seq);
    void no_longer_lacking(StreamInfo& info, SeqRange range);
    void save_lacking(const StreamInfo& info);
    void ask_for_bodies();
    std::optional<AckRow> stored_row(StreamInfo& info, AckRow head) const;
    void warn_of_lacking(proto::StatusResponse& out) const;

    // expiry.cc
    void expire_due();
    void seal_expired();
    bool goes_on(const StreamInfo& info) const;
    bool is_left_behind(const StreamState& stream) const;
    void destroy_in_left_behind(const AlertId& alert);
    std::vector<SeqRange> take_expired(StreamInfo& info, PendingRedact& redact);
    std::optional<Epoch> epoch_of(const StreamInfo& info, Seq seq) const;
    bool epoch_over(const StreamInfo& info, Seq seq) const;

    // said_about.cc
    enum class SaidAbout { nothing, there, gone };  // Of the alert it is about.
    SaidAbout says_about_others(const EntryRef& ref) const;
    void destroy_said_about(const AlertId& alert);
    bool may_be_early(const StreamInfo& info, const PendingRedact& redact) const;

    // attaching.cc
    void on_attach(const Asker& asker, ClientId client, const proto::Request& request);
    Status take_attached(Ticket& ticket, const proto::AttachRequest& piece);
    std::size_t attached_bytes(const OfficerId* officer) const;
    static Status plan_attached(const proto::Alert& alert, PlannedPart& part);
    Status find_attached(PlannedPart& part) const;
    Status seal_chunks(StreamInfo& target, const PlannedPart& part);
    void on_attachment(const Asker& asker, ClientId client, const proto::Request& request,
                       const Bytes& raw);
    void prune_attachments();
    SeqRange with_chunks(const EntryRef& content) const;
    bool follow_content(StreamInfo& info, Seq chunk);

    // posting.cc and prepare.cc
    void on_prepare(const Asker& asker, ClientId client, const proto::Request& request);
    Result<Ticket> prepare_publish(const proto::PrepareRequest& request);
    Result<Ticket> prepare_reply(const proto::PrepareRequest& request, proto::Alert& alert);
    Result<Ticket> prepare_supersede(const proto::PrepareRequest& request);
    Status carry_from(const AlertState& before, proto::Alert& correction, ReleaseWish& wish,
                      const proto::Wish& wished) const;
    Result<std::optional<OrphanOrder>> order_in(const proto::Withdraw& withdraw) const;
    Result<Ticket> prepare_withdraw(const proto::PrepareRequest& request);
    Result<Ticket> prepare_remark(const proto::PrepareRequest& request);
    Result<Ticket> prepare_operation(const Asker& asker, const proto::PrepareRequest& request);
    // prepare_narrow.cc
    Result<std::vector<NarrowedPart>> plan_narrowing(const AlertState& alert,
                                                     const proto::NarrowWish& wish) const;
    Status may_narrow(const AlertState& alert) const;
    Result<proto::Supersede> newest_revision(const AlertState& alert) const;
    Result<Ticket> prepare_narrow(const proto::PrepareRequest& request);
    Status plan_narrowed_part(const NarrowedPart& part, std::uint32_t precedence, Ticket& ticket);
    bool was_narrowed(const AlertState& alert) const;
    Result<ReleaseWish> wish_of_narrowed(const AlertState& alert, const proto::Wish& wished) const;
    Status keep_tokens(const AlertState& before, proto::Supersede& correction) const;
    Result<PlannedPart> correct_in_kind(const std::optional<AlertState>& before, PartPlan& plan,
                                        PlannedPart part);
    Status still_newest(const PlannedPart& part) const;
    // prepare_onward.cc
    std::vector<NodeId> readers_now(const AlertState& alert) const;
    Result<std::vector<NodeId>> onward_nodes(const AlertState& alert,
                                             const proto::OnwardWish& wish) const;
    Status may_ask_onward(const AlertState& alert) const;
    Status asks_anew(const AlertState& alert, const proto::OnwardRequest& request) const;
    Result<Ticket> prepare_onward(const proto::PrepareRequest& request);
    void check_onward(const EntryHeader& request, const AlertId& alert);
    std::size_t onward_waiting() const;
    Result<OnwardState> onward_named(const std::string& name) const;
    Result<AlertState> onward_alert(const OnwardState& request) const;
    Result<Ticket> prepare_onward_answer(const Asker& asker, const proto::PrepareRequest& request);
    Status may_widen(const AlertState& alert, const proto::Alert& newest) const;
    Result<Ticket> plan_outside(const AlertState& alert) const;
    Result<Ticket> plan_grant(const Asker& asker, const AlertState& alert,
                              const std::vector<NodeId>& wanted,
                              const proto::PrepareRequest& request, std::vector<NodeId>& added);
    void plan_letter(const AlertState& alert, const NodeId& to, const proto::Operation& operation,
                     std::uint32_t precedence, Ticket& ticket);

    // prepare_release.cc
    Result<OfficerContent> newest_content(const AlertState& alert) const;
    Result<OfficerContent> signed_content(const EntryRef& ref) const;
    Status may_decide(const Officer& officer, const OfficerContent& asked, bool decline) const;
    Result<Ticket> prepare_release(const Asker& asker, const proto::PrepareRequest& request);
    std::optional<AlertId> our_duplicate(const AlertState& alert) const;
    Result<ReleaseWish> parse_wish(const proto::Wish& wish) const;
    Result<Ticket> plan_alert(const proto::Alert& alert, const ReleaseWish& wish,
                              const proto::PrepareRequest& request, PlanFor what);
    Result<Ticket> plan_parts(const proto::Alert& alert, const ReleaseWish& wish,
                              const proto::PrepareRequest& request, PlanFor what,
                              const ReleasePlanner& planner);
    Result<PlannedPart> plan_part(PartPlan& plan, const ReleaseWish& wish, PlanFor what);
    std::uint32_t newest_number(const AlertState& alert) const;
    std::vector<AlertState> parts_of(const AlertState& alert) const;
    Result<PlannedPart> answer_in_kind(const AlertState& alert, Bytes operation);
    Result<Hash32> members_hash(const std::vector<StreamId>& streams) const;
    // freshness.cc
    UnixMillis directory_as_of() const;
    UnixMillis posting_now() const;
    bool leaves_out(const PlannedPart& part) const;
    Status not_cut_off() const;
    Status fresh_enough(const Ticket& ticket, bool overridden) const;
    void plan_stream(PlannedPart& part, const AudienceId& base, bool derived,
                     const AudienceDefinition& definition);
    proto::PreparedPart show_part(const PlannedPart& part, const std::vector<NodeId>& readers,
                                  const std::vector<Withheld>& withheld,
                                  const AudienceId& base) const;
    void on_commit(const Asker& asker, ClientId client, const proto::Request& request);
    void on_post_checked(const PostChecked& checked);
    void finish_post(std::uint64_t number);
    Status publish_part(const PlannedPart& part, const Signature& signature,
                        const Officer& officer);
    Status can_seal() const;
    Status check_sealable(const PlannedPart& part) const;
    Status check_in_audience(const PlannedPart& part) const;
    const EncSecretKey* own_secret(const EncPublicKey& pk) const;
    const PskEntry* current_psk() const;
    Status ensure_epoch(StreamInfo& info);
    Result<StreamInfo*> ensure_stream(const PlannedPart& part);
    Status seal_into(StreamInfo& info, EntryDraft draft, const OfficerContent* content);
    Status seal_with(StreamInfo& info, EntryDraft draft, const Nonce24& nonce,
                     const OfficerContent* content);
    void tell_coordinators(StreamInfo& info);

    // sync.cc
    void peer_up(const NodeId& peer);
    void peer_down(const NodeId& peer);
    void on_frame(const PeerFrame& frame);
    void on_hello(const NodeId& peer, const Bytes& payload);
    void on_heads(const NodeId& peer, const SyncHead& head, const Bytes& payload);
    void on_range(const NodeId& peer, const SyncHead& head, const Bytes& payload);
    void on_beat(const NodeId& peer, const Bytes& payload);
    void on_stream(const NodeId& peer, const Bytes& payload);
    void beat();
    void send(const NodeId& peer, SyncType type, std::uint64_t request, std::string payload,
              Precedence precedence = Precedence::routine);
    std::uint64_t next_request(const NodeId& peer) { return ++peers_[peer].requests; }
    Hash32 heads_digest(const NodeId& peer);
    void send_heads(const NodeId& peer, std::uint64_t request);
    bool answers_too_much(PeerInfo& peer, std::size_t bytes) const;
    void push_pending();
    bool publishes(const AudienceInfo& audience) const;
    void publish_live(const AudienceInfo& audience, const std::vector<Fresh>& entries);
    void push_to(const NodeId& peer, const StreamInfo& info, const std::vector<Fresh>& entries);
    void add_slots(const StreamId& stream, Epoch epoch, proto::SyncEntries& out) const;

    // fetching.cc
    std::uint64_t ask_range(const NodeId& peer, const StreamId& stream, Seq from, Seq to,
                            Precedence precedence = Precedence::routine);
    bool is_cut_off(const StreamInfo& info) const;
    void fetch(StreamInfo& info, const NodeId& peer);
    void want_unknown(const NodeId& peer, const StreamId& stream, Seq to);
    std::size_t waiting_for(const PeerInfo& peer) const;
    bool room_to_ask(const PeerInfo& peer) const;
    void answered(const NodeId& from, const SyncHead& head, const StreamId& id, std::size_t bytes);
    void on_busy(const NodeId& from, const SyncHead& head);
    void retry_fetches();
    void continue_fetches();
    void ask_for_unknown();
    void ask_for_behind();

    // heads.cc
    void sign_heads(bool moved);
    void send_signed_heads(const NodeId& peer);
    void on_signed_heads(const NodeId& from, const Bytes& payload);
    bool take_signed_head(const NodeId& from, Bytes bytes);
    void compare_head(const NodeId& from, StreamInfo& info, const Head& head);
    void ask_for_promised(HeadWatch::Note& note, StreamInfo& info);
    void find_withheld();
    bool is_withheld(const HeadWatch::Note& note) const;
    void warn_of_heads(proto::StatusResponse& out);

    // own_heads.cc
    void ask_own_heads(const NodeId& peer);
    void ask_own_heads_again();
    void on_own_heads(const NodeId& from, const SyncHead& head, const Bytes& payload);
    void say_own_heads(const NodeId& to, std::uint64_t request);
    bool take_own_heads(const NodeId& from, const proto::SyncOwnHeads& frame);
    bool knows_later(const NodeId& from, const proto::StreamHead& row);
    void confirm_own_heads(const NodeId& from);
    std::set<NodeId> links() const;
    std::size_t confirmations_needed(const StreamInfo& info) const;
    bool may_extend(const StreamInfo& info) const;
    bool still_asking(const StreamInfo& info) const;
    bool own_signed_head(const NodeId& from, StreamInfo& info, const Bytes& bytes,
                         const Head& claimed);
    void hold_post(const Asker& asker, ClientId client, const proto::Request& request);
    void release_held_posts();
    void warn_of_own_heads(proto::StatusResponse& out) const;

    // restored.cc
    Status load_restored();
    void begin_restored();
    void found_restored(StreamInfo* where, const EntryHeader* later);
    void retire(StreamInfo& info);
    void save_retired();
    Status resynced() const;
    void finish_resync();
    bool agrees_with(const NodeId& id, const PeerInfo& peer) const;
    void found_successors();
    void note_superseding(const StreamInfo& info);
    void owe_redact(const EntryRef& ref);
    bool same_readers(const PlannedPart& part, const StreamId& before) const;
    std::size_t own_unopened() const;
    void warn_of_restored(proto::StatusResponse& out) const;

    // directory_sync.cc
    void on_directory(const NodeId& peer, const SyncHead& head, const Bytes& payload);
    Status apply_record(DirectoryRecord record, bool durable);
    void directory_changed();
    void send_records(const NodeId& peer, std::uint64_t from, std::uint64_t request);
    void stage_records(const NodeId& from, const proto::SyncDirectory& frame);
    void adopt_records(DirSeq n);
    void want_records(const NodeId& from);
    Result<Checkpoint> read_checkpoint(ByteView bytes) const;
    void take_checkpoint(const NodeId& from, ByteView bytes);
    void issue_checkpoint();
    AdmitPeers admitted() const;
    void begin_directory();
    std::size_t parties_compared() const;
    std::size_t parties_needed() const;
    void finish_rebuild();

    // rotation.cc
    Status load_keys();
    void keep_keys();
    void sort_keys(const NodeRecord& self);
    std::optional<UnixMillis> enc_replaced(const EncPublicKey& pk) const;
    void destroy_old_keys(const NodeRecord& self);
    UnixMillis enc_since(const NodeRecord& self) const;
    Status may_rotate(const NodeRecord& self) const;
    bool rotation_due(const NodeRecord& self) const;
    void make_encryption_key();
    void submit_encryption_key(const NodeRecord& self);
    bool encryption_key_answered(const NodeId& from, std::uint64_t request,
                                 const proto::SyncDirectory& frame);
    bool recipients_changed(StreamInfo& info) const;
    void on_rotate(const Asker& asker, ClientId client, const proto::Request& request);
    Result<std::string> rotate_encryption();
    void warn_of_keys(proto::StatusResponse& out) const;

    // replacement.cc
    Status load_replacements(const std::vector<StoredSecret>& secrets);
    void save_replacements();
    Result<const Replacement*> begin_replacement(KeyKinds kinds, bool stolen);
    Status may_replace(KeyKinds kinds) const;
    Result<std::vector<StreamCut>> own_cuts() const;
    const Replacement* under_way() const;
    const Replacement* replacing() const;  // A signing key.
    Status not_replacing() const;
    Status cancel_replacement(KeyKinds kinds);
    void settle_replacements(const NodeRecord& self);
    void drop_secrets(const Replacement& dead);
    void switch_signing(Replacement replacement, const NodeRecord& self);
    std::string replacement_note(const Replacement& replacement) const;

    // transport_key.cc
    Status load_transport_keys(const std::vector<StoredSecret>& secrets);
    TransportPublicKey make_transport_key();
    void drop_transport_key(const TransportPublicKey& pk);
    void switch_transport(const NodeRecord& self);
    bool switch_waits() const;
    void warn_of_transport_key(const NodeRecord& self, proto::StatusResponse& out) const;
    std::set<NodeId> dialled() const;

    // drafts.cc
    void take_draft(const NodeId& from, const proto::Draft& draft);
    Result<StatementDraft> joined_draft(const StatementId& id, const proto::Draft& draft) const;
    Status keep_draft(const StatementId& id, const StatementDraft& draft,
                      const AuthorisationProgress& progress);
    // Adds a draft (or a signature to one); applies it when complete. Errors say why not.
    Result<std::string> submit(const proto::Draft& draft);
    Status record_draft(const StatementId& id, StatementDraft draft);
    void send_drafts(const NodeId& peer, const std::vector<const proto::Draft*>& drafts);
    void share_drafts(const NodeId& peer);
    void on_submit(const NodeId& peer, const SyncHead& head, const proto::Draft& draft);
    void save_drafts();
    Status load_drafts();
    void prune_drafts();

    // suspension.cc
    bool hold_suspend(const NodeId& from, const proto::Draft& draft);
    void prune_suspends();
    void save_suspends();
    Status load_suspends();
    Status load_suspend_times(std::map<StatementId, UnixMillis>& held);
    void remember_lapsed(const StatementId& id, UnixMillis since);
    void warn_of_suspends(proto::StatusResponse& out) const;

    // split.cc
    void keep_checkpoint(const Checkpoint& checkpoint, Bytes bytes);
    Status load_checkpoints();
    void on_other_branch(const NodeId& from, const Checkpoint& theirs, ByteView bytes);
    void on_split(const NodeId& from, const proto::SyncDirectory& frame);
    void prove_split(const NodeId& from, ByteView one, ByteView other);
    void compare_directory(const NodeId& node, DirSeq n, const DirLink& link);
    void share_split(const NodeId& peer);
    void warn_of_split(proto::StatusResponse& out) const;

    // acks.cc
    void ack(const StreamInfo& info, Seq seq, const EntryId& entry, AckLevel level);
    void flush_acks();
    bool may_sign_acks();
    void say_again();
    void say_again_what_is_gone(const StreamInfo& info);
    void settle(const AckRow& row);
    void record_ack(const Ack& ack);
    bool is_ours(const StreamInfo& info, const AckRow& row) const;
    bool was_reader_at(const StreamInfo& info, const NodeId& node, DirSeq n) const;
    void check_held_waits();

    // mail.cc
    void post_mail(const NodeId& to, Bytes ack, bool sealed, bool direct_only);
    void send_new_mail(MailRow row);
    void send_mail(const NodeId& peer);
    bool send_mail_row(const MailRow& row);
    std::optional<NodeId> next_hop(const MailRow& row) const;
    void on_ack(const NodeId& from, const SyncHead& head, const Bytes& payload);
    void mail_confirmed(const NodeId& from, std::uint64_t n);
    // False: not taken, and not to be confirmed.
    bool take_letter(const NodeId& from, const proto::SyncAck& frame);
    bool carry_letter(const NodeId& from, const NodeId& to, const proto::SyncAck& frame);
    Result<Bytes> open_letter(const proto::SyncAck& frame) const;

    // control.cc
    void on_client(const ClientFrame& frame);
    void dispatch(const Asker& asker, ClientId client, const proto::Request& request,
                  const Bytes& raw);
    void answer(ClientId client, proto::Response& response, std::uint64_t request);
    void fail(ClientId client, std::uint64_t request, const Error& error);
    void query(const Asker& asker, ClientId client, const Bytes& raw, std::string action,
               std::string detail);
    void on_hello_request(const Asker& asker, ClientId client, const proto::Request& request);
    void note_opened(const AlertState& alert);
    void on_show(const Asker& asker, ClientId client, const proto::Request& request,
                 const Bytes& raw);
    void on_export(const Asker& asker, ClientId client, const proto::Request& request,
                   const Bytes& raw);
    void on_receipts(const Asker& asker, ClientId client, const proto::Request& request,
                     const Bytes& raw);
    void on_feed(const Asker& asker, ClientId client, const proto::Request& request,
                 const Bytes& raw);
    void on_feed_ack(ClientId client, const proto::Request& request);
    void on_audiences(ClientId client, const proto::Request& request);
    void on_log(ClientId client, const proto::Request& request);
    void on_directory_request(ClientId client, const proto::Request& request);
    void on_submit_draft(const Asker& asker, ClientId client, const proto::Request& request);
    void on_pending(ClientId client, const proto::Request& request, std::string note, bool applied);
    Asker who(const TransportPublicKey& key) const;
    static std::string search_detail(const proto::SearchRequest& search);
    void save_consumers();
    // keeping.cc: kept caseloads
    KeptCaseload* kept_of(const Asker& asker, const std::string& id);
    Status begin_keeping(const Asker& asker, const proto::KeepRequest& keep);
    Status take_kept_part(const Asker& asker, const proto::KeepRequest& keep, std::size_t bytes);
    void on_keep(const Asker& asker, ClientId client, const proto::Request& request,
                 std::size_t bytes);
    void on_kept(const Asker& asker, ClientId client, const proto::Request& request);
    void on_kept_look(const Asker& asker, ClientId client, const proto::Request& request,
                      const Bytes& raw);
    void on_kept_looked(const Asker& asker, ClientId client, const proto::Request& request);
    void prune_kept();
    void forget_kept(const std::function<bool(const KeptCaseload&)>& which);
    void save_kept();
    Status load_kept();

    // officer_requests.cc
    Status add_officer(const proto::OfficerRequest& request, const std::string& role,
                       const OfficerId& id);
    void officers_changed();
    void on_certify(const Asker& asker, ClientId client, const proto::Request& request);
    void on_officers(ClientId client, const proto::Request& request);
    void on_revoke_officer(const Asker& asker, ClientId client, const proto::Request& request);
    SignedCertificate certificate(const Officer& officer);

    // status.cc
    void on_status(const Asker& asker, ClientId client, const proto::Request& request);
    static StatusView status_view(const Asker& asker);
    void show_peer(const NodeId& id, const PeerInfo& peer, StatusView view,
                   proto::PeerStatus& row) const;
    void show_counts(proto::StatusResponse& out) const;
    void warn_of_releases(proto::StatusResponse& out) const;
    void warn_of_health(proto::StatusResponse& out);
    void warn_of_directory(proto::StatusResponse& out) const;

    NodeIdentity& identity_;
    NodeOptions options_;
    const StoreView& store_;
    Rng& rng_;
    UnixMillis now_{};
    UnixMillis started_{};
    UnixMillis ticked_{};
    // Grows with whatever is written, so with every change of a stream or of the directory: what
    // was computed from them holds while it stays.
    std::uint64_t changes_ = 1;
    UnixMillis asked_{};      // The last request of an officer or a program.
    Outputs* out_ = nullptr;  // Of the step under way.

    Directory directory_;
    std::optional<Directory> ahead_;  // With records that no checkpoint covers yet.
    std::size_t ahead_bytes_ = 0;     // Of those records.
    Bytes checkpoint_;                // Newest, as signed.
    std::optional<Checkpoint> newest_checkpoint_;
    std::map<std::uint64_t, Bytes> checkpoints_;  // By number, as signed; of our branch.
    bool split_known_ = false;                    // Proven, kept, passed on.
    std::set<std::pair<NodeId, std::uint64_t>> differs_told_;
    std::map<StatementId, proto::Draft> held_drafts_;  // Suspensions in force and not recorded.
    UnixMillis suspended_at_{};  // The latest of them: epochs granted before are due.
    bool restored_ =
        false;  // At the start: our streams of before are retired with the first batch.
    UnixMillis restored_at_{};  // When we last found out; zero: never.
    bool resync_ = false;       // Since then: not everything of before is known again.
    UnixMillis resync_until_{};
    bool successors_due_ = false;
    std::map<NodeId, UnixMillis> restored_origins_;  // Others, and when we were told.
    std::vector<HeldPost> held_posts_;
    bool own_redacts_saved_ = false;
    // Held until they lapsed, and since when: never held again.
    std::map<StatementId, UnixMillis> lapsed_suspends_;
    bool rebuilt_ =
        false;  // The sequencer's disk was lost: members may know later records than we.
    Rotation rotation_;
    std::map<StatementId, PendingDraft> drafts_;
    // (coordinator, request) → client.
    std::map<std::pair<NodeId, std::uint64_t>, std::pair<ClientId, std::uint64_t>> submits_;

    std::map<StreamId, StreamInfo> streams_;
    std::set<StreamId> dirty_;
    std::set<StreamId> behind_;  // No peer had room for the question yet.
    std::set<StreamId> unchecked_;
    std::size_t recheck_slices_ = 0;
    std::set<StreamId> lacking_;
    Retention retention_;
    std::map<StreamId, std::vector<MissingKey>> missing_;
    std::map<std::pair<StreamId, Epoch>, Seq> to_open_;  // Where to go on opening.
    std::map<std::pair<StreamId, Epoch>, Seq> queued_;   // To be opened after this batch's commit.
    std::map<std::pair<StreamId, Epoch>, Seq> saved_to_open_;
    std::size_t opening_ = 0;           // Jobs under way.
    std::map<StreamId, Seq> to_check_;  // Nothing before it waits for its officer's check.
    std::map<StreamId, Seq> saved_to_check_;
    Repair repair_;
    struct Parked {
        NodeId from;
        UnixMillis since;
        UnverifiedEntry entry;
    };
    std::deque<Parked> parked_;
    SharedRoom parked_room_{parked_bytes_max, parked_bytes_peer_max};
    SharedRoom early_room_{early_bytes_all_max, early_bytes_origin_max};
    SharedRoom early_slots_room_{early_slots_max, early_slots_peer_max};
    HeadWatch heads_;
    OriginQuota quota_;
    OriginQuota slots_taken_;  // By the peer that brought them.
    std::vector<PendingRedact> redacts_;
    HistoryBook history_;
    std::map<EntryRef, Arrival> erased_unacked_;  // Gone here; level 3 waits for consumers.
    std::set<EntryRef> owed_;  // Level 3 not yet posted: a start goes on with them.
    bool owed_taken_up_ = false;
    std::vector<KeptCaseload> kept_;
    std::map<KeepId, NodeSecret> kept_keys_;    // Of those that are being taken in.
    std::map<std::string, Arrival> consumers_;  // Feed consumers and what they acknowledged.
    Index index_;
    Arrival next_arrival_{1};

    std::map<NodeId, PeerInfo> peers_;
    std::map<StreamId, std::vector<Fresh>> fresh_;
    std::map<StreamId, std::vector<Slot>> fresh_slots_;
    std::optional<Generation> said_as_;  // The signing key that our acks were last made with.
    std::map<StreamId, std::pair<Seq, EntryId>> ack_stored_;  // level 1 of this batch
    std::vector<std::pair<StreamId, AckRow>> ack_rows_;       // levels 2 and 3
    UnixMillis ack_rows_since_{};
    Mailbox mail_;
    std::uint64_t ack_counter_ = 0;

    Officers officers_;
    std::map<Bytes, Ticket> tickets_;
    // Attachments whose first piece an officer had, which was audited; and until when he has
    // others.
    struct OpenAttachment {
        OfficerId officer;
        AlertId alert;
        std::uint32_t attachment = 0;
        auto operator<=>(const OpenAttachment&) const = default;
    };
    std::map<OpenAttachment, UnixMillis> attachments_open_;
    std::map<std::uint64_t, Bytes> posts_;  // Number of a posting under check → its ticket.
    std::uint64_t next_post_ = 1;
    std::vector<HeldWait> held_waits_;
    Counters counters_;
    bool index_pending_ = false;
};

}  // namespace rilon
