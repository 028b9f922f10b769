#include "store/memory_writer.h"

#include <algorithm>

namespace rilon {
namespace {

MemoryDisk::Key copy_key(ByteView key32) {
    MemoryDisk::Key out;
    std::copy(key32.begin(), key32.end(), out.begin());
    return out;
}
Error not_held(const StreamId& stream) {
    return {Errc::not_found, "stream " + stream.brief() + " is not held"};
}

}  // namespace

Result<EntryKey> memory_entry_key(const MemoryDisk& disk, const StreamId& stream, Seq seq) {
    if (disk.damaged_keys.contains({stream, seq}))
        return {Errc::damaged, "a wrapped key does not authenticate"};
    auto wrapped = disk.entry_keys.find({stream, seq});
    if (wrapped != disk.entry_keys.end()) return EntryKey(ByteView(wrapped->second));
    Error none{Errc::not_found, "no key for this entry"};
    auto entry = disk.entries.find({stream, seq});
    if (entry == disk.entries.end() || entry->second.body == MemoryDisk::Body::erased) return none;
    const EntryHeader& header = entry->second.entry.header();
    auto epoch = disk.epochs.find({stream, header.epoch});
    if (is_clear(header.kind) || epoch == disk.epochs.end() || !epoch->second.open ||
        !epoch->second.key)
        return none;
    return entry_key(EpochKey(ByteView(*epoch->second.key)), stream, seq);
}

Status MemoryWriter::apply(const Batch& batch) {
    // Vectors only grow within a batch, numbers are plain: noted once.
    std::size_t order = disk_.order.size();
    std::size_t arrivals = disk_.arrivals.size();
    arrivals_before_ = arrivals;
    std::size_t audit = disk_.audit.size();
    std::size_t pending = disk_.pending.size();
    AuditHead head = disk_.audit_head;
    std::uint64_t bytes = disk_.entry_bytes;
    for (const StoreOp& op : batch) {
        Status s = std::visit([this](const auto& what) { return put(what); }, op);
        if (s.ok()) continue;
        for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) (*undo)();
        disk_.order.resize(order);
        disk_.arrivals.resize(arrivals);
        disk_.audit.resize(audit);
        disk_.pending.resize(pending);
        disk_.audit_head = head;
        disk_.entry_bytes = bytes;
        return s;
    }
    return {};
}

bool MemoryWriter::held(const StreamId& stream) const {
    return std::find(disk_.order.begin(), disk_.order.end(), stream) != disk_.order.end();
}

void MemoryWriter::see(const StreamId& stream) {
    if (!held(stream)) disk_.order.push_back(stream);
}

Status MemoryWriter::put(const PutEntry& op) {
    const EntryHeader& header = op.entry.header();
    see(header.stream);
    MemoryDisk::EntryAt at{header.stream, header.seq};
    if (disk_.damaged.contains(at)) return heal(op.entry);
    if (disk_.entries.contains(at))
        return {Errc::duplicate,
                "entry " + header.stream.brief() + "/" + std::to_string(header.seq.value)};
    Arrival n{disk_.arrivals.size() + 1};
    auto body = op.entry.absent() ? MemoryDisk::Body::absent : MemoryDisk::Body::present;
    set(disk_.entries, at, {op.entry.unverified(), body, n, op.received});
    disk_.arrivals.push_back(
        {n, header.stream, header.seq, op.entry.id(), header.kind, op.received});
    disk_.entry_bytes += entry_prefix_bytes + op.entry.body().size();
    if (header.kind == EntryKind::grant) {
        auto known = disk_.epochs.find({header.stream, header.epoch});
        MemoryDisk::EpochAt epoch =
            known == disk_.epochs.end() ? MemoryDisk::EpochAt{} : known->second;
        epoch.granted = true;
        set(disk_.epochs, {header.stream, header.epoch}, epoch);
    }
    return {};
}

// The row keeps its arrival, and if it was erased it stays so.
Status MemoryWriter::heal(const VerifiedEntry& entry) {
    MemoryDisk::EntryAt at{entry.header().stream, entry.header().seq};
    MemoryDisk::Entry row = disk_.entries.at(at);
    if (row.entry.id() != entry.id()) return {Errc::fork, "the entry was held with another id"};
    if (row.body != MemoryDisk::Body::erased) {
        row.entry = entry.unverified();
        row.body = entry.absent() ? MemoryDisk::Body::absent : MemoryDisk::Body::present;
        set(disk_.entries, at, row);
    }
    undo_.push_back([this, at] { disk_.damaged.insert(at); });
    disk_.damaged.erase(at);
    return {};
}

Status MemoryWriter::put(const PutStream& op) {
    see(op.state.id);
    set(disk_.streams, op.state.id, op.state);
    return {};
}

