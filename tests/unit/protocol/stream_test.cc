#include "protocol/stream.h"

#include <gtest/gtest.h>

#include "tests/support/test_origin.h"

namespace rilon {
namespace {

TEST(Genesis, BodyBothWays) {
    SeededRng rng(1);
    GenesisBody body{rng.bytes<AudienceId>(), rng.bytes<Random16>(), std::nullopt};
    EXPECT_EQ(encode_genesis(body).size(), 32u);
    body.supersedes = Superseded{rng.bytes<StreamId>(), Seq{7}, rng.bytes<EntryId>()};
    const Bytes bytes = encode_genesis(body);
    EXPECT_EQ(bytes.size(), 104u);
    auto parsed = parse_genesis(bytes);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(encode_genesis(*parsed), bytes);
    Bytes longer(200);
    for (std::size_t n = 0; n <= longer.size(); ++n)
        EXPECT_EQ(parse_genesis(ByteView(longer).first(n)).ok(), n == 32 || n == 104) << n;
}

TEST(Redact, BodyBothWaysAndStrict) {
    const std::vector<SeqRange> ranges{{Seq{2}, Seq{3}}, {Seq{4}, Seq{4}}, {Seq{9}, Seq{20}}};
    const Bytes bytes = encode_redact(ranges);
    auto parsed = parse_redact(bytes);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, ranges);
    for (std::size_t n = 0; n < bytes.size(); ++n)
        EXPECT_FALSE(parse_redact(ByteView(bytes).first(n)).ok());
    const auto refused = [](std::vector<SeqRange> bad) {
        return !parse_redact(encode_redact(bad)).ok();
    };
    EXPECT_TRUE(refused({{Seq{3}, Seq{2}}}));
    EXPECT_TRUE(refused({{Seq{2}, Seq{3}}, {Seq{3}, Seq{4}}}));
    EXPECT_TRUE(refused({{Seq{5}, Seq{6}}, {Seq{2}, Seq{3}}}));
    EXPECT_FALSE(parse_redact(Bytes{0, 0}).ok());
}

TEST(Stream, EveryKindIsAcceptedInOrder) {
    TestOrigin origin;
    std::vector<VerifiedEntry> made;
    made.push_back(origin.genesis());
    made.push_back(origin.grant());
    made.push_back(origin.content());
    made.push_back(origin.content("second", DirSeq{3}));
    made.push_back(*origin.seal_next(
        EntryKind::redact, encode_redact(std::vector<SeqRange>{{Seq{2}, Seq{3}}}), DirSeq{3}));
    made.push_back(origin.grant(DirSeq{4}));
    origin.replace_key();
    made.push_back(*origin.seal_next(EntryKind::chunk, Bytes(5000), DirSeq{4}));
    StreamState state;
    for (const VerifiedEntry& entry : made) {
        auto got = origin.receive(entry.bytes(), state);
        ASSERT_TRUE(got.ok()) << got.error().detail;
        EXPECT_EQ(got->id(), entry.id());
    }
    EXPECT_EQ(state.head_id, origin.stream.head_id);
    EXPECT_EQ(state.control, (std::vector<Seq>{Seq{0}, Seq{1}, Seq{4}, Seq{5}}));
    EXPECT_EQ(state.epoch.value, 2u);
    EXPECT_EQ(state.entries_in_epoch, 1u);
    EXPECT_EQ(state.generation.value, 2u);
}

TEST(Stream, SupersedingGenesisIsKnown) {
    TestOrigin origin;
    const VerifiedEntry old = origin.genesis();
    const Superseded old_head{origin.stream.id, Seq{0}, old.id()};
    StreamState fresh;
    fresh.network = origin.network;
    fresh.origin = origin.node;
    origin.stream = fresh;
    const VerifiedEntry genesis = origin.genesis(old_head);
    StreamState state;
    ASSERT_TRUE(origin.receive(genesis.bytes(), state).ok());
    ASSERT_TRUE(state.supersedes.has_value());
    EXPECT_EQ(state.supersedes->stream, old_head.stream);
    EXPECT_EQ(state.supersedes->entry, old.id());
}

TEST(Stream, AGenesisFoundsOnlyTheStreamThatWasMeant) {
    TestOrigin origin;
    const Bytes genesis = origin.genesis().bytes();
    StreamState other;
    other.id = origin.rng.bytes<StreamId>();
    EXPECT_EQ(code_of(origin.receive(genesis, other)), name_of(Errc::structure));
    EXPECT_FALSE(other.founded);
}

// seal refuses whatever verify refuses, and moves nothing.
TEST(Stream, SealObeysTheRulesOfVerify) {
    TestOrigin origin;
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::content, {})), name_of(Errc::structure));
    origin.genesis();
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::content, {})), name_of(Errc::structure));
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::genesis, Bytes(32))), name_of(Errc::structure));
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::grant, Bytes(63))), name_of(Errc::malformed));
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::grant, Bytes(65))), name_of(Errc::malformed));
    origin.grant(DirSeq{2});
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::content, {}, DirSeq{1})),
              name_of(Errc::structure));
    origin.content("x", DirSeq{2});
    const auto redact = [&](SeqRange range) {
        return code_of(origin.seal_next(EntryKind::redact,
                                        encode_redact(std::vector<SeqRange>{range}), DirSeq{2}));
    };
    EXPECT_EQ(redact({Seq{1}, Seq{2}}), name_of(Errc::structure)) << "names a grant";
    EXPECT_EQ(redact({Seq{2}, Seq{3}}), name_of(Errc::structure)) << "names itself";
    EXPECT_EQ(origin.stream.head, Seq{2});
    EXPECT_EQ(redact({Seq{2}, Seq{2}}), "ok");
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::content, {}, DirSeq{2})),
              name_of(Errc::structure))
        << "a redact closes its epoch";
    origin.stream.frozen = true;
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::grant, Bytes(64), DirSeq{2})),
              name_of(Errc::fork));
}

