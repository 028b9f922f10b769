// What `rilon setup coordinator` hands to the ceremony: the id it drew for the network to be, its
// online key, and the coordinator's entry with the proof that names that id.
#pragma once

#include "config/armour.h"
#include "protocol/directory.pb.h"
#include "protocol/ids.h"

namespace rilon {

// Bytes: network_id 16 ‖ online_pk 32 ‖ Coordinator (directory.proto).
struct CoordinatorRequest {
    NetworkId network;
    SignPublicKey online;
    proto::Coordinator coordinator;
};
Bytes encode_coordinator_request(const CoordinatorRequest& request);
// Also checks keys and possession. Errors: malformed, invalid, bad_signature.
Result<CoordinatorRequest> parse_coordinator_request(ByteView bytes);
Result<CoordinatorRequest> read_coordinator_request(const std::string& path);

}  // namespace rilon
