// Epoch keys: how K is committed to in a grant, and the sealed definition of derived audiences.
// Slots, by which members get K, are in slot.h.
#pragma once

#include <optional>

#include "protocol/audience.h"
#include "protocol/entry.h"

namespace rilon {

// kc = H_K(`RLN1KCM\0` ‖ stream_id ‖ u32 epoch).
KeyCommitment key_commitment(const EpochKey& key, const StreamId& stream, Epoch epoch);

struct GrantBody {
    DirLink dir_link;  // L at the header's dir_seq.
    KeyCommitment commitment;
    Bytes sealed_definition;  // Empty for audiences of the directory.
};
// 64 bytes, plus the sealed definition for a derived audience.
Bytes encode_grant(const GrantBody& body);
Result<GrantBody> parse_grant(ByteView bytes);
// The smallest sealed definition: one block of padding and the tag.
constexpr std::size_t grant_plain_bytes = DirLink::size() + KeyCommitment::size();
constexpr std::size_t sealed_definition_bytes_min = 256 + aead_tag_bytes;

// AEAD under H_K(`RLN1MLK\0` ‖ stream_id ‖ u32 epoch), AD = stream_id ‖ u32 epoch ‖ dir_link ‖ kc,
// nonce = the header's nonce; the definition is padded first.
Bytes seal_definition(const EpochKey& key, const StreamId& stream, Epoch epoch,
                      const DirLink& dir_link, const KeyCommitment& commitment,
                      const Nonce24& nonce, const AudienceDefinition& definition);
Result<AudienceDefinition> open_definition(const EpochKey& key, const StreamId& stream, Epoch epoch,
                                           const GrantBody& body, const Nonce24& nonce);

// What a reader holds against an opened definition: the recipients are the current encryption keys
// of its members but the origin at the grant's record, and base, exclusions and names are those of
// the stream's first grant (null: this is the first). A failure is an alarm; nothing is shown.
// Errors: parked, structure.
Status check_definition(const Directory& directory, const AudienceDefinition& definition,
                        const AudienceDefinition* first, const NodeId& origin, DirSeq grant);

}  // namespace rilon
