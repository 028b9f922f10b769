// PREPARE of fewer readers for an alert, and of what is said about one that was narrowed
// (protocol/narrowing.h). For each part that loses readers: the same text once more for those who
// stay, and its withdrawal from all who had it. Both are one ticket: sealed in one batch or not at
// all.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/alert.h"
#include "protocol/narrowing.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

Bytes bytes_of(const proto::Operation& operation) {
    return to_bytes(as_bytes(operation.SerializeAsString()));
}

bool is_in(const std::vector<NodeId>& nodes, const NodeId& id) {
    return std::binary_search(nodes.begin(), nodes.end(), id);
}

std::string joined(const std::set<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

// Who is to read no longer. What leaves out nobody is a mistake of the officer's, who would believe
// that somebody reads it no longer.
class Narrower {
   public:
    static Result<Narrower> read(const proto::NarrowWish& wish, const DirectoryState& state);
    // Empty: the node stays.
    std::string why_dropped(const NodeRecord& node, const std::set<std::string>& hosts);
    // After all readers were looked at.
    Status all_met(const AlertId& alert) const;

   private:
    explicit Narrower(const DirectoryState& state) : state_(state) {}
    const DirectoryState& state_;
    std::map<std::string, LeftOut> excluded_;  // By the code as given.
    std::set<std::string> only_;
    bool except_host_ = false;
    std::set<std::string> idle_;       // Codes that left out nobody yet.
    std::set<std::string> strangers_;  // Names of no reader so far.
    bool host_reads_ = false;
};

Result<Narrower> Narrower::read(const proto::NarrowWish& wish, const DirectoryState& state) {
    Narrower out(state);
    for (const std::string& code : wish.exclude()) {
        auto parties = excluded_parties({code}, state);
        if (!parties.ok()) return parties.error();
        out.excluded_[code] = std::move(*parties);
        out.idle_.insert(code);
    }
    for (const std::string& name : wish.only()) {
        if (state.node_by_name(name) == nullptr)
            return {Errc::not_found, fmt::format("there is no node \"{}\"", name)};
        out.only_.insert(name);
        out.strangers_.insert(name);
    }
    out.except_host_ = wish.except_host();
    return out;
}

std::string Narrower::why_dropped(const NodeRecord& node, const std::set<std::string>& hosts) {
    std::set<std::string> why;
    for (const auto& [code, parties] : excluded_) {
        if (!parties.contains(node.party)) continue;
        why.insert("you said so");
        idle_.erase(code);
    }
    const bool host = std::any_of(hosts.begin(), hosts.end(), [&](const std::string& party) {
        return state_.is_or_under(node.party, party);
    });
    host_reads_ = host_reads_ || host;
    if (host && except_host_) why.insert("host");
    strangers_.erase(node.name);
    if (!only_.empty() && !only_.contains(node.name)) why.insert("not named");
    return joined(why);
}

Status Narrower::all_met(const AlertId& alert) const {
    const std::string readers =
        fmt::format("its readers: rilon show {} --receipts", format_short_id(alert));
    if (!strangers_.empty())
        return {Errc::invalid,
                fmt::format("--only {}: does not read this alert, and narrowing adds nobody; {}",
                            joined(strangers_), readers)};
    if (!idle_.empty())
        return {Errc::invalid, fmt::format("--exclude {}: nobody of it reads this alert; {}",
                                           joined(idle_), readers)};
    if (except_host_ && !host_reads_)
        return {Errc::invalid, "--except-host: the host does not read this alert; " + readers};
    return {};
}

}  // namespace

Result<std::vector<NarrowedPart>> NodeCore::plan_narrowing(const AlertState& alert,
                                                           const proto::NarrowWish& wish) const {
    const DirectoryState& state = directory_.now();
    auto narrower = Narrower::read(wish, state);
    if (!narrower.ok()) return narrower.error();
    std::vector<NarrowedPart> plan;
    for (AlertState& part : parts_of(alert)) {
        if (!part.present()) continue;
        const StreamInfo& info = *stream(part.revisions.back().stream);
        const AudienceInfo* base = state.audience(base_of(info));
        if (base == nullptr)
            return {Errc::not_permitted,
                    "the audience that it was posted to is there no longer: it can only be taken "
                    "back, with rilon withdraw"};
        const std::set<std::string> hosts = hosts_of(*base, state);
        NarrowedPart planned;
        for (const NodeId& id : members(info)) {
            const NodeRecord* node = state.node(id);
            std::string why = is_self(id) ? "" : narrower->why_dropped(*node, hosts);
            if (why.empty())
                planned.stay.push_back(id);
            else
                planned.dropped[id] = std::move(why);
        }
        planned.state = std::move(part);
        plan.push_back(std::move(planned));
    }
    if (Status met = narrower->all_met(alert.id); !met.ok()) return met.error();
    return plan;
}

