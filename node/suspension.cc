// A suspension acts before it is recorded. Whoever gets a SUSPEND with its signatures, from a
// person or a peer, holds it at once and passes it on to every peer, once; the coordinator records
// it when it is reached. A stolen node must not gain the hours of an outage.
#include <fmt/format.h>

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
    if (!id.ok() || directory_.held_suspends().contains(*id)) return false;
    Status held = directory_.hold_suspend(as_bytes(draft.statement()),
                                          as_bytes(draft.authorisations()), now_);
    if (!held.ok()) return false;
    suspended_at_ = now_;
    held_drafts_[*id] = draft;
    save_suspends();
    log(2,
        fmt::format("suspension_held node={}", node_name(directory_.held_suspends().at(*id).node)));
    directory_changed();
    proto::SyncDirectory frame;
    *frame.add_drafts() = draft;
    for (const auto& [peer, state] : peers_)
        if (peer != from && state.up && state.greeted)
            send(peer, SyncType::directory, 0, frame.SerializeAsString(), Precedence::flash);
    return true;
}

// Recorded, or lapsed: nothing to hold any more.
void NodeCore::prune_suspends() {
    bool lapsed = directory_.lapse_held(now_);
    std::size_t before = held_drafts_.size();
    std::erase_if(held_drafts_, [this](const auto& item) {
        return !directory_.held_suspends().contains(item.first);
    });
    if (held_drafts_.size() != before) save_suspends();
    if (lapsed) emit(admitted());
}

void NodeCore::save_suspends() {
    proto::SyncDirectory list;
    for (const auto& [id, draft] : held_drafts_) *list.add_drafts() = draft;
    write(PutPrivate{"suspends", to_bytes(as_bytes(list.SerializeAsString()))});
}

Status NodeCore::load_suspends() {
    auto stored = store_.private_value("suspends");
    if (!stored.ok()) return stored.error();
    if (!stored->has_value() || directory_.empty()) return {};
    proto::SyncDirectory list;
    if (!list.ParseFromArray((*stored)->data(), static_cast<int>((*stored)->size())))
        return {Errc::damaged, "the stored suspensions do not parse"};
    for (const auto& draft : list.drafts()) {
        auto statement = parse_statement(as_bytes(draft.statement()));
        if (!statement.ok()) continue;
        Status held = directory_.hold_suspend(as_bytes(draft.statement()),
                                              as_bytes(draft.authorisations()), now_);
        if (!held.ok()) continue;  // Recorded by now.
        held_drafts_[StatementId::copy_of(as_bytes(statement->statement_id()))] = draft;
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
