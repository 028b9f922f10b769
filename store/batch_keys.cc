// Epochs, entry keys and erasure of a batch.
#include <algorithm>

#include "store/batch_writer.h"

namespace rilon {
namespace {
constexpr std::size_t erase_chunk = 1024;  // Entries whose remains are in memory at once.
}  // namespace

Status BatchWriter::write_epoch(std::uint32_t number, Epoch epoch, const EpochRow& row) {
    return put_sealed(Table::epochs, epoch_row_key(number, epoch.value), encode_epoch_row(row));
}

Status BatchWriter::note_grant(std::uint32_t number, const EntryHeader& header) {
    auto held = core_.epoch_row(txn_, number, header.epoch);
    if (!held) return held.error();
    EpochRow row = held->value_or(EpochRow{});
    row.from = header.seq;
    row.granted = true;
    return write_epoch(number, header.epoch, row);
}

Status BatchWriter::put(const PutEpochKey& op) {
    // A batch may give K just before the grant.
    std::uint32_t number = number_for(op.stream);
    EpochName name{op.stream, op.epoch};
    auto held = core_.epoch_row(txn_, number, op.epoch);
    if (!held) return held.error();
    EpochRow row = held->value_or(EpochRow{});
    if (row.state == EpochRow::State::closed_keyed) return {};
    if (row.state == EpochRow::State::closed) {
        if (Status s = wrap_epoch(name, number, row, op.key); !s.ok()) return s;
        row.state = EpochRow::State::closed_keyed;
    } else {
        core_.vault.stage_epoch_key(name, op.key);
        row.state = EpochRow::State::open_keyed;
    }
    return write_epoch(number, op.epoch, row);
}

Status BatchWriter::put(const CloseEpoch& op) {
    auto number = number_of(op.stream);
    if (!number) return number.error();
    EpochName name{op.stream, op.epoch};
    auto held = core_.epoch_row(txn_, *number, op.epoch);
    if (!held) return held.error();
    if (!held->has_value() || !(*held)->granted)
        return {Errc::structure, "closing an epoch that was never granted"};
    EpochRow row = **held;
    if (!row.is_open()) return {};
    if (row.state == EpochRow::State::open_keyed) {
        changes_.closed.push_back(name);
        const EpochKey* key = core_.vault.staged_or_kept(name);
        row.state = key == nullptr ? EpochRow::State::closed : EpochRow::State::closed_keyed;
        if (key != nullptr) {
            EpochKey own = key->duplicate();
            if (Status s = wrap_epoch(name, *number, row, own); !s.ok()) return s;
            core_.vault.unstage_epoch_key(name);
        }
    } else {
        row.state = EpochRow::State::closed;
    }
    return write_epoch(*number, op.epoch, row);
}

Status BatchWriter::put(const PutEntryKey& op) {
    auto number = number_of(op.stream);
    if (!number) return {};
    auto held = core_.entry_row(txn_, *number, op.seq);
    if (!held) return held.code() == Errc::damaged ? Status{} : Status{held.error()};
    if (!held->has_value() || (*held)->state == BodyState::erased) return {};
    return wrap_key(*number, op.seq, op.key);
}

// Derives and wraps the key of every content and chunk of the epoch that is not erased, present or
// absent: a body may come later. Entries arrive in order, so all of a closed epoch are here.
Status BatchWriter::wrap_epoch(const EpochName& name, std::uint32_t number, const EpochRow& row,
                               const EpochKey& key) {
    std::vector<Seq> wanted;
    {
        auto cursor = Cursor::open(txn_, Table::entries);
        if (!cursor) return cursor.error();
        RowKey first = entry_row_key(number, row.from.value);
        for (auto more = cursor->seek(first);; more = cursor->next()) {
            if (!more) return more.error();
            if (!*more || !equal(cursor->key().first(4), first.view().first(4))) break;
            ByteReader in(cursor->key().subspan(4));
            Seq seq{in.u64()};
            auto entry = core_.open_entry_row(cursor->key(), cursor->value());
            if (!entry) {
                // Damaged. It can't have been erased while the epoch was open, so it gets its key;
                // after the close it could, so it does not.
                if (row.is_open()) wanted.push_back(seq);
                continue;
            }
            if (entry->state == BodyState::erased) continue;
            auto header = parse_header(entry->prefix.first(header_bytes));
            if (!header) return header.error();
            if (header->epoch > name.epoch) break;
            if (!is_clear(header->kind) && header->epoch == name.epoch) wanted.push_back(seq);
        }
    }
    for (Seq seq : wanted)
        if (Status s = wrap_key(number, seq, entry_key(key, name.stream, seq)); !s.ok()) return s;
    return {};
}

Status BatchWriter::wrap_key(std::uint32_t number, Seq seq, const EntryKey& key) {
    BucketName name{number, bucket_of(seq.value)};
    auto version = core_.vault.current_bucket(name);
    if (!version) return version.error();
    std::optional<BucketKey> kept;
    if (core_.vault.staged_bucket(*version) == nullptr) {
        auto bucket = core_.vault.bucket_key(*version);
        if (!bucket && bucket.code() != Errc::damaged) return bucket.error();
        // Damaged: what it wrapped is lost with it, what comes gets a new one.
        if (!bucket) version = core_.vault.renewed_bucket(name);
        if (!version) return version.error();
        if (bucket) kept = std::move(*bucket);
    }
    const BucketKey& under = kept ? *kept : *core_.vault.staged_bucket(*version);
    RowKey row = entry_row_key(number, seq.value);
    RowKey generation = RowKey{}.u32(version->generation);
    Bytes value = to_bytes(generation);
    Bytes sealed =
        core_.sealer.seal_under(under.expose(), Table::entry_keys, row, generation, key.expose());
    value.insert(value.end(), sealed.begin(), sealed.end());
    return txn_.put_ascending(Table::entry_keys, row, value);
}

Result<EntryKey> BatchWriter::key_of(const StreamId& stream, std::uint32_t number, Seq seq) const {
    auto wrapped = core_.wrapped_key(txn_, number, seq, StoreCore::Asker::writer);
    if (wrapped || wrapped.code() != Errc::not_found) return wrapped;
    auto held = core_.entry_row(txn_, number, seq);
    if (!held) return held.error();
    if (!held->has_value() || (*held)->state == BodyState::erased) return wrapped;
    auto header = parse_header((*held)->prefix.first(header_bytes));
    if (!header) return header.error();
    auto epoch = core_.epoch_row(txn_, number, header->epoch);
    if (!epoch) return epoch.error();
    const EpochKey* key = core_.vault.staged_or_kept({stream, header->epoch});
    if (is_clear(header->kind) || !epoch->has_value() || !(*epoch)->is_open() || key == nullptr)
        return wrapped;
    return entry_key(*key, stream, seq);
}

Status BatchWriter::put(const Erase& op) {
    auto number = number_of(op.stream);
    if (!number) return number.error();
    fresh_.clear();  // They may be among them.
    for (const SeqRange& range : op.ranges) {
        std::vector<Seq> seqs;
        {
            auto cursor = Cursor::open(txn_, Table::entries);
            if (!cursor) return cursor.error();
            RowKey first = entry_row_key(*number, range.from.value);
            for (auto more = cursor->seek(first);; more = cursor->next()) {
                if (!more) return more.error();
                if (!*more || !equal(cursor->key().first(4), first.view().first(4))) break;
                ByteReader in(cursor->key().subspan(4));
                Seq seq{in.u64()};
                if (seq > range.to) break;
                seqs.push_back(seq);
            }
        }
        for (std::size_t i = 0; i < seqs.size(); i += erase_chunk) {
            std::size_t n = std::min(erase_chunk, seqs.size() - i);
            if (Status s = erase_entries(*number, std::span(seqs).subspan(i, n)); !s.ok()) return s;
        }
    }
    return {};
}

// All rows go before their remains come back: LMDB gives pages free only when rows are deleted, and
// best when all of a page are.
Status BatchWriter::erase_entries(std::uint32_t number, std::span<const Seq> seqs) {
    std::vector<Remains> kept;
    for (Seq seq : seqs) {
        auto remains = remains_of(number, seq);
        if (!remains) return remains.error();
        if (remains->has_value()) kept.push_back(**remains);
    }
    for (const Remains& left : kept) {
        RowKey key = entry_row_key(number, left.seq.value);
        for (Table table : {Table::entries, Table::entry_keys})
            if (Status s = erase_row(table, key); !s.ok()) return s;
        Status s = erase_row(Table::search, number_key(left.arrival.value));
        if (!s.ok()) return s;
    }
    for (const Remains& left : kept) {
        ByteView prefix = left.readable ? ByteView(left.prefix) : ByteView();
        EntryRow row{BodyState::erased, left.arrival, left.received, prefix, {}};
        if (Status s = write_entry(number, left.seq, row); !s.ok()) return s;
        Status s = put_sealed(Table::pending, entry_row_key(number, left.seq.value), {});
        if (!s.ok()) return s;
    }
    changes_.erased = changes_.erased || !kept.empty();
    return {};
}

// What stays of an entry that is erased; nothing for those that Erase passes over.
Result<std::optional<BatchWriter::Remains>> BatchWriter::remains_of(std::uint32_t number,
                                                                    Seq seq) const {
    using Nothing = std::optional<Remains>;
    auto held = core_.entry_row(txn_, number, seq);
    Remains left;
    left.seq = seq;
    if (!held) {
        if (held.code() != Errc::damaged) return held.error();
        // What can't be read can be erased all the same; header and signature are lost with it.
        auto arrival = find_arrival(number, seq);
        if (!arrival) return arrival.error();
        if (arrival->has_value()) {
            left.arrival = (*arrival)->n;
            left.received = (*arrival)->received;
        }
        return Nothing{left};
    }
    if (!held->has_value() || (*held)->state == BodyState::erased) return Nothing{};
    const EntryRow& row = **held;
    auto header = parse_header(row.prefix.first(header_bytes));
    if (!header) return header.error();
    if (is_clear(header->kind)) return Nothing{};
    auto epoch = core_.epoch_row(txn_, number, header->epoch);
    if (!epoch) return epoch.error();
    if (!epoch->has_value() || (*epoch)->is_open())
        return {Errc::structure,
                "erasing from an open epoch: its K would open the entry again; close it first"};
    left.arrival = row.arrival;
    left.received = row.received;
    left.readable = true;
    std::copy(row.prefix.begin(), row.prefix.end(), left.prefix.begin());
    return Nothing{left};
}

}  // namespace rilon
