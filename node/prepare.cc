// PREPARE: what an officer wants to say becomes parts with streams, readers and the exact bytes to
// sign. Nothing is written; the ticket is good for ten minutes.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

Bytes serialise(const proto::Operation& operation) {
    return to_bytes(as_bytes(operation.SerializeAsString()));
}

Precedence precedence_of(std::uint32_t value) {
    return static_cast<Precedence>(std::min<std::uint32_t>(value, 3));
}

// Which alert is the other part of a new one is not its author's to say.
void drop_other_part(proto::Alert& alert) {
    auto* links = alert.mutable_links();
    links->erase(
        std::remove_if(links->begin(), links->end(),
                       [](const proto::Link& link) { return link.type() == link_other_part; }),
        links->end());
}

}  // namespace

void NodeCore::on_prepare(const Asker& asker, ClientId client, const proto::Request& request) {
    if (options_.refuse_intake)
        return fail(
            client, request.id(),
            {Errc::full, "this node's disk is full: it reads and serves, but takes nothing"});
    if (Status free = not_replacing(); !free.ok()) return fail(client, request.id(), free.error());
    if (Status again = resynced(); !again.ok()) return fail(client, request.id(), again.error());
    const auto& prepare = request.prepare();
    Result<Ticket> ticket = prepare_operation(asker, prepare);
    if (!ticket.ok()) return fail(client, request.id(), ticket.error());
    for (const PlannedPart& part : ticket->parts)
        if (Status there = check_in_audience(part); !there.ok())
            return fail(client, request.id(), there.error());
    if (std::any_of(ticket->parts.begin(), ticket->parts.end(),
                    [](const PlannedPart& part) { return part.waits; }))
        return hold_post(asker, client, request);
    ticket->stale_directory = request.prepare().stale_directory();
    if (Status fresh = fresh_enough(*ticket, ticket->stale_directory); !fresh.ok())
        return fail(client, request.id(), fresh.error());
    if (precedence_of(prepare.precedence()) == Precedence::flash &&
        quota_.flash_spent(identity_.id, now_))
        ticket->shown.add_warnings(
            fmt::format("this mission had its {} flash entries of this hour: others would pass "
                        "this one on with routine traffic. --urgent goes before that",
                        flash_per_hour_max));
    if (tickets_.size() >= tickets_max)
        return fail(client, request.id(), {Errc::busy, "too many postings are under way here"});
    ticket->client = client;
    ticket->officer = asker.officer->id;
    ticket->until = now_.plus(ticket_ms);
    Bytes id = to_bytes(rng_.bytes<Random16>().view());
    ticket->shown.set_ticket(std::string(as_text(id)));
    proto::Response response;
    response.mutable_prepared()->Swap(&ticket->shown);
    answer(client, response, request.id());
    ticket->shown.Swap(response.mutable_prepared());
    tickets_.emplace(std::move(id), std::move(*ticket));
}

Result<Ticket> NodeCore::prepare_operation(const Asker& asker,
                                           const proto::PrepareRequest& prepare) {
    if (prepare.has_release()) return prepare_release(asker, prepare);
    if (prepare.has_narrow()) return prepare_narrow(prepare);
    if (prepare.has_onward()) return prepare_onward(prepare);
    if (prepare.has_onward_decision()) return prepare_onward_answer(asker, prepare);
    switch (prepare.operation().body_case()) {
        case proto::Operation::kPublish: return prepare_publish(prepare);
        case proto::Operation::kSupersede: return prepare_supersede(prepare);
        case proto::Operation::kWithdraw: return prepare_withdraw(prepare);
        case proto::Operation::kConfirm:
        case proto::Operation::kDispute:
        case proto::Operation::kHit: return prepare_remark(prepare);
        case proto::Operation::kHistory: return prepare_history(prepare);
        case proto::Operation::kOnwardRequest:
        case proto::Operation::kOnwardAnswer:  // Made here, from a wish.
        case proto::Operation::BODY_NOT_SET: break;
    }
    return {Errc::invalid, "an operation that this version does not know"};
}

