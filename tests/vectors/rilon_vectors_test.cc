// rilon_v1.json: the objects of the protocol, made by an independent implementation, case by case.
#include <gtest/gtest.h>

#include "protocol/evidence.h"
#include "protocol/officer.h"
#include "protocol/slot.h"
#include "tests/support/byte_rng.h"
#include "tests/support/fixed_authority.h"
#include "tests/support/vectors.h"

namespace rilon {
namespace {

class RilonVectors : public testing::Test {
   protected:
    void SetUp() override {
        loaded_ = load_vectors("rilon_v1.json");
        if (!loaded_) GTEST_SKIP() << "RILON_VECTORS names no folder";
        const Json& origin = v()["origin"];
        network = fixed<NetworkId>(v()["network_id"]);
        node = fixed<NodeId>(origin["node_id"]);
        std::uint16_t generation = 1;
        for (const Json& seed : origin["sign_seeds_by_generation"]) {
            pairs.push_back(sign_key_pair(secret<SignSeed>(seed)));
            authority.keys[Generation{generation++}] = pairs.back().pk;
        }
        authority.net = network;
        authority.origin = node;
        for (const Json& record : v()["directory"]["records"])
            authority.links.push_back(fixed<DirLink>(record["link"]));
    }
    const Json& v() const { return *loaded_; }
    const Json& stream(const std::string& name) const {
        for (const Json& s : v()["streams"])
            if (s["name"] == name) return s;
        throw std::runtime_error("no stream " + name);
    }
    const SignKeyPair& keys(unsigned generation) const { return pairs.at(generation - 1); }
    EpochKey epoch_key(const Json& s, unsigned epoch) const {
        return secret<EpochKey>(s["epoch_keys"][std::to_string(epoch)]);
    }
    static Bytes whole(const Json& e) {
        Bytes out = hex(e["header"]);
        for (const char* part : {"signature", "body"}) {
            Bytes more = hex(e[part]);
            out.insert(out.end(), more.begin(), more.end());
        }
        return out;
    }
    // The whole way of a received entry. On success the state has moved on.
    Result<VerifiedEntry> receive(ByteView bytes, StreamState& state) const {
        auto parsed = parse_entry(bytes);
        if (!parsed) return parsed.error();
        auto key = signer_under(*parsed, authority);
        if (!key) return key.error();
        auto checked = check_signature(std::move(*parsed), *key);
        if (!checked) return checked.error();
        return verify_under(std::move(*checked), state, authority);
    }
    // Stream A after the entry of that seq; -1: before its genesis.
    StreamState stream_a_after(int seq) const {
        StreamState state;
        for (const Json& e : stream("A")["entries"]) {
            if (e["seq"].get<int>() > seq) break;
            auto entry = receive(whole(e), state);
            if (!entry) throw std::runtime_error(entry.error().detail);
        }
        return state;
    }

    NetworkId network;
    NodeId node;
    std::vector<SignKeyPair> pairs;
    FixedAuthority authority;

