// The 10-byte head of every sync frame: version u8 ‖ type u8 ‖ request u64. Payloads: sync.proto.
#pragma once

#include "protocol/bytes.h"

namespace rilon {

constexpr std::uint8_t sync_version = 1;
constexpr std::size_t sync_head_bytes = 10;
// Payload of a frame; the transport's limit (protocol §10) less head and slack for framing.
constexpr std::size_t sync_payload_bytes_max = 393216 - 64;

enum class SyncType : std::uint8_t {
    hello = 1,
    heads = 2,
    range = 3,
    put = 4,
    push = 5,
    slots = 6,
    head = 7,
    ack = 8,
    directory = 9,
    own_head = 10,
    fork = 11,
    health = 12,
    beat = 13,
    busy = 14,
    stream = 15,
};

struct SyncHead {
    SyncType type = SyncType::beat;
    std::uint64_t request = 0;  // Answers carry the request's number; 0: nothing is answered.
};

Bytes encode_sync_head(const SyncHead& head);
// Errors: malformed; unsupported for another version or type.
Result<SyncHead> parse_sync_head(ByteView bytes10);

}  // namespace rilon
