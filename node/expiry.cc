// Alerts whose time is over ("purge after", set by the author or by kind). Every node hides them
// when its clock says so and destroys them as soon as no epoch key opens them; the origin says so
// in a redact, which its readers follow at once, for they know the date themselves.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::size_t at_once = 64;

// Is the node no longer of its stream's audience? Whatever it sealed there now would be refused by
// all, and all that is behind it.
bool has_left(const StreamInfo& info, const DirectoryState& state, const NodeId& self) {
    return !state.is_member(base_of(info), self);
}

}  // namespace

// Was the origin revoked, or does it go on in another stream? Then no redact comes in this one.
bool NodeCore::is_left_behind(const StreamState& stream) const {
    const NodeRecord* origin = directory_.now().node(stream.origin);
    if (origin != nullptr && origin->standing == Standing::revoked)
        return !mutant(Mutant::keep_orphans);
    return std::any_of(streams_.begin(), streams_.end(), [&](const auto& item) {
        const StreamState& other = item.second.state;
        return other.origin == stream.origin && other.supersedes.has_value() &&
               other.supersedes->stream == stream.id;
    });
}

// The withdrawal is then enough, in whatever order they come.
void NodeCore::destroy_in_left_behind(const AlertId& id) {
    auto alert = index_.alert(id);
    if (!alert.has_value() || (!alert->withdrawn() && alert->narrowings.empty())) return;
    bool any = false;
    for (const EntryRef& ref : alert->erased) {
        const StreamInfo* info = stream(ref.stream);
        if (info == nullptr || is_self(info->state.origin) || !is_left_behind(info->state))
            continue;
        if (is_erased(ref)) continue;
        redacts_.push_back({ref.stream, {with_chunks(ref)}, now_, true, true});
        any = true;
    }
    if (any) save_redacts();
}

// A clock that is wrong by a year must not destroy what everybody still needs: the sequencer has to
// have signed that it is so late as well.
UnixMillis NodeCore::sure_time(UnixMillis now) const {
    return directory_.empty() ? UnixMillis{} : std::min(now, directory_as_of());
}

void NodeCore::expire_due() {
    if (is_coordinator() || directory_.empty() || mutant(Mutant::never_expire)) return;
    std::map<StreamId, std::vector<SeqRange>> gone;
    for (const AlertState& alert : index_.due(sure_time(now_), at_once)) {
        for (const EntryRef& ref : alert.revisions) gone[ref.stream].push_back(with_chunks(ref));
        if (alert.present())
            say_removed(alert, alert.revisions.back(), "expired");
        else
            index_.hide(alert.id);
        destroy_said_about(alert.id);
    }
    for (auto& [id, ranges] : gone) redacts_.push_back({id, std::move(ranges), now_, true});
}

// In a stream that we go on with our redact comes first. It waits as long as what we sign would be
// refused by all for good, and everything behind it.
void NodeCore::seal_expired() {
    bool own_said = false;
    for (auto& redact : redacts_) {
        StreamInfo* info = stream(redact.stream);
        if (!redact.expiry || info == nullptr || !may_extend(*info)) continue;
        if (has_left(*info, directory_.now(), identity_.id)) continue;
        if (!can_seal().ok()) return;
        own_said = own_said || redact.withdrawn;
        auto end = redact.ranges.begin() +
                   static_cast<std::ptrdiff_t>(std::min(redact.ranges.size(), at_once));
        std::vector<SeqRange> now(redact.ranges.begin(), end);
        std::sort(now.begin(), now.end());
        Status sealed = seal_into(
            *info, {EntryKind::redact, Precedence::routine, DirSeq{}, encode_redact(now)}, nullptr);
        if (!sealed.ok())
            return log(3, fmt::format("expiry_failed code={}", errc_name(sealed.code())));
        redact.ranges.erase(redact.ranges.begin(), end);
        close_epoch(*info, info->state.epoch);
        erase_now(*info, now);
    }
    if (own_said) save_redacts();
}

// Ours, and neither superseded nor frozen.
bool NodeCore::goes_on(const StreamInfo& info) const {
    return is_self(info.state.origin) && !info.retired && !info.state.frozen;
}

// Another's redact closes the epoch, a grant after it does: until then K would open the entry.
std::vector<SeqRange> NodeCore::take_expired(StreamInfo& info, PendingRedact& redact) {
    std::vector<SeqRange> now;
    const bool left = is_self(info.state.origin) && has_left(info, directory_.now(), identity_.id);
    if (goes_on(info) && !left) return now;
    // Nobody else will. What comes late of this epoch finds its key by its slot (open_range).
    const bool ends = info.retired || left || is_left_behind(info.state);
    std::erase_if(redact.ranges, [&](const SeqRange& range) {
        // Its own, not the newest: in bulk the stream's state is further on than what was stored.
        if (auto epoch = ends ? epoch_of(info, range.to) : std::nullopt) close_epoch(info, *epoch);
        bool over = epoch_over(info, range.to);
        if (over) now.push_back(range);
        return over;
    });
    return now;
}

// Nothing: not held yet.
std::optional<Epoch> NodeCore::epoch_of(const StreamInfo& info, Seq seq) const {
    auto entry = store_.entry(info.state.id, seq);
    if (!entry.ok() || !entry->has_value()) return std::nullopt;
    return (*entry)->entry.header().epoch;
}

// Is this entry's epoch over here, so that erasing it is for good?
bool NodeCore::epoch_over(const StreamInfo& info, Seq seq) const {
    auto epoch = epoch_of(info, seq);
    return epoch.has_value() &&
           (*epoch < info.state.epoch || *epoch <= info.closed || !info.state.epoch_open);
}

}  // namespace rilon
