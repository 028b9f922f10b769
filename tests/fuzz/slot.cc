// Slots: unsigned bytes that any member can send. Whatever parses is also opened.
#include "protocol/slot.h"

#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

struct Ends {
    Ends() {
        origin = make_enc_key_pair(rng);
        reader = make_enc_key_pair(rng);
        psk.generation = 1;
        psk.psk = rng.secret<Psk>();
        ends = {rng.bytes<NetworkId>(),
                rng.bytes<StreamId>(),
                Epoch{3},
                rng.bytes<NodeId>(),
                origin.pk,
                reader.pk};
        key = rng.secret<EpochKey>();
    }
    SeededRng rng{1};
    EncKeyPair origin;
    EncKeyPair reader;
    PskEntry psk;
    SlotEnds ends;
    EpochKey key;
};
Ends& ends() {
    static Ends one;
    return one;
}

std::vector<Bytes> seeds() {
    return {
        encode_slot(*make_slot(ends().ends, ends().origin.sk, ends().psk, ends().key, ends().rng))};
}

void run(ByteView input) {
    auto slot = parse_slot(input);
    if (!slot) return;
    FUZZ_SAME(encode_slot(*slot), input);
    auto opened = open_slot(*slot, ends().ends, ends().reader.sk, ends().psk);
    RILON_ASSERT(!opened.ok() || equal_secret(opened->expose(), ends().key.expose()));
}

}  // namespace

extern const FuzzTarget fuzz_slot{"slot", run, seeds, 4};

}  // namespace rilon
