// Alerts whose time is over ("purge after", set by the author or by kind). Every node hides them
// when its clock says so and destroys them as soon as no epoch key opens them; the origin says so
// in a redact, which its readers follow at once, for they know the date themselves.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

// A clock that is wrong by a year must not destroy what everybody still needs: the sequencer has to
// have signed that it is so late as well.
UnixMillis NodeCore::sure_time() const { return std::min(now_, directory_as_of()); }

void NodeCore::expire_due() {
    if (is_coordinator() || directory_.empty() || mutant(Mutant::never_expire)) return;
    constexpr std::size_t at_once = 64;
    std::map<StreamId, std::vector<SeqRange>> gone;
    for (const AlertState& alert : index_.due(sure_time(), at_once)) {
        for (const EntryRef& ref : alert.revisions) gone[ref.stream].push_back({ref.seq, ref.seq});
        index_.expire(alert.id);
    }
    for (auto& [id, ranges] : gone) {
        std::sort(ranges.begin(), ranges.end());
        expire_in(streams_.at(id), ranges);
    }
}

void NodeCore::expire_in(StreamInfo& info, const std::vector<SeqRange>& ranges) {
    const bool ours = is_self(info.state.origin) && !info.retired && !info.state.frozen;
    if (!ours) {
        // Its redact closes the epoch, a grant after it does: until then K would open the entry.
        redacts_.push_back({info.state.id, ranges, now_, true});
        apply_redacts();
        return save_redacts();
    }
    Status sealed = seal_into(
        info, {EntryKind::redact, Precedence::routine, DirSeq{}, encode_redact(ranges)}, nullptr);
    if (!sealed.ok()) return log(3, fmt::format("expiry_failed code={}", errc_name(sealed.code())));
    close_epoch(info, info.state.epoch);
    erase_now(info, ranges);
}

// Is this entry's epoch over here, so that erasing it is for good?
bool NodeCore::epoch_over(const StreamInfo& info, Seq seq) const {
    auto entry = store_.entry(info.state.id, seq);
    if (!entry.ok() || !entry->has_value()) return false;
    return (*entry)->entry.header().epoch < info.state.epoch || !info.state.epoch_open;
}

}  // namespace rilon
