// The entry: header [192] ‖ signature [64] ‖ body, and the ladder of trust it climbs:
//
//   parse_entry        check_signature         verify (stream.h)
//   bytes ──────────▶ UnverifiedEntry ───────▶ SignedEntry ───────▶ VerifiedEntry
//                                                    seal ──────────────▲
//
// Layout and rules: docs/wire.md, "Entry". The same bytes travel, are stored and are verified.
#pragma once

#include <array>
#include <bit>
#include <optional>

#include "protocol/crypto.h"
#include "protocol/units.h"

namespace rilon {

constexpr std::size_t header_bytes = 192;
constexpr std::size_t entry_prefix_bytes = header_bytes + Signature::size();  // 256
constexpr std::uint32_t body_bytes_max = 262144;
constexpr std::size_t plaintext_bytes_max = 245759;
constexpr std::size_t entry_bytes_max = entry_prefix_bytes + body_bytes_max;

enum class EntryKind : std::uint8_t { genesis = 0, content = 1, grant = 2, redact = 3, chunk = 4 };
enum class Precedence : std::uint8_t { routine = 0, priority = 1, immediate = 2, flash = 3 };

constexpr bool is_clear(EntryKind kind) {
    return kind == EntryKind::genesis || kind == EntryKind::grant || kind == EntryKind::redact;
}

struct EntryHeader {
    NetworkId network;
    StreamId stream;
    NodeId origin;
    Generation generation;
    EntryKind kind = EntryKind::genesis;
    Precedence precedence = Precedence::routine;
    Epoch epoch;
    Seq seq;
    DirSeq dir_seq;
    EntryId prev;
    Hash32 body_hash;
    std::uint32_t body_len = 0;
    Nonce24 nonce;
};

// Encodes with magic, CLEAR flag by kind, suite 1 and zero reserve.
std::array<Byte, header_bytes> encode_header(const EntryHeader& header);
// Strict: magic, suite, reserved bits and bytes, known kind, CLEAR as the kind wants it, body_len
// within bounds, seq 0 ⇔ genesis ⇔ prev zero, generation ≥ 1, epoch 0 ⇔ genesis.
// Errors: malformed; too_large (body_len); unsupported (suite, kind: of a later version).
Result<EntryHeader> parse_header(ByteView bytes192);

// Well-formed bytes of anybody. Not trusted: nothing but its shape is known.
class UnverifiedEntry {
   public:
    const EntryHeader& header() const { return header_; }
    const EntryId& id() const { return id_; }  // H(header ‖ signature)
    bool absent() const { return absent_; }    // Body redacted, expired or aged out.
    ByteView header_view() const { return ByteView(prefix_).first(header_bytes); }
    Signature signature() const {
        return Signature::copy_of(ByteView(prefix_).subspan(header_bytes));
    }
    ByteView prefix() const { return prefix_; }  // header ‖ signature: 256 bytes.
    ByteView body() const { return body_; }      // Empty when absent.
    // prefix ‖ body: what travels and is stored.
    Bytes bytes() const;

   private:
    friend Result<UnverifiedEntry> parse_entry(ByteView);
    friend Result<UnverifiedEntry> parse_absent_entry(ByteView);
    friend struct EntryTrust;  // entry_trust.h: seal makes one without parsing its own bytes.
    UnverifiedEntry() = default;
    EntryHeader header_;
    EntryId id_;
    std::array<Byte, entry_prefix_bytes> prefix_{};
    Bytes body_;
    bool absent_ = false;
};

// Exactly one entry: length and body hash must fit. Errors: as parse_header.
Result<UnverifiedEntry> parse_entry(ByteView bytes);
// header ‖ signature of an entry whose body is gone; content and chunks only.
Result<UnverifiedEntry> parse_absent_entry(ByteView bytes256);

// An entry whose signature is good under `key()`. Whether that key was the origin's is not yet
// known: verify (stream.h) asks the directory. Checking is pure and may run on any thread.
class SignedEntry {
   public:
    const UnverifiedEntry& entry() const { return entry_; }
    const SignPublicKey& key() const { return key_; }
    UnverifiedEntry take() && { return std::move(entry_); }

