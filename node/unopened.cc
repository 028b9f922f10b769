// After a start: what the store holds and has not opened yet, so that a search does not claim to
// have seen it, and what is gone and not destroyed yet.
#include <algorithm>

#include "node/core.h"

namespace rilon {

void NodeCore::take_up_opening() {
    if (is_coordinator()) return;
    for (auto& [id, info] : streams_) {
        if (!info.state.epoch_open) continue;
        // What a crash left between storing and opening; already indexed entries are passed over.
        if (info.key.has_value())
            queue_open(id, info.state.epoch, info.state.grant_seq);
        else if (!key_missing(id, info.state.epoch))
            info.not_for_us = info.state.epoch;
    }
    for (const auto& [where, from] : to_open_) count_unopened(where.first, where.second, from);
    for (const auto& [where, from] : queued_) count_unopened(where.first, where.second, from);
    for (const auto& [id, keys] : missing_)
        for (const MissingKey& key : keys) count_unopened(id, key.epoch, key.grant);
}

bool NodeCore::key_missing(const StreamId& id, Epoch epoch) const {
    auto missing = missing_.find(id);
    return missing != missing_.end() &&
           std::any_of(missing->second.begin(), missing->second.end(),
                       [&](const MissingKey& key) { return key.epoch == epoch; });
}

void NodeCore::count_unopened(const StreamId& id, Epoch epoch, Seq from) {
    constexpr std::size_t page_bytes = 1u << 20;
    const StreamInfo* info = stream(id);
    if (info == nullptr) return;
    while (from <= info->state.head) {
        auto page = store_.range(id, from, info->state.head, page_bytes);
        if (!page.ok() && page.code() != Errc::damaged) return;
        if (!page.ok() || page->empty()) {
            from = from.next();
            continue;
        }
        for (const auto& entry : *page) {
            const EntryHeader header = entry.header();
            if (header.epoch > epoch) return;
            from = header.seq.next();
            if (header.kind == EntryKind::content && header.epoch == epoch && !entry.absent())
                index_.note_unopened({id, header.seq});
        }
    }
}

// Its records came before this one. Those of an alert whose time was over are still there as long
// as it could not be destroyed.
void NodeCore::take_up_removal(const IndexedEntry& removed) {
    auto id = AlertId::parse(removed.record.alert_id());
    auto alert = id.ok() ? index_.alert(*id) : std::nullopt;
    if (!alert.has_value()) return;
    if (removed.record.withdraw_reason() == "expired")
        for (const EntryRef& ref : alert->revisions) {
            bool more = !redacts_.empty() && redacts_.back().expiry && !redacts_.back().withdrawn &&
                        redacts_.back().stream == ref.stream;
            if (!more) redacts_.push_back({ref.stream, {}, now_, true});
            redacts_.back().ranges.push_back(with_chunks(ref));
        }
    index_.hide(*id);
}

}  // namespace rilon
