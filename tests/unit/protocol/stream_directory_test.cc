// The accept rules against a real directory: membership, standing, stale epochs, fork proofs.
#include <gtest/gtest.h>

#include "protocol/epoch.h"
#include "protocol/evidence.h"
#include "protocol/stream.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

// A node that posts into a founded network.
class Poster {
   public:
    Poster(TestNetwork& network, const std::string& name, const AudienceId& audience)
        : network_(network), node_(network.node(name)) {
        stream.network = network.id();
        stream.origin = node_.id;
        const GenesisBody body{audience, network.rng().bytes<Random16>(), std::nullopt};
        entries.push_back(*seal_next(EntryKind::genesis, encode_genesis(body)));
    }
    DirSeq newest() const { return network_.state().n; }
    Result<VerifiedEntry> seal_next(EntryKind kind, Bytes plain,
                                    std::optional<DirSeq> at = std::nullopt,
                                    std::size_t generation = 0) {
        EntryDraft draft;
        draft.kind = kind;
        draft.dir_seq = at.value_or(newest());
        draft.plain = std::move(plain);
        if (generation == 0) generation = node_.sign.size();
        const OriginKeys keys{node_.sign.at(generation - 1).sk,
                              Generation{static_cast<std::uint16_t>(generation)}};
        return seal(draft, stream, keys, &key_, network_.rng().bytes<Nonce24>());
    }
    void grant(const AudienceDefinition* definition = nullptr,
               std::optional<DirSeq> at = std::nullopt) {
        key_ = network_.rng().secret<EpochKey>();
        const DirSeq n = at.value_or(newest());
        const DirLink link = network_.directory().at(n)->link;
        const Epoch epoch = stream.epoch.next();
        GrantBody body{link, key_commitment(key_, stream.id, epoch), {}};
        if (definition != nullptr)
            body.sealed_definition = seal_definition(key_, stream.id, epoch, link, body.commitment,
                                                     Nonce24{}, *definition);
        entries.push_back(*seal_next(EntryKind::grant, encode_grant(body), n));
    }
    void content(std::string_view text, std::optional<DirSeq> at = std::nullopt,
                 std::size_t generation = 0) {
        entries.push_back(*seal_next(EntryKind::content, to_bytes(as_bytes(text)), at, generation));
    }
    StreamCut cut() const { return {stream.id, stream.head, stream.head_id}; }

    StreamState stream;
    std::vector<VerifiedEntry> entries;

   private:
    TestNetwork& network_;
    const TestNode& node_;
    EpochKey key_;
};

std::string receive(const VerifiedEntry& entry, StreamState& state, const AcceptContext& context) {
    auto parsed = parse_entry(entry.bytes());
    if (!parsed) return errc_name(parsed.code());
    auto key = signer_of(*parsed, context.directory);
    if (!key) return errc_name(key.code());
    auto checked = check_signature(std::move(*parsed), *key);
    if (!checked) return errc_name(checked.code());
    auto verified = verify(std::move(*checked), state, context);
    return verified ? "ok" : errc_name(verified.code());
}

class StreamDirectory : public testing::Test {
   protected:
    AudienceId all() { return network.state().rilon("BKK")->all; }
    AudienceId missions() { return network.state().rilon("BKK")->missions; }
    AcceptContext context() const { return AcceptContext{.directory = network.directory()}; }
    std::string take(const VerifiedEntry& entry, StreamState& state) {
        return receive(entry, state, context());
    }
    void take_all(const Poster& poster, StreamState& state) {
        for (const VerifiedEntry& entry : poster.entries) {
            if (state.founded && entry.header().seq <= state.head) continue;
            ASSERT_EQ(take(entry, state), "ok") << entry.header().seq.value;
        }
    }

    TestNetwork network;
};

TEST_F(StreamDirectory, MembersAreHeardAndOthersAreNot) {
    Poster member(network, "aus-bkk", missions());
    member.grant();
    member.content("seen at gate 4");
    StreamState state;
    take_all(member, state);
    // The host party is no member of the missions' audience, nor is another RILON's node.
    for (const char* stranger : {"tha-bkk", "aus-kul"}) {
        Poster other(network, stranger, missions());
        StreamState fresh;
        EXPECT_EQ(take(other.entries[0], fresh), "not-member") << stranger;
        EXPECT_FALSE(fresh.founded);
    }
}