Result<ReleaseWish> NodeCore::parse_wish(const proto::Wish& wish) const {
    const DirectoryState& state = directory_.now();
    ReleaseWish out;
    const AudienceInfo* base = state.audience_by_name(wish.audience());
    if (base == nullptr) {
        if (auto id = AudienceId::parse_hex(wish.audience()); id.ok()) base = state.audience(*id);
    }
    if (base == nullptr)
        return {Errc::not_found, fmt::format("there is no audience \"{}\"; see rilon audience list",
                                             wish.audience())};
    out.base = base->id;
    if (wish.except_host()) out.host = HostWish::except_host;
    if (wish.with_host()) out.host = HostWish::with_host;
    out.exclude.assign(wish.exclude().begin(), wish.exclude().end());
    for (const auto& name : wish.only()) {
        const NodeRecord* node = state.node_by_name(name);
        if (node == nullptr) return {Errc::not_found, fmt::format("there is no node \"{}\"", name)};
        out.only.push_back(node->id);
    }
    std::sort(out.only.begin(), out.only.end());
    out.tell_issuer = wish.tell_issuer();
    return out;
}

// The stream of ours that goes to exactly these readers, or the genesis of a new one.
void NodeCore::plan_stream(PlannedPart& part, const AudienceId& base, bool derived,
                           const AudienceDefinition& definition) {
    std::vector<const StreamInfo*> ours;
    std::set<StreamId> superseded;
    for (const auto& [id, info] : streams_) {
        if (!is_self(info.state.origin) || !info.state.founded) continue;
        bool same = derived
                        ? info.definition.has_value() && info.definition->same_audience(definition)
                        : info.state.audience == base;
        if (!same) continue;
        ours.push_back(&info);
        if (info.state.supersedes.has_value()) superseded.insert(info.state.supersedes->stream);
    }
    std::optional<Superseded> supersedes;
    for (const StreamInfo* info : ours) {
        if (superseded.contains(info->state.id)) continue;  // Its successor says more.
        if (may_extend(*info)) {
            part.stream = info->state.id;
            if (derived) part.definition = definition;
            return;
        }
        part.waits = part.waits || still_asking(*info);
        supersedes = info->lost_after.value_or(
            Superseded{info->state.id, info->state.head, info->state.head_id});
    }
    GenesisBody genesis;
    genesis.audience = derived ? rng_.bytes<AudienceId>() : base;
    genesis.random = rng_.bytes<Random16>();
    genesis.supersedes = supersedes;
    part.stream = make_stream_id(identity_.network, identity_.id, identity_.sign.pk, genesis);
    part.found = genesis;
    if (derived) part.definition = definition;
}

proto::PreparedPart NodeCore::show_part(const PlannedPart& part, const std::vector<NodeId>& readers,
                                        const std::vector<Withheld>& withheld,
                                        const AudienceId& base) const {
    const DirectoryState& state = directory_.now();
    proto::PreparedPart out;
    out.set_part(part.part);
    out.set_alert_id(part.alert.str());
    out.set_stream_id(part.stream.str());
    out.set_operation(std::string(as_text(part.operation)));
    const NodeRecord* self = state.node(identity_.id);
    const Rilon* own = self == nullptr ? nullptr : state.rilon(self->rilon);
    if (const AudienceInfo* audience = state.audience(base)) {
        out.set_audience(audience->name);
        out.set_audience_size(static_cast<std::uint32_t>(
            std::count_if(audience->members.begin(), audience->members.end(),
                          [&](const NodeId& id) { return !is_self(id); })));
    }
    for (const NodeId& id : readers) {
        if (is_self(id)) continue;
        const NodeRecord* node = state.node(id);
        if (node == nullptr) continue;
        auto* reader = out.add_readers();
        reader->set_node_id(id.str());
        reader->set_name(node->name);
        reader->set_party(node->party);
        bool host = own != nullptr && state.is_or_under(node->party, own->host);
        reader->set_host(host);
        if (host) out.set_host_reads(true);
    }
    for (const auto& left_out : withheld) {
        if (!left_out.in_base && left_out.why.find("documentary") == std::string::npos) continue;
        auto* excluded = out.add_excluded();
        excluded->set_party(left_out.party);
        excluded->set_why(left_out.why);
    }
    return out;
}

