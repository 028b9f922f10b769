#include "store/lmdb_env.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <utility>

namespace rilon {
namespace {

constexpr std::uint64_t grow_step_bytes = 16ull << 20;

Error env_error(int rc, const char* doing) {
    std::string detail = std::string(doing) + ": " + mdb_strerror(rc);
    switch (rc) {
        case MDB_MAP_FULL:
        case ENOSPC:
        case EDQUOT: return {Errc::full, detail + "; free some room or raise the store's limit"};
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
        case MDB_VERSION_MISMATCH:
            return {Errc::damaged, detail + "; take the store out of service and sync it anew"};
        case MDB_BAD_VALSIZE:
        case MDB_BAD_DBI:
        case MDB_BAD_TXN: return {Errc::internal, detail};
        default: return {Errc::io, detail};
    }
}

MDB_val as_val(ByteView bytes) {
    return {bytes.size(), const_cast<Byte*>(bytes.data())};
}
ByteView as_view(const MDB_val& v) {
    return {static_cast<const Byte*>(v.mv_data), v.mv_size};
}
int compare(ByteView a, ByteView b) {
    const std::size_t common = std::min(a.size(), b.size());
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    if (order != 0) return order;
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

std::uint64_t little_endian(const Byte* at, int size) {
    std::uint64_t v = 0;
    for (int i = size - 1; i >= 0; --i) v = (v << 8) | at[i];
    return v;
}

// Where the file is mapped, which LMDB does not tell; empty where the system does not either.
std::span<Byte> mapping_of(int fd) {
    struct stat file {};
    if (::fstat(fd, &file) != 0) return {};
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t first = 0, end = 0;
        char access[8] = {};
        unsigned long inode = 0;
        if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %lu", &first, &end,
                        access, &inode) != 4)
            continue;
        if (inode == file.st_ino && std::string_view(access) == "r--s")
            return {reinterpret_cast<Byte*>(first), end - first};
    }
    return {};
}

// LMDB maps the file and would die of SIGBUS on a page that is not there. So its two meta pages are
// read first: 16 bytes of page header, then magic u32, version u32, address u64, map size u64, two
// tree records of 48 bytes (the first begins with the page size), last page u64, transaction u64.
Status check_length(const std::string& path, std::uint64_t* size_out) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? Status{} : Status{Errc::io, path + ": can't be opened"};
    struct stat info {};
    Byte head[152];
    bool told = ::fstat(fd, &info) == 0;
    std::uint64_t size = told ? static_cast<std::uint64_t>(info.st_size) : 0;
    std::uint64_t pages = 0;
    std::uint64_t newest = 0;
    std::uint64_t page_bytes = 4096;
    bool valid = false;
    for (std::uint64_t at = 0; at <= page_bytes; at += page_bytes) {
        if (::pread(fd, head, sizeof head, static_cast<off_t>(at)) != ssize_t{sizeof head})
            continue;
        const Byte* meta = head + 16;
        if (little_endian(meta, 4) != 0xBEEFC0DE) continue;
        if (at == 0) page_bytes = std::max<std::uint64_t>(little_endian(meta + 24, 4), 512);
        std::uint64_t txn = little_endian(meta + 128, 8);
        if (valid && txn < newest) continue;
        newest = txn;
        pages = little_endian(meta + 120, 8) + 1;
        valid = true;
    }
    ::close(fd);
    if (!told) return {Errc::io, path + ": can't be examined"};
    *size_out = size;
    if (size == 0) return {};  // Made by an opener that died at once.
    if (!valid || size < 2 * page_bytes)
        return {Errc::damaged, path + ": not a store file, or its first pages are gone"};
    if (size / page_bytes < pages)
        return {Errc::damaged, path + ": cut short, " + std::to_string(size) + " bytes of " +
                                   std::to_string(pages * page_bytes) +
                                   "; move it away and let the node sync anew"};
    return {};
}

}  // namespace

// --- Txn ----------------------------------------------------------------------------------------

namespace {

Status still_in_time(std::chrono::steady_clock::time_point ends) {
    if (ends == std::chrono::steady_clock::time_point::max() ||
        std::chrono::steady_clock::now() < ends)
        return {};
    return {Errc::busy, "reading the store took too long and was ended: ask for less at once"};
}

}  // namespace

Txn::Txn(Txn&& other) noexcept
    : env_(other.env_), txn_(std::exchange(other.txn_, nullptr)), ends_(other.ends_) {}

