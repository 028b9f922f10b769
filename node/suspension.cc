// A suspension acts before it is recorded. Whoever gets a SUSPEND with its signatures, from a
// person or a peer, holds it at once and passes it on to every peer, once; the coordinator records
// it when it is reached. A stolen node must not gain the hours of an outage; nor must one person
// put a node out for longer than 72 hours by a SUSPEND that nobody records: since when one is held
// outlives restarts, and one that lapsed here is not held again when a peer brings it.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"
#include "protocol/statement.h"

namespace rilon {

// True when the draft is a suspension that acts from now on.
bool NodeCore::hold_suspend(const NodeId& from, const proto::Draft& draft) {
    if (directory_.empty() || mutant(Mutant::wait_for_record)) return false;
    auto statement = parse_statement(as_bytes(draft.statement()));
    if (!statement.ok() || !statement->has_suspend()) return false;
    auto id = StatementId::parse(statement->statement_id());
    if (!id.ok() || directory_.held_suspends().contains(*id) || lapsed_suspends_.contains(*id))
        return false;
    Status held = directory_.hold_suspend(as_bytes(draft.statement()),
                                          as_bytes(draft.authorisations()), now_);
    if (!held.ok()) return false;
    suspended_at_ = now_;
    held_drafts_[*id] = to_proto({to_bytes(as_bytes(draft.statement())),
                                  to_bytes(as_bytes(draft.authorisations()))});
    save_suspends();
    log(2,
        fmt::format("suspension_held node={}", node_name(directory_.held_suspends().at(*id).node)));
    proto::SyncDirectory frame;
    *frame.add_drafts() = held_drafts_[*id];
    directory_changed();
    for (const auto& [peer, state] : peers_)
        if (peer != from && state.up && state.greeted)
            send(peer, SyncType::directory, 0, frame.SerializeAsString(), Precedence::flash);
    return true;
}

// Recorded, or lapsed: nothing to hold any more.
void NodeCore::prune_suspends() {
    if (held_drafts_.empty() && lapsed_suspends_.empty()) return;
    const auto held = directory_.held_suspends();
    bool lapsed = directory_.lapse_held(now_);
    for (const auto& [id, one] : held)
        if (!directory_.held_suspends().contains(id)) remember_lapsed(id, one.since);
    std::size_t recorded = std::erase_if(lapsed_suspends_, [this](const auto& item) {
        return directory_.seen_statement(item.first);
    });
    std::size_t before = held_drafts_.size();
    std::erase_if(held_drafts_, [this](const auto& item) {
        return !directory_.held_suspends().contains(item.first);
    });
    if (held_drafts_.size() != before || recorded > 0) save_suspends();
    if (lapsed) emit(admitted());
}

void NodeCore::remember_lapsed(const StatementId& id, UnixMillis since) {
    lapsed_suspends_[id] = since;
    if (lapsed_suspends_.size() <= lapsed_suspends_max) return;
    lapsed_suspends_.erase(std::min_element(
        lapsed_suspends_.begin(), lapsed_suspends_.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; }));
}

// `suspend-times`: id [16] ‖ u64 since ms ‖ u8 1 = lapsed.
void NodeCore::save_suspends() {
    proto::SyncDirectory list;
    for (const auto& [id, draft] : held_drafts_) *list.add_drafts() = draft;
    write(PutPrivate{"suspends", to_bytes(as_bytes(list.SerializeAsString()))});
    ByteWriter times;
    for (const auto& [id, held] : directory_.held_suspends())
        times.raw(id.view()).u64(held.since.value).u8(0);
    for (const auto& [id, since] : lapsed_suspends_) times.raw(id.view()).u64(since.value).u8(1);
    write(PutPrivate{"suspend-times", std::move(times).take()});
}

Status NodeCore::load_suspend_times(std::map<StatementId, UnixMillis>& held) {
    auto stored = store_.private_value("suspend-times");
    if (!stored.ok()) return stored.error();
    if (!stored->has_value()) return {};
    ByteReader in(**stored);
    while (!in.rest().empty() && !in.failed()) {
        auto id = in.fixed<StatementId>();
        UnixMillis since{in.u64()};
        (in.u8() == 1 ? lapsed_suspends_ : held)[id] = since;
    }
    if (in.failed()) return {Errc::damaged, "the stored times of suspensions do not parse"};
    return {};
}

Status NodeCore::load_suspends() {
    std::map<StatementId, UnixMillis> since;
    if (Status status = load_suspend_times(since); !status.ok()) return status;
    auto stored = store_.private_value("suspends");
    if (!stored.ok()) return stored.error();
    if (!stored->has_value() || directory_.empty()) return {};
    proto::SyncDirectory list;
    if (!list.ParseFromArray((*stored)->data(), static_cast<int>((*stored)->size())))
        return {Errc::damaged, "the stored suspensions do not parse"};
    for (const auto& draft : list.drafts()) {
        auto statement = parse_statement(as_bytes(draft.statement()));
        if (!statement.ok()) continue;
        auto id = StatementId::copy_of(as_bytes(statement->statement_id()));
        auto known = since.find(id);
        Status held = directory_.hold_suspend(
            as_bytes(draft.statement()), as_bytes(draft.authorisations()), now_,
            known == since.end() ? std::nullopt : std::optional(known->second));
        if (!held.ok()) continue;  // Recorded by now.
        held_drafts_[id] = draft;
        suspended_at_ = now_;
    }
    return {};
}

void NodeCore::warn_of_suspends(proto::StatusResponse& out) const {
    for (const auto& [id, held] : directory_.held_suspends())
        if (now_.since(held.since) >= ms_day)
            out.add_warnings("the suspension of " + node_name(held.node) +
                             " is not recorded after a day: is the coordinator working?");
}

}  // namespace rilon
