#include "protocol/directory_rules.h"

#include <algorithm>

#include "protocol/request.h"
#include "protocol/statement_shape.h"

namespace rilon {
namespace {

using Body = proto::Statement::BodyCase;

std::string hex(const std::string& raw) {
    return to_hex(as_bytes(raw));
}

// The node a CONFIRM or REINSTATE is about.
const NodeRecord* suspended_node(const DirectoryState& state, const std::string& suspend_id) {
    auto id = StatementId::parse(suspend_id);
    return id ? state.node_by_suspend(*id) : nullptr;
}

std::vector<Seat> admission_seats(const std::string& party, const std::string& rilon) {
    return {administrator_seat(party), rso_seat(), chair_or_deputy_seat(rilon)};
}

Result<Demand> root_demand(const proto::Root& body, const DirectoryState& state) {
    if (body.threshold() < 2 || body.threshold() > rso_threshold_max)
        return {Errc::invalid, "an RSO threshold that is not 2 to 8"};
    Demand out;
    if (state.root_version > 0) out.push_back(rso_seats(state.rso_threshold, Role::Kind::rso));
    out.push_back(rso_seats(body.threshold(), Role::Kind::next_rso));
    return out;
}

Result<Demand> add_node_demand(const proto::AddNode& body) {
    proto::NodeRequest request;
    const std::string& bytes = body.request().request();
    if (bytes.size() > request_bytes_max) return {Errc::malformed, "a request that is too long"};
    if (Status s = check_shape(as_bytes(bytes), node_request_shape()); !s) return s.error();
    if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "a request that can't be read"};
    return Demand{admission_seats(request.party(), request.rilon())};
}

Result<Demand> suspend_demand(const proto::Suspend& body, const DirectoryState& state) {
    auto node = named_node(state, body.node_id());
    if (!node) return node.error();
    Seat seat = suspend_seat(**node);
    // A second SUSPEND confirms the first, so another person has to make it.
    if ((*node)->standing == Standing::suspended && !body.key_compromised())
        seat.except = (*node)->suspended_by;
    return Demand{{seat}};
}

Result<Demand> confirm_demand(const proto::ConfirmSuspend& body, const DirectoryState& state) {
    const NodeRecord* node = suspended_node(state, body.suspend_id());
    if (node == nullptr) return {Errc::invalid, "that suspension is not in force"};
    Seat seat = suspend_seat(*node);
    seat.except = node->suspended_by;
    return Demand{{seat}};
}

Result<Demand> node_demand(const proto::Statement& statement, const DirectoryState& state) {
    bool revoke = statement.body_case() == Body::kRevoke;
    auto node = named_node(
        state, revoke ? statement.revoke().node_id() : statement.replace_key().node_id());
    if (!node) return node.error();
    if (revoke) return Demand{{rso_seat(), chair_or_deputy_seat((*node)->rilon)}};
    return Demand{admission_seats((*node)->party, (*node)->rilon)};
}

Result<Demand> rotate_demand(const proto::RotateEncryption& body, const DirectoryState& state) {
    auto node = named_node(state, body.node_id());
    if (!node) return node.error();
    return Demand{{Seat{{{Role::Kind::node, (*node)->id.hex()}}, "the node " + (*node)->name, {}}}};
}

// Whoever is only suspended may be back tomorrow, and says himself what he takes back.
Result<Demand> orphan_demand(const proto::WithdrawOrphan& body, const DirectoryState& state) {
    auto node = named_node(state, body.origin());
    if (!node) return node.error();
    if ((*node)->standing != Standing::revoked)
        return {Errc::invalid, (*node)->name + " is still in the network, and withdraws its own"};
    return Demand{{rso_seat(), chair_or_deputy_seat((*node)->rilon)}};
}

Result<Demand> reinstate_demand(const proto::Reinstate& body, const DirectoryState& state) {
    const NodeRecord* node = suspended_node(state, body.suspend_id());
    if (node == nullptr) return {Errc::invalid, "that suspension is not in force"};
    return Demand{admission_seats(node->party, node->rilon)};
}

bool counts_in(const AudienceInfo& audience, const NodeRecord& node, const DirectoryState& state) {
    switch (audience.kind) {
        case AudienceInfo::Kind::network: return true;
        case AudienceInfo::Kind::rilon: return node.rilon == audience.rilon;
        case AudienceInfo::Kind::missions: {
            const Rilon* rilon = state.rilon(audience.rilon);
            return rilon != nullptr && node.rilon == audience.rilon &&
                   !state.is_or_under(node.party, rilon->host);
        }
        case AudienceInfo::Kind::group:
            return std::binary_search(audience.named.begin(), audience.named.end(), node.id);
    }
    return false;
}

}  // namespace

