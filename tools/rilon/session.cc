#include "tools/rilon/session.h"

#include "config/armour.h"
#include "protocol/statement.h"
#include "tools/problem.h"

namespace rilon {
namespace {

Result<ControlAddress> address_of(const Context& context, const Profile& profile) {
    ControlAddress out;
    out.endpoint = context.globals.node.empty() ? profile.node : context.globals.node;
    if (out.endpoint.empty() || profile.node_key.empty()) {
        if (profile.network.empty())
            return problem(Errc::not_enrolled,
                           "profile \"" + profile.name + "\" does not say which node is yours",
                           "rilon setup officer --node ENDPOINT --node-key HEX");
        auto pin = load_network(profile.network);
        if (!pin) return pin.error();
        auto coordinator = coordinator_address(*pin);
        if (!coordinator) return coordinator.error();
        if (!out.endpoint.empty()) coordinator->endpoint = out.endpoint;
        return coordinator;
    }
    auto key = TransportPublicKey::parse_hex(profile.node_key);
    if (!key)
        return problem(Errc::malformed, "node_key in the profile is not 64 hex digits",
                       "copy it again from rilon setup node");
    out.server = *key;
    return out;
}

}  // namespace

Result<NetworkPin> load_network(const std::string& path) {
    auto text = read_file(path, armour_text_max);
    if (!text) return text.error();
    auto bytes = parse_armour_of(ArmourKind::network, as_text(*text));
    auto pin = bytes ? parse_network_file(*bytes) : Result<NetworkPin>(bytes.error());
    if (pin) return pin;
    return problem(pin.code(), path + ": " + pin.error().detail,
                   "give the network file as the RSO published it, and pin it by rilon enrol");
}

Result<NetworkPin> load_network(const Profile& profile) {
    if (profile.network.empty())
        return problem(Errc::not_enrolled, "profile \"" + profile.name + "\" has no network pinned",
                       "rilon enrol NETWORK-FILE");
    return load_network(profile.network);
}

Result<ControlAddress> coordinator_address(const NetworkPin& pin) {
    auto statement = parse_statement(pin.first.statement);
    if (!statement) return statement.error();
    for (const proto::Coordinator& c : statement->root().coordinators()) {
        if (c.control_endpoint().empty()) continue;
        auto parsed = parse_coordinator(pin.network, c);
        if (!parsed) return parsed.error();
        return ControlAddress{parsed->control_endpoint, parsed->transport_pk};
    }
    return problem(Errc::not_found, "the network's coordinator has no control socket for persons",
                   "name it with --node, or set node and node_key in the profile");
}

Result<Session> Session::open(Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    auto address = address_of(context, *profile);
    if (!address) return address.error();
    auto keys = Keys::open(context, *profile);
    if (!keys) return keys.error();
    auto client = ControlConnection::open(*address, keys->transport());
    if (!client) return client.error();
    return Session(std::move(*profile), std::move(*keys), std::move(*client),
                   context.globals.timeout_ms);
}

Result<proto::Response> Session::call(proto::Request& request) {
    return client_.call(request, timeout_ms_);
}

Result<proto::Response> Session::call(proto::Request& request, std::uint64_t timeout_ms) {
    return client_.call(request, timeout_ms);
}

Result<std::uint64_t> Session::send(proto::Request& request) {
    return client_.send(request, timeout_ms_);
}

Result<proto::Response> Session::answer(std::uint64_t id) {
    return client_.answer(id, timeout_ms_);
}

Result<proto::HelloResponse> Session::hello() {
    if (!hello_) {
        proto::Request request;
        request.mutable_hello()->set_software("rilon");
        auto response = call(request);
        if (!response) return response.error();
        hello_ = std::make_unique<proto::HelloResponse>(response->hello());
    }
    return *hello_;
}

}  // namespace rilon
