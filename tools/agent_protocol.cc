#include "tools/agent_protocol.h"

namespace rilon {
namespace {

constexpr Magic magic_officer = magic("RLN1OFF");
constexpr Magic magic_statement = magic("RLN1DST");
constexpr Magic magic_possession = magic("RLN1POP");

// network_id and, for officers, stream_id and alert_id; then a hash.
constexpr std::size_t statement_message_bytes = 8 + 16 + 32;
constexpr std::size_t officer_message_bytes = 8 + 16 + 32 + 16 + 32;

bool begins(ByteView message, const Magic& prefix) {
    return message.size() >= prefix.size() && equal(message.first(prefix.size()), prefix);
}

Bytes answer(AgentAnswer kind, ByteView payload = {}) {
    return encode_agent_frame(static_cast<std::uint8_t>(kind), payload);
}

}  // namespace

Bytes encode_agent_frame(std::uint8_t kind, ByteView payload) {
    RILON_ASSERT(payload.size() < agent_frame_bytes_max);
    return std::move(ByteWriter{}
                         .u16(static_cast<std::uint16_t>(payload.size() + 1))
                         .u8(kind)
                         .raw(payload))
        .take();
}

Result<AgentFrame> parse_agent_frame(ByteView bytes) {
    ByteReader in(bytes);
    const std::size_t size = in.u16();
    if (in.failed()) return {Errc::gap, "incomplete"};
    if (size == 0) return {Errc::malformed, "an empty frame"};
    if (size > agent_frame_bytes_max) return {Errc::too_large, "a frame too large"};
    if (in.rest().size() < size) return {Errc::gap, "incomplete"};
    AgentFrame out;
    out.kind = in.u8();
    out.payload = to_bytes(in.raw(size - 1));
    return out;
}

bool agent_may_sign(ByteView message) {
    if (begins(message, magic_officer)) return message.size() == officer_message_bytes;
    if (begins(message, magic_statement) || begins(message, magic_possession))
        return message.size() == statement_message_bytes;
    return false;
}

Bytes answer_agent(const AgentKeys& keys, const AgentFrame& ask, std::uint64_t ms_left,
                   bool& stop) {
    switch (static_cast<AgentAsk>(ask.kind)) {
        case AgentAsk::keys: {
            ByteWriter out(128);
            out.raw(keys.sign.pk.view()).raw(keys.transport.pk.view());
            out.raw(keys.transport.sk.expose()).u64(ms_left);
            Bytes payload = std::move(out).take();
            Bytes frame = answer(AgentAnswer::done, payload);
            wipe(payload);
            return frame;
        }
        case AgentAsk::sign:
            if (!agent_may_sign(ask.payload)) return answer(AgentAnswer::refused);
            return answer(AgentAnswer::done, sign(keys.sign.sk, ask.payload).view());
        case AgentAsk::status: {
            const Bytes left = std::move(ByteWriter{}.u64(ms_left)).take();
            return answer(AgentAnswer::done, left);
        }
        case AgentAsk::stop: stop = true; return answer(AgentAnswer::done);
    }
    return answer(AgentAnswer::malformed);
}

}  // namespace rilon
