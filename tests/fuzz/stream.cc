// A hostile origin: entries that carry its own good signature over any header it likes. A stream
// takes an entry or refuses it; what it takes follows its head, what it refuses leaves no trace.
//
// Input: entries, each a kind, changes to the next good header (place, piece), a body.
#include "store/row_codec.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/test_origin.h"

namespace rilon {
namespace {

constexpr int entries_max = 12;

Bytes make_entry(const TestOrigin& origin, const StreamState& state, Choices& choices) {
    EntryHeader header = origin.next_header();
    header.kind = static_cast<EntryKind>(choices.below(5));
    header.seq = state.next_seq();
    header.prev = state.head_id;
    header.epoch = header.kind == EntryKind::grant ? state.epoch.next() : state.epoch;
    Bytes raw = to_bytes(encode_header(header));
    for (std::size_t n = choices.below(4); n > 0; --n) {
        const std::size_t at = choices.below(header_bytes);
        const ByteView with = choices.piece();
        const std::size_t size = std::min(with.size(), header_bytes - at);
        std::copy_n(with.begin(), size, raw.begin() + static_cast<std::ptrdiff_t>(at));
    }
    Bytes body = to_bytes(choices.piece());
    if (header.kind == EntryKind::grant && body.size() >= 64 && choices.u8() % 2 == 0)
        std::copy_n(origin.links[0].data(), 32, body.begin());
    auto changed = parse_header(raw);
    if (!changed) {  // Not a header: signed all the same.
        const Signature signature = sign(origin.keys.back().sk, raw);
        raw.insert(raw.end(), signature.view().begin(), signature.view().end());
        raw.insert(raw.end(), body.begin(), body.end());
        return raw;
    }
    return origin.forge(*changed, body);
}

void run(ByteView input) {
    TestOrigin origin;
    StreamState state = origin.stream;
    for (const Bytes& entry : origin.run(2)) RILON_ASSERT(origin.receive(entry, state).ok());
    Choices choices(input);
    for (int n = 0; n < entries_max && !choices.empty(); ++n) {
        const StreamState before = state;
        auto taken = origin.receive(make_entry(origin, state, choices), state);
        if (!taken.ok()) {
            FUZZ_SAME(encode_stream_state(before), encode_stream_state(state));
            continue;
        }
        RILON_ASSERT(state.head == before.head.next() && state.head_id == taken->id());
        RILON_ASSERT(taken->header().prev == before.head_id);
        RILON_ASSERT(!before.frozen && taken->header().stream == before.id);
    }
}

std::vector<Bytes> seeds() {
    ByteWriter contents;
    for (int i = 0; i < 3; ++i) {
        contents.u8(1).u8(0);
        put_piece(contents, Bytes(272, 9));
    }
    ByteWriter redact;
    redact.u8(3).u8(0);
    const SeqRange range{Seq{2}, Seq{2}};
    put_piece(redact, encode_redact({&range, 1}));
    redact.u8(2).u8(0);
    put_piece(redact, Bytes(64, 1));
    redact.u8(0);
    ByteWriter changed;
    changed.u8(1).u8(1).u8(80);
    put_piece(changed, Bytes{0, 0, 0, 0, 0, 0, 0, 2});
    put_piece(changed, Bytes(272, 9));
    return {to_bytes(contents.view()), to_bytes(redact.view()), to_bytes(changed.view())};
}

}  // namespace

extern const FuzzTarget fuzz_stream{"stream", run, seeds, 10};

}  // namespace rilon
