// A new transport key of our own, from its making to the switch; and whom links by keys of before
// are to.
//
//   waiting    in the vault and in NodeIdentity::waiting; the sockets show the present key. Whoever
//              has the record refuses that one, so after a refusal the waiting key gets its turn:
//              that is how a node learns of its own record from peers that know it already
//   recorded   the record is passed on to whoever is connected and has not got it. Each of them
//              hangs up by itself when it has: our present key is refused from then on
//   switched   when all have, or after ten seconds: identity, file and sockets
//
// Nothing of that is written down: what a key is to us follows from the directory, at every start.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"

namespace rilon {
namespace {

constexpr std::string_view transport_prefix = "transport.";

std::string transport_name(const TransportPublicKey& pk) {
    return std::string(transport_prefix) + pk.hex();
}

bool waits(const NodeIdentity& identity, const TransportPublicKey& pk) {
    return std::any_of(identity.waiting.begin(), identity.waiting.end(),
                       [&](const TransportKeyPair& pair) { return pair.pk == pk; });
}

}  // namespace

// Those that wait, and one that was recorded and is not in the identity file.
Status NodeCore::load_transport_keys(const std::vector<StoredSecret>& secrets) {
    const NodeRecord* self = directory_.empty() ? nullptr : directory_.now().node(identity_.id);
    for (const StoredSecret& held : secrets) {
        if (!held.name.starts_with(transport_prefix)) continue;
        TransportKeyPair pair = transport_key_pair(TransportSecretKey(held.key.expose()));
        if (pair.pk == identity_.transport.pk || waits(identity_, pair.pk)) continue;
        const bool recorded = self != nullptr && self->transport_pk == pair.pk;
        const bool drafted =
            std::any_of(rotation_.replacements.begin(), rotation_.replacements.end(),
                        [&](const Replacement& one) { return one.transport == pair.pk; });
        if (recorded || drafted)
            identity_.waiting.push_back(std::move(pair));
        else
            rotation_.orphans.push_back(held.name);
    }
    for (const Replacement& one : rotation_.replacements)
        if (one.transport.has_value() && !waits(identity_, *one.transport) &&
            *one.transport != identity_.transport.pk)
            return {Errc::damaged,
                    "the secret of a transport key that waits for its record is gone"};
    return {};
}

TransportPublicKey NodeCore::make_transport_key() {
    TransportKeyPair next = make_transport_key_pair(rng_);
    const TransportPublicKey pk = next.pk;
    write(PutSecret{transport_name(pk), NodeSecret(next.sk.expose())});
    log(5, "transport_key_made");
    ChangeIdentity change;
    change.wait_for.push_back(std::move(next));
    emit(std::move(change));
    return pk;
}

void NodeCore::drop_transport_key(const TransportPublicKey& pk) {
    write(DropSecret{transport_name(pk)});
    ChangeIdentity change;
    change.wait_no_more.push_back(pk);
    emit(std::move(change));
}

// At the start, each second and with every new record.
void NodeCore::switch_transport(const NodeRecord& self) {
    auto& under_way = rotation_.transport;
    if (identity_.transport.pk == self.transport_pk) return under_way.reset();
    if (!waits(identity_, self.transport_pk)) return;
    if (!under_way.has_value() || under_way->to != self.transport_pk) {
        under_way =
            Rotation::Switch{self.transport_pk, directory_.size(), now_.plus(transport_switch_ms)};
        log(5, fmt::format("transport_key_recorded n={}", directory_.now().n.value));
    }
    if (under_way->done || switch_waits()) return;
    under_way->done = true;
    write(DropSecret{transport_name(identity_.transport.pk)});
    write(PutAudit{now_, "node", "rotate", "transport key replaced"});
    log(5, "transport_key_replaced");
    ChangeIdentity change;
    change.transport = self.transport_pk;
    emit(std::move(change));
}

// Is somebody connected who has not shown that he has the record? What we sent and he has not read
// would be lost with the connection, and he may have no other.
bool NodeCore::switch_waits() const {
    return now_ < rotation_.transport->at_latest &&
           std::any_of(peers_.begin(), peers_.end(), [&](const auto& item) {
               return item.second.up && item.second.said_records < rotation_.transport->records;
           });
}

// A key that the directory never had is a newer one: the store was put back without the identity,
// and the record comes again.
void NodeCore::warn_of_transport_key(const NodeRecord& self, proto::StatusResponse& out) const {
    const auto& old = self.old_transports;
    if (std::find(old.begin(), old.end(), identity_.transport.pk) == old.end() ||
        waits(identity_, self.transport_pk))
        return;
    out.add_warnings(
        "this node's transport key is not the one in the directory (an older copy was put back): "
        "no peer lets it in; put back a copy of after the replacement, or have the node admitted "
        "anew");
}

// The servers that the configuration names, also by keys that were replaced since.
std::set<NodeId> NodeCore::dialled() const {
    std::set<NodeId> out;
    if (directory_.empty()) return out;
    const DirectoryState& state = directory_.now();
    for (const auto& key : options_.dial) {
        if (const CoordinatorInfo* coordinator = state.coordinator_by_transport(key))
            out.insert(coordinator->id);
        if (const NodeRecord* node = state.node_once_by_transport(key)) out.insert(node->id);
    }
    return out;
}

}  // namespace rilon
