// Epochs, entry keys and erasure of a batch.
#include "store/batch_writer.h"

namespace rilon {

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
        const EpochKey* key = core_.vault.staged_or_kept(name);
        if (key == nullptr)
            return {Errc::damaged, "the key of an open epoch is lost; fetch its slot again"};
        EpochKey own = key->duplicate();
        if (Status s = wrap_epoch(name, *number, row, own); !s.ok()) return s;
        core_.vault.unstage_epoch_key(name);
        changes_.closed.push_back(name);
        row.state = EpochRow::State::closed_keyed;
    } else {
        row.state = EpochRow::State::closed;
    }
    return write_epoch(*number, op.epoch, row);
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
    auto version = core_.vault.current_bucket({number, bucket_of(seq.value)});
    if (!version) return version.error();
    RowKey row = entry_row_key(number, seq.value);
    RowKey generation = RowKey{}.u32(version->generation);
    Bytes sealed;
    if (const BucketKey* staged = core_.vault.staged_bucket(*version)) {
        sealed = core_.sealer.seal_under(staged->expose(), Table::entry_keys, row, generation,
                                         key.expose());
    } else {
        auto bucket = core_.vault.bucket_key(*version);
        if (!bucket) return bucket.error();
        sealed = core_.sealer.seal_under(bucket->expose(), Table::entry_keys, row, generation,
                                         key.expose());
    }
    Bytes value = to_bytes(generation);
    value.insert(value.end(), sealed.begin(), sealed.end());
    return txn_.put_ascending(Table::entry_keys, row, value);
}

Result<EntryKey> BatchWriter::key_of(const StreamId& stream, std::uint32_t number,
                                     Seq seq) const {
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
        for (Seq seq : seqs)
            if (Status s = erase_entry(*number, seq); !s.ok()) return s;
    }
    return {};
}

Status BatchWriter::erase_entry(std::uint32_t number, Seq seq) {
    auto held = core_.entry_row(txn_, number, seq);
    if (!held && held.code() != Errc::damaged) return held.error();
    EntryRow row;
    std::array<Byte, entry_prefix_bytes> prefix;
    if (held) {
        row = **held;
        if (row.state == BodyState::erased) return {};
        auto header = parse_header(row.prefix.first(header_bytes));
        if (!header) return header.error();
        if (is_clear(header->kind)) return {};
        auto epoch = core_.epoch_row(txn_, number, header->epoch);
        if (!epoch) return epoch.error();
        if (!epoch->has_value() || (*epoch)->is_open())
            return {Errc::structure,
                    "erasing from an open epoch: its K would open the entry again; close it first"};
        std::copy(row.prefix.begin(), row.prefix.end(), prefix.begin());
        row.prefix = prefix;
    } else {
        // What can't be read can be erased all the same; header and signature are lost with it.
        auto arrival = find_arrival(number, seq);
        if (!arrival) return arrival.error();
        if (arrival->has_value()) row.arrival = (*arrival)->n, row.received = (*arrival)->received;
    }
    row.state = BodyState::erased;
    row.body = {};
    if (Status s = write_entry(number, seq, row); !s.ok()) return s;
    RowKey key = entry_row_key(number, seq.value);
    if (Status s = erase_row(Table::entry_keys, key); !s.ok()) return s;
    if (Status s = erase_row(Table::search, number_key(row.arrival.value)); !s.ok()) return s;
    changes_.erased = true;
    return put_sealed(Table::pending, key, {});
}

}  // namespace rilon
