// Signed statements of nodes about streams: heads (what I have), acks (what I hold, opened,
// redacted) and reports. Evidence of what others did, never a guarantee.
#pragma once

#include <vector>

#include "protocol/crypto.h"
#include "protocol/directory.h"
#include "protocol/units.h"

namespace rilon {

struct Head {
    NodeId node;
    Generation generation;
    StreamId stream;
    Seq seq;
    EntryId entry;
    UnixMillis time;
};
Bytes make_head(const NetworkId& network, const Head& head, const SignSecretKey& sk);
// What it claims, its signature not checked: for deciding whether the check is worth its time.
// Errors: malformed, wrong_network.
Result<Head> parse_head(const NetworkId& network, ByteView bytes);
// Strict; the key is the node's of that generation in the newest directory state, and not replaced.
// Standing is the caller's to judge. Errors: malformed, wrong_network, unknown_key, bad_signature.
Result<Head> verify_head(const Directory& directory, ByteView bytes);
// The same under a key the caller knows.
Result<Head> verify_head(const NetworkId& network, const SignPublicKey& pk, ByteView bytes);

enum class AckLevel : std::uint8_t { stored = 1, opened = 2, redacted = 3 };

struct AckRow {
    StreamId stream;
    Seq seq;
    EntryId entry;
    AckLevel level = AckLevel::stored;
};
struct Ack {
    NodeId node;
    Generation generation;
    std::uint64_t counter = 0;
    DirSeq dir_n;
    DirLink dir_link;
    Hash32 audit_head;
    std::vector<AckRow> rows;  // At most ack_rows_max.
};
constexpr std::size_t ack_rows_max = 1024;
Bytes make_ack(const NetworkId& network, const Ack& ack, const SignSecretKey& sk);
// As verify_head; also too_large.
Result<Ack> verify_ack(const Directory& directory, ByteView bytes);
Result<Ack> verify_ack(const NetworkId& network, const SignPublicKey& pk, ByteView bytes);
// The directory record that an ack names; nothing of it is verified. Errors: wrong_network,
// malformed.
Result<DirSeq> claimed_directory(const NetworkId& network, ByteView ack);

// For derived streams: HPKE mode_base to the origin's encryption key, enc ‖ ct.
// Errors: invalid (a key of small order); cannot_open.
Result<Bytes> seal_ack(ByteView ack, const EncPublicKey& origin, Rng& rng);
Result<Bytes> open_ack(ByteView sealed, const EncSecretKey& own);

// `RLN1HLT\0` ‖ network_id ‖ node_id ‖ u16 generation ‖ H(report).
Signature sign_report(const NetworkId& network, const NodeId& node, Generation generation,
                      ByteView report, const SignSecretKey& sk);
[[nodiscard]] bool report_ok(const NetworkId& network, const NodeId& node, Generation generation,
                             ByteView report, const SignPublicKey& pk, const Signature& signature);

}  // namespace rilon
