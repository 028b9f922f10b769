// The rules of each statement, for directory.cc (and orphan.cc): whom it needs, what it is about,
// what it does to the state. Part of the directory's implementation, not of its interface.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/authorisation.h"
#include "protocol/directory.h"
#include "protocol/directory.pb.h"

namespace rilon {

constexpr int rso_persons_max = 16;
constexpr std::uint32_t rso_threshold_max = 8;  // Old and new threshold fit in one statement.
constexpr int coordinators_max = 8;
constexpr int deputies_max = 16;
constexpr int administrators_max = 16;
constexpr int group_members_max = 2048;
constexpr int cuts_max = 512;  // As many streams as receivers take of an origin.
constexpr std::size_t party_depth_max = 8;

using KeyOwners = std::map<Hash32, std::string>;

// The state under way from one record to the next, and what directory.cc has to remember of it.
struct DirectoryChange {
    NetworkId network;
    UnixMillis recorded;
    DirectoryState state;  // A copy; `n` is set, the link comes last.
    const KeyOwners* owners = nullptr;
    KeyOwners claims;               // Keys seen for the first time.
    std::set<std::string> touched;  // Subjects changed.
    bool members_may_differ = false;

    // Takes a key for an owner and a use ("person:<id>:sign"). The same owner may show it again;
    // anybody else is refused (invalid), also long after the first stopped using it.
    Status claim(ByteView key32, const std::string& owner);
    // The same, for keys that must be new even to their owner.
    Status claim_new(ByteView key32, const std::string& owner);
};

struct StatementWork {
    proto::Statement statement;
    StatementId id;
    DirectoryChange change;
};

// Suspensions that lapsed and groups that ended by `recorded`.
void apply_time(DirectoryChange& change);
// Sets the members of every audience anew; keeps what didn't change shared.
void recompute_audiences(DirectoryState& state);

// What a statement is about. It is refused if one of these was touched by a record at or after its
// `base`. Subjects, and who touches them:
//   root             ROOT
//   rilon:CODE       ESTABLISH, CHANGE RILON
//   party:CODE       ADD PARTY
//   node:ID          ADD NODE
//   keys:ID          REPLACE KEY
//   enc:ID           RotateEncryption
//   standing:ID      SUSPEND, REINSTATE, REVOKE, a lapse
//   cleared:ID       REINSTATE
//   audience:ID      GROUP, a group's end
//   feature:NAME     ACTIVATE
// A statement is about what it touches, with these exceptions. SUSPEND and REVOKE: `cleared` (and
// REVOKE `keys`), so that neither another suspension, its lapse nor the node's own rotation of its
// encryption key can void a signed suspension or revocation. CONFIRM SUSPEND: nothing, it names the
// suspension and fails when that is over.
std::vector<std::string> subjects_of(const proto::Statement& statement,
                                     const DirectoryState& state);

// Who must sign; invalid when what it names is not there.
Result<Demand> demand_of(const proto::Statement& statement, const DirectoryState& state);
// The RSO persons a ROOT names, read and proven; empty for other statements.
Result<std::vector<Person>> next_rso_of(const NetworkId& network,
                                        const proto::Statement& statement);

// Does what the statement says to `change.state`. Signatures are judged before, by the demand;
// `signers` tell who suspended (empty while a draft is only looked at).
Status perform(StatementWork& work, const std::vector<Signer>& signers);

// The statements one by one. Errors: malformed, invalid, bad_signature (possession), unsupported.
Status perform_root(const proto::Root& body, DirectoryChange& change);
Status perform_establish(const proto::EstablishRilon& body, DirectoryChange& change);
Status perform_change(const proto::ChangeRilon& body, DirectoryChange& change);
Status perform_add_party(const proto::AddParty& body, DirectoryChange& change);
Status perform_activate(const proto::Activate& body, DirectoryChange& change);
Status perform_add_node(const proto::AddNode& body, DirectoryChange& change);
Status perform_replace_key(const proto::ReplaceKey& body, DirectoryChange& change);
Status perform_rotate(const proto::RotateEncryption& body, DirectoryChange& change);
Status perform_group(const proto::Group& body, DirectoryChange& change);
Status perform_suspend(const StatementWork& work, const std::vector<Signer>& signers,
                       DirectoryChange& change);
Status perform_confirm(const proto::ConfirmSuspend& body, DirectoryChange& change);
Status perform_reinstate(const proto::Reinstate& body, DirectoryChange& change);
Status perform_revoke(const proto::Revoke& body, DirectoryChange& change);

// Anybody who may suspend this node.
Seat suspend_seat(const NodeRecord& node);
// The node with these id bytes, or why there is none.
Result<const NodeRecord*> named_node(const DirectoryState& state, const std::string& id);

}  // namespace rilon
