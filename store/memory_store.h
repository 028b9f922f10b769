// MemoryStore: the store of simulated nodes. The same contract as LmdbStore, purge included, held
// to it by the same suite; no sealing, and keys lie in plain memory, so never for a real node.
//
// What would be on disk is a MemoryDisk. It outlives the store: throw the node and its MemoryStore
// away and make a new MemoryStore on the same disk, and the node has crashed and started again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>

#include "store/audit.h"
#include "store/store.h"

namespace rilon {

struct MemoryDisk {
    using Key = std::array<Byte, 32>;
    enum class Body : std::uint8_t { present, absent, erased };
    struct Entry {
        UnverifiedEntry entry;  // Made absent by Erase.
        Body body = Body::present;
        Arrival arrival;
        UnixMillis received;
    };
    struct EpochAt {
        bool granted = false;
        bool open = true;
        bool keyed = false;
        std::optional<Key> key;
    };
    struct SlotAt {
        Slot slot;
        UnixMillis granted;
    };
    using EntryAt = std::pair<StreamId, Seq>;

    std::vector<StreamId> order;  // Of first sight.
    std::map<StreamId, StreamState> streams;
    std::map<EntryAt, Entry> entries;
    std::vector<ArrivalRow> arrivals;
    std::map<EntryAt, Key> entry_keys;
    std::map<std::pair<StreamId, Epoch>, EpochAt> epochs;
    std::map<Arrival, SearchRow> search;
    std::map<std::tuple<StreamId, Epoch, SlotTag>, SlotAt> slots;
    std::map<DirSeq, DirectoryRecord> directory;
    std::map<std::pair<StreamId, NodeId>, AckRecord> node_acks;
    std::map<std::tuple<StreamId, Seq, AckLevel, NodeId>, AckRecord> entry_acks;
    std::map<std::uint64_t, MailRow> mail;
    std::map<std::string, Bytes> private_values;
    std::map<std::string, Key> secrets;
    std::vector<AuditRow> audit;
    AuditHead audit_head;
    std::vector<EntryAt> pending;
    std::uint64_t entry_bytes = 0;
    std::uint64_t commits = 0;

    // Faults, for the simulator: asked before each append; an error is its answer.
    std::function<Status()> before_append;
    std::set<EntryAt> damaged;       // Entries that do not authenticate.
    std::set<EntryAt> damaged_keys;  // Wrapped keys that do not.
    std::uint64_t limit_bytes = 1ull << 40;
};

class MemoryStore final : public Store {
   public:
    MemoryStore() : MemoryStore(std::make_shared<MemoryDisk>()) {}
    explicit MemoryStore(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}
    const std::shared_ptr<MemoryDisk>& disk() const { return disk_; }

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

   private:
    std::shared_ptr<MemoryDisk> disk_;
    mutable std::shared_mutex mutex_;
};

}  // namespace rilon
