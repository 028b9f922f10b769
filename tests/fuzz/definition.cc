// Definitions of derived audiences: plain ones, and what a holder of the epoch key sealed.
#include "protocol/epoch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

void run(ByteView input) {
    auto definition = parse_definition(input);
    if (!definition) return;
    FUZZ_SAME(encode_definition(*definition), input);
    SeededRng rng(1);
    const auto key = rng.secret<EpochKey>();
    const auto stream = rng.bytes<StreamId>();
    const auto nonce = rng.bytes<Nonce24>();
    GrantBody body{rng.bytes<DirLink>(), key_commitment(key, stream, Epoch{1}), {}};
    body.sealed_definition =
        seal_definition(key, stream, Epoch{1}, body.dir_link, body.commitment, nonce, *definition);
    auto opened = open_definition(key, stream, Epoch{1}, body, nonce);
    RILON_ASSERT(opened.ok());
    FUZZ_SAME(encode_definition(*opened), input);
    body.sealed_definition.back() ^= 1;
    RILON_ASSERT(!open_definition(key, stream, Epoch{1}, body, nonce).ok());
}

std::vector<Bytes> seeds() {
    SeededRng rng(2);
    AudienceDefinition one{rng.bytes<AudienceId>(), {"AUS", "THA"}, {}, {}};
    AudienceDefinition two{rng.bytes<AudienceId>(), {}, {rng.bytes<NodeId>()}, {}};
    for (int i = 0; i < 3; ++i) one.recipients.push_back(rng.bytes<KeyId>());
    std::sort(one.recipients.begin(), one.recipients.end());
    return {encode_definition(one), encode_definition(two)};
}

}  // namespace

extern const FuzzTarget fuzz_definition{"definition", run, seeds};

}  // namespace rilon