// What can't be narrowed as it lies here.
Status NodeCore::may_narrow(const AlertState& alert) const {
    const std::string id = format_short_id(alert.id);
    for (const AlertState& part : parts_of(alert)) {
        if (!part.present()) continue;
        for (const EntryRef& ref : part.revisions) {
            const StreamInfo* info = stream(ref.stream);
            RILON_ASSERT(info != nullptr);
            if (!is_self(info->state.origin))
                return {Errc::not_permitted,
                        fmt::format("a revision of it was posted at {}, and only there it can be "
                                    "erased: narrow it there, or take it back with rilon withdraw "
                                    "{}",
                                    node_name(info->state.origin), id)};
        }
        auto newest = newest_revision(part);
        if (!newest.ok()) return newest.error();
        if (newest->alert().has_release_request())
            return {Errc::not_permitted,
                    fmt::format("it waits for a second officer, who may let more read it: decide "
                                "that first, rilon release decline {}",
                                id)};
        if (newest->narrowing_size() >= narrowings_max)
            return {Errc::not_permitted,
                    fmt::format("it was narrowed {} times, which is the most: rilon withdraw {}, "
                                "and post a new one",
                                narrowings_max, id)};
    }
    return {};
}

// The newest revision as it would be corrected: the text, and the tokens that it goes on with.
Result<proto::Supersede> NodeCore::newest_revision(const AlertState& alert) const {
    if (alert.revisions.empty()) return {Errc::not_found, "nothing of the alert is left here"};
    auto operation = stored_operation(alert.revisions.back());
    if (!operation.ok()) return operation.error();
    if (operation->has_supersede()) return operation->supersede();
    proto::Supersede out;
    *out.mutable_alert() = operation->publish();
    return out;
}

Result<Ticket> NodeCore::prepare_narrow(const proto::PrepareRequest& request) {
    const proto::NarrowWish& wish = request.narrow();
    if (wish.exclude().empty() && wish.only().empty() && !wish.except_host())
        return {Errc::invalid, "say who is to read it no longer"};
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (!may_change(identity_.id, *found))
        return {Errc::not_permitted,
                fmt::format("only {}'s party narrows this alert", node_name(found->origin))};
    if (found->withdrawn())
        return {Errc::duplicate, "the alert is withdrawn already: " + found->withdraw_reason};
    if (!found->readable())
        return {Errc::not_found,
                "nothing of this alert is left to narrow: it has expired, or was redacted"};
    if (Status may = may_narrow(*found); !may.ok()) return may.error();
    auto plan = plan_narrowing(*found, wish);
    if (!plan.ok()) return plan.error();
    Ticket ticket;
    ticket.action = "narrow";
    std::vector<StreamId> streams;
    for (const NarrowedPart& part : *plan) {
        if (part.dropped.empty()) continue;
        if (part.stay.size() <= 1)
            return {Errc::no_readers,
                    fmt::format("nobody but this node would read the {} part any more: take it "
                                "back with rilon withdraw {}",
                                part.state.part, format_short_id(part.state.id))};
        if (Status planned = plan_narrowed_part(part, request.precedence(), ticket); !planned.ok())
            return planned.error();
        streams.push_back(part.state.revisions.back().stream);
    }
    if (ticket.parts.empty())
        return {Errc::invalid,
                fmt::format("nobody would be dropped: all its readers stay; they are shown by "
                            "rilon show {} --receipts",
                            format_short_id(found->id))};
    auto readers = members_hash(streams);
    if (!readers.ok()) return readers.error();
    ticket.readers_then = *readers;
    ticket.readers = [this, streams] { return members_hash(streams); };
    return ticket;
}

Status NodeCore::plan_narrowed_part(const NarrowedPart& part, std::uint32_t precedence,
                                    Ticket& ticket) {
    const EntryRef newest = part.state.revisions.back();
    auto supersede = newest_revision(part.state);
    if (!supersede.ok()) return supersede.error();
    const auto token = rng_.bytes<NarrowingToken>();
    supersede->mutable_alert()->set_revision(part.state.revision + 1);
    supersede->mutable_alert()->set_created_ms(posting_now().value);
    supersede->add_narrowing(token.str());
    proto::Operation goes_on, taken_back;
    goes_on.mutable_supersede()->Swap(&*supersede);
    proto::Withdraw& withdraw = *taken_back.mutable_withdraw();
    withdraw.set_reason(std::string(reason_narrowed));
    withdraw.set_revision(part.state.revision);
    withdraw.set_successor(successor_of(token, part.state.id).str());

    const StreamInfo& info = *stream(newest.stream);
    AudienceDefinition definition;
    definition.base = base_of(info);
    definition.named = part.stay;
    PlannedPart few;
    few.part = part.state.part;
    few.alert = part.state.id;
    if (Status good = plan_attached(goes_on.supersede().alert(), few); !good.ok())
        return good.error();
    few.operation = bytes_of(goes_on);
    few.precedence =
        std::max(static_cast<Precedence>(std::min<std::uint32_t>(precedence, 3)),
                 Precedence::priority);  // As the withdrawal: who stays shall miss nothing.
    few.seen = newest;
    plan_stream(few, definition.base, true, definition);
    auto all = answer_in_kind(part.state, bytes_of(taken_back));
    if (!all.ok()) return all.error();
    all->precedence = few.precedence;
    all->covers = part.state.revisions;

    proto::PreparedPart shown = show_part(few, part.stay, {}, definition.base);
    const DirectoryState& state = directory_.now();
    for (const auto& [id, why] : part.dropped) {
        proto::DroppedReader& dropped = *shown.add_dropped();
        dropped.set_node(node_name(id));
        dropped.set_party(state.node(id)->party);
        dropped.set_why(why);
    }
    *ticket.shown.add_parts() = std::move(shown);
    *ticket.shown.add_parts() = show_part(*all, members(info), {}, definition.base);
    ticket.shown.mutable_parts()->rbegin()->set_takes_back(true);
    ticket.parts.push_back(std::move(few));
    ticket.parts.push_back(std::move(*all));
    return {};
}

