// Attachments of an alert (docs/wire.md §9): what an officer signs of one, and how its bytes lie in
// the chunk entries right behind the alert's own. The officer signs the hash of the whole, so a
// chunk needs no signature of its own; each names its place, so none can be taken for another.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/alert.pb.h"
#include "protocol/entry.h"
#include "protocol/ids.h"
#include "protocol/result.h"

namespace rilon {

constexpr int attachments_max = 4;  // Of one alert.
constexpr std::size_t attachment_bytes_max = 2u << 20;
// alert_id [16] ‖ u8 attachment ‖ u16 chunk ‖ H(attachment) [32]
constexpr std::size_t chunk_prefix_bytes = 16 + 1 + 2 + 32;
// A full chunk's plaintext and the padding's mark are 64 KiB exactly.
constexpr std::size_t chunk_data_bytes = 65535 - chunk_prefix_bytes;
constexpr std::size_t chunks_of_one_max =
    (attachment_bytes_max + chunk_data_bytes - 1) / chunk_data_bytes;
constexpr std::size_t chunks_max = attachments_max * chunks_of_one_max;  // Behind one alert.
static_assert(chunks_of_one_max == 33 && padded_size(65535) == 65536);

struct AttachmentInfo {
    std::size_t size = 0;
    Hash32 hash;
    std::size_t chunks() const { return (size + chunk_data_bytes - 1) / chunk_data_bytes; }
    // Of the chunk with this number, from 0.
    std::size_t chunk_size(std::size_t chunk) const {
        return chunk + 1 < chunks() ? chunk_data_bytes : size - chunk * chunk_data_bytes;
    }
    bool operator==(const AttachmentInfo&) const = default;
};
// Error malformed: no hash of 32 bytes, no bytes or more than attachment_bytes_max.
Result<AttachmentInfo> parse_attachment(const proto::Attachment& attachment);

struct ChunkPlace {
    AlertId alert;
    std::uint8_t attachment = 0;  // From 0, in the order of Alert.attachments.
    std::uint16_t chunk = 0;      // From 0.
    Hash32 hash;                  // Of the whole attachment.
    bool operator==(const ChunkPlace&) const = default;
};
struct Chunk {
    ChunkPlace place;
    Bytes data;
};
Bytes encode_chunk(const ChunkPlace& place, ByteView data);
// Strict. Error malformed: shorter than its prefix and one byte, or more than chunk_data_bytes.
Result<Chunk> parse_chunk(ByteView plain);

// How many entries behind the one of this alert its first chunk of the attachment is, from 1. Error
// malformed: one of those before it is none.
Result<std::size_t> first_chunk(const proto::Alert& alert, std::size_t attachment);

}  // namespace rilon
