#include "config/file_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace rilon {
namespace {

class OpenFile {
   public:
    explicit OpenFile(int fd) : fd_(fd) {}
    ~OpenFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int get() const { return fd_; }
    // The close that reports a late write error.
    bool close_now() {
        int fd = std::exchange(fd_, -1);
        return ::close(fd) == 0;
    }

   private:
    int fd_;
};

Error io_error(const std::filesystem::path& path, const char* what, int code) {
    Errc kind = code == ENOENT                     ? Errc::not_found
                : code == ENOSPC || code == EDQUOT ? Errc::full
                                                   : Errc::io;
    return {kind, path.string() + ": " + what + ": " + std::strerror(code)};
}

Result<Bytes> read_open(int fd, const std::filesystem::path& path, std::size_t bytes_max) {
    Bytes out(bytes_max + 1);
    std::size_t have = 0;
    while (have < out.size()) {
        ssize_t n = ::read(fd, out.data() + have, out.size() - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error(path, "can't be read", errno);
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    if (have > bytes_max)
        return {Errc::too_large, path.string() + " is longer than the " +
                                     std::to_string(bytes_max) + " bytes such a file may have"};
    out.resize(have);
    return out;
}

Status check_secret(int fd, const std::filesystem::path& path, SecretPlace place) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return io_error(path, "can't be examined", errno);
    if (!S_ISREG(info.st_mode)) return {Errc::not_permitted, path.string() + " is not a file"};
    if (info.st_uid != ::geteuid() && info.st_uid != 0)
        return {Errc::not_permitted, path.string() +
                                         " belongs to another user: take a copy of your own, or "
                                         "chown it to the user that runs rilon"};
    mode_t loose = place == SecretPlace::credential_directory ? 0037 : 0077;
    if ((info.st_mode & loose) != 0) {
        char mode[8];
        std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777));
        return {Errc::not_permitted,
                path.string() + " has mode " + mode + ": others could read the secret; chmod 600 " +
                    path.string() + ", and replace the secret if others use this machine"};
    }
    return {};
}

bool write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

Status sync_directory(const std::filesystem::path& directory) {
    OpenFile dir(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (dir.get() < 0 || ::fsync(dir.get()) != 0)
        return io_error(directory, "can't be synced", errno);
    return {};
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (file.get() < 0) return io_error(path, "can't be opened", errno);
    return read_open(file.get(), path, bytes_max);
}

Result<Bytes> read_secret_file(const std::filesystem::path& path, std::size_t bytes_max,
                               SecretPlace place) {
    // Not blocking: somebody may have put a pipe there.
    OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0) return io_error(path, "can't be opened", errno);
    Status safe = check_secret(file.get(), path, place);
    if (!safe) return safe.error();
    return read_open(file.get(), path, bytes_max);
}

Status write_file(const std::filesystem::path& path, ByteView bytes, FileMode mode,
                  Overwrite overwrite) {
    std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
    std::string temporary = (directory / ("." + path.filename().string() + ".XXXXXX")).string();
    OpenFile file(::mkostemp(temporary.data(), O_CLOEXEC));  // 0600.
    if (file.get() < 0) return io_error(path, "can't be written", errno);
    mode_t bits = mode == FileMode::secret ? 0600 : 0644;
    bool written = write_all(file.get(), bytes) && ::fchmod(file.get(), bits) == 0 &&
                   ::fsync(file.get()) == 0 && file.close_now();
    if (!written) {
        int code = errno;
        ::unlink(temporary.c_str());
        return io_error(path, "can't be written", code);
    }
    unsigned flags = overwrite == Overwrite::refuse ? RENAME_NOREPLACE : 0;
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), flags) != 0) {
        int code = errno;
        ::unlink(temporary.c_str());
        if (code == EEXIST)
            return {Errc::not_permitted, path.string() + " is there already; move it away first"};
        return io_error(path, "can't be put in place", code);
    }
    return sync_directory(directory);
}

}  // namespace rilon