Result<std::optional<ByteView>> Txn::get(Table table, ByteView key) const {
    if (Status s = still_in_time(ends_); !s.ok()) return s.error();
    MDB_val k = as_val(key);
    MDB_val v{};
    int rc = mdb_get(txn_, env_->dbi_[static_cast<std::size_t>(table)], &k, &v);
    if (rc == MDB_NOTFOUND) return std::optional<ByteView>{};
    if (rc != 0) return env_error(rc, "reading a row");
    return std::optional<ByteView>{as_view(v)};
}

ReadTxn::~ReadTxn() {
    if (txn_ == nullptr) return;
    mdb_txn_reset(txn_);
    std::lock_guard lock(env_->pool_mutex_);
    env_->pool_.push_back(txn_);
}

WriteTxn::~WriteTxn() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
}

Status WriteTxn::put(Table table, ByteView key, ByteView value) {
    MDB_val k = as_val(key);
    MDB_val v = as_val(value);
    int rc = mdb_put(txn_, env_->dbi_[static_cast<std::size_t>(table)], &k, &v, 0);
    return rc == 0 ? Status{} : Status{env_error(rc, "writing a row")};
}

Result<unsigned> WriteTxn::append_flag(Table table, ByteView key) {
    auto known = last_keys_.find(table);
    if (known == last_keys_.end()) {
        auto cursor = Cursor::open(*this, table);
        if (!cursor) return cursor.error();
        auto found = cursor->last();
        if (!found) return found.error();
        known = last_keys_.emplace(table, *found ? to_bytes(cursor->key()) : Bytes{}).first;
    }
    if (compare(key, known->second) <= 0) return 0u;
    known->second.assign(key.begin(), key.end());
    return unsigned{MDB_APPEND};
}

Status WriteTxn::put_ascending(Table table, ByteView key, ByteView value) {
    auto flag = append_flag(table, key);
    if (!flag) return flag.error();
    MDB_val k = as_val(key);
    MDB_val v = as_val(value);
    int rc = mdb_put(txn_, env_->dbi_[static_cast<std::size_t>(table)], &k, &v, *flag);
    return rc == 0 ? Status{} : Status{env_error(rc, "writing a row")};
}

Result<std::optional<std::span<Byte>>> WriteTxn::reserve_new(Table table, ByteView key,
                                                             std::size_t size) {
    auto flag = append_flag(table, key);
    if (!flag) return flag.error();
    MDB_val k = as_val(key);
    MDB_val v{size, nullptr};
    int rc = mdb_put(txn_, env_->dbi_[static_cast<std::size_t>(table)], &k, &v,
                     *flag | MDB_NOOVERWRITE | MDB_RESERVE);
    if (rc == MDB_KEYEXIST) return std::optional<std::span<Byte>>{};
    if (rc != 0) return env_error(rc, "writing a row");
    return std::optional<std::span<Byte>>{{static_cast<Byte*>(v.mv_data), size}};
}

Result<bool> WriteTxn::erase(Table table, ByteView key) {
    MDB_val k = as_val(key);
    int rc = mdb_del(txn_, env_->dbi_[static_cast<std::size_t>(table)], &k, nullptr);
    if (rc == MDB_NOTFOUND) return false;
    if (rc != 0) return env_error(rc, "deleting a row");
    return true;
}

Status WriteTxn::commit() {
    int rc = mdb_txn_commit(std::exchange(txn_, nullptr));
    return rc == 0 ? Status{} : Status{env_error(rc, "committing")};
}

// --- Cursor -------------------------------------------------------------------------------------

Result<Cursor> Cursor::open(const Txn& txn, Table table) {
    MDB_cursor* cursor = nullptr;
    int rc = mdb_cursor_open(txn.txn_, txn.env_->dbi_[static_cast<std::size_t>(table)], &cursor);
    if (rc != 0) return env_error(rc, "opening a cursor");
    return Cursor(cursor, txn.ends_);
}

Cursor::Cursor(Cursor&& other) noexcept
    : cursor_(std::exchange(other.cursor_, nullptr)),
      ends_(other.ends_),
      key_(other.key_),
      value_(other.value_) {}

Cursor::~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

Result<bool> Cursor::move(ByteView from, int op) {
    if (Status s = still_in_time(ends_); !s.ok()) return s.error();
    MDB_val k = as_val(from);
    MDB_val v{};
    int rc = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(op));
    if (rc == MDB_NOTFOUND) return false;
    if (rc != 0) return env_error(rc, "walking a table");
    key_ = as_view(k);
    value_ = as_view(v);
    return true;
}

Result<bool> Cursor::seek(ByteView at_least) {
    return move(at_least, at_least.empty() ? MDB_FIRST : MDB_SET_RANGE);
}
Result<bool> Cursor::next() {
    return move({}, MDB_NEXT);
}
Result<bool> Cursor::last() {
    return move({}, MDB_LAST);
}