Status DirectoryChange::claim(ByteView key32, const std::string& owner) {
    Hash32 key = Hash32::copy_of(key32);
    auto known = owners->find(key);
    auto claimed = claims.find(key);
    bool taken = (known != owners->end() && known->second != owner) ||
                 (claimed != claims.end() && claimed->second != owner);
    if (taken) return {Errc::invalid, "a key that is or was somebody else's, or of another use"};
    if (known == owners->end()) claims.emplace(key, owner);
    return {};
}

Status DirectoryChange::claim_new(ByteView key32, const std::string& owner) {
    Hash32 key = Hash32::copy_of(key32);
    if (owners->contains(key) || claims.contains(key))
        return {Errc::invalid, "a key that was used before"};
    claims.emplace(key, owner);
    return {};
}

void apply_time(DirectoryChange& change) {
    // Walks the state before, writes the new one: writing ends iterators.
    const auto nodes = change.state.nodes;
    for (const auto& [id, node] : nodes) {
        bool lapses = node->standing == Standing::suspended && node->suspend_lapses.value != 0 &&
                      node->suspend_lapses <= change.recorded;
        if (!lapses) continue;
        auto next = std::make_shared<NodeRecord>(*node);
        next->standing = Standing::good;
        next->suspend_id.reset();
        next->suspended_by = {};
        next->suspend_lapses = {};
        change.state.nodes[id] = next;
        change.touched.insert("standing:" + id.hex());
        change.members_may_differ = true;
    }
    const auto audiences = change.state.audiences;
    for (const auto& [id, audience] : audiences) {
        bool ends = audience->until.value != 0 && !audience->named.empty() &&
                    audience->until <= change.recorded;
        if (!ends) continue;
        auto next = std::make_shared<AudienceInfo>(*audience);
        next->named.clear();
        change.state.audiences[id] = next;
        change.touched.insert("audience:" + id.hex());
        change.members_may_differ = true;
    }
}

void recompute_audiences(DirectoryState& state) {
    const auto audiences = state.audiences;
    for (const auto& [id, audience] : audiences) {
        std::vector<NodeId> members;
        for (const auto& [node_id, node] : state.nodes)
            if (node->standing == Standing::good && counts_in(*audience, *node, state))
                members.push_back(node_id);
        if (members == audience->members) continue;
        auto next = std::make_shared<AudienceInfo>(*audience);
        next->members = std::move(members);
        state.audiences[id] = next;
    }
}

std::vector<std::string> subjects_of(const proto::Statement& statement,
                                     const DirectoryState& state) {
    switch (statement.body_case()) {
        case Body::kRoot: return {"root"};
        case Body::kEstablish: return {"rilon:" + statement.establish().code()};
        case Body::kChange: return {"rilon:" + statement.change().code()};
        case Body::kAddParty: return {"party:" + statement.add_party().code()};
        case Body::kReplaceKey: return {"keys:" + hex(statement.replace_key().node_id())};
        case Body::kGroup: return {"audience:" + hex(statement.group().audience())};
        case Body::kSuspend: return {"cleared:" + hex(statement.suspend().node_id())};
        case Body::kReinstate: {
            const NodeRecord* node = suspended_node(state, statement.reinstate().suspend_id());
            if (node == nullptr) return {};
            return {"standing:" + node->id.hex()};
        }
        case Body::kRevoke:
            return {"cleared:" + hex(statement.revoke().node_id()),
                    "keys:" + hex(statement.revoke().node_id())};
        case Body::kRotateEncryption:
            return {"enc:" + hex(statement.rotate_encryption().node_id())};
        case Body::kActivate: return {"feature:" + statement.activate().feature()};
        case Body::kAddNode:  // Its id and name are new or it is refused.
        case Body::kConfirmSuspend:
        case Body::kWithdrawOrphan:  // Changes nothing here.
        case Body::BODY_NOT_SET: return {};
    }
    return {};
}

