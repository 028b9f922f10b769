// Statements, drafts and records as bytes: what the command line, the sequencer, the simulator and
// the tests build, show and pass on. Bytes are made once and from then on signed as they are.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "protocol/directory.h"
#include "protocol/directory.pb.h"
#include "protocol/request.h"
#include "protocol/rng.h"

namespace rilon {

constexpr std::uint64_t statement_valid_ms = 14 * ms_day;  // How long a draft may collect signers.

// Strict: bounded, only known fields, each once, an id of 16 bytes that is not zero, one body.
// Errors: malformed, unsupported (a body or field of a later version).
Result<proto::Statement> parse_statement(ByteView bytes);

// What a draft is made against.
struct DraftBasis {
    std::uint64_t base = 0;  // How many records the drafter has.
    UnixMillis expires;      // The last moment at which it may be recorded.
};
// Against the whole of what this directory has.
DraftBasis draft_basis(const Directory& directory, UnixMillis now,
                       std::uint64_t valid_ms = statement_valid_ms);

struct RilonDraft {
    std::string code;
    std::string name;
    std::string host;
    proto::SignedRequest chair;
    std::vector<proto::SignedRequest> deputies;
};

struct ReplacementKeys {
    const SignKeyPair* sign = nullptr;  // Null: stays.
    const TransportPublicKey* transport = nullptr;
};

// Makes the bytes of statements, each with a random id.
class Drafter {
   public:
    Drafter(Rng& rng, DraftBasis basis) : rng_(rng), basis_(basis) {}

    Bytes root(const proto::Root& body);
    // Draws the ids of the two audiences.
    Bytes establish(const RilonDraft& rilon);
    Bytes change(const proto::ChangeRilon& body);
    Bytes add_party(const Party& party, std::span<const proto::SignedRequest> administrators);
    Bytes add_node(const proto::SignedRequest& request);
    Bytes replace_key(const NetworkId& network, const NodeId& node, const ReplacementKeys& keys,
                      std::span<const StreamCut> cuts);
    // `group`: id, name, named (empty closes it) and until count.
    Bytes group(const AudienceInfo& group);
    Bytes suspend(const NodeId& node, const std::string& reason, bool key_compromised = false);
    Bytes confirm_suspend(const StatementId& suspend);
    Bytes reinstate(const StatementId& suspend);
    Bytes revoke(const NodeId& node, const std::string& reason, std::span<const StreamCut> cuts);
    Bytes rotate_encryption(const NodeId& node, const EncPublicKey& next);
    Bytes activate(const std::string& feature);
    Bytes withdraw_orphan(const NodeId& origin, std::span<const AlertId> alerts,
                          const std::string& reason);
    // Of the last statement made.
    const StatementId& last_id() const { return last_id_; }

   private:
    proto::Statement begin();
    Rng& rng_;
    DraftBasis basis_;
    StatementId last_id_;
};

// One line for people, everything foreign in it escaped: "admit node aus-bkk (AUS) to BKK".
std::string describe_statement(const proto::Statement& statement, const DirectoryState& state);

// The keys that it puts in the place of others, as bytes: signing first.
std::vector<std::string> new_keys(const proto::ReplaceKey& body);

// A statement on its way to its signatures. Parsing checks lengths, not signatures.
struct StatementDraft {
    Bytes statement;
    Bytes authorisations;
};
Bytes encode_draft(const StatementDraft& draft);
Result<StatementDraft> parse_draft(ByteView bytes);
// Joins what was signed apart; a key that signed in both counts once (the first stays). Fails with
// invalid when the statements differ.
Result<StatementDraft> merge_drafts(const StatementDraft& one, const StatementDraft& other);

Bytes encode_record(const DirectoryRecord& record);
Result<DirectoryRecord> parse_record(ByteView bytes);
constexpr std::size_t record_bytes_max =
    statement_bytes_max + authorisations_max * authorisation_bytes + 64;

}  // namespace rilon
