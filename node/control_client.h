// The client's end of the control socket: what `rilon` uses to ask its own rilond. One request,
// one response; the server is who holds the pinned key.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "protocol/crypto.h"

namespace rilon {

constexpr int control_response_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t control_request_bytes_max = 393216;

class ControlClient {
   public:
    // Dials; whether it succeeds shows with the first request. `own` is copied into libzmq.
    // Errors: invalid (the endpoint).
    static Result<std::unique_ptr<ControlClient>> dial(const std::string& endpoint,
                                                       const TransportPublicKey& server,
                                                       const TransportKeyPair& own);
    ~ControlClient();

    // Sends and waits for the next response. Errors: those of send and wait.
    Result<Bytes> ask(ByteView request, std::chrono::milliseconds timeout);
    // Errors: unreachable (no connection within the time), not_permitted (connected, but this key
    // is refused), too_large, io.
    Status send(ByteView request, std::chrono::milliseconds timeout);
    // The next response, without asking. Errors: timed_out, unreachable (the connection broke), io.
    Result<Bytes> wait(std::chrono::milliseconds timeout);

   private:
    struct State;
    explicit ControlClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace rilon
