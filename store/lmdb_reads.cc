// Reading. Each call is one short snapshot. A row that fails: where numbers are gap-free (range,
// arrivals, directory, audit) the answer ends before it, and it is `damaged` when it is the first
// one asked for, so that the caller can name it and go on behind it. Elsewhere it is passed over
// and counted.
#include <algorithm>
#include <iterator>

#include "store/lmdb_store.h"
#include "store/store_core.h"

namespace rilon {
namespace {

// Sealed rows of a table from `from` on, as long as their key begins as `prefix` does.
template <class Take>
Status each_row(const StoreCore& core, Table table, ByteView prefix, ByteView from, Take take) {
    auto txn = core.data->read();
    if (!txn) return txn.error();
    auto cursor = Cursor::open(*txn, table);
    if (!cursor) return cursor.error();
    for (auto more = cursor->seek(from);; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more || cursor->key().size() < prefix.size() ||
            !equal(cursor->key().first(prefix.size()), prefix))
            return {};
        auto plain = core.open_row(table, cursor->key(), cursor->value());
        if (!take(cursor->key(), std::move(plain))) return {};
    }
}

// For tables numbered without gaps: up to `max` rows, ending before a damaged one.
template <class Row, class Decode>
Result<std::vector<Row>> numbered(const StoreCore& core, Table table, std::uint64_t from,
                                  std::size_t max, Decode decode) {
    std::vector<Row> out;
    std::optional<Error> failed;
    RowKey first = number_key(from);
    Status s = each_row(core, table, {}, first, [&](ByteView key, Result<Bytes> plain) {
        if (out.size() >= max) return false;
        Result<Row> row =
            plain ? decode(ByteReader(key).u64(), *plain) : Result<Row>(plain.error());
        if (row)
            out.push_back(std::move(row).value());
        else
            failed = row.error();
        return row.ok();
    });
    if (!s.ok()) return s.error();
    if (failed && out.empty()) return *failed;
    return out;
}

template <class Row, class Decode>
Result<std::vector<Row>> keyed(const StoreCore& core, Table table, ByteView prefix, ByteView from,
                               std::size_t max, Decode decode) {
    std::vector<Row> out;
    Status s = each_row(core, table, prefix, from, [&](ByteView, Result<Bytes> plain) {
        if (out.size() >= max) return false;
        Result<Row> row = plain ? decode(*plain) : Result<Row>(plain.error());
        if (row)
            out.push_back(std::move(row).value());
        else
            ++core.damaged_rows;
        return true;
    });
    if (!s.ok()) return s.error();
    return out;
}

Result<Slot> decode_slot_row(ByteView plain) {
    ByteReader in(plain);
    in.u64();
    return parse_slot(in.rest());
}

constexpr std::size_t all_rows = static_cast<std::size_t>(-1);

Result<UnverifiedEntry> entry_of(const EntryRow& row) {
    if (row.prefix.empty()) return {Errc::damaged, "an entry that was erased while damaged"};
    auto parsed = row.state == BodyState::present
                      ? parse_entry({row.prefix.data(), row.prefix.size() + row.body.size()})
                      : parse_absent_entry(row.prefix);
    if (!parsed) return {Errc::damaged, "a stored entry that is none: " + parsed.error().detail};
    return parsed;
}

}  // namespace

Result<StreamId> LmdbStore::stream_of(const Txn& txn, std::uint32_t number) const {
    if (auto known = core_->stream_of(number)) return *known;
    auto plain = core_->sealed_row(txn, Table::streams, stream_key(number));
    if (plain && plain->has_value()) {
        auto state = decode_stream_state(**plain);
        if (state) return state->id;
    }
    // Damaged: the stream's first entry knows its name too.
    auto genesis = core_->entry_row(txn, number, Seq{0});
    if (!genesis) return genesis.error();
    if (!genesis->has_value() || (*genesis)->prefix.empty())
        return {Errc::damaged, "stream number " + std::to_string(number) + " lost its name"};
    auto header = parse_header((*genesis)->prefix.first(header_bytes));
    if (!header) return header.error();
    return header->stream;
}