Result<Ticket> NodeCore::prepare_publish(const proto::PrepareRequest& request) {
    proto::Alert alert = request.operation().publish();
    alert.set_alert_id(make_alert_id(now_, rng_).str());
    alert.set_revision(1);
    alert.set_created_ms(posting_now().value);
    alert.set_part("person");
    drop_other_part(alert);
    if (alert.has_reply()) return prepare_reply(request, alert);
    auto wish = parse_wish(request.wish());
    if (!wish.ok()) return wish.error();
    Status put_off = put_off_release(alert, *wish, request.wish().release_reason());
    if (!put_off.ok()) return put_off.error();
    apply_defaults(alert, posting_now());
    if (Status good = check_alert(alert); !good.ok()) return good.error();
    return plan_alert(alert, *wish, request, PlanFor::publish);
}

// A reply goes to who asked, unless its author says more; never past him. Where nobody named an
// audience it is the request's own that both are in.
Result<Ticket> NodeCore::prepare_reply(const proto::PrepareRequest& request, proto::Alert& alert) {
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (found->type != "request")
        return {Errc::invalid, fmt::format("{} is no request: a {} is not replied to",
                                           format_short_id(found->id), found->type)};
    if (!found->readable())
        return {Errc::not_permitted, "the request is withdrawn or over; nobody waits for a reply"};
    if (is_self(found->origin))
        return {Errc::not_permitted,
                "this node asked that itself; correct the request with rilon update"};
    proto::Wish wished = request.wish();
    if (wished.audience().empty()) {
        const StreamInfo* info = stream(found->revisions.back().stream);
        RILON_ASSERT(info != nullptr);
        wished.set_audience(base_of(*info).hex());
        wished.add_only(node_name(found->origin));
    }
    auto wish = parse_wish(wished);
    if (!wish.ok()) return wish.error();
    Status put_off = put_off_release(alert, *wish, wished.release_reason());
    if (!put_off.ok()) return put_off.error();
    alert.mutable_reply()->set_request_id(found->id.str());
    apply_defaults(alert, posting_now());
    if (Status good = check_alert(alert); !good.ok()) return good.error();
    auto ticket = plan_alert(alert, *wish, request, PlanFor::publish);
    if (!ticket.ok()) return ticket;
    const auto& readers = ticket->shown.parts(0).readers();
    if (std::none_of(readers.begin(), readers.end(), [&](const proto::Reader& reader) {
            return reader.node_id() == found->origin.str();
        }))
        return {Errc::invalid, fmt::format("{} asked, and would not read this reply; widen it with "
                                           "--to, or leave --to and --exclude out",
                                           node_name(found->origin))};
    return ticket;
}

// Both parts of a publish or a supersede.
Result<Ticket> NodeCore::plan_alert(const proto::Alert& alert, const ReleaseWish& wish,
                                    const proto::PrepareRequest& request, PlanFor what) {
    return plan_parts(alert, wish, request, what, [this, alert, wish] {
        return plan_release(alert, wish, directory_.now(), identity_.id);
    });
}

Result<Ticket> NodeCore::plan_parts(const proto::Alert& alert, const ReleaseWish& wish,
                                    const proto::PrepareRequest& request, PlanFor what,
                                    const ReleasePlanner& planner) {
    auto plan = planner();
    if (!plan.ok()) return plan.error();
    Ticket ticket;
    ticket.readers_then = readers_hash(*plan);
    give_document_id(*plan, make_alert_id(now_, rng_));
    ticket.action = what == PlanFor::publish ? "post" : "supersede";
    for (auto& part : plan->parts) {
        auto planned = plan_part(part, wish, what);
        if (!planned.ok()) return planned.error();
        planned->precedence = precedence_of(request.precedence());
        *ticket.shown.add_parts() = show_part(*planned, part.readers, part.withheld, wish.base);
        ticket.parts.push_back(std::move(*planned));
    }
    for (const auto& question : plan->questions) ticket.shown.add_warnings(question);
    if (alert.has_release_request())
        ticket.shown.add_warnings(
            fmt::format("{} waits for a second officer: until rilon release approve these readers "
                        "alone get it",
                        alert.release_request().what() == release_tell_issuer ? "telling the issuer"
                                                                              : "protection NONE"));
    ticket.readers = [planner]() -> Result<Hash32> {
        auto again = planner();
        if (!again.ok()) return again.error();
        return readers_hash(*again);
    };
    return ticket;
}

