#include "protocol/request.h"

#include "protocol/directory_syntax.h"
#include "protocol/statement_shape.h"

namespace rilon {
namespace {

proto::SignedRequest sign_request(const NetworkId& network, ByteView request,
                                  const SignSecretKey& sk) {
    proto::SignedRequest out;
    out.set_request(std::string(as_text(request)));
    out.set_possession(sign(sk, possession_message(network, request)).str());
    return out;
}

// The bounds and the parse that both kinds share.
template <class Message>
Status open_request(const proto::SignedRequest& signed_request, const MessageShape& shape,
                    Message& out) {
    const std::string& bytes = signed_request.request();
    if (bytes.empty() || bytes.size() > request_bytes_max)
        return {Errc::malformed, "a request that is empty or too long"};
    if (Status s = check_shape(as_bytes(bytes), shape); !s) return s;
    if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "a request that can't be read"};
    return {};
}

Status check_possession(const NetworkId& network, const SignPublicKey& pk, ByteView request,
                        const std::string& possession) {
    auto signature = Signature::parse(possession);
    if (!signature) return signature.error();
    if (!signature_ok(pk, possession_message(network, request), *signature))
        return {Errc::bad_signature, "no proof that the applicant holds the signing key"};
    return {};
}

Status check_endpoints(const std::string& endpoint, const std::string& live) {
    if (!endpoint.empty() && !well_formed_endpoint(endpoint))
        return {Errc::malformed, "an endpoint that is not tcp://host:port"};
    if (!live.empty() && (endpoint.empty() || !well_formed_endpoint(live)))
        return {Errc::malformed, "a live endpoint that is not tcp://host:port beside an endpoint"};
    return {};
}

Bytes coordinator_proof(const SignPublicKey& sign_pk, const TransportPublicKey& transport_pk) {
    Bytes out = to_bytes(sign_pk.view());
    out.insert(out.end(), transport_pk.view().begin(), transport_pk.view().end());
    return out;
}

Bytes replacement_proof(const NodeId& node, const SignPublicKey& new_pk) {
    Bytes out = to_bytes(node.view());
    out.insert(out.end(), new_pk.view().begin(), new_pk.view().end());
    return out;
}

}  // namespace

Result<SignPublicKey> parse_sign_key(const std::string& bytes) {
    auto pk = SignPublicKey::parse(bytes);
    if (pk && !valid_sign_key(*pk))
        return {Errc::invalid, "a signing key off the curve, not canonical or of low order"};
    return pk;
}

Result<EncPublicKey> parse_enc_key(const std::string& bytes) {
    auto pk = EncPublicKey::parse(bytes);
    if (pk && !valid_x25519_key(pk->view()))
        return {Errc::invalid, "an encryption key of low order"};
    return pk;
}

Result<TransportPublicKey> parse_transport_key(const std::string& bytes) {
    auto pk = TransportPublicKey::parse(bytes);
    if (pk && !valid_x25519_key(pk->view())) return {Errc::invalid, "a transport key of low order"};
    return pk;
}

proto::SignedRequest make_person_request(const NetworkId& network, const Person& person,
                                         const SignSecretKey& sk) {
    proto::PersonRequest request;
    request.set_person_id(person.id.str());
    request.set_name(person.name);
    request.set_party(person.party);
    request.set_sign_pk(person.sign_pk.str());
    request.set_transport_pk(person.transport_pk.str());
    return sign_request(network, serialised(request), sk);
}

proto::SignedRequest make_node_request(const NetworkId& network, const NodeApplication& node,
                                       const SignSecretKey& sk) {
    proto::NodeRequest request;
    request.set_name(node.name);
    request.set_party(node.party);
    request.set_rilon(node.rilon);
    request.set_sign_pk(node.sign_pk.str());
    request.set_enc_pk(node.enc_pk.str());
    request.set_transport_pk(node.transport_pk.str());
    request.set_endpoint(node.endpoint);
    request.set_live_endpoint(node.live_endpoint);
    request.set_software(node.software);
    return sign_request(network, serialised(request), sk);
}

proto::Coordinator make_coordinator(const NetworkId& network, const CoordinatorInfo& coordinator,
                                    const SignSecretKey& sk) {
    proto::Coordinator out;
    out.set_name(coordinator.name);
    out.set_sign_pk(coordinator.sign_pk.str());
    out.set_transport_pk(coordinator.transport_pk.str());
    out.set_endpoint(coordinator.endpoint);
    out.set_live_endpoint(coordinator.live_endpoint);
    out.set_control_endpoint(coordinator.control_endpoint);
    Bytes proof = coordinator_proof(coordinator.sign_pk, coordinator.transport_pk);
    out.set_possession(sign(sk, possession_message(network, proof)).str());
    return out;
}