   private:
    friend Result<SignedEntry> check_signature(UnverifiedEntry, const SignPublicKey&);
    SignedEntry(UnverifiedEntry entry, const SignPublicKey& key)
        : entry_(std::move(entry)), key_(key) {}
    UnverifiedEntry entry_;
    SignPublicKey key_;
};
// Errors: bad_signature.
Result<SignedEntry> check_signature(UnverifiedEntry entry, const SignPublicKey& key);
// The same check where the entry stays where it is: the background check after bulk catch-up.
[[nodiscard]] bool signature_holds(const UnverifiedEntry& entry, const SignPublicKey& key);

struct StreamState;

// An entry that may be stored, forwarded and opened. Made by seal, verify, verify_batch, and for
// what we hold already, or held, by trust_stored, verify_body and verify_again, alone.
class VerifiedEntry {
   public:
    const EntryHeader& header() const { return entry_.header(); }
    const EntryId& id() const { return entry_.id(); }
    bool absent() const { return entry_.absent(); }
    ByteView prefix() const { return entry_.prefix(); }
    ByteView body() const { return entry_.body(); }
    Bytes bytes() const { return entry_.bytes(); }
    const UnverifiedEntry& unverified() const { return entry_; }

   private:
    friend struct EntryTrust;  // entry_trust.h, for seal.cc and stream*.cc: the only makers.
    explicit VerifiedEntry(UnverifiedEntry entry) : entry_(std::move(entry)) {}
    UnverifiedEntry entry_;
};

// What an origin puts into its next entry.
struct EntryDraft {
    EntryKind kind = EntryKind::content;
    Precedence precedence = Precedence::routine;
    DirSeq dir_seq;
    Bytes
        plain;  // Content and chunks: plaintext, at most plaintext_bytes_max. Else the clear body.
};
struct OriginKeys {
    const SignSecretKey& sign;
    Generation generation;
};
// Makes and signs the next entry of `stream` and moves `stream` on; on failure nothing moves. It
// obeys the very rules that verify enforces (structure.h). A genesis founds the stream: give
// network and origin in the state; the id is computed, and must equal the state's unless that is
// zero. Content needs the epoch key. `nonce` is random and fresh. Errors: too_large; structure when
// the stream's rules forbid this entry now; fork when frozen.
Result<VerifiedEntry> seal(const EntryDraft& draft, StreamState& stream, const OriginKeys& keys,
                           const EpochKey* epoch_key, const Nonce24& nonce);

// entry_key = H_epochkey(`RLN1EKY\0` ‖ stream_id ‖ u64 seq).
EntryKey entry_key(const EpochKey& epoch_key, const StreamId& stream, Seq seq);
// Decrypts and unpads a content or chunk body. Errors: cannot_open (also clear kinds, which have
// nothing to open), absent, malformed (padding).
Result<Bytes> open_body(const VerifiedEntry& entry, const EntryKey& key);
// The same for an entry whose signature is good but which is not accepted yet, so that a worker
// does both at once. What comes out may be used only after verify took the entry.
Result<Bytes> open_body_early(const SignedEntry& entry, const EntryKey& key);

// Padding (libsodium's): block 256 up to 4,096 bytes, else 2^⌊log2 length⌋ / 8; always ≥ 1 byte.
constexpr std::size_t padding_block(std::size_t plain_bytes) {
    return plain_bytes <= 4096 ? 256 : std::bit_floor(plain_bytes) / 8;
}
constexpr std::size_t padded_size(std::size_t plain_bytes) {
    return (plain_bytes / padding_block(plain_bytes) + 1) * padding_block(plain_bytes);
}
Bytes pad(ByteView plain);
// Cuts at the last 0x80. Errors: malformed when anything but zeros follows it, or there is none.
Result<Bytes> unpad(Bytes padded);

}  // namespace rilon
