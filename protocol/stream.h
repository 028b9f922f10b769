// A stream as a receiver (or its origin) knows it, and the rules by which an entry becomes its
// next: protocol "Accepting", steps 1 to 6. Pure: the directory and the state decide.
#pragma once

#include <span>
#include <vector>

#include "protocol/audience.h"
#include "protocol/directory.h"
#include "protocol/entry.h"

namespace rilon {

struct Superseded {
    StreamId stream;
    Seq seq;
    EntryId entry;
};

struct GenesisBody {
    AudienceId audience;
    Random16 random;
    std::optional<Superseded> supersedes;
};
Bytes encode_genesis(const GenesisBody& body);
Result<GenesisBody> parse_genesis(ByteView bytes);  // 32 or 104 bytes.
// H(`RLN1STR\0` ‖ network ‖ node ‖ origin signing pk ‖ audience ‖ random).
StreamId make_stream_id(const NetworkId& network, const NodeId& node, const SignPublicKey& pk,
                        const GenesisBody& body);

struct SeqRange {
    Seq from;
    Seq to;  // Inclusive.
    auto operator<=>(const SeqRange&) const = default;
};
constexpr std::size_t redact_ranges_max = (body_bytes_max - 2) / 16;  // What a body can hold.
Bytes encode_redact(std::span<const SeqRange> ranges);                // At most redact_ranges_max.
// Shape, order, no overlap; that no range names a clear entry is a rule of the stream.
Result<std::vector<SeqRange>> parse_redact(ByteView bytes);

// A plain value, copied freely. A default one has no entry yet.
struct StreamState {
    NetworkId network;
    StreamId id;
    NodeId origin;
    AudienceId audience;
    std::optional<Superseded> supersedes;
    // The genesis is there. Until then `id` and `origin` say which genesis may found it (zero:
    // any).
    bool founded = false;
    Seq head;
    EntryId head_id;
    Generation generation;
    DirSeq dir_seq;
    Epoch epoch;  // Of the latest grant; 0 before the first.
    Seq grant_seq;
    DirSeq grant_dir_seq;
    // Up to this record the members are known to be those at the grant's (step 6).
    DirSeq members_checked;
    bool derived = false;                // Of a derived audience: its grants seal a definition.
    bool epoch_open = false;             // Content may follow: granted, and no redact since.
    std::uint32_t entries_in_epoch = 0;  // Content and chunks since the grant.
    bool frozen = false;                 // Forked: takes nothing more.
    std::vector<Seq> control;            // Seqs of genesis, grants and redacts, ascending.

    Seq next_seq() const { return founded ? head.next() : Seq{}; }
};

// What decides besides the entry and its stream.
struct AcceptContext {
    const Directory& directory;
    // The derived audience's definition where we know it; null for audiences of the directory, and
    // where we can't know it (the coordinator; a member whose slot has not come).
    const AudienceDefinition* definition = nullptr;
    // We carry, but are no member: skip what needs the definition.
    bool coordinator = false;
    // The id we hold at the entry's seq when that is at or below the head. Without it only another
    // entry at the head itself is known for a fork; below it verify answers duplicate.
    std::optional<EntryId> held = std::nullopt;
};

// Steps 2 to 6 for the next entry of `stream`; on success `stream` has moved on to it. On failure
// `stream` is unchanged and `entry` is still the caller's (a parked or early one waits).
// Errors: wrong_network; unknown_key, bad_signature; parked (dir_seq ahead of our directory);
// not_member; quarantined; structure; stale_epoch; duplicate (we hold it); fork (another entry of a
// seq we hold; or `prev` of the next does not match ours: fetch seq - 1 from the same source, one
// of the two is a fork; or the stream is frozen); gap (seq > head + 1).
Result<VerifiedEntry> verify(SignedEntry&& entry, StreamState& stream,
                             const AcceptContext& context);

// Which key should check this entry's signature: the origin's of that generation as the directory
// knows it at dir_seq. Errors: wrong_network, parked, unknown_key.
Result<SignPublicKey> signer_of(const UnverifiedEntry& entry, const Directory& directory);

// Bulk catch-up: consecutive entries under one signature, that of the last (all of one generation,
// at most 1,024). The chain vouches for the others; nothing comes out before the signature passed.
// On failure `stream` is unchanged, no entry is given and `entries` are still the caller's, to
// offer one by one. Afterwards the caller checks the other signatures with signature_holds. Errors:
// as verify; bad_signature (the last one's, looked at before all else); invalid (none, too many, or
// of several generations).
constexpr std::size_t bulk_entries_max = 1024;
Result<std::vector<VerifiedEntry>> verify_batch(std::vector<UnverifiedEntry>&& entries,
                                                StreamState& stream, const AcceptContext& context);

// An entry read back from our own store: its bytes were verified before they were written and the
// store authenticates what it reads, so only the id is compared with the one the caller expects.
Result<VerifiedEntry> trust_stored(UnverifiedEntry entry, const EntryId& expected);

// The body that came later for an entry held as absent: header and signature must be those we hold,
// the body must hash to body_hash.
Result<VerifiedEntry> verify_body(UnverifiedEntry entry, const EntryId& held);

// An entry that our store lost, fetched again, with its body or absent: the id is the one that its
// successor's prev, or the stream's head, names. Errors: fork.
Result<VerifiedEntry> verify_again(UnverifiedEntry entry, const EntryId& lost);

// Two validly signed headers of one stream and seq with different ids. Or a link that its signer
// broke: `other`, validly signed, names in prev the entry `one` of the seq before, whose signature
// does not hold. No reader takes `one` by itself, and whoever takes both in bulk was misled.
struct ForkProof {
    Bytes one;  // header ‖ signature
    Bytes other;
};
// Done for a real proof under the directory's keys. Errors say why not: malformed, invalid (neither
// two entries of one seq nor a broken link), wrong_network, parked, unknown_key, bad_signature,
// quarantined (above the cut of a replaced or revoked key: whoever stole it cannot freeze a
// stream).
Status verify_fork(const ForkProof& proof, const Directory& directory);
// Whose stream it is, unverified; for finding out whether the proof concerns us.
Result<StreamId> fork_stream(const ForkProof& proof);

// Step 6 alone for a derived audience: are its members at each record after `grant` up to `entry`
// those at `grant`, and was the origin a member of the base? For entries that were accepted before
// we knew the definition (its slot came later). Errors: parked, not_member, stale_epoch.
struct EpochSpan {
    DirSeq grant;
    DirSeq entry;
};
Status check_stale_epoch(const Directory& directory, const AudienceDefinition& definition,
                         const NodeId& origin, EpochSpan span);

// When the origin must make a new epoch key before the next content: no grant yet, a redact since,
// the members differ from those at the grant, 7 days or 1,000 entries.
constexpr std::uint64_t epoch_age_max_ms = 7 * ms_day;
constexpr std::uint32_t epoch_entries_max = 1000;
// `grant_age_ms`: since the latest grant was sealed, by the caller's clock. The context's directory
// is the newest we have; `definition` is needed for a derived audience.
[[nodiscard]] bool epoch_due(const StreamState& stream, const AcceptContext& context,
                             std::uint64_t grant_age_ms);

}  // namespace rilon
