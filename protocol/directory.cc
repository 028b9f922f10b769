#include "protocol/directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/directory_rules.h"
#include "protocol/mutant.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

// Far beyond any calendar in use, far below where adding a lapse overflows.
constexpr std::uint64_t recorded_ms_max = std::uint64_t{1} << 56;

std::string joined(const std::vector<std::string>& items) {
    return fmt::format("{}", fmt::join(items, ", "));
}

// What binds a new state to its record, and who is in which audience after it.
void finish_state(const NetworkId& network, const DirectoryRecord& record, DirLink before,
                  DirectoryChange& change) {
    change.state.link = directory_link(network, record, before);
    change.state.recorded = record.recorded;
    if (change.members_may_differ) recompute_audiences(change.state);
}

Result<std::vector<Signer>> signers_of(const NetworkId& network, const StatementWork& work,
                                       const DirectoryRecord& record) {
    auto next_rso = next_rso_of(network, work.statement);
    if (!next_rso) return next_rso.error();
    const NodeRecord* self = nullptr;
    if (work.statement.has_rotate_encryption()) {
        auto node = named_node(work.change.state, work.statement.rotate_encryption().node_id());
        if (!node) return node.error();
        self = *node;
    }
    AuthorisationInput input{network, record.statement, record.authorisations};
    return verify_authorisations(input, &work.change.state, *next_rso, self);
}

bool expired(const proto::Statement& statement, UnixMillis recorded) {
    // A SUSPEND waits as long as it has to: the network may be cut, the danger stays.
    return !statement.has_suspend() && recorded.value > statement.expires_ms();
}

}  // namespace

const DirectoryState* Directory::at(DirSeq n) const {
    return n.value < states_.size() ? states_[n.value].get() : nullptr;
}

bool Directory::seen_statement(const StatementId& id) const {
    return statements_.contains(id);
}

const SigningKey* Directory::signing_key(const NodeId& node_id, Generation generation,
                                         DirSeq n) const {
    const DirectoryState* state = at(n);
    const NodeRecord* node = state == nullptr ? nullptr : state->node(node_id);
    return node == nullptr ? nullptr : node->signing_key(generation);
}

bool Directory::members_changed(const AudienceId& audience, DirSeq from, DirSeq to) const {
    const DirectoryState* first = at(from);
    if (first == nullptr || at(to) == nullptr) return true;
    const AudienceInfo* then = first->audience(audience);
    for (DirSeq n = from; n < to;) {
        n = n.next();
        const AudienceInfo* later = at(n)->audience(audience);
        if (later == then) continue;  // Shared: the same value.
        if (later == nullptr || then == nullptr || later->members != then->members) return true;
    }
    return false;
}

Status Directory::check_base(const StatementWork& work) const {
    std::uint64_t base = work.statement.base();
    if (base > states_.size())
        return {Errc::structure, "drafted against a record that is not there yet"};
    for (const std::string& subject : subjects_of(work.statement, work.change.state)) {
        auto changed = changed_.find(subject);
        bool since = changed != changed_.end() && changed->second.value >= base;
        if (since || work.change.touched.contains(subject))
            return {Errc::invalid, "what it is about changed since it was drafted: " + subject};
    }
    return {};
}

Result<StatementWork> Directory::begin(const DirectoryRecord& record) const {
    if (record.n.value != states_.size())
        return {Errc::structure,
                fmt::format("record {} after {} records", record.n.value, states_.size())};
    if (!empty() && record.recorded < recorded().recorded)
        return {Errc::structure, "recorded before the record before it"};
    if (record.recorded.value > recorded_ms_max)
        return {Errc::structure, "recorded at a time that is none"};
    auto statement = parse_statement(record.statement);
    if (!statement) return statement.error();
    StatementWork work{std::move(*statement), {}, {}};
    work.id = StatementId::copy_of(as_bytes(work.statement.statement_id()));
    if (seen_statement(work.id)) return {Errc::duplicate, "this statement was applied already"};
    if (empty() != (work.statement.has_root() && work.statement.root().version() == 1))
        return {Errc::structure, "a chain begins with ROOT version 1 and has one only"};
    if (expired(work.statement, record.recorded))
        return {Errc::invalid, "the draft expired before it was recorded"};
    work.change.network = network_;
    work.change.recorded = record.recorded;
    work.change.owners = &key_owners_;
    if (!empty()) work.change.state = recorded();
    work.change.state.n = record.n;
    work.change.members_may_differ = empty();
    apply_time(work.change);
    if (Status s = check_base(work); !s) return s.error();
    return work;
}

