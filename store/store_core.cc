#include "store/store_core.h"

namespace rilon {
namespace {
Error damaged_row(Table table) {
    return {Errc::damaged,
            "a row of table " + std::to_string(static_cast<int>(table)) + " does not authenticate"};
}
}  // namespace

std::optional<std::uint32_t> StoreCore::number_of(const StreamId& stream) const {
    std::shared_lock lock(mutex);
    auto found = memory.numbers.find(stream);
    if (found == memory.numbers.end()) return std::nullopt;
    return found->second;
}

std::optional<StreamId> StoreCore::stream_of(std::uint32_t number) const {
    std::shared_lock lock(mutex);
    if (number >= memory.streams.size()) return std::nullopt;
    return memory.streams[number];
}

Result<EntryRow> StoreCore::open_entry_row(ByteView key, ByteView value) const {
    if (value.size() < row_mac_bytes ||
        !sealer.mac_ok(Table::entries, key, value.subspan(row_mac_bytes),
                       value.first(row_mac_bytes)))
        return damaged_row(Table::entries);
    return decode_entry_row(value.subspan(row_mac_bytes));
}

Result<std::optional<EntryRow>> StoreCore::entry_row(const Txn& txn, std::uint32_t number,
                                                     Seq seq) const {
    RowKey key = entry_row_key(number, seq.value);
    auto value = txn.get(Table::entries, key);
    if (!value) return value.error();
    if (!value->has_value()) return std::optional<EntryRow>{};
    auto row = open_entry_row(key, **value);
    if (!row) return row.error();
    return std::optional<EntryRow>{*row};
}

Result<Bytes> StoreCore::open_row(Table table, ByteView key, ByteView value) const {
    auto plain = sealer.open(table, key, value);
    if (!plain) return damaged_row(table);
    return std::move(*plain);
}

Result<std::optional<Bytes>> StoreCore::sealed_row(const Txn& txn, Table table,
                                                   ByteView key) const {
    auto value = txn.get(table, key);
    if (!value) return value.error();
    if (!value->has_value()) return std::optional<Bytes>{};
    auto plain = open_row(table, key, **value);
    if (!plain) return plain.error();
    return std::optional<Bytes>{std::move(*plain)};
}

Result<std::optional<EpochRow>> StoreCore::epoch_row(const Txn& txn, std::uint32_t number,
                                                     Epoch epoch) const {
    auto plain = sealed_row(txn, Table::epochs, epoch_row_key(number, epoch.value));
    if (!plain) return plain.error();
    if (!plain->has_value()) return std::optional<EpochRow>{};
    auto row = decode_epoch_row(**plain);
    if (!row) return row.error();
    return std::optional<EpochRow>{*row};
}

Result<EntryKey> StoreCore::wrapped_key(const Txn& txn, std::uint32_t number, Seq seq,
                                        Asker asker) const {
    RowKey key = entry_row_key(number, seq.value);
    auto value = txn.get(Table::entry_keys, key);
    if (!value) return value.error();
    if (!value->has_value()) return {Errc::not_found, "no key for this entry"};
    if ((*value)->size() != wrapped_key_bytes) return damaged_row(Table::entry_keys);
    ByteView generation = (*value)->first(4);
    ByteReader in(generation);
    BucketVersion version{{number, bucket_of(seq.value)}, in.u32()};
    std::optional<Bytes> plain;
    const BucketKey* staged = asker == Asker::writer ? vault.staged_bucket(version) : nullptr;
    if (staged != nullptr) {
        plain = RowSealer::open_under(staged->expose(), Table::entry_keys, key, generation,
                                      (*value)->subspan(4));
    } else {
        auto bucket = vault.bucket_key(version);
        if (!bucket) return bucket.error();
        plain = RowSealer::open_under(bucket->expose(), Table::entry_keys, key, generation,
                                      (*value)->subspan(4));
    }
    if (!plain || plain->size() != EntryKey::size()) return damaged_row(Table::entry_keys);
    EntryKey out{ByteView(*plain)};
    wipe(*plain);
    return out;
}

}  // namespace rilon
