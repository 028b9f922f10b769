// The directory: a hash-chained list of statements by persons, replayed by every node to the same
// state. It decides who is a node, whose keys count from when to when, and who is in an audience.
// Pure: judged only against the records' own recorded time, so that replay needs no clock.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bucket_map.h"
#include "protocol/crypto.h"
#include "protocol/units.h"

namespace rilon {

namespace proto {
class Statement;
}

constexpr std::size_t authorisation_bytes = 80;  // key id 16 ‖ signature 64
constexpr std::size_t statement_bytes_max = 65536;
constexpr std::size_t authorisations_max = 16;  // per statement
constexpr std::uint64_t suspend_lapse_ms = 72 * ms_hour;

struct DirectoryRecord {
    DirSeq n;
    UnixMillis recorded;
    Bytes statement;
    Bytes authorisations;
};

struct Person {
    enum class Role { rso, chair, deputy, administrator };
    PersonId id;
    std::string name;
    std::string party;
    SignPublicKey sign_pk;
    TransportPublicKey transport_pk;
    auto operator<=>(const Person&) const = default;
};

struct Party {
    std::string code;
    std::string name;
    std::string under;  // Empty: stands alone.
    std::vector<Person> administrators;
};

struct Rilon {
    std::string code;
    std::string name;
    std::string host;
    Person chair;
    std::vector<Person> deputies;
    AudienceId all;
    AudienceId missions;
};

struct StreamCut {
    StreamId stream;
    Seq seq;
    EntryId entry;
};

struct SigningKey {
    Generation generation;
    SignPublicKey pk;
    DirSeq since;
    std::vector<StreamCut> cuts;  // Binding once a later generation replaced this one.
    bool replaced = false;
};

enum class Standing { good, suspended, revoked };

// An encryption key that another one replaced. Its secret is destroyed 45 days later.
struct OldEncKey {
    EncPublicKey pk;
    UnixMillis replaced;
};
constexpr std::uint64_t enc_secret_kept_ms = 45 * ms_day;
// A node signs its own rotations, so the directory has to bound them: at most four in thirty days.
constexpr std::size_t rotations_max = 4;
constexpr std::uint64_t rotations_within_ms = 30 * ms_day;

struct NodeRecord {
    NodeId id;
    std::string name;
    std::string party;
    std::string rilon;
    std::string endpoint;  // Empty: only dials.
    std::string live_endpoint;
    DirSeq since;
    std::vector<SigningKey> signing;  // Ascending generations; never empty.
    EncPublicKey enc_pk;              // The current one.
    std::vector<OldEncKey> old_encs;  // Oldest first; those whose secret may still be there.
    TransportPublicKey transport_pk;
    std::vector<TransportPublicKey>
        old_transports;  // Replaced: admitted nowhere, this node's for ever.
    Standing standing = Standing::good;
    std::vector<StreamCut> cuts;  // With revoked: an unlisted stream is cut before seq 0.
    std::optional<StatementId> suspend_id;
    PersonId suspended_by;        // Who signed that SUSPEND; another person has to confirm it.
    UnixMillis suspend_lapses{};  // Zero: does not lapse.

    const SigningKey* signing_key(Generation generation) const;
    const SigningKey& current_key() const { return signing.back(); }
};

struct CoordinatorInfo {
    NodeId id;
    std::string name;
    SignPublicKey sign_pk;
    TransportPublicKey transport_pk;
    std::string endpoint;
    std::string live_endpoint;
    std::string control_endpoint;
};

struct AudienceInfo {
    enum class Kind { network, rilon, missions, group };
    AudienceId id;
    Kind kind;
    std::string name;    // "network", "BKK", "BKK/missions", a group's name: what officers type.
    std::string rilon;   // Empty for network and groups.
    UnixMillis until{};  // Groups: zero = open-ended.
    std::vector<NodeId> named;    // Groups: the members as stated.
    std::vector<NodeId> members;  // In good standing, ascending.
};

// The state after one record: a value, shared and never changed.
struct DirectoryState {
    DirSeq n;
    DirLink link;
    UnixMillis recorded;
    std::string network_name;
    std::uint32_t root_version = 0;
    std::uint32_t rso_threshold = 0;
    std::uint32_t psk_generation = 0;
    SignPublicKey online_pk;
    AudienceId network_audience;
    std::vector<Person> rso;
    std::vector<CoordinatorInfo> coordinators;
    std::map<std::string, std::shared_ptr<const Party>> parties;
    std::map<std::string, std::shared_ptr<const Rilon>> rilons;
    BucketMap<NodeId, std::shared_ptr<const NodeRecord>> nodes;
    BucketMap<AudienceId, std::shared_ptr<const AudienceInfo>> audiences;
    std::vector<std::string> activated;

