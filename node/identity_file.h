// The node identity file: NodeIdentity as bytes, sealed under the storage key (config/key_file.h).
#pragma once

#include <filesystem>

#include "config/file_io.h"
#include "node/identity.h"

namespace rilon {

// Wipe the bytes when done.
Bytes encode_identity(const NodeIdentity& identity);
// Errors: malformed, unsupported.
Result<NodeIdentity> parse_identity(ByteView bytes);

// Errors: also not_found, not_permitted (loose mode), cannot_open (another storage key).
Result<NodeIdentity> load_identity(const std::filesystem::path& path, const StorageKey& key);
Status save_identity(const std::filesystem::path& path, const NodeIdentity& identity,
                     const StorageKey& key, Rng& rng, Overwrite overwrite);
// Overwrites and removes what a renewal that was cut short left of the file before. Errors: io.
Status tidy_identity_file(const std::filesystem::path& path);
// In place of a file whose keys may be other ones by now: what lay there is overwritten, by
// tidy_identity_file where a crash came between. PSKs that the file has and `identity` lacks (an
// enrolment since) stay in it. Sets `identity.stored`. Errors: those of load and save.
Status renew_identity_file(const std::filesystem::path& path, NodeIdentity& identity,
                           const StorageKey& key, Rng& rng);

}  // namespace rilon