TEST_F(StreamDirectory, AGrantSealsADefinitionExactlyWhenTheAudienceIsDerived) {
    AudienceDefinition definition;
    definition.base = all();
    definition.excluded = {"CAN"};
    Poster standing(network, "aus-bkk", all());
    standing.grant(&definition);
    Poster derived(network, "aus-bkk", network.rng().bytes<AudienceId>());
    derived.grant();
    for (Poster* poster : {&standing, &derived}) {
        StreamState state;
        EXPECT_EQ(take(poster->entries[0], state), "ok");
        EXPECT_EQ(take(poster->entries[1], state), "structure");
    }
}

TEST_F(StreamDirectory, AGrantNamesOurDirectoryLink) {
    Poster poster(network, "aus-bkk", all());
    StreamState state;
    take_all(poster, state);
    const DirLink before = network.directory().at(DirSeq{0})->link;
    auto grant = poster.seal_next(EntryKind::grant, encode_grant({before, KeyCommitment{}, {}}));
    ASSERT_TRUE(grant.ok());
    EXPECT_EQ(take(*grant, state), "structure");
}

TEST_F(StreamDirectory, MembershipChangeMakesTheEpochStale) {
    Poster poster(network, "aus-bkk", all());
    poster.grant();
    StreamState state;
    take_all(poster, state);
    const StreamState before = poster.stream;
    EXPECT_FALSE(epoch_due(poster.stream, context(), 0));
    network.rotate_encryption("can-bkk");
    EXPECT_FALSE(epoch_due(poster.stream, context(), 0)) << "the members are the same";
    poster.content("still fresh");
    take_all(poster, state);
    network.suspend("can-bkk");
    EXPECT_TRUE(epoch_due(poster.stream, context(), 0));
    poster.content("would still reach the suspended");
    EXPECT_EQ(take(poster.entries.back(), state), "stale-epoch");
    poster.entries.pop_back();
    poster.stream = state;
    poster.grant();
    poster.content("without it");
    take_all(poster, state);
    EXPECT_NE(before.head, state.head);
}

TEST_F(StreamDirectory, EpochIsDueByAgeCountAndRedact) {
    Poster poster(network, "aus-bkk", all());
    EXPECT_TRUE(epoch_due(poster.stream, context(), 0)) << "no grant yet";
    poster.grant();
    EXPECT_FALSE(epoch_due(poster.stream, context(), epoch_age_max_ms - 1));
    EXPECT_TRUE(epoch_due(poster.stream, context(), epoch_age_max_ms));
    StreamState many = poster.stream;
    many.entries_in_epoch = epoch_entries_max;
    EXPECT_TRUE(epoch_due(many, context(), 0));
    poster.content("x");
    ASSERT_TRUE(
        poster.seal_next(EntryKind::redact, encode_redact(std::vector<SeqRange>{{Seq{2}, Seq{2}}}))
            .ok());
    EXPECT_TRUE(epoch_due(poster.stream, context(), 0));
}

TEST_F(StreamDirectory, DerivedAudienceIsJudgedOnceItsDefinitionIsKnown) {
    AudienceDefinition definition;
    definition.base = all();
    definition.excluded = {"CAN"};
    const NodeId origin = network.node("aus-bkk").id;
    fill_recipients(network.state(), definition, origin);
    const DirSeq at_grant = network.state().n;
    Poster poster(network, "aus-bkk", network.rng().bytes<AudienceId>());
    poster.grant(&definition);
    EXPECT_TRUE(check_definition(network.directory(), definition, nullptr, origin, at_grant).ok());

    network.suspend("can-bkk");  // Not a member of it: nothing changes.
    poster.content("one");
    network.suspend("gbr-bkk");  // A member.
    poster.content("two");
    const DirSeq stale = network.state().n;

    AcceptContext known = context();
    known.definition = &definition;
    StreamState reader;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(receive(poster.entries[i], reader, known), "ok");
    EXPECT_EQ(receive(poster.entries[3], reader, known), "stale-epoch");

    // Who has no definition takes both, and finds out later; the coordinator never can.
    AcceptContext carrier = known;
    carrier.coordinator = true;
    for (const AcceptContext& blind : {context(), carrier}) {
        StreamState state;
        for (const VerifiedEntry& entry : poster.entries)
            EXPECT_EQ(receive(entry, state, blind), "ok");
        EXPECT_EQ(state.members_checked, at_grant);
    }
    const auto check = [&](DirSeq entry) {
        return check_stale_epoch(network.directory(), definition, origin, {at_grant, entry});
    };
    EXPECT_TRUE(check(DirSeq{stale.value - 1}).ok());
    EXPECT_EQ(check(stale).code(), Errc::stale_epoch);
    EXPECT_EQ(check(stale.next()).code(), Errc::parked);

    AudienceDefinition wider = definition;
    wider.excluded.clear();
    fill_recipients(*network.directory().at(at_grant), wider, origin);
    EXPECT_EQ(check_definition(network.directory(), wider, &definition, origin, at_grant).code(),
              Errc::structure);
    definition.recipients.pop_back();
    EXPECT_EQ(check_definition(network.directory(), definition, nullptr, origin, at_grant).code(),
              Errc::structure);
}

