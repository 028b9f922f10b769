// The project's own vectors of streams, slots, forks, content and evidence: the whole way of a
// received entry under a real directory, and the same bytes sealed again.
#include "protocol/alert.h"
#include "protocol/alert.pb.h"
#include "protocol/content.pb.h"
#include "protocol/epoch.h"
#include "protocol/evidence.h"
#include "protocol/officer.h"
#include "protocol/slot.h"
#include "protocol/stream.h"
#include "tests/support/byte_rng.h"
#include "tests/support/own_vectors.h"

namespace rilon {
namespace {

class OwnStreamVectors : public testing::Test {
   protected:
    const Json records = load_own("directory.json");
    const Json file = load_own("streams.json");
    const Directory directory = own_directory(records, records["records"].size());
    const NetworkId network = directory.network();

    const Json& stream(const std::string& name) const {
        for (const Json& s : file["streams"])
            if (s["name"] == name) return s;
        throw std::runtime_error("no stream " + name);
    }
    static std::optional<AudienceDefinition> definition_of(const Json& s) {
        if (s["definition"] == "") return std::nullopt;
        return *parse_definition(hex(s["definition"]));
    }
    static Result<VerifiedEntry> receive(ByteView bytes, StreamState& state,
                                         const AcceptContext& context) {
        auto parsed = parse_entry(bytes);
        if (!parsed) return parsed.error();
        auto key = signer_of(*parsed, context.directory);
        if (!key) return key.error();
        auto checked = check_signature(std::move(*parsed), *key);
        if (!checked) return checked.error();
        return verify(std::move(*checked), state, context);
    }
    // The stream after the first `count` of its entries.
    StreamState state_after(const Json& s, std::size_t count, const AcceptContext& context) const {
        StreamState state;
        for (std::size_t i = 0; i < count; ++i) {
            auto entry = receive(hex(s["entries"][i]["entry"]), state, context);
            if (!entry) throw std::runtime_error(entry.error().detail);
        }
        return state;
    }
    Result<UnverifiedEntry> grant_entry(const Json& s, std::uint64_t epoch) const {
        for (const Json& e : s["entries"])
            if (e["kind"] == 2 && number(e["epoch"]) == epoch) return parse_entry(hex(e["entry"]));
        throw std::runtime_error("no such grant");
    }
    SlotEnds ends_of(const UnverifiedEntry& grant, const EncPublicKey& reader) const {
        const EntryHeader& h = grant.header();
        return {
            network, h.stream, h.epoch, h.origin, directory.at(h.dir_seq)->node(h.origin)->enc_pk,
            reader};
    }
};

TEST_F(OwnStreamVectors, EveryEntryIsAcceptedAndOpens) {
    for (const Json& s : file["streams"]) {
        StreamState state;
        const auto definition = definition_of(s);
        const AcceptContext context{directory, definition ? &*definition : nullptr};
        for (const Json& e : s["entries"]) {
            SCOPED_TRACE(s["name"].get<std::string>() + " seq " + e["seq"].dump());
            const Bytes bytes = hex(e["entry"]);
            auto entry = receive(bytes, state, context);
            ASSERT_TRUE(entry.ok()) << entry.error().detail;
            EXPECT_EQ(entry->id().hex(), e["entry_id"]);
            EXPECT_EQ(entry->bytes(), bytes);
            if (is_clear(entry->header().kind)) continue;
            const EpochKey key = secret<EpochKey>(s["epoch_keys"][number(e["epoch"]) - 1]);
            auto plain = open_body(*entry, entry_key(key, state.id, entry->header().seq));
            ASSERT_TRUE(plain.ok()) << plain.error().detail;
            EXPECT_EQ(*plain, hex(e["plain"]));
            EXPECT_TRUE(parse_absent_entry(entry->prefix()).ok());
        }
        EXPECT_EQ(state.id.hex(), s["stream_id"]);
    }
}

TEST_F(OwnStreamVectors, SealingMakesTheSameBytes) {
    for (const Json& s : file["streams"]) {
        StreamState state;
        state.network = network;
        state.origin = fixed<NodeId>(s["origin"]);
        for (const Json& e : s["entries"]) {
            EntryDraft draft{static_cast<EntryKind>(number(e["kind"])),
                             static_cast<Precedence>(number(e["precedence"])),
                             DirSeq{number(e["dir_seq"])}, hex(e["plain"])};
            const Generation generation = generation_of(e["generation"]);
            const SignKeyPair keys =
                sign_key_pair(secret<SignSeed>(s["sign_seeds"][generation.value - 1u]));
            std::optional<EpochKey> key;
            if (!is_clear(draft.kind))
                key = secret<EpochKey>(s["epoch_keys"][number(e["epoch"]) - 1]);
            auto sealed = seal(draft, state, {keys.sk, generation}, key ? &*key : nullptr,
                               fixed<Nonce24>(e["nonce"]));
            ASSERT_TRUE(sealed.ok()) << sealed.error().detail;
            EXPECT_EQ(sealed->bytes(), hex(e["entry"]));
        }
    }
}

TEST_F(OwnStreamVectors, EveryBadEntryIsRefused) {
    for (const Json& vector : file["refused"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        const Directory then = own_directory(records, number(vector["records"]));
        const auto held = static_cast<std::size_t>(vector["after"].get<std::int64_t>() + 1);
        StreamState state;
        if (held > 0) state = state_after(stream(vector["stream"]), held, {then});
        const EntryId head = state.head_id;
        expect_refused(receive(hex(vector["entry"]), state, {then}), vector);
        EXPECT_EQ(state.head_id, head);
    }
}

TEST_F(OwnStreamVectors, Definitions) {
    std::size_t seen = 0;
    for (const Json& s : file["streams"]) {
        const auto given = definition_of(s);
        if (!given) continue;
        ++seen;
        auto grant = grant_entry(s, 1);
        ASSERT_TRUE(grant.ok());
        const EntryHeader& h = grant->header();
        const EpochKey key = secret<EpochKey>(s["epoch_keys"][0]);
        auto body = parse_grant(grant->body());
        ASSERT_TRUE(body.ok());
        EXPECT_EQ(key_commitment(key, h.stream, h.epoch), body->commitment);
        auto opened = open_definition(key, h.stream, h.epoch, *body, h.nonce);
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        EXPECT_EQ(encode_definition(*opened), hex(s["definition"]));
        EXPECT_EQ(check_definition(directory, *opened, nullptr, h.origin, h.dir_seq).ok(),
                  s["definition_is_true"].get<bool>())
            << s["name"];
    }
    EXPECT_EQ(seen, 2u);
}

TEST_F(OwnStreamVectors, Slots) {
    for (const Json& vector : file["slots"]) {
        const Json& s = stream(vector["stream"]);
        auto grant = grant_entry(s, number(vector["epoch"]));
        ASSERT_TRUE(grant.ok());
        const auto reader = secret<EncSecretKey>(vector["reader_sk"]);
        const SlotEnds ends = ends_of(*grant, enc_public_key(reader));
        EXPECT_EQ(
            directory.at(grant->header().dir_seq)->node(fixed<NodeId>(vector["reader"]))->enc_pk,
            ends.recipient_pk);
        auto slot = parse_slot(hex(vector["slot"]));
        ASSERT_TRUE(slot.ok());
        EXPECT_EQ(encode_slot(*slot), hex(vector["slot"]));
        EXPECT_EQ(slot->tag, slot_tag(reader, ends.origin_pk, ends.stream, ends.epoch));
        EXPECT_EQ(slot->psk_id, number(vector["psk_generation"]));
        auto key = open_slot(*slot, ends, reader, {slot->psk_id, secret<Psk>(vector["psk"])});
        ASSERT_TRUE(key.ok()) << key.error().detail;
        EXPECT_EQ(to_hex(key->expose()), s["epoch_keys"][number(vector["epoch"]) - 1]);
    }
    for (const Json& vector : file["slots_refused"]) {
        auto grant = grant_entry(stream(vector["stream"]), number(vector["epoch"]));
        ASSERT_TRUE(grant.ok());
        const auto reader = secret<EncSecretKey>(vector["reader_sk"]);
        auto open = [&]() -> Status {
            auto slot = parse_slot(hex(vector["slot"]));
            if (!slot) return slot.error();
            const SlotEnds ends = ends_of(*grant, enc_public_key(reader));
            auto key = open_slot(*slot, ends, reader, {slot->psk_id, secret<Psk>(vector["psk"])});
            if (!key) return key.error();
            auto body = parse_grant(grant->body());
            if (key_commitment(*key, ends.stream, ends.epoch) != body->commitment)
                return {Errc::cannot_open, "not the key the grant commits to"};
            return {};
        };
        expect_refused(open(), vector);
    }
}

TEST_F(OwnStreamVectors, Forks) {
    auto proof = [](const Json& v) { return ForkProof{hex(v["one"]), hex(v["other"])}; };
    const Status good = verify_fork(proof(file["forks"]["good"]), directory);
    EXPECT_TRUE(good.ok()) << (good.ok() ? "" : good.error().detail);
    for (const Json& vector : file["forks"]["refused"])
        expect_refused(verify_fork(proof(vector), directory), vector);
}

TEST_F(OwnStreamVectors, Content) {
    const Json contents = load_own("content.json");
    for (const Json& vector : contents["good"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        const Json& s = stream(vector["stream"]);
        const Json& e = s["entries"][number(vector["seq"])];
        const Bytes plain = hex(vector["plain"]);
        auto read = verify_content(plain, directory, fixed<NodeId>(s["origin"]),
                                   fixed<StreamId>(s["stream_id"]), DirSeq{number(e["dir_seq"])});
        ASSERT_TRUE(read.ok()) << read.error().detail;
        EXPECT_EQ(read->officer.display_sign, "LO-3");
        auto parts = parse_content(plain);
        ASSERT_TRUE(parts.ok());
        EXPECT_EQ(
            encode_content(parts->certificate, parts->alert, parts->operation, parts->signature),
            plain);
    }
    const Json& place = contents["place"];
    for (const Json& vector : contents["refused"])
        expect_refused(
            verify_content(hex(vector["plain"]), directory, fixed<NodeId>(place["origin"]),
                           fixed<StreamId>(place["stream_id"]), DirSeq{number(place["dir_seq"])}),
            vector);
}

// Without a look at the key the officer's signature holds: the fault is real.
TEST_F(OwnStreamVectors, Row46OfficersKeyWithAPartOfSmallOrderIsRefused) {
    const Json contents = load_own("content.json");
    const Json& place = contents["place"];
    std::size_t seen = 0;
    for (const Json& vector : contents["refused"]) {
        if (vector["code"] != "invalid") continue;
        ++seen;
        auto content = parse_content(hex(vector["plain"]));
        ASSERT_TRUE(content.ok());
        proto::OfficerCertificate certificate;
        ASSERT_TRUE(certificate.ParseFromString(std::string(as_text(content->certificate.bytes))));
        EXPECT_TRUE(signature_ok(*SignPublicKey::parse(certificate.sign_pk()),
                                 officer_message(network, fixed<StreamId>(place["stream_id"]),
                                                 content->alert, content->operation),
                                 content->signature));
        EXPECT_EQ(
            verify_content(hex(vector["plain"]), directory, fixed<NodeId>(place["origin"]),
                           fixed<StreamId>(place["stream_id"]), DirSeq{number(place["dir_seq"])})
                .code(),
            Errc::invalid);
    }
    EXPECT_EQ(seen, 1u);
}

TEST(OwnContentVectors, Operations) {
    const Json contents = load_own("content.json");
    std::set<int> kinds;
    for (const Json& vector : contents["operations"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        const Bytes bytes = hex(vector["operation"]);
        auto operation = parse_operation(bytes);
        ASSERT_TRUE(operation.ok()) << operation.error().detail;
        EXPECT_EQ(to_bytes(as_bytes(operation->SerializeAsString())), bytes);
        if (operation->has_publish()) kinds.insert(operation->publish().kind_case());
    }
    EXPECT_EQ(kinds.size(), 13u);  // Every kind of alert.
    for (const Json& vector : contents["operations_refused"])
        expect_refused(parse_operation(hex(vector["operation"])), vector);
}

class OwnEvidenceVectors : public testing::Test {
   protected:
    const Json file = load_own("evidence.json");
    const Directory directory = own_directory();
    const NetworkId network = directory.network();
};

TEST_F(OwnEvidenceVectors, Acks) {
    for (const Json& vector : file["acks"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        auto read = verify_ack(directory, hex(vector["bytes"]));
        ASSERT_TRUE(read.ok()) << read.error().detail;
        Ack made{fixed<NodeId>(vector["node"]),
                 generation_of(vector["generation"]),
                 number(vector["counter"]),
                 DirSeq{number(vector["dir_n"])},
                 fixed<DirLink>(vector["dir_link"]),
                 fixed<Hash32>(vector["audit_head"]),
                 {}};
        for (const Json& row : vector["rows"])
            made.rows.push_back({fixed<StreamId>(row["stream"]), Seq{number(row["seq"])},
                                 fixed<EntryId>(row["entry"]),
                                 static_cast<AckLevel>(number(row["level"]))});
        EXPECT_EQ(read->dir_link, directory.at(made.dir_n)->link);
        EXPECT_EQ(make_ack(network, made, sign_key_pair(secret<SignSeed>(vector["seed"])).sk),
                  hex(vector["bytes"]));
    }
    for (const Json& vector : file["acks_refused"])
        expect_refused(verify_ack(directory, hex(vector["bytes"])), vector);
}

TEST_F(OwnEvidenceVectors, SealedAcks) {
    const Json& given = file["sealed"];
    const auto to = secret<EncSecretKey>(given["to_sk"]);
    auto opened = open_ack(hex(given["sealed"]), to);
    ASSERT_TRUE(opened.ok()) << opened.error().detail;
    EXPECT_EQ(*opened, hex(given["plain"]));
    EXPECT_TRUE(verify_ack(directory, *opened).ok());
    GivenRng rng(hex(given["ephemeral_sk"]));
    auto sealed = seal_ack(hex(given["plain"]), enc_public_key(to), rng);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(*sealed, hex(given["sealed"]));
    for (const Json& vector : file["sealed_refused"])
        expect_refused(open_ack(hex(vector["sealed"]), secret<EncSecretKey>(vector["to_sk"])),
                       vector);
}

TEST_F(OwnEvidenceVectors, HeadAndReport) {
    const Json& h = file["head"];
    const SignKeyPair keys = sign_key_pair(secret<SignSeed>(h["seed"]));
    const Head head{fixed<NodeId>(h["node"]),     generation_of(h["generation"]),
                    fixed<StreamId>(h["stream"]), Seq{number(h["seq"])},
                    fixed<EntryId>(h["entry"]),   UnixMillis{number(h["time_ms"])}};
    EXPECT_EQ(make_head(network, head, keys.sk), hex(h["bytes"]));
    EXPECT_TRUE(verify_head(directory, hex(h["bytes"])).ok());
    Bytes damaged = hex(h["bytes"]);
    damaged[100] ^= 1;
    EXPECT_EQ(verify_head(directory, damaged).code(), Errc::bad_signature);
    const Json& r = file["report"];
    const auto signature = fixed<Signature>(r["signature"]);
    const auto node = fixed<NodeId>(r["node"]);
    EXPECT_TRUE(report_ok(network, node, Generation{1}, hex(r["report"]), keys.pk, signature));
    EXPECT_FALSE(report_ok(network, node, Generation{2}, hex(r["report"]), keys.pk, signature));
}

}  // namespace
}  // namespace rilon
