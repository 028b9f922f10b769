// Opening: refuse what must be refused before anything is touched, then load what stays in memory.
#include <algorithm>

#include "store/lmdb_store.h"
#include "store/store_core.h"

namespace rilon {
namespace {

constexpr std::uint64_t vault_map_bytes_min = 4ull << 20;
constexpr std::uint64_t map_bytes_min = 1ull << 20;

std::uint64_t map_size(const StoreOptions& options) {
    std::uint64_t bytes = options.map_bytes;
    if (bytes == 0) bytes = free_disk_bytes(options.dir) / 10 * 6;
    bytes = std::max(bytes, map_bytes_min);
    return bytes / 65536 * 65536;
}

struct MetaRows {
    bool there = false;
    std::uint32_t schema = 0;
    Bytes store_id;
    KeyCheck check;
};

Result<MetaRows> read_meta(LmdbEnv& env, std::span<const TableName> tables) {
    MetaRows out;
    auto open = env.open_tables(tables.first(1));
    if (!open) return open.error();
    if (!*open) return out;
    auto txn = env.read();
    if (!txn) return txn.error();
    Table meta = tables.front().table;
    auto schema = txn->get(meta, as_bytes(meta_schema));
    if (!schema) return schema.error();
    auto check = txn->get(meta, as_bytes(meta_check));
    if (!check) return check.error();
    if (!schema->has_value() || (*schema)->size() != 4)
        return {Errc::damaged, "the store's schema version can't be read"};
    ByteReader in(**schema);
    out.schema = in.u32();
    out.there = true;
    if (out.schema > store_schema) return out;  // What the rest means, only a newer one knows.
    if (!check->has_value() || (*check)->size() != store_id_bytes + KeyCheck::size())
        return {Errc::damaged, "the store's key check can't be read"};
    out.store_id = to_bytes((*check)->first(store_id_bytes));
    out.check = KeyCheck::copy_of((*check)->subspan(store_id_bytes));
    return out;
}

Status write_meta(LmdbEnv& env, std::span<const TableName> tables, const MetaRows& rows) {
    if (Status s = env.make_tables(tables); !s.ok()) return s;
    auto txn = env.write();
    if (!txn) return txn.error();
    Table meta = tables.front().table;
    Status s = txn->put(meta, as_bytes(meta_schema), RowKey{}.u32(store_schema));
    if (!s.ok()) return s;
    Bytes check = rows.store_id;
    check.insert(check.end(), rows.check.data(), rows.check.data() + KeyCheck::size());
    s = txn->put(meta, as_bytes(meta_check), check);
    if (!s.ok()) return s;
    return txn->commit();
}

struct NewEnv {
    std::string path;
    std::uint64_t map_bytes;
    std::span<const TableName> tables;
};
// Made aside, and named when it is whole and flushed: whatever stops the founding, a file of that
// name is a founded one. `keys.new` and `data.new` never count.
Status found_env(const NewEnv& wanted, const MetaRows& rows) {
    const std::string aside = wanted.path.substr(0, wanted.path.rfind('.')) + ".new";
    const std::string aside_lock = aside + "-lock";
    if (Status s = wipe_file(aside); !s.ok()) return s;
    {
        auto env = LmdbEnv::open(aside, wanted.map_bytes);
        if (!env) return env.error();
        if (Status s = write_meta(**env, wanted.tables, rows); !s.ok()) return s;
    }
    if (Status s = wipe_file(aside_lock); !s.ok()) return s;
    return rename_file(aside, wanted.path);
}

Status all_tables(LmdbEnv& env, std::span<const TableName> tables) {
    auto open = env.open_tables(tables);
    if (!open) return open.error();
    if (!*open) return {Errc::damaged, "a table of the store is missing"};
    return {};
}

static_assert(data_tables.back().table == Table::removals);
static_assert(key_tables.back().table == Table::node_secrets);

// The last of the tables; older stores have no such rows and not the table.
Status add_last_table(LmdbEnv& env, std::span<const TableName> tables) {
    auto all = env.open_tables(tables);
    if (!all) return all.error();
    if (*all) return {};
    auto others = env.open_tables(tables.first(tables.size() - 1));
    if (!others || !*others) return {};  // Damaged, as all_tables says.
    return env.make_tables(tables);
}

Error too_new(std::uint32_t schema) {
    return {Errc::unsupported, "the store was written by a newer version (schema " +
                                   std::to_string(schema) + ", this one reads up to " +
                                   std::to_string(store_schema) +
                                   "); install that version again. Nothing was changed"};
}

}  // namespace

LmdbStore::LmdbStore(const Options& options, DirectoryLock lock)
    : dir_(options.dir), lock_(std::move(lock)), fault_(options.fault) {
    std::uint64_t vault_bytes = std::max(vault_map_bytes_min, map_size(options) / 8);
    core_ = std::make_unique<StoreCore>(options.key, options.rng, dir_, vault_bytes);
}

LmdbStore::~LmdbStore() = default;

Result<std::unique_ptr<LmdbStore>> LmdbStore::open(const Options& options) {
    constexpr std::chrono::seconds read_limit{5};
    if (Status s = prepare_directory(options.dir); !s.ok()) return s.error();
    auto lock = DirectoryLock::take(options.dir);
    if (!lock) return lock.error();
    auto store = std::unique_ptr<LmdbStore>(new LmdbStore(options, std::move(lock).value()));
    if (Status s = store->open_envs(map_size(options)); !s.ok()) return s.error();
    if (Status s = store->found_or_check(options); !s.ok()) return s.error();
    if (Status s = store->load(); !s.ok()) return s.error();
    store->keep_room_back();
    store->core_->data->end_reads_after(read_limit);
    return store;
}

Status LmdbStore::open_data(std::uint64_t map_bytes) {
    auto data = LmdbEnv::open(dir_ + "/data.mdb", map_bytes);
    if (!data) return data.error();
    core_->data = std::move(data).value();
    return {};
}

Status LmdbStore::open_envs(std::uint64_t map_bytes) {
    if (file_has_content(dir_ + "/data.mdb")) {
        if (Status s = open_data(map_bytes); !s.ok()) return s;
        // Before the vault is tidied: a store of a newer version is left as it is.
        auto meta = read_meta(*core_->data, data_tables);
        if (!meta) return meta.error();
        if (meta->there && meta->schema > store_schema) return too_new(meta->schema);
    }
    if (Status s = core_->vault.tidy(); !s.ok()) return s;
    return file_has_content(core_->vault.file()) ? core_->vault.open_env() : Status{};
}

Status LmdbStore::found_or_check(const Options& options) {
    auto data = core_->data ? read_meta(*core_->data, data_tables) : MetaRows{};
    if (!data) return data.error();
    auto keys = core_->vault.is_open() ? read_meta(core_->vault.env(), key_tables) : MetaRows{};
    if (!keys) return keys.error();
    KeyCheck check = core_->sealer.check();
    if (keys->there && keys->schema > store_schema) return too_new(keys->schema);
    if (data->there && !keys->there)
        return {Errc::damaged, dir_ +
                                   "/keys.mdb is gone or empty: no stored alert can be opened "
                                   "without it; restore it, or start a new store"};
    bool keys_fit = keys->there && keys->check == check;
    bool data_fit = data->there && data->check == check;
    if (keys->there && !keys_fit && !data_fit)
        return {Errc::locked, "this is not the storage key of the store in " + dir_ +
                                  "; give the one it was made with"};
    if (keys->there && data->there && (keys_fit != data_fit || keys->store_id != data->store_id))
        return {Errc::damaged, "data.mdb and keys.mdb do not belong together"};
    if (!keys->there) {  // The vault first: data without a vault is a loss, the reverse is not.
        keys->store_id.resize(store_id_bytes);
        options.rng.fill(keys->store_id);
        keys->check = check;
        core_->vault.close_env();
        const NewEnv vault{core_->vault.file(), core_->vault.map_bytes(), key_tables};
        if (Status s = found_env(vault, *keys); !s.ok()) return s;
        if (Status s = flush_directory(dir_); !s.ok()) return s;
        if (Status s = core_->vault.open_env(); !s.ok()) return s;
    }
    if (!data->there) {
        core_->data.reset();
        const NewEnv fresh{dir_ + "/data.mdb", map_size(options), data_tables};
        if (Status s = found_env(fresh, *keys); !s.ok()) return s;
        if (Status s = flush_directory(dir_); !s.ok()) return s;
        if (Status s = open_data(fresh.map_bytes); !s.ok()) return s;
    }
    if (Status s = add_last_table(core_->vault.env(), key_tables); !s.ok()) return s;
    if (Status s = all_tables(core_->vault.env(), key_tables); !s.ok()) return s;
    if (Status s = add_last_table(*core_->data, data_tables); !s.ok()) return s;
    return all_tables(*core_->data, data_tables);
}

Status LmdbStore::load_streams(const ReadTxn& txn) {
    auto cursor = Cursor::open(txn, Table::streams);
    if (!cursor) return cursor.error();
    StoreMemory& memory = core_->memory;
    for (auto more = cursor->seek({});; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) return {};
        ByteReader in(cursor->key());
        std::uint32_t number = in.u32();
        if (number != memory.streams.size())
            return {Errc::damaged,
                    "stream number " + std::to_string(memory.streams.size()) + " is missing"};
        auto id = stream_of(txn, number);
        if (!id) return id.error();
        memory.numbers.emplace(*id, number);
        memory.streams.push_back(*id);
    }
}

