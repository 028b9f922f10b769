// Statements on their way to their signatures. The coordinator that orders collects them, everybody
// shows them to persons. What is kept and passed on has begun with a person's signature: else any
// member could fill all nodes with what nobody wants.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

Result<StatementId> id_of(const proto::Draft& draft) {
    auto statement = parse_statement(as_bytes(draft.statement()));
    if (!statement.ok()) return statement.error();
    return StatementId::parse(statement->statement_id());
}

StatementDraft from_proto(const proto::Draft& draft) {
    return {to_bytes(as_bytes(draft.statement())), to_bytes(as_bytes(draft.authorisations()))};
}

}  // namespace

// Made anew of what was checked: a peer's own message may carry more than we know of.
proto::Draft to_proto(const StatementDraft& draft) {
    proto::Draft out;
    out.set_statement(std::string(as_text(draft.statement)));
    out.set_authorisations(std::string(as_text(draft.authorisations)));
    return out;
}

Result<StatementDraft> NodeCore::joined_draft(const StatementId& id,
                                              const proto::Draft& draft) const {
    auto known = drafts_.find(id);
    if (known == drafts_.end()) return from_proto(draft);
    return merge_drafts(from_proto(known->second.draft), from_proto(draft));
}

// To be shown to persons; a suspension with its signatures acts, and is recorded where that can be.
void NodeCore::take_draft(const NodeId& from, const proto::Draft& draft) {
    auto id = id_of(draft);
    if (!id.ok() || directory_.empty()) return;
    bool acts = hold_suspend(from, draft);
    if (identity_.online.has_value()) {
        if (acts) (void)submit(draft);  // Held in any case; refused drafts are their drafter's.
        return;
    }
    if (is_coordinator() || acts) return;
    auto joined = joined_draft(*id, draft);
    if (!joined.ok()) return;
    auto progress = directory_.progress(joined->statement, joined->authorisations, now_);
    Status kept = progress.ok() ? keep_draft(*id, *joined, *progress) : Status(progress.error());
    if (kept.ok()) return;
    ++counters_.refused;
    log(5, fmt::format("draft_refused peer={} why=\"{}\"", from.brief(), kept.error().detail));
}

Status NodeCore::keep_draft(const StatementId& id, const StatementDraft& draft,
                            const AuthorisationProgress& progress) {
    if (!progress.begun_by.has_value())
        return {Errc::not_authorised, "a draft begins with the signature of one who may sign it"};
    auto statement = parse_statement(draft.statement);
    if (!statement.ok()) return statement.error();
    // The drafter's clock and ours may differ.
    UnixMillis latest = std::max(now_, directory_.now().recorded).plus(draft_valid_ms_max);
    if (statement->expires_ms() > latest.value)
        return {Errc::invalid, "a draft is valid for 14 days at most: are both clocks right?"};
    if (!drafts_.contains(id)) {
        auto same = std::count_if(drafts_.begin(), drafts_.end(), [&](const auto& item) {
            return item.second.begun_by == *progress.begun_by;
        });
        if (static_cast<std::size_t>(same) >= drafts_of_one_max)
            return {Errc::busy,
                    fmt::format("{} drafts of one person are pending already", drafts_of_one_max)};
        if (drafts_.size() >= drafts_max) return {Errc::busy, "too many drafts are pending"};
    }
    drafts_[id] = {to_proto(draft), *progress.begun_by};
    return {};
}

Result<std::string> NodeCore::submit(const proto::Draft& draft) {
    if (directory_.empty()) return {Errc::not_enrolled, "this node has no directory yet"};
    if (rebuilt_)
        return {Errc::busy, fmt::format("the coordinator was rebuilt and first compares its "
                                        "directory with nodes of {} parties; {} so far",
                                        parties_needed(), parties_compared())};
    auto id = id_of(draft);
    if (!id.ok()) return id.error();
    if (directory_.seen_statement(*id))
        return {Errc::duplicate, "this statement is in force already"};
    auto joined = joined_draft(*id, draft);
    if (!joined.ok()) return joined.error();
    auto progress = directory_.progress(joined->statement, joined->authorisations, now_);
    if (!progress.ok()) return progress.error();
    if (progress->complete) {
        if (Status status = record_draft(*id, std::move(*joined)); !status.ok())
            return status.error();
        return std::string("in force");
    }
    if (Status kept = keep_draft(*id, *joined, *progress); !kept.ok()) return kept.error();
    save_drafts();
    for (const auto& [peer, state] : peers_)
        if (state.up && state.greeted) send_drafts(peer, {&drafts_.at(*id).draft});
    std::string waiting;
    for (const auto& who : progress->waiting_for) waiting += (waiting.empty() ? "" : ", ") + who;
    return "waiting for " + waiting;
}

