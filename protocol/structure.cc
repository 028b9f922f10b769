#include "protocol/structure.h"

#include <algorithm>

#include "protocol/epoch.h"
#include "protocol/mutant.h"

namespace rilon {

namespace {

Error broken(const EntryHeader& h, const std::string& what) {
    return {Errc::structure,
            "stream " + h.stream.brief() + " seq " + std::to_string(h.seq.value) + ": " + what};
}

Status check_genesis(const Candidate& next, const StreamState& stream) {
    const EntryHeader& h = next.header;
    auto body = parse_genesis(next.body);
    if (!body) return body.error();
    if (h.stream != make_stream_id(h.network, h.origin, next.signer, *body))
        return broken(h, "the genesis does not recompute its stream id");
    if (!stream.id.is_zero() && stream.id != h.stream)
        return broken(h, "the genesis founds another stream");
    if (!stream.origin.is_zero() && stream.origin != h.origin)
        return broken(h, "the genesis is another node's");
    return {};
}

Status check_grant(const Candidate& next, const StreamState& stream) {
    const EntryHeader& h = next.header;
    if (std::uint64_t{h.epoch.value} != std::uint64_t{stream.epoch.value} + 1)
        return broken(h, "a grant opens the epoch after the last");
    auto body = parse_grant(next.body);
    if (!body) return body.error();
    const bool derived = !body->sealed_definition.empty();
    if (stream.epoch.value != 0 && derived != stream.derived)
        return broken(h, "all grants of a stream seal a definition, or none");
    return {};
}

Status check_redact(const Candidate& next, const StreamState& stream) {
    const EntryHeader& h = next.header;
    auto ranges = parse_redact(next.body);
    if (!ranges) return ranges.error();
    for (const SeqRange& range : *ranges) {
        if (range.to >= h.seq) return broken(h, "a redact names only what is below itself");
        auto clear = std::ranges::lower_bound(stream.control, range.from);
        if (clear != stream.control.end() && *clear <= range.to)
            return broken(h, "a redact names content and chunks only");
    }
    return {};
}

// Where the entry stands in its stream.
Status check_position(const EntryHeader& h, const StreamState& stream) {
    if (stream.frozen)
        return {Errc::fork, "stream " + h.stream.brief() + ": frozen, it takes nothing more"};
    if (!stream.founded) {
        if (h.kind != EntryKind::genesis) return broken(h, "the first entry is a genesis");
        return {};
    }
    if (h.kind == EntryKind::genesis) return broken(h, "a second genesis");
    if (h.network != stream.network || h.stream != stream.id || h.origin != stream.origin)
        return broken(h, "network, stream and origin are the genesis's");
    if (h.seq.value - 1 != stream.head.value) return broken(h, "not the next");
    if (h.prev != stream.head_id && !mutant(Mutant::accept_wrong_prev))
        return broken(h, "prev is not the entry before");
    if (h.dir_seq < stream.dir_seq && !mutant(Mutant::directory_turns_back))
        return broken(h, "dir_seq goes back");
    if (h.generation < stream.generation) return broken(h, "the key's generation goes back");
    return {};
}

}  // namespace

Status check_structure(const Candidate& next, const StreamState& stream) {
    const EntryHeader& h = next.header;
    Status position = check_position(h, stream);
    if (!position.ok()) return position;
    if (h.kind == EntryKind::genesis) return check_genesis(next, stream);
    if (h.kind == EntryKind::grant) return check_grant(next, stream);
    if (h.epoch.value == 0 || h.epoch != stream.epoch)
        return broken(h, "the epoch is not that of the latest grant");
    if (h.kind == EntryKind::redact) return check_redact(next, stream);
    if (!stream.epoch_open) return broken(h, "a redact closed the epoch; a new grant is due");
    return {};
}

void advance(StreamState& stream, const Candidate& next, const EntryId& id) {
    const EntryHeader& h = next.header;
    switch (h.kind) {
        case EntryKind::genesis: {
            auto body = parse_genesis(next.body);
            stream.network = h.network;
            stream.id = h.stream;
            stream.origin = h.origin;
            stream.audience = body->audience;
            stream.supersedes = body->supersedes;
            stream.founded = true;
            break;
        }
        case EntryKind::grant:
            stream.epoch = h.epoch;
            stream.grant_seq = h.seq;
            stream.grant_dir_seq = h.dir_seq;
            stream.members_checked = h.dir_seq;
            stream.derived = next.body.size() > grant_plain_bytes;
            stream.epoch_open = true;
            stream.entries_in_epoch = 0;
            break;
        case EntryKind::redact: stream.epoch_open = false; break;
        case EntryKind::content:
        case EntryKind::chunk: ++stream.entries_in_epoch; break;
    }
    if (is_clear(h.kind)) stream.control.push_back(h.seq);
    stream.head = h.seq;
    stream.head_id = id;
    stream.generation = h.generation;
    stream.dir_seq = h.dir_seq;
}

Status next_state(StreamState& stream, const Candidate& next, const EntryId& id) {
    Status allowed = check_structure(next, stream);
    if (allowed.ok()) advance(stream, next, id);
    return allowed;
}

}  // namespace rilon