TEST(Stream, ARedactNamesNoClearEntryAtEitherEndOfARange) {
    TestOrigin origin;
    origin.run(1);
    origin.redact({{Seq{2}, Seq{2}}});
    origin.grant();
    origin.content();
    for (const SeqRange range : {SeqRange{Seq{2}, Seq{3}}, SeqRange{Seq{4}, Seq{5}},
                                 SeqRange{Seq{2}, Seq{5}}, SeqRange{Seq{3}, Seq{3}}})
        EXPECT_EQ(code_of(origin.seal_next(EntryKind::redact,
                                           encode_redact(std::vector<SeqRange>{range}))),
                  name_of(Errc::structure))
            << range.from.value;
}

// Nobody else may found a stream under an id that was announced, nor the origin another one.
TEST(Stream, AGenesisMustRecomputeItsStreamId) {
    TestOrigin origin;
    const VerifiedEntry genesis = origin.genesis();
    EntryHeader h = genesis.header();
    const Bytes same = origin.forge(h, genesis.body());
    h.stream = origin.rng.bytes<StreamId>();
    const Bytes forged = origin.forge(h, genesis.body());
    StreamState state;
    EXPECT_EQ(code_of(origin.receive(forged, state)), name_of(Errc::structure));
    EXPECT_EQ(code_of(origin.receive(same, state)), "ok");
}

TEST(Stream, AGrantOfAnotherDirectoryIsRefused) {
    TestOrigin origin;
    const Bytes genesis = origin.genesis().bytes();
    const Bytes grant = origin.grant(DirSeq{2}).bytes();
    StreamState state;
    ASSERT_TRUE(origin.receive(genesis, state).ok());
    origin.authority.links[2] = DirLink{};
    EXPECT_EQ(code_of(origin.receive(grant, state)), name_of(Errc::structure));
    origin.authority.links.resize(2);
    EXPECT_EQ(code_of(origin.receive(grant, state)), name_of(Errc::parked));
    origin.authority.links = origin.links;
    EXPECT_EQ(code_of(origin.receive(grant, state)), "ok");
}

TEST(Stream, StaleEpochIsRefusedAndAControlEntryIsNot) {
    TestOrigin origin;
    std::vector<Bytes> first{origin.genesis().bytes(), origin.grant(DirSeq{1}).bytes(),
                             origin.content("before", DirSeq{2}).bytes()};
    StreamState state;
    for (const Bytes& bytes : first) ASSERT_TRUE(origin.receive(bytes, state).ok());
    EXPECT_EQ(state.members_checked, DirSeq{2});
    const StreamState sealed_before = origin.stream;
    const Bytes stale = origin.content("after", DirSeq{4}).bytes();
    origin.authority.changes = {DirSeq{3}};
    EXPECT_EQ(code_of(origin.receive(stale, state)), name_of(Errc::stale_epoch));
    EXPECT_EQ(state.head, Seq{2});
    origin.stream = sealed_before;
    ASSERT_TRUE(origin.receive(origin.grant(DirSeq{4}).bytes(), state).ok());
    ASSERT_TRUE(origin.receive(origin.content("again", DirSeq{4}).bytes(), state).ok());
}

