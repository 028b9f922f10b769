#include "protocol/audience.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/founding.h"

namespace rilon {
namespace {

class AudienceTest : public testing::Test {
   protected:
    std::vector<std::string> names(const std::vector<NodeId>& ids) const {
        std::vector<std::string> out;
        for (const NodeId& id : ids) out.push_back(net.state().node(id)->name);
        std::sort(out.begin(), out.end());
        return out;
    }
    std::vector<std::string> members(const std::string& audience) const {
        return names(net.state().audience_by_name(audience)->members);
    }
    std::vector<std::string> derived(const AudienceDefinition& definition,
                                     const std::string& origin) const {
        return names(derived_members(net.state(), definition, net.node(origin).id));
    }
    AudienceId id_of(const std::string& audience) const {
        return net.state().audience_by_name(audience)->id;
    }

    TestNetwork net;
};

TEST_F(AudienceTest, StandingAudiencesHaveTheirMembers) {
    EXPECT_EQ(net.state().audience_by_name("network")->members.size(), 8u);
    EXPECT_EQ(members("BKK"),
              (std::vector<std::string>{"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"}));
    EXPECT_EQ(members("BKK/missions"), (std::vector<std::string>{"aus-bkk", "can-bkk", "gbr-bkk"}));
}

TEST_F(AudienceTest, MissionsLeaveOutThePartiesUnderTheHost) {
    net.add_party("THB", "THA");
    net.admit(net.make_node("thb-bkk", "THB", "BKK"));
    EXPECT_EQ(members("BKK").size(), 5u);
    EXPECT_EQ(members("BKK/missions").size(), 3u);
    // Moved out from under the host it is a mission; moved under it, none.
    ASSERT_TRUE(net.apply(net.drafter().add_party({"THB", "B", "", {}}, {}), net.threshold()).ok());
    EXPECT_EQ(members("BKK/missions").size(), 4u);
    ASSERT_TRUE(
        net.apply(net.drafter().add_party({"CAN", "C", "THA", {}}, {}), net.threshold()).ok());
    EXPECT_EQ(members("BKK/missions"), (std::vector<std::string>{"aus-bkk", "gbr-bkk", "thb-bkk"}));
}

TEST_F(AudienceTest, OnlyNodesInGoodStandingAreMembers) {
    DirSeq before = net.state().n;
    net.suspend("aus-bkk");
    EXPECT_EQ(members("BKK/missions"), (std::vector<std::string>{"can-bkk", "gbr-bkk"}));
    net.revoke("can-bkk");
    EXPECT_EQ(members("BKK/missions"), std::vector<std::string>{"gbr-bkk"});
    EXPECT_EQ(net.directory().at(before)->audience_by_name("BKK")->members.size(), 4u);
}

TEST_F(AudienceTest, GroupsOpenChangeEndAndClose) {
    AudienceInfo group{net.rng().bytes<AudienceId>(),
                       AudienceInfo::Kind::group,
                       "op-heron",
                       "",
                       net.time().plus(1000),
                       {net.node("aus-bkk").id, net.node("can-kul").id},
                       {}};
    TestNetwork::Signers signers = {&net.rso(0), &net.chair("BKK")};
    ASSERT_TRUE(net.apply(net.drafter().group(group), signers).ok());
    EXPECT_EQ(members("op-heron"), (std::vector<std::string>{"aus-bkk", "can-kul"}));
    group.named.push_back(net.node("gbr-kul").id);
    ASSERT_TRUE(net.apply(net.drafter().group(group), signers).ok());
    EXPECT_EQ(members("op-heron").size(), 3u);
    net.advance(1000);
    net.rotate_encryption("tha-bkk");
    EXPECT_EQ(net.state().audience_by_name("op-heron"), nullptr);
    EXPECT_TRUE(net.state().audience(group.id)->members.empty());
    group.named.clear();
    EXPECT_EQ(net.apply(net.drafter().group(group), signers).code(), Errc::invalid);
    group.named = {net.node("aus-bkk").id};
    group.until = {};
    ASSERT_TRUE(net.apply(net.drafter().group(group), signers).ok());
    group.named.clear();
    ASSERT_TRUE(net.apply(net.drafter().group(group), signers).ok());
    EXPECT_TRUE(net.state().audience(group.id)->members.empty());
}

TEST_F(AudienceTest, AGroupIsNotAnotherAudience) {
    TestNetwork::Signers signers = {&net.rso(0), &net.chair("BKK")};
    auto refused = [&](const AudienceInfo& group) {
        return net.apply(net.drafter().group(group), signers).code();
    };
    AudienceInfo group{net.rng().bytes<AudienceId>(),
                       AudienceInfo::Kind::group,
                       "BKK",
                       "",
                       {},
                       {net.node("aus-bkk").id},
                       {}};
    EXPECT_EQ(refused(group), Errc::invalid);
    group.name = "BKK/missions";
    EXPECT_EQ(refused(group), Errc::malformed);
    group.name = "other";
    group.id = id_of("BKK");
    EXPECT_EQ(refused(group), Errc::invalid);
    group.id = net.rng().bytes<AudienceId>();
    group.named = {net.node("aus-bkk").id, net.node("aus-bkk").id};
    EXPECT_EQ(refused(group), Errc::invalid);
    group.named = {net.rng().bytes<NodeId>()};
    EXPECT_EQ(refused(group), Errc::invalid);
    group.named = {net.node("aus-bkk").id};
    group.until = net.time();
    EXPECT_EQ(refused(group), Errc::invalid);
}

TEST_F(AudienceTest, DerivedLeavesOutPartiesAndThoseUnderThemButNeverTheOrigin) {
    net.add_party("CHN");
    net.add_party("HKG", "CHN");
    net.admit(net.make_node("hkg-bkk", "HKG", "BKK"));
    AudienceDefinition definition;
    definition.base = id_of("BKK");
    definition.excluded = {"CAN", "CHN"};
    EXPECT_EQ(derived(definition, "aus-bkk"),
              (std::vector<std::string>{"aus-bkk", "gbr-bkk", "tha-bkk"}));
    EXPECT_EQ(derived(definition, "can-bkk"),
              (std::vector<std::string>{"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"}));
    definition.named = {net.node("gbr-bkk").id, net.node("can-bkk").id, net.node("can-kul").id};
    std::sort(definition.named.begin(), definition.named.end());
    EXPECT_EQ(derived(definition, "aus-bkk"), (std::vector<std::string>{"aus-bkk", "gbr-bkk"}));
}

TEST_F(AudienceTest, RecipientsAreTheCurrentKeysOfTheOthers) {
    AudienceDefinition definition;
    definition.base = id_of("BKK/missions");
    net.rotate_encryption("can-bkk");
    fill_recipients(net.state(), definition, net.node("aus-bkk").id);
    std::vector<KeyId> expected = {key_id(net.node("can-bkk").enc.back().pk.view()),
                                   key_id(net.node("gbr-bkk").enc.back().pk.view())};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(definition.recipients, expected);
}

TEST_F(AudienceTest, ChangesOfMembersAreFoundAlsoWhenUndone) {
    DirSeq from = net.state().n;
    AudienceDefinition no_aus;
    no_aus.base = id_of("BKK");
    no_aus.excluded = {"AUS"};
    net.suspend("aus-bkk");
    net.advance(suspend_lapse_ms);
    net.rotate_encryption("can-bkk");
    DirSeq to = net.state().n;
    EXPECT_TRUE(net.directory().members_changed(id_of("BKK"), from, to));
    EXPECT_FALSE(net.directory().members_changed(id_of("KUL"), from, to));
    EXPECT_FALSE(net.directory().members_changed(id_of("BKK"), from, from));
    EXPECT_TRUE(net.directory().members_changed(id_of("KUL"), from, to.next()));
    NodeId origin = net.node("gbr-bkk").id;
    EXPECT_FALSE(derived_members_changed(net.directory(), no_aus, origin, from, to));
    no_aus.excluded = {"CAN"};
    EXPECT_TRUE(derived_members_changed(net.directory(), no_aus, origin, from, to));
}

TEST_F(AudienceTest, DefinitionsComeBackAndAreStrict) {
    AudienceDefinition definition;
    definition.base = id_of("BKK");
    definition.excluded = {"AUS", "IOM", "UNHCR"};
    definition.named = {net.node("gbr-bkk").id, net.node("can-bkk").id};
    std::sort(definition.named.begin(), definition.named.end());
    fill_recipients(net.state(), definition, net.node("gbr-bkk").id);
    Bytes bytes = encode_definition(definition);
    auto back = parse_definition(bytes);
    ASSERT_TRUE(back.ok());
    EXPECT_TRUE(back->same_audience(definition));
    EXPECT_EQ(back->recipients, definition.recipients);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(parse_definition(ByteView(bytes).first(size)).ok()) << size;
    bytes.push_back(0);
    EXPECT_FALSE(parse_definition(bytes).ok());
    auto refused = [](AudienceDefinition bad) {
        return !parse_definition(encode_definition(bad)).ok();
    };
    AudienceDefinition bad = definition;
    bad.excluded = {"IOM", "AUS"};
    EXPECT_TRUE(refused(bad));
    bad.excluded = {"AUS", "AUS"};
    EXPECT_TRUE(refused(bad));
    bad = definition;
    std::swap(bad.named[0], bad.named[1]);
    EXPECT_TRUE(refused(bad));
    bad = definition;
    bad.recipients.push_back(bad.recipients.back());
    EXPECT_TRUE(refused(bad));
}

// Flipped bytes either fail or are another definition: one encoding for each meaning.
TEST_F(AudienceTest, AcceptedBytesEncodeTheSameAgain) {
    AudienceDefinition definition;
    definition.base = id_of("BKK");
    definition.excluded = {"AUS", "IOM"};
    fill_recipients(net.state(), definition, net.node("gbr-bkk").id);
    Bytes good = encode_definition(definition);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Bytes bytes = good;
        bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] ^ (1 << (bit % 8)));
        auto parsed = parse_definition(bytes);
        if (!parsed) continue;
        EXPECT_EQ(encode_definition(*parsed), bytes);
    }
}

}  // namespace
}  // namespace rilon
