#include "store/key_vault.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "store/store_files.h"

namespace rilon {
namespace {

constexpr std::size_t bucket_cache_max = 4096;  // Of 64 bytes of locked memory each.

Bytes epoch_name_bytes(const EpochName& name) {
    return std::move(ByteWriter{}.raw(name.stream.view()).u32(name.epoch.value)).take();
}
RowKey bucket_key_of(const BucketVersion& v) {
    return bucket_row_key(v.name.number, v.name.bucket, v.generation);
}

}  // namespace

Status KeyVault::tidy() {
    // keys.new never took its place; keys.old lost it, unless the swap stopped between link and
    // rename: then both names are the one living file.
    if (Status s = wipe_file(file_new()); !s.ok()) return s;
    if (file_exists(file_old())) {
        if (same_file(file_old(), file())) {
            if (::unlink(file_old().c_str()) != 0) return {Errc::io, file_old() + ": can't remove"};
        } else if (Status s = wipe_file(file_old()); !s.ok()) {
            return s;
        }
    }
    return {};
}

Status KeyVault::open_env() {
    auto env = LmdbEnv::open(file(), map_bytes_);
    if (!env) return env.error();
    env_ = std::move(env).value();
    return {};
}

Status KeyVault::load() {
    auto txn = env_->read();
    if (!txn) return txn.error();
    if (Status s = load_secrets(*txn); !s.ok()) return s;
    auto cursor = Cursor::open(*txn, Table::epoch_keys);
    if (!cursor) return cursor.error();
    for (auto more = cursor->seek({});; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) return {};
        auto plain = sealer_.open(Table::epoch_keys, cursor->key(), cursor->value());
        // Damaged: its slot gives the key again, and PutEpochKey overwrites the row.
        if (!plain || plain->size() != StreamId::size() + 4 + EpochKey::size()) continue;
        ByteReader in(*plain);
        EpochName name{in.fixed<StreamId>(), Epoch{in.u32()}};
        epochs_.insert_or_assign(name, EpochKey(in.raw(EpochKey::size())));
        wipe(*plain);
    }
}

Status KeyVault::load_secrets(const Txn& txn) {
    auto cursor = Cursor::open(txn, Table::node_secrets);
    if (!cursor) return cursor.error();
    for (auto more = cursor->seek({});; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) return {};
        auto plain = sealer_.open(Table::node_secrets, cursor->key(), cursor->value());
        if (!plain) continue;  // Damaged: the identity file has it too.
        ByteReader in(*plain);
        std::string name(as_text(in.raw(in.u8())));
        ByteView key = in.raw(NodeSecret::size());
        if (in.done()) secrets_.insert_or_assign(name, NodeSecret(key));
        wipe(*plain);
    }
}

std::vector<StoredSecret> KeyVault::secrets() const {
    std::shared_lock lock(mutex_);
    std::vector<StoredSecret> out;
    for (const auto& [name, key] : secrets_) out.push_back({name, key.duplicate()});
    return out;
}

void KeyVault::stage_secret(const std::string& name, const NodeSecret& key) {
    staged_secrets_.insert_or_assign(name, key.duplicate());
}

Name16 KeyVault::secret_row(const std::string& name) const {
    return sealer_.name(Table::node_secrets, as_bytes(name));
}

void KeyVault::forget_secret(ByteView row) {
    std::unique_lock lock(mutex_);
    std::erase_if(secrets_,
                  [&](const auto& item) { return equal(secret_row(item.first).view(), row); });
}

Status KeyVault::drop_secrets(std::span<const Bytes> rows) {
    if (rows.empty()) return {};
    auto txn = env_->write();
    if (!txn) return txn.error();
    for (const Bytes& row : rows) {
        auto gone = txn->erase(Table::node_secrets, row);
        if (!gone) return gone.error();
    }
    return txn->commit();
}

std::optional<EpochKey> KeyVault::epoch_key(const EpochName& name) const {
    std::shared_lock lock(mutex_);
    auto found = epochs_.find(name);
    if (found == epochs_.end()) return std::nullopt;
    return found->second.duplicate();
}

Result<BucketKey> KeyVault::read_bucket(const BucketVersion& version) const {
    if (env_ == nullptr) return {Errc::io, "the key environment is gone; start again"};
    auto txn = env_->read();
    if (!txn) return txn.error();
    RowKey row = bucket_key_of(version);
    auto sealed = txn->get(Table::bucket_keys, row);
    if (!sealed) return sealed.error();
    if (!sealed->has_value()) return {Errc::not_found, "the bucket key was destroyed"};
    auto plain = sealer_.open(Table::bucket_keys, row, **sealed);
    if (!plain || plain->size() != BucketKey::size())
        return {Errc::damaged, "a bucket key does not authenticate"};
    BucketKey key{ByteView(*plain)};
    wipe(*plain);
    return key;
}

