// PREPARE of onward release (protocol/onward.h): a reader asks the author to let others have an
// alert; the author's officer grants it, by the next revision to old and new readers, or refuses.
// Request and answer are letters: each goes to the other of the two nodes and to nobody else.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/alert.h"
#include "protocol/onward.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

proto::Operation answer_of(const OnwardState& request, const proto::OnwardDecision& decision,
                           const std::vector<NodeId>& added) {
    proto::Operation operation;
    proto::OnwardAnswer& answer = *operation.mutable_onward_answer();
    answer.set_request_id(request.id.str());
    answer.set_granted(decision.grant());
    answer.set_note(decision.note());
    for (const NodeId& id : added) answer.add_nodes(id.str());
    return operation;
}

}  // namespace

// Empty where they are not known here.
std::vector<NodeId> NodeCore::readers_now(const AlertState& alert) const {
    if (!alert.present()) return {};
    const StreamInfo* info = stream(alert.revisions.back().stream);
    return info == nullptr ? std::vector<NodeId>() : members(*info);
}

// A letter: to one node, in a stream that is for nobody else.
void NodeCore::plan_letter(const AlertState& alert, const NodeId& to,
                           const proto::Operation& operation, std::uint32_t precedence,
                           Ticket& ticket) {
    PlannedPart part;
    part.part = "letter";
    part.alert = alert.id;
    part.operation = to_bytes(as_bytes(operation.SerializeAsString()));
    part.precedence = static_cast<Precedence>(std::min<std::uint32_t>(precedence, 3));
    part.seen = alert.revisions.back();
    AudienceDefinition definition;
    definition.base = directory_.now().network_audience;
    definition.named = {to};
    if (mutant(Mutant::letters_to_all)) definition.named = readers_now(alert);
    plan_stream(part, definition.base, true, definition);
    *ticket.shown.add_parts() = show_part(part, {to}, {}, definition.base);
    ticket.shown.mutable_parts()->rbegin()->set_audience(node_name(to));
    ticket.shown.mutable_parts()->rbegin()->set_audience_size(1);
    ticket.parts.push_back(std::move(part));
}

// --- asking ----------------------------------------------------------------------------------

// The nodes that the words name and that do not read the alert; ascending.
Result<std::vector<NodeId>> NodeCore::onward_nodes(const AlertState& alert,
                                                   const proto::OnwardWish& wish) const {
    const DirectoryState& state = directory_.now();
    const AudienceInfo* network = state.audience(state.network_audience);
    RILON_ASSERT(network != nullptr);
    std::set<NodeId> out;
    for (const std::string& word : wish.to()) {
        const NodeRecord* node = state.node_by_name(word);
        const AudienceInfo* audience = state.audience_by_name(word);
        const Party* party = state.party(word);
        if (audience != nullptr && party != nullptr)
            return {Errc::invalid,
                    fmt::format("--to {} is an audience and a party: name nodes", word)};
        if (node == nullptr && audience == nullptr && party == nullptr)
            return {Errc::not_found, fmt::format("--to {}: no node, party or audience has that "
                                                 "name; a body outside the network is named by "
                                                 "--outside",
                                                 word)};
        for (const NodeId& id : audience != nullptr ? audience->members : network->members) {
            const bool meant = audience != nullptr || (node != nullptr && id == node->id) ||
                               (party != nullptr && state.is_or_under(state.node(id)->party, word));
            if (meant) out.insert(id);
        }
    }
    for (const NodeId& id : readers_now(alert)) out.erase(id);
    out.erase(identity_.id);
    if (out.empty())
        return {Errc::invalid,
                "all of them read it already, or are suspended: rilon audience list"};
    return std::vector<NodeId>(out.begin(), out.end());
}

Status NodeCore::may_ask_onward(const AlertState& alert) const {
    if (is_self(alert.origin))
        return {Errc::not_permitted,
                "this node posted it: its officers need nobody's word; widen it by a new alert"};
    if (!alert.readable())
        return {Errc::not_permitted, "the alert is withdrawn or over: there is nothing to ask for"};
    if (alert.part == part_document)
        return {Errc::not_permitted,
                "this is the document part of an alert, and its author alone knows the rest: ask "
                "with rilon request --only NODE"};
    const NodeRecord* author = directory_.now().node(alert.origin);
    if (author == nullptr || author->standing != Standing::good)
        return {Errc::not_permitted,
                fmt::format("{} is suspended or has left: nobody answers there",
                            node_name(alert.origin))};
    return {};
}

// Not what waits there already, and not more than the author is shown.
Status NodeCore::asks_anew(const AlertState& alert, const proto::OnwardRequest& request) const {
    std::size_t waiting = 0;
    for (const OnwardState& one : index_.onward()) {
        auto about = index_.alert(one.alert);
        if (!is_self(one.asker) || !about.has_value() || about->origin != alert.origin ||
            !about->readable() || one.answered(alert.origin).has_value())
            continue;
        ++waiting;
        auto before = stored_operation(one.asked);
        if (one.alert != alert.id || !before.ok()) continue;
        const proto::OnwardRequest& asked = before->onward_request();
        const bool same = asked.outside() == request.outside() &&
                          std::includes(asked.nodes().begin(), asked.nodes().end(),
                                        request.nodes().begin(), request.nodes().end());
        if (same)
            return {Errc::duplicate,
                    fmt::format("{} has been asked that, and has not answered yet: rilon release",
                                node_name(alert.origin))};
    }
    if (waiting < onward_waiting_max) return {};
    return {Errc::busy,
            fmt::format("{} requests wait for {} already", waiting, node_name(alert.origin))};
}