    const NodeRecord* node(const NodeId& id) const;
    const NodeRecord* node_by_name(const std::string& name) const;
    const NodeRecord* node_by_transport(const TransportPublicKey& pk) const;
    // Also by a key that was replaced since.
    const NodeRecord* node_once_by_transport(const TransportPublicKey& pk) const;
    const CoordinatorInfo* coordinator(const NodeId& id) const;
    const CoordinatorInfo* coordinator_by_transport(const TransportPublicKey& pk) const;
    const Party* party(const std::string& code) const;
    const Rilon* rilon(const std::string& code) const;
    const AudienceInfo* audience(const AudienceId& id) const;
    // A closed or ended group is still found by its id; its name is free again.
    const AudienceInfo* audience_by_name(const std::string& name) const;
    // `party` is `other` or stands under it, at any depth.
    bool is_or_under(const std::string& party, const std::string& other) const;
    bool is_member(const AudienceId& audience, const NodeId& node) const;
    // The node whose standing suspension this statement began; null when it is over.
    const NodeRecord* node_by_suspend(const StatementId& id) const;
    // The person whose signing key has this id, and what he may sign as; empty when unknown. A
    // person with two keys has the roles of each key apart; thresholds join them by person id.
    struct PersonRoles {
        Person person;
        bool rso = false;
        std::vector<std::string> chair_of;          // RILON codes, as chair or deputy.
        std::vector<std::string> administrator_of;  // Party codes.
    };
    std::optional<PersonRoles> person_by_key(const KeyId& key) const;
    std::optional<PersonRoles> person_by_transport(const TransportPublicKey& pk) const;
};

// May a receiver take this entry of the node's, as the newest directory it holds has it (protocol
// §3, accepting, step 4)? `held_head` is the highest seq of that stream it has already; empty when
// it holds nothing. A replaced generation's cuts bind that generation only; with revoked the
// node's cuts decide, with suspended the head held. The entry at a cut must be the one cut at.
// Errors: quarantined; unknown_key when the node never had that generation.
Status check_standing(const NodeRecord& node, Generation generation, const StreamId& stream,
                      Seq seq, const EntryId& entry, std::optional<Seq> held_head);

// node_id = first 16 of H(`RLN1NID\0` ‖ network_id ‖ first signing pk).
NodeId make_node_id(const NetworkId& network, const SignPublicKey& first_pk);
// What an authoriser signs: `RLN1DST\0` ‖ network_id ‖ H(statement).
Bytes authorisation_message(const NetworkId& network, ByteView statement);
Bytes make_authorisation(const NetworkId& network, ByteView statement, const SignPublicKey& pk,
                         const SignSecretKey& sk);
// What proves possession: `RLN1POP\0` ‖ network_id ‖ H(request).
Bytes possession_message(const NetworkId& network, ByteView request);
// L_n. `before` is zero for n = 0.
DirLink directory_link(const NetworkId& network, const DirectoryRecord& record,
                       const DirLink& before);

struct Checkpoint {
    DirSeq n;
    DirLink link;
    UnixMillis issued;
    Signature signature;
};
constexpr std::size_t checkpoint_bytes = 8 + 16 + 8 + 32 + 8 + 64;
Checkpoint make_checkpoint(const NetworkId& network, DirSeq n, const DirLink& link,
                           UnixMillis issued, const SignSecretKey& online);
Bytes encode_checkpoint(const NetworkId& network, const Checkpoint& checkpoint);
// Strict parse and signature by `online`; malformed, wrong_network or bad_signature.
Result<Checkpoint> verify_checkpoint(const NetworkId& network, const SignPublicKey& online,
                                     ByteView bytes);

// How far a statement is on the way to its signatures.
struct AuthorisationProgress {
    bool complete = false;
    std::vector<std::string> signed_by;    // Names of persons.
    std::vector<std::string> waiting_for;  // "an administrator of AUS", "one RSO officer", …
    // The first signer who takes a seat by a role he has now. A ROOT's new persons are whoever its
    // drafter wrote into it.
    std::optional<PersonId> begun_by;
};

struct StatementWork;  // directory_rules.h

// What a statement is about, its subject, must not have changed since the record it was drafted
// against (`base` counts the records its drafter had): see subjects_of in directory_rules.h.
class Directory {
   public:
    explicit Directory(NetworkId network) : network_(network) {}