Result<BucketKey> KeyVault::bucket_key(const BucketVersion& version) const {
    std::shared_lock shared(mutex_);
    auto cached = bucket_cache_.find(version);
    if (cached != bucket_cache_.end()) return cached->second.duplicate();
    std::uint64_t purges = purges_;
    auto key = read_bucket(version);
    shared.unlock();
    if (!key) return key;
    std::unique_lock lock(mutex_);
    if (purges == purges_) {  // Else it may just have been destroyed.
        if (bucket_cache_.size() >= bucket_cache_max) bucket_cache_.clear();
        bucket_cache_.insert_or_assign(version, key->duplicate());
    }
    return key;
}

void KeyVault::stage_epoch_key(const EpochName& name, const EpochKey& key) {
    staged_epochs_.insert_or_assign(name, key.duplicate());
}

const EpochKey* KeyVault::staged_or_kept(const EpochName& name) const {
    auto staged = staged_epochs_.find(name);
    if (staged != staged_epochs_.end()) return &staged->second;
    // Only the writing thread changes epochs_, and it is the one that asks.
    auto kept = epochs_.find(name);
    return kept == epochs_.end() ? nullptr : &kept->second;
}

Result<std::optional<std::uint32_t>> KeyVault::newest_generation(const BucketName& name) const {
    std::optional<std::uint32_t> newest;
    auto above = staged_buckets_.upper_bound({name, UINT32_MAX});
    if (above != staged_buckets_.begin() && std::prev(above)->first.name == name)
        return std::optional<std::uint32_t>{std::prev(above)->first.generation};
    auto txn = env_->read();
    if (!txn) return txn.error();
    auto cursor = Cursor::open(*txn, Table::bucket_keys);
    if (!cursor) return cursor.error();
    RowKey first = bucket_row_key(name.number, name.bucket, 0);
    for (auto more = cursor->seek(first);; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more || !equal(cursor->key().first(12), first.view().first(12))) return newest;
        ByteReader in(cursor->key().subspan(12));
        newest = in.u32();
    }
}

BucketVersion KeyVault::stage_bucket(const BucketName& name, std::uint32_t generation) {
    BucketVersion version{name, generation};
    staged_buckets_.insert_or_assign(version, rng_.secret<BucketKey>());
    return version;
}

Result<BucketVersion> KeyVault::current_bucket(const BucketName& name) {
    auto newest = newest_generation(name);
    if (!newest) return newest.error();
    if (*newest) return BucketVersion{name, **newest};
    return stage_bucket(name, 0);
}

Result<BucketVersion> KeyVault::renewed_bucket(const BucketName& name) {
    auto newest = newest_generation(name);
    if (!newest) return newest.error();
    return stage_bucket(name, *newest ? **newest + 1 : 0);
}

const BucketKey* KeyVault::staged_bucket(const BucketVersion& version) const {
    auto found = staged_buckets_.find(version);
    return found == staged_buckets_.end() ? nullptr : &found->second;
}

void KeyVault::discard_staged() {
    staged_epochs_.clear();
    staged_buckets_.clear();
    staged_secrets_.clear();
}