Result<Ticket> NodeCore::prepare_onward(const proto::PrepareRequest& request) {
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (Status may = may_ask_onward(*found); !may.ok()) return may.error();
    proto::Operation operation;
    proto::OnwardRequest& asked = *operation.mutable_onward_request();
    asked.set_request_id(make_alert_id(now_, rng_).str());
    asked.set_outside(request.onward().outside());
    asked.set_reason(request.onward().reason());
    if (!request.onward().to().empty()) {
        auto nodes = onward_nodes(*found, request.onward());
        if (!nodes.ok()) return nodes.error();
        for (const NodeId& id : *nodes) asked.add_nodes(id.str());
    }
    if (Status good = check_operation(operation); !good.ok()) return good.error();
    if (Status anew = asks_anew(*found, asked); !anew.ok()) return anew.error();
    Ticket ticket;
    std::string names;
    for (const std::string& bytes : asked.nodes())
        names += (names.empty() ? "" : ", ") + node_name(NodeId::copy_of(as_bytes(bytes)));
    if (!names.empty()) ticket.shown.add_warnings("asks that these may read it: " + names);
    ticket.action = "ask-release";
    plan_letter(*found, found->origin, operation, request.precedence(), ticket);
    ticket.readers = [this, id = found->id]() -> Result<Hash32> {
        auto now = index_.alert(id);
        if (!now.has_value()) return {Errc::not_found, "the alert is gone"};
        if (Status may = may_ask_onward(*now); !may.ok()) return may.error();
        return Hash32{};  // One reader, by its id.
    };
    ticket.readers_then = Hash32{};
    return ticket;
}

// --- answering -------------------------------------------------------------------------------

// A request that came. Who reads an alert may change yet, so nothing is decided by this; but who
// asks for what he does not read, or somebody else than its author, is worth a line.
void NodeCore::check_onward(const EntryHeader& request, const AlertId& id) {
    auto alert = index_.alert(id);
    const std::vector<NodeId> readers = alert ? readers_now(*alert) : std::vector<NodeId>();
    if (alert.has_value() && is_self(alert->origin) &&
        std::binary_search(readers.begin(), readers.end(), request.origin))
        return;
    log(4, fmt::format("operation_not_entitled stream={} seq={}", request.stream.brief(),
                       request.seq.value));
}

std::size_t NodeCore::onward_waiting() const {
    std::map<NodeId, std::size_t> of;
    for (const OnwardState& one : index_.onward()) {
        auto alert = index_.alert(one.alert);
        if (alert.has_value() && waits_at(identity_.id, one, *alert, readers_now(*alert)))
            of[one.asker] = std::min(of[one.asker] + 1, onward_waiting_max);
    }
    std::size_t out = 0;
    for (const auto& [asker, waiting] : of) out += waiting;
    return out;
}

// By its own id, or its alert's where one alone waits.
Result<OnwardState> NodeCore::onward_named(const std::string& name) const {
    auto by_id = index_.find_onward(name);
    if (by_id.ok() || by_id.code() != Errc::not_found) return by_id;
    auto alert = index_.find(name);
    if (!alert.ok()) return alert.error();
    std::vector<OnwardState> waiting = index_.onward_of(alert->id);
    const std::vector<NodeId> readers = readers_now(*alert);
    std::erase_if(waiting, [&](const OnwardState& one) {
        return !waits_at(identity_.id, one, *alert, readers);
    });
    if (waiting.empty())
        return {Errc::not_found, "no request for this alert waits here: rilon release"};
    if (waiting.size() > 1)
        return {Errc::invalid,
                "several requests for this alert wait: name one by its own id, rilon release"};
    return std::move(waiting.front());
}

// The alert of a request that waits for this node's word.
Result<AlertState> NodeCore::onward_alert(const OnwardState& request) const {
    auto alert = index_.alert(request.alert);
    if (!alert.has_value() || !is_self(alert->origin))
        return {Errc::not_permitted, "another node posted that alert: its officers answer there"};
    if (request.answered(identity_.id).has_value())
        return {Errc::duplicate, "it was answered already: rilon release"};
    if (!alert->readable())
        return {Errc::not_permitted,
                "the alert is withdrawn or over, and the request with it: nothing is left to "
                "answer"};
    if (!waits_at(identity_.id, request, *alert, readers_now(*alert)))
        return {Errc::not_permitted,
                fmt::format("{} does not read this alert, so that it can't ask for others",
                            node_name(request.asker))};
    return std::move(*alert);
}