   private:
    std::optional<Json> loaded_;
};

TEST_F(RilonVectors, Identities) {
    const Json& origin = v()["origin"];
    const auto first = fixed<SignPublicKey>(origin["sign_pks"][0]);
    EXPECT_EQ(pairs[0].pk, first);
    EXPECT_EQ(pairs[1].pk, fixed<SignPublicKey>(origin["sign_pks"][1]));
    EXPECT_EQ(key_id(first.view()).hex(), origin["key_id_of_first"]);
    EXPECT_EQ(enc_public_key(secret<EncSecretKey>(origin["enc_sk"])).hex(), origin["enc_pk"]);
    for (const Json& r : v()["recipients"]) {
        EXPECT_EQ(enc_public_key(secret<EncSecretKey>(r["enc_sk"])).hex(), r["enc_pk"]);
        EXPECT_EQ(key_id(hex(r["enc_pk"])).hex(), r["key_id"]);
    }
    EXPECT_EQ(make_node_id(network, first), node);
}

TEST_F(RilonVectors, EveryEntryIsAcceptedInOrderAndOpens) {
    for (const Json& s : v()["streams"]) {
        authority.derived = s["name"] == "B";
        StreamState state;
        for (const Json& e : s["entries"]) {
            SCOPED_TRACE(s["name"].get<std::string>() + ": " + e["label"].get<std::string>());
            const Bytes bytes = whole(e);
            auto entry = receive(bytes, state);
            ASSERT_TRUE(entry.ok()) << entry.error().detail;
            EXPECT_EQ(entry->id().hex(), e["entry_id"]);
            EXPECT_EQ(entry->bytes(), bytes);
            EXPECT_TRUE(equal(encode_header(entry->header()), hex(e["header"])));
            if (!e["encrypted"].get<bool>()) {
                EXPECT_EQ(to_bytes(entry->body()), hex(e["plaintext"]));
                continue;
            }
            const EpochKey key = epoch_key(s, e["epoch"]);
            auto plain = open_body(*entry, entry_key(key, state.id, entry->header().seq));
            ASSERT_TRUE(plain.ok()) << plain.error().detail;
            EXPECT_EQ(*plain, hex(e["plaintext"]));
        }
        EXPECT_EQ(state.id.hex(), s["stream_id"]);
        EXPECT_EQ(state.audience.hex(), s["audience_id"]);
    }
}

TEST_F(RilonVectors, SealingMakesTheSameBytes) {
    for (const Json& s : v()["streams"]) {
        StreamState state;
        state.network = network;
        state.origin = node;
        for (const Json& e : s["entries"]) {
            SCOPED_TRACE(s["name"].get<std::string>() + ": " + e["label"].get<std::string>());
            EntryDraft draft;
            draft.kind = static_cast<EntryKind>(e["kind"].get<int>());
            draft.precedence = static_cast<Precedence>(e["flags"].get<int>() & 3);
            draft.dir_seq = DirSeq{e["dir_seq"].get<std::uint64_t>()};
            draft.plain = hex(e["plaintext"]);
            const Generation generation{e["generation"].get<std::uint16_t>()};
            std::optional<EpochKey> key;
            if (e["encrypted"].get<bool>()) key = epoch_key(s, e["epoch"]);
            auto sealed = seal(draft, state, {keys(generation.value).sk, generation},
                               key ? &*key : nullptr, fixed<Nonce24>(e["nonce"]));
            ASSERT_TRUE(sealed.ok()) << sealed.error().detail;
            EXPECT_EQ(sealed->bytes(), whole(e));
            EXPECT_EQ(sealed->id().hex(), e["entry_id"]);
        }
    }
}

TEST_F(RilonVectors, WholeStreamsInBulk) {
    const Json& entries = stream("A")["entries"];
    std::vector<UnverifiedEntry> batch;
    for (const Json& e : entries)
        if (e["generation"] == 1) batch.push_back(std::move(*parse_entry(whole(e))));
    const std::size_t count = batch.size();
    StreamState state;
    auto verified = verify_batch_under(std::move(batch), state, authority);
    ASSERT_TRUE(verified.ok()) << verified.error().detail;
    EXPECT_EQ(verified->size(), count);
    EXPECT_EQ(state.head.value, count - 1);
}

TEST_F(RilonVectors, SupersedingGenesis) {
    const Json& s = stream("C");
    auto body = parse_genesis(hex(s["entries"][0]["body"]));
    ASSERT_TRUE(body.ok());
    ASSERT_TRUE(body->supersedes.has_value());
    EXPECT_EQ(body->supersedes->stream.hex(), s["supersedes"]["stream_id"]);
    EXPECT_EQ(body->supersedes->seq.value, s["supersedes"]["seq"].get<std::uint64_t>());
    EXPECT_EQ(body->supersedes->entry.hex(), s["supersedes"]["entry_id"]);
    EXPECT_EQ(encode_genesis(*body), hex(s["entries"][0]["body"]));
    StreamState state;
    ASSERT_TRUE(receive(whole(s["entries"][0]), state).ok());
    EXPECT_EQ(state.supersedes->entry, body->supersedes->entry);
}

Errc expected_code(const std::string& label) {
    static const std::map<std::string, Errc> others = {
        {"unknown suite", Errc::unsupported},
        {"unknown kind", Errc::unsupported},
        {"body length above the limit", Errc::too_large},
        {"another network", Errc::wrong_network},
        {"wrong prev", Errc::fork},
        {"wrong origin", Errc::unknown_key},
        {"dir_seq goes back", Errc::structure},
        {"epoch of an older grant", Errc::structure},
        {"epoch without a grant", Errc::structure},
        {"grant skips an epoch", Errc::structure},
        {"genesis whose stream_id does not recompute", Errc::structure},
        {"key generation without a key", Errc::unknown_key},
        {"redact names a grant", Errc::structure},
        {"redact names itself", Errc::structure},
        {"content after a redact, without a new grant", Errc::structure},
        {"signature flipped", Errc::bad_signature},
    };
    auto it = others.find(label);
    return it == others.end() ? Errc::malformed : it->second;
}

TEST_F(RilonVectors, EveryBadEntryIsRefused) {
    std::size_t offered = 0;
    for (const Json& bad : v()["refused"]) {
        const std::string label = bad["label"];
        SCOPED_TRACE(label);
        StreamState state = stream_a_after(bad["after_seq"]);
        const EntryId head = state.head_id;
        auto entry = receive(whole(bad), state);
        ASSERT_FALSE(entry.ok());
        EXPECT_STREQ(errc_name(entry.code()), errc_name(expected_code(label)));
        EXPECT_FALSE(entry.error().detail.empty());
        EXPECT_EQ(state.head_id, head);
        ++offered;
    }
    EXPECT_EQ(offered, 32u);
}

TEST_F(RilonVectors, Fork) {
    const Json& fork = v()["fork"];
    StreamState state = stream_a_after(fork["seq"].get<int>() - 1);
    ASSERT_TRUE(receive(whole(fork["one"]), state).ok());
    auto again = receive(whole(fork["one"]), state);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.code(), Errc::duplicate);
    auto other = receive(whole(fork["other"]), state);
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.code(), Errc::fork);
}

