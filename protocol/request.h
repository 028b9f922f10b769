// Requests to become a person, a node or a coordinator of the network: made on the applicant's
// machine with a proof that it holds the signing secret, checked wherever they are met.
#pragma once

#include <string>

#include "protocol/directory.h"
#include "protocol/directory.pb.h"

namespace rilon {

constexpr std::size_t request_bytes_max = 2048;

// What a mission's computer asks to be.
struct NodeApplication {
    std::string name;
    std::string party;
    std::string rilon;
    SignPublicKey sign_pk;  // Generation 1.
    EncPublicKey enc_pk;
    TransportPublicKey transport_pk;
    std::string endpoint;       // Empty: only dials.
    std::string live_endpoint;  // Only with endpoint.
    std::string software;
};

proto::SignedRequest make_person_request(const NetworkId& network, const Person& person,
                                         const SignSecretKey& sk);
proto::SignedRequest make_node_request(const NetworkId& network, const NodeApplication& node,
                                       const SignSecretKey& sk);
// `coordinator.id` need not be set; it follows from the key.
proto::Coordinator make_coordinator(const NetworkId& network, const CoordinatorInfo& coordinator,
                                    const SignSecretKey& sk);

// Sizes, names, keys and possession. Errors: malformed, invalid (a key or a name that is refused),
// bad_signature (no possession), unsupported (fields this version doesn't know).
Result<Person> parse_person_request(const NetworkId& network, const proto::SignedRequest& request);
Result<NodeApplication> parse_node_request(const NetworkId& network,
                                           const proto::SignedRequest& request);
Result<CoordinatorInfo> parse_coordinator(const NetworkId& network,
                                          const proto::Coordinator& coordinator);

// Possession of a node's next signing key: `RLN1POP\0` ‖ network_id ‖ H(node_id ‖ new_sign_pk).
Signature prove_replacement(const NetworkId& network, const NodeId& node,
                            const SignPublicKey& new_pk, const SignSecretKey& new_sk);
[[nodiscard]] bool replacement_proven(const NetworkId& network, const NodeId& node,
                                      const SignPublicKey& new_pk, const Signature& possession);

// 32 bytes that may serve as a signing, slot or CURVE key; else invalid or malformed.
Result<SignPublicKey> parse_sign_key(const std::string& bytes);
Result<EncPublicKey> parse_enc_key(const std::string& bytes);
Result<TransportPublicKey> parse_transport_key(const std::string& bytes);

}  // namespace rilon
