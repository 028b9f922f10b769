// How old may the directory be that readers are computed from? A node cut off from the coordinator
// does not hear of suspensions; what must not reach a party then waits, in the end everything does.
// Reading never stops (docs/wire.md §8, "Age").
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

// When somebody last vouched that there is no newer record.
UnixMillis NodeCore::directory_as_of() const {
    UnixMillis recorded = directory_.now().recorded;
    return newest_checkpoint_.has_value() ? std::max(newest_checkpoint_->issued, recorded)
                                          : recorded;
}

// When an alert that is posted now begins. A clock that is a year behind would date it so that it
// is over, and destroyed, as it arrives.
UnixMillis NodeCore::posting_now() const {
    return std::max(now_, directory_as_of());
}

// Does this part leave somebody out of the RILON or network, so that a stale list may do harm?
bool NodeCore::leaves_out(const PlannedPart& part) const {
    if (part.definition.has_value()) return true;
    const StreamInfo* info = stream(part.stream);
    AudienceId id = part.found.has_value() ? part.found->audience : info->state.audience;
    const AudienceInfo* audience = directory_.now().audience(id);
    return audience == nullptr || audience->kind == AudienceInfo::Kind::missions;
}

// After fourteen days nothing is sealed.
Status NodeCore::not_cut_off() const {
    std::uint64_t age = now_.since(directory_as_of());
    if (age <= directory_dead_ms || mutant(Mutant::old_directory)) return {};
    return {Errc::not_permitted,
            fmt::format("this node has not heard from the coordinator for {} days: who may "
                        "read is not known any more. Reading goes on; posting does when a "
                        "link is back (rilon status)",
                        age / ms_day)};
}

Status NodeCore::fresh_enough(const Ticket& ticket, bool overridden) const {
    if (Status heard = not_cut_off(); !heard.ok()) return heard;
    std::uint64_t age = now_.since(directory_as_of());
    bool publishes =
        ticket.action == "post" || ticket.action == "supersede" || ticket.action == "history";
    if (age <= directory_stale_ms || !publishes || overridden || mutant(Mutant::old_directory) ||
        std::none_of(ticket.parts.begin(), ticket.parts.end(),
                     [this](const PlannedPart& part) { return leaves_out(part); }))
        return {};
    return {Errc::not_permitted,
            fmt::format("the directory is {} hours old, and this alert leaves somebody out: a "
                        "node that was suspended since would still read it. Ask your RILON by "
                        "telephone, then post with --stale-directory; that is logged",
                        age / ms_hour)};
}

}  // namespace rilon
