// A node's identity on disk: all its secrets, sealed under the storage key. Made by `rilon setup`,
// completed by `rilon enrol`, read by rilond.
//
//   plain  u8 role ‖ network [16] ‖ node id [16] ‖ u16 generation ‖ sign pk [32] ‖ sign sk [64]
//          ‖ transport pk [32] ‖ transport sk [32] ‖ u8 n ‖ n × (enc pk [32] ‖ enc sk [32])
//          ‖ u8 m ‖ m × (u32 generation ‖ psk [32]) ‖ u8 k ‖ k × (online pk [32] ‖ online sk [64]),
//          k 0 or 1
//   file   seal_at_rest(node_identity, storage key, plain)
#pragma once

#include <filesystem>

#include "config/key_file.h"
#include "node/identity.h"

namespace rilon {

// Wipe what comes out.
Bytes encode_identity(const NodeIdentity& identity);
// Strict. Errors: malformed.
Result<NodeIdentity> parse_identity(ByteView plain);

Status save_identity(const std::filesystem::path& path, const StorageKey& key,
                     const NodeIdentity& identity, Overwrite overwrite, Rng& rng);
// Errors: not_found, not_permitted (loose mode), cannot_open (another storage key), malformed.
Result<NodeIdentity> load_identity(const std::filesystem::path& path, const StorageKey& key);

}  // namespace rilon
