// The format on disk: tables, key layouts and constants. Paired with docs/store.md; change both.
//
//   directory/        0700
//     lock            held (flock) by the one daemon that has the store open
//     data.mdb        LMDB: everything but keys of keys; one commit per batch
//     keys.mdb        LMDB: epoch keys K, bucket keys and the node's own secrets, under the storage
//     key keys.new        a compact copy under way; removed at open keys.old        the environment
//     a purge replaced; zeroed and removed reserve         room kept back so that a full disk can
//     still purge
#pragma once

#include <array>

#include "protocol/bytes.h"
#include "protocol/crypto.h"

namespace rilon {

// Raised when an older binary could no longer read what this one writes.
constexpr std::uint32_t store_schema = 1;

// The number is part of what authenticates a row (AD, MAC): never reuse one.
enum class Table : std::uint8_t {
    // data.mdb
    meta = 1,         // short name                     → sealed, but `schema` and `check`
    streams = 2,      // u32 number                     → sealed StreamState
    entries = 3,      // u32 number ‖ u64 seq           → MAC, EntryRow
    arrivals = 4,     // u64 n                          → sealed
    entry_keys = 5,   // u32 number ‖ u64 seq           → u32 bucket generation ‖ wrapped key
    search = 6,       // u64 n                          → u32 number ‖ u64 seq ‖ sealed record
    epochs = 7,       // u32 number ‖ u32 epoch         → sealed EpochRow
    slots = 8,        // u32 number ‖ u32 epoch ‖ tag   → sealed u64 granted ‖ slot
    slot_times = 9,   // u64 granted ‖ key of slots     → sealed, empty
    directory = 10,   // u64 n                          → sealed
    node_acks = 11,   // u32 number ‖ name16(node)      → sealed
    entry_acks = 12,  // u32 number ‖ u64 seq ‖ u8 level ‖ name16(node) → sealed
    mail = 13,        // u64 n                          → sealed
    private_values = 14,  // name16(name)                   → sealed
    audit = 15,           // u64 n                          → sealed
    pending = 16,   // u32 number ‖ u64 seq           → sealed, empty: erase() has to do this;
                    // or the row key of a node secret
    removals = 20,  // u64 n                        → sealed u32 number ‖ u64 seq ‖ record
    // keys.mdb
    vault_meta = 17,    // as meta
    epoch_keys = 18,    // name16(stream ‖ epoch)           → sealed stream ‖ u32 epoch ‖ K
    bucket_keys = 19,   // u32 number ‖ u64 bucket ‖ u32 generation → sealed bucket key
    node_secrets = 21,  // name16(name)                     → sealed u8 length ‖ name ‖ secret
};
constexpr std::size_t tables_max = 22;  // One past the last number.

struct TableName {
    Table table;
    const char* name;
};
constexpr std::array<TableName, 17> data_tables{{{Table::meta, "meta"},
                                                 {Table::streams, "streams"},
                                                 {Table::entries, "entries"},
                                                 {Table::arrivals, "arrivals"},
                                                 {Table::entry_keys, "entry-keys"},
                                                 {Table::search, "search"},
                                                 {Table::epochs, "epochs"},
                                                 {Table::slots, "slots"},
                                                 {Table::slot_times, "slot-times"},
                                                 {Table::directory, "directory"},
                                                 {Table::node_acks, "node-acks"},
                                                 {Table::entry_acks, "entry-acks"},
                                                 {Table::mail, "mail"},
                                                 {Table::private_values, "private"},
                                                 {Table::audit, "audit"},
                                                 {Table::pending, "pending"},
                                                 {Table::removals, "removals"}}};
constexpr std::array<TableName, 4> key_tables{{{Table::vault_meta, "meta"},
                                               {Table::epoch_keys, "epoch-keys"},
                                               {Table::bucket_keys, "bucket-keys"},
                                               {Table::node_secrets, "node-secrets"}}};

// Rows of meta and vault_meta.
constexpr std::string_view meta_schema = "schema";     // u32, in the clear, never sealed.
constexpr std::string_view meta_check = "check";       // store id [16] ‖ key check [32], clear.
constexpr std::string_view meta_audit = "audit-head";  // u64 count ‖ link, sealed.
constexpr std::size_t store_id_bytes = 16;

// One bucket key wraps the entry keys of 64 consecutive seqs of a stream.
constexpr std::uint64_t bucket_entries = 64;
constexpr std::uint64_t bucket_of(std::uint64_t seq) {
    return seq / bucket_entries;
}

// A row key on the stack, big-endian so that bytewise order is numeric order.
class RowKey {
   public:
    RowKey& u8(std::uint8_t v) { return integer(v, 1); }
    RowKey& u32(std::uint32_t v) { return integer(v, 4); }
    RowKey& u64(std::uint64_t v) { return integer(v, 8); }
    RowKey& raw(ByteView v) {
        RILON_ASSERT(size_ + v.size() <= bytes_.size());
        std::memcpy(bytes_.data() + size_, v.data(), v.size());
        size_ += v.size();
        return *this;
    }
    operator ByteView() const { return {bytes_.data(), size_}; }
    ByteView view() const { return *this; }

   private:
    RowKey& integer(std::uint64_t v, int size) {
        for (int i = size - 1; i >= 0; --i) {
            RILON_ASSERT(size_ < bytes_.size());
            bytes_[size_++] = static_cast<Byte>(v >> (8 * i));
        }
        return *this;
    }
    std::array<Byte, 64> bytes_{};
    std::size_t size_ = 0;
};

inline RowKey number_key(std::uint64_t n) {
    return RowKey{}.u64(n);
}
inline RowKey stream_key(std::uint32_t number) {
    return RowKey{}.u32(number);
}
inline RowKey entry_row_key(std::uint32_t number, std::uint64_t seq) {
    return RowKey{}.u32(number).u64(seq);
}
inline RowKey epoch_row_key(std::uint32_t number, std::uint32_t epoch) {
    return RowKey{}.u32(number).u32(epoch);
}
inline RowKey bucket_row_key(std::uint32_t number, std::uint64_t bucket, std::uint32_t generation) {
    return RowKey{}.u32(number).u64(bucket).u32(generation);
}

}  // namespace rilon