TEST_F(StreamDirectory, OriginOutsideItsBaseIsRefused) {
    AudienceDefinition definition;
    definition.base = missions();
    Poster poster(network, "tha-bkk", network.rng().bytes<AudienceId>());
    AcceptContext known = context();
    known.definition = &definition;
    StreamState state;
    EXPECT_EQ(receive(poster.entries[0], state, known), "not-member");
}

TEST_F(StreamDirectory, ParkedUntilTheDirectoryComes) {
    Poster poster(network, "aus-bkk", all());
    auto entry = parse_entry(poster.entries[0].bytes());
    Directory behind(network.id());
    for (std::uint64_t n = 0; n < network.state().n.value; ++n)
        ASSERT_TRUE(behind.apply(network.directory().record(DirSeq{n})).ok());
    EXPECT_EQ(signer_of(*entry, behind).code(), Errc::parked);
    ASSERT_TRUE(behind.apply(network.directory().record(network.state().n)).ok());
    EXPECT_TRUE(signer_of(*entry, behind).ok());
}

// The danger: nothing in the entry itself is wrong. At the record that it names its origin stood
// well, and by that record alone it would be taken.
TEST_F(StreamDirectory, Row58BackDatedEntryOfASuspendedNode) {
    Poster poster(network, "aus-bkk", all());
    poster.grant();
    StreamState held;
    take_all(poster, held);
    const DirSeq before = network.state().n;
    network.suspend("aus-bkk");
    poster.content("written after, dated before", before);
    auto entry = parse_entry(poster.entries.back().bytes());
    ASSERT_TRUE(signer_of(*entry, network.directory()).ok());
    ASSERT_TRUE(network.directory().at(before)->is_member(all(), network.node("aus-bkk").id));

    EXPECT_EQ(take(poster.entries.back(), held), "quarantined");
    EXPECT_EQ(held.head, Seq{1});
    // Nor may it found a stream, back-dated, and bulk catch-up is no way around.
    Poster fresh(network, "aus-bkk", missions());
    StreamState none;
    EXPECT_EQ(take(fresh.entries[0], none), "quarantined");
    std::vector<UnverifiedEntry> batch;
    batch.push_back(*parse_entry(poster.entries.back().bytes()));
    EXPECT_EQ(verify_batch(std::move(batch), held, context()).code(), Errc::quarantined);
    // What we held before is dropped as ever, not quarantined.
    EXPECT_EQ(take(poster.entries[1], held), "duplicate");
}

TEST_F(StreamDirectory, Row58BackDatedEntryUnderARevokedNodesCuts) {
    Poster poster(network, "aus-bkk", all());
    poster.grant();
    poster.content("before the cut");
    const StreamCut cut = poster.cut();
    const DirSeq before = network.state().n;
    network.revoke("aus-bkk", std::vector<StreamCut>{cut});
    poster.content("after the cut", before);
    StreamState state;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(take(poster.entries[i], state), "ok");
    EXPECT_EQ(take(poster.entries[3], state), "quarantined");
}