Status MemoryWriter::put(const PutBody& op) {
    const EntryHeader& header = op.entry.header();
    if (!held(header.stream)) return not_held(header.stream);
    if (op.entry.absent()) return {Errc::absent, "a body that is absent"};
    MemoryDisk::EntryAt at{header.stream, header.seq};
    auto found = disk_.entries.find(at);
    if (found == disk_.entries.end()) return {Errc::not_found, "the entry is not held"};
    if (disk_.damaged.contains(at)) return heal(op.entry);
    if (found->second.body == MemoryDisk::Body::erased) return {};
    if (found->second.entry.id() != op.entry.id())
        return {Errc::fork, "the entry is held with another header"};
    if (found->second.body == MemoryDisk::Body::present) return {};
    MemoryDisk::Entry entry = found->second;
    entry.entry = op.entry.unverified();
    entry.body = MemoryDisk::Body::present;
    set(disk_.entries, at, entry);
    disk_.entry_bytes += op.entry.body().size();
    return {};
}

void MemoryWriter::derive_keys(const StreamId& stream, Epoch epoch, const EpochKey& key) {
    for (auto at = disk_.entries.lower_bound({stream, Seq{}});
         at != disk_.entries.end() && at->first.first == stream; ++at) {
        const EntryHeader& header = at->second.entry.header();
        if (is_clear(header.kind) || header.epoch != epoch ||
            at->second.body == MemoryDisk::Body::erased)
            continue;
        EntryKey own = entry_key(key, stream, header.seq);
        set(disk_.entry_keys, at->first, copy_key(own.expose()));
    }
}

Status MemoryWriter::put(const PutEpochKey& op) {
    see(op.stream);
    std::pair name{op.stream, op.epoch};
    auto found = disk_.epochs.find(name);
    MemoryDisk::EpochAt epoch = found == disk_.epochs.end() ? MemoryDisk::EpochAt{} : found->second;
    if (!epoch.open && epoch.keyed) return {};
    if (epoch.open)
        epoch.key = copy_key(op.key.expose());
    else
        derive_keys(op.stream, op.epoch, op.key);
    epoch.keyed = true;
    set(disk_.epochs, name, epoch);
    return {};
}

Status MemoryWriter::put(const CloseEpoch& op) {
    if (!held(op.stream)) return not_held(op.stream);
    std::pair name{op.stream, op.epoch};
    auto found = disk_.epochs.find(name);
    if (found == disk_.epochs.end() || !found->second.granted)
        return {Errc::structure, "closing an epoch that was never granted"};
    MemoryDisk::EpochAt epoch = found->second;
    if (!epoch.open) return {};
    if (epoch.key) derive_keys(op.stream, op.epoch, EpochKey(ByteView(*epoch.key)));
    epoch.open = false;
    epoch.key.reset();
    set(disk_.epochs, name, epoch);
    return {};
}

Status MemoryWriter::put(const PutEntryKey& op) {
    MemoryDisk::EntryAt at{op.stream, op.seq};
    auto entry = disk_.entries.find(at);
    if (entry == disk_.entries.end() || disk_.damaged.contains(at) ||
        entry->second.body == MemoryDisk::Body::erased)
        return {};
    set(disk_.entry_keys, at, copy_key(op.key.expose()));
    if (disk_.damaged_keys.erase(at) > 0)
        undo_.push_back([this, at] { disk_.damaged_keys.insert(at); });
    return {};
}

Status MemoryWriter::put(const PutSearchRecord& op) {
    if (!held(op.stream)) return not_held(op.stream);
    auto entry = disk_.entries.find({op.stream, op.seq});
    if (entry == disk_.entries.end()) return {Errc::not_found, "the entry is not held"};
    if (entry->second.body == MemoryDisk::Body::erased) return {};
    auto key = memory_entry_key(disk_, op.stream, op.seq);
    if (!key) return key.error();
    Arrival n = entry->second.arrival;
    if (n.value <= arrivals_before_) {  // Readable later than it arrived: it arrives again.
        drop(disk_.search, n);
        n = Arrival{disk_.arrivals.size() + 1};
        MemoryDisk::Entry again = entry->second;
        again.arrival = n;
        disk_.arrivals.push_back(
            {n, op.stream, op.seq, again.entry.id(), again.entry.header().kind, again.received});
        set(disk_.entries, entry->first, again);
    }
    set(disk_.search, n, {n, op.stream, op.seq, op.record});
    return {};
}

Status MemoryWriter::put(const PutRemoval& op) {
    if (!held(op.stream)) return not_held(op.stream);
    auto entry = disk_.entries.find({op.stream, op.seq});
    if (entry == disk_.entries.end()) return {Errc::not_found, "the entry is not held"};
    Arrival n{disk_.arrivals.size() + 1};
    const MemoryDisk::Entry& held = entry->second;
    disk_.arrivals.push_back(
        {n, op.stream, op.seq, held.entry.id(), held.entry.header().kind, held.received});
    set(disk_.search, n, {n, op.stream, op.seq, op.record});
    return {};
}

Status MemoryWriter::put(const Erase& op) {
    if (!held(op.stream)) return not_held(op.stream);
    for (const SeqRange& range : op.ranges) {
        std::vector<Seq> seqs;
        for (auto at = disk_.entries.lower_bound({op.stream, range.from});
             at != disk_.entries.end() && at->first.first == op.stream &&
             at->first.second <= range.to;
             ++at)
            seqs.push_back(at->first.second);
        for (Seq seq : seqs)
            if (Status s = erase_entry(op.stream, seq); !s.ok()) return s;
    }
    return {};
}

