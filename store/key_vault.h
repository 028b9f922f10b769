// The vault: environment keys.mdb with the keys that open keys. Epoch keys K live here while their
// epoch is open; bucket keys wrap 64 entry keys each (which lie in data.mdb). All are sealed under
// the storage key. Destroying one for good is what a purge comes down to, and LMDB only forgets
// where a deleted row was, so a purge ends with `swap`: a compact copy takes the place of the file.
//
// One thread writes; any may read. What is staged becomes durable with commit_staged, before the
// data commit that needs it; a crash between leaves orphans that harm nothing.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <tuple>

#include "store/fault.h"
#include "store/lmdb_env.h"
#include "store/sealed_row.h"
#include "store/store.h"

namespace rilon {

struct EpochName {
    StreamId stream;
    Epoch epoch;
    auto operator<=>(const EpochName&) const = default;
};
struct BucketName {
    std::uint32_t number = 0;
    std::uint64_t bucket = 0;
    auto operator<=>(const BucketName&) const = default;
};
struct BucketVersion {
    BucketName name;
    std::uint32_t generation = 0;  // Raised by each purge that touches the bucket.
    auto operator<=>(const BucketVersion&) const = default;
};

class KeyVault {
   public:
    KeyVault(std::string dir, std::uint64_t map_bytes, RowSealer& sealer, Rng& rng)
        : dir_(std::move(dir)), map_bytes_(map_bytes), sealer_(sealer), rng_(rng) {}

    // Cleans up after an interrupted swap. Errors: io.
    Status tidy();
    // Errors: damaged, io.
    Status open_env();
    void close_env() { env_.reset(); }
    bool is_open() const { return env_ != nullptr; }
    LmdbEnv& env() { return *env_; }
    std::uint64_t map_bytes() const { return map_bytes_; }
    // Reads all epoch keys; those whose row can't be opened are an error. Call once, after the
    // caller has checked schema and storage key.
    Status load();

    // --- any thread
    std::optional<EpochKey> epoch_key(const EpochName& name) const;
    // Errors: not_found (destroyed), damaged, io.
    Result<BucketKey> bucket_key(const BucketVersion& version) const;

    std::vector<StoredSecret> secrets() const;

    // --- the writing thread
    void stage_secret(const std::string& name, const NodeSecret& key);
    Name16 secret_row(const std::string& name) const;
    // Not given out any more; its row stays until drop_secrets.
    void forget_secret(ByteView row);
    Status drop_secrets(std::span<const Bytes> rows);
    void stage_epoch_key(const EpochName& name, const EpochKey& key);
    const EpochKey* staged_or_kept(const EpochName& name) const;  // Valid until the next call.
    void unstage_epoch_key(const EpochName& name) { staged_epochs_.erase(name); }
    // The bucket's current key for wrapping; staged anew if there is none.
    Result<BucketVersion> current_bucket(const BucketName& name);
    // A key of the next generation, staged.
    Result<BucketVersion> renewed_bucket(const BucketName& name);
    const BucketKey* staged_bucket(const BucketVersion& version) const;
    bool anything_staged() const {
        return !staged_epochs_.empty() || !staged_buckets_.empty() || !staged_secrets_.empty();
    }
    void discard_staged();
    Status commit_staged();
    // Deletes the rows of closed epochs. Their bytes stay in free pages until `swap`.
    Status drop_epoch_keys(std::span<const EpochName> names);
    std::vector<EpochName> epoch_names() const;
    // Deletes every key of the bucket below `keep` (all, if there is no `keep`).
    Status drop_buckets(std::span<const std::pair<BucketName, std::optional<std::uint32_t>>> old);

    // The three steps of the swap. Errors: full, io; every crash point leaves a whole environment.
    Status copy_compact();
    Status swap_in();
    Status wipe_old();

    std::string file() const { return dir_ + "/keys.mdb"; }

   private:
    std::string file_new() const { return dir_ + "/keys.new"; }
    std::string file_old() const { return dir_ + "/keys.old"; }
    Status load_secrets(const Txn& txn);
    Result<BucketKey> read_bucket(const BucketVersion& version) const;
    Result<std::optional<std::uint32_t>> newest_generation(const BucketName& name) const;
    BucketVersion stage_bucket(const BucketName& name, std::uint32_t generation);

    std::string dir_;
    std::uint64_t map_bytes_;
    RowSealer& sealer_;
    Rng& rng_;
    // Shared: reading through env_ and the caches. Unique: changing a cache, swapping env_.
    mutable std::shared_mutex mutex_;
    std::unique_ptr<LmdbEnv> env_;
    std::uint64_t purges_ = 0;
    std::map<EpochName, EpochKey> epochs_;
    mutable std::map<BucketVersion, BucketKey> bucket_cache_;
    std::map<EpochName, EpochKey> staged_epochs_;
    std::map<BucketVersion, BucketKey> staged_buckets_;
    std::map<std::string, NodeSecret> secrets_;
    std::map<std::string, NodeSecret> staged_secrets_;
};

}  // namespace rilon