TEST_F(StreamDirectory, Row58BackDatedEntryOldKeyOpensAStream) {
    Poster poster(network, "aus-bkk", all());
    poster.grant();
    poster.content("the last under the old key");
    const DirSeq before = network.state().n;
    const StreamCut cut = poster.cut();
    network.replace_signing_key("aus-bkk", std::vector<StreamCut>{cut});

    // The thief of the old key founds a stream, dated when that key was good.
    EntryDraft draft;
    draft.kind = EntryKind::genesis;
    draft.dir_seq = before;
    draft.plain = encode_genesis({all(), network.rng().bytes<Random16>(), std::nullopt});
    StreamState forged;
    forged.network = network.id();
    forged.origin = network.node("aus-bkk").id;
    const OriginKeys old{network.node("aus-bkk").sign.front().sk, Generation{1}};
    auto genesis = seal(draft, forged, old, nullptr, Nonce24{});
    ASSERT_TRUE(genesis.ok());
    auto parsed = parse_entry(genesis->bytes());
    ASSERT_TRUE(signer_of(*parsed, network.directory()).ok()) << "at that record the key is good";
    StreamState none;
    EXPECT_EQ(take(*genesis, none), "quarantined");

    // The old stream ends at the cut under the old key and goes on under the new one.
    StreamState state;
    take_all(poster, state);
    StreamState thief = poster.stream;
    std::swap(thief, poster.stream);
    poster.content("by the thief", before, 1);
    const VerifiedEntry stolen = poster.entries.back();
    EXPECT_EQ(take(stolen, state), "quarantined");
    poster.entries.pop_back();
    poster.stream = thief;
    poster.content("by the owner", std::nullopt, 2);
    EXPECT_EQ(take(poster.entries.back(), state), "ok");
    // Two entries of one seq, but one of them is worth nothing: no fork, no proof, no freeze.
    EXPECT_EQ(take(stolen, state), "quarantined");
    const ForkProof proof{to_bytes(stolen.prefix()), to_bytes(poster.entries.back().prefix())};
    EXPECT_EQ(verify_fork(proof, network.directory()).code(), Errc::quarantined);
}

TEST_F(StreamDirectory, Row37ForkProof) {
    Poster poster(network, "aus-bkk", all());
    poster.grant();
    const StreamState split = poster.stream;
    poster.content("to some");
    poster.stream = split;
    poster.content("to others");
    const ForkProof proof{to_bytes(poster.entries[2].prefix()),
                          to_bytes(poster.entries[3].prefix())};
    EXPECT_TRUE(verify_fork(proof, network.directory()).ok());
    EXPECT_EQ(*fork_stream(proof), split.id);
    EXPECT_EQ(verify_fork({proof.one, proof.one}, network.directory()).code(), Errc::invalid);
    EXPECT_EQ(
        verify_fork({proof.one, to_bytes(poster.entries[1].prefix())}, network.directory()).code(),
        Errc::invalid);
    for (std::size_t at = 0; at < proof.other.size(); ++at) {
        ForkProof changed = proof;
        changed.other[at] ^= 1;
        ASSERT_FALSE(verify_fork(changed, network.directory()).ok()) << at;
    }
    // Suspension does not make a fork undone.
    network.suspend("aus-bkk");
    EXPECT_TRUE(verify_fork(proof, network.directory()).ok());
}

// What a bulk catch-up would let pass: only the origin can have signed a successor of it.
TEST_F(StreamDirectory, Row37ASuccessorOfABadSignatureIsAProof) {
    Poster poster(network, "aus-bkk", all());
    poster.grant();
    poster.content("first");
    Bytes bad = to_bytes(poster.entries.back().prefix());
    const Bytes good = bad;
    bad[header_bytes + 7] ^= 1;
    poster.content("after the good one");
    const Bytes after_good = to_bytes(poster.entries.back().prefix());
    poster.stream.head = poster.entries[2].header().seq;
    poster.stream.head_id = EntryId::copy_of(hash({bad}).view());
    poster.content("after the bad one");
    const Bytes after_bad = to_bytes(poster.entries.back().prefix());
    EXPECT_TRUE(verify_fork({bad, after_bad}, network.directory()).ok());
    EXPECT_EQ(verify_fork({after_bad, bad}, network.directory()).code(), Errc::invalid);
    EXPECT_EQ(verify_fork({good, after_good}, network.directory()).code(), Errc::invalid);
    EXPECT_EQ(verify_fork({bad, after_good}, network.directory()).code(), Errc::invalid);
    // Who is no origin can put a bad signature there, but can sign no successor.
    for (std::size_t at = 0; at < after_bad.size(); ++at) {
        Bytes changed = after_bad;
        changed[at] ^= 1;
        ASSERT_FALSE(verify_fork({bad, changed}, network.directory()).ok()) << at;
    }
}

TEST_F(StreamDirectory, HeadsAreOfKeysInForce) {
    const TestNode& node = network.node("aus-bkk");
    const Head head{node.id,
                    Generation{1},
                    network.rng().bytes<StreamId>(),
                    Seq{3},
                    network.rng().bytes<EntryId>(),
                    network.time()};
    const Bytes bytes = make_head(network.id(), head, node.sk());
    EXPECT_TRUE(verify_head(network.directory(), bytes).ok());
    network.replace_signing_key("aus-bkk");
    EXPECT_EQ(verify_head(network.directory(), bytes).code(), Errc::unknown_key);
}

}  // namespace
}  // namespace rilon