// While the definition is unknown nothing is marked as checked, so that it is once it is known.
TEST(Stream, UnknownDefinitionLeavesTheCheckForLater) {
    TestOrigin origin;
    origin.authority.derived = true;
    origin.authority.knows_definition = false;
    const auto derived_grant = [&](DirSeq n) {
        return *origin.seal_next(EntryKind::grant,
                                 encode_grant({origin.links[n.value], KeyCommitment{}, Bytes(272)}),
                                 n);
    };
    StreamState state;
    ASSERT_TRUE(origin.receive(origin.genesis().bytes(), state).ok());
    ASSERT_TRUE(origin.receive(derived_grant(DirSeq{1}).bytes(), state).ok());
    EXPECT_TRUE(state.derived);
    ASSERT_TRUE(origin.receive(origin.content("a", DirSeq{4}).bytes(), state).ok());
    EXPECT_EQ(state.members_checked, DirSeq{1});
    origin.authority.knows_definition = true;
    origin.authority.changes = {DirSeq{3}};
    EXPECT_EQ(code_of(origin.receive(origin.content("b", DirSeq{4}).bytes(), state)),
              name_of(Errc::stale_epoch));
    // A stream does not change its sort.
    EXPECT_EQ(code_of(origin.seal_next(EntryKind::grant, Bytes(64), DirSeq{4})),
              name_of(Errc::structure));
}

TEST(Row36Replay, AnEntryWeHoldIsDroppedAndAStrangeOneRefused) {
    TestOrigin origin;
    const std::vector<Bytes> run = origin.run(3);
    StreamState state;
    for (const Bytes& bytes : run) ASSERT_TRUE(origin.receive(bytes, state).ok());
    // Every signature still holds: without the chain's position a replay would be taken again.
    const StreamState at_rest = state;
    for (const Bytes& bytes : run) {
        EXPECT_TRUE(check_signature(*parse_entry(bytes), origin.keys[0].pk).ok());
        EXPECT_EQ(code_of(origin.receive(bytes, state)), name_of(Errc::duplicate));
        EXPECT_EQ(state.head_id, at_rest.head_id);
    }
    // Into another network: the very same bytes.
    origin.authority.net = origin.rng.bytes<NetworkId>();
    StreamState elsewhere;
    EXPECT_EQ(code_of(origin.receive(run[0], elsewhere)), name_of(Errc::wrong_network));
    // Into another stream of the same origin, in the right place.
    origin.authority.net = origin.network;
    StreamState other = state;
    other.id = origin.rng.bytes<StreamId>();
    other.head = Seq{3};
    EXPECT_EQ(code_of(origin.receive(run[4], other)), name_of(Errc::structure));
}

TEST(Row36Replay, OrderOnly) {
    TestOrigin origin;
    const std::vector<Bytes> run = origin.run(3);
    StreamState state;
    EXPECT_EQ(code_of(origin.receive(run[1], state)), name_of(Errc::gap));
    ASSERT_TRUE(origin.receive(run[0], state).ok());
    EXPECT_EQ(code_of(origin.receive(run[2], state)), name_of(Errc::gap));
    EXPECT_EQ(state.head, Seq{0});
}

