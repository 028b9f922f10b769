// The rules of the chain and of each statement, the founding network as the ground.
#include "protocol/directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "tests/support/founding.h"

namespace rilon {
namespace {

using Signers = TestNetwork::Signers;

class DirectoryTest : public testing::Test {
   protected:
    void expect(const Bytes& statement, const Signers& signers, Errc code) {
        Status status = net.apply(statement, signers);
        ASSERT_FALSE(status.ok()) << "applied";
        EXPECT_EQ(status.code(), code) << status.error().detail;
    }
    void expect_applied(const Bytes& statement, const Signers& signers) {
        Status status = net.apply(statement, signers);
        EXPECT_TRUE(status.ok()) << status.error().detail;
    }
    Standing standing(const std::string& name) const {
        return net.state().node(net.node(name).id)->standing;
    }
    StreamCut cut(Byte tag, std::uint64_t seq) {
        StreamCut out;
        out.stream.data()[0] = tag;
        out.seq = Seq{seq};
        out.entry.data()[0] = static_cast<Byte>(tag + seq);
        return out;
    }
    Bytes admit_as(const std::string& name, const std::string& party, const std::string& rilon) {
        return net.drafter().add_node(net.request(net.make_node(name, party, rilon)));
    }

    TestNetwork net;
};

TEST_F(DirectoryTest, AFoundedNetworkHasWhatItsOptionsSay) {
    EXPECT_EQ(net.state().rso.size(), 3u);
    EXPECT_EQ(net.state().rilons.size(), 2u);
    EXPECT_EQ(net.state().nodes.size(), 8u);
    EXPECT_EQ(net.state().coordinators.size(), 1u);
    const NodeRecord* node = net.state().node_by_name("aus-bkk");
    ASSERT_NE(node, nullptr);
    EXPECT_EQ(node->current_key().generation, Generation{1});
    EXPECT_EQ(net.state().node_by_transport(net.node("aus-bkk").transport.pk), node);
    EXPECT_EQ(net.state().coordinator_by_transport(net.coordinator().info.transport_pk)->name,
              "coordinator-1");
    auto roles = net.state().person_by_key(key_id(net.chair("BKK").person.sign_pk.view()));
    ASSERT_TRUE(roles.has_value());
    EXPECT_EQ(roles->chair_of, std::vector<std::string>{"BKK"});
    EXPECT_FALSE(roles->rso);
}

TEST_F(DirectoryTest, TheSameSeedGivesTheSameLinks) {
    TestNetwork again;
    EXPECT_EQ(again.state().link, net.state().link);
    FoundingOptions options;
    options.seed = 2;
    EXPECT_NE(TestNetwork(options).state().link, net.state().link);
}

TEST_F(DirectoryTest, ReplayReachesTheSameLinks) {
    net.suspend("aus-bkk");
    net.advance(suspend_lapse_ms);
    net.rotate_encryption("can-bkk");
    net.revoke("gbr-kul");
    Directory replayed(net.id());
    for (std::uint64_t n = 0; n < net.directory().size(); ++n) {
        auto record = parse_record(encode_record(net.directory().record(DirSeq{n})));
        ASSERT_TRUE(record.ok());
        ASSERT_TRUE(replayed.apply(*record).ok()) << n;
        EXPECT_EQ(replayed.now().link, net.directory().at(DirSeq{n})->link);
    }
    EXPECT_EQ(replayed.now().audience_by_name("BKK")->members,
              net.state().audience_by_name("BKK")->members);
}

TEST_F(DirectoryTest, AnyFlippedBitIsRefusedOrChangesTheLink) {
    FoundingOptions small;
    small.rilons = {{"BKK", "THA"}};
    small.missions = {};
    TestNetwork tiny(small);
    for (std::uint64_t n = 0; n < tiny.directory().size(); ++n) {
        Directory before(tiny.id());
        for (std::uint64_t i = 0; i < n; ++i)
            ASSERT_TRUE(before.apply(tiny.directory().record(DirSeq{i})).ok());
        Bytes good = encode_record(tiny.directory().record(DirSeq{n}));
        for (std::size_t bit = 0; bit < good.size() * 8; bit += 1 + bit % 7) {
            Bytes bad = good;
            bad[bit / 8] = static_cast<Byte>(bad[bit / 8] ^ (1 << (bit % 8)));
            auto record = parse_record(bad);
            Directory copy = before;
            if (!record || !copy.apply(*record)) continue;
            EXPECT_NE(copy.now().link, tiny.directory().at(DirSeq{n})->link) << n << " " << bit;
        }
    }
}

TEST_F(DirectoryTest, RecordsFollowOneAnotherInNumberAndTime) {
    Bytes statement = net.drafter().activate("x");
    DirectoryRecord record = net.next_record(statement, net.authorise(statement, net.threshold()));
    DirectoryRecord wrong = record;
    wrong.n = record.n.next();
    EXPECT_EQ(net.directory().apply(wrong).code(), Errc::structure);
    wrong = record;
    wrong.recorded = UnixMillis{record.recorded.value - 1};
    EXPECT_EQ(net.directory().apply(wrong).code(), Errc::structure);
    EXPECT_TRUE(net.directory().apply(record).ok());
    EXPECT_EQ(net.directory().at(record.n.next()), nullptr);
}

TEST_F(DirectoryTest, ADirectoryBeginsWithItsRoot) {
    Directory empty(net.id());
    DirectoryRecord second = net.directory().record(DirSeq{1});
    second.n = DirSeq{0};
    EXPECT_EQ(empty.apply(second).code(), Errc::structure);
    Directory other(net.rng().bytes<NetworkId>());
    EXPECT_FALSE(other.apply(net.directory().record(DirSeq{0})).ok());
}

TEST_F(DirectoryTest, StatementsOfALaterVersionAreUnsupported) {
    Bytes statement = net.drafter().activate("x");
    Bytes unknown_body = statement;
    unknown_body.insert(unknown_body.end(), {0xba, 0x03, 0x00});  // Field 55.
    expect(unknown_body, net.threshold(), Errc::unsupported);
    Bytes twice = statement;
    twice.insert(twice.end(), {0x10, 0x00});  // `base` again.
    expect(twice, net.threshold(), Errc::malformed);
    Bytes two_bodies = statement;
    two_bodies.insert(two_bodies.end(), {0x92, 0x01, 0x00});  // ConfirmSuspend.
    expect(two_bodies, net.threshold(), Errc::malformed);
    Bytes cut_short(statement.begin(), statement.end() - 1);
    expect(cut_short, net.threshold(), Errc::malformed);
    expect(Bytes(statement_bytes_max + 1), net.threshold(), Errc::malformed);
    expect({}, net.threshold(), Errc::malformed);
}

TEST_F(DirectoryTest, ANodeNeedsItsPartyItsRilonAndANameOfItsOwn) {
    expect(admit_as("ghost", "NZL", "BKK"), {&net.rso(0), &net.chair("BKK")}, Errc::not_authorised);
    net.add_party("NZL");
    expect(admit_as("nzl-cmb", "NZL", "CMB"), {&net.administrator("NZL"), &net.rso(0)},
           Errc::not_authorised);
    expect(admit_as("aus-bkk", "NZL", "BKK"), net.admitters("NZL", "BKK"), Errc::invalid);
    expect(admit_as("coordinator-1", "NZL", "BKK"), net.admitters("NZL", "BKK"), Errc::invalid);
    for (const char* name : {"", "NZL", "nzl_bkk", "-nzl", "nzl-", "nzl--bkk", "nzl bkk"})
        expect(admit_as(name, "NZL", "BKK"), net.admitters("NZL", "BKK"), Errc::malformed);
    expect(admit_as(std::string(33, 'a'), "NZL", "BKK"), net.admitters("NZL", "BKK"),
           Errc::malformed);
    net.admit(net.make_node("nzl-bkk", "NZL", "BKK"));
}

TEST_F(DirectoryTest, ARevokedNodesNameAndKeysAreNotUsedAgain) {
    net.revoke("aus-bkk");
    expect(admit_as("aus-bkk", "AUS", "BKK"), net.admitters("AUS", "BKK"), Errc::invalid);
    TestNode same_key = net.make_node("aus-bkk-2", "AUS", "BKK");
    same_key.application.transport_pk = net.node("aus-bkk").transport.pk;
    expect(net.drafter().add_node(net.request(same_key)), net.admitters("AUS", "BKK"),
           Errc::invalid);
}

TEST_F(DirectoryTest, KeysOfOthersAreRefused) {
    TestNode node = net.make_node("copy", "AUS", "BKK");
    node.application.enc_pk = net.node("can-bkk").enc.back().pk;
    expect(net.drafter().add_node(net.request(node)), net.admitters("AUS", "BKK"), Errc::invalid);
    node = net.make_node("copy", "AUS", "BKK");
    node.application.transport_pk = net.coordinator().info.transport_pk;
    expect(net.drafter().add_node(net.request(node)), net.admitters("AUS", "BKK"), Errc::invalid);
    node = net.make_node("copy", "AUS", "BKK");  // One key for two uses.
    node.application.transport_pk = TransportPublicKey::copy_of(node.application.enc_pk.view());
    expect(net.drafter().add_node(net.request(node)), net.admitters("AUS", "BKK"), Errc::invalid);
    TestPerson thief = net.make_person("Thief", "AUS");
    TestPerson same{thief.person, net.rso(0).sk.duplicate(), thief.transport_sk.duplicate()};
    same.person.sign_pk = net.rso(0).person.sign_pk;
    proto::SignedRequest request = net.request(same);
    expect(net.drafter().add_party({"AUS", "Australia", "", {}}, {&request, 1}), net.threshold(),
           Errc::invalid);
    EncPublicKey old = net.node("aus-bkk").enc.back().pk;
    net.rotate_encryption("aus-bkk");
    Bytes back = net.drafter().rotate_encryption(net.node("aus-bkk").id, old);
    EXPECT_EQ(net.apply(back, net.node("aus-bkk")).code(), Errc::invalid);
}

TEST_F(DirectoryTest, APersonMayServeInTwoRolesWithHisKey) {
    proto::SignedRequest request = net.request(net.chair("BKK"));
    expect(net.drafter().add_party({"AUS", "Australia", "", {}}, {&request, 1}), net.threshold(),
           Errc::invalid);  // THA's chair is no administrator of AUS.
    expect_applied(net.drafter().add_party({"THA", "Thailand", "", {}}, {&request, 1}),
                   net.threshold());
    auto roles = net.state().person_by_key(key_id(net.chair("BKK").person.sign_pk.view()));
    EXPECT_EQ(roles->administrator_of, std::vector<std::string>{"THA"});
    EXPECT_EQ(roles->chair_of, std::vector<std::string>{"BKK"});
}

TEST_F(DirectoryTest, LowOrderX25519KeysAreRefused) {
    TestNode node = net.make_node("low", "AUS", "BKK");
    node.application.enc_pk = {};
    expect(net.drafter().add_node(net.request(node)), net.admitters("AUS", "BKK"), Errc::invalid);
    node = net.make_node("low", "AUS", "BKK");
    node.application.transport_pk = {};
    node.application.transport_pk.data()[0] = 1;
    expect(net.drafter().add_node(net.request(node)), net.admitters("AUS", "BKK"), Errc::invalid);
}

TEST_F(DirectoryTest, ReplacingASigningKeyKeepsTheOldGenerationWithItsCuts) {
    DirSeq before = net.state().n;
    StreamCut at = cut(1, 7);
    net.replace_signing_key("aus-bkk", {&at, 1});
    NodeId id = net.node("aus-bkk").id;
    const NodeRecord& node = *net.state().node(id);
    ASSERT_EQ(node.signing.size(), 2u);
    EXPECT_TRUE(node.signing[0].replaced);
    EXPECT_EQ(node.current_key().generation, Generation{2});
    EXPECT_EQ(node.current_key().pk, net.node("aus-bkk").pk());
    EXPECT_EQ(net.directory().signing_key(id, Generation{2}, before), nullptr);
    EXPECT_NE(net.directory().signing_key(id, Generation{2}, net.state().n), nullptr);
    EXPECT_FALSE(net.directory().signing_key(id, Generation{1}, before)->replaced);
    // Without possession, with an old key, or with two cuts of a stream: refused.
    SignKeyPair next = make_sign_key_pair(net.rng());
    StreamCut both[] = {at, at};
    expect(net.drafter().replace_key(net.id(), id, {&next, nullptr}, both),
           net.admitters("AUS", "BKK"), Errc::invalid);
    expect(net.drafter().replace_key(net.id(), net.node("can-bkk").id,
                                     {&net.node("aus-bkk").sign[0], nullptr}, {}),
           net.admitters("CAN", "BKK"), Errc::invalid);
    expect(net.drafter().replace_key(net.rng().bytes<NetworkId>(), id, {&next, nullptr}, {}),
           net.admitters("AUS", "BKK"), Errc::bad_signature);
}

TEST_F(DirectoryTest, AReplacedTransportKeyIsItsNodesForEver) {
    const NodeId id = net.node("aus-bkk").id;
    const TransportPublicKey first = net.state().node(id)->transport_pk;
    const DirSeq before = net.state().n;
    auto replace = [&](const TransportPublicKey& pk) {
        expect_applied(net.drafter().replace_key(net.id(), id, {nullptr, &pk}, {}),
                       net.admitters("AUS", "BKK"));
    };
    const TransportPublicKey second = make_transport_key_pair(net.rng()).pk;
    const TransportPublicKey third = make_transport_key_pair(net.rng()).pk;
    replace(second);
    replace(third);
    const DirectoryState& now = net.state();
    EXPECT_EQ(now.node(id)->transport_pk, third);
    EXPECT_EQ(now.node(id)->old_transports, (std::vector<TransportPublicKey>{first, second}));
    for (const TransportPublicKey& pk : {first, second}) {
        EXPECT_EQ(now.node_by_transport(pk), nullptr);
        EXPECT_EQ(now.node_once_by_transport(pk), now.node(id));
    }
    EXPECT_EQ(now.node_once_by_transport(third), now.node(id));
    EXPECT_EQ(now.node_once_by_transport(make_transport_key_pair(net.rng()).pk), nullptr);
    EXPECT_EQ(net.directory().at(before)->node_once_by_transport(second), nullptr);
    // The signing key and its streams are untouched.
    EXPECT_EQ(now.node(id)->signing.size(), 1u);
    // Nobody's key a second time: its own old one, nor as another node's.
    expect(net.drafter().replace_key(net.id(), id, {nullptr, &first}, {}),
           net.admitters("AUS", "BKK"), Errc::invalid);
    expect(net.drafter().replace_key(net.id(), net.node("can-bkk").id, {nullptr, &first}, {}),
           net.admitters("CAN", "BKK"), Errc::invalid);
}

TEST_F(DirectoryTest, SuspensionLapsesAtTheRecordThatReachesIt) {
    net.suspend("aus-bkk");
    EXPECT_EQ(standing("aus-bkk"), Standing::suspended);
    net.advance(suspend_lapse_ms - 1);
    net.rotate_encryption("can-bkk");
    EXPECT_EQ(standing("aus-bkk"), Standing::suspended);
    net.advance(1);
    net.rotate_encryption("can-bkk");
    EXPECT_EQ(standing("aus-bkk"), Standing::good);
    EXPECT_TRUE(net.state().is_member(net.state().network_audience, net.node("aus-bkk").id));
}

TEST_F(DirectoryTest, ACompromisedKeyDoesNotLapse) {
    net.suspend("aus-bkk", true);
    net.advance(10 * suspend_lapse_ms);
    net.rotate_encryption("can-bkk");
    EXPECT_EQ(standing("aus-bkk"), Standing::suspended);
}

TEST_F(DirectoryTest, ASecondPersonConfirmsASuspension) {
    Drafter drafter = net.drafter();
    Bytes suspend = drafter.suspend(net.node("aus-bkk").id, "lost");
    expect_applied(suspend, {&net.rso(0)});
    StatementId id = drafter.last_id();
    expect(net.drafter().confirm_suspend(id), {&net.rso(0)}, Errc::not_authorised);
    expect(net.drafter().confirm_suspend(id), {&net.chair("KUL")}, Errc::not_authorised);
    TestPerson again = net.make_person_as(net.rso(0).person.id, "RSO officer 1", "AUS");
    proto::SignedRequest request = net.request(again);
    Directory copy = net.directory();
    expect_applied(net.drafter().add_party({"AUS", "Australia", "", {}}, {&request, 1}),
                   net.threshold());
    expect(net.drafter().confirm_suspend(id), {&again}, Errc::not_authorised);
    net.directory() = copy;
    // The same person's second SUSPEND prolongs nothing; another person's confirms.
    expect(net.drafter().suspend(net.node("aus-bkk").id, "still"), {&net.rso(0)},
           Errc::not_authorised);
    expect_applied(net.drafter().suspend(net.node("aus-bkk").id, "me too"), {&net.rso(1)});
    EXPECT_EQ(net.state().node(net.node("aus-bkk").id)->suspend_lapses, UnixMillis{});
    net.directory() = copy;
    expect_applied(net.drafter().confirm_suspend(id), {&net.administrator("AUS")});
    net.advance(2 * suspend_lapse_ms);
    net.rotate_encryption("can-bkk");
    EXPECT_EQ(standing("aus-bkk"), Standing::suspended);
}

TEST_F(DirectoryTest, ASuspendNeverExpiresAndIsNotVoidedByTheNodeItself) {
    NodeId id = net.node("aus-bkk").id;
    Bytes suspend = net.drafter().suspend(id, "lost");
    Bytes revoke = net.drafter().revoke(id, "lost", {});
    net.rotate_encryption("aus-bkk");
    Directory copy = net.directory();
    expect_applied(revoke, {&net.rso(0), &net.chair("BKK")});
    net.directory() = copy;
    net.advance(100 * statement_valid_ms);
    expect_applied(suspend, {&net.rso(0)});
    EXPECT_EQ(standing("aus-bkk"), Standing::suspended);
}

TEST_F(DirectoryTest, AnOldSuspendDoesNotUndoAReinstatement) {
    NodeId id = net.node("aus-bkk").id;
    Bytes old = net.drafter().suspend(id, "rumour");
    Drafter drafter = net.drafter();
    expect_applied(drafter.suspend(id, "lost"), {&net.rso(0)});
    expect_applied(net.drafter().reinstate(drafter.last_id()), net.admitters("AUS", "BKK"));
    EXPECT_EQ(standing("aus-bkk"), Standing::good);
    expect(old, {&net.rso(1)}, Errc::invalid);
}

TEST_F(DirectoryTest, ReinstateNamesASuspensionInForce) {
    expect(net.drafter().reinstate(net.rng().bytes<StatementId>()), net.admitters("AUS", "BKK"),
           Errc::invalid);
    Drafter drafter = net.drafter();
    expect_applied(drafter.suspend(net.node("aus-bkk").id, "lost"), {&net.rso(0)});
    Bytes reinstate = net.drafter().reinstate(drafter.last_id());
    net.advance(suspend_lapse_ms);
    expect(reinstate, net.admitters("AUS", "BKK"), Errc::invalid);
}

TEST_F(DirectoryTest, ARevokedNodeComesBackByNoStatement) {
    Drafter drafter = net.drafter();
    expect_applied(drafter.suspend(net.node("aus-bkk").id, "lost"), {&net.rso(0)});
    StatementId suspend = drafter.last_id();
    net.revoke("aus-bkk");
    expect(net.drafter().reinstate(suspend), net.admitters("AUS", "BKK"), Errc::invalid);
    SignKeyPair next = make_sign_key_pair(net.rng());
    NodeId id = net.node("aus-bkk").id;
    expect(net.drafter().replace_key(net.id(), id, {&next, nullptr}, {}),
           net.admitters("AUS", "BKK"), Errc::invalid);
    expect(net.drafter().suspend(id, "x"), {&net.rso(0)}, Errc::invalid);
    expect(net.drafter().revoke(id, "x", {}), {&net.rso(0), &net.chair("BKK")}, Errc::invalid);
}

TEST_F(DirectoryTest, ASuspendedNodeDoesNotChooseItsNextEncryptionKey) {
    net.suspend("aus-bkk");
    EncKeyPair next = make_enc_key_pair(net.rng());
    Bytes statement = net.drafter().rotate_encryption(net.node("aus-bkk").id, next.pk);
    EXPECT_EQ(net.apply(statement, net.node("aus-bkk")).code(), Errc::invalid);
}

// A node signs its own rotations: without a bound it fills everybody's directory for ever.
TEST_F(DirectoryTest, Row41ANodeRotatesItsEncryptionKeyFourTimesInThirtyDays) {
    const NodeId id = net.node("aus-bkk").id;
    auto next = [&] {
        return net.drafter().rotate_encryption(id, make_enc_key_pair(net.rng()).pk);
    };
    for (std::size_t i = 0; i < rotations_max; ++i) {
        net.rotate_encryption("aus-bkk");
        net.advance(ms_day);
    }
    EXPECT_EQ(net.apply(next(), net.node("aus-bkk")).code(), Errc::invalid);
    net.rotate_encryption("can-bkk");  // Each node by itself.
    net.advance(rotations_within_ms - rotations_max * ms_day - 1);
    EXPECT_EQ(net.apply(next(), net.node("aus-bkk")).code(), Errc::invalid);
    net.advance(1);
    net.rotate_encryption("aus-bkk");
}

TEST_F(DirectoryTest, Row41OldEncryptionKeysAreForgottenWithTheirSecrets) {
    auto old = [&]() -> const auto& {
        return net.state().node_by_name("aus-bkk")->old_encs;
    };
    for (int i = 0; i < 40; ++i) {
        net.rotate_encryption("aus-bkk");
        net.advance(rotations_within_ms / rotations_max);
        ASSERT_LE(old().size(), 2 * rotations_max);
    }
    EXPECT_EQ(old().back().pk, net.node("aus-bkk").enc[39].pk);
    net.advance(enc_secret_kept_ms);
    net.rotate_encryption("aus-bkk");
    ASSERT_EQ(old().size(), 1u);
    EXPECT_EQ(old().front().pk, net.node("aus-bkk").enc[40].pk);
}

TEST_F(DirectoryTest, CutsAreOfAsManyStreamsAsAnOriginMayHave) {
    std::vector<StreamCut> cuts;
    for (int i = 0; i < 513; ++i) {
        StreamCut one = cut(1, 1);
        one.stream.data()[1] = static_cast<Byte>(i);
        one.stream.data()[2] = static_cast<Byte>(i >> 8);
        cuts.push_back(one);
    }
    NodeId id = net.node("aus-bkk").id;
    expect(net.drafter().revoke(id, "lost", cuts), {&net.rso(0), &net.chair("BKK")},
           Errc::malformed);
    cuts.pop_back();
    expect_applied(net.drafter().revoke(id, "lost", cuts), {&net.rso(0), &net.chair("BKK")});
    EXPECT_EQ(net.state().node(id)->cuts.size(), 512u);
}

TEST_F(DirectoryTest, ADraftIsBegunByWhoTakesASeatByARoleOfToday) {
    auto begun_by = [&](const Bytes& statement, const Bytes& authorisations) {
        auto progress = net.directory().progress(statement, authorisations, net.time());
        EXPECT_TRUE(progress.ok());
        return progress.ok() ? progress->begun_by : std::nullopt;
    };
    Bytes group = net.drafter().activate("chunks");
    EXPECT_EQ(begun_by(group, {}), std::nullopt);
    EXPECT_EQ(begun_by(group, net.authorise(group, {&net.chair("BKK")})), std::nullopt);
    EXPECT_EQ(begun_by(group, net.authorise(group, {&net.chair("BKK"), &net.rso(1)})),
              net.rso(1).person.id);
    // Whoever drafts a ROOT writes its new persons into it, and may have invented them.
    TestPerson invented = net.make_person("Nobody", "RSO");
    proto::Root root = net.next_root();
    *root.add_persons() = net.request(invented);
    Bytes statement = net.drafter().root(root);
    EXPECT_EQ(begun_by(statement, net.authorise(statement, {&invented})), std::nullopt);
    EXPECT_EQ(begun_by(statement, net.authorise(statement, {&invented, &net.rso(0)})),
              net.rso(0).person.id);
}

TEST_F(DirectoryTest, PartiesStandUnderExistingPartiesWithoutCircles) {
    net.add_party("CHN");
    net.add_party("HKG", "CHN");
    EXPECT_TRUE(net.state().is_or_under("HKG", "CHN"));
    EXPECT_FALSE(net.state().is_or_under("CHN", "HKG"));
    expect(net.drafter().add_party({"CHN", "China", "HKG", {}}, {}), net.threshold(),
           Errc::invalid);
    expect(net.drafter().add_party({"MAC", "Macao", "XYZ", {}}, {}), net.threshold(),
           Errc::invalid);
    expect(net.drafter().add_party({"MAC", "Macao", "MAC", {}}, {}), net.threshold(),
           Errc::invalid);
    expect(net.drafter().add_party({"mac", "Macao", "", {}}, {}), net.threshold(), Errc::malformed);
}

TEST_F(DirectoryTest, NamesWithDirectionOrControlCharactersAreRefused) {
    for (const char* name : {"evil\xE2\x80\xAEnimda", "two\nlines", "nul\x01"}) {
        Bytes statement = net.drafter().add_party({"NZL", name, "", {}}, {});
        Status status = net.apply(statement, net.threshold());
        EXPECT_EQ(status.code(), Errc::malformed) << name;
    }
}

TEST_F(DirectoryTest, TextThatIsNotUtf8IsRefused) {
    Bytes statement = net.drafter().add_party({"NZL", "New Zealand", "", {}}, {});
    constexpr std::string_view name = "New";
    auto at = std::search(statement.begin(), statement.end(), name.begin(), name.end());
    ASSERT_NE(at, statement.end());
    *at = 0xff;
    expect(statement, net.threshold(), Errc::malformed);
}

TEST_F(DirectoryTest, ARilonMayComeBeforeItsHostAndOnlyOnce) {
    TestPerson chair = net.make_person("Chair", "LKA");
    RilonDraft draft{"CMB", "Colombo", "LKA", net.request(chair), {}};
    expect_applied(net.drafter().establish(draft), net.threshold());
    expect(net.drafter().establish(draft), net.threshold(), Errc::invalid);
    draft.code = "cmb";
    expect(net.drafter().establish(draft), net.threshold(), Errc::malformed);
    draft.code = "DEL";
    draft.deputies = {draft.chair};
    expect(net.drafter().establish(draft), net.threshold(), Errc::invalid);
}

TEST_F(DirectoryTest, RootsCountUpAndKeepTheNetwork) {
    proto::Root root = net.next_root();
    root.set_version(3);
    expect(net.drafter().root(root), net.threshold(), Errc::invalid);
    root = net.next_root();
    root.set_network_audience(std::string(16, 'x'));
    expect(net.drafter().root(root), net.threshold(), Errc::invalid);
    root = net.next_root();
    root.set_psk_generation(0);
    expect(net.drafter().root(root), net.threshold(), Errc::invalid);
    root = net.next_root();
    root.set_threshold(1);
    expect(net.drafter().root(root), net.threshold(), Errc::invalid);
    root.set_threshold(4);
    expect(net.drafter().root(root), {&net.rso(0), &net.rso(1), &net.rso(2)}, Errc::not_authorised);
    root = net.next_root();
    *root.add_persons() = net.request(net.rso(0));
    expect(net.drafter().root(root), net.threshold(), Errc::invalid);
    root = net.next_root();
    root.set_psk_generation(2);
    expect_applied(net.drafter().root(root), net.threshold());
    EXPECT_EQ(net.state().psk_generation, 2u);
}

TEST_F(DirectoryTest, AFeatureIsActivatedOnce) {
    expect_applied(net.drafter().activate("chunks-2"), net.threshold());
    EXPECT_EQ(net.state().activated, std::vector<std::string>{"chunks-2"});
    expect(net.drafter().activate("chunks-2"), net.threshold(), Errc::invalid);
    expect(net.drafter().activate("No Such"), net.threshold(), Errc::malformed);
}

class Row58BackDated : public DirectoryTest {
   protected:
    bool ok(const StreamCut& at, std::uint64_t seq, Generation generation,
            std::optional<Seq> head) {
        EntryId entry;
        if (seq == at.seq.value) entry = at.entry;
        return check_standing(*net.state().node(net.node("aus-bkk").id), generation, at.stream,
                              Seq{seq}, entry, head)
            .ok();
    }
};

TEST_F(Row58BackDated, SuspendedOnlyWhatWasHeld) {
    StreamCut any = cut(1, 99);
    EXPECT_TRUE(ok(any, 5, Generation{1}, std::nullopt));
    net.suspend("aus-bkk");
    EXPECT_TRUE(ok(any, 5, Generation{1}, Seq{5}));
    EXPECT_FALSE(ok(any, 6, Generation{1}, Seq{5}));
    EXPECT_FALSE(ok(any, 0, Generation{1}, std::nullopt));
}

TEST_F(Row58BackDated, RevokedOnlyUpToTheCuts) {
    StreamCut at = cut(1, 7);
    net.revoke("aus-bkk", {&at, 1});
    EXPECT_TRUE(ok(at, 7, Generation{1}, std::nullopt));
    EXPECT_FALSE(ok(at, 8, Generation{1}, Seq{9}));
    EXPECT_FALSE(ok(cut(2, 7), 0, Generation{1}, Seq{9}));  // Unlisted: cut before seq 0.
    const NodeRecord& node = *net.state().node(net.node("aus-bkk").id);
    EntryId other = net.rng().bytes<EntryId>();
    EXPECT_EQ(check_standing(node, Generation{1}, at.stream, at.seq, other, {}).code(),
              Errc::quarantined);
}

TEST_F(Row58BackDated, AReplacedKeyOpensNoStream) {
    StreamCut at = cut(1, 7);
    net.replace_signing_key("aus-bkk", {&at, 1});
    EXPECT_TRUE(ok(at, 7, Generation{1}, std::nullopt));
    EXPECT_FALSE(ok(at, 8, Generation{1}, std::nullopt));
    EXPECT_TRUE(ok(at, 8, Generation{2}, std::nullopt));
    EXPECT_FALSE(ok(cut(2, 0), 0, Generation{1}, std::nullopt));
    EXPECT_TRUE(ok(cut(2, 0), 0, Generation{2}, std::nullopt));
    const NodeRecord& node = *net.state().node(net.node("aus-bkk").id);
    EXPECT_EQ(check_standing(node, Generation{3}, at.stream, at.seq, at.entry, {}).code(),
              Errc::unknown_key);
}

TEST_F(DirectoryTest, CheckpointsComeBackAndAreStrict) {
    Bytes bytes = encode_checkpoint(net.id(), net.checkpoint());
    auto back = verify_checkpoint(net.id(), net.state().online_pk, bytes);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->link, net.state().link);
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 3) {
        Bytes bad = bytes;
        bad[bit / 8] = static_cast<Byte>(bad[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(verify_checkpoint(net.id(), net.state().online_pk, bad).ok());
    }
    bytes.push_back(0);
    EXPECT_EQ(verify_checkpoint(net.id(), net.state().online_pk, bytes).code(), Errc::malformed);
    EXPECT_EQ(verify_checkpoint(net.rng().bytes<NetworkId>(), net.state().online_pk,
                                encode_checkpoint(net.id(), net.checkpoint()))
                  .code(),
              Errc::wrong_network);
}

}  // namespace
}  // namespace rilon