Status LmdbStore::load() {
    if (Status s = core_->vault.load(); !s.ok()) return s;
    {
        auto txn = core_->data->read();
        if (!txn) return txn.error();
        if (Status s = load_streams(*txn); !s.ok()) return s;
        auto cursor = Cursor::open(*txn, Table::arrivals);
        if (!cursor) return cursor.error();
        auto any = cursor->last();
        if (!any) return any.error();
        if (*any) core_->memory.last_arrival.value = ByteReader(cursor->key()).u64();
        auto head = core_->sealed_row(*txn, Table::meta, as_bytes(meta_audit));
        if (!head) return head.error();
        if (head->has_value()) {
            ByteReader in(**head);
            core_->memory.audit.count = in.u64();
            core_->memory.audit.link = in.fixed<Hash32>();
        }
        auto pending = Cursor::open(*txn, Table::pending);
        if (!pending) return pending.error();
        for (auto more = pending->seek({});; more = pending->next()) {
            if (!more) return more.error();
            if (!*more) break;
            erase_pending_ = true;
            if (pending->key().size() == Name16::size()) core_->vault.forget_secret(pending->key());
        }
    }
    return drop_stale_epoch_keys();
}

// K of epochs that are not open: the process died between closing one and destroying its K.
Status LmdbStore::drop_stale_epoch_keys() {
    std::vector<EpochName> stale;
    {
        auto txn = core_->data->read();
        if (!txn) return txn.error();
        for (const EpochName& name : core_->vault.epoch_names()) {
            auto number = core_->number_of(name.stream);
            if (!number) {
                stale.push_back(name);
                continue;
            }
            auto row = core_->epoch_row(*txn, *number, name.epoch);
            if (!row && row.code() != Errc::damaged) return row.error();
            if (row && (!row->has_value() || !(*row)->is_open())) stale.push_back(name);
        }
    }
    if (stale.empty()) return {};
    return core_->vault.drop_epoch_keys(stale);
}

}  // namespace rilon
