#include "node/sync_frame.h"

namespace rilon {

Bytes encode_sync_head(const SyncHead& head) {
    ByteWriter out(sync_head_bytes);
    out.u8(sync_version).u8(static_cast<std::uint8_t>(head.type)).u64(head.request);
    return std::move(out).take();
}

Result<SyncHead> parse_sync_head(ByteView bytes10) {
    ByteReader in(bytes10);
    std::uint8_t version = in.u8();
    std::uint8_t type = in.u8();
    std::uint64_t request = in.u64();
    if (!in.done()) return {Errc::malformed, "a sync frame head is 10 bytes"};
    if (version != sync_version) return {Errc::unsupported, "sync frame of another version"};
    if (type < 1 || type > static_cast<std::uint8_t>(SyncType::stream))
        return {Errc::unsupported, "sync frame of an unknown type"};
    return SyncHead{static_cast<SyncType>(type), request};
}

}  // namespace rilon