TEST_F(RilonVectors, CommitmentsAndDefinition) {
    for (const Json& s : v()["streams"])
        for (const auto& [epoch, commitment] : s["key_commitments"].items()) {
            const Epoch number{static_cast<std::uint32_t>(std::stoul(epoch))};
            EXPECT_EQ(key_commitment(secret<EpochKey>(s["epoch_keys"][epoch]),
                                     fixed<StreamId>(s["stream_id"]), number)
                          .hex(),
                      commitment);
        }
    const Json& b = stream("B");
    const auto id = fixed<StreamId>(b["stream_id"]);
    const EpochKey key = epoch_key(b, 1);
    auto grant = parse_grant(hex(b["entries"][1]["body"]));
    ASSERT_TRUE(grant.ok());
    EXPECT_EQ(encode_grant(*grant), hex(b["entries"][1]["body"]));
    const auto nonce = fixed<Nonce24>(b["entries"][1]["nonce"]);
    auto definition = open_definition(key, id, Epoch{1}, *grant, nonce);
    ASSERT_TRUE(definition.ok()) << definition.error().detail;
    EXPECT_EQ(encode_definition(*definition), hex(b["definition"]["bytes"]));
    EXPECT_EQ(definition->excluded,
              b["definition"]["excluded_parties"].get<std::vector<std::string>>());
    EXPECT_EQ(
        seal_definition(key, id, Epoch{1}, grant->dir_link, grant->commitment, nonce, *definition),
        grant->sealed_definition);
}

TEST_F(RilonVectors, Slots) {
    const auto origin_sk = secret<EncSecretKey>(v()["origin"]["enc_sk"]);
    const auto origin_pk = fixed<EncPublicKey>(v()["origin"]["enc_pk"]);
    const PskEntry psk{
        static_cast<std::uint32_t>(std::stoul(v()["psk_id"].get<std::string>(), nullptr, 16)),
        secret<Psk>(v()["psk"])};
    for (const Json& expected : v()["slots"]) {
        const Json& s = stream(expected["stream"]);
        const Json& r = v()["recipients"][expected["recipient"].get<std::size_t>()];
        const unsigned epoch = expected["epoch"];
        const EpochKey key = epoch_key(s, epoch);
        const SlotEnds ends{network,   fixed<StreamId>(s["stream_id"]), Epoch{epoch}, node,
                            origin_pk, fixed<EncPublicKey>(r["enc_pk"])};
        GivenRng rng(hex(expected["ephemeral_sk"]));
        auto made = make_slot(ends, origin_sk, psk, key, rng);
        ASSERT_TRUE(made.ok());
        EXPECT_EQ(encode_slot(*made), hex(expected["slot"]));

        auto slot = parse_slot(hex(expected["slot"]));
        ASSERT_TRUE(slot.ok());
        const auto own = secret<EncSecretKey>(r["enc_sk"]);
        EXPECT_EQ(slot_tag(own, origin_pk, ends.stream, ends.epoch), slot->tag);
        auto opened = open_slot(*slot, ends, own, psk);
        ASSERT_TRUE(opened.ok());
        EXPECT_EQ(key_commitment(*opened, ends.stream, ends.epoch).hex(),
                  s["key_commitments"][std::to_string(epoch)]);
    }
    const Json& bad = v()["slot_with_another_psk_must_fail"];
    auto slot = parse_slot(hex(bad["slot"]));
    ASSERT_TRUE(slot.ok());
    const Json& r = v()["recipients"][bad["recipient"].get<std::size_t>()];
    const SlotEnds ends{network, slot->stream, slot->epoch,
                        node,    origin_pk,    fixed<EncPublicKey>(r["enc_pk"])};
    const PskEntry other{slot->psk_id, secret<Psk>(bad["psk"])};
    auto opened = open_slot(*slot, ends, secret<EncSecretKey>(r["enc_sk"]), other);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.code(), Errc::cannot_open);
    EXPECT_TRUE(open_slot(*slot, ends, secret<EncSecretKey>(r["enc_sk"]), psk).ok());
}

