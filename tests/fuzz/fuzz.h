// A fuzz target: one decoder, or one way into the node, fed with bytes of anybody. It must not
// crash or hang, and an invariant that does not hold is a RILON_ASSERT that fails.
//
// The same targets run under libFuzzer (main.cc, run.sh) and, with every seed changed in many small
// ways and every input that ever failed (found/), in each ordinary test run (replay_test.cc).
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "protocol/assert.h"
#include "protocol/bytes.h"

namespace rilon {

struct FuzzTarget {
    const char* name;
    void (*run)(ByteView input);
    std::vector<Bytes> (*seeds)();  // Good inputs, made by the project's own encoders.
    unsigned cost = 1;              // One run is worth about as many of a cheap target.
};
std::span<const FuzzTarget* const> fuzz_targets();

// What a structured target reads its choices from. Zeros once the input has run out, so that every
// input means something.
class Choices {
   public:
    explicit Choices(ByteView input) : rest_(input) {}
    bool empty() const { return rest_.empty(); }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint64_t u64() { return number(8); }
    std::size_t below(std::size_t bound) { return u8() % bound; }
    // A piece whose length comes first, in two bytes.
    ByteView piece() { return take(u16()); }
    ByteView take(std::size_t size) {
        ByteView out = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(out.size());
        return out;
    }

   private:
    std::uint64_t number(std::size_t size) {
        std::uint64_t out = 0;
        for (Byte byte : take(size)) out = out << 8 | byte;
        return out;
    }
    ByteView rest_;
};

// For seeds of structured targets: what Choices::piece reads.
inline void put_piece(ByteWriter& out, ByteView bytes) {
    out.u16(static_cast<std::uint16_t>(bytes.size())).raw(bytes);
}
inline Bytes text_seed(std::string_view text) {
    return to_bytes(as_bytes(text));
}

// Bytes that a decoder took must be the ones its encoder makes: nothing has two forms.
#define FUZZ_SAME(encoded, input) RILON_ASSERT(equal((encoded), (input)))

}  // namespace rilon
