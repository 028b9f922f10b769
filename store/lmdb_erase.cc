// erase(): what Erase began is finished, so that all files and all keys together can't open it. The
// steps and why each crash point recovers: docs/store.md, "Purge".
#include <set>

#include "protocol/mutant.h"
#include "store/lmdb_store.h"
#include "store/store_core.h"

namespace rilon {

struct LmdbStore::Purge {
    struct Place {
        std::uint32_t number = 0;
        Seq seq;
    };
    std::vector<Place> entries;
    std::vector<Bytes> secrets;  // Row keys.
    std::set<BucketName> buckets;
    // Buckets with survivors, and the generation these now have.
    std::map<BucketName, std::uint32_t> renewed;
};

namespace {

// The wrapped keys that are left in a bucket.
Result<std::vector<Seq>> survivors(const Txn& txn, const BucketName& name) {
    auto cursor = Cursor::open(txn, Table::entry_keys);
    if (!cursor) return cursor.error();
    std::vector<Seq> out;
    RowKey first = entry_row_key(name.number, name.bucket * bucket_entries);
    for (auto more = cursor->seek(first);; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) return out;
        ByteReader in(cursor->key());
        std::uint32_t number = in.u32();
        Seq seq{in.u64()};
        if (number != name.number || bucket_of(seq.value) != name.bucket) return out;
        out.push_back(seq);
    }
}

}  // namespace

Status LmdbStore::read_pending(Purge& purge) const {
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    auto cursor = Cursor::open(*txn, Table::pending);
    if (!cursor) return cursor.error();
    for (auto more = cursor->seek({});; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) return {};
        // Whether the row authenticates is no matter: purging once too often harms nobody.
        ByteReader in(cursor->key());
        std::uint32_t number = in.u32();
        Seq seq{in.u64()};
        if (!in.done()) {
            if (cursor->key().size() == Name16::size())
                purge.secrets.push_back(to_bytes(cursor->key()));
            continue;
        }
        purge.entries.push_back({number, seq});
        purge.buckets.insert({number, bucket_of(seq.value)});
    }
}

Status LmdbStore::renew_buckets(Purge& purge) {
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    for (const BucketName& name : purge.buckets) {
        auto left = survivors(*txn, name);
        if (!left) return left.error();
        if (left->empty()) continue;
        auto version = core_->vault.renewed_bucket(name);
        if (!version) return version.error();
        purge.renewed.emplace(name, version->generation);
    }
    if (Status s = step(StoreStep::erase_new_keys); !s.ok()) return s;
    return core_->vault.anything_staged() ? core_->vault.commit_staged() : Status{};
}

Status LmdbStore::rewrap_survivors(const Purge& purge) {
    if (Status s = core_->data->reserve(purge.renewed.size() * (256 << 10)); !s.ok()) return s;
    auto txn = core_->data->write();
    if (!txn) return txn.error();
    for (const auto& [name, generation] : purge.renewed) {
        auto bucket = core_->vault.bucket_key({name, generation});
        if (!bucket) return bucket.error();
        auto left = survivors(*txn, name);
        if (!left) return left.error();
        for (Seq seq : *left) {
            RowKey key = entry_row_key(name.number, seq.value);
            auto entry = core_->wrapped_key(*txn, name.number, seq, StoreCore::Asker::writer);
            if (!entry) {
                // Damaged before, and lost with its bucket key: the row says so by not being there.
                if (entry.code() != Errc::damaged && entry.code() != Errc::not_found)
                    return entry.error();
                ++core_->damaged_rows;
                if (auto gone = txn->erase(Table::entry_keys, key); !gone) return gone.error();
                continue;
            }
            RowKey tag = RowKey{}.u32(generation);
            Bytes value = to_bytes(tag);
            Bytes sealed = core_->sealer.seal_under(bucket->expose(), Table::entry_keys, key, tag,
                                                    entry->expose());
            value.insert(value.end(), sealed.begin(), sealed.end());
            if (Status s = txn->put(Table::entry_keys, key, value); !s.ok()) return s;
        }
    }
    if (Status s = step(StoreStep::erase_rewrap); !s.ok()) return s;
    return txn->commit();
}

Status LmdbStore::swap_vault(const Purge& purge) {
    std::vector<std::pair<BucketName, std::optional<std::uint32_t>>> old;
    for (const BucketName& name : purge.buckets) {
        auto kept = purge.renewed.find(name);
        old.emplace_back(
            name, kept == purge.renewed.end() ? std::optional<std::uint32_t>{} : kept->second);
    }
    if (Status s = step(StoreStep::erase_drop_old); !s.ok()) return s;
    if (Status s = core_->vault.drop_buckets(old); !s.ok()) return s;
    if (Status s = core_->vault.drop_secrets(purge.secrets); !s.ok()) return s;
    if (mutant(Mutant::purge_by_delete)) return {};
    if (Status s = step(StoreStep::erase_copy); !s.ok()) return s;
    if (Status s = core_->vault.copy_compact(); !s.ok()) return s;
    if (Status s = step(StoreStep::erase_swap); !s.ok()) return s;
    if (Status s = checked(core_->vault.swap_in()); !s.ok()) return s;
    if (Status s = step(StoreStep::erase_unlink); !s.ok()) return s;
    return core_->vault.wipe_old();
}

Status LmdbStore::clear_pending(const Purge& purge) {
    if (Status s = core_->data->reserve(1 << 20); !s.ok()) return s;
    auto txn = core_->data->write();
    if (!txn) return txn.error();
    for (const Purge::Place& place : purge.entries) {
        RowKey key = entry_row_key(place.number, place.seq.value);
        if (auto gone = txn->erase(Table::pending, key); !gone) return gone.error();
    }
    for (const Bytes& row : purge.secrets)
        if (auto gone = txn->erase(Table::pending, row); !gone) return gone.error();
    if (Status s = step(StoreStep::erase_clear); !s.ok()) return s;
    return txn->commit();
}

Result<std::vector<ErasedEntry>> LmdbStore::erase() {
    if (poisoned_)
        return {Errc::io, "the disk failed before; the daemon has to stop and start again"};
    struct Unstage {
        KeyVault& vault;
        ~Unstage() { vault.discard_staged(); }
    } unstage{core_->vault};
    Purge purge;
    if (Status s = checked(read_pending(purge)); !s.ok()) return s.error();
    if (purge.entries.empty() && purge.secrets.empty()) return std::vector<ErasedEntry>{};
    if (free_disk_bytes(dir_) < (8ull << 20))
        if (Status s = wipe_file(dir_ + "/reserve"); !s.ok()) return s.error();
    if (Status s = checked(drop_stale_epoch_keys()); !s.ok()) return s.error();
    if (Status s = checked(renew_buckets(purge)); !s.ok()) return s.error();
    if (Status s = checked(rewrap_survivors(purge)); !s.ok()) return s.error();
    if (Status s = checked(swap_vault(purge)); !s.ok()) return s.error();
    if (Status s = checked(clear_pending(purge)); !s.ok()) return s.error();
    erase_pending_ = false;
    std::vector<ErasedEntry> out;
    for (const Purge::Place& place : purge.entries)
        if (auto stream = core_->stream_of(place.number)) out.push_back({*stream, place.seq});
    return out;
}

}  // namespace rilon
