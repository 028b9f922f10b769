#include "store/store_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace rilon {
namespace {
Error file_error(const std::string& path, const char* doing) {
    Errc code = errno == EACCES || errno == EPERM || errno == EROFS ? Errc::not_permitted
                : errno == ENOSPC || errno == EDQUOT                ? Errc::full
                                                                    : Errc::io;
    return {code, path + ": " + doing + ": " + std::strerror(errno)};
}

// Zeros over what the file holds between the two places. Best effort.
void overwrite(int fd, off_t from, off_t to) {
    static const std::vector<char> zeros(64 * 1024, 0);
    while (from < to) {
        auto n = static_cast<std::size_t>(std::min<off_t>(to - from, off_t{64 * 1024}));
        ssize_t wrote = ::pwrite(fd, zeros.data(), n, from);
        if (wrote <= 0) return;
        from += wrote;
    }
}

// Over what a file holds. Stores are lengthened ahead of use: most of them is holes, with nothing
// to overwrite.
void overwrite_data(int fd) {
    off_t at = ::lseek(fd, 0, SEEK_DATA);
    if (at < 0 && errno != ENXIO) return overwrite(fd, 0, ::lseek(fd, 0, SEEK_END));
    while (at >= 0) {
        off_t end = ::lseek(fd, at, SEEK_HOLE);
        if (end <= at) return;
        overwrite(fd, at, end);
        at = ::lseek(fd, end, SEEK_DATA);
    }
}

}  // namespace

Status prepare_directory(const std::string& dir) {
    if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST)
        return file_error(dir, "can't make the store's directory");
    struct stat info {};
    if (::stat(dir.c_str(), &info) != 0) return file_error(dir, "can't examine the directory");
    if (!S_ISDIR(info.st_mode)) return {Errc::not_permitted, dir + ": is not a directory"};
    if (info.st_uid != ::geteuid())
        return {Errc::not_permitted,
                dir + ": belongs to another user; chown it to the one the daemon runs as"};
    if ((info.st_mode & 0077) != 0)
        return {Errc::not_permitted,
                dir + ": group or others can enter the store; remedy: chmod 700 " + dir};
    return {};
}

Result<DirectoryLock> DirectoryLock::take(const std::string& dir) {
    std::string path = dir + "/lock";
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return file_error(path, "can't open the lock");
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return DirectoryLock(fd);
    Error error = errno == EWOULDBLOCK
                      ? Error{Errc::busy, "another rilond runs on this store (" + dir +
                                              "); stop it first, or give this one its own"}
                      : file_error(path, "can't lock");
    ::close(fd);
    return error;
}

DirectoryLock::~DirectoryLock() {
    if (fd_ >= 0) ::close(fd_);
}

bool file_exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

bool file_has_content(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && info.st_size > 0;
}

bool same_file(const std::string& a, const std::string& b) {
    struct stat one {};
    struct stat other {};
    return ::stat(a.c_str(), &one) == 0 && ::stat(b.c_str(), &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Status wipe_file(const std::string& path) {
    int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        overwrite_data(fd);
        // Best effort: what counts is that nothing refers to the blocks any more.
        if (::fdatasync(fd) != 0) errno = 0;
        ::close(fd);
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return file_error(path, "can't remove");
    return {};
}

Status rename_file(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) == 0) return {};
    return file_error(to, "can't be replaced");
}

Status flush_directory(const std::string& dir) {
    int fd = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return file_error(dir, "can't open the directory");
    bool done = ::fsync(fd) == 0;
    Error error = file_error(dir, "can't flush the directory");
    ::close(fd);
    return done ? Status{} : Status{error};
}

Status make_ballast(const std::string& path, std::uint64_t bytes) {
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return file_error(path, "can't keep room back");
    int rc = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes));
    ::close(fd);
    if (rc == 0) return {};
    errno = rc;
    Error error = file_error(path, "can't keep room back");
    ::unlink(path.c_str());
    return error;
}

std::uint64_t free_disk_bytes(const std::string& dir) {
    struct statvfs info {};
    if (::statvfs(dir.c_str(), &info) != 0) return 0;
    return std::uint64_t{info.f_bavail} * info.f_frsize;
}

}  // namespace rilon