Result<std::vector<StreamState>> LmdbStore::streams() const {
    std::vector<StreamState> out;
    std::optional<Error> failed;
    Status s = each_row(*core_, Table::streams, {}, {}, [&](ByteView key, Result<Bytes> plain) {
        auto state = plain ? decode_stream_state(*plain) : Result<StreamState>(plain.error());
        if (!state) {
            auto id = core_->stream_of(ByteReader(key).u32());
            failed = Error{Errc::damaged,
                           "the state of stream " + (id ? id->brief() : "?") + " is damaged"};
            return false;
        }
        // Without an origin it is only a name that a slot or an epoch key came for.
        if (state->founded || !state->origin.is_zero()) out.push_back(std::move(*state));
        return true;
    });
    if (!s.ok()) return s.error();
    if (failed) return *failed;
    return out;
}

Result<std::optional<StoredEntry>> LmdbStore::entry(const StreamId& stream, Seq seq) const {
    auto number = core_->number_of(stream);
    if (!number) return std::optional<StoredEntry>{};
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    auto row = core_->entry_row(*txn, *number, seq);
    if (!row) return row.error();
    if (!row->has_value()) return std::optional<StoredEntry>{};
    auto parsed = entry_of(**row);
    if (!parsed) return parsed.error();
    return std::optional<StoredEntry>{StoredEntry{
        std::move(*parsed), (*row)->arrival, (*row)->received, (*row)->state == BodyState::erased}};
}

Result<std::vector<UnverifiedEntry>> LmdbStore::range(const StreamId& stream, Seq from, Seq to,
                                                      std::size_t max_bytes) const {
    std::vector<UnverifiedEntry> out;
    auto number = core_->number_of(stream);
    if (!number) return out;
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    auto cursor = Cursor::open(*txn, Table::entries);
    if (!cursor) return cursor.error();
    std::size_t bytes = 0;
    RowKey first = entry_row_key(*number, from.value);
    RowKey last = entry_row_key(*number, to.value);
    for (auto more = cursor->seek(first);; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more || std::memcmp(cursor->key().data(), last.view().data(), 12) > 0) return out;
        auto row = core_->open_entry_row(cursor->key(), cursor->value());
        if (!row && out.empty()) return row.error();
        if (!row) return out;
        bytes += row->prefix.size() + row->body.size();
        if (bytes > max_bytes && !out.empty()) return out;
        auto parsed = entry_of(*row);
        if (!parsed && out.empty()) return parsed.error();
        if (!parsed) return out;
        out.push_back(std::move(*parsed));
    }
}

Result<std::vector<ArrivalRow>> LmdbStore::arrivals(Arrival after, std::size_t max) const {
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    return numbered<ArrivalRow>(*core_, Table::arrivals, after.value + 1, max,
                                [&](std::uint64_t n, const Bytes& plain) -> Result<ArrivalRow> {
                                    auto place = decode_arrival(plain);
                                    if (!place) return place.error();
                                    // The rows come from a later snapshot than `txn` only by
                                    // streams that memory then knows.
                                    auto stream = stream_of(*txn, place->number);
                                    if (!stream) return stream.error();
                                    return ArrivalRow{Arrival{n}, *stream,     place->seq,
                                                      place->id,  place->kind, place->received};
                                });
}

Arrival LmdbStore::last_arrival() const {
    std::shared_lock lock(core_->mutex);
    return core_->memory.last_arrival;
}

