// What LmdbStore's reading and writing halves share: the two environments, the sealer and the small
// things kept in memory. Readers take `mutex` shared for the memory part; the writer changes it,
// under a unique lock, only after the commit that made the change true.
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "store/audit.h"
#include "store/key_vault.h"
#include "store/lmdb_env.h"
#include "store/row_codec.h"
#include "store/sealed_row.h"

namespace rilon {

struct StoreMemory {
    std::unordered_map<StreamId, std::uint32_t> numbers;
    std::vector<StreamId> streams;  // By number.
    Arrival last_arrival;
    AuditHead audit;
};

struct StoreCore {
    StoreCore(const StorageKey& key, Rng& random, const std::string& dir,
              std::uint64_t vault_map_bytes)
        : sealer(key, random), vault(dir, vault_map_bytes, sealer, random) {}

    RowSealer sealer;
    KeyVault vault;
    std::unique_ptr<LmdbEnv> data;
    mutable std::shared_mutex mutex;
    StoreMemory memory;
    // Rows that were passed over because they did not authenticate.
    mutable std::atomic<std::uint64_t> damaged_rows{0};

    std::optional<std::uint32_t> number_of(const StreamId& stream) const;
    std::optional<StreamId> stream_of(std::uint32_t number) const;

    // An entry's row, authenticated. damaged if it is there but fails; views into `txn`.
    Result<std::optional<EntryRow>> entry_row(const Txn& txn, std::uint32_t number, Seq seq) const;
    Result<EntryRow> open_entry_row(ByteView key, ByteView value) const;
    // A sealed row, opened: nothing if not there, damaged if it fails.
    Result<std::optional<Bytes>> sealed_row(const Txn& txn, Table table, ByteView key) const;
    Result<Bytes> open_row(Table table, ByteView key, ByteView value) const;
    Result<std::optional<EpochRow>> epoch_row(const Txn& txn, std::uint32_t number,
                                              Epoch epoch) const;
    // The wrapped key: not_found if there is none or its bucket key is destroyed. Only the writing
    // thread may look among bucket keys not yet durable.
    enum class Asker { reader, writer };
    Result<EntryKey> wrapped_key(const Txn& txn, std::uint32_t number, Seq seq, Asker asker) const;
};

// The row of an entry key: u32 generation ‖ sealed under that bucket key, generation in the AD.
constexpr std::size_t wrapped_key_bytes = 4 + sealed_overhead_bytes + EntryKey::size();

}  // namespace rilon
