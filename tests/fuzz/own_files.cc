// Files that a node or an officer keeps: identity, sealed files, personal keys, store rows, resume
// files. Somebody else may have written to the disk.
#include "config/armour.h"
#include "config/key_file.h"
#include "node/identity_file.h"
#include "store/row_codec.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/test_origin.h"
#include "tools/agent_protocol.h"
#include "tools/rilon/resume_file.h"

namespace rilon {
namespace {

void run_identity(ByteView input) {
    if (auto identity = parse_identity(input)) FUZZ_SAME(encode_identity(*identity), input);
}
std::vector<Bytes> identity_seeds() {
    SeededRng rng(1);
    NodeIdentity node;
    node.network = rng.bytes<NetworkId>();
    node.id = rng.bytes<NodeId>();
    node.sign = make_sign_key_pair(rng);
    node.transport = make_transport_key_pair(rng);
    NodeIdentity coordinator;
    coordinator.role = NodeRole::coordinator;
    coordinator.sign = make_sign_key_pair(rng);
    coordinator.transport = make_transport_key_pair(rng);
    coordinator.online = make_sign_key_pair(rng);
    node.enc.push_back(make_enc_key_pair(rng));
    node.psks.push_back({7, rng.secret<Psk>()});
    const Bytes of_before = encode_identity(node);
    node.control = make_transport_key_pair(rng);
    return {encode_identity(node), of_before, encode_identity(coordinator)};
}

void run_sealed_file(ByteView input) {
    SeededRng rng(1);
    const auto key = rng.secret<StorageKey>();
    const Bytes sealed = seal_at_rest(SealedPurpose::node_identity, key, input, rng);
    FUZZ_SAME(*open_at_rest(SealedPurpose::node_identity, key, sealed), input);
    RILON_ASSERT(!open_at_rest(SealedPurpose::node_identity, key, input).ok());
}
std::vector<Bytes> sealed_file_seeds() {
    SeededRng rng(2);
    return {seal_at_rest(SealedPurpose::node_identity, rng.secret<StorageKey>(), Bytes(40), rng)};
}

// The head alone: to try a passphrase costs what it must.
void run_personal_key(ByteView input) {
    const std::string armoured =
        encode_armour(ArmourKind::key, input.empty() ? Bytes{0} : to_bytes(input));
    if (auto head = read_personal_key_head(armoured))
        RILON_ASSERT(input.size() > 150 && head->network.view()[0] == input[66]);
    if (read_personal_key_head(as_text(input)).ok()) RILON_ASSERT(!input.empty());
}
std::vector<Bytes> personal_key_seeds() {
    SeededRng rng(3);
    PersonalKey key;
    key.name = "Officer";
    key.mark = "LO-1";
    key.sign = make_sign_key_pair(rng);
    key.transport = make_transport_key_pair(rng);
    const std::string text = *seal_personal_key(key, "pass", rng, {1, 64 * 1024});
    return {*parse_armour_of(ArmourKind::key, text), text_seed(text)};
}

template <class Decode, class Encode>
void row(ByteView input, Decode decode, Encode encode) {
    if (auto decoded = decode(input)) FUZZ_SAME(encode(*decoded), input);
}
// Byte: which row. Then its value.
void run_row(ByteView input) {
    Choices choices(input);
    const std::size_t which = choices.below(8);
    const ByteView value = choices.take(input.size());
    if (which == 0) row(value, decode_epoch_row, encode_epoch_row);
    if (which == 1) row(value, decode_stream_state, encode_stream_state);
    if (which == 2) row(value, decode_arrival, encode_arrival);
    if (which == 3) row(value, decode_directory_row, encode_directory_row);
    if (which == 4) row(value, decode_ack_row, encode_ack_row);
    if (which == 5) row(value, decode_mail_row, encode_mail_row);
    if (which == 6) row(value, decode_audit_row, encode_audit_row);
    if (which == 7)
        row(value, decode_entry_row, [](const EntryRow& entry) {
            Bytes out(entry_row_bytes(entry));
            encode_entry_row(entry, out);
            return out;
        });
}
std::vector<Bytes> row_seeds() {
    TestOrigin origin;
    const std::vector<Bytes> entries = origin.run(1);
    Bytes entry(entry_row_head_bytes);
    entry.insert(entry.end(), entries.back().begin(), entries.back().end());
    const Bytes values[] = {encode_epoch_row({EpochRow::State::open_keyed, Seq{1}, true}),
                            encode_stream_state(origin.stream),
                            encode_arrival({1, Seq{2}, {}, EntryKind::content, UnixMillis{3}}),
                            encode_directory_row({DirSeq{1}, UnixMillis{2}, Bytes(9), Bytes(80)}),
                            encode_ack_row({{}, AckLevel::opened, Seq{1}, UnixMillis{2}}),
                            encode_mail_row({1, {}, 0, Bytes(30)}),
                            encode_audit_row({1, UnixMillis{2}, "LO-1", "search", "name", {}}),
                            entry};
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < std::size(values); ++i) {
        out.push_back({static_cast<Byte>(i)});
        out.back().insert(out.back().end(), values[i].begin(), values[i].end());
    }
    return out;
}

void run_resume(ByteView input) {
    if (auto point = parse_resume(as_text(input)))
        RILON_ASSERT(encode_resume(*point) == as_text(input));
}
std::vector<Bytes> resume_seeds() {
    const std::string who(32, 'a');
    return {text_seed(encode_resume({who, "7.1234"})), text_seed(encode_resume({who, ""}))};
}

void run_agent(ByteView input) {
    auto frame = parse_agent_frame(input);
    if (!frame) return;
    const Bytes again = encode_agent_frame(frame->kind, frame->payload);
    FUZZ_SAME(again, input.first(again.size()));
    static const AgentKeys keys = [] {
        SeededRng rng(4);
        return AgentKeys{make_sign_key_pair(rng), make_transport_key_pair(rng)};
    }();
    bool stop = false;
    const auto answer = parse_agent_frame(answer_agent(keys, *frame, 1000, stop));
    RILON_ASSERT(answer.ok());
    RILON_ASSERT(stop == (frame->kind == static_cast<std::uint8_t>(AgentAsk::stop) &&
                          answer->kind == static_cast<std::uint8_t>(AgentAnswer::done)));
    if (frame->kind == static_cast<std::uint8_t>(AgentAsk::sign) &&
        answer->kind == static_cast<std::uint8_t>(AgentAnswer::done))
        RILON_ASSERT(agent_may_sign(frame->payload));
}
std::vector<Bytes> agent_seeds() {
    Bytes message = to_bytes(as_bytes("RLN1DST"));
    message.resize(8 + 16 + 32);
    return {encode_agent_frame(1, {}), encode_agent_frame(2, message), encode_agent_frame(3, {}),
            encode_agent_frame(4, {})};
}

}  // namespace

extern const FuzzTarget fuzz_identity{"identity", run_identity, identity_seeds};
extern const FuzzTarget fuzz_sealed_file{"sealed_file", run_sealed_file, sealed_file_seeds};
extern const FuzzTarget fuzz_personal_key{"personal_key", run_personal_key, personal_key_seeds};
extern const FuzzTarget fuzz_row{"row", run_row, row_seeds};
extern const FuzzTarget fuzz_resume{"resume", run_resume, resume_seeds};
extern const FuzzTarget fuzz_agent{"agent", run_agent, agent_seeds};

}  // namespace rilon
