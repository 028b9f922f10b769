// Entries, bodies, search records and removals of a batch.
#include "protocol/mutant.h"
#include "store/batch_writer.h"

namespace rilon {
namespace {
std::string place(const StreamId& stream, Seq seq) {
    return "entry " + stream.brief() + "/" + std::to_string(seq.value);
}
}  // namespace

Status BatchWriter::write_entry(std::uint32_t number, Seq seq, const EntryRow& row) {
    RowKey key = entry_row_key(number, seq.value);
    Bytes value(row_mac_bytes + entry_row_bytes(row));
    std::span<Byte> all(value);
    encode_entry_row(row, all.subspan(row_mac_bytes));
    core_.sealer.mac(Table::entries, key, all.subspan(row_mac_bytes), all.first(row_mac_bytes));
    return txn_.put(Table::entries, key, value);
}

Status BatchWriter::put(const PutEntry& op) {
    const EntryHeader& header = op.entry.header();
    std::uint32_t number = number_for(header.stream);
    RowKey key = entry_row_key(number, header.seq.value);
    Arrival n = changes_.last_arrival.next();
    EntryRow row{op.entry.absent() ? BodyState::absent : BodyState::present, n, op.received,
                 op.entry.prefix(), op.entry.body()};
    auto room = txn_.reserve_new(Table::entries, key, row_mac_bytes + entry_row_bytes(row));
    if (!room) return room.error();
    if (!room->has_value()) return put_existing(op, number);
    std::span<Byte> value = **room;
    encode_entry_row(row, value.subspan(row_mac_bytes));
    core_.sealer.mac(Table::entries, key, value.subspan(row_mac_bytes), value.first(row_mac_bytes));

    auto arrived = arrive({number, header.seq, op.entry.id(), header.kind, op.received});
    if (!arrived) return arrived.error();
    if (header.kind == EntryKind::content)
        fresh_.emplace_hint(fresh_.end(), std::pair{number, header.seq}, Fresh{n, header.epoch});
    if (header.kind == EntryKind::grant) return note_grant(number, header);
    return {};
}

// The seq is taken: by a row that is damaged, which this entry heals, or by what we hold already.
Status BatchWriter::put_existing(const PutEntry& op, std::uint32_t number) {
    auto held = core_.entry_row(txn_, number, op.entry.header().seq);
    if (!held && held.code() == Errc::damaged) return heal(op.entry, number, op.received);
    if (!held) return held.error();
    bool bare = (*held)->state == BodyState::erased && (*held)->prefix.empty();
    if (bare) return heal(op.entry, number, op.received);
    return {Errc::duplicate, place(op.entry.header().stream, op.entry.header().seq) + " is held"};
}

Status BatchWriter::put(const PutBody& op) {
    const EntryHeader& header = op.entry.header();
    auto number = number_of(header.stream);
    if (!number) return number.error();
    if (op.entry.absent()) return {Errc::absent, "a body that is absent"};
    auto held = core_.entry_row(txn_, *number, header.seq);
    if (!held && held.code() == Errc::damaged) return heal(op.entry, *number, {});
    if (!held) return held.error();
    if (!held->has_value())
        return {Errc::not_found, place(header.stream, header.seq) + " is not held"};
    EntryRow row = **held;
    if (row.prefix.empty()) return heal(op.entry, *number, {});  // Gives back the header alone.
    if (row.state == BodyState::erased) return {};
    if (!equal(row.prefix, op.entry.prefix()))
        return {Errc::fork, place(header.stream, header.seq) + " is held with another header"};
    if (row.state == BodyState::present) return {};
    row.state = BodyState::present;
    row.prefix = op.entry.prefix();
    row.body = op.entry.body();
    return write_entry(*number, header.seq, row);
}

// All rows go before they come back without their bodies: only so LMDB gives pages free.
Status BatchWriter::put(const DropBodies& op) {
    auto number = number_of(op.stream);
    if (!number) return number.error();
    fresh_.clear();  // It may be among them.
    struct Bare {
        Seq seq;
        BodyState state;
        Arrival arrival;
        UnixMillis received;
        Bytes prefix;
    };
    constexpr std::size_t chunk = 256;
    for (const SeqRange& range : op.ranges) {
        for (Seq from = range.from; from <= range.to;) {
            std::vector<Bare> bare;
            for (; from <= range.to && bare.size() < chunk; from = from.next()) {
                auto held = core_.entry_row(txn_, *number, from);
                if (!held && held.code() != Errc::damaged) return held.error();
                if (!held || !held->has_value() || (*held)->state != BodyState::present) continue;
                const EntryRow& row = **held;
                auto header = parse_header(row.prefix.first(header_bytes));
                if (!header) return header.error();
                if (is_clear(header->kind)) continue;
                bare.push_back(
                    {from, BodyState::absent, row.arrival, row.received, to_bytes(row.prefix)});
            }
            for (const Bare& one : bare)
                if (Status s = erase_row(Table::entries, entry_row_key(*number, one.seq.value));
                    !s.ok())
                    return s;
            for (const Bare& one : bare) {
                EntryRow row{one.state, one.arrival, one.received, one.prefix, {}};
                if (Status s = write_entry(*number, one.seq, row); !s.ok()) return s;
            }
        }
    }
    return {};
}

// The next arrival.
Result<Arrival> BatchWriter::arrive(const ArrivalPlace& where) {
    Arrival n = changes_.last_arrival.next();
    RowKey key = number_key(n.value);
    Bytes sealed = core_.sealer.seal(Table::arrivals, key, encode_arrival(where));
    if (Status s = txn_.put_ascending(Table::arrivals, key, sealed); !s.ok()) return s.error();
    changes_.last_arrival = n;
    return n;
}

// Replaces a row that does not authenticate by the entry fetched again; its arrival, which the row
// can't be asked for, comes from the arrivals; if that is damaged too the entry arrives once more.
// An entry erased while damaged stays erased.
Status BatchWriter::heal(const VerifiedEntry& entry, std::uint32_t number, UnixMillis received) {
    const EntryHeader& header = entry.header();
    auto arrival = find_arrival(number, header.seq);
    if (!arrival) return arrival.error();
    EntryRow row{entry.absent() ? BodyState::absent : BodyState::present,
                 {},
                 received,
                 entry.prefix(),
                 entry.body()};
    if (arrival->has_value()) {
        if ((*arrival)->id != entry.id())
            return {Errc::fork, place(header.stream, header.seq) + " was held with another id"};
        row.arrival = (*arrival)->n;
        row.received = (*arrival)->received;
    } else {
        auto again = arrive({number, header.seq, entry.id(), header.kind, received});
        if (!again) return again.error();
        row.arrival = *again;
    }
    auto held = core_.entry_row(txn_, number, header.seq);
    if (held && held->has_value() && (*held)->state == BodyState::erased) {
        row.state = BodyState::erased;
        row.body = {};
    }
    return write_entry(number, header.seq, row);
}

Result<std::optional<ArrivalRow>> BatchWriter::find_arrival(std::uint32_t number, Seq seq) const {
    auto cursor = Cursor::open(txn_, Table::arrivals);
    if (!cursor) return cursor.error();
    std::optional<ArrivalRow> newest;  // It may have arrived twice.
    for (auto more = cursor->seek({});; more = cursor->next()) {
        if (!more) return more.error();
        if (!*more) return newest;
        auto plain = core_.open_row(Table::arrivals, cursor->key(), cursor->value());
        if (!plain) continue;
        auto where = decode_arrival(*plain);
        if (!where || where->number != number || where->seq != seq) continue;
        auto removal = core_.sealed_row(txn_, Table::removals, cursor->key());
        if (!removal || removal->has_value()) continue;  // As gone: no place for its record.
        ByteReader n(cursor->key());
        newest = ArrivalRow{Arrival{n.u64()}, {}, seq, where->id, where->kind, where->received};
    }
}

// A fresh arrival for an entry held since an earlier batch, so that feeds, which go by arrival, do
// not miss what became readable behind them.
Result<Arrival> BatchWriter::arrive_again(std::uint32_t number, Seq seq, EntryRow row) {
    auto header = parse_header(row.prefix.first(header_bytes));
    if (!header) return header.error();
    auto id = EntryId::copy_of(hash({row.prefix}).view());
    if (Status s = erase_row(Table::search, number_key(row.arrival.value)); !s.ok())
        return s.error();
    auto n = arrive({number, seq, id, header->kind, row.received});
    if (!n) return n;
    Bytes prefix = to_bytes(row.prefix);
    Bytes body = to_bytes(row.body);
    row.arrival = *n;
    row.prefix = prefix;
    row.body = body;
    if (Status s = write_entry(number, seq, row); !s.ok()) return s.error();
    return n;
}

Status BatchWriter::put(const PutSearchRecord& op) {
    auto number = number_of(op.stream);
    if (!number) return number.error();
    Arrival n;
    const EpochKey* epoch_key = nullptr;
    auto fresh = fresh_.find({*number, op.seq});
    if (fresh != fresh_.end()) {
        n = fresh->second.arrival;
        epoch_key = core_.vault.staged_or_kept({op.stream, fresh->second.epoch});
    } else {
        auto held = core_.entry_row(txn_, *number, op.seq);
        if (!held) return held.error();
        if (!held->has_value()) return {Errc::not_found, place(op.stream, op.seq) + " is not held"};
        if ((*held)->state == BodyState::erased) return {};
        n = (*held)->arrival;
        if (n <= core_.memory.last_arrival) {  // Readable later than it arrived: it arrives again.
            auto again = arrive_again(*number, op.seq, **held);
            if (!again) return again.error();
            n = *again;
        }
    }
    auto key = epoch_key != nullptr ? entry_key(*epoch_key, op.stream, op.seq)
                                    : key_of(op.stream, *number, op.seq);
    if (!key) return key.error();
    RowKey row = number_key(n.value);
    RowKey where = entry_row_key(*number, op.seq.value);
    AeadKey under = search_key(key->expose());
    Bytes sealed = core_.sealer.seal_under(under.expose(), Table::search, row, where, op.record);
    Bytes value = to_bytes(where);
    value.insert(value.end(), sealed.begin(), sealed.end());
    if (mutant(Mutant::index_in_clear))  // Beside the sealed one: nobody reads it.
        if (Status s = txn_.put(Table::private_values, row, op.record); !s.ok()) return s;
    return txn_.put_ascending(Table::search, row, value);
}

Status BatchWriter::put(const PutRemoval& op) {
    auto number = number_of(op.stream);
    if (!number) return number.error();
    auto held = core_.entry_row(txn_, *number, op.seq);
    if (!held && held.code() != Errc::damaged) return held.error();
    if (held && !held->has_value())
        return {Errc::not_found, place(op.stream, op.seq) + " is not held"};
    ArrivalPlace gone{*number, op.seq, {}, EntryKind::content, {}};
    if (held && !(*held)->prefix.empty()) {
        gone.id = EntryId::copy_of(hash({(*held)->prefix}).view());
        gone.received = (*held)->received;
    } else if (auto arrived = find_arrival(*number, op.seq); arrived && arrived->has_value()) {
        gone.id = (*arrived)->id;  // A damaged row does not say; nobody may lack the removal.
        gone.received = (*arrived)->received;
    }
    auto n = arrive(gone);
    if (!n) return n.error();
    Bytes plain = to_bytes(entry_row_key(*number, op.seq.value));
    plain.insert(plain.end(), op.record.begin(), op.record.end());
    return put_sealed(Table::removals, number_key(n->value), plain);
}

}  // namespace rilon
