// The bodies of clear entries that stream.h names: genesis and redact. (Grants: epoch.cc.)
#include "protocol/stream.h"

namespace rilon {

namespace {

constexpr Magic stream_magic = magic("RLN1STR");
constexpr std::size_t genesis_bytes = AudienceId::size() + Random16::size();
constexpr std::size_t superseding_bytes = genesis_bytes + StreamId::size() + 8 + EntryId::size();

}  // namespace

Bytes encode_genesis(const GenesisBody& body) {
    ByteWriter out(superseding_bytes);
    out.raw(body.audience.view()).raw(body.random.view());
    if (body.supersedes) {
        out.raw(body.supersedes->stream.view()).u64(body.supersedes->seq.value);
        out.raw(body.supersedes->entry.view());
    }
    return std::move(out).take();
}

Result<GenesisBody> parse_genesis(ByteView bytes) {
    ByteReader in(bytes);
    GenesisBody body;
    body.audience = in.fixed<AudienceId>();
    body.random = in.fixed<Random16>();
    if (bytes.size() == superseding_bytes) {
        Superseded old;
        old.stream = in.fixed<StreamId>();
        old.seq = Seq{in.u64()};
        old.entry = in.fixed<EntryId>();
        body.supersedes = old;
    }
    if (!in.done()) return {Errc::malformed, "genesis body: neither 32 nor 104 bytes"};
    return body;
}

StreamId make_stream_id(const NetworkId& network, const NodeId& node, const SignPublicKey& pk,
                        const GenesisBody& body) {
    return StreamId::copy_of(hash({stream_magic, network.view(), node.view(), pk.view(),
                                   body.audience.view(), body.random.view()})
                                 .view());
}

Bytes encode_redact(std::span<const SeqRange> ranges) {
    RILON_ASSERT(!ranges.empty() && ranges.size() <= redact_ranges_max);
    ByteWriter out(2 + 16 * ranges.size());
    out.u16(static_cast<std::uint16_t>(ranges.size()));
    for (const SeqRange& range : ranges) out.u64(range.from.value).u64(range.to.value);
    return std::move(out).take();
}

Result<std::vector<SeqRange>> parse_redact(ByteView bytes) {
    ByteReader in(bytes);
    const std::size_t count = in.u16();
    // Before anything is reserved: the length must be what the count says.
    if (in.failed() || count == 0 || in.rest().size() != 16 * count)
        return {Errc::malformed, "redact body: its length is not what its count says"};
    std::vector<SeqRange> ranges;
    ranges.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        SeqRange range{Seq{in.u64()}, Seq{in.u64()}};
        if (range.from > range.to) return {Errc::malformed, "redact body: an inverted range"};
        if (i > 0 && range.from <= ranges.back().to)
            return {Errc::malformed, "redact body: ranges that overlap or do not ascend"};
        ranges.push_back(range);
    }
    return ranges;
}

}  // namespace rilon
