// The directory's objects against vectors made by an independent implementation. The folder with
// them is named by RILON_VECTORS; without it the tests say that they were skipped.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "protocol/audience.h"
#include "protocol/directory.h"
#include "protocol/request.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

using Json = nlohmann::json;

// Null when the environment names no folder.
Json load(const char* file) {
    const char* folder = std::getenv("RILON_VECTORS");
    if (folder == nullptr) return nullptr;
    std::ifstream in(std::string(folder) + "/" + file);
    return Json::parse(in);
}

Bytes hex(const Json& value) {
    auto bytes = from_hex(value.get<std::string>());
    EXPECT_TRUE(bytes.ok());
    return bytes ? *bytes : Bytes{};
}

template <class Fixed>
Fixed fixed(const Json& value) {
    return Fixed::copy_of(hex(value));
}

SignKeyPair pair_of_seed(const Json& seed) {
    return sign_key_pair(SignSeed(hex(seed)));
}

class DirectoryVectors : public testing::Test {
   protected:
    void SetUp() override {
        all = load("rilon_v1.json");
        if (all.is_null()) GTEST_SKIP() << "RILON_VECTORS is not set";
        network = fixed<NetworkId>(all["network_id"]);
    }
    Json all;
    NetworkId network;
};

TEST_F(DirectoryVectors, NodeAndKeyIds) {
    const Json& origin = all["origin"];
    SignPublicKey pk = fixed<SignPublicKey>(origin["sign_pks"][0]);
    EXPECT_EQ(make_node_id(network, pk).hex(), origin["node_id"]);
    EXPECT_EQ(key_id(pk.view()).hex(), origin["key_id_of_first"]);
}

TEST_F(DirectoryVectors, LinksAndAuthorisations) {
    const Json& directory = all["directory"];
    SignKeyPair person = pair_of_seed(directory["person_seed"]);
    DirLink link;
    ASSERT_FALSE(directory["records"].empty());
    for (const Json& item : directory["records"]) {
        DirectoryRecord record{DirSeq{item["n"]}, UnixMillis{item["recorded_ms"]},
                               hex(item["statement"]), hex(item["authorisations"])};
        EXPECT_EQ(make_authorisation(network, record.statement, person.pk, person.sk),
                  record.authorisations);
        link = directory_link(network, record, link);
        EXPECT_EQ(link.hex(), item["link"]);
    }
}

TEST_F(DirectoryVectors, Checkpoint) {
    const Json& directory = all["directory"];
    const Json& item = directory["checkpoint"];
    SignKeyPair online = pair_of_seed(directory["online_seed"]);
    DirLink link = fixed<DirLink>(directory["records"].back()["link"]);
    Checkpoint made =
        make_checkpoint(network, DirSeq{item["n"]}, link, UnixMillis{item["issued_ms"]}, online.sk);
    EXPECT_EQ(to_hex(encode_checkpoint(network, made)), item["bytes"]);
    auto read = verify_checkpoint(network, online.pk, hex(item["bytes"]));
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(read->n.value, item["n"]);
    EXPECT_EQ(read->issued.value, item["issued_ms"]);
    EXPECT_EQ(read->link, link);
}

TEST_F(DirectoryVectors, Possession) {
    Bytes message = possession_message(network, hex(all["possession"]["request"]));
    SignKeyPair origin = pair_of_seed(all["origin"]["sign_seeds_by_generation"][0]);
    Signature signature = fixed<Signature>(all["possession"]["signature"]);
    EXPECT_TRUE(signature_ok(origin.pk, message, signature));
    EXPECT_EQ(sign(origin.sk, message), signature);
}

TEST_F(DirectoryVectors, Definition) {
    bool found = false;
    for (const Json& stream : all["streams"]) {
        if (!stream.contains("definition")) continue;
        found = true;
        const Json& item = stream["definition"];
        AudienceDefinition definition;
        definition.base = fixed<AudienceId>(item["base"]);
        definition.excluded = item["excluded_parties"].get<std::vector<std::string>>();
        for (const Json& node : item["named_nodes"])
            definition.named.push_back(fixed<NodeId>(node));
        for (const Json& key : item["recipient_key_ids"])
            definition.recipients.push_back(fixed<KeyId>(key));
        EXPECT_EQ(to_hex(encode_definition(definition)), item["bytes"]);
        auto read = parse_definition(hex(item["bytes"]));
        ASSERT_TRUE(read.ok());
        EXPECT_TRUE(read->same_audience(definition));
        EXPECT_EQ(read->recipients, definition.recipients);
    }
    EXPECT_TRUE(found);
}

class Row46LowOrderKeys : public testing::Test {
   protected:
    void SetUp() override {
        cases = load("cctv_ed25519vectors.json");
        if (cases.is_null()) GTEST_SKIP() << "RILON_VECTORS is not set";
    }
    static bool low_order(const Json& item) {
        if (!item.contains("flags") || !item["flags"].is_array()) return false;
        for (const Json& flag : item["flags"])
            if (flag == "low_order_A" || flag == "low_order_component_A") return true;
        return false;
    }
    Json cases;
};

// Without our check libsodium accepts signatures by such keys: the fault is real.
TEST_F(Row46LowOrderKeys, LibsodiumVerifiesFortyThreeOfThem) {
    std::size_t verified = 0;
    std::size_t refused_by_enrolment = 0;
    for (const Json& item : cases) {
        SignPublicKey pk = fixed<SignPublicKey>(item["key"]);
        std::string message = item["msg"];
        if (!signature_ok(pk, as_bytes(message), fixed<Signature>(item["sig"]))) continue;
        ++verified;
        if (!valid_sign_key(pk)) ++refused_by_enrolment;
    }
    EXPECT_EQ(verified, 43u);
    EXPECT_EQ(refused_by_enrolment, 42u);  // The other is an ordinary signature.
}

TEST_F(Row46LowOrderKeys, EnrolmentRefusesEveryOne) {
    TestNetwork net;
    std::set<std::string> keys;
    for (const Json& item : cases)
        if (low_order(item)) keys.insert(item["key"].get<std::string>());
    ASSERT_GT(keys.size(), 10u);
    for (const std::string& key : keys) {
        TestNode node = net.make_node("low", "AUS", "BKK");
        node.application.sign_pk = *SignPublicKey::parse_hex(key);
        proto::SignedRequest request = net.request(node);
        EXPECT_EQ(parse_node_request(net.id(), request).code(), Errc::invalid) << key;
        EXPECT_EQ(net.apply(net.drafter().add_node(request), net.admitters("AUS", "BKK")).code(),
                  Errc::invalid)
            << key;
        TestPerson person = net.make_person("Low", "AUS");
        person.person.sign_pk = node.application.sign_pk;
        EXPECT_EQ(parse_person_request(net.id(), net.request(person)).code(), Errc::invalid);
    }
}

}  // namespace
}  // namespace rilon
