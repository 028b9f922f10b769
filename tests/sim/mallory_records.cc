// Mallory: forged records and checkpoints of the directory, a false HELLO, and floods.
#include "node/sync.pb.h"
#include "tests/sim/mallory.h"

namespace rilon {
namespace {

std::string text(ByteView bytes) {
    return std::string(as_text(bytes));
}

}  // namespace

// A record by which too few put a node out: one person, the same one twice, a chair of elsewhere.
void Mallory::forge_a_record() {
    const TestNetwork& network = net_.network();
    const Directory& directory = self().node().directory();
    Drafter drafter(draw_, draft_basis(directory, net_.now()));
    NodeId victim = net_.daemon(network.node_names().front()).id();
    Bytes statement = drafter.revoke(victim, "mallory", {});
    TestNetwork::Signers signers{&network.rso(0)};
    switch (draw_.below(3)) {
        case 0: break;
        case 1: signers = {&network.rso(0), &network.rso(0)}; break;
        default:
            signers.push_back(
                &network.administrator(network.node(network.node_names()[1]).application.party));
            break;
    }
    proto::SyncDirectory frame;
    auto* record = frame.add_records();
    record->set_n(directory.size());
    record->set_recorded_ms(net_.now().value);
    record->set_statement(text(statement));
    record->set_authorisations(text(network.authorise(statement, signers)));
    tell(SyncType::directory, frame.SerializeAsString());
}

// That the network is further on, or another, than it is: under a key of its own.
void Mallory::forge_a_checkpoint() {
    const Directory& directory = self().node().directory();
    SignKeyPair key = make_sign_key_pair(draw_);
    DirSeq n{draw_.below(directory.size() + 3)};
    Checkpoint made = make_checkpoint(directory.network(), n, draw_.bytes<DirLink>(),
                                      net_.now().plus(ms_day), key.sk);
    proto::SyncDirectory frame;
    frame.set_checkpoint(text(encode_checkpoint(directory.network(), made)));
    tell(SyncType::directory, frame.SerializeAsString());
}

// HELLO in another node's name, from another network, with a directory nobody has.
void Mallory::pretend_to_be() {
    proto::SyncHello hello;
    hello.set_network_id(self().identity().network.str());
    hello.set_node_id(draw_.bytes<NodeId>().str());
    if (draw_.below(2) == 0) hello.set_network_id(draw_.bytes<NetworkId>().str());
    hello.set_software(std::string(1000, 'x'));
    hello.set_records(1'000'000);
    tell(SyncType::hello, hello.SerializeAsString());
}

// More than anybody keeps for it: streams, entries ahead of a gap, entries ahead of the directory,
// drafts. Each in turn, because each takes its time.
void Mallory::flood() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    std::uint64_t kind = draw_.below(40);
    ledger_.distrust(name_);
    if (kind == 0) {
        AudienceId audience = self().node().directory().now().network_audience;
        OriginKeys keys{self().identity().sign.sk, self().identity().generation};
        for (int i = 0; i < 530; ++i) {
            StreamState fresh;
            fresh.network = self().identity().network;
            fresh.origin = self().id();
            auto made =
                seal({EntryKind::genesis, Precedence::routine, self().node().directory().now().n,
                      encode_genesis({audience, draw_.bytes<Random16>(), {}})},
                     fresh, keys, nullptr, draw_.bytes<Nonce24>());
            if (made.ok()) push(fresh.id, made->bytes());
        }
        return;
    }
    if (kind > 3) return;
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, new_alert())});
    if (!made.has_value()) return;
    if (kind == 1)  // Signed, and each further ahead.
        for (std::uint64_t i = 2; i < 1100; ++i)
            push(state->id, resigned(*made, [&](EntryHeader& h) { h.seq = Seq{h.seq.value + i}; }));
    if (kind == 2) {  // Ahead of the directory: nobody can check the signature yet.
        Bytes ahead = resigned(*made, [](EntryHeader& h) { h.dir_seq = DirSeq{1'000'000}; });
        for (int i = 0; i < 1100; ++i) push(state->id, ahead);
    }
    if (kind == 3) {
        Drafter drafter(draw_, draft_basis(self().node().directory(), net_.now()));
        proto::SyncDirectory frame;
        for (int i = 0; i < 300; ++i)
            frame.add_drafts()->set_statement(text(drafter.activate("nothing")));
        tell(SyncType::directory, frame.SerializeAsString());
    }
}

}  // namespace rilon