// Leaves in the plan who is to read the part.
Result<PlannedPart> NodeCore::plan_part(PartPlan& plan, const ReleaseWish& wish, PlanFor what) {
    PlannedPart part;
    part.part = plan.part;
    part.alert = AlertId::copy_of(as_bytes(plan.alert.alert_id()));
    if (Status good = plan_attached(plan.alert, part); !good.ok()) return good.error();
    // A document part may be new in a correction: its issuer was not to be told before.
    const auto before = what == PlanFor::publish ? std::nullopt : index_.alert(part.alert);
    proto::Operation operation;
    if (before.has_value()) {
        if (Status kept = keep_tokens(*before, *operation.mutable_supersede()); !kept.ok())
            return kept.error();
        if (before->present()) part.seen = before->revisions.back();
    }
    (before ? operation.mutable_supersede()->mutable_alert() : operation.mutable_publish())
        ->Swap(&plan.alert);
    part.operation = serialise(operation);
    if (part.operation.size() > plaintext_bytes_max - 4096)
        return {Errc::too_large, "the alert is too large for one entry"};
    if (what == PlanFor::narrowed) return correct_in_kind(before, plan, std::move(part));
    // The plan's base, not the wish's: everybody but the host is an audience of its own.
    const AudienceId& base = mutant(Mutant::wish_for_plan) ? wish.base : plan.definition.base;
    plan_stream(part, base, plan.derived, plan.definition);
    return part;
}

// What two officers decide is not lost by a correction, nor got round by one.
Status NodeCore::carry_from(const AlertState& before, proto::Alert& correction, ReleaseWish& wish,
                            const proto::Wish& wished) const {
    auto newest = newest_revision(before);
    if (!newest.ok()) return newest.error();
    return carry_release(newest->alert(), correction, wish, wished.release_reason(),
                         directory_.now());
}

Result<Ticket> NodeCore::prepare_supersede(const proto::PrepareRequest& request) {
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (!may_change(identity_.id, *found))
        return {Errc::not_permitted,
                "only the author's party corrects an alert; "
                "say what you know with rilon confirm"};
    if (found->withdrawn()) return {Errc::not_permitted, "the alert is withdrawn; post a new one"};
    const bool narrowed = was_narrowed(*found);
    auto wish = narrowed ? wish_of_narrowed(*found, request.wish()) : parse_wish(request.wish());
    if (!wish.ok()) return wish.error();
    proto::Alert alert = request.operation().supersede().alert();
    alert.set_alert_id(found->id.str());
    alert.set_revision(newest_number(*found) + 1);
    alert.set_created_ms(posting_now().value);
    alert.set_part(found->part);
    drop_other_part(alert);
    if (found->other_part.has_value()) {
        auto* link = alert.add_links();
        link->set_type(std::string(link_other_part));
        link->set_alert_id(found->other_part->str());
    }
    if (Status carried = carry_from(*found, alert, *wish, request.wish()); !carried.ok())
        return carried.error();
    if (narrowed && alert.has_release_request())
        return {Errc::not_permitted,
                "this alert was narrowed: no second officer lets more states read it; withdraw it "
                "and post a new one"};
    apply_defaults(alert, posting_now());
    if (Status good = check_alert(alert); !good.ok()) return good.error();
    auto ticket =
        plan_alert(alert, *wish, request, narrowed ? PlanFor::narrowed : PlanFor::correction);
    if (!ticket.ok() || narrowed) return ticket;
    // A correction goes to the readers of what it corrects, or readers would keep the old one.
    for (const auto& part : ticket->parts) {
        auto before = index_.alert(part.alert);
        bool same = before.has_value() && !before->revisions.empty() &&
                    same_readers(part, before->revisions.back().stream);
        if (!same)
            return {Errc::not_permitted,
                    "the correction would have other readers than the alert: withdraw it and post "
                    "a new one"};
    }
    return ticket;
}

// Narrowing counts up the parts that it touches, and may leave the other as it is.
std::uint32_t NodeCore::newest_number(const AlertState& alert) const {
    std::uint32_t out = 0;
    for (const AlertState& part : parts_of(alert)) out = std::max(out, part.revision);
    return out;
}

// The parts of an alert we hold, each with the stream it was published in.
std::vector<AlertState> NodeCore::parts_of(const AlertState& alert) const {
    std::vector<AlertState> parts{alert};
    if (alert.other_part.has_value()) {
        auto other = index_.alert(*alert.other_part);
        if (other.has_value()) parts.push_back(std::move(*other));
    }
    return parts;
}

