#include "tools/benchmark/raw_disk.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace rilon::bench {
namespace {

constexpr std::size_t map_bytes = std::size_t{8} << 30;
constexpr std::size_t grow_bytes = std::size_t{64} << 20;

void must(int rc, const char* what) {
    if (rc == 0) return;
    std::fprintf(stderr, "rilon-bench: %s: %s\n", what, mdb_strerror(rc));
    std::exit(EXIT_FAILURE);
}

// Big-endian at the end of the key, so that rows ascend.
void put_number(std::vector<std::uint8_t>& key, std::uint64_t number) {
    for (std::size_t i = 0; i < 8 && i < key.size(); ++i)
        key[key.size() - 1 - i] = static_cast<std::uint8_t>(number >> (8 * i));
}

}  // namespace

std::vector<RawRow> rows_of(const std::string& data_file, const std::vector<std::string>& tables) {
    MDB_env* env = nullptr;
    must(mdb_env_create(&env), "reading the product's rows");
    must(mdb_env_set_maxdbs(env, 32), "reading the product's rows");
    must(mdb_env_open(env, data_file.c_str(), MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0600),
         data_file.c_str());
    MDB_txn* txn = nullptr;
    must(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), "reading the product's rows");
    std::vector<RawRow> out;
    for (const std::string& table : tables) {
        MDB_dbi dbi = 0;
        MDB_cursor* cursor = nullptr;
        MDB_val key{};
        MDB_val value{};
        must(mdb_dbi_open(txn, table.c_str(), 0, &dbi), table.c_str());
        must(mdb_cursor_open(txn, dbi, &cursor), table.c_str());
        must(mdb_cursor_get(cursor, &key, &value, MDB_LAST), table.c_str());
        out.push_back({table, key.mv_size, value.mv_size});
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return out;
}

struct RawLmdb::State {
    struct Table {
        MDB_dbi dbi = 0;
        std::vector<std::uint8_t> key;
        std::vector<std::uint8_t> value;
    };
    MDB_env* env = nullptr;
    std::vector<Table> each;
    std::vector<Table> once;
    std::uint64_t next = 1;
    std::size_t file_bytes = 0;

    void open_tables(MDB_txn* txn, const std::vector<RawRow>& rows, std::vector<Table>& into) {
        for (const RawRow& row : rows) {
            Table table;
            must(mdb_dbi_open(txn, row.table.c_str(), MDB_CREATE, &table.dbi), "making a table");
            table.key.resize(row.key_bytes);
            table.value.assign(row.value_bytes, 0x5a);
            into.push_back(std::move(table));
        }
    }
    void put(MDB_txn* txn, Table& table, unsigned flags) {
        MDB_val key{table.key.size(), table.key.data()};
        MDB_val value{table.value.size(), table.value.data()};
        must(mdb_put(txn, table.dbi, &key, &value, flags), "putting a row");
    }
    // The file is lengthened in steps, as the product does: a flush need not write its length.
    void make_room() {
        MDB_envinfo info{};
        MDB_stat stat{};
        must(mdb_env_info(env, &info), "measuring");
        must(mdb_env_stat(env, &stat), "measuring");
        std::size_t used = (info.me_last_pgno + 1) * stat.ms_psize;
        if (used + grow_bytes / 2 <= file_bytes) return;
        file_bytes = used + grow_bytes;
        mdb_filehandle_t fd = -1;
        must(mdb_env_get_fd(env, &fd), "measuring");
        must(::ftruncate(fd, static_cast<off_t>(file_bytes)), "lengthening");
    }
};

RawLmdb::RawLmdb(const std::string& file, const RawRows& rows) : state_(new State) {
    must(mdb_env_create(&state_->env), "making a store");
    must(mdb_env_set_mapsize(state_->env, map_bytes), "making a store");
    must(mdb_env_set_maxdbs(state_->env, 32), "making a store");
    must(mdb_env_open(state_->env, file.c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600), file.c_str());
    MDB_txn* txn = nullptr;
    must(mdb_txn_begin(state_->env, nullptr, 0, &txn), "making a store");
    state_->open_tables(txn, rows.each, state_->each);
    state_->open_tables(txn, rows.once, state_->once);
    must(mdb_txn_commit(txn), "making a store");
}

RawLmdb::~RawLmdb() {
    mdb_env_close(state_->env);
}

void RawLmdb::commit(std::size_t entries) {
    state_->make_room();
    MDB_txn* txn = nullptr;
    must(mdb_txn_begin(state_->env, nullptr, 0, &txn), "starting to write");
    for (std::size_t i = 0; i < entries; ++i, ++state_->next)
        for (auto& table : state_->each) {
            put_number(table.key, state_->next);
            state_->put(txn, table, MDB_APPEND);
        }
    for (auto& table : state_->once) state_->put(txn, table, 0);
    must(mdb_txn_commit(txn), "committing");
}

std::vector<double> flush_times(const std::string& file, std::size_t times) {
    std::vector<double> out;
    int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) must(errno, file.c_str());
    std::vector<char> block(4096, 'x');
    for (std::size_t i = 0; i < times; ++i) {
        auto start = std::chrono::steady_clock::now();
        if (::write(fd, block.data(), block.size()) < 0 || ::fdatasync(fd) != 0)
            must(errno, "flushing");
        out.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    ::close(fd);
    ::unlink(file.c_str());
    return out;
}

}  // namespace rilon::bench
