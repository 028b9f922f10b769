// The store's directory: its permissions, its lock, and files that must leave no trace.
#pragma once

#include <string>

#include "protocol/result.h"

namespace rilon {

// Makes the directory (0700) if it is not there; refuses one that others can enter. Errors:
// not_permitted with the remedy, io.
Status prepare_directory(const std::string& dir);

// Held while the object lives; goes with the process, however it ends.
class DirectoryLock {
   public:
    // Errors: busy (another process, or another store of this one), io.
    static Result<DirectoryLock> take(const std::string& dir);
    DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    DirectoryLock& operator=(DirectoryLock&&) = delete;
    ~DirectoryLock();

   private:
    explicit DirectoryLock(int fd) : fd_(fd) {}
    int fd_;
};

// There, and with something in it.
bool file_has_content(const std::string& path);
bool file_exists(const std::string& path);
// The same file by two names.
bool same_file(const std::string& a, const std::string& b);
// Overwrites with zeros (best effort: file systems may keep copies), then removes. Fine if absent.
Status wipe_file(const std::string& path);
// Replaces `to`. Durable after flush_directory.
Status rename_file(const std::string& from, const std::string& to);
Status flush_directory(const std::string& dir);
// Room that is given back to the file system when a purge needs it.
Status make_ballast(const std::string& path, std::uint64_t bytes);
std::uint64_t free_disk_bytes(const std::string& dir);

}  // namespace rilon