// --- LmdbEnv ------------------------------------------------------------------------------------

Result<std::unique_ptr<LmdbEnv>> LmdbEnv::open(const std::string& path, std::uint64_t map_bytes) {
    auto env = std::unique_ptr<LmdbEnv>(new LmdbEnv(path));
    if (Status whole = check_length(path, &env->file_bytes_); !whole.ok()) return whole.error();
    int rc = mdb_env_create(&env->env_);
    if (rc == 0) rc = mdb_env_set_mapsize(env->env_, map_bytes);
    if (rc == 0) rc = mdb_env_set_maxdbs(env->env_, tables_max);
    if (rc == 0) rc = mdb_env_set_maxreaders(env->env_, 256);
    if (rc == 0) rc = mdb_env_open(env->env_, path.c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600);
    if (rc != 0) return env_error(rc, ("opening " + path).c_str());
    return env;
}

LmdbEnv::~LmdbEnv() {
    for (MDB_txn* txn : pool_) mdb_txn_abort(txn);
    if (env_ != nullptr) mdb_env_close(env_);
}

// The map is of the file and read only: what is dropped of it comes back from there.
void LmdbEnv::forget_pages() const {
    int fd = -1;
    if (mdb_env_get_fd(env_, &fd) != 0) return;
    const std::span<Byte> map = mapping_of(fd);
    if (!map.empty()) (void)::madvise(map.data(), map.size(), MADV_DONTNEED);  // Or they stay.
}

Result<bool> LmdbEnv::open_tables_in(MDB_txn* txn, std::span<const TableName> tables,
                                     unsigned flags) {
    for (const TableName& t : tables) {
        int rc = mdb_dbi_open(txn, t.name, flags, &dbi_[static_cast<std::size_t>(t.table)]);
        if (rc == MDB_NOTFOUND) return false;
        if (rc != 0) return env_error(rc, "opening a table");
    }
    return true;
}

Result<bool> LmdbEnv::open_tables(std::span<const TableName> tables) {
    MDB_txn* txn = nullptr;
    int rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
    if (rc != 0) return env_error(rc, "starting to read");
    auto all = open_tables_in(txn, tables, 0);
    // Handles opened in a transaction outlive it only by its commit.
    rc = mdb_txn_commit(txn);
    if (all && rc != 0) return env_error(rc, "opening a table");
    return all;
}

Status LmdbEnv::make_tables(std::span<const TableName> tables) {
    if (Status room = reserve(1 << 20); !room.ok()) return room;
    MDB_txn* txn = nullptr;
    int rc = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (rc != 0) return env_error(rc, "starting to write");
    auto all = open_tables_in(txn, tables, MDB_CREATE);
    if (!all) {
        mdb_txn_abort(txn);
        return all.error();
    }
    rc = mdb_txn_commit(txn);
    return rc == 0 ? Status{} : Status{env_error(rc, "making tables")};
}

Result<ReadTxn> LmdbEnv::read() const {
    MDB_txn* txn = nullptr;
    {
        std::lock_guard lock(pool_mutex_);
        if (!pool_.empty()) {
            txn = pool_.back();
            pool_.pop_back();
        }
    }
    int rc = txn != nullptr ? mdb_txn_renew(txn) : mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn);
    if (rc != 0) return env_error(rc, "starting to read");
    const std::chrono::milliseconds limit = read_limit_;
    const bool ends = limit.count() > 0 && writer_.load() != std::this_thread::get_id();
    return ReadTxn(const_cast<LmdbEnv*>(this), txn,
                   ends ? std::chrono::steady_clock::now() + limit
                        : std::chrono::steady_clock::time_point::max());
}

Result<WriteTxn> LmdbEnv::write() {
    writer_ = std::this_thread::get_id();
    MDB_txn* txn = nullptr;
    int rc = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (rc != 0) return env_error(rc, "starting to write");
    return WriteTxn(this, txn);
}

Status LmdbEnv::reserve(std::uint64_t bytes) {
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(env_, &info);
    mdb_env_stat(env_, &stat);
    std::uint64_t used = (info.me_last_pgno + 1) * stat.ms_psize;
    std::uint64_t want = std::min<std::uint64_t>(used + bytes, info.me_mapsize);
    if (want <= file_bytes_) return {};
    want = std::min<std::uint64_t>(std::max(want, used + grow_step_bytes), info.me_mapsize);
    mdb_filehandle_t fd = -1;
    mdb_env_get_fd(env_, &fd);
    struct stat now {};
    if (::fstat(fd, &now) != 0) return env_error(errno, "examining the store file");
    file_bytes_ = static_cast<std::uint64_t>(now.st_size);
    if (want <= file_bytes_) return {};
    if (::ftruncate(fd, static_cast<off_t>(want)) != 0)
        return env_error(errno, "lengthening the store file");
    file_bytes_ = want;
    return {};
}