    const NetworkId& network() const { return network_; }
    bool empty() const { return states_.empty(); }
    std::size_t size() const { return states_.size(); }
    // The newest state, suspensions held included; the directory must not be empty.
    const DirectoryState& now() const { return held_state_ ? *held_state_ : *states_.back(); }
    // The state after record n; null when n is not there (yet).
    const DirectoryState* at(DirSeq n) const;
    const DirectoryRecord& record(DirSeq n) const { return records_[n.value]; }

    // Checks and applies the next record: chain position, time, expiry, once-only, thresholds,
    // subject unchanged since drafted, and the statement's own rules. Nothing changes on failure.
    // Errors: malformed, invalid (a rule, an expired draft, a changed subject), not_authorised,
    // bad_signature, unknown_key (a signer not in force), duplicate (statement id seen), structure
    // (n, time or base), unsupported (a statement or field this version doesn't know).
    Status apply(DirectoryRecord record);
    // Would `apply` take this statement as the next record at this time? What the sequencer asks.
    Status check(ByteView statement, ByteView authorisations, UnixMillis recorded) const;
    // Who signed a draft and who is still needed; fails when the statement itself is not valid now.
    Result<AuthorisationProgress> progress(ByteView statement, ByteView authorisations,
                                           UnixMillis now) const;

    // A SUSPEND with all its signatures acts on `now` before a sequencer has recorded it, until it
    // is recorded or lapses (protocol §5). `at` stays what the records say: nothing that others
    // verify rests on it. Errors: those of `apply`; invalid when it is no SUSPEND.
    // `since`: when it was first held here, if that was before a restart.
    Status hold_suspend(ByteView statement, ByteView authorisations, UnixMillis now,
                        std::optional<UnixMillis> since = {});
    struct HeldSuspend {
        NodeId node;
        UnixMillis since;
        bool lapses = false;  // 72 h after `since`.
    };
    const std::map<StatementId, HeldSuspend>& held_suspends() const { return held_; }
    // Forgets those that lapsed. True when there were any.
    bool lapse_held(UnixMillis now);

    // The origin's key for a generation as known at dir_seq n; null when there was none.
    const SigningKey* signing_key(const NodeId& node, Generation generation, DirSeq n) const;
    // Did the members of `audience` ever differ between the states after records `from` and `to`,
    // both inclusive, from those at `from`? Also true when either is not there. For derived
    // audiences: derived_members_changed in audience.h.
    bool members_changed(const AudienceId& audience, DirSeq from, DirSeq to) const;
    // Was the statement with this id applied? A flooded SUSPEND that was is no longer pending.
    bool seen_statement(const StatementId& id) const;

   private:
    const DirectoryState& recorded() const { return *states_.back(); }
    void hold_state();
    // A statement read and judged as far as possible before its signatures; then the new state.
    Result<StatementWork> begin(const DirectoryRecord& record) const;
    Status check_base(const StatementWork& work) const;
    Result<StatementWork> prepare(const DirectoryRecord& record) const;

    NetworkId network_;
    std::vector<DirectoryRecord> records_;
    std::vector<std::shared_ptr<const DirectoryState>> states_;
    std::map<StatementId, DirSeq> statements_;
    std::map<std::string, DirSeq> changed_;     // Subject → last record that changed it.
    std::map<Hash32, std::string> key_owners_;  // Every key ever seen → whose and what for.
    std::map<StatementId, HeldSuspend> held_;
    std::shared_ptr<const DirectoryState> held_state_;  // Null while nothing is held.
};

}  // namespace rilon
