// Bodies of clear entries: genesis, grant, redact.
#include "protocol/epoch.h"
#include "protocol/stream.h"
#include "tests/fuzz/fuzz.h"

namespace rilon {
namespace {

void run_genesis(ByteView input) {
    if (auto body = parse_genesis(input)) FUZZ_SAME(encode_genesis(*body), input);
}
void run_grant(ByteView input) {
    if (auto body = parse_grant(input)) FUZZ_SAME(encode_grant(*body), input);
}
void run_redact(ByteView input) {
    if (auto ranges = parse_redact(input)) FUZZ_SAME(encode_redact(*ranges), input);
}

std::vector<Bytes> genesis_seeds() {
    return {encode_genesis({}), encode_genesis({{}, {}, Superseded{{}, Seq{7}, {}}})};
}
std::vector<Bytes> grant_seeds() {
    return {encode_grant({}), encode_grant({{}, {}, Bytes(sealed_definition_bytes_min, 7)})};
}
std::vector<Bytes> redact_seeds() {
    const std::vector<SeqRange> two = {{Seq{2}, Seq{2}}, {Seq{5}, Seq{900}}};
    return {encode_redact(std::span(two).first(1)), encode_redact(two)};
}

}  // namespace

extern const FuzzTarget fuzz_genesis{"genesis", run_genesis, genesis_seeds};
extern const FuzzTarget fuzz_grant{"grant", run_grant, grant_seeds};
extern const FuzzTarget fuzz_redact{"redact", run_redact, redact_seeds};

}  // namespace rilon
