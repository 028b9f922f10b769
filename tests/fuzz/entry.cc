// Entries with and without a body. A body that was changed is hashed anew, so that the rest of the
// parser is reached.
#include "protocol/entry.h"

#include "tests/fuzz/fuzz.h"
#include "tests/support/test_origin.h"

namespace rilon {
namespace {

void parse_one(ByteView input) {
    if (auto entry = parse_entry(input)) {
        FUZZ_SAME(entry->bytes(), input);
        FUZZ_SAME(encode_header(entry->header()), input.first(header_bytes));
        RILON_ASSERT(!entry->absent());
    }
    if (auto entry = parse_absent_entry(input)) {
        FUZZ_SAME(entry->bytes(), input);
        RILON_ASSERT(entry->absent() && !is_clear(entry->header().kind));
    }
}

void run(ByteView input) {
    parse_one(input);
    if (input.size() < entry_prefix_bytes) return;
    Bytes mended = to_bytes(input);
    const ByteView body = input.subspan(entry_prefix_bytes);
    const Hash32 hashed = hash({body});
    ByteWriter length;
    length.u32(static_cast<std::uint32_t>(body.size()));
    std::copy(hashed.view().begin(), hashed.view().end(), mended.begin() + 128);
    std::copy(length.view().begin(), length.view().end(), mended.begin() + 160);
    parse_one(mended);
}

std::vector<Bytes> seeds() {
    TestOrigin origin;
    std::vector<Bytes> out = origin.run(2);
    out.push_back(to_bytes(ByteView(out.back()).first(entry_prefix_bytes)));
    out.push_back(origin.redact({{Seq{2}, Seq{2}}}).bytes());
    out.push_back(origin.grant().bytes());
    return out;
}

}  // namespace

extern const FuzzTarget fuzz_entry{"entry", run, seeds};

}  // namespace rilon
