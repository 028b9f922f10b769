// Statements, records and checkpoints. "directory" signs whatever statement the input holds by
// persons the input chooses, so that the rules behind the signatures are reached.
#include "protocol/statement.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

namespace rilon {
namespace {

const TestNetwork& network() {
    return fuzz_world().network;
}

// One of each kind, drafted against the founded directory.
std::vector<Bytes> statements() {
    SeededRng rng(5);
    const Directory& directory = network().directory();
    Drafter draft(rng, draft_basis(directory, network().time()));
    TestNetwork& making = const_cast<TestNetwork&>(network());
    const NodeId aus = network().node("aus-bkk").id;
    const SignKeyPair sign_pair = make_sign_key_pair(rng);
    const StreamCut cut{rng.bytes<StreamId>(), Seq{3}, rng.bytes<EntryId>()};
    const TestPerson person = making.make_person("New", "FRA");
    const std::vector<proto::SignedRequest> one = {network().request(person)};
    AudienceInfo group{
        rng.bytes<AudienceId>(), AudienceInfo::Kind::group, "op-x", "", {}, {aus}, {}};
    std::vector<Bytes> out = {
        draft.root(network().next_root()),
        draft.establish({"CMB", "Colombo", "LKA", one[0], one}),
        draft.add_party({"FRA", "France", "", {}}, one),
        draft.add_node(network().request(making.make_node("fra-bkk", "THA", "BKK"))),
        draft.replace_key(network().id(), aus, {&sign_pair, nullptr}, {&cut, 1}),
        draft.group(group),
        draft.suspend(aus, "lost"),
        draft.revoke(aus, "stolen", {&cut, 1}),
        draft.rotate_encryption(aus, make_enc_key_pair(rng).pk),
        draft.activate("chunks"),
        draft.confirm_suspend(rng.bytes<StatementId>()),
        draft.reinstate(rng.bytes<StatementId>()),
    };
    proto::ChangeRilon change;
    change.set_code("BKK");
    change.set_name("Bangkok");
    out.push_back(draft.change(change));
    return out;
}

void run_statement(ByteView input) {
    auto statement = parse_statement(input);
    if (!statement) return;
    RILON_ASSERT(statement->statement_id().size() == 16);
    const std::string shown = describe_statement(*statement, network().state());
    for (char c : shown) RILON_ASSERT(static_cast<unsigned char>(c) >= ' ' && c != 127);
}

// Byte: who signs, a bit each. Then the statement.
void run_directory(ByteView input) {
    Choices choices(input);
    const unsigned who = choices.u8();
    TestNetwork::Signers signers;
    const TestPerson* persons[] = {&network().rso(0),
                                   &network().rso(1),
                                   &network().chair("BKK"),
                                   &network().deputy("BKK"),
                                   &network().administrator("THA"),
                                   &network().administrator("AUS")};
    for (std::size_t i = 0; i < std::size(persons); ++i)
        if ((who >> i & 1) != 0) signers.push_back(persons[i]);
    const Bytes statement = to_bytes(choices.take(statement_bytes_max + 1));
    const Bytes authorisations = (who & 128) != 0
                                     ? network().authorise(statement, network().node("aus-bkk"))
                                     : network().authorise(statement, signers);
    Directory directory = network().directory();
    const std::size_t before = directory.size();
    const DirLink link = directory.now().link;
    const DirectoryRecord record = network().next_record(statement, authorisations);
    const Status would = directory.check(statement, authorisations, record.recorded);
    const Status done = directory.apply(record);
    RILON_ASSERT(would.ok() == done.ok());
    RILON_ASSERT(directory.size() == before + (done.ok() ? 1 : 0));
    RILON_ASSERT(done.ok() || directory.now().link == link);
    if (!done.ok()) return;
    RILON_ASSERT(parse_statement(statement).ok());
    RILON_ASSERT(directory.apply(record).code() == Errc::structure);
    FUZZ_SAME(parse_record(encode_record(record))->statement, statement);
}
std::vector<Bytes> directory_seeds() {
    std::vector<Bytes> out;
    for (const Bytes& statement : statements())
        for (Byte who : {Byte{0x7f}, Byte{0x80}, Byte{0x01}}) {
            Bytes one{who};
            one.insert(one.end(), statement.begin(), statement.end());
            out.push_back(std::move(one));
        }
    return out;
}

void run_checkpoint(ByteView input) {
    const SignKeyPair& online = network().online();
    Bytes again = to_bytes(input);
    if (again.size() == checkpoint_bytes) {
        const std::size_t text = checkpoint_bytes - Signature::size();
        const Signature made = sign(online.sk, ByteView(again).first(text));
        std::copy(made.view().begin(), made.view().end(),
                  again.begin() + static_cast<std::ptrdiff_t>(text));
    }
    for (const Bytes& bytes : {to_bytes(input), again})
        if (auto checkpoint = verify_checkpoint(network().id(), online.pk, bytes))
            FUZZ_SAME(encode_checkpoint(network().id(), *checkpoint), bytes);
}
std::vector<Bytes> checkpoint_seeds() {
    return {encode_checkpoint(network().id(), network().checkpoint())};
}

}  // namespace

extern const FuzzTarget fuzz_statement{"statement", run_statement, statements};
extern const FuzzTarget fuzz_directory{"directory", run_directory, directory_seeds, 30};
extern const FuzzTarget fuzz_checkpoint{"checkpoint", run_checkpoint, checkpoint_seeds, 4};

}  // namespace rilon
