// What others said about an alert goes with it: confirmations, disputes and hits, requests of
// onward release and their answers. When the alert was withdrawn or is over, the node that said it
// redacts it, and its readers follow at once, for they know that of the alert themselves. A
// narrowing takes none of it back: those who stay go on reading it.
#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

// Its redact lies in another stream than the withdrawal that is its reason and may come first: no
// officer need be asked by telephone about that yet.
constexpr std::uint64_t early_ms = ms_hour;

bool is_about_others(std::uint8_t operation) {
    using Record = proto::SearchRecord;
    return operation == Record::CONFIRM || operation == Record::DISPUTE ||
           operation == Record::HIT || is_onward(operation);
}

}  // namespace

// Of an alert that is not here nothing is shown, and nobody here misses what is said about it.
NodeCore::SaidAbout NodeCore::says_about_others(const EntryRef& ref) const {
    auto meaning = index_.meaning(ref);
    if (!meaning.has_value() || !is_about_others(static_cast<std::uint8_t>(meaning->operation)))
        return SaidAbout::nothing;
    auto alert = index_.alert(meaning->alert);
    const bool gone = !alert.has_value() || !alert->has_author() || alert->withdrawn() ||
                      alert->expired(sure_time(now_));
    return gone ? SaidAbout::gone : SaidAbout::there;
}

// Called when the alert may be over, and when something about it came. Seals and erases nothing
// itself: the origin's redact comes with the next tick, a reader waits for the end of the epoch.
void NodeCore::destroy_said_about(const AlertId& id) {
    if (mutant(Mutant::keep_remarks)) return;
    auto alert = index_.alert(id);
    if (!alert.has_value()) return;
    const bool withdrawn = alert->withdrawn() && !alert->narrowed_away();
    if (!withdrawn && !alert->expired(sure_time(now_))) return;
    std::vector<EntryRef> said = alert->remarks;
    for (const OnwardState& request : index_.onward_of(id)) {
        said.push_back(request.asked);
        for (const OnwardAnswered& answer : request.answers) said.push_back(answer.ref);
    }
    std::erase_if(said, [&](const EntryRef& ref) {
        return is_erased(ref) ||
               std::any_of(redacts_.begin(), redacts_.end(), [&](const PendingRedact& pending) {
                   return pending.expiry && pending.stream == ref.stream &&
                          pending.ranges.front().from == ref.seq;
               });
    });
    for (const EntryRef& ref : said)
        redacts_.push_back({ref.stream, {{ref.seq, ref.seq}}, now_, true, true});
    if (!said.empty()) save_redacts();
}

bool NodeCore::may_be_early(const StreamInfo& info, const PendingRedact& redact) const {
    if (now_.since(redact.since) >= early_ms) return false;
    return std::all_of(redact.ranges.begin(), redact.ranges.end(), [&](const SeqRange& range) {
        for (Seq seq = range.from; seq <= range.to; seq = seq.next())
            if (says_about_others({info.state.id, seq}) == SaidAbout::nothing) return false;
        return true;
    });
}

}  // namespace rilon
