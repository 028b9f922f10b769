// What a newcomer is handed: the network file (public; pins the chain's first record) and the grant
// (sealed to the node: network file, pre-shared key, node id).
#pragma once

#include <cstdint>

#include "protocol/directory.h"

namespace rilon {

constexpr std::size_t network_file_bytes_max = 4 * 1024 * 1024;

struct NetworkPin {
    NetworkId network;
    DirectoryRecord first;                   // ROOT version 1.
    std::vector<DirectoryRecord> more = {};  // What follows, in order; may be none.
};
Bytes encode_network_file(const NetworkPin& pin);
// Strict, and the records have to be a valid chain from the founding record of that network.
Result<NetworkPin> parse_network_file(ByteView bytes);

struct NodeGrant {
    NetworkPin pin;
    std::uint32_t psk_generation = 0;
    Psk psk;
    NodeId node;
};
// crypto_box_seal's format (ephemeral pk ‖ box), the ephemeral key from `rng`.
Bytes seal_grant(const NodeGrant& grant, const EncPublicKey& to, Rng& rng);
// Errors: cannot_open (not for this key, or changed), malformed and what parse_network_file gives.
Result<NodeGrant> open_grant(ByteView sealed, const EncPublicKey& pk, const EncSecretKey& sk);

}  // namespace rilon