// Of the RSO and a chair, as far as one came along.
Result<std::optional<OrphanOrder>> NodeCore::order_in(const proto::Withdraw& withdraw) const {
    if (withdraw.order().empty()) return std::optional<OrphanOrder>{};
    auto order = verify_order(directory_.network(), directory_.now(), as_bytes(withdraw.order()));
    if (!order.ok()) return order.error();
    if (order->reason != withdraw.reason())
        return {Errc::invalid, "the order is for the reason " + order->reason};
    return std::optional(std::move(*order));
}

Result<Ticket> NodeCore::prepare_withdraw(const proto::PrepareRequest& request) {
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (found->withdrawn())
        return {Errc::duplicate, "the alert is withdrawn already: " + found->withdraw_reason};
    auto order = order_in(request.operation().withdraw());
    if (!order.ok()) return order.error();
    auto may_withdraw = [&](const AlertState& alert) {
        return may_change(identity_.id, alert) ||
               (order->has_value() && (*order)->origin == alert.origin &&
                (*order)->covers(alert.id));
    };
    if (!may_withdraw(*found))
        return {Errc::not_permitted,
                fmt::format("only {}'s party withdraws this alert{}", node_name(found->origin),
                            order->has_value() ? ", and the order is for another" : "")};
    proto::Operation asked = request.operation();
    asked.mutable_withdraw()->set_revision(std::max(found->revision, 1u));  // Ours to know.
    if (Status good = check_operation(asked); !good.ok()) return good.error();
    Ticket ticket;
    ticket.action = "withdraw";
    std::vector<StreamId> streams;
    for (const auto& state : parts_of(*found)) {
        if (!state.present() || !may_withdraw(state)) continue;
        proto::Operation operation = request.operation();
        operation.mutable_withdraw()->set_revision(state.revision);
        operation.mutable_withdraw()->clear_successor();
        auto part = answer_in_kind(state, serialise(operation));
        if (!part.ok()) return part.error();
        part->precedence = std::max(precedence_of(request.precedence()), Precedence::priority);
        part->covers = state.revisions;
        part->seen = state.revisions.back();
        const StreamInfo& info = *stream(state.revisions.back().stream);
        *ticket.shown.add_parts() = show_part(*part, members(info), {}, base_of(info));
        streams.push_back(info.state.id);
        ticket.parts.push_back(std::move(*part));
    }
    if (ticket.parts.empty())
        return {Errc::not_found,
                "nothing of this alert is left to withdraw: it has expired, or was redacted"};
    auto readers = members_hash(streams);
    if (!readers.ok()) return readers.error();
    ticket.readers_then = *readers;
    ticket.readers = [this, streams] { return members_hash(streams); };
    return ticket;
}

// An operation about an alert goes to exactly the readers of its newest revision, in our stream for
// them: the one it came by, if that is ours and goes on.
Result<PlannedPart> NodeCore::answer_in_kind(const AlertState& alert, Bytes operation) {
    const StreamInfo* info = stream(alert.revisions.back().stream);
    RILON_ASSERT(info != nullptr);
    PlannedPart part;
    part.part = alert.part;
    part.alert = alert.id;
    part.operation = std::move(operation);
    bool derived = standing(*info) == nullptr;
    if (derived && !info->definition.has_value())
        return {Errc::cannot_open, "who reads this alert is not known here yet"};
    AudienceDefinition definition;
    if (derived) {
        definition = *info->definition;
        definition.recipients.clear();
        // The first author stays a reader of what is said about its alert: name all readers.
        auto readers = members(*info);
        if (!is_self(info->state.origin) &&
            (definition.named.empty() ||
             readers != derived_members(directory_.now(), definition, identity_.id))) {
            definition.excluded.clear();
            definition.named = std::move(readers);
        }
    }
    plan_stream(part, info->state.audience, derived, definition);
    return part;
}

Result<Hash32> NodeCore::members_hash(const std::vector<StreamId>& streams) const {
    ByteWriter out;
    for (const auto& id : streams) {
        const StreamInfo* info = stream(id);
        if (info == nullptr) return {Errc::not_found, "a stream is gone"};
        out.raw(id.view());
        for (const auto& member : members(*info)) out.raw(member.view());
    }
    return hash({out.view()});
}

}  // namespace rilon
