// The statements about nodes and groups: admitted, keys replaced, suspended, revoked, grouped.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocol/directory_rules.h"
#include "protocol/directory_syntax.h"
#include "protocol/request.h"

namespace rilon {
namespace {

using Cuts = google::protobuf::RepeatedPtrField<proto::Cut>;

Result<std::vector<StreamCut>> read_cuts(const Cuts& cuts) {
    if (cuts.size() > cuts_max) return {Errc::malformed, "too many cuts"};
    std::vector<StreamCut> out;
    std::set<StreamId> seen;
    for (const proto::Cut& cut : cuts) {
        auto stream = StreamId::parse(cut.stream_id());
        if (!stream) return stream.error();
        auto entry = EntryId::parse(cut.entry_id());
        if (!entry) return entry.error();
        if (!seen.insert(*stream).second) return {Errc::invalid, "two cuts of one stream"};
        out.push_back({*stream, Seq{cut.seq()}, *entry});
    }
    return out;
}

std::shared_ptr<NodeRecord> edit(DirectoryChange& change, const NodeId& id) {
    auto next = std::make_shared<NodeRecord>(*change.state.nodes.at(id));
    change.state.nodes[id] = next;
    return next;
}

std::string node_owner(const NodeId& id, const char* use) {
    return "node:" + id.hex() + use;
}

Status replace_signing(const proto::ReplaceKey& body, NodeRecord& node, DirectoryChange& change) {
    auto pk = parse_sign_key(body.new_sign_pk());
    if (!pk) return pk.error();
    auto possession = Signature::parse(body.possession());
    if (!possession) return possession.error();
    if (!replacement_proven(change.network, node.id, *pk, *possession))
        return {Errc::bad_signature, "no proof that the node holds its new signing key"};
    if (Status s = change.claim_new(pk->view(), node_owner(node.id, ":sign")); !s) return s;
    auto cuts = read_cuts(body.cuts());
    if (!cuts) return cuts.error();
    SigningKey& old = node.signing.back();
    if (old.generation.value == std::numeric_limits<std::uint16_t>::max())
        return {Errc::invalid, "no generation is left for this node"};
    Generation next = old.generation.next();
    old.replaced = true;
    old.cuts = std::move(*cuts);
    node.signing.push_back({next, *pk, change.state.n, {}, false});
    return {};
}

// Persons among the signers who may suspend this node, each once.
std::vector<PersonId> suspending_persons(const NodeRecord& node,
                                         const std::vector<Signer>& signers) {
    Seat seat = suspend_seat(node);
    std::vector<PersonId> out;
    for (const Signer& signer : signers)
        if (may_take(signer, seat)) out.push_back(signer.id);
    return out;
}

Result<const NodeRecord*> suspended_by_statement(const DirectoryState& state,
                                                 const std::string& suspend_id) {
    auto id = StatementId::parse(suspend_id);
    if (!id) return id.error();
    const NodeRecord* node = state.node_by_suspend(*id);
    if (node == nullptr) return {Errc::invalid, "that suspension is not in force"};
    return node;
}

void clear_suspension(NodeRecord& node) {
    node.suspend_id.reset();
    node.suspended_by = {};
    node.suspend_lapses = {};
}

// By the records' own time, so that replay needs no clock.
Status check_rotation_due(const NodeRecord& node, UnixMillis recorded) {
    auto recent = [&](const OldEncKey& old) {
        return recorded.since(old.replaced) < rotations_within_ms;
    };
    auto count = std::count_if(node.old_encs.begin(), node.old_encs.end(), recent);
    if (static_cast<std::size_t>(count) >= rotations_max)
        return {Errc::invalid, fmt::format("{} had {} new encryption keys within 30 days",
                                           node.name, rotations_max)};
    return {};
}

Result<std::vector<NodeId>> read_group_members(const proto::Group& body,
                                               const DirectoryState& state) {
    if (body.members_size() > group_members_max)
        return {Errc::malformed, "a group of too many nodes"};
    std::vector<NodeId> out;
    for (const std::string& bytes : body.members()) {
        auto node = named_node(state, bytes);
        if (!node) return node.error();
        if ((*node)->standing == Standing::revoked)
            return {Errc::invalid, "a group with a revoked node: " + (*node)->name};
        out.push_back((*node)->id);
    }
    std::sort(out.begin(), out.end());
    if (std::adjacent_find(out.begin(), out.end()) != out.end())
        return {Errc::invalid, "a group with the same node twice"};
    return out;
}

// A group's id is its own; its name is not that of another open audience or a RILON to come.
Status check_group_name(const proto::Group& body, const AudienceId& id,
                        const DirectoryState& state) {
    const AudienceInfo* same_id = state.audience(id);
    if (same_id != nullptr && same_id->kind != AudienceInfo::Kind::group)
        return {Errc::invalid, "that audience is not a group"};
    if (!well_formed_group_name(body.name()))
        return {Errc::malformed, "a group name that is not letters, digits and dashes"};
    const AudienceInfo* same_name = state.audience_by_name(body.name());
    if (same_name != nullptr && same_name->id != id)
        return {Errc::invalid, "another audience has the name " + body.name()};
    return {};
}

}  // namespace

Status perform_add_node(const proto::AddNode& body, DirectoryChange& change) {
    DirectoryState& state = change.state;
    auto request = parse_node_request(change.network, body.request());
    if (!request) return request.error();
    if (state.party(request->party) == nullptr)
        return {Errc::invalid, "there is no party " + request->party};
    if (state.rilon(request->rilon) == nullptr)
        return {Errc::invalid, "there is no RILON " + request->rilon};
    if (state.node_by_name(request->name) != nullptr)
        return {Errc::invalid, "the name is or was another node's: " + request->name};
    for (const CoordinatorInfo& one : state.coordinators)
        if (one.name == request->name)
            return {Errc::invalid, "the name is a coordinator's: " + request->name};
    NodeId id = make_node_id(change.network, request->sign_pk);
    if (state.node(id) != nullptr) return {Errc::invalid, "that node is there already"};
    if (Status s = change.claim_new(request->sign_pk.view(), node_owner(id, ":sign")); !s) return s;
    if (Status s = change.claim_new(request->enc_pk.view(), node_owner(id, ":enc")); !s) return s;
    if (Status s = change.claim_new(request->transport_pk.view(), node_owner(id, ":transport")); !s)
        return s;
    NodeRecord node;
    node.id = id;
    node.name = request->name;
    node.party = request->party;
    node.rilon = request->rilon;
    node.endpoint = request->endpoint;
    node.live_endpoint = request->live_endpoint;
    node.since = state.n;
    node.signing.push_back({Generation{1}, request->sign_pk, state.n, {}, false});
    node.enc_pk = request->enc_pk;
    node.transport_pk = request->transport_pk;
    state.nodes[id] = std::make_shared<const NodeRecord>(std::move(node));
    change.members_may_differ = true;
    change.touched.insert("node:" + id.hex());
    return {};
}

Status perform_replace_key(const proto::ReplaceKey& body, DirectoryChange& change) {
    auto named = named_node(change.state, body.node_id());
    if (!named) return named.error();
    NodeId id = (*named)->id;
    if ((*named)->standing == Standing::revoked)
        return {Errc::invalid, (*named)->name + " is revoked; it has to be admitted anew"};
    if (body.new_sign_pk().empty() && body.new_transport_pk().empty())
        return {Errc::malformed, "a replacement that names no new key"};
    if (body.new_sign_pk().empty() && (body.cuts_size() > 0 || !body.possession().empty()))
        return {Errc::malformed, "cuts or a proof without a new signing key"};
    std::shared_ptr<NodeRecord> node = edit(change, id);
    if (!body.new_sign_pk().empty())
        if (Status s = replace_signing(body, *node, change); !s) return s;
    if (!body.new_transport_pk().empty()) {
        auto pk = parse_transport_key(body.new_transport_pk());
        if (!pk) return pk.error();
        if (Status s = change.claim_new(pk->view(), node_owner(id, ":transport")); !s) return s;
        node->old_transports.push_back(node->transport_pk);
        node->transport_pk = *pk;
    }
    change.touched.insert("keys:" + id.hex());
    return {};
}

Status perform_rotate(const proto::RotateEncryption& body, DirectoryChange& change) {
    auto named = named_node(change.state, body.node_id());
    if (!named) return named.error();
    NodeId id = (*named)->id;
    // Whoever stole a suspended node's key must not choose what later grants are sealed to.
    if ((*named)->standing != Standing::good)
        return {Errc::invalid, (*named)->name + " is not in good standing"};
    auto pk = parse_enc_key(body.new_enc_pk());
    if (!pk) return pk.error();
    if (Status s = check_rotation_due(**named, change.recorded); !s) return s;
    if (Status s = change.claim_new(pk->view(), node_owner(id, ":enc")); !s) return s;
    std::shared_ptr<NodeRecord> node = edit(change, id);
    std::erase_if(node->old_encs, [&](const OldEncKey& old) {
        return change.recorded.since(old.replaced) >= enc_secret_kept_ms;
    });
    node->old_encs.push_back({node->enc_pk, change.recorded});
    node->enc_pk = *pk;
    change.touched.insert("enc:" + id.hex());
    return {};
}

Status perform_group(const proto::Group& body, DirectoryChange& change) {
    auto id = AudienceId::parse(body.audience());
    if (!id) return id.error();
    if (id->is_zero()) return {Errc::malformed, "an audience without an id"};
    if (Status s = check_group_name(body, *id, change.state); !s) return s;
    auto members = read_group_members(body, change.state);
    if (!members) return members.error();
    const AudienceInfo* before = change.state.audience(*id);
    if (members->empty() && (before == nullptr || before->named.empty()))
        return {Errc::invalid, "closes a group that is not open"};
    if (body.until_ms() != 0 && body.until_ms() <= change.recorded.value)
        return {Errc::invalid, "a group that ended before it began"};
    AudienceInfo group{*id, AudienceInfo::Kind::group,   body.name(),
                       "",  UnixMillis{body.until_ms()}, std::move(*members),
                       {}};
    change.state.audiences[*id] = std::make_shared<const AudienceInfo>(std::move(group));
    change.members_may_differ = true;
    change.touched.insert("audience:" + id->hex());
    return {};
}

Status perform_suspend(const StatementWork& work, const std::vector<Signer>& signers,
                       DirectoryChange& change) {
    const proto::Suspend& body = work.statement.suspend();
    auto named = named_node(change.state, body.node_id());
    if (!named) return named.error();
    if (Status s = check_label(body.reason(), reason_chars_max, "the reason"); !s) return s;
    if ((*named)->standing == Standing::revoked)
        return {Errc::invalid, (*named)->name + " is revoked already"};
    bool again = (*named)->standing == Standing::suspended;
    if (again && (*named)->suspend_lapses.value == 0)
        return {Errc::invalid, (*named)->name + " is suspended already and that does not lapse"};
    std::vector<PersonId> persons = suspending_persons(**named, signers);
    std::shared_ptr<NodeRecord> node = edit(change, (*named)->id);
    // A second person's signature, or his own SUSPEND, confirms.
    bool stays = body.key_compromised() || again || persons.size() > 1;
    node->suspend_lapses = stays ? UnixMillis{} : change.recorded.plus(suspend_lapse_ms);
    if (!again) {
        node->standing = Standing::suspended;
        node->suspend_id = work.id;
        if (!persons.empty()) node->suspended_by = persons.front();
    }
    change.members_may_differ = true;
    change.touched.insert("standing:" + node->id.hex());
    return {};
}

Status perform_confirm(const proto::ConfirmSuspend& body, DirectoryChange& change) {
    auto named = suspended_by_statement(change.state, body.suspend_id());
    if (!named) return named.error();
    if ((*named)->suspend_lapses.value == 0)
        return {Errc::invalid, "that suspension does not lapse; nothing to confirm"};
    edit(change, (*named)->id)->suspend_lapses = {};
    return {};
}

Status perform_reinstate(const proto::Reinstate& body, DirectoryChange& change) {
    auto named = suspended_by_statement(change.state, body.suspend_id());
    if (!named) return named.error();
    std::shared_ptr<NodeRecord> node = edit(change, (*named)->id);
    node->standing = Standing::good;
    clear_suspension(*node);
    change.members_may_differ = true;
    change.touched.insert("standing:" + node->id.hex());
    change.touched.insert("cleared:" + node->id.hex());
    return {};
}

Status perform_revoke(const proto::Revoke& body, DirectoryChange& change) {
    auto named = named_node(change.state, body.node_id());
    if (!named) return named.error();
    if (Status s = check_label(body.reason(), reason_chars_max, "the reason"); !s) return s;
    if ((*named)->standing == Standing::revoked)
        return {Errc::invalid, (*named)->name + " is revoked already"};
    auto cuts = read_cuts(body.cuts());
    if (!cuts) return cuts.error();
    std::shared_ptr<NodeRecord> node = edit(change, (*named)->id);
    node->standing = Standing::revoked;
    node->cuts = std::move(*cuts);
    clear_suspension(*node);
    change.members_may_differ = true;
    change.touched.insert("standing:" + node->id.hex());
    return {};
}

}  // namespace rilon
