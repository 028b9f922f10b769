// A consistent copy of a store, made beside the daemon that runs on it or without one, and the way
// back. A backup is a directory of its own:
//
//   data.mdb, keys.mdb   compact copies, nothing of free pages in them
//   manifest             text, written last: sizes and hashes of both
//
// Made again into the same directory it replaces what is there, and the old keys are overwritten:
// what the node destroyed since the last time is then destroyed in the backup too. The lease, the
// storage key, the identity and the configuration are not part of it (docs/store.md).
#pragma once

#include <string>

#include "protocol/crypto.h"
#include "protocol/units.h"

namespace rilon {

struct BackupFile {
    std::uint64_t bytes = 0;
    Hash32 hash;  // Of the hashes of its pieces of 1 MiB.
};
struct Backup {
    UnixMillis made;
    BackupFile data;
    BackupFile keys;
};

// Errors: not_found (no store there); not_permitted (`to` is neither new, empty nor an earlier
// backup, or others can enter it); busy (the store's keys changed each time: try again); full, io.
Result<Backup> back_up_store(const std::string& store_dir, const std::string& to, UnixMillis now);

// Into an empty store directory that no daemon runs on. Errors: busy (one does); not_permitted (a
// store is there); not_found (no backup, or one that was not finished); damaged (not the files that
// the manifest names); full, io.
Result<Backup> put_back_store(const std::string& from, const std::string& store_dir);

}  // namespace rilon