Result<Ticket> NodeCore::prepare_onward_answer(const Asker& asker,
                                               const proto::PrepareRequest& request) {
    const proto::OnwardDecision& decision = request.onward_decision();
    auto named = onward_named(decision.request());
    if (!named.ok()) return named.error();
    auto alert = onward_alert(*named);
    if (!alert.ok()) return alert.error();
    auto content = signed_content(named->asked);
    if (!content.ok()) return content.error();
    auto asked = parse_operation(content->operation);
    if (!asked.ok()) return asked.error();
    auto wanted = parse_onward_nodes(asked->onward_request().nodes());
    if (!wanted.ok()) return wanted.error();
    Ticket ticket;
    std::vector<NodeId> added;
    if (decision.grant()) {
        auto granted = wanted->empty() ? plan_outside(*alert)
                                       : plan_grant(asker, *alert, *wanted, request, added);
        if (!granted.ok()) return granted;
        ticket = std::move(*granted);
    }
    const proto::Operation answer = answer_of(*named, decision, added);
    if (Status good = check_operation(answer); !good.ok()) return good.error();
    plan_letter(*alert, named->asker, answer, request.precedence(), ticket);
    ticket.action = decision.grant() ? "grant-release" : "refuse-release";
    if (wanted->empty()) ticket.detail = alert->id.hex() + " outside";
    ticket.readers = [this, id = named->id, plan = ticket.readers]() -> Result<Hash32> {
        auto now = index_.find_onward(format_alert_id(id));
        if (!now.ok()) return now.error();
        if (auto open = onward_alert(*now); !open.ok()) return open.error();
        return plan ? plan() : Result<Hash32>(Hash32{});
    };
    auto readers = ticket.readers();
    if (!readers.ok()) return readers.error();
    ticket.readers_then = *readers;
    return ticket;
}

// What no request widens.
Status NodeCore::may_widen(const AlertState& alert, const proto::Alert& newest) const {
    if (was_narrowed(alert))
        return {Errc::not_permitted,
                "this alert was narrowed: nobody reads it who did not; refuse the request, or post "
                "a new alert"};
    if (newest.has_release_request())
        return {Errc::not_permitted,
                fmt::format("it waits for a second officer, who may let more read it: decide that "
                            "first, rilon release approve {0} or decline {0}",
                            format_short_id(alert.id))};
    return {};
}

// To a body outside the network nobody here seals anything: the answer is all there is. Whose body
// it is no node can tell, so the officer is told whom the rule keeps the alert from.
Result<Ticket> NodeCore::plan_outside(const AlertState& alert) const {
    auto newest = newest_revision(alert);
    if (!newest.ok()) return newest.error();
    if (Status may = may_widen(alert, newest->alert()); !may.ok()) return may.error();
    auto withheld = withheld_parties(newest->alert(), directory_.now());
    if (!withheld.ok()) return withheld.error();
    Ticket ticket;
    ticket.shown.add_warnings(
        "this lets who asked hand it to a body outside the network: no rule holds there, and "
        "nothing can be taken back");
    std::string parties;
    for (const Withheld& one : withheld->parties)
        parties += (parties.empty() ? "" : ", ") + one.party;
    if (!parties.empty())
        ticket.shown.add_warnings("the release rule keeps it from " + parties +
                                  ": say in your answer that it must not reach them");
    return ticket;
}

Result<Ticket> NodeCore::plan_grant(const Asker& asker, const AlertState& alert,
                                    const std::vector<NodeId>& wanted,
                                    const proto::PrepareRequest& request,
                                    std::vector<NodeId>& added) {
    auto content = newest_content(alert);
    if (!content.ok()) return content.error();
    auto operation = parse_operation(content->operation);
    if (!operation.ok()) return operation.error();
    proto::Alert text =
        operation->has_publish() ? operation->publish() : operation->supersede().alert();
    if (Status may = may_widen(alert, text); !may.ok()) return may.error();
    text.set_revision(newest_number(alert) + 1);
    text.set_created_ms(posting_now().value);
    auto plan = [this, id = alert.id, wanted, text]() -> Result<OnwardPlan> {
        auto now = index_.alert(id);
        PartReaders readers;
        if (now.has_value()) readers.person = readers_now(*now);
        if (auto other = now ? now->other_part : std::nullopt; other.has_value())
            if (auto document = index_.alert(*other)) readers.document = readers_now(*document);
        return plan_onward(text, readers, wanted, directory_.now(), identity_.id);
    };
    auto planned = plan();
    if (!planned.ok()) return planned.error();
    auto home = reaches_home(text, planned->added, directory_.now());
    if (!home.ok()) return home.error();
    if (*home)
        if (Status may = may_decide(*asker.officer, *content, false); !may.ok())
            return {may.code(),
                    "it would reach a state that the rule would keep it from, had two officers "
                    "not let it go: " +
                        may.error().detail};
    added = planned->added;
    return plan_parts(text, planned->wish, request, PlanFor::correction,
                      [plan]() -> Result<ReleasePlan> {
                          auto again = plan();
                          if (!again.ok()) return again.error();
                          return std::move(again->release);
                      });
}

}  // namespace rilon
