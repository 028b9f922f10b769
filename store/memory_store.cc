#include "store/memory_store.h"

#include <mutex>

#include "store/memory_writer.h"

namespace rilon {

Status MemoryStore::append(Batch batch) {
    std::unique_lock lock(mutex_);
    if (disk_->before_append)
        if (Status s = disk_->before_append(); !s.ok()) return s;
    if (batch.empty()) return {};
    if (Status s = MemoryWriter(*disk_).apply(batch); !s.ok()) return s;
    ++disk_->commits;
    return {};
}

Result<std::vector<ErasedEntry>> MemoryStore::erase() {
    std::unique_lock lock(mutex_);
    std::vector<ErasedEntry> out;
    for (const auto& [stream, seq] : disk_->pending) out.push_back({stream, seq});
    disk_->pending.clear();
    return out;
}

Status MemoryStore::verify_audit() const {
    std::shared_lock lock(mutex_);
    const std::vector<AuditRow>& rows = disk_->audit;
    return verify_audit_chain(disk_->audit_head, rows.size(),
                              [&](std::uint64_t n) -> Result<std::optional<AuditRow>> {
                                  if (n > rows.size()) return std::optional<AuditRow>{};
                                  return std::optional<AuditRow>{rows[n - 1]};
                              });
}

Result<std::vector<StreamState>> MemoryStore::streams() const {
    std::shared_lock lock(mutex_);
    std::vector<StreamState> out;
    for (const StreamId& id : disk_->order) {
        auto state = disk_->streams.find(id);
        if (state != disk_->streams.end()) out.push_back(state->second);
    }
    return out;
}

Result<std::optional<StoredEntry>> MemoryStore::entry(const StreamId& stream, Seq seq) const {
    std::shared_lock lock(mutex_);
    auto found = disk_->entries.find({stream, seq});
    if (found == disk_->entries.end()) return std::optional<StoredEntry>{};
    if (disk_->damaged.contains({stream, seq}))
        return {Errc::damaged, "an entry does not authenticate"};
    const MemoryDisk::Entry& at = found->second;
    return std::optional<StoredEntry>{
        StoredEntry{at.entry, at.arrival, at.received, at.body == MemoryDisk::Body::erased}};
}

Result<std::vector<UnverifiedEntry>> MemoryStore::range(const StreamId& stream, Seq from, Seq to,
                                                        std::size_t max_bytes) const {
    std::shared_lock lock(mutex_);
    std::vector<UnverifiedEntry> out;
    std::size_t bytes = 0;
    for (auto at = disk_->entries.lower_bound({stream, from});
         at != disk_->entries.end() && at->first.first == stream && at->first.second <= to; ++at) {
        if (disk_->damaged.contains(at->first)) {
            if (out.empty()) return {Errc::damaged, "an entry does not authenticate"};
            break;
        }
        bytes += entry_prefix_bytes + at->second.entry.body().size();
        if (bytes > max_bytes && !out.empty()) break;
        out.push_back(at->second.entry);
    }
    return out;
}

Result<std::vector<ArrivalRow>> MemoryStore::arrivals(Arrival after, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<ArrivalRow> out;
    for (std::uint64_t i = after.value; i < disk_->arrivals.size() && out.size() < max; ++i)
        out.push_back(disk_->arrivals[i]);
    return out;
}

Arrival MemoryStore::last_arrival() const {
    std::shared_lock lock(mutex_);
    return Arrival{disk_->arrivals.size()};
}

Result<EntryKey> MemoryStore::entry_key(const StreamId& stream, Seq seq) const {
    std::shared_lock lock(mutex_);
    return memory_entry_key(*disk_, stream, seq);
}

Result<std::optional<EpochKey>> MemoryStore::epoch_key(const StreamId& stream, Epoch epoch) const {
    std::shared_lock lock(mutex_);
    auto found = disk_->epochs.find({stream, epoch});
    if (found == disk_->epochs.end() || !found->second.key) return std::optional<EpochKey>{};
    return std::optional<EpochKey>{EpochKey(ByteView(*found->second.key))};
}

Result<std::vector<SearchRow>> MemoryStore::search_records(Arrival after, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<SearchRow> out;
    for (auto at = disk_->search.upper_bound(after); at != disk_->search.end() && out.size() < max;
         ++at)
        out.push_back(at->second);
    return out;
}

Result<std::optional<Slot>> MemoryStore::slot(const StreamId& stream, Epoch epoch,
                                              const SlotTag& tag) const {
    std::shared_lock lock(mutex_);
    auto found = disk_->slots.find({stream, epoch, tag});
    if (found == disk_->slots.end()) return std::optional<Slot>{};
    return std::optional<Slot>{found->second.slot};
}

Result<std::vector<Slot>> MemoryStore::slots(const StreamId& stream, Epoch epoch) const {
    std::shared_lock lock(mutex_);
    std::vector<Slot> out;
    for (auto at = disk_->slots.lower_bound({stream, epoch, SlotTag{}}); at != disk_->slots.end();
         ++at) {
        if (std::get<0>(at->first) != stream || std::get<1>(at->first) != epoch) break;
        out.push_back(at->second.slot);
    }
    return out;
}

Result<std::vector<DirectoryRecord>> MemoryStore::directory(DirSeq from, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<DirectoryRecord> out;
    for (auto at = disk_->directory.lower_bound(from);
         at != disk_->directory.end() && out.size() < max; ++at)
        out.push_back(at->second);
    return out;
}

Result<std::vector<AckRecord>> MemoryStore::stream_acks(const StreamId& stream) const {
    std::shared_lock lock(mutex_);
    std::vector<AckRecord> out;
    for (auto at = disk_->node_acks.lower_bound({stream, NodeId{}});
         at != disk_->node_acks.end() && at->first.first == stream; ++at)
        out.push_back(at->second);
    return out;
}

Result<std::vector<AckRecord>> MemoryStore::entry_acks(const StreamId& stream, Seq seq) const {
    std::shared_lock lock(mutex_);
    std::vector<AckRecord> out;
    for (auto at = disk_->entry_acks.lower_bound({stream, seq, AckLevel::stored, NodeId{}});
         at != disk_->entry_acks.end(); ++at) {
        if (std::get<0>(at->first) != stream || std::get<1>(at->first) != seq) break;
        out.push_back(at->second);
    }
    return out;
}

Result<std::vector<MailRow>> MemoryStore::mail(std::uint64_t after, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<MailRow> out;
    for (auto at = disk_->mail.upper_bound(after); at != disk_->mail.end() && out.size() < max;
         ++at)
        out.push_back(at->second);
    return out;
}

Result<std::optional<Bytes>> MemoryStore::private_value(const std::string& name) const {
    std::shared_lock lock(mutex_);
    auto found = disk_->private_values.find(name);
    if (found == disk_->private_values.end()) return std::optional<Bytes>{};
    return std::optional<Bytes>{found->second};
}

Result<std::vector<StoredSecret>> MemoryStore::secrets() const {
    std::shared_lock lock(mutex_);
    std::vector<StoredSecret> out;
    for (const auto& [name, key] : disk_->secrets) out.push_back({name, NodeSecret(ByteView(key))});
    return out;
}

Result<std::vector<AuditRow>> MemoryStore::audit(std::uint64_t from, std::size_t max) const {
    std::shared_lock lock(mutex_);
    std::vector<AuditRow> out;
    for (std::uint64_t n = from == 0 ? 1 : from; n <= disk_->audit.size() && out.size() < max; ++n)
        out.push_back(disk_->audit[n - 1]);
    return out;
}

Hash32 MemoryStore::audit_head() const {
    std::shared_lock lock(mutex_);
    return disk_->audit_head.link;
}

StoreUse MemoryStore::use() const {
    std::shared_lock lock(mutex_);
    StoreUse out;
    out.used_bytes = disk_->entry_bytes;
    out.limit_bytes = disk_->limit_bytes;
    out.commits = disk_->commits;
    out.erase_pending = !disk_->pending.empty();
    return out;
}

}  // namespace rilon