TEST(Row37Fork, TwoEntriesOfOneSeq) {
    TestOrigin origin;
    std::vector<Bytes> run = origin.run(1);
    const StreamState split = origin.stream;
    const Bytes one = origin.content("to some").bytes();
    origin.stream = split;
    const Bytes other = origin.content("to others").bytes();
    // The danger: each alone is perfectly valid, so two readers would hold two truths.
    StreamState reader;
    for (const Bytes& bytes : run) ASSERT_TRUE(origin.receive(bytes, reader).ok());
    StreamState another_reader = reader;
    ASSERT_TRUE(origin.receive(one, reader).ok());
    ASSERT_TRUE(origin.receive(other, another_reader).ok());
    // The defence: whoever sees both knows.
    EXPECT_EQ(code_of(origin.receive(other, reader)), name_of(Errc::fork));
    EXPECT_EQ(code_of(origin.receive(one, another_reader)), name_of(Errc::fork));
    // Its successor shows it as well, by prev.
    const Bytes after_other = origin.content("and on").bytes();
    EXPECT_EQ(code_of(origin.receive(after_other, reader)), name_of(Errc::fork));
    // Deeper down the caller says what it holds there.
    ASSERT_TRUE(origin.receive(after_other, another_reader).ok());
    auto signed_one = check_signature(*parse_entry(one), origin.keys[0].pk);
    const EntryId held = parse_entry(other)->id();
    EXPECT_EQ(code_of(verify_under(std::move(*signed_one), another_reader, origin.authority, held)),
              name_of(Errc::fork));
    reader.frozen = true;
    EXPECT_EQ(code_of(origin.receive(origin.content("more").bytes(), reader)), name_of(Errc::gap));
}

TEST(Row37Fork, AStolenOldKeyCannotFreezeAStream) {
    TestOrigin origin;
    StreamState state;
    for (const Bytes& bytes : origin.run(1)) ASSERT_TRUE(origin.receive(bytes, state).ok());
    EntryHeader h = origin.next_header();
    const Bytes forged = origin.forge(h, Bytes(272));
    ASSERT_TRUE(origin.receive(origin.content().bytes(), state).ok());
    EXPECT_EQ(code_of(origin.receive(forged, state)), name_of(Errc::fork));
    origin.authority.standing = [](const UnverifiedEntry&, const StreamState&) {
        return Status(Errc::quarantined, "above the cut");
    };
    EXPECT_EQ(code_of(origin.receive(forged, state)), name_of(Errc::quarantined));
}

std::vector<UnverifiedEntry> parsed(const std::vector<Bytes>& run) {
    std::vector<UnverifiedEntry> out;
    for (const Bytes& bytes : run) out.push_back(*parse_entry(bytes));
    return out;
}

TEST(CatchUpTrustsTheChain, OnlyAfterTheLastSignature) {
    TestOrigin origin;
    std::vector<Bytes> run = origin.run(20);
    run.back()[header_bytes] ^= 1;  // Its signature.
    // The danger: by the chain alone all of it is right, to the last entry.
    const auto entries = parsed(run);
    for (std::size_t i = 1; i < entries.size(); ++i)
        ASSERT_EQ(entries[i].header().prev, entries[i - 1].id());

    StreamState state;
    auto batch = parsed(run);
    auto out = verify_batch_under(std::move(batch), state, origin.authority);
    EXPECT_EQ(code_of(out), name_of(Errc::bad_signature));
    EXPECT_FALSE(state.founded);
    EXPECT_EQ(batch.size(), run.size()) << "still the caller's, to ask another source";

    run.back()[header_bytes] ^= 1;
    batch = parsed(run);
    out = verify_batch_under(std::move(batch), state, origin.authority);
    ASSERT_TRUE(out.ok()) << out.error().detail;
    EXPECT_EQ(out->size(), run.size());
    EXPECT_EQ(state.head_id, origin.stream.head_id);
    for (const VerifiedEntry& entry : *out)
        EXPECT_TRUE(signature_holds(entry.unverified(), origin.keys[0].pk));
}

TEST(CatchUpTrustsTheChain, ABadSignatureInsideIsFoundAfterwards) {
    TestOrigin origin;
    std::vector<Bytes> run{origin.genesis().bytes(), origin.grant().bytes()};
    // An origin that signs badly once and chains on: the id covers the bad signature.
    Bytes bad = origin.content("x").bytes();
    bad[header_bytes] ^= 1;
    origin.stream.head_id = parse_entry(bad)->id();
    run.push_back(bad);
    run.push_back(origin.content("y").bytes());
    StreamState state;
    auto out = verify_batch_under(parsed(run), state, origin.authority);
    ASSERT_TRUE(out.ok());
    EXPECT_FALSE(signature_holds((*out)[2].unverified(), origin.keys[0].pk));
}

