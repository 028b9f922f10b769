// Look-ups in one state of the directory, and what a node's standing means for its entries.
#include <algorithm>

#include "protocol/directory.h"

namespace rilon {
namespace {

template <class Map, class Key>
auto find(const Map& map, const Key& key) -> decltype(map.begin()->second.get()) {
    auto it = map.find(key);
    return it == map.end() ? nullptr : it->second.get();
}

// An unlisted stream is cut before its first entry.
bool within_cuts(const std::vector<StreamCut>& cuts, const StreamId& stream, Seq seq,
                 const EntryId& entry) {
    for (const StreamCut& cut : cuts)
        if (cut.stream == stream) return seq < cut.seq || (seq == cut.seq && entry == cut.entry);
    return false;
}

template <class Matches>
std::optional<DirectoryState::PersonRoles> find_person(const DirectoryState& state,
                                                       Matches matches) {
    std::optional<DirectoryState::PersonRoles> out;
    auto meet = [&](const Person& person) -> DirectoryState::PersonRoles* {
        if (!matches(person)) return nullptr;
        if (!out) out = DirectoryState::PersonRoles{person, false, {}, {}};
        return &*out;
    };
    for (const Person& person : state.rso)
        if (auto* roles = meet(person)) roles->rso = true;
    for (const auto& [code, rilon] : state.rilons) {
        if (auto* roles = meet(rilon->chair)) roles->chair_of.push_back(code);
        for (const Person& deputy : rilon->deputies)
            if (auto* roles = meet(deputy)) roles->chair_of.push_back(code);
    }
    for (const auto& [code, party] : state.parties)
        for (const Person& administrator : party->administrators)
            if (auto* roles = meet(administrator)) roles->administrator_of.push_back(code);
    return out;
}

}  // namespace

const SigningKey* NodeRecord::signing_key(Generation generation) const {
    for (const SigningKey& key : signing)
        if (key.generation == generation) return &key;
    return nullptr;
}

const NodeRecord* DirectoryState::node(const NodeId& id) const {
    return find(nodes, id);
}

const NodeRecord* DirectoryState::node_by_name(const std::string& name) const {
    for (const auto& [id, node] : nodes)
        if (node->name == name) return node.get();
    return nullptr;
}

const NodeRecord* DirectoryState::node_by_transport(const TransportPublicKey& pk) const {
    for (const auto& [id, node] : nodes)
        if (node->transport_pk == pk) return node.get();
    return nullptr;
}

const NodeRecord* DirectoryState::node_once_by_transport(const TransportPublicKey& pk) const {
    if (const NodeRecord* now = node_by_transport(pk)) return now;
    for (const auto& [id, node] : nodes)
        if (std::find(node->old_transports.begin(), node->old_transports.end(), pk) !=
            node->old_transports.end())
            return node.get();
    return nullptr;
}

const NodeRecord* DirectoryState::node_by_suspend(const StatementId& id) const {
    for (const auto& [node_id, node] : nodes)
        if (node->standing == Standing::suspended && node->suspend_id == id) return node.get();
    return nullptr;
}

const CoordinatorInfo* DirectoryState::coordinator(const NodeId& id) const {
    for (const CoordinatorInfo& one : coordinators)
        if (one.id == id) return &one;
    return nullptr;
}

const CoordinatorInfo* DirectoryState::coordinator_by_transport(
    const TransportPublicKey& pk) const {
    for (const CoordinatorInfo& one : coordinators)
        if (one.transport_pk == pk) return &one;
    return nullptr;
}

const Party* DirectoryState::party(const std::string& code) const {
    return find(parties, code);
}
const Rilon* DirectoryState::rilon(const std::string& code) const {
    return find(rilons, code);
}
const AudienceInfo* DirectoryState::audience(const AudienceId& id) const {
    return find(audiences, id);
}

const AudienceInfo* DirectoryState::audience_by_name(const std::string& name) const {
    for (const auto& [id, audience] : audiences) {
        bool closed = audience->kind == AudienceInfo::Kind::group && audience->named.empty();
        if (audience->name == name && !closed) return audience.get();
    }
    return nullptr;
}

bool DirectoryState::is_or_under(const std::string& party_code, const std::string& other) const {
    if (party_code == other) return true;
    // AddParty refuses circles; the bound only keeps a bug from looping.
    const Party* at = party(party_code);
    for (std::size_t steps = 0; at != nullptr && !at->under.empty() && steps <= parties.size();
         ++steps) {
        if (at->under == other) return true;
        at = party(at->under);
    }
    return false;
}

bool DirectoryState::is_member(const AudienceId& audience_id, const NodeId& node_id) const {
    const AudienceInfo* found = audience(audience_id);
    return found != nullptr &&
           std::binary_search(found->members.begin(), found->members.end(), node_id);
}

std::optional<DirectoryState::PersonRoles> DirectoryState::person_by_key(const KeyId& key) const {
    return find_person(*this, [&](const Person& p) { return key_id(p.sign_pk.view()) == key; });
}

std::optional<DirectoryState::PersonRoles> DirectoryState::person_by_transport(
    const TransportPublicKey& pk) const {
    return find_person(*this, [&](const Person& p) { return p.transport_pk == pk; });
}

Status check_standing(const NodeRecord& node, Generation generation, const StreamId& stream,
                      Seq seq, const EntryId& entry, std::optional<Seq> held_head) {
    const SigningKey* key = node.signing_key(generation);
    if (key == nullptr)
        return {Errc::unknown_key, node.name + " never had this generation of signing key"};
    if (key->replaced && !within_cuts(key->cuts, stream, seq, entry))
        return {Errc::quarantined, node.name + " replaced this signing key; beyond its cut"};
    if (node.standing == Standing::suspended && (!held_head || seq > *held_head))
        return {Errc::quarantined, node.name + " is suspended; above the head held"};
    if (node.standing == Standing::revoked && !within_cuts(node.cuts, stream, seq, entry))
        return {Errc::quarantined, node.name + " is revoked; beyond its cut"};
    return {};
}

}  // namespace rilon
