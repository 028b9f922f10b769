// LMDB as the store uses it: environments, transactions and cursors that clean up after themselves.
// The only file that knows lmdb.h. Durability is LMDB's default (both flushes of a commit); nothing
// here can turn it off.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "protocol/bytes.h"
#include "store/schema.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace rilon {

class LmdbEnv;

// Views point into the map: valid until the transaction ends or, in a WriteTxn, until the next
// write.
class Txn {
   public:
    Txn(Txn&& other) noexcept;
    Txn(const Txn&) = delete;
    Txn& operator=(const Txn&) = delete;
    Txn& operator=(Txn&&) = delete;

    // Errors: io, damaged.
    Result<std::optional<ByteView>> get(Table table, ByteView key) const;

   protected:
    friend class Cursor;
    using Time = std::chrono::steady_clock::time_point;
    Txn(LmdbEnv* env, MDB_txn* txn, Time ends = Time::max()) : env_(env), txn_(txn), ends_(ends) {}
    ~Txn() = default;
    LmdbEnv* env_;
    MDB_txn* txn_;
    Time ends_;
};

// A snapshot. Short: taken for one call, then its slot goes back to the pool. As long as it is held
// no page that was freed since is used again and the file grows; after end_reads_after() every
// further read of it is refused with `busy`.
class ReadTxn : public Txn {
   public:
    ReadTxn(ReadTxn&&) noexcept = default;
    ~ReadTxn();

   private:
    friend class LmdbEnv;
    using Txn::Txn;
};

// Ends without trace unless committed.
class WriteTxn : public Txn {
   public:
    WriteTxn(WriteTxn&&) noexcept = default;
    ~WriteTxn();

    // Errors: full, io, damaged.
    Status put(Table table, ByteView key, ByteView value);
    // As put, for tables whose keys mostly ascend: a key above all others is appended, which packs
    // the pages full.
    Status put_ascending(Table table, ByteView key, ByteView value);
    // Room for a value of `size`, to be filled before the next write. Nothing if the key is there.
    Result<std::optional<std::span<Byte>>> reserve_new(Table table, ByteView key, std::size_t size);
    // True if it was there.
    Result<bool> erase(Table table, ByteView key);
    // Durable when it returns. Errors: full (also of the file system), io.
    Status commit();

   private:
    friend class LmdbEnv;
    using Txn::Txn;
    Result<unsigned> append_flag(Table table, ByteView key);
    std::map<Table, Bytes> last_keys_;
};

// Walks a table of a transaction, which must outlive it. `at` after a true answer.
class Cursor {
   public:
    static Result<Cursor> open(const Txn& txn, Table table);
    Cursor(Cursor&& other) noexcept;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    Cursor& operator=(Cursor&&) = delete;
    ~Cursor();

    Result<bool> seek(ByteView at_least);  // First key not below; empty: the first of all.
    Result<bool> next();
    Result<bool> last();
    ByteView key() const { return key_; }
    ByteView value() const { return value_; }

   private:
    Cursor(MDB_cursor* cursor, Txn::Time ends) : cursor_(cursor), ends_(ends) {}
    Result<bool> move(ByteView from, int op);
    MDB_cursor* cursor_;
    Txn::Time ends_;
    ByteView key_;
    ByteView value_;
};

struct EnvSpace {
    std::uint64_t map_bytes = 0;
    std::uint64_t tail_bytes = 0;  // Never used yet.
    std::uint64_t free_bytes = 0;  // Used once, free again.
};

// Somebody reads, maybe in another process, what was newest `commits_behind` commits ago.
struct HeldSnapshot {
    std::uint64_t number = 0;  // LMDB's of that commit.
    std::uint64_t commits_behind = 0;
    int process = 0;
};

class LmdbEnv {
   public:
    // Opens or makes the file. `map_bytes` bounds its size. Tables come with open_tables or
    // make_tables. Errors: damaged (not LMDB's, or cut short: found before it is mapped), io.
    static Result<std::unique_ptr<LmdbEnv>> open(const std::string& path, std::uint64_t map_bytes);
    ~LmdbEnv();
    LmdbEnv(const LmdbEnv&) = delete;
    LmdbEnv& operator=(const LmdbEnv&) = delete;

    // False if a table is not there; nothing is written.
    Result<bool> open_tables(std::span<const TableName> tables);
    Status make_tables(std::span<const TableName> tables);

    Result<ReadTxn> read() const;
    Result<WriteTxn> write();
    // Lengthens the (sparse) file ahead of a commit that may take `bytes` of new pages, so that a
    // file shorter than its last page is always a damaged one. Errors: full, io.
    Status reserve(std::uint64_t bytes);
    // Copies what is alive, and nothing of the free pages, into a new file, flushed.
    Status copy_compact(const std::string& path) const;
    // The same of an environment that another process may write. `begun` is asked once the snapshot
    // that is copied stands; its error is the outcome.
    Status copy_snapshot(const std::string& path, const std::function<Status()>& begun) const;
    // `with_free` costs a walk of LMDB's free list.
    Result<EnvSpace> space(bool with_free) const;
    // Of every thread but the one that writes: nothing is freed while that one reads, and it may
    // have been stopped in the middle. For reads that begin from now on; zero: never.
    void end_reads_after(std::chrono::milliseconds limit) { read_limit_ = limit; }
    // What was read is no longer counted as this process's memory; the system still has it at hand.
    void forget_pages() const;
    // The oldest in use, those of dead processes given up first.
    std::optional<HeldSnapshot> oldest_snapshot() const;

   private:
    friend class Txn;
    friend class ReadTxn;
    friend class WriteTxn;
    friend class Cursor;
    explicit LmdbEnv(std::string path) : path_(std::move(path)) {}
    Result<bool> open_tables_in(MDB_txn* txn, std::span<const TableName> tables, unsigned flags);

    std::string path_;
    MDB_env* env_ = nullptr;
    std::array<unsigned, tables_max> dbi_{};
    std::uint64_t file_bytes_ = 0;
    std::atomic<std::chrono::milliseconds> read_limit_{};
    std::atomic<std::thread::id> writer_{};
    mutable std::mutex pool_mutex_;
    mutable std::vector<MDB_txn*> pool_;
};

}  // namespace rilon
