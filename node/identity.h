// A node's own secrets in memory: what `rilon setup node` made and `rilon enrol` completed.
#pragma once

#include <optional>
#include <vector>

#include "protocol/crypto.h"
#include "protocol/slot.h"
#include "protocol/units.h"

namespace rilon {

enum class NodeRole { node, coordinator };

struct NodeIdentity {
    NodeRole role = NodeRole::node;
    NetworkId network;
    NodeId id;
    Generation generation{1};
    SignKeyPair sign;
    TransportKeyPair transport;
    // What the control socket shows its clients, who pin it: stays when `transport` is replaced.
    // Empty: it shows `transport`, as a coordinator's does and that of a node set up long ago.
    std::optional<TransportKeyPair> control;
    // Keys that wait to be recorded in the place of `transport`; the vault has them, not the file.
    std::vector<TransportKeyPair> waiting;
    std::vector<EncKeyPair> enc;  // Current last; empty at a coordinator.
    std::vector<PskEntry> psks;   // Current last; empty at a coordinator.
    // The sequencer's online key; at the coordinator that orders the directory only.
    std::optional<SignKeyPair> online;
    // The identity file says the same. Else it is written again (node/rotation.cc).
    bool stored = true;

    const TransportKeyPair& control_key() const { return control ? *control : transport; }
};

struct ChangeIdentity;  // node/event.h
// In memory only; `stored` is false then.
void change_identity(NodeIdentity& identity, ChangeIdentity change);

}  // namespace rilon
