// The structure rules of a stream (protocol §3): which entry may come next, and what the stream is
// after it. seal and verify both go through here, so an origin cannot make what readers refuse.
// Nothing here knows the directory.
#pragma once

#include "protocol/stream.h"

namespace rilon {

// An entry about to be the next: its header, its body (not looked at for content and chunks, which
// may be absent), and the key it is signed with.
struct Candidate {
    const EntryHeader& header;
    ByteView body;
    const SignPublicKey& signer;
};

// May it follow? Position, kinds, epochs, order, and the clear bodies. Errors: structure; malformed
// (a clear body); fork when the stream is frozen.
Status check_structure(const Candidate& next, const StreamState& stream);

// Moves the stream on to an entry that check_structure has just passed.
void advance(StreamState& stream, const Candidate& next, const EntryId& id);

// Both: on failure nothing moves.
Status next_state(StreamState& stream, const Candidate& next, const EntryId& id);

}  // namespace rilon
