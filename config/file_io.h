// Small files, whole: read with a bound, written so that a crash leaves the old one or the new one.
// Secret files must be readable by their owner alone, or they are refused.
#pragma once

#include <filesystem>

#include "protocol/bytes.h"

namespace rilon {

enum class FileMode {
    secret,  // 0600
    shared,  // 0644
};
enum class Overwrite { refuse, replace };

// Who may read a secret file besides its owner.
enum class SecretPlace {
    own_file,              // Nobody: any group or other bit is refused.
    credential_directory,  // systemd's: an access list shows as group bits there.
};

// Errors: not_found, too_large, io.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max);
// The same after a look at the open file: a regular one, of this user or root, not loose; else
// not_permitted with the command that mends it. Wipe the bytes when done.
Result<Bytes> read_secret_file(const std::filesystem::path& path, std::size_t bytes_max,
                               SecretPlace place = SecretPlace::own_file);
// New file beside it, fsync, rename, fsync of the directory. Errors: not_permitted (it is there
// and must not be replaced), io.
Status write_file(const std::filesystem::path& path, ByteView bytes, FileMode mode,
                  Overwrite overwrite);

}  // namespace rilon