// --- an alert that was narrowed ----------------------------------------------------------------

bool NodeCore::was_narrowed(const AlertState& alert) const {
    const std::vector<AlertState> parts = parts_of(alert);
    return std::any_of(parts.begin(), parts.end(), [](const AlertState& part) {
        return part.present() && part.tokens_of(part.revisions.back()) > 0;
    });
}

// Its readers are no audience that an officer could name: a correction goes to them, whatever the
// rule would let others read. As a wish they bound what the rule may plan.
Result<ReleaseWish> NodeCore::wish_of_narrowed(const AlertState& alert,
                                               const proto::Wish& wished) const {
    if (!wished.audience().empty() || wished.except_host() || wished.with_host() ||
        !wished.exclude().empty() || !wished.only().empty() || wished.tell_issuer())
        return {
            Errc::invalid,
            fmt::format("this alert was narrowed: a correction goes to those who still read it; "
                        "leave out who is to read, or narrow it first with rilon narrow {}",
                        format_short_id(alert.id))};
    ReleaseWish wish;
    const AudienceInfo* largest = nullptr;  // A document part may go to the host as well.
    for (const AlertState& part : parts_of(alert)) {
        if (!part.present()) continue;
        const StreamInfo& info = *stream(part.revisions.back().stream);
        const AudienceInfo* base = directory_.now().audience(base_of(info));
        if (base == nullptr)
            return {Errc::not_permitted,
                    "the audience that it was posted to is there no longer: it can only be taken "
                    "back, with rilon withdraw"};
        if (largest == nullptr || largest->members.size() < base->members.size()) largest = base;
        for (const NodeId& id : members(info)) wish.only.push_back(id);
    }
    RILON_ASSERT(largest != nullptr);  // was_narrowed: a part is present.
    wish.base = largest->id;
    if (largest->kind != AudienceInfo::Kind::missions)
        wish.host = HostWish::with_host;  // Where it reads it: nobody is added by this.
    std::sort(wish.only.begin(), wish.only.end());
    wish.only.erase(std::unique(wish.only.begin(), wish.only.end()), wish.only.end());
    return wish;
}

// Such a correction shows all tokens: without them it would end at those who stay.
Status NodeCore::keep_tokens(const AlertState& before, proto::Supersede& correction) const {
    if (!before.present() || before.tokens_of(before.revisions.back()) == 0) return {};
    auto newest = newest_revision(before);
    if (!newest.ok()) return newest.error();
    *correction.mutable_narrowing() = newest->narrowing();
    return {};
}

// One part of it: all who read must be among those whom the rule lets read it now. They are the
// plan's readers then.
Result<PlannedPart> NodeCore::correct_in_kind(const std::optional<AlertState>& before,
                                              PartPlan& plan, PlannedPart part) {
    if (!before.has_value() || !before->present())
        return {Errc::not_permitted,
                "the correction has a part that the alert had not; withdraw it and post a new one"};
    std::vector<NodeId> readers = members(*stream(before->revisions.back().stream));
    std::erase(readers, identity_.id);
    for (const NodeId& id : readers)
        if (!is_in(plan.readers, id))
            return {Errc::not_permitted,
                    fmt::format("what the correction says must not reach {}, who reads the alert: "
                                "narrow it first, rilon narrow {} --exclude {}",
                                node_name(id), format_short_id(before->id),
                                directory_.now().node(id)->party)};
    auto planned = answer_in_kind(*before, std::move(part.operation));
    if (!planned.ok()) return planned;
    planned->seen = part.seen;
    planned->attached = std::move(part.attached);
    plan.readers = std::move(readers);
    plan.withheld.clear();
    return planned;
}

// Sealed between PREPARE and COMMIT, a correction or a narrowing makes of this ticket something
// that nobody looked at: the text of before, to the readers of before.
Status NodeCore::still_newest(const PlannedPart& part) const {
    if (!part.seen.has_value()) return {};
    auto now = index_.alert(part.alert);
    if (now.has_value() && now->present() && now->revisions.back() == *part.seen) return {};
    return {Errc::not_permitted,
            "the alert was corrected or taken back meanwhile; look at it again"};
}

}  // namespace rilon
