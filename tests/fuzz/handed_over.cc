// What people hand each other: armour, network files, requests, drafts, grants, a coordinator's
// request. Inputs of the inner formats come without their armour.
#include "config/armour.h"
#include "protocol/grant.h"
#include "protocol/request.h"
#include "protocol/statement.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"
#include "tools/rilon/coordinator_request.h"

namespace rilon {
namespace {

const TestNetwork& network() {
    return fuzz_world().network;
}

void run_armour(ByteView input) {
    const std::string_view text = as_text(input);
    auto found = parse_armour(text);
    if (!found) return;
    // The text is what the encoder makes, but for blank space around it and CRLF.
    std::string plain(text);
    std::erase(plain, '\r');
    const std::string made = encode_armour(found->kind, found->bytes);
    RILON_ASSERT(plain.find(made.substr(0, made.size() - 1)) != std::string::npos);
}
std::vector<Bytes> armour_seeds() {
    std::vector<Bytes> out;
    for (int kind = 0; kind <= static_cast<int>(ArmourKind::key); ++kind)
        out.push_back(text_seed(encode_armour(static_cast<ArmourKind>(kind),
                                              Bytes(static_cast<std::size_t>(40 + kind)))));
    return out;
}

void run_network_file(ByteView input) {
    auto pin = parse_network_file(input);
    if (!pin) return;
    auto again = parse_network_file(encode_network_file(*pin));
    RILON_ASSERT(again.ok() && again->network == pin->network &&
                 again->more.size() == pin->more.size());
}
std::vector<Bytes> network_file_seeds() {
    NetworkPin all = network().pin();
    all.more.push_back(network().directory().record(DirSeq{1}));
    return {encode_network_file(network().pin()), encode_network_file(all)};
}

// Sealed to us as it comes; then as what anybody can seal to us.
void run_grant_file(ByteView input) {
    const TestNode& own = network().node("aus-bkk");
    const EncKeyPair& enc = own.enc.back();
    if (auto grant = open_grant(input, enc.pk, enc.sk)) RILON_ASSERT(grant->node == own.id);
    Bytes sealed(input.size() + crypto_box_SEALBYTES);
    RILON_ASSERT(crypto_box_seal(sealed.data(), input.data(), input.size(), enc.pk.data()) == 0);
    auto grant = open_grant(sealed, enc.pk, enc.sk);
    RILON_ASSERT(grant.ok() || grant.code() != Errc::internal);
}
std::vector<Bytes> grant_file_seeds() {
    const EncKeyPair& enc = network().node("aus-bkk").enc.back();
    SeededRng rng(3);
    const Bytes sealed = seal_grant(network().grant("aus-bkk"), enc.pk, rng);
    Bytes plain(sealed.size() - crypto_box_SEALBYTES);
    RILON_ASSERT(crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), enc.pk.data(),
                                      enc.sk.expose().data()) == 0);
    return {sealed, plain};
}

void run_request(ByteView input) {
    proto::SignedRequest request;
    if (!request.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
    const NetworkId& id = network().id();
    if (auto person = parse_person_request(id, request)) RILON_ASSERT(!person->sign_pk.is_zero());
    if (auto node = parse_node_request(id, request)) RILON_ASSERT(!node->name.empty());
}
std::vector<Bytes> request_seeds() {
    return {text_seed(network().request(network().rso(0)).SerializeAsString()),
            text_seed(network().request(network().node("tha-bkk")).SerializeAsString())};
}

void run_draft(ByteView input) {
    auto draft = parse_draft(input);
    if (!draft) return;
    auto joined = merge_drafts(*draft, *draft);
    RILON_ASSERT(!joined.ok() || joined->statement == draft->statement);
    auto progress =
        network().directory().progress(draft->statement, draft->authorisations, network().time());
    RILON_ASSERT(!progress.ok() || !progress->complete || progress->waiting_for.empty());
}
std::vector<Bytes> draft_seeds() {
    SeededRng rng(8);
    Drafter drafter(rng, draft_basis(network().directory(), network().time()));
    const Bytes statement = drafter.activate("chunks");
    return {encode_draft({statement, network().authorise(statement, {&network().rso(0)})}),
            encode_draft({statement, network().authorise(statement, network().threshold())})};
}

void run_coordinator_request(ByteView input) {
    if (auto request = parse_coordinator_request(input))
        RILON_ASSERT(parse_coordinator_request(encode_coordinator_request(*request)).ok());
}
std::vector<Bytes> coordinator_request_seeds() {
    const TestCoordinator& one = network().coordinator();
    return {encode_coordinator_request({network().id(), network().online().pk,
                                        make_coordinator(network().id(), one.info, one.sk)})};
}

}  // namespace

extern const FuzzTarget fuzz_armour{"armour", run_armour, armour_seeds};
extern const FuzzTarget fuzz_network_file{"network_file", run_network_file, network_file_seeds, 10};
extern const FuzzTarget fuzz_grant_file{"grant_file", run_grant_file, grant_file_seeds, 20};
extern const FuzzTarget fuzz_request{"request", run_request, request_seeds, 4};
extern const FuzzTarget fuzz_draft{"draft", run_draft, draft_seeds, 4};
extern const FuzzTarget fuzz_coordinator_request{"coordinator_request", run_coordinator_request,
                                                 coordinator_request_seeds, 4};

}  // namespace rilon
