// rilon-bench-seal: what RILON's cryptography does for one alert and many readers, as a process of
// its own, to stand beside gpg and age: tools/benchmark/peers.py.
//
//   rilon-bench-seal keys N       N public keys, in hex, one a line
//   rilon-bench-seal FILE         stdin, signed by an officer and by the node, encrypted for the
//   keys
//                                 in FILE: the grant of a new epoch, a slot for each reader and the
//                                 entry, to stdout
//
// Every epoch costs the slots once; further alerts of the epoch cost none. Here each costs all.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "node/system.h"
#include "protocol/crypto.h"
#include "protocol/entry.h"
#include "protocol/epoch.h"
#include "protocol/officer.h"
#include "protocol/slot.h"
#include "protocol/stream.h"

namespace rilon::bench {
namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "rilon-bench-seal: %s\n", why.c_str());
    std::exit(EXIT_FAILURE);
}

template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error().detail);
    return std::move(result).value();
}

void put(ByteView bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) give_up("stdout");
}

std::vector<EncPublicKey> read_keys(const char* file) {
    std::vector<EncPublicKey> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
        out.push_back(must(EncPublicKey::parse_hex(line)));
    if (out.empty()) give_up(std::string("no keys in ") + file);
    return out;
}

void seal_for(const std::vector<EncPublicKey>& readers, ByteView text, Rng& rng) {
    const SignKeyPair officer = make_sign_key_pair(rng);
    const SignKeyPair node = make_sign_key_pair(rng);
    const EncKeyPair own = make_enc_key_pair(rng);
    const PskEntry psk{1, rng.secret<Psk>()};
    const OriginKeys keys{node.sk, Generation{1}};
    StreamState stream;
    stream.network = rng.bytes<NetworkId>();
    stream.origin = rng.bytes<NodeId>();
    const AlertId alert = rng.bytes<AlertId>();
    Certificate who{rng.bytes<OfficerId>(), "AUS/01",      "officer",    officer.pk,
                    stream.origin,          UnixMillis{0}, UnixMillis{1}};
    auto certificate = certify_officer(stream.network, who, Generation{1}, node.sk);
    GenesisBody genesis{rng.bytes<AudienceId>(), rng.bytes<Random16>(), std::nullopt};
    stream.id = make_stream_id(stream.network, stream.origin, node.pk, genesis);
    auto next = [&](EntryKind kind, Bytes plain, const EpochKey* key) {
        EntryDraft draft{kind, Precedence::routine, DirSeq{}, std::move(plain)};
        put(must(seal(draft, stream, keys, key, rng.bytes<Nonce24>())).bytes());
    };
    next(EntryKind::genesis, encode_genesis(genesis), nullptr);
    const EpochKey key = rng.secret<EpochKey>();
    const Epoch epoch = stream.epoch.next();
    next(EntryKind::grant, encode_grant({DirLink{}, key_commitment(key, stream.id, epoch), {}}),
         nullptr);
    for (const EncPublicKey& reader : readers)
        put(encode_slot(
            must(make_slot({stream.network, stream.id, epoch, stream.origin, own.pk, reader},
                           own.sk, psk, key, rng))));
    Signature signature = sign(officer.sk, officer_message(stream.network, stream.id, alert, text));
    next(EntryKind::content, encode_content(certificate, alert, text, signature), &key);
}

int seal_main(int argc, char** argv) {
    if (Status ready = secrets_init(); !ready.ok()) give_up(ready.error().detail);
    SystemRng rng;
    if (argc == 3 && std::string_view(argv[1]) == "keys") {
        for (long n = std::strtol(argv[2], nullptr, 10); n > 0; --n)
            std::printf("%s\n", make_enc_key_pair(rng).pk.hex().c_str());
        return EXIT_SUCCESS;
    }
    if (argc != 2) give_up("give a file of keys, or: keys N");
    std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    seal_for(read_keys(argv[1]), as_bytes(text), rng);
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rilon::bench

int main(int argc, char** argv) {
    return rilon::bench::seal_main(argc, argv);
}