// One snapshot's answer. The vault moves on by itself: see entry_key.
Result<EntryKey> LmdbStore::key_in(const Txn& txn, const StreamId& stream, Seq seq) const {
    auto number = core_->number_of(stream);
    if (!number) return {Errc::not_found, "no such stream"};
    auto wrapped = core_->wrapped_key(txn, *number, seq, StoreCore::Asker::reader);
    if (wrapped || wrapped.code() != Errc::not_found) return wrapped;
    auto row = core_->entry_row(txn, *number, seq);
    if (!row) return row.error();
    if (!row->has_value() || (*row)->prefix.empty()) return wrapped;
    auto header = parse_header((*row)->prefix.first(header_bytes));
    if (!header) return header.error();
    if (is_clear(header->kind) || (*row)->state == BodyState::erased) return wrapped;
    auto epoch = core_->epoch_row(txn, *number, header->epoch);
    if (!epoch) return epoch.error();
    if (!epoch->has_value() || !(*epoch)->is_open()) return wrapped;
    auto key = core_->vault.epoch_key({stream, header->epoch});
    if (!key) return wrapped;
    return rilon::entry_key(*key, stream, seq);
}

Result<EntryKey> LmdbStore::entry_key(const StreamId& stream, Seq seq) const {
    // Between our snapshot and our look into the vault an epoch may have closed or a purge
    // rewrapped the bucket; then a new snapshot has the key.
    for (int attempt = 0;; ++attempt) {
        auto txn = core_->data->read();
        if (!txn) return txn.error();
        auto key = key_in(*txn, stream, seq);
        if (key || key.code() != Errc::not_found || attempt == 1) return key;
    }
}

Result<std::optional<EpochKey>> LmdbStore::epoch_key(const StreamId& stream, Epoch epoch) const {
    auto number = core_->number_of(stream);
    if (!number) return std::optional<EpochKey>{};
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    auto row = core_->epoch_row(*txn, *number, epoch);
    if (!row) return row.error();
    if (!row->has_value() || (*row)->state != EpochRow::State::open_keyed)
        return std::optional<EpochKey>{};
    return core_->vault.epoch_key({stream, epoch});
}

Result<std::vector<SearchRow>> LmdbStore::search_records(Arrival after, std::size_t max) const {
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    auto records = records_in(*txn, after, max);
    if (!records) return records;
    auto removals = removals_in(*txn, after, max);
    if (!removals || removals->empty()) return removals ? std::move(records) : std::move(removals);
    std::vector<SearchRow> out;
    std::merge(std::make_move_iterator(records->begin()), std::make_move_iterator(records->end()),
               std::make_move_iterator(removals->begin()), std::make_move_iterator(removals->end()),
               std::back_inserter(out),
               [](const SearchRow& a, const SearchRow& b) { return a.n < b.n; });
    if (out.size() > max) out.erase(out.begin() + static_cast<std::ptrdiff_t>(max), out.end());
    return out;
}

Result<std::vector<SearchRow>> LmdbStore::removals_in(const Txn& txn, Arrival after,
                                                      std::size_t max) const {
    std::vector<SearchRow> out;
    auto cursor = Cursor::open(txn, Table::removals);
    if (!cursor) return cursor.error();
    RowKey first = number_key(after.value + 1);
    for (auto more = cursor->seek(first); out.size() < max; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) break;
        ByteReader n(cursor->key());
        auto plain = core_->open_row(Table::removals, cursor->key(), cursor->value());
        ByteReader in(plain ? ByteView(*plain) : ByteView());
        std::uint32_t number = in.u32();
        Seq seq{in.u64()};
        auto stream = in.failed() ? Result<StreamId>(Errc::damaged, "a short removal")
                                  : stream_of(txn, number);
        if (stream)
            out.push_back({Arrival{n.u64()}, *stream, seq, to_bytes(in.rest())});
        else
            ++core_->damaged_rows;
    }
    return out;
}