Result<Demand> demand_of(const proto::Statement& statement, const DirectoryState& state) {
    switch (statement.body_case()) {
        case Body::kRoot: return root_demand(statement.root(), state);
        case Body::kEstablish:
        case Body::kChange:
        case Body::kAddParty:
        case Body::kActivate: return Demand{rso_seats(state.rso_threshold, Role::Kind::rso)};
        case Body::kAddNode: return add_node_demand(statement.add_node());
        case Body::kReplaceKey:
        case Body::kRevoke: return node_demand(statement, state);
        case Body::kGroup: return Demand{{rso_seat(), any_chair_seat()}};
        case Body::kSuspend: return suspend_demand(statement.suspend(), state);
        case Body::kConfirmSuspend: return confirm_demand(statement.confirm_suspend(), state);
        case Body::kReinstate: return reinstate_demand(statement.reinstate(), state);
        case Body::kRotateEncryption: return rotate_demand(statement.rotate_encryption(), state);
        case Body::kWithdrawOrphan: return orphan_demand(statement.withdraw_orphan(), state);
        case Body::BODY_NOT_SET: break;
    }
    return {Errc::unsupported, "a statement this version doesn't know"};
}

Result<std::vector<Person>> next_rso_of(const NetworkId& network,
                                        const proto::Statement& statement) {
    std::vector<Person> out;
    if (statement.body_case() != Body::kRoot) return out;
    if (statement.root().persons_size() > rso_persons_max)
        return {Errc::malformed, "a root of too many persons"};
    for (const proto::SignedRequest& request : statement.root().persons()) {
        auto person = parse_person_request(network, request);
        if (!person) return person.error();
        out.push_back(std::move(*person));
    }
    return out;
}

Status perform(StatementWork& work, const std::vector<Signer>& signers) {
    const proto::Statement& statement = work.statement;
    DirectoryChange& change = work.change;
    switch (statement.body_case()) {
        case Body::kRoot: return perform_root(statement.root(), change);
        case Body::kEstablish: return perform_establish(statement.establish(), change);
        case Body::kChange: return perform_change(statement.change(), change);
        case Body::kAddParty: return perform_add_party(statement.add_party(), change);
        case Body::kAddNode: return perform_add_node(statement.add_node(), change);
        case Body::kReplaceKey: return perform_replace_key(statement.replace_key(), change);
        case Body::kGroup: return perform_group(statement.group(), change);
        case Body::kSuspend: return perform_suspend(work, signers, change);
        case Body::kConfirmSuspend: return perform_confirm(statement.confirm_suspend(), change);
        case Body::kReinstate: return perform_reinstate(statement.reinstate(), change);
        case Body::kRevoke: return perform_revoke(statement.revoke(), change);
        case Body::kRotateEncryption: return perform_rotate(statement.rotate_encryption(), change);
        case Body::kActivate: return perform_activate(statement.activate(), change);
        case Body::kWithdrawOrphan: return {};
        case Body::BODY_NOT_SET: break;
    }
    return {Errc::unsupported, "a statement this version doesn't know"};
}

Seat suspend_seat(const NodeRecord& node) {
    return {{{Role::Kind::rso, ""},
             {Role::Kind::chair, node.rilon},
             {Role::Kind::administrator, node.party}},
            "one RSO officer, the chair of " + node.rilon + " or an administrator of " + node.party,
            {}};
}

Result<const NodeRecord*> named_node(const DirectoryState& state, const std::string& id) {
    auto parsed = NodeId::parse(id);
    if (!parsed) return parsed.error();
    const NodeRecord* node = state.node(*parsed);
    if (node == nullptr) return {Errc::invalid, "no node has the id " + parsed->brief()};
    return node;
}

}  // namespace rilon