Status MemoryWriter::put(const DropBodies& op) {
    if (!held(op.stream)) return not_held(op.stream);
    for (const SeqRange& range : op.ranges) {
        for (auto at = disk_.entries.lower_bound({op.stream, range.from});
             at != disk_.entries.end() && at->first.first == op.stream &&
             at->first.second <= range.to;
             ++at) {
            MemoryDisk::Entry entry = at->second;
            if (is_clear(entry.entry.header().kind) || entry.body != MemoryDisk::Body::present ||
                disk_.damaged.contains(at->first))
                continue;
            auto bare = parse_absent_entry(entry.entry.prefix());
            if (!bare) return bare.error();
            disk_.entry_bytes -= entry.entry.body().size();
            entry.entry = std::move(*bare);
            entry.body = MemoryDisk::Body::absent;
            set(disk_.entries, at->first, entry);
        }
    }
    return {};
}

Status MemoryWriter::erase_entry(const StreamId& stream, Seq seq) {
    MemoryDisk::EntryAt at{stream, seq};
    MemoryDisk::Entry entry = disk_.entries.find(at)->second;
    const EntryHeader& header = entry.entry.header();
    if (is_clear(header.kind) || entry.body == MemoryDisk::Body::erased) return {};
    auto epoch = disk_.epochs.find({stream, header.epoch});
    if (epoch == disk_.epochs.end() || epoch->second.open)
        return {Errc::structure, "erasing from an open epoch; close it first"};
    auto bare = parse_absent_entry(entry.entry.prefix());
    if (!bare) return bare.error();
    disk_.entry_bytes -= entry.entry.body().size();
    entry.entry = std::move(*bare);
    entry.body = MemoryDisk::Body::erased;
    drop(disk_.search, entry.arrival);
    drop(disk_.entry_keys, at);
    set(disk_.entries, at, entry);
    disk_.pending.push_back(at);
    return {};
}

Status MemoryWriter::put(const PutSlot& op) {
    see(op.slot.stream);
    set(disk_.slots, {op.slot.stream, op.slot.epoch, op.slot.tag}, {op.slot, op.granted});
    return {};
}

Status MemoryWriter::put(const DropSlotsBefore& op) {
    std::vector<std::tuple<StreamId, Epoch, SlotTag>> old;
    for (const auto& [key, at] : disk_.slots)
        if (at.granted < op.granted && !op.but.contains(std::get<0>(key))) old.push_back(key);
    for (const auto& key : old) drop(disk_.slots, key);
    return {};
}

Status MemoryWriter::put(const DropSlots& op) {
    std::vector<std::tuple<StreamId, Epoch, SlotTag>> gone;
    for (const auto& [key, at] : disk_.slots)
        if (std::get<0>(key) == op.stream && std::get<1>(key) == op.epoch) gone.push_back(key);
    for (const auto& key : gone) drop(disk_.slots, key);
    return {};
}

Status MemoryWriter::put(const PutDirectoryRecord& op) {
    set(disk_.directory, op.record.n, op.record);
    return {};
}

Status MemoryWriter::put(const PutAck& op) {
    if (!held(op.stream)) return not_held(op.stream);
    const AckRecord& ack = op.ack;
    if (ack.level != AckLevel::stored) {
        set(disk_.entry_acks, {op.stream, ack.seq, ack.level, ack.node}, ack);
        return {};
    }
    auto old = disk_.node_acks.find({op.stream, ack.node});
    if (old != disk_.node_acks.end() && old->second.seq >= ack.seq) return {};
    set(disk_.node_acks, {op.stream, ack.node}, ack);
    return {};
}

Status MemoryWriter::put(const PutMail& op) {
    set(disk_.mail, op.mail.n, op.mail);
    return {};
}

Status MemoryWriter::put(const DropMail& op) {
    drop(disk_.mail, op.n);
    return {};
}

Status MemoryWriter::put(const PutPrivate& op) {
    if (op.name.empty()) return {Errc::invalid, "a private value without a name"};
    set(disk_.private_values, op.name, op.value);
    return {};
}

Status MemoryWriter::put(const DropPrivate& op) {
    drop(disk_.private_values, op.name);
    return {};
}

Status MemoryWriter::put(const PutSecret& op) {
    if (op.name.empty() || op.name.size() > UINT8_MAX)
        return {Errc::invalid, "a secret's name has 1 to 255 bytes"};
    set(disk_.secrets, op.name, copy_key(op.key.expose()));
    return {};
}

Status MemoryWriter::put(const DropSecret& op) {
    drop(disk_.secrets, op.name);
    return {};
}

Status MemoryWriter::put(const PutAudit& op) {
    auto row = next_audit_row(disk_.audit_head, op);
    if (!row) return row.error();
    disk_.audit_head = AuditHead{row->n, row->link};
    disk_.audit.push_back(std::move(*row));
    return {};
}

}  // namespace rilon
