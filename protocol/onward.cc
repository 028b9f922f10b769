#include "protocol/onward.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

using Nodes = std::vector<NodeId>;

bool has(const Nodes& nodes, const NodeId& id) {
    return std::binary_search(nodes.begin(), nodes.end(), id);
}

Nodes without(Nodes nodes, const NodeId& id) {
    std::erase(nodes, id);
    return nodes;
}

Nodes joined(const Nodes& one, const Nodes& other) {
    Nodes out;
    std::set_union(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(out));
    return out;
}

// The smallest that all of them are in: the rule leaves out the hosts of what it is planned for.
const AudienceInfo* smallest_with(const Nodes& nodes, const DirectoryState& state) {
    const AudienceInfo* out = nullptr;
    for (const auto& [id, audience] : state.audiences)
        if (std::includes(audience->members.begin(), audience->members.end(), nodes.begin(),
                          nodes.end()) &&
            (out == nullptr || audience->members.size() < out->members.size()))
            out = audience.get();
    return out;
}

// The host country's, in the RILON where it sits.
bool is_host(const NodeId& id, const DirectoryState& state) {
    const NodeRecord* node = state.node(id);
    const Rilon* rilon = node == nullptr ? nullptr : state.rilon(node->rilon);
    return rilon != nullptr && state.is_or_under(node->party, rilon->host);
}

// What is for missions reaches no host by another mission's wish; only its author lets one in.
void leave_out_hosts(const proto::Alert& alert, const Nodes& readers, const DirectoryState& state,
                     Nodes& wanted) {
    const auto host = [&](const NodeId& id) { return is_host(id, state); };
    if (alert.has_trafficking_indicator() && std::none_of(readers.begin(), readers.end(), host))
        std::erase_if(wanted, host);
}

// Those of before and the new ones, and nobody else.
Status widen(PartPlan& part, const Nodes& now, const Nodes& added, const DirectoryState& state) {
    for (const NodeId& id : now)
        if (!has(part.readers, id))
            return {Errc::not_permitted,
                    fmt::format("among so many the release rule would keep it from {}, who reads "
                                "it: refuse the request, and post a new alert to those",
                                state.node(id)->name)};
    part.readers = joined(now, added);
    part.definition.named = part.readers;
    part.derived = true;
    return {};
}

}  // namespace

Result<std::vector<NodeId>> parse_onward_nodes(const OnwardNodes& nodes) {
    if (nodes.size() > onward_nodes_max)
        return {Errc::too_large, "onward release: more nodes than one request may name"};
    Nodes out;
    for (const std::string& bytes : nodes) {
        auto id = NodeId::parse(bytes);
        if (!id || (!out.empty() && !(out.back() < *id)))
            return {Errc::malformed, "onward release: malformed"};
        out.push_back(*id);
    }
    return out;
}

Result<OnwardPlan> plan_onward(const proto::Alert& alert, const PartReaders& now,
                               const std::vector<NodeId>& wanted, const DirectoryState& state,
                               const NodeId& author) {
    const PartReaders before{without(now.person, author), without(now.document, author)};
    const Nodes readers = joined(before.person, before.document);
    Nodes asked = without(wanted, author);
    std::erase_if(asked, [&](const NodeId& id) {
        return !state.is_member(state.network_audience, id);  // Suspended or gone meanwhile.
    });
    leave_out_hosts(alert, before.person, state, asked);
    OnwardPlan out;
    out.wish.only = joined(readers, asked);
    const AudienceInfo* base = smallest_with(joined(out.wish.only, {author}), state);
    if (base == nullptr)
        return {Errc::not_permitted, "this node is in no audience with all of them"};
    out.wish.base = base->id;
    if (base->kind != AudienceInfo::Kind::missions) out.wish.host = HostWish::with_host;
    auto plan = plan_release(alert, out.wish, state, author);
    if (!plan) return plan.error();
    for (const NodeId& id : asked)
        if ((has(plan->parts[0].readers, id) || mutant(Mutant::onward_past_the_rule)) &&
            !has(before.person, id))
            out.added.push_back(id);
    if (out.added.empty())
        return {Errc::no_readers,
                "the release rule keeps it from all who are asked for, or they read it: refuse "
                "the request with rilon release refuse"};
    for (PartPlan& part : plan->parts) {
        const Nodes& old = part.part == part_document ? before.document : before.person;
        if (Status wide = widen(part, old, out.added, state); !wide) return wide.error();
        // Whoever got in past the rule would be left out by the definition all the same.
        if (mutant(Mutant::onward_past_the_rule)) part.definition.excluded.clear();
    }
    out.release = std::move(*plan);
    return out;
}

}  // namespace rilon
