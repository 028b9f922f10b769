// Heads and acks. Each input is tried as it is, then with a good signature under it: what a member
// that signs anything could send.
#include "protocol/evidence.h"

#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

struct Signing {
    Signing() {
        network = rng.bytes<NetworkId>();
        keys = make_sign_key_pair(rng);
        enc = make_enc_key_pair(rng);
    }
    Bytes sign_again(ByteView input) const {
        if (input.size() < Signature::size()) return to_bytes(input);
        const ByteView text = input.first(input.size() - Signature::size());
        const Signature made = sign(keys.sk, text);
        Bytes out = to_bytes(text);
        out.insert(out.end(), made.view().begin(), made.view().end());
        return out;
    }
    Ack ack() {
        Ack out{rng.bytes<NodeId>(), Generation{1}, 9, DirSeq{4}, {}, {}, {}};
        for (std::uint8_t level = 1; level <= 3; ++level)
            out.rows.push_back({rng.bytes<StreamId>(), Seq{level}, rng.bytes<EntryId>(),
                                static_cast<AckLevel>(level)});
        return out;
    }
    SeededRng rng{1};
    NetworkId network;
    SignKeyPair keys;
    EncKeyPair enc;
};
Signing& signing() {
    static Signing one;
    return one;
}

void run_head(ByteView input) {
    Signing& s = signing();
    for (const Bytes& bytes : {to_bytes(input), s.sign_again(input)})
        if (auto head = verify_head(s.network, s.keys.pk, bytes))
            FUZZ_SAME(make_head(s.network, *head, s.keys.sk), bytes);
}
std::vector<Bytes> head_seeds() {
    Signing& s = signing();
    const Head head{s.rng.bytes<NodeId>(),   Generation{1},
                    s.rng.bytes<StreamId>(), Seq{12},
                    s.rng.bytes<EntryId>(),  UnixMillis{1795420800000}};
    return {make_head(s.network, head, s.keys.sk)};
}

void run_ack(ByteView input) {
    Signing& s = signing();
    for (const Bytes& bytes : {to_bytes(input), s.sign_again(input)})
        if (auto ack = verify_ack(s.network, s.keys.pk, bytes))
            FUZZ_SAME(make_ack(s.network, *ack, s.keys.sk), bytes);
}
std::vector<Bytes> ack_seeds() {
    Signing& s = signing();
    Ack empty = s.ack();
    empty.rows.clear();
    return {make_ack(s.network, s.ack(), s.keys.sk), make_ack(s.network, empty, s.keys.sk)};
}

void run_sealed_ack(ByteView input) {
    Signing& s = signing();
    if (auto plain = open_ack(input, s.enc.sk)) run_ack(*plain);
    auto sealed = seal_ack(input, s.enc.pk, s.rng);
    RILON_ASSERT(sealed.ok());
    FUZZ_SAME(*open_ack(*sealed, s.enc.sk), input);
}
std::vector<Bytes> sealed_ack_seeds() {
    Signing& s = signing();
    return {*seal_ack(make_ack(s.network, s.ack(), s.keys.sk), s.enc.pk, s.rng), {}};
}

}  // namespace

extern const FuzzTarget fuzz_head{"head", run_head, head_seeds, 4};
extern const FuzzTarget fuzz_ack{"ack", run_ack, ack_seeds, 4};
extern const FuzzTarget fuzz_sealed_ack{"sealed_ack", run_sealed_ack, sealed_ack_seeds, 10};

}  // namespace rilon