Result<StatementWork> Directory::prepare(const DirectoryRecord& record) const {
    auto work = begin(record);
    if (!work) return work.error();
    auto demand = demand_of(work->statement, work->change.state);
    if (!demand) return demand.error();
    auto signers = signers_of(network_, *work, record);
    if (!signers) return signers.error();
    std::vector<std::string> missing = empty_seats(*demand, *signers);
    if (!missing.empty() && !mutant(Mutant::skip_authorisation))
        return {Errc::not_authorised, "not signed by " + joined(missing)};
    if (work->statement.has_withdraw_orphan())
        return {Errc::invalid,
                "an order to withdraw goes with the withdrawal, not into the record"};
    if (Status s = perform(*work, *signers); !s) return s.error();
    finish_state(network_, record, empty() ? DirLink{} : recorded().link, work->change);
    return work;
}

Status Directory::apply(DirectoryRecord record) {
    auto work = prepare(record);
    if (!work) return work.error();
    DirSeq n = record.n;
    statements_.emplace(work->id, n);
    for (const std::string& subject : work->change.touched) changed_[subject] = n;
    key_owners_.merge(work->change.claims);
    states_.push_back(std::make_shared<const DirectoryState>(std::move(work->change.state)));
    records_.push_back(std::move(record));
    hold_state();
    return {};
}

Status Directory::hold_suspend(ByteView statement, ByteView authorisations, UnixMillis now_ms,
                               std::optional<UnixMillis> since) {
    UnixMillis when = std::max(now_ms, recorded().recorded);
    auto work =
        prepare({DirSeq{states_.size()}, when, to_bytes(statement), to_bytes(authorisations)});
    if (!work) return work.error();
    if (!work->statement.has_suspend()) return {Errc::invalid, "only a suspension acts unrecorded"};
    auto node = NodeId::parse(work->statement.suspend().node_id());
    if (!node) return node.error();
    bool lapses = work->change.state.node(*node)->suspend_lapses.value != 0;
    held_.emplace(work->id, HeldSuspend{*node, since.value_or(when), lapses});
    hold_state();
    return {};
}

bool Directory::lapse_held(UnixMillis now_ms) {
    std::size_t lapsed = std::erase_if(held_, [&](const auto& item) {
        return item.second.lapses && now_ms.since(item.second.since) >= suspend_lapse_ms;
    });
    if (lapsed > 0) hold_state();
    return lapsed > 0;
}

void Directory::hold_state() {
    std::erase_if(held_, [this](const auto& item) { return seen_statement(item.first); });
    held_state_ = nullptr;
    if (held_.empty()) return;
    auto state = std::make_shared<DirectoryState>(recorded());
    for (const auto& [id, held] : held_) {
        const NodeRecord* node = state->node(held.node);
        if (node == nullptr || node->standing != Standing::good) continue;
        auto suspended = std::make_shared<NodeRecord>(*node);
        suspended->standing = Standing::suspended;
        state->nodes[held.node] = std::move(suspended);
    }
    recompute_audiences(*state);
    held_state_ = std::move(state);
}

Status Directory::check(ByteView statement, ByteView authorisations, UnixMillis recorded) const {
    auto work =
        prepare({DirSeq{states_.size()}, recorded, to_bytes(statement), to_bytes(authorisations)});
    if (!work) return work.error();
    return {};
}

Result<AuthorisationProgress> Directory::progress(ByteView statement, ByteView authorisations,
                                                  UnixMillis now_ms) const {
    DirectoryRecord record{DirSeq{states_.size()}, now_ms, to_bytes(statement),
                           to_bytes(authorisations)};
    // A draft is shown also where this machine's clock is behind the chain's.
    if (!empty()) record.recorded = std::max(now_ms, recorded().recorded);
    auto work = begin(record);
    if (!work) return work.error();
    auto demand = demand_of(work->statement, work->change.state);
    if (!demand) return demand.error();
    auto signers = signers_of(network_, *work, record);
    if (!signers) return signers.error();
    if (Status s = perform(*work, *signers); !s) return s.error();
    AuthorisationProgress out;
    for (const Signer& signer : *signers) out.signed_by.push_back(signer.name);
    out.waiting_for = empty_seats(*demand, *signers);
    out.complete = out.waiting_for.empty();
    out.begun_by = first_seated(*demand, *signers);
    return out;
}

}  // namespace rilon
