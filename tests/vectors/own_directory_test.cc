// The project's own vectors of the directory and of what people hand over: read, judged and made
// again by the production code.
#include "config/armour.h"
#include "protocol/fingerprint.h"
#include "protocol/grant.h"
#include "protocol/request.h"
#include "tests/support/byte_rng.h"
#include "tests/support/own_vectors.h"
#include "tools/rilon/coordinator_request.h"

namespace rilon {
namespace {

std::string standing_name(Standing standing) {
    switch (standing) {
        case Standing::good: return "good";
        case Standing::suspended: return "suspended";
        case Standing::revoked: return "revoked";
    }
    return "unknown";
}

void expect_state(const DirectoryState& state, const Json& wanted) {
    EXPECT_EQ(state.link.hex(), wanted["link"]);
    EXPECT_EQ(state.audiences.size(), wanted["audiences"].size());
    for (const auto& [id, members] : wanted["audiences"].items()) {
        const AudienceInfo* audience = state.audience(*AudienceId::parse_hex(id));
        ASSERT_NE(audience, nullptr) << id;
        Json ours = Json::array();
        for (const NodeId& member : audience->members) ours.push_back(member.hex());
        EXPECT_EQ(ours, members) << audience->name;
    }
    EXPECT_EQ(state.nodes.size(), wanted["standing"].size());
    for (const auto& [id, standing] : wanted["standing"].items()) {
        const NodeRecord* node = state.node(*NodeId::parse_hex(id));
        ASSERT_NE(node, nullptr) << id;
        EXPECT_EQ(standing_name(node->standing), standing) << node->name;
        EXPECT_EQ(node->current_key().generation, generation_of(wanted["generations"][id]));
    }
}

TEST(OwnDirectoryVectors, EveryRecordAppliesAndMakesTheSameState) {
    const Json file = load_own("directory.json");
    Directory directory(fixed<NetworkId>(file["network_id"]));
    std::set<int> kinds;
    for (const Json& vector : file["records"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        const Bytes bytes = hex(vector["record"]);
        auto record = parse_record(bytes);
        ASSERT_TRUE(record.ok()) << record.error().detail;
        EXPECT_EQ(encode_record(*record), bytes);
        EXPECT_EQ(record->n.value, number(vector["n"]));
        EXPECT_EQ(record->recorded.value, number(vector["recorded_ms"]));
        EXPECT_EQ(record->statement, hex(vector["statement"]));
        auto statement = parse_statement(record->statement);
        ASSERT_TRUE(statement.ok()) << statement.error().detail;
        EXPECT_EQ(to_bytes(as_bytes(statement->SerializeAsString())), record->statement);
        kinds.insert(statement->body_case());
        Status applied = directory.apply(*record);
        ASSERT_TRUE(applied.ok()) << applied.error().detail;
        expect_state(directory.now(), vector);
    }
    EXPECT_EQ(kinds.size(), 13u);  // Every kind of statement.
}

TEST(OwnDirectoryVectors, EveryBadRecordIsRefused) {
    const Json file = load_own("directory.json");
    EXPECT_GT(file["refused"].size(), 60u);
    for (const Json& vector : file["refused"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        const auto before = static_cast<std::size_t>(vector["after"].get<std::int64_t>() + 1);
        Directory directory = own_directory(file, before);
        auto record = parse_record(hex(vector["record"]));
        expect_refused(record.ok() ? directory.apply(*record) : Status(record.error()), vector);
        EXPECT_EQ(directory.size(), before);
    }
}

TEST(OwnDirectoryVectors, Checkpoints) {
    const Json file = load_own("directory.json");
    const Json& given = file["checkpoint"];
    const auto network = fixed<NetworkId>(file["network_id"]);
    const SignKeyPair online = sign_key_pair(secret<SignSeed>(given["online_seed"]));
    auto read = verify_checkpoint(network, online.pk, hex(given["bytes"]));
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(read->link.hex(), file["records"][number(given["n"])]["link"]);
    Checkpoint made = make_checkpoint(network, DirSeq{number(given["n"])}, read->link,
                                      UnixMillis{number(given["issued_ms"])}, online.sk);
    EXPECT_EQ(encode_checkpoint(network, made), hex(given["bytes"]));
    for (const Json& vector : file["checkpoints_refused"])
        expect_refused(verify_checkpoint(network, online.pk, hex(vector["bytes"])), vector);
}

class OwnFileVectors : public testing::Test {
   protected:
    const Json file = load_own("files.json");
    const NetworkId network = fixed<NetworkId>(file["network_id"]);

    // The bytes inside the first armour with this label.
    Bytes inside(const std::string& label) const {
        for (const Json& vector : file["armour"])
            if (vector["label"] == label) return hex(vector["bytes"]);
        throw std::runtime_error("no " + label);
    }
};

TEST_F(OwnFileVectors, Armour) {
    for (const Json& vector : file["armour"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        auto read = parse_armour(vector["text"].get<std::string>());
        ASSERT_TRUE(read.ok()) << read.error().detail;
        EXPECT_EQ(armour_label(read->kind), vector["label"].get<std::string>());
        EXPECT_EQ(read->bytes, hex(vector["bytes"]));
        EXPECT_EQ(encode_armour(read->kind, read->bytes), vector["text"].get<std::string>());
    }
    for (const Json& vector : file["armour_forgiven"]) {
        auto read = parse_armour_of(ArmourKind::draft, vector["text"].get<std::string>());
        ASSERT_TRUE(read.ok()) << vector["label"];
        EXPECT_EQ(*read, hex(vector["bytes"]));
    }
    for (const Json& vector : file["armour_refused"])
        expect_refused(parse_armour_of(ArmourKind::draft, vector["text"].get<std::string>()),
                       vector);
}

TEST_F(OwnFileVectors, NetworkFiles) {
    std::set<std::size_t> sizes;
    for (const Json& vector : file["armour"]) {
        if (vector["label"] != "NETWORK FILE") continue;
        auto pin = parse_network_file(hex(vector["bytes"]));
        ASSERT_TRUE(pin.ok()) << pin.error().detail;
        EXPECT_EQ(pin->network, network);
        EXPECT_EQ(encode_network_file(*pin), hex(vector["bytes"]));
        sizes.insert(pin->more.size());
    }
    EXPECT_EQ(sizes.size(), 2u);  // With record 0 alone, and with those that follow.
    for (const Json& vector : file["network_files_refused"])
        expect_refused(parse_network_file(hex(vector["bytes"])), vector);
}

TEST_F(OwnFileVectors, Grants) {
    const Json& given = file["grant"];
    auto open = [](const Json& sealed, const Json& to_sk) {
        const auto sk = secret<EncSecretKey>(to_sk);
        return open_grant(hex(sealed), enc_public_key(sk), sk);
    };
    auto grant = open(given["sealed"], given["to_sk"]);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    EXPECT_EQ(grant->psk_generation, number(given["psk_generation"]));
    EXPECT_EQ(to_hex(grant->psk.expose()), given["psk"]);
    EXPECT_EQ(grant->node.hex(), given["node_id"]);
    GivenRng rng(hex(given["ephemeral_sk"]));
    const EncPublicKey to = enc_public_key(secret<EncSecretKey>(given["to_sk"]));
    EXPECT_EQ(seal_grant(*grant, to, rng), hex(given["sealed"]));
    for (const Json& vector : file["grants_refused"])
        expect_refused(open(vector["sealed"], vector["to_sk"]), vector);
}

TEST_F(OwnFileVectors, RequestsAndTheirFingerprints) {
    for (const Json& vector : file["requests"]) {
        proto::SignedRequest request;
        const Bytes bytes = hex(vector["request"]);
        request.set_request(std::string(as_text(bytes)));
        request.set_possession(std::string(as_text(hex(vector["possession"]))));
        if (vector["label"] == "person")
            EXPECT_TRUE(parse_person_request(network, request).ok());
        else
            EXPECT_TRUE(parse_node_request(network, request).ok());
        EXPECT_EQ(fingerprint_line(bytes), vector["fingerprint"]);
    }
    const Bytes founding = inside("COORDINATOR REQUEST");
    auto coordinator = parse_coordinator_request(founding);
    ASSERT_TRUE(coordinator.ok()) << coordinator.error().detail;
    EXPECT_EQ(coordinator->network, network);
    EXPECT_EQ(encode_coordinator_request(*coordinator), founding);
}

TEST_F(OwnFileVectors, Drafts) {
    auto draft = parse_draft(inside("DRAFT"));
    ASSERT_TRUE(draft.ok()) << draft.error().detail;
    EXPECT_EQ(encode_draft(*draft), inside("DRAFT"));
    auto merged = merge_drafts(*draft, *draft);
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(merged->authorisations, draft->authorisations);
    StatementDraft cut = *draft;
    cut.authorisations.pop_back();
    EXPECT_EQ(parse_draft(encode_draft(cut)).code(), Errc::malformed);
}

}  // namespace
}  // namespace rilon