Result<std::vector<SearchRow>> LmdbStore::records_in(const Txn& txn, Arrival after,
                                                     std::size_t max) const {
    std::vector<SearchRow> out;
    auto cursor = Cursor::open(txn, Table::search);
    if (!cursor) return cursor.error();
    RowKey first = number_key(after.value + 1);
    for (auto more = cursor->seek(first); out.size() < max; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) break;
        ByteReader n(cursor->key());
        ByteReader where(cursor->value());
        ByteView place = where.raw(12);
        ByteReader in(place);
        std::uint32_t number = in.u32();
        Seq seq{in.u64()};
        auto stream = where.failed() ? Result<StreamId>(Errc::damaged, "a short search record")
                                     : stream_of(txn, number);
        auto key = stream ? key_in(txn, *stream, seq) : Result<EntryKey>(stream.error());
        // not_found: closed or purged since our snapshot began; a fresh one tells which.
        if (stream && !key && key.code() == Errc::not_found) key = entry_key(*stream, seq);
        auto plain = key ? RowSealer::open_under(search_key(key->expose()).expose(), Table::search,
                                                 cursor->key(), place, where.rest())
                         : std::nullopt;
        if (plain)
            out.push_back({Arrival{n.u64()}, *stream, seq, std::move(*plain)});
        else
            ++core_->damaged_rows;
    }
    return out;
}

Result<std::optional<Slot>> LmdbStore::slot(const StreamId& stream, Epoch epoch,
                                            const SlotTag& tag) const {
    auto number = core_->number_of(stream);
    if (!number) return std::optional<Slot>{};
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    RowKey key = epoch_row_key(*number, epoch.value).raw(tag.view());
    auto plain = core_->sealed_row(*txn, Table::slots, key);
    if (!plain) return plain.error();
    if (!plain->has_value()) return std::optional<Slot>{};
    auto slot = decode_slot_row(**plain);
    if (!slot) return {Errc::damaged, "a stored slot that is none"};
    return std::optional<Slot>{*slot};
}

Result<std::vector<Slot>> LmdbStore::slots(const StreamId& stream, Epoch epoch) const {
    auto number = core_->number_of(stream);
    if (!number) return std::vector<Slot>{};
    RowKey prefix = epoch_row_key(*number, epoch.value);
    return keyed<Slot>(*core_, Table::slots, prefix, prefix, all_rows, decode_slot_row);
}

Result<std::vector<DirectoryRecord>> LmdbStore::directory(DirSeq from, std::size_t max) const {
    return numbered<DirectoryRecord>(
        *core_, Table::directory, from.value, max,
        [](std::uint64_t, const Bytes& plain) { return decode_directory_row(plain); });
}

Result<std::vector<AckRecord>> LmdbStore::stream_acks(const StreamId& stream) const {
    auto number = core_->number_of(stream);
    if (!number) return std::vector<AckRecord>{};
    RowKey prefix = stream_key(*number);
    return keyed<AckRecord>(*core_, Table::node_acks, prefix, prefix, all_rows, decode_ack_row);
}

Result<std::vector<AckRecord>> LmdbStore::entry_acks(const StreamId& stream, Seq seq) const {
    auto number = core_->number_of(stream);
    if (!number) return std::vector<AckRecord>{};
    RowKey prefix = entry_row_key(*number, seq.value);
    return keyed<AckRecord>(*core_, Table::entry_acks, prefix, prefix, all_rows, decode_ack_row);
}

Result<std::vector<MailRow>> LmdbStore::mail(std::uint64_t after, std::size_t max) const {
    RowKey from = number_key(after + 1);
    return keyed<MailRow>(*core_, Table::mail, {}, from, max, decode_mail_row);
}

Result<std::optional<Bytes>> LmdbStore::private_value(const std::string& name) const {
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    Name16 key = core_->sealer.name(Table::private_values, as_bytes(name));
    return core_->sealed_row(*txn, Table::private_values, key.view());
}

Result<std::vector<StoredSecret>> LmdbStore::secrets() const {
    return core_->vault.secrets();
}

Result<std::vector<AuditRow>> LmdbStore::audit(std::uint64_t from, std::size_t max) const {
    return numbered<AuditRow>(
        *core_, Table::audit, from, max,
        [](std::uint64_t, const Bytes& plain) { return decode_audit_row(plain); });
}

Hash32 LmdbStore::audit_head() const {
    std::shared_lock lock(core_->mutex);
    return core_->memory.audit.link;
}

}  // namespace rilon
