// The batch as a whole, and its rows that are no entries: streams, slots, directory, acks, mail,
// private values, audit.
#include "store/batch_writer.h"

namespace rilon {

BatchWriter::BatchWriter(StoreCore& core, WriteTxn& txn)
    : core_(core), txn_(txn), known_streams_(core.memory.streams.size()) {
    changes_.last_arrival = core.memory.last_arrival;
    changes_.audit = core.memory.audit;
}

Status BatchWriter::apply(const Batch& batch) {
    for (const StoreOp& op : batch) {
        Status s = std::visit([this](const auto& what) { return put(what); }, op);
        if (!s.ok()) return s;
    }
    return finish();
}

Status BatchWriter::finish() {
    for (const auto& [number, state] : states_) {
        Status s = put_sealed(Table::streams, stream_key(number), encode_stream_state(*state));
        if (!s.ok()) return s;
    }
    // A stream that got a number but no state yet (a slot or K came first) is remembered by name.
    for (std::size_t i = 0; i < changes_.new_streams.size(); ++i) {
        auto number = static_cast<std::uint32_t>(known_streams_ + i);
        if (states_.contains(number)) continue;
        StreamState bare;
        bare.id = changes_.new_streams[i];
        Status s = put_sealed(Table::streams, stream_key(number), encode_stream_state(bare));
        if (!s.ok()) return s;
    }
    if (changes_.audit.count == core_.memory.audit.count) return {};
    Bytes head =
        std::move(ByteWriter{}.u64(changes_.audit.count).raw(changes_.audit.link.view())).take();
    return put_sealed(Table::meta, as_bytes(meta_audit), head);
}

Status BatchWriter::put_sealed(Table table, ByteView key, ByteView plain) {
    return txn_.put(table, key, core_.sealer.seal(table, key, plain));
}

Status BatchWriter::erase_row(Table table, ByteView key) {
    auto gone = txn_.erase(table, key);
    return gone ? Status{} : Status{gone.error()};
}

Result<std::uint32_t> BatchWriter::number_of(const StreamId& stream) const {
    auto found = core_.memory.numbers.find(stream);
    if (found != core_.memory.numbers.end()) return found->second;
    for (std::size_t i = 0; i < changes_.new_streams.size(); ++i)
        if (changes_.new_streams[i] == stream)
            return static_cast<std::uint32_t>(known_streams_ + i);
    return {Errc::not_found, "stream " + stream.brief() + " is not held"};
}

std::uint32_t BatchWriter::number_for(const StreamId& stream) {
    auto known = number_of(stream);
    if (known) return *known;
    changes_.new_streams.push_back(stream);
    return static_cast<std::uint32_t>(known_streams_ + changes_.new_streams.size() - 1);
}

Status BatchWriter::put(const PutStream& op) {
    states_[number_for(op.state.id)] = &op.state;
    return {};
}

Status BatchWriter::put(const PutSlot& op) {
    std::uint32_t number = number_for(op.slot.stream);
    RowKey key = epoch_row_key(number, op.slot.epoch.value).raw(op.slot.tag.view());
    auto held = core_.sealed_row(txn_, Table::slots, key);
    if (held && held->has_value()) {  // Its old time goes.
        ByteReader in(**held);
        RowKey old = number_key(in.u64()).raw(key);
        if (Status s = erase_row(Table::slot_times, old); !s.ok()) return s;
    } else if (!held && held.code() != Errc::damaged) {
        return held.error();
    }
    Bytes plain = std::move(ByteWriter{}.u64(op.granted.value).raw(encode_slot(op.slot))).take();
    if (Status s = put_sealed(Table::slots, key, plain); !s.ok()) return s;
    return put_sealed(Table::slot_times, number_key(op.granted.value).raw(key), {});
}

Status BatchWriter::put(const DropSlotsBefore& op) {
    std::set<std::uint32_t> kept;
    for (const StreamId& id : op.but)
        if (auto number = number_of(id); number.ok()) kept.insert(*number);
    std::vector<Bytes> rows;
    {
        auto cursor = Cursor::open(txn_, Table::slot_times);
        if (!cursor) return cursor.error();
        for (auto more = cursor->seek({});; more = cursor->next()) {
            if (!more) return more.error();
            if (!*more) break;
            ByteReader in(cursor->key());
            if (in.u64() >= op.granted.value) break;
            if (kept.contains(in.u32())) continue;
            rows.push_back(to_bytes(cursor->key()));
        }
    }
    for (const Bytes& row : rows) {
        if (Status s = erase_row(Table::slots, ByteView(row).subspan(8)); !s.ok()) return s;
        if (Status s = erase_row(Table::slot_times, row); !s.ok()) return s;
    }
    return {};
}

Status BatchWriter::put(const DropSlots& op) {
    auto number = number_of(op.stream);
    if (!number) return {};
    const RowKey epoch = epoch_row_key(*number, op.epoch.value);
    std::vector<Bytes> rows;
    {
        auto cursor = Cursor::open(txn_, Table::slots);
        if (!cursor) return cursor.error();
        for (auto more = cursor->seek(epoch);; more = cursor->next()) {
            if (!more) return more.error();
            if (!*more || !equal(cursor->key().first(epoch.view().size()), epoch)) break;
            rows.push_back(to_bytes(cursor->key()));
        }
    }
    for (const Bytes& row : rows) {
        auto held = core_.sealed_row(txn_, Table::slots, row);
        if (!held && held.code() != Errc::damaged) return held.error();
        if (held && held->has_value()) {
            RowKey time = number_key(ByteReader(**held).u64()).raw(row);
            if (Status s = erase_row(Table::slot_times, time); !s.ok()) return s;
        }
        if (Status s = erase_row(Table::slots, row); !s.ok()) return s;
    }
    return {};
}

Status BatchWriter::put(const PutDirectoryRecord& op) {
    return put_sealed(Table::directory, number_key(op.record.n.value),
                      encode_directory_row(op.record));
}

Status BatchWriter::put(const PutAck& op) {
    auto number = number_of(op.stream);
    if (!number) return number.error();
    RowKey key = stream_key(*number);
    if (op.ack.level != AckLevel::stored) {
        Table table = Table::entry_acks;
        key.u64(op.ack.seq.value).u8(static_cast<std::uint8_t>(op.ack.level));
        key.raw(core_.sealer.name(table, op.ack.node.view()).view());
        return put_sealed(table, key, encode_ack_row(op.ack));
    }
    key.raw(core_.sealer.name(Table::node_acks, op.ack.node.view()).view());
    auto held = core_.sealed_row(txn_, Table::node_acks, key);
    if (!held && held.code() != Errc::damaged) return held.error();
    if (held && held->has_value()) {
        auto old = decode_ack_row(**held);
        if (old && old->seq >= op.ack.seq) return {};
    }
    return put_sealed(Table::node_acks, key, encode_ack_row(op.ack));
}

Status BatchWriter::put(const PutMail& op) {
    return put_sealed(Table::mail, number_key(op.mail.n), encode_mail_row(op.mail));
}

Status BatchWriter::put(const DropMail& op) {
    return erase_row(Table::mail, number_key(op.n));
}

Status BatchWriter::put(const PutPrivate& op) {
    if (op.name.empty()) return {Errc::invalid, "a private value without a name"};
    Name16 key = core_.sealer.name(Table::private_values, as_bytes(op.name));
    return put_sealed(Table::private_values, key.view(), op.value);
}

Status BatchWriter::put(const DropPrivate& op) {
    Name16 key = core_.sealer.name(Table::private_values, as_bytes(op.name));
    return erase_row(Table::private_values, key.view());
}

Status BatchWriter::put(const PutSecret& op) {
    if (op.name.empty() || op.name.size() > UINT8_MAX)
        return {Errc::invalid, "a secret's name has 1 to 255 bytes"};
    core_.vault.stage_secret(op.name, op.key);
    return {};
}

// The pending row makes erase() go on with it, whatever happens until then.
Status BatchWriter::put(const DropSecret& op) {
    Name16 row = core_.vault.secret_row(op.name);
    changes_.dropped_secrets.push_back(to_bytes(row.view()));
    changes_.erased = true;
    return put_sealed(Table::pending, row.view(), {});
}

Status BatchWriter::put(const PutAudit& op) {
    auto row = next_audit_row(changes_.audit, op);
    if (!row) return row.error();
    RowKey key = number_key(row->n);
    Bytes sealed = core_.sealer.seal(Table::audit, key, encode_audit_row(*row));
    if (Status s = txn_.put_ascending(Table::audit, key, sealed); !s.ok()) return s;
    changes_.audit = AuditHead{row->n, row->link};
    return {};
}

}  // namespace rilon
