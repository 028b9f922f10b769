// The agent: a small process that holds an unlocked officer's or person's key for a session. Socket
// 0600 in a directory 0700; it answers only the user who started it (SO_PEERCRED) and ends when it
// was not used for a while. One agent per profile.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tools/agent_protocol.h"

namespace rilon {

constexpr std::uint64_t agent_idle_ms_default = 5 * 60 * 1000;

struct AgentKeysAnswer {
    SignPublicKey sign_pk;
    TransportKeyPair transport;
    std::uint64_t ms_left = 0;
};

class AgentClient {
   public:
    // Nothing when no agent listens there.
    static std::optional<AgentClient> connect(const std::string& socket_path);
    AgentClient(AgentClient&& other) noexcept;
    AgentClient(const AgentClient&) = delete;
    ~AgentClient();

    Result<AgentKeysAnswer> keys();
    // Errors: not_permitted (not a message it signs), locked (it has gone).
    Result<Signature> sign(ByteView message);
    Result<std::uint64_t> ms_left();
    Status stop();

   private:
    explicit AgentClient(std::string path) : path_(std::move(path)) {}
    bool dial();
    void hang_up();
    Result<Bytes> ask(AgentAsk what, ByteView payload);
    std::string path_;
    int fd_ = -1;
};

// Serves until it is told to stop, was idle for `idle_ms`, or is not at its path any more (at most
// five seconds later). Calls `ready` once it listens. Errors: io (the directory or the socket can't
// be made safe), duplicate (another agent listens).
Status serve_agent(const std::string& socket_path, const AgentKeys& keys, std::uint64_t idle_ms,
                   void (*ready)(void*), void* context);

}  // namespace rilon
