// What `rilon` and its agent say to each other over a Unix socket: length-framed requests and
// answers. The agent signs only what begins with one of the protocol's prefixes for officers and
// persons, and hands out the transport key, which the CURVE handshake needs in the asking process.
// The signing key itself never leaves it. Pure: no sockets here (agent.h has those).
#pragma once

#include <string>

#include "protocol/crypto.h"

namespace rilon {

constexpr std::size_t agent_frame_bytes_max = 4096;

enum class AgentAsk : std::uint8_t {
    keys = 1,  // → sign pk 32 ‖ transport pk 32 ‖ transport secret 32 ‖ u64 ms until it locks
    sign = 2,    // message → signature 64
    status = 3,  // → u64 ms until it locks
    stop = 4,    // → nothing
};
enum class AgentAnswer : std::uint8_t { done = 0, refused = 1, malformed = 2 };

// Frame: u16 size of what follows ‖ u8 ask or answer ‖ payload.
Bytes encode_agent_frame(std::uint8_t kind, ByteView payload);
struct AgentFrame {
    std::uint8_t kind = 0;
    Bytes payload;
};
// The first frame in `bytes`, once it is whole. Errors: gap (more bytes needed), too_large,
// malformed (an empty frame).
Result<AgentFrame> parse_agent_frame(ByteView bytes);

// May the agent sign this? Only `RLN1OFF\0`, `RLN1DST\0` and `RLN1POP\0` messages of their exact
// lengths.
bool agent_may_sign(ByteView message);

struct AgentKeys {
    SignKeyPair sign;
    TransportKeyPair transport;
};
// The agent's answer to one frame, as a frame. Sets `stop` for AgentAsk::stop.
Bytes answer_agent(const AgentKeys& keys, const AgentFrame& ask, std::uint64_t ms_left, bool& stop);

}  // namespace rilon
