// Nobody becomes a reader, or stops being one, without the persons it takes.
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/authorisation.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

using Signers = TestNetwork::Signers;

class Row42GhostReader : public testing::Test {
   protected:
    // Nothing may change by a refusal: neither state nor chain.
    void expect_refused(const Bytes& statement, const Signers& signers,
                        Errc code = Errc::not_authorised) {
        expect_refused_as(statement, net.authorise(statement, signers), code);
    }
    void expect_refused_as(const Bytes& statement, const Bytes& authorisations, Errc code) {
        DirLink before = net.state().link;
        Status status = net.directory().apply(net.next_record(statement, authorisations));
        ASSERT_FALSE(status.ok());
        EXPECT_EQ(status.code(), code) << errc_name(status.code()) << ": " << status.error().detail;
        EXPECT_FALSE(status.error().detail.empty());
        EXPECT_EQ(net.state().link, before);
    }
    // A person of this id is made administrator of the party beside the one there is.
    void add_administrator(const TestPerson& person) {
        std::vector<proto::SignedRequest> requests = {
            net.request(net.administrator(person.person.party)), net.request(person)};
        Bytes statement = net.drafter().add_party({person.person.party, "Party", "", {}}, requests);
        ASSERT_TRUE(net.apply(statement, net.threshold()).ok());
    }

    TestNetwork net;
    TestNode ghost = net.make_node("ghost", "AUS", "BKK");
    Bytes draft = net.drafter().add_node(net.request(ghost));
};

TEST_F(Row42GhostReader, TheThreeWhoMustSignAreEnough) {
    EXPECT_TRUE(net.apply(draft, net.admitters("AUS", "BKK")).ok());
    EXPECT_TRUE(net.state().is_member(net.state().network_audience, ghost.id));
}

TEST_F(Row42GhostReader, ADeputyStandsInForTheChair) {
    EXPECT_TRUE(
        net.apply(draft, {&net.administrator("AUS"), &net.rso(2), &net.deputy("BKK")}).ok());
}

TEST_F(Row42GhostReader, NobodyIsRefused) {
    expect_refused(draft, {});
}

TEST_F(Row42GhostReader, OneSignerIsRefused) {
    expect_refused(draft, {&net.rso(0)});
    expect_refused(draft, {&net.chair("BKK")});
    expect_refused(draft, {&net.administrator("AUS")});
}

TEST_F(Row42GhostReader, WithoutThePartysOwnIsRefused) {
    expect_refused(draft, {&net.rso(0), &net.chair("BKK")});
    expect_refused(draft, {&net.rso(0), &net.chair("BKK"), &net.administrator("CAN")});
}

TEST_F(Row42GhostReader, WithoutTheRsoIsRefused) {
    expect_refused(draft, {&net.administrator("AUS"), &net.chair("BKK"), &net.deputy("BKK")});
}

TEST_F(Row42GhostReader, ChairOfAnotherRilonIsRefused) {
    expect_refused(draft, {&net.administrator("AUS"), &net.rso(0), &net.chair("KUL")});
    expect_refused(draft, {&net.administrator("AUS"), &net.rso(0), &net.deputy("KUL")});
}

TEST_F(Row42GhostReader, WrongRoleIsRefused) {
    expect_refused(draft, {&net.rso(0), &net.rso(1), &net.rso(2)});
    Bytes activate = net.drafter().activate("chunks-2");
    expect_refused(activate, {&net.chair("BKK"), &net.chair("KUL")});
    expect_refused(activate, {&net.rso(0), &net.chair("KUL")});
    Bytes establish = net.drafter().establish(
        {"CMB", "Colombo", "LKA", net.request(net.make_person("C", "LKA")), {}});
    expect_refused(establish, {&net.rso(0), &net.chair("BKK"), &net.administrator("AUS")});
}

TEST_F(Row42GhostReader, TheSameKeyTwiceIsRefused) {
    expect_refused(draft, {&net.administrator("AUS"), &net.rso(0), &net.rso(0), &net.chair("BKK")},
                   Errc::malformed);
    expect_refused(net.drafter().activate("x"), {&net.rso(0), &net.rso(0)}, Errc::malformed);
}

