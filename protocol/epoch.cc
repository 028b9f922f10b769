#include "protocol/epoch.h"

namespace rilon {

namespace {

constexpr Magic commitment_magic = magic("RLN1KCM");
constexpr Magic definition_magic = magic("RLN1MLK");

std::array<Byte, 4> big_endian(Epoch epoch) {
    return {static_cast<Byte>(epoch.value >> 24), static_cast<Byte>(epoch.value >> 16),
            static_cast<Byte>(epoch.value >> 8), static_cast<Byte>(epoch.value)};
}

AeadKey definition_key(const EpochKey& key, const StreamId& stream, Epoch epoch) {
    AeadKey out;
    keyed_hash(key.expose(), {definition_magic, stream.view(), big_endian(epoch)}, out.writable());
    return out;
}

Bytes definition_ad(const StreamId& stream, Epoch epoch, const DirLink& dir_link,
                    const KeyCommitment& commitment) {
    ByteWriter ad(StreamId::size() + 4 + grant_plain_bytes);
    ad.raw(stream.view()).u32(epoch.value).raw(dir_link.view()).raw(commitment.view());
    return std::move(ad).take();
}

}  // namespace

KeyCommitment key_commitment(const EpochKey& key, const StreamId& stream, Epoch epoch) {
    KeyCommitment out;
    keyed_hash(key.expose(), {commitment_magic, stream.view(), big_endian(epoch)},
               {out.data(), KeyCommitment::size()});
    return out;
}

Bytes encode_grant(const GrantBody& body) {
    ByteWriter out(grant_plain_bytes + body.sealed_definition.size());
    out.raw(body.dir_link.view()).raw(body.commitment.view()).raw(body.sealed_definition);
    return std::move(out).take();
}

Result<GrantBody> parse_grant(ByteView bytes) {
    ByteReader in(bytes);
    GrantBody body;
    body.dir_link = in.fixed<DirLink>();
    body.commitment = in.fixed<KeyCommitment>();
    if (in.failed()) return {Errc::malformed, "grant body: shorter than 64 bytes"};
    if (!in.rest().empty() && in.rest().size() < sealed_definition_bytes_min)
        return {Errc::malformed, "grant body: too short for a sealed definition"};
    body.sealed_definition = to_bytes(in.rest());
    return body;
}

Bytes seal_definition(const EpochKey& key, const StreamId& stream, Epoch epoch,
                      const DirLink& dir_link, const KeyCommitment& commitment,
                      const Nonce24& nonce, const AudienceDefinition& definition) {
    Bytes padded = pad(encode_definition(definition));
    const AeadKey own = definition_key(key, stream, epoch);
    Bytes sealed =
        aead_seal(own.expose(), nonce, definition_ad(stream, epoch, dir_link, commitment), padded);
    wipe(padded);
    return sealed;
}

Result<AudienceDefinition> open_definition(const EpochKey& key, const StreamId& stream, Epoch epoch,
                                           const GrantBody& body, const Nonce24& nonce) {
    const AeadKey own = definition_key(key, stream, epoch);
    auto padded =
        aead_open(own.expose(), nonce, definition_ad(stream, epoch, body.dir_link, body.commitment),
                  body.sealed_definition);
    if (!padded)
        return {Errc::cannot_open, "stream " + stream.brief() + " epoch " +
                                       std::to_string(epoch.value) + ": definition does not open"};
    auto plain = unpad(std::move(*padded));
    if (!plain) return plain.error();
    auto definition = parse_definition(*plain);
    wipe(*plain);
    return definition;
}

Status check_definition(const Directory& directory, const AudienceDefinition& definition,
                        const AudienceDefinition* first, const NodeId& origin, DirSeq grant) {
    const DirectoryState* state = directory.at(grant);
    if (state == nullptr)
        return {Errc::parked,
                "directory record " + std::to_string(grant.value) + " has not come yet"};
    if (first != nullptr && !definition.same_audience(*first))
        return {Errc::structure, "the definition is not that of the stream's first grant"};
    AudienceDefinition expected = definition;
    fill_recipients(*state, expected, origin);
    if (expected.recipients != definition.recipients)
        return {Errc::structure, "the recipients are not the members' keys at record " +
                                     std::to_string(grant.value)};
    return {};
}

}  // namespace rilon