TEST_F(RilonVectors, OfficerSignatures) {
    const Json& o = v()["officer"];
    const SignKeyPair officer = sign_key_pair(secret<SignSeed>(o["seed"]));
    EXPECT_EQ(officer.pk.hex(), o["pk"]);
    const Generation generation{o["generation"].get<std::uint16_t>()};
    EXPECT_EQ(sign(keys(generation.value).sk,
                   certificate_message(network, generation, hex(o["certificate"])))
                  .hex(),
              o["certificate_signature"]);
    const auto alert = fixed<AlertId>(o["alert_id"]);
    const Bytes operation = hex(o["operation"]);
    const Bytes message =
        officer_message(network, fixed<StreamId>(o["stream_id"]), alert, operation);
    EXPECT_EQ(sign(officer.sk, message).hex(), o["signature"]);
    const Bytes moved = officer_message(
        network, fixed<StreamId>(o["signature_over_another_stream_must_fail"]), alert, operation);
    EXPECT_TRUE(signature_ok(officer.pk, message, fixed<Signature>(o["signature"])));
    EXPECT_FALSE(signature_ok(officer.pk, moved, fixed<Signature>(o["signature"])));
}

TEST_F(RilonVectors, HeadAcksReportPossession) {
    const Json& h = v()["head"];
    const Json& head_entry = stream(h["stream"])["entries"][h["seq"].get<std::size_t>()];
    const Head head{node,
                    Generation{h["generation"].get<std::uint16_t>()},
                    fixed<StreamId>(stream(h["stream"])["stream_id"]),
                    Seq{h["seq"].get<std::uint64_t>()},
                    fixed<EntryId>(head_entry["entry_id"]),
                    UnixMillis{h["time_ms"].get<std::uint64_t>()}};
    EXPECT_EQ(make_head(network, head, keys(1).sk), hex(h["bytes"]));
    EXPECT_TRUE(verify_head(network, keys(1).pk, hex(h["bytes"])).ok());
    EXPECT_FALSE(verify_head(network, keys(2).pk, hex(h["bytes"])).ok());

    for (const char* name : {"ack", "sealed_ack"}) {
        const Json& a = v()[name];
        const Bytes bytes = hex(a.contains("plain") ? a["plain"] : a["bytes"]);
        auto ack = verify_ack(network, keys(1).pk, bytes);
        ASSERT_TRUE(ack.ok()) << ack.error().detail;
        EXPECT_EQ(ack->counter, a["counter"].get<std::uint64_t>());
        EXPECT_EQ(ack->dir_link, authority.links[a["dir_n"].get<std::size_t>()]);
        ASSERT_EQ(ack->rows.size(), a["rows"].size());
        EXPECT_EQ(ack->rows[0].seq.value, a["rows"][0]["seq"].get<std::uint64_t>());
        EXPECT_EQ(static_cast<int>(ack->rows[0].level), a["rows"][0]["level"].get<int>());
        EXPECT_EQ(make_ack(network, *ack, keys(1).sk), bytes);
    }
    const Json& s = v()["sealed_ack"];
    GivenRng rng(hex(s["ephemeral_sk"]));
    auto sealed = seal_ack(hex(s["plain"]), fixed<EncPublicKey>(s["to_enc_pk"]), rng);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(*sealed, hex(s["sealed"]));
    auto opened = open_ack(*sealed, secret<EncSecretKey>(v()["origin"]["enc_sk"]));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, hex(s["plain"]));

    const Json& r = v()["report"];
    const Generation generation{r["generation"].get<std::uint16_t>()};
    const auto signature = fixed<Signature>(r["signature"]);
    EXPECT_EQ(sign_report(network, node, generation, hex(r["report"]), keys(1).sk), signature);
    EXPECT_TRUE(report_ok(network, node, generation, hex(r["report"]), keys(1).pk, signature));

    const Json& p = v()["possession"];
    EXPECT_EQ(sign(keys(1).sk, possession_message(network, hex(p["request"]))).hex(),
              p["signature"]);
}

}  // namespace
}  // namespace rilon
