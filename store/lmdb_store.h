// LmdbStore: the store of a real node, two LMDB environments in one directory. The format, what a
// purge does and what a thief of all files sees: docs/store.md.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "protocol/rng.h"
#include "store/audit.h"
#include "store/fault.h"
#include "store/store.h"
#include "store/store_files.h"

namespace rilon {

struct StoreCore;
class Txn;
class ReadTxn;

struct StoreOptions {
    std::string dir;
    const StorageKey& key;
    // Upper bound of data.mdb; 0 = 60 % of what is free on the file system. Only address space and
    // a sparse file: nothing is taken before it is needed.
    std::uint64_t map_bytes = 0;
    Rng& rng;              // Must outlive the store.
    FaultHook fault = {};  // Tests only.
};

class LmdbStore final : public Store {
   public:
    using Options = StoreOptions;

    // Opens the store, or makes one where there is none. Errors: busy (another daemon has it);
    // not_permitted (others can enter the directory); locked (another storage key); unsupported
    // (written by a newer version; nothing is touched); damaged; io; full.
    static Result<std::unique_ptr<LmdbStore>> open(const Options& options);
    ~LmdbStore() override;

    Status append(Batch batch) override;
    Result<std::vector<ErasedEntry>> erase() override;
    Status verify_audit() const override;

    Result<std::vector<StreamState>> streams() const override;
    Result<std::optional<StoredEntry>> entry(const StreamId& stream, Seq seq) const override;
    Result<std::vector<UnverifiedEntry>> range(const StreamId& stream, Seq from, Seq to,
                                               std::size_t max_bytes) const override;
    Result<std::vector<ArrivalRow>> arrivals(Arrival after, std::size_t max) const override;
    Arrival last_arrival() const override;
    Result<EntryKey> entry_key(const StreamId& stream, Seq seq) const override;
    Result<std::optional<EpochKey>> epoch_key(const StreamId& stream, Epoch epoch) const override;
    Result<std::vector<SearchRow>> search_records(Arrival after, std::size_t max) const override;
    Result<std::optional<Slot>> slot(const StreamId& stream, Epoch epoch,
                                     const SlotTag& tag) const override;
    Result<std::vector<Slot>> slots(const StreamId& stream, Epoch epoch) const override;
    Result<std::vector<DirectoryRecord>> directory(DirSeq from, std::size_t max) const override;
    Result<std::vector<AckRecord>> stream_acks(const StreamId& stream) const override;
    Result<std::vector<AckRecord>> entry_acks(const StreamId& stream, Seq seq) const override;
    Result<std::vector<MailRow>> mail(std::uint64_t after, std::size_t max) const override;
    Result<std::optional<Bytes>> private_value(const std::string& name) const override;
    Result<std::vector<StoredSecret>> secrets() const override;
    Result<std::vector<AuditRow>> audit(std::uint64_t from, std::size_t max) const override;
    Hash32 audit_head() const override;
    StoreUse use() const override;
    void forget_pages() const override;

   private:
    LmdbStore(const Options& options, DirectoryLock lock);
    // lmdb_open.cc
    Status open_envs(std::uint64_t map_bytes);
    Status open_data(std::uint64_t map_bytes);
    Status found_or_check(const Options& options);
    Status load();
    Status load_streams(const ReadTxn& txn);
    // lmdb_store.cc
    Result<std::pair<AuditHead, std::uint64_t>> audit_end() const;
    Status admit(const Batch& batch) const;
    Status write_batch(const Batch& batch);
    // A step that a test may make fail; io and death poison the store.
    Status step(StoreStep which);
    Status checked(Status outcome);
    void keep_room_back();
    Status drop_stale_epoch_keys();
    // lmdb_erase.cc
    struct Purge;
    Status read_pending(Purge& purge) const;
    Status renew_buckets(Purge& purge);
    Status rewrap_survivors(const Purge& purge);
    Status swap_vault(const Purge& purge);
    Status clear_pending(const Purge& purge);
    // lmdb_reads.cc
    Result<StreamId> stream_of(const Txn& txn, std::uint32_t number) const;
    Result<EntryKey> key_in(const Txn& txn, const StreamId& stream, Seq seq) const;
    Result<std::vector<SearchRow>> records_in(const Txn& txn, Arrival after, std::size_t max) const;
    Result<std::vector<SearchRow>> removals_in(const Txn& txn, Arrival after,
                                               std::size_t max) const;

    std::string dir_;
    DirectoryLock lock_;
    FaultHook fault_;
    std::unique_ptr<StoreCore> core_;
    bool poisoned_ = false;  // The disk failed: nothing is written any more.
    std::atomic<bool> erase_pending_{false};
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<std::uint64_t> last_commit_us_{0};
};

}  // namespace rilon