TEST_F(Row42GhostReader, TheSamePersonWithTwoKeysCountsOnce) {
    TestPerson both = net.make_person_as(net.rso(0).person.id, "RSO officer 1", "AUS");
    add_administrator(both);
    // Two keys, two roles, one person: the seats of the RSO and of the administrator need two.
    expect_refused(draft, {&both, &net.rso(0), &net.chair("BKK")});
    EXPECT_TRUE(net.apply(draft, {&both, &net.rso(1), &net.chair("BKK")}).ok());
}

TEST_F(Row42GhostReader, TheSamePersonInTwoRolesWithOneKeyCountsOnce) {
    TestPerson both = net.make_person("Chair and administrator", "AUS");
    add_administrator(both);
    proto::ChangeRilon change;
    change.set_code("BKK");
    *change.mutable_chair() = net.request(both);
    ASSERT_TRUE(net.apply(net.drafter().change(change), net.threshold()).ok());
    expect_refused(draft, {&both, &net.rso(0)});
    expect_refused(draft, {&both, &net.rso(0), &net.rso(1)});
    // With the deputy the same person may sit as administrator, and with the other administrator
    // as chair: the order of signatures must not matter.
    Directory copy = net.directory();
    EXPECT_TRUE(net.apply(draft, {&both, &net.rso(0), &net.deputy("BKK")}).ok());
    net.directory() = copy;
    EXPECT_TRUE(net.apply(draft, {&net.administrator("AUS"), &both, &net.rso(0)}).ok());
    net.directory() = copy;
    EXPECT_TRUE(net.apply(draft, {&both, &net.administrator("AUS"), &net.rso(0)}).ok());
}

TEST_F(Row42GhostReader, APersonNoLongerInForceIsRefused) {
    proto::ChangeRilon change;
    change.set_code("BKK");
    *change.mutable_chair() = net.request(net.make_person("New chair", "THA"));
    Bytes authorisations = net.authorise(draft, net.admitters("AUS", "BKK"));
    ASSERT_TRUE(net.apply(net.drafter().change(change), net.threshold()).ok());
    expect_refused_as(draft, authorisations, Errc::unknown_key);
}

TEST_F(Row42GhostReader, AStrangersSignatureBesideTheRightOnesIsRefused) {
    TestPerson stranger = net.make_person("Stranger", "AUS");
    Signers signers = net.admitters("AUS", "BKK");
    signers.push_back(&stranger);
    expect_refused(draft, signers, Errc::unknown_key);
}

TEST_F(Row42GhostReader, ExpiredDraftIsRefused) {
    net.advance(statement_valid_ms);
    Directory copy = net.directory();
    EXPECT_TRUE(net.apply(draft, net.admitters("AUS", "BKK")).ok());
    net.directory() = copy;
    net.advance(1);
    expect_refused(draft, net.admitters("AUS", "BKK"), Errc::invalid);
}

TEST_F(Row42GhostReader, ReplayOfAStatementIsRefused) {
    Bytes change = net.drafter().activate("once");
    ASSERT_TRUE(net.apply(change, net.threshold()).ok());
    expect_refused(change, net.threshold(), Errc::duplicate);
    ASSERT_TRUE(net.apply(draft, net.admitters("AUS", "BKK")).ok());
    net.revoke("aus-bkk");
    expect_refused(draft, net.admitters("AUS", "BKK"), Errc::duplicate);
}

TEST_F(Row42GhostReader, ChangedSubjectIsRefused) {
    SignKeyPair one = make_sign_key_pair(net.rng());
    SignKeyPair two = make_sign_key_pair(net.rng());
    NodeId id = net.node("aus-bkk").id;
    Bytes first = net.drafter().replace_key(net.id(), id, {&one, nullptr}, {});
    Bytes second = net.drafter().replace_key(net.id(), id, {&two, nullptr}, {});
    ASSERT_TRUE(net.apply(first, net.admitters("AUS", "BKK")).ok());
    expect_refused(second, net.admitters("AUS", "BKK"), Errc::invalid);
}

