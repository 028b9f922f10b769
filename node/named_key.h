// Links follow the directory. A configuration names the server of a link by the transport key that
// it had when the link was written; no key is ever another node's, so the name stays good when the
// key does not.
#pragma once

#include <optional>

#include "node/event.h"

namespace rilon {

// The key of now of the server that is named so; nothing when it may not be dialled.
inline std::optional<TransportPublicKey> key_of_named(const TransportPublicKey& named,
                                                      const AdmitPeers& peers) {
    if (peers.sync.contains(named)) return named;
    auto owner = peers.replaced.find(named);
    if (owner == peers.replaced.end()) return std::nullopt;
    for (const auto& [key, node] : peers.sync)
        if (node == owner->second) return key;
    return std::nullopt;
}

}  // namespace rilon
