#include "store/backup.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <vector>

#include "store/lmdb_env.h"
#include "store/store_files.h"

namespace rilon {
namespace {

constexpr std::size_t piece_bytes = 1u << 20;
constexpr std::uint64_t keys_bytes_max = 1ull << 30;
constexpr std::size_t manifest_bytes_max = 4096;
constexpr int tries_max = 50;
constexpr std::string_view first_line = "rilon backup 1";

Error file_error(const std::string& path, const char* doing) {
    Errc code = errno == ENOENT                                       ? Errc::not_found
                : errno == ENOSPC || errno == EDQUOT                  ? Errc::full
                : errno == EACCES || errno == EPERM || errno == EROFS ? Errc::not_permitted
                                                                      : Errc::io;
    return {code, path + ": " + doing + ": " + std::strerror(errno)};
}

// An open file that closes itself.
class File {
   public:
    File(const std::string& path, int flags)
        : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    Status opened() const { return fd_ >= 0 ? Status{} : Status{file_error(path_, "can't open")}; }
    // Up to `max` bytes; fewer only at the end.
    Result<Bytes> read(std::size_t max) {
        Bytes out(max);
        std::size_t have = 0;
        while (have < max) {
            ssize_t got = ::read(fd_, out.data() + have, max - have);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return file_error(path_, "can't read");
            if (got == 0) break;
            have += static_cast<std::size_t>(got);
        }
        out.resize(have);
        return out;
    }
    Status write(ByteView bytes) {
        while (!bytes.empty()) {
            ssize_t put = ::write(fd_, bytes.data(), bytes.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return file_error(path_, "can't write");
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        }
        return {};
    }
    Status flush() {
        return ::fsync(fd_) == 0 ? Status{} : Status{file_error(path_, "can't flush")};
    }

   private:
    std::string path_;
    int fd_;
};

Result<Bytes> read_whole(const std::string& path, std::uint64_t bytes_max) {
    File file(path, O_RDONLY);
    if (Status s = file.opened(); !s.ok()) return s.error();
    Bytes out;
    for (;;) {
        auto piece = file.read(piece_bytes);
        if (!piece) return piece.error();
        out.insert(out.end(), piece->begin(), piece->end());
        if (out.size() > bytes_max) return {Errc::too_large, path + ": too large"};
        if (piece->size() < piece_bytes) return out;
    }
}

Status write_whole(const std::string& path, ByteView bytes) {
    File file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (Status s = file.opened(); !s.ok()) return s;
    if (Status s = file.write(bytes); !s.ok()) return s;
    return file.flush();
}

// Reads a file to its end, copying it if `to` is given.
Result<BackupFile> measure(const std::string& path, File* to = nullptr) {
    File file(path, O_RDONLY);
    if (Status s = file.opened(); !s.ok()) return s.error();
    BackupFile out;
    Bytes hashes;
    for (;;) {
        auto piece = file.read(piece_bytes);
        if (!piece) return piece.error();
        if (piece->empty()) break;
        const Hash32 one = hash({*piece});
        hashes.insert(hashes.end(), one.view().begin(), one.view().end());
        out.bytes += piece->size();
        if (to == nullptr) continue;
        if (Status s = to->write(*piece); !s.ok()) return s.error();
    }
    out.hash = hash({hashes});
    return out;
}

// --- the manifest -----------------------------------------------------------------------------

std::string line_of(const char* name, const BackupFile& file) {
    return std::string(name) + " " + std::to_string(file.bytes) + " " + file.hash.hex() + "\n";
}

std::string encode_manifest(const Backup& backup) {
    return std::string(first_line) + "\nmade " + std::to_string(backup.made.value) + "\n" +
           line_of("data.mdb", backup.data) + line_of("keys.mdb", backup.keys);
}

bool read_number(std::string_view text, std::uint64_t& out) {
    auto end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, out);
    return !text.empty() && read.ec == std::errc{} && read.ptr == end;
}

// "name number hash" or "name number".
bool read_line(std::string_view& rest, std::string_view name, std::uint64_t& number, Hash32* hash) {
    const std::size_t end = rest.find('\n');
    if (end == rest.npos || !rest.starts_with(std::string(name) + " ")) return false;
    std::string_view line = rest.substr(name.size() + 1, end - name.size() - 1);
    rest.remove_prefix(end + 1);
    if (hash == nullptr) return read_number(line, number);
    const std::size_t space = line.find(' ');
    if (space == line.npos) return false;
    auto parsed = Hash32::parse_hex(line.substr(space + 1));
    if (!parsed) return false;
    *hash = *parsed;
    return read_number(line.substr(0, space), number);
}

Result<Backup> read_manifest(const std::string& dir) {
    auto text = read_whole(dir + "/manifest", manifest_bytes_max);
    if (!text && text.code() == Errc::not_found)
        return {Errc::not_found, dir + " holds no backup, or one that was not finished"};
    if (!text) return text.error();
    std::string_view rest = as_text(*text);
    Backup out;
    const std::string head = std::string(first_line) + "\n";
    bool good = rest.starts_with(head);
    if (good) rest.remove_prefix(head.size());
    good = good && read_line(rest, "made", out.made.value, nullptr) &&
           read_line(rest, "data.mdb", out.data.bytes, &out.data.hash) &&
           read_line(rest, "keys.mdb", out.keys.bytes, &out.keys.hash) && rest.empty();
    if (!good) return {Errc::damaged, dir + "/manifest is not one of this version's"};
    return out;
}

// --- making one -------------------------------------------------------------------------------

// As it stood at one moment: read twice without a change in between.
Result<Bytes> settled_keys(const std::string& path) {
    auto before = read_whole(path, keys_bytes_max);
    for (int i = 0; before && i < tries_max; ++i) {
        auto after = read_whole(path, keys_bytes_max);
        if (!after || *after == *before) return after;
        before = std::move(after);
    }
    if (!before) return before.error();
    return {Errc::busy, path + " changes all the time"};
}

Status check_target(const std::string& to) {
    if (Status s = prepare_directory(to); !s.ok()) return s;
    if (file_exists(to + "/manifest")) return {};
    DIR* dir = ::opendir(to.c_str());
    if (dir == nullptr) return file_error(to, "can't look into it");
    bool strange = false;
    for (const dirent* entry; (entry = ::readdir(dir)) != nullptr;) {
        std::string_view name = entry->d_name;
        strange = strange || (name != "." && name != ".." && !name.ends_with(".new"));
    }
    ::closedir(dir);
    if (!strange) return {};
    return {Errc::not_permitted,
            to + " has files in it and is no earlier backup; name a directory of its own"};
}

// Keys and data of one moment: an entry whose key the copy lacks would be lost in it. The keys are
// read first, and the data's snapshot counts if they are still the same when it stands.
Result<Bytes> copy_both(const std::string& store_dir, const std::string& data_to) {
    auto data = LmdbEnv::open(store_dir + "/data.mdb", 0);
    if (!data) return data.error();
    const std::string keys_file = store_dir + "/keys.mdb";
    for (int i = 0; i < tries_max; ++i) {
        auto keys = settled_keys(keys_file);
        if (!keys) return keys.error();
        Status copied = (*data)->copy_snapshot(data_to, [&]() -> Status {
            auto now = settled_keys(keys_file);
            if (!now) return now.error();
            if (*now == *keys) return {};
            return {Errc::busy, "the store's keys changed each time; try again"};
        });
        if (copied.ok()) return keys;
        if (copied.code() != Errc::busy) return copied.error();
    }
    return {Errc::busy, "the store's keys changed each time; try again when the node is quieter"};
}

// What the node deleted from its keys may lie in free pages of the file.
Status write_compact_keys(ByteView raw, const std::string& to) {
    const std::string aside = to + ".raw.new";
    Status done = write_whole(aside, raw);
    if (done.ok()) {
        auto env = LmdbEnv::open(aside, 0);
        done = env ? (*env)->copy_compact(to) : Status{env.error()};
    }
    Status wiped = wipe_file(aside);
    Status lock = wipe_file(aside + "-lock");
    if (!done.ok()) return done;
    return wiped.ok() ? lock : wiped;
}

}  // namespace

Result<Backup> back_up_store(const std::string& store_dir, const std::string& to, UnixMillis now) {
    if (!file_has_content(store_dir + "/data.mdb") || !file_has_content(store_dir + "/keys.mdb"))
        return {Errc::not_found, store_dir + " holds no store yet; start rilond once"};
    if (Status s = check_target(to); !s.ok()) return s.error();
    const std::string data_new = to + "/data.new";
    const std::string keys_new = to + "/keys.new";
    auto keys = copy_both(store_dir, data_new);
    if (!keys) return keys.error();
    if (Status s = write_compact_keys(*keys, keys_new); !s.ok()) return s.error();
    auto data_file = measure(data_new);
    if (!data_file) return data_file.error();
    auto keys_file = measure(keys_new);
    if (!keys_file) return keys_file.error();
    Backup out{now, *data_file, *keys_file};
    if (Status s = write_whole(to + "/manifest.new", as_bytes(encode_manifest(out))); !s.ok())
        return s.error();
    // The keys of the one before go first and for good; from here to the manifest there is none.
    for (const char* old : {"/manifest", "/keys.mdb"})
        if (Status s = wipe_file(to + old); !s.ok()) return s.error();
    for (const auto& [from, name] :
         {std::pair{keys_new, to + "/keys.mdb"}, std::pair{data_new, to + "/data.mdb"},
          std::pair{to + "/manifest.new", to + "/manifest"}})
        if (Status s = rename_file(from, name); !s.ok()) return s.error();
    if (Status s = flush_directory(to); !s.ok()) return s.error();
    return out;
}

// --- and back ---------------------------------------------------------------------------------

Result<Backup> put_back_store(const std::string& from, const std::string& store_dir) {
    auto manifest = read_manifest(from);
    if (!manifest) return manifest.error();
    if (Status s = prepare_directory(store_dir); !s.ok()) return s.error();
    auto lock = DirectoryLock::take(store_dir);
    if (!lock) return lock.error();
    for (const char* name : {"/data.mdb", "/keys.mdb"})
        if (file_has_content(store_dir + name))
            return {Errc::not_permitted, store_dir + " holds a store; move it away first"};
    struct Part {
        std::string from, aside, name;
        const BackupFile& expected;
    };
    const Part parts[] = {
        {from + "/keys.mdb", store_dir + "/keys.new", store_dir + "/keys.mdb", manifest->keys},
        {from + "/data.mdb", store_dir + "/data.new", store_dir + "/data.mdb", manifest->data}};
    for (const Part& part : parts) {
        File to(part.aside, O_WRONLY | O_CREAT | O_TRUNC);
        if (Status s = to.opened(); !s.ok()) return s.error();
        auto copied = measure(part.from, &to);
        if (!copied) return copied.error();
        if (copied->bytes != part.expected.bytes || copied->hash != part.expected.hash) {
            for (const Part& made : parts)
                if (Status s = wipe_file(made.aside); !s.ok()) return s.error();
            return {Errc::damaged, part.from + " is not the file that the backup's manifest names"};
        }
        if (Status s = to.flush(); !s.ok()) return s.error();
    }
    for (const Part& part : parts)
        if (Status s = rename_file(part.aside, part.name); !s.ok()) return s.error();
    if (Status s = flush_directory(store_dir); !s.ok()) return s.error();
    return *manifest;
}

}  // namespace rilon
