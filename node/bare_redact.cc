// A redact that no officer's withdrawal covers. It may be the author's node that lost the way of a
// withdrawal, or a thief with the node's key who wants alerts gone. So what it names is out of
// sight at once, and destroyed a day later unless the origin is suspended by then; if it is, what
// was hidden is seen again. Feeds say `removed` with the destruction, which alone is final.
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

// A carrier follows at once, the origin knows what it wrote.
bool NodeCore::hides(const StreamInfo& info) const {
    if (is_coordinator() || is_self(info.state.origin) || directory_.empty()) return false;
    const NodeRecord* origin = directory_.now().node(info.state.origin);
    return origin != nullptr && origin->standing == Standing::good;
}

// What take_due has left of a redact.
void NodeCore::hide_what_waits(const StreamInfo& info, PendingRedact& redact) {
    if (redact.expiry || redact.ranges.empty() || redact.hidden == hides(info)) return;
    if (!redact.hidden && may_be_early(info, redact)) return;
    redact.hidden = !redact.hidden;
    std::uint64_t entries = 0;
    for (const SeqRange& range : redact.ranges) {
        for (Seq seq = range.from; seq <= range.to; seq = seq.next())
            index_.hold_back({info.state.id, seq}, redact.hidden);
        entries += range.to.value - range.from.value + 1;
    }
    if (out_ == nullptr) return;  // At a start: it was said when it came.
    log(4, fmt::format("bare_redact origin={} entries={} hidden={}", info.state.origin.brief(),
                       entries, redact.hidden ? 1 : 0));
}

// Opened only now.
void NodeCore::hide_if_redacted(const EntryRef& ref) {
    for (const PendingRedact& redact : redacts_) {
        if (!redact.hidden || redact.stream != ref.stream) continue;
        for (const SeqRange& range : redact.ranges)
            if (range.from <= ref.seq && ref.seq <= range.to) index_.hold_back(ref, true);
    }
}

// By origin: while there is still time to suspend it.
void NodeCore::warn_of_bare_redacts(proto::StatusResponse& out) const {
    std::map<NodeId, std::pair<std::uint64_t, UnixMillis>> of;
    for (const PendingRedact& redact : redacts_) {
        const StreamInfo* info = stream(redact.stream);
        if (!redact.hidden || info == nullptr) continue;
        auto [at, first] = of.try_emplace(info->state.origin, 0, redact.since);
        for (const SeqRange& range : redact.ranges)
            at->second.first += range.to.value - range.from.value + 1;
        at->second.second = std::min(at->second.second, redact.since);
    }
    for (const auto& [origin, what] : of) {
        const std::uint64_t age = now_.since(what.second);
        const std::uint64_t left = age >= bare_redact_ms ? 0 : (bare_redact_ms - age) / ms_hour;
        out.add_warnings(fmt::format(
            "{} took back {} entries without an officer's withdrawal: they are hidden, and "
            "destroyed in {} h unless it is suspended. Ask its officers by telephone",
            node_name(origin), what.first, left));
    }
}

}  // namespace rilon