Result<Person> parse_person_request(const NetworkId& network,
                                    const proto::SignedRequest& signed_request) {
    proto::PersonRequest request;
    if (Status s = open_request(signed_request, person_request_shape(), request); !s)
        return s.error();
    auto id = PersonId::parse(request.person_id());
    if (!id) return id.error();
    if (id->is_zero()) return {Errc::malformed, "a person without an id"};
    if (request.name().empty()) return {Errc::malformed, "a person without a name"};
    if (Status s = check_label(request.name(), person_name_chars_max, "a person's name"); !s)
        return s.error();
    if (!well_formed_party_code(request.party()))
        return {Errc::malformed, "a person with a party code that is none"};
    auto sign_pk = parse_sign_key(request.sign_pk());
    if (!sign_pk) return sign_pk.error();
    auto transport_pk = parse_transport_key(request.transport_pk());
    if (!transport_pk) return transport_pk.error();
    if (Status s = check_possession(network, *sign_pk, as_bytes(signed_request.request()),
                                    signed_request.possession());
        !s)
        return s.error();
    return Person{*id, request.name(), request.party(), *sign_pk, *transport_pk};
}

Result<NodeApplication> parse_node_request(const NetworkId& network,
                                           const proto::SignedRequest& signed_request) {
    proto::NodeRequest request;
    if (Status s = open_request(signed_request, node_request_shape(), request); !s)
        return s.error();
    if (!well_formed_node_name(request.name()))
        return {Errc::malformed, "a node name that is not letters, digits and dashes"};
    if (!well_formed_party_code(request.party()) || !well_formed_rilon_code(request.rilon()))
        return {Errc::malformed, "a node request with a party or RILON code that is none"};
    if (Status s = check_endpoints(request.endpoint(), request.live_endpoint()); !s)
        return s.error();
    if (Status s = check_label(request.software(), 64, "a software version"); !s) return s.error();
    auto sign_pk = parse_sign_key(request.sign_pk());
    if (!sign_pk) return sign_pk.error();
    auto enc_pk = parse_enc_key(request.enc_pk());
    if (!enc_pk) return enc_pk.error();
    auto transport_pk = parse_transport_key(request.transport_pk());
    if (!transport_pk) return transport_pk.error();
    if (Status s = check_possession(network, *sign_pk, as_bytes(signed_request.request()),
                                    signed_request.possession());
        !s)
        return s.error();
    return NodeApplication{
        request.name(), request.party(),    request.rilon(),         *sign_pk,          *enc_pk,
        *transport_pk,  request.endpoint(), request.live_endpoint(), request.software()};
}

Result<CoordinatorInfo> parse_coordinator(const NetworkId& network,
                                          const proto::Coordinator& coordinator) {
    if (!well_formed_node_name(coordinator.name()))
        return {Errc::malformed, "a coordinator's name that is not letters, digits and dashes"};
    if (!well_formed_endpoint(coordinator.endpoint()))
        return {Errc::malformed, "a coordinator without an endpoint tcp://host:port"};
    if (Status s = check_endpoints(coordinator.endpoint(), coordinator.live_endpoint()); !s)
        return s.error();
    if (Status s = check_endpoints(coordinator.endpoint(), coordinator.control_endpoint()); !s)
        return s.error();
    auto sign_pk = parse_sign_key(coordinator.sign_pk());
    if (!sign_pk) return sign_pk.error();
    auto transport_pk = parse_transport_key(coordinator.transport_pk());
    if (!transport_pk) return transport_pk.error();
    if (Status s = check_possession(network, *sign_pk, coordinator_proof(*sign_pk, *transport_pk),
                                    coordinator.possession());
        !s)
        return s.error();
    return CoordinatorInfo{make_node_id(network, *sign_pk),
                           coordinator.name(),
                           *sign_pk,
                           *transport_pk,
                           coordinator.endpoint(),
                           coordinator.live_endpoint(),
                           coordinator.control_endpoint()};
}

Signature prove_replacement(const NetworkId& network, const NodeId& node,
                            const SignPublicKey& new_pk, const SignSecretKey& new_sk) {
    return sign(new_sk, possession_message(network, replacement_proof(node, new_pk)));
}

bool replacement_proven(const NetworkId& network, const NodeId& node, const SignPublicKey& new_pk,
                        const Signature& possession) {
    return signature_ok(new_pk, possession_message(network, replacement_proof(node, new_pk)),
                        possession);
}

}  // namespace rilon