TEST_F(Row42GhostReader, DraftAgainstTheFutureIsRefused) {
    Drafter drafter(net.rng(), {net.directory().size() + 1, net.time().plus(1000)});
    expect_refused(drafter.activate("x"), net.threshold(), Errc::structure);
}

TEST_F(Row42GhostReader, TamperedAuthorisationIsRefused) {
    Bytes good = net.authorise(draft, net.admitters("AUS", "BKK"));
    for (std::size_t at : {std::size_t{0}, std::size_t{16}, std::size_t{79}, good.size() - 1}) {
        Bytes bad = good;
        bad[at] ^= 1;
        expect_refused_as(draft, bad, at < 16 ? Errc::unknown_key : Errc::bad_signature);
    }
    good.pop_back();
    expect_refused_as(draft, good, Errc::malformed);
    expect_refused_as(draft, Bytes(authorisation_bytes * (authorisations_max + 1)),
                      Errc::malformed);
}

TEST_F(Row42GhostReader, SignaturesForAnotherNetworkAreRefused) {
    NetworkId other = net.rng().bytes<NetworkId>();
    Bytes authorisations;
    for (const TestPerson* one : net.admitters("AUS", "BKK")) {
        Bytes part = make_authorisation(other, draft, one->person.sign_pk, one->sk);
        authorisations.insert(authorisations.end(), part.begin(), part.end());
    }
    expect_refused_as(draft, authorisations, Errc::bad_signature);
}

TEST_F(Row42GhostReader, ARequestWithoutPossessionIsRefused) {
    proto::SignedRequest request = net.request(ghost);
    std::string possession = request.possession();
    possession[5] = static_cast<char>(possession[5] ^ 1);
    request.set_possession(possession);
    expect_refused(net.drafter().add_node(request), net.admitters("AUS", "BKK"),
                   Errc::bad_signature);
}

TEST_F(Row42GhostReader, AGroupNeedsTheRsoAndAChair) {
    AudienceInfo group{net.rng().bytes<AudienceId>(),
                       AudienceInfo::Kind::group,
                       "ops",
                       "",
                       {},
                       {net.node("aus-bkk").id, net.node("can-kul").id},
                       {}};
    Bytes statement = net.drafter().group(group);
    expect_refused(statement, {&net.rso(0)});
    expect_refused(statement, {&net.rso(0), &net.rso(1)});
    expect_refused(statement, {&net.chair("BKK"), &net.chair("KUL")});
    expect_refused(statement, {&net.rso(0), &net.deputy("BKK")});
    EXPECT_TRUE(net.apply(statement, {&net.rso(0), &net.chair("KUL")}).ok());
}

TEST_F(Row42GhostReader, OnlyTheNodeItselfRotatesItsEncryptionKey) {
    EncKeyPair next = make_enc_key_pair(net.rng());
    Bytes statement = net.drafter().rotate_encryption(net.node("aus-bkk").id, next.pk);
    expect_refused(statement, net.admitters("AUS", "BKK"));
    expect_refused_as(statement, net.authorise(statement, net.node("can-bkk")), Errc::unknown_key);
    EXPECT_TRUE(net.apply(statement, net.node("aus-bkk")).ok());
}

TEST_F(Row42GhostReader, ANodesKeySignsNothingElse) {
    Bytes authorisations = net.authorise(draft, net.node("aus-bkk"));
    expect_refused_as(draft, authorisations, Errc::unknown_key);
}

TEST_F(Row42GhostReader, ProgressNamesWhoIsWaitedFor) {
    auto progress =
        net.directory().progress(draft, net.authorise(draft, {&net.chair("BKK")}), net.time());
    ASSERT_TRUE(progress.ok());
    EXPECT_FALSE(progress->complete);
    EXPECT_EQ(progress->signed_by, std::vector<std::string>{"Chair of BKK"});
    EXPECT_EQ(progress->waiting_for,
              (std::vector<std::string>{"an administrator of AUS", "one RSO officer"}));
    progress = net.directory().progress(draft, net.authorise(draft, net.admitters("AUS", "BKK")),
                                        net.time());
    ASSERT_TRUE(progress.ok());
    EXPECT_TRUE(progress->complete);
    EXPECT_TRUE(net.directory()
                    .check(draft, net.authorise(draft, net.admitters("AUS", "BKK")), net.time())
                    .ok());
}