TEST(CatchUpTrustsTheChain, EveryOtherRuleHoldsInside) {
    TestOrigin origin;
    const std::vector<Bytes> run = origin.run(5);
    const auto without = [&](std::size_t i) {
        std::vector<Bytes> out = run;
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
        return out;
    };
    for (std::size_t i = 0; i + 1 < run.size(); ++i) {
        StreamState state;
        EXPECT_FALSE(verify_batch_under(parsed(without(i)), state, origin.authority).ok());
        EXPECT_FALSE(state.founded);
    }
    std::vector<Bytes> swapped = run;
    std::swap(swapped[3], swapped[4]);
    StreamState state;
    EXPECT_FALSE(verify_batch_under(parsed(swapped), state, origin.authority).ok());
    EXPECT_EQ(code_of(verify_batch_under({}, state, origin.authority)), name_of(Errc::invalid));
    origin.replace_key();
    std::vector<Bytes> two_keys = run;
    two_keys.push_back(origin.content().bytes());
    EXPECT_EQ(code_of(verify_batch_under(parsed(two_keys), state, origin.authority)),
              name_of(Errc::invalid));
}

// A run that is wrong in another way too must not get its entries looked at one by one for that.
TEST(CatchUpTrustsTheChain, TheLastSignatureIsLookedAtFirst) {
    TestOrigin origin;
    std::vector<Bytes> run = origin.run(5);
    origin.replace_key();
    run.push_back(origin.content().bytes());
    run.back()[header_bytes] ^= 1;
    StreamState state;
    EXPECT_EQ(code_of(verify_batch_under(parsed(run), state, origin.authority)),
              name_of(Errc::bad_signature));
}

TEST(Verify, AFailedEntryIsStillTheCallers) {
    TestOrigin origin;
    const std::vector<Bytes> run = origin.run(1);
    auto early = check_signature(*parse_entry(run[1]), origin.keys[0].pk);
    StreamState state;
    EXPECT_EQ(code_of(verify_under(std::move(*early), state, origin.authority)),
              name_of(Errc::gap));
    ASSERT_TRUE(origin.receive(run[0], state).ok());
    EXPECT_EQ(code_of(verify_under(std::move(*early), state, origin.authority)), "ok");
    auto other_key = make_sign_key_pair(origin.rng);
    EXPECT_EQ(code_of(check_signature(*parse_entry(run[2]), other_key.pk)),
              name_of(Errc::bad_signature));
}

// A good signature, but of a key that is not the origin's.
TEST(Verify, TheKeyMustBeTheDirectorys) {
    TestOrigin origin;
    const SignKeyPair stranger = make_sign_key_pair(origin.rng);
    StreamState forged;
    forged.network = origin.network;
    forged.origin = origin.node;
    const OriginKeys keys{stranger.sk, Generation{1}};
    auto genesis =
        seal(TestOrigin::draft(EntryKind::genesis, Bytes(32)), forged, keys, nullptr, Nonce24{});
    ASSERT_TRUE(genesis.ok());
    auto checked = check_signature(*parse_entry(genesis->bytes()), stranger.pk);
    ASSERT_TRUE(checked.ok());
    StreamState state;
    EXPECT_EQ(code_of(verify_under(std::move(*checked), state, origin.authority)),
              name_of(Errc::bad_signature));
    EXPECT_FALSE(state.founded);
}

TEST(Verify, BodyThatComesLater) {
    TestOrigin origin;
    origin.run(0);
    const VerifiedEntry one = origin.content("one");
    const VerifiedEntry two = origin.content("two");
    EXPECT_TRUE(verify_body(*parse_entry(one.bytes()), one.id()).ok());
    EXPECT_EQ(code_of(verify_body(*parse_entry(two.bytes()), one.id())), name_of(Errc::fork));
    EXPECT_EQ(code_of(verify_body(*parse_absent_entry(one.prefix()), one.id())),
              name_of(Errc::absent));
    EXPECT_EQ(code_of(trust_stored(*parse_entry(two.bytes()), one.id())), name_of(Errc::damaged));
}

// An absent entry takes its place in the chain like any other.
TEST(Verify, AbsentEntryIsAccepted) {
    TestOrigin origin;
    const std::vector<Bytes> run = origin.run(2);
    StreamState state;
    ASSERT_TRUE(origin.receive(run[0], state).ok());
    ASSERT_TRUE(origin.receive(run[1], state).ok());
    auto absent = parse_absent_entry(ByteView(run[2]).first(entry_prefix_bytes));
    ASSERT_TRUE(origin.receive(std::move(*absent), state).ok());
    ASSERT_TRUE(origin.receive(run[3], state).ok());
}

}  // namespace
}  // namespace rilon