Status KeyVault::commit_staged() {
    std::uint64_t rows = staged_epochs_.size() + staged_buckets_.size() + staged_secrets_.size();
    if (Status room = env_->reserve((1 << 20) + rows * 1024); !room.ok()) return room;
    auto txn = env_->write();
    if (!txn) return txn.error();
    for (const auto& [name, key] : staged_epochs_) {
        Bytes id = epoch_name_bytes(name);
        Name16 row = sealer_.name(Table::epoch_keys, id);
        Bytes plain = id;
        plain.insert(plain.end(), key.expose().begin(), key.expose().end());
        Bytes sealed = sealer_.seal(Table::epoch_keys, row.view(), plain);
        wipe(plain);
        if (Status s = txn->put(Table::epoch_keys, row.view(), sealed); !s.ok()) return s;
    }
    for (const auto& [version, key] : staged_buckets_) {
        RowKey row = bucket_key_of(version);
        Bytes sealed = sealer_.seal(Table::bucket_keys, row, key.expose());
        if (Status s = txn->put(Table::bucket_keys, row, sealed); !s.ok()) return s;
    }
    for (const auto& [name, key] : staged_secrets_) {
        ByteWriter out(1 + name.size() + NodeSecret::size());
        out.u8(static_cast<std::uint8_t>(name.size())).raw(as_bytes(name)).raw(key.expose());
        Bytes plain = std::move(out).take();
        Name16 row = secret_row(name);
        Bytes sealed = sealer_.seal(Table::node_secrets, row.view(), plain);
        wipe(plain);
        if (Status s = txn->put(Table::node_secrets, row.view(), sealed); !s.ok()) return s;
    }
    if (Status s = txn->commit(); !s.ok()) return s;
    std::unique_lock lock(mutex_);
    for (auto& [name, key] : staged_secrets_) secrets_.insert_or_assign(name, std::move(key));
    staged_secrets_.clear();
    for (auto& [name, key] : staged_epochs_) epochs_.insert_or_assign(name, std::move(key));
    if (bucket_cache_.size() + staged_buckets_.size() > bucket_cache_max) bucket_cache_.clear();
    for (auto& [version, key] : staged_buckets_)
        bucket_cache_.insert_or_assign(version, std::move(key));
    staged_epochs_.clear();
    staged_buckets_.clear();
    return {};
}

Status KeyVault::drop_epoch_keys(std::span<const EpochName> names) {
    auto txn = env_->write();
    if (!txn) return txn.error();
    for (const EpochName& name : names) {
        Name16 row = sealer_.name(Table::epoch_keys, epoch_name_bytes(name));
        auto gone = txn->erase(Table::epoch_keys, row.view());
        if (!gone) return gone.error();
    }
    if (Status s = txn->commit(); !s.ok()) return s;
    std::unique_lock lock(mutex_);
    for (const EpochName& name : names) epochs_.erase(name);
    return {};
}

std::vector<EpochName> KeyVault::epoch_names() const {
    std::shared_lock lock(mutex_);
    std::vector<EpochName> out;
    for (const auto& [name, key] : epochs_) out.push_back(name);
    return out;
}

Status KeyVault::drop_buckets(
    std::span<const std::pair<BucketName, std::optional<std::uint32_t>>> old) {
    auto txn = env_->write();
    if (!txn) return txn.error();
    for (const auto& [name, keep] : old) {
        std::vector<Bytes> rows;
        {
            auto cursor = Cursor::open(*txn, Table::bucket_keys);
            if (!cursor) return cursor.error();
            RowKey first = bucket_row_key(name.number, name.bucket, 0);
            for (auto more = cursor->seek(first);; more = cursor->next()) {
                if (!more) return more.error();
                if (!*more || !equal(cursor->key().first(12), first.view().first(12))) break;
                ByteReader in(cursor->key().subspan(12));
                if (!keep || in.u32() < *keep) rows.push_back(to_bytes(cursor->key()));
            }
        }
        for (const Bytes& row : rows) {
            auto gone = txn->erase(Table::bucket_keys, row);
            if (!gone) return gone.error();
        }
    }
    if (Status s = txn->commit(); !s.ok()) return s;
    std::unique_lock lock(mutex_);
    ++purges_;
    bucket_cache_.clear();
    return {};
}

Status KeyVault::copy_compact() {
    if (Status s = wipe_file(file_new()); !s.ok()) return s;
    return env_->copy_compact(file_new());
}

Status KeyVault::swap_in() {
    std::unique_lock lock(mutex_);
    env_.reset();
    // Never a moment without keys.mdb: a second name for the old file, then an atomic rename.
    if (::unlink(file_old().c_str()) != 0 && errno != ENOENT)
        return {Errc::io, file_old() + ": can't remove"};
    if (::link(file().c_str(), file_old().c_str()) != 0)
        return {Errc::io, file_old() + ": can't be made; the file system needs hard links"};
    if (std::rename(file_new().c_str(), file().c_str()) != 0)
        return {Errc::io, file() + ": can't be replaced"};
    if (Status s = flush_directory(dir_); !s.ok()) return s;
    auto env = LmdbEnv::open(file(), map_bytes_);
    if (!env) return env.error();
    auto tables = (*env)->open_tables(key_tables);
    if (!tables) return tables.error();
    if (!*tables) return {Errc::damaged, file() + ": the compact copy lacks a table"};
    env_ = std::move(env).value();
    return {};
}

Status KeyVault::wipe_old() {
    if (Status s = wipe_file(file_old()); !s.ok()) return s;
    return flush_directory(dir_);
}

}  // namespace rilon
