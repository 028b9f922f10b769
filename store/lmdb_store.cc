// Writing: one batch, one commit. The vault's part first, then the data, then the destruction of K.
#include "store/lmdb_store.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "store/batch_writer.h"

namespace rilon {
namespace {

constexpr std::uint64_t reserve_bytes_min = 384ull << 10;
constexpr std::uint64_t reserve_bytes_max = 64ull << 20;
constexpr std::uint64_t ballast_bytes_max = 4ull << 20;
// Of the file system, left to small things and to purges.
constexpr std::uint64_t disk_kept_bytes = 4ull << 20;
constexpr std::uint64_t disk_kept_bytes_small = 256ull << 10;

// What a batch asks of a store that is nearly full.
enum class Need { purge, small, intake };

struct BatchSize {
    Need need = Need::purge;
    std::uint64_t bytes = 64 << 10;
};

struct Measure {
    BatchSize& size;
    bool& erases;
    void intake(std::size_t bytes) const {
        size.need = Need::intake;
        size.bytes += 2 * bytes + 512;
    }
    void small(std::size_t bytes) const {
        size.need = std::max(size.need, Need::small);
        size.bytes += 2 * bytes + 512;
    }
    void operator()(const PutEntry& op) const {
        intake(entry_prefix_bytes + op.entry.body().size());
    }
    void operator()(const PutBody& op) const { intake(op.entry.body().size()); }
    void operator()(const PutSearchRecord& op) const { intake(op.record.size()); }
    void operator()(const PutSlot&) const { intake(slot_bytes); }
    void operator()(const PutDirectoryRecord& op) const { intake(op.record.statement.size()); }
    void operator()(const PutStream& op) const { small(op.state.control.size() * 8); }
    void operator()(const PutEpochKey&) const { small(100 * 1024); }
    void operator()(const CloseEpoch&) const { small(100 * 1024); }
    void operator()(const PutEntryKey&) const { small(256); }
    void operator()(const PutAck&) const { small(64); }
    void operator()(const PutMail& op) const { small(op.mail.bytes.size()); }
    void operator()(const PutPrivate& op) const { small(op.value.size()); }
    void operator()(const PutAudit& op) const { small(op.detail.size()); }
    void operator()(const PutRemoval& op) const { small(op.record.size()); }
    void operator()(const PutSecret&) const { small(256); }
    void operator()(const DropSecret&) const { small(64); }
    void operator()(const Erase&) const { erases = true; }
    void operator()(const DropBodies&) const { erases = true; }
    void operator()(const DropSlotsBefore&) const {}
    void operator()(const DropSlots&) const {}
    void operator()(const DropMail&) const {}
    void operator()(const DropPrivate&) const {}
};

BatchSize measure(const Batch& batch) {
    BatchSize size;
    bool erases = false;
    for (const StoreOp& op : batch) std::visit(Measure{size, erases}, op);
    if (erases) size.need = Need::purge;  // With the redact and the audit record that go along.
    return size;
}

}  // namespace

Status LmdbStore::checked(Status outcome) {
    if (!outcome.ok() && (outcome.code() == Errc::io || outcome.code() == Errc::interrupted))
        poisoned_ = true;
    return outcome;
}

Status LmdbStore::step(StoreStep which) {
    int fault = fault_ ? fault_(which) : 0;
    if (fault == 0) return {};
    if (fault == fault_die) return checked({Errc::interrupted, "stopped here by a test"});
    if (fault == ENOSPC) return {Errc::full, "no room on the file system (test)"};
    return checked({Errc::io, "the disk failed (test)"});
}

// Keeps enough of the map and of the file system back that a purge always finds pages to write to.
Status LmdbStore::admit(const Batch& batch) const {
    BatchSize size = measure(batch);
    if (size.need == Need::purge) return {};
    // LMDB calls a write that a full file system cut short EIO, as if the disk had failed.
    const bool small_only = size.need == Need::small;
    if (free_disk_bytes(dir_) <
        3 * size.bytes + (small_only ? disk_kept_bytes_small : disk_kept_bytes))
        return {Errc::full, "the file system is full: make room; the rest goes on by itself"};
    auto space = core_->data->space(false);
    if (!space) return space.error();
    std::uint64_t kept = std::clamp(space->map_bytes / 16, reserve_bytes_min, reserve_bytes_max);
    if (small_only) kept /= 2;
    std::uint64_t want = size.bytes + kept;
    if (space->tail_bytes >= want) return {};
    space = core_->data->space(true);
    if (!space) return space.error();
    if (space->tail_bytes + space->free_bytes >= want) return {};
    return {Errc::full, "the store is full (" + std::to_string(space->map_bytes >> 20) +
                            " MiB): purge, or raise its limit and start again"};
}

Status LmdbStore::append(Batch batch) {
    if (poisoned_)
        return {Errc::io, "the disk failed before; the daemon has to stop and start again"};
    if (batch.empty()) return {};
    if (Status s = admit(batch); !s.ok()) return s;
    Status done = write_batch(batch);
    bool purges = measure(batch).need == Need::purge;
    if (!done.ok() && done.code() == Errc::full && purges) {
        // The file system is full: what was kept back is for this.
        std::string ballast = dir_ + "/reserve";
        if (file_exists(ballast) && wipe_file(ballast).ok()) done = write_batch(batch);
    }
    return done;
}

Status LmdbStore::write_batch(const Batch& batch) {
    struct Unstage {
        KeyVault& vault;
        ~Unstage() { vault.discard_staged(); }
    } unstage{core_->vault};
    std::uint64_t growth = 3 * measure(batch).bytes + batch.size() * (64 << 10);
    if (Status s = core_->data->reserve(growth); !s.ok()) return checked(s);
    auto txn = core_->data->write();
    if (!txn) return checked(txn.error());
    BatchWriter writer(*core_, *txn);
    if (Status s = writer.apply(batch); !s.ok()) return s;
    if (core_->vault.anything_staged()) {
        if (Status s = step(StoreStep::keys_commit); !s.ok()) return s;
        if (Status s = checked(core_->vault.commit_staged()); !s.ok()) return s;
    }
    if (Status s = step(StoreStep::data_commit); !s.ok()) return s;
    auto start = std::chrono::steady_clock::now();
    if (Status s = checked(txn->commit()); !s.ok()) return s;
    auto took = std::chrono::steady_clock::now() - start;
    last_commit_us_ = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    ++commits_;
    const BatchChanges& changes = writer.changes();
    {
        std::unique_lock lock(core_->mutex);
        StoreMemory& memory = core_->memory;
        for (const StreamId& id : changes.new_streams) {
            memory.numbers.emplace(id, static_cast<std::uint32_t>(memory.streams.size()));
            memory.streams.push_back(id);
        }
        memory.last_arrival = changes.last_arrival;
        memory.audit = changes.audit;
    }
    for (const Bytes& row : changes.dropped_secrets) core_->vault.forget_secret(row);
    if (changes.erased) erase_pending_ = true;
    // The batch stands whatever happens now; a K that could not be destroyed is at the next opening
    // or erase(), and a disk that failed refuses the next batch.
    if (!changes.closed.empty() && step(StoreStep::keys_drop).ok() &&
        !checked(core_->vault.drop_epoch_keys(changes.closed)).ok())
        return {};
    return {};
}

void LmdbStore::keep_room_back() {
    auto space = core_->data->space(false);
    if (!space) return;
    std::uint64_t bytes = std::min(ballast_bytes_max, space->map_bytes / 16);
    // Without it a purge on a full disk has to wait for room; no reason not to serve.
    if (free_disk_bytes(dir_) > 16 * bytes && !make_ballast(dir_ + "/reserve", bytes).ok()) return;
}

// Where the log ends: as it was kept, and as it lies there.
Result<std::pair<AuditHead, std::uint64_t>> LmdbStore::audit_end() const {
    auto txn = core_->data->read();
    if (!txn) return txn.error();
    AuditHead head;
    auto kept = core_->sealed_row(*txn, Table::meta, as_bytes(meta_audit));
    if (!kept) return {kept.code(), "the head of the audit log was changed"};
    if (kept->has_value()) {
        ByteReader in(**kept);
        head.count = in.u64();
        head.link = in.fixed<Hash32>();
    }
    auto cursor = Cursor::open(*txn, Table::audit);
    if (!cursor) return cursor.error();
    auto any = cursor->last();
    if (!any) return any.error();
    return std::pair{head, *any ? ByteReader(cursor->key()).u64() : 0};
}

// The log may be long, and no snapshot is held for long; what is in the log stays as it is.
Status LmdbStore::verify_audit() const {
    constexpr std::uint64_t rows_a_snapshot = 1024;
    auto end = audit_end();
    if (!end) return end.error();
    std::optional<ReadTxn> txn;
    auto read = [&](std::uint64_t n) -> Result<std::optional<AuditRow>> {
        if (!txn.has_value() || n % rows_a_snapshot == 0) {
            txn.reset();
            auto next = core_->data->read();
            if (!next) return next.error();
            txn.emplace(std::move(*next));
        }
        auto plain = core_->sealed_row(*txn, Table::audit, number_key(n));
        if (!plain) return plain.error();
        if (!plain->has_value()) return std::optional<AuditRow>{};
        auto row = decode_audit_row(**plain);
        if (!row) return row.error();
        return std::optional<AuditRow>{std::move(*row)};
    };
    return verify_audit_chain(end->first, end->second, read);
}

void LmdbStore::forget_pages() const {
    core_->data->forget_pages();
}

StoreUse LmdbStore::use() const {
    StoreUse out;
    if (auto space = core_->data->space(true)) {
        out.limit_bytes = space->map_bytes;
        out.used_bytes = space->map_bytes - space->tail_bytes - space->free_bytes;
    }
    if (auto held = core_->data->oldest_snapshot()) {
        out.oldest_read = held->number;
        out.commits_since_oldest_read = held->commits_behind;
        out.oldest_reader = held->process;
    }
    out.commits = commits_;
    out.last_commit_us = last_commit_us_;
    out.erase_pending = erase_pending_;
    out.damaged_rows = core_->damaged_rows;
    return out;
}

}  // namespace rilon