Status NodeCore::record_draft(const StatementId& id, StatementDraft draft) {
    DirectoryRecord record{DirSeq{directory_.size()}, std::max(now_, directory_.now().recorded),
                           std::move(draft.statement), std::move(draft.authorisations)};
    if (Status status = apply_record(std::move(record), true); !status.ok()) return status;
    drafts_.erase(id);
    save_drafts();
    log(5, fmt::format("record_applied n={}", directory_.now().n.value));
    issue_checkpoint();
    directory_changed();
    return {};
}

// As many frames as they need.
void NodeCore::send_drafts(const NodeId& peer, const std::vector<const proto::Draft*>& drafts) {
    proto::SyncDirectory out;
    std::size_t bytes = 0;
    for (const proto::Draft* draft : drafts) {
        *out.add_drafts() = *draft;
        bytes += draft->ByteSizeLong();
        if (bytes < directory_bytes_max) continue;
        send(peer, SyncType::directory, 0, out.SerializeAsString());
        out.Clear();
        bytes = 0;
    }
    if (out.drafts_size() > 0) send(peer, SyncType::directory, 0, out.SerializeAsString());
}

void NodeCore::share_drafts(const NodeId& peer) {
    std::vector<const proto::Draft*> all;
    for (const auto& [id, draft] : held_drafts_) all.push_back(&draft);
    for (const auto& [id, pending] : drafts_) all.push_back(&pending.draft);
    send_drafts(peer, all);
}

void NodeCore::on_submit(const NodeId& peer, const SyncHead& head, const proto::Draft& draft) {
    proto::SyncDirectory answer;
    if (!identity_.online.has_value()) {
        answer.set_refused("this node does not order the directory");
    } else {
        auto done = submit(draft);
        answer.set_accepted(done.ok());
        answer.set_refused(done.ok() ? *done : done.error().detail);
    }
    send(peer, SyncType::directory, head.request, answer.SerializeAsString());
}

void NodeCore::save_drafts() {
    proto::SyncDirectory list;
    for (const auto& [id, pending] : drafts_) *list.add_drafts() = pending.draft;
    write(PutPrivate{"drafts", to_bytes(as_bytes(list.SerializeAsString()))});
}

Status NodeCore::load_drafts() {
    auto stored = store_.private_value("drafts");
    if (!stored.ok()) return stored.error();
    if (!stored->has_value() || directory_.empty()) return {};
    proto::SyncDirectory list;
    if (!list.ParseFromArray((*stored)->data(), static_cast<int>((*stored)->size())))
        return {Errc::damaged, "the stored drafts do not parse"};
    for (const auto& draft : list.drafts()) {
        auto id = id_of(draft);
        auto progress = directory_.progress(as_bytes(draft.statement()),
                                            as_bytes(draft.authorisations()), now_);
        // The others are not possible any more.
        if (id.ok() && progress.ok() && progress->begun_by.has_value())
            drafts_[*id] = {draft, *progress->begun_by};
    }
    return {};
}

// Drafts that are in force or expired.
void NodeCore::prune_drafts() {
    if (drafts_.empty() || directory_.empty()) return;
    std::size_t before = drafts_.size();
    std::erase_if(drafts_, [&](const auto& item) {
        if (directory_.seen_statement(item.first)) return true;
        auto statement = parse_statement(as_bytes(item.second.draft.statement()));
        return !statement.ok() || statement->expires_ms() < now_.value;
    });
    if (drafts_.size() != before && is_coordinator()) save_drafts();
}

}  // namespace rilon
