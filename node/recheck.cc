// Bulk catch-up looks at one signature for up to 1,024 entries. The others are looked at later,
// when nothing waits to be opened, so many a tick. One that does not hold under a good successor
// is as good as a fork: the successor's signature over `prev` proves that the origin wrote it, and
// everybody can check that (wire.md §6, "Fork"). What is left to look at survives a restart.
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::size_t rechecks_at_once = 128;
constexpr std::size_t recheck_bytes = 256 * 1024;
constexpr std::size_t slices_a_save = 8;  // After a start as much is done again.
}  // namespace

Status NodeCore::load_unchecked(StreamInfo& info) {
    auto stored = store_.private_value("unchecked." + info.state.id.hex());
    if (!stored.ok()) return stored.error();
    if (!stored->has_value()) return {};
    auto parsed = SeqSet::parse(**stored);
    if (!parsed.ok()) return parsed.error();
    info.unchecked = std::move(*parsed);
    if (!info.unchecked.empty()) unchecked_.insert(info.state.id);
    return {};
}

void NodeCore::note_unchecked(StreamInfo& info, SeqRange range) {
    if (!info.unchecked.add(range)) return;  // Thousands of gaps: only a repair makes any.
    unchecked_.insert(info.state.id);
    save_unchecked(info);
}

void NodeCore::save_unchecked(const StreamInfo& info) {
    const std::string name = "unchecked." + info.state.id.hex();
    if (info.unchecked.empty())
        write(DropPrivate{name});
    else
        write(PutPrivate{name, info.unchecked.encode()});
}

void NodeCore::recheck() {
    if (unchecked_.empty() || !to_open_.empty() || options_.refuse_intake) return;
    std::size_t left = rechecks_at_once;
    const bool save = ++recheck_slices_ % slices_a_save == 0;
    for (auto at = unchecked_.begin(); at != unchecked_.end() && left > 0;) {
        StreamInfo& info = streams_.at(*at);
        left -= std::min(left, recheck_some(info, left));
        if (save || info.unchecked.empty()) save_unchecked(info);
        at = info.unchecked.empty() ? unchecked_.erase(at) : std::next(at);
    }
}

// How many were looked at, or passed over.
std::size_t NodeCore::recheck_some(StreamInfo& info, std::size_t max) {
    const SeqRange range = info.unchecked.ranges().front();
    auto page = store_.range(info.state.id, range.from, range.to, recheck_bytes);
    if (!page.ok() || page->empty() || info.state.frozen) {
        // Damaged: what is fetched again is compared with the chain. Frozen: there is a proof.
        info.unchecked.remove(info.state.frozen ? range : SeqRange{range.from, range.from});
        return 1;
    }
    std::size_t done = 0;
    for (UnverifiedEntry& entry : *page) {
        if (done == max) break;
        ++done;
        const Seq seq = entry.header().seq;
        info.unchecked.remove({range.from, seq});
        auto key = signer_of(entry, directory_);
        if (key.ok()) out_->jobs.push_back(Job{RecheckJob{std::move(entry), *key}});
    }
    return done;
}

// Of several bad ones side by side the last is the one with a good successor.
void NodeCore::on_rechecked(const Rechecked& rechecked) {
    StreamInfo* info = stream(rechecked.stream);
    if (rechecked.good || info == nullptr || info->state.frozen) return;
    auto bad = held_prefix(rechecked.stream, rechecked.seq);
    auto next = held_prefix(rechecked.stream, rechecked.seq.next());
    if (!bad.has_value() || !next.has_value()) return;
    log(1, fmt::format("bad_signature_in_batch origin={} stream={} seq={}",
                       info->state.origin.brief(), rechecked.stream.brief(), rechecked.seq.value));
    prove_fork(identity_.id, *info, ForkProof{std::move(*bad), std::move(*next)});
}

}  // namespace rilon
