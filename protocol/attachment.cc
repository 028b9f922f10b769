#include "protocol/attachment.h"

#include "protocol/bytes.h"

namespace rilon {

Result<AttachmentInfo> parse_attachment(const proto::Attachment& attachment) {
    auto hash = Hash32::parse(attachment.hash());
    if (!hash.ok()) return hash.error();
    if (attachment.size() == 0 || attachment.size() > attachment_bytes_max)
        return {Errc::malformed, "an attachment has 1 byte to 2 MiB"};
    return AttachmentInfo{static_cast<std::size_t>(attachment.size()), *hash};
}

Bytes encode_chunk(const ChunkPlace& place, ByteView data) {
    ByteWriter out;
    out.raw(place.alert.view()).u8(place.attachment).u16(place.chunk).raw(place.hash.view());
    out.raw(data);
    return std::move(out).take();
}

Result<Chunk> parse_chunk(ByteView plain) {
    if (plain.size() <= chunk_prefix_bytes || plain.size() > chunk_prefix_bytes + chunk_data_bytes)
        return {Errc::malformed, "a chunk of another length"};
    ByteReader in(plain);
    Chunk out;
    out.place.alert = in.fixed<AlertId>();
    out.place.attachment = in.u8();
    out.place.chunk = in.u16();
    out.place.hash = in.fixed<Hash32>();
    out.data = to_bytes(in.rest());
    return out;
}

Result<std::size_t> first_chunk(const proto::Alert& alert, std::size_t attachment) {
    std::size_t behind = 1;
    for (std::size_t i = 0; i < attachment; ++i) {
        auto info = parse_attachment(alert.attachments(static_cast<int>(i)));
        if (!info.ok()) return info.error();
        behind += info->chunks();
    }
    return behind;
}

}  // namespace rilon