TEST_F(Row42GhostReader, RootNeedsTheOldAndTheNewThreshold) {
    TestPerson one = net.make_person("New 1", "RSO");
    TestPerson two = net.make_person("New 2", "RSO");
    proto::Root root = net.next_root();
    root.clear_persons();
    *root.add_persons() = net.request(one);
    *root.add_persons() = net.request(two);
    *root.add_persons() = net.request(net.rso(0));
    Bytes statement = net.drafter().root(root);
    expect_refused(statement, {&one, &two});                // Without the old.
    expect_refused(statement, {&net.rso(1), &net.rso(2)});  // Without the new.
    expect_refused(statement, {&net.rso(0), &one});         // One of the old only.
    EXPECT_TRUE(net.apply(statement, {&net.rso(0), &net.rso(1), &one}).ok());
    EXPECT_EQ(net.state().root_version, 2u);
    expect_refused(net.drafter().activate("x"), {&net.rso(0), &net.rso(1)}, Errc::unknown_key);
    EXPECT_TRUE(net.apply(net.drafter().activate("x"), {&one, &two}).ok());
}

TEST_F(Row42GhostReader, SuspendIsForTheRsoItsChairAndItsParty) {
    NodeId id = net.node("aus-bkk").id;
    Directory copy = net.directory();
    for (const TestPerson* may : {&net.rso(2), &net.chair("BKK"), &net.administrator("AUS")}) {
        EXPECT_TRUE(net.apply(net.drafter().suspend(id, "lost laptop"), {may}).ok());
        net.directory() = copy;
    }
    for (const TestPerson* may_not :
         {&net.chair("KUL"), &net.deputy("BKK"), &net.administrator("CAN")})
        expect_refused(net.drafter().suspend(id, "spite"), {may_not});
}

TEST_F(Row42GhostReader, ReinstateIsAsAddNodeAndRevokeWithoutTheParty) {
    Drafter drafter = net.drafter();
    Bytes suspend = drafter.suspend(net.node("aus-bkk").id, "lost laptop");
    ASSERT_TRUE(net.apply(suspend, {&net.rso(0)}).ok());
    Bytes reinstate = net.drafter().reinstate(drafter.last_id());
    expect_refused(reinstate, {&net.rso(0), &net.chair("BKK")});
    expect_refused(reinstate, {&net.administrator("AUS"), &net.chair("BKK")});
    Bytes revoke = net.drafter().revoke(net.node("aus-bkk").id, "gone", {});
    expect_refused(revoke, {&net.rso(0)});
    expect_refused(revoke, {&net.rso(0), &net.chair("KUL")});
    Directory copy = net.directory();
    EXPECT_TRUE(net.apply(reinstate, net.admitters("AUS", "BKK")).ok());
    net.directory() = copy;
    EXPECT_TRUE(net.apply(revoke, {&net.rso(1), &net.chair("BKK")}).ok());
}

// Every way to fill small seats by hand against the matching: it never misses one.
TEST(AuthorisationMatching, AgreesWithTryingEverything) {
    using Kind = Role::Kind;
    const std::vector<Role> roles = {
        {Kind::rso, ""}, {Kind::chair, "BKK"}, {Kind::administrator, "AUS"}};
    const std::vector<Seat> seats = {administrator_seat("AUS"), rso_seat(),
                                     chair_or_deputy_seat("BKK")};
    for (unsigned mask = 0; mask < 512; ++mask) {
        std::vector<Signer> signers(3);
        for (unsigned i = 0; i < 9; ++i)
            if ((mask >> i & 1) != 0) signers[i / 3].roles.push_back(roles[i % 3]);
        bool possible = false;
        std::vector<std::size_t> order = {0, 1, 2};
        do {
            bool all = true;
            for (std::size_t i = 0; i < 3; ++i) all = all && may_take(signers[order[i]], seats[i]);
            possible = possible || all;
        } while (std::next_permutation(order.begin(), order.end()));
        EXPECT_EQ(empty_seats({seats}, signers).empty(), possible) << mask;
    }
}

}  // namespace
}  // namespace rilon
