// Applies a batch to a MemoryDisk, remembering how to take it all back: a batch is all or nothing.
#pragma once

#include "store/memory_store.h"

namespace rilon {

// The entry's key as the disk has it now: wrapped, or from K of its open epoch. not_found.
Result<EntryKey> memory_entry_key(const MemoryDisk& disk, const StreamId& stream, Seq seq);

class MemoryWriter {
   public:
    explicit MemoryWriter(MemoryDisk& disk) : disk_(disk) {}
    // On failure the disk is as it was.
    Status apply(const Batch& batch);

   private:
    Status put(const PutEntry& op);
    Status put(const PutStream& op);
    Status put(const PutBody& op);
    Status put(const PutEpochKey& op);
    Status put(const CloseEpoch& op);
    Status put(const PutEntryKey& op);
    Status heal(const VerifiedEntry& entry);
    Status put(const PutSearchRecord& op);
    Status put(const PutRemoval& op);
    Status put(const Erase& op);
    Status put(const DropBodies& op);
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

    bool held(const StreamId& stream) const;
    void see(const StreamId& stream);
    void derive_keys(const StreamId& stream, Epoch epoch, const EpochKey& key);
    Status erase_entry(const StreamId& stream, Seq seq);

    // Every change of a map goes through these two.
    template <class Map>
    void set(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
        remember(map, key);
        map.insert_or_assign(key, std::move(value));
    }
    template <class Map>
    void drop(Map& map, const typename Map::key_type& key) {
        remember(map, key);
        map.erase(key);
    }
    template <class Map>
    void remember(Map& map, const typename Map::key_type& key) {
        auto found = map.find(key);
        if (found == map.end()) {
            undo_.push_back([&map, key] { map.erase(key); });
        } else {
            undo_.push_back([&map, key, old = found->second] { map.insert_or_assign(key, old); });
        }
    }

    MemoryDisk& disk_;
    std::uint64_t arrivals_before_ = 0;  // This batch.
    std::vector<std::function<void()>> undo_;
};

}  // namespace rilon
