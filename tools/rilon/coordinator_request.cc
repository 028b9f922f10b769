#include "tools/rilon/coordinator_request.h"

#include "protocol/request.h"
#include "tools/problem.h"
#include "tools/rilon/setup.h"

namespace rilon {

Bytes encode_coordinator_request(const CoordinatorRequest& request) {
    const std::string body = request.coordinator.SerializeAsString();
    return std::move(ByteWriter{}
                         .raw(request.network.view())
                         .raw(request.online.view())
                         .raw(as_bytes(body)))
        .take();
}

Result<CoordinatorRequest> parse_coordinator_request(ByteView bytes) {
    ByteReader in(bytes);
    CoordinatorRequest out;
    out.network = in.fixed<NetworkId>();
    out.online = in.fixed<SignPublicKey>();
    const ByteView body = in.rest();
    if (in.failed() || !out.coordinator.ParseFromArray(body.data(), static_cast<int>(body.size())))
        return problem(Errc::malformed, "not a coordinator's request",
                       "rilon setup coordinator writes one");
    if (auto key = parse_sign_key(out.online.str()); !key) return key.error();
    auto checked = parse_coordinator(out.network, out.coordinator);
    if (!checked) return checked.error();
    return out;
}

Result<CoordinatorRequest> read_coordinator_request(const std::string& path) {
    auto bytes = read_armoured(path, ArmourKind::coordinator_request);
    if (!bytes) return bytes.error();
    return parse_coordinator_request(*bytes);
}

}  // namespace rilon
