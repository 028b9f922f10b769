// Applies one batch to a write transaction of data.mdb and stages what the vault needs. Nothing
// outside the transaction and the staging changes here; `changes` tells what becomes true when the
// commit succeeds.
#pragma once

#include <map>

#include "store/store_core.h"

namespace rilon {

struct BatchChanges {
    std::vector<StreamId> new_streams;  // Numbered on from those in memory.
    Arrival last_arrival;
    AuditHead audit;
    std::vector<EpochName> closed;       // K to destroy after the commit.
    std::vector<Bytes> dropped_secrets;  // Row keys in the vault.
    bool erased = false;
};

class BatchWriter {
   public:
    BatchWriter(StoreCore& core, WriteTxn& txn);

    // Errors: those of Store::append; nothing of the batch may be committed then.
    Status apply(const Batch& batch);
    const BatchChanges& changes() const { return changes_; }

   private:
    // batch_entries.cc
    Status put(const PutEntry& op);
    Status put(const PutBody& op);
    Status put(const PutSearchRecord& op);
    Status put(const PutRemoval& op);
    Status put_existing(const PutEntry& op, std::uint32_t number);
    Status heal(const VerifiedEntry& entry, std::uint32_t number, UnixMillis received);
    Result<Arrival> arrive(const ArrivalPlace& place);
    Result<std::optional<ArrivalRow>> find_arrival(std::uint32_t number, Seq seq) const;
    Status write_entry(std::uint32_t number, Seq seq, const EntryRow& row);
    Result<Arrival> arrive_again(std::uint32_t number, Seq seq, EntryRow row);
    // batch_keys.cc
    Status put(const PutEpochKey& op);
    Status put(const CloseEpoch& op);
    Status put(const PutEntryKey& op);
    Status put(const Erase& op);
    Status put(const DropBodies& op);
    Status note_grant(std::uint32_t number, const EntryHeader& header);
    Status write_epoch(std::uint32_t number, Epoch epoch, const EpochRow& row);
    Status wrap_epoch(const EpochName& name, std::uint32_t number, const EpochRow& row,
                      const EpochKey& key);
    Status wrap_key(std::uint32_t number, Seq seq, const EntryKey& key);
    struct Remains {
        Seq seq;
        Arrival arrival;
        UnixMillis received;
        bool readable = false;
        std::array<Byte, entry_prefix_bytes> prefix{};
    };
    Status erase_entries(std::uint32_t number, std::span<const Seq> seqs);
    Result<std::optional<Remains>> remains_of(std::uint32_t number, Seq seq) const;
    Result<EntryKey> key_of(const StreamId& stream, std::uint32_t number, Seq seq) const;
    // batch_rows.cc
    Status put(const PutStream& op);
    Status put(const PutSlot& op);
    Status put(const DropSlotsBefore& op);
    Status put(const DropSlots& op);
    Status put(const PutDirectoryRecord& op);
    Status put(const PutAck& op);
    Status put(const PutMail& op);
    Status put(const DropMail& op);
    Status put(const PutPrivate& op);
    Status put(const DropPrivate& op);
    Status put(const PutSecret& op);
    Status put(const DropSecret& op);
    Status put(const PutAudit& op);
    Status finish();

    Status put_sealed(Table table, ByteView key, ByteView plain);
    Status erase_row(Table table, ByteView key);
    Result<std::uint32_t> number_of(const StreamId& stream) const;  // Error structure: unknown.
    std::uint32_t number_for(const StreamId& stream);               // Numbers it if new.

    StoreCore& core_;
    WriteTxn& txn_;
    BatchChanges changes_;
    std::size_t known_streams_;
    std::map<std::uint32_t, const StreamState*> states_;  // The last PutStream of each.
    // The content of this batch, for its search records: nothing of it has to be read back.
    struct Fresh {
        Arrival arrival;
        Epoch epoch;
    };
    std::map<std::pair<std::uint32_t, Seq>, Fresh> fresh_;
};

}  // namespace rilon
