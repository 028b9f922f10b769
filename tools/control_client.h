// The client side of the node's control socket: one request, one response, over ZeroMQ with CURVE.
// Both ends prove a key: the node's is pinned in the profile, ours says which officer asks. The
// socket itself is node/control_client.h's; here are messages (node/control.proto,
// docs/control.md), errors with remedies, and a quick look whether anybody listens at all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "protocol/crypto.h"

namespace rilon {

namespace proto {
class Request;
class Response;
}  // namespace proto

struct ControlAddress {
    std::string endpoint;       // "ipc:///run/rilon/control" or "tcp://127.0.0.1:4410"
    TransportPublicKey server;  // Pinned.
};

class ControlClient;  // node/control_client.h

class ControlConnection {
   public:
    // Errors, with remedy: unreachable (nobody listens), invalid (not an endpoint).
    static Result<ControlConnection> open(const ControlAddress& address,
                                          const TransportKeyPair& own);
    ControlConnection(ControlConnection&&) noexcept;
    ControlConnection& operator=(ControlConnection&&) noexcept;
    ~ControlConnection();

    // Sends and waits. A Failure of the node's comes back as an Error with its code and remedy.
    // Errors besides the node's own: unreachable, not_enrolled (the node does not know our key),
    // timed_out, malformed.
    Result<proto::Response> call(proto::Request& request, std::uint64_t timeout_ms);
    // The two halves of it, so that several requests can be under way: the node then commits what
    // it writes for them together. The id is of this connection.
    Result<std::uint64_t> send(proto::Request& request, std::uint64_t timeout_ms);
    Result<proto::Response> answer(std::uint64_t id, std::uint64_t timeout_ms);

   private:
    ControlConnection(std::unique_ptr<ControlClient> client, std::string endpoint);
    std::unique_ptr<ControlClient> client_;
    std::string endpoint_;
    std::uint64_t next_id_ = 1;
    // Asked, and answered where another answer was waited for.
    std::map<std::uint64_t, std::unique_ptr<proto::Response>> under_way_;
};

}  // namespace rilon