Status LmdbEnv::copy_compact(const std::string& path) const {
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return env_error(errno, "making the compact copy");
    int rc = mdb_env_copyfd2(env_, fd, MDB_CP_COMPACT);
    if (rc == 0 && ::fsync(fd) != 0) rc = errno;
    if (::close(fd) != 0 && rc == 0) rc = errno;
    return rc == 0 ? Status{} : Status{env_error(rc, "making the compact copy")};
}

// LMDB takes its snapshot inside the call that copies: it stands when the first byte comes out.
Status LmdbEnv::copy_snapshot(const std::string& path, const std::function<Status()>& begun) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return env_error(errno, "making a pipe");
    int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc = fd < 0 ? errno : 0;
    int copied = 0;
    std::thread copier([this, &copied, to = ends[1]] {
        copied = mdb_env_copyfd2(env_, to, MDB_CP_COMPACT);
        ::close(to);
    });
    Status asked;
    std::vector<Byte> buffer(1u << 20);
    bool first = true;
    for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) != 0;) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) rc = errno;
        if (got < 0) break;
        if (std::exchange(first, false)) asked = begun();
        for (ssize_t at = 0; rc == 0 && asked.ok() && at < got;) {  // Else only drained.
            ssize_t put = ::write(fd, buffer.data() + at, static_cast<std::size_t>(got - at));
            if (put < 0 && errno != EINTR) rc = errno;
            if (put > 0) at += put;
        }
    }
    copier.join();
    ::close(ends[0]);
    if (rc == 0) rc = copied;
    if (fd >= 0 && ::fsync(fd) != 0 && rc == 0) rc = errno;
    if (fd >= 0 && ::close(fd) != 0 && rc == 0) rc = errno;
    if (!asked.ok()) return asked;
    return rc == 0 ? Status{} : Status{env_error(rc, "copying the store")};
}

Result<EnvSpace> LmdbEnv::space(bool with_free) const {
    MDB_envinfo info{};
    MDB_stat stat{};
    int rc = mdb_env_info(env_, &info);
    if (rc == 0) rc = mdb_env_stat(env_, &stat);
    if (rc != 0) return env_error(rc, "measuring the store");
    EnvSpace out;
    out.map_bytes = info.me_mapsize;
    std::uint64_t used = (info.me_last_pgno + 1) * stat.ms_psize;
    out.tail_bytes = out.map_bytes > used ? out.map_bytes - used : 0;
    if (!with_free) return out;
    auto txn = read();
    if (!txn) return txn.error();
    MDB_cursor* cursor = nullptr;
    rc = mdb_cursor_open(txn->txn_, 0, &cursor);  // 0 is LMDB's free list: lists of page numbers.
    MDB_val k{};
    MDB_val v{};
    while (rc == 0 && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0)
        out.free_bytes += little_endian(static_cast<const Byte*>(v.mv_data), 8) * stat.ms_psize;
    if (cursor != nullptr) mdb_cursor_close(cursor);
    if (rc != MDB_NOTFOUND) return env_error(rc, "measuring the store");
    return out;
}

// LMDB gives its table of readers as text only: a process, a thread and the number of the commit
// they read, "-" for none, a reader a line.
std::optional<HeldSnapshot> LmdbEnv::oldest_snapshot() const {
    int dead = 0;
    MDB_envinfo info{};
    if (mdb_reader_check(env_, &dead) != 0 || mdb_env_info(env_, &info) != 0) return std::nullopt;
    std::optional<HeldSnapshot> oldest;
    auto line = [](const char* text, void* out) {
        auto& found = *static_cast<std::optional<HeldSnapshot>*>(out);
        HeldSnapshot one;
        unsigned long long thread = 0;
        unsigned long long number = 0;
        if (std::sscanf(text, "%d %llx %llu", &one.process, &thread, &number) != 3) return 0;
        one.number = number;
        if (!found.has_value() || one.number < found->number) found = one;
        return 0;
    };
    if (mdb_reader_list(env_, line, &oldest) < 0 || !oldest.has_value()) return std::nullopt;
    oldest->commits_behind = info.me_last_txnid - std::min(oldest->number, info.me_last_txnid);
    return oldest;
}

}  // namespace rilon
