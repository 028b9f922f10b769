// New keys of a node on a live network: encryption keys by itself, signing keys by persons.
#include <algorithm>

#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

constexpr const char* aus = "aus-bkk";

class CoreRotation : public SmallNet {
   protected:
    Daemon& node() { return net.daemon(aus); }
    const NodeRecord& record(const std::string& at = "coordinator-1") {
        return *net.daemon(at).node().directory().now().node(id(aus));
    }
    // As `rilon identity rotate`.
    Result<proto::RotateResponse> rotate(const std::string& key, bool cancel = false,
                                         bool stolen = false) {
        proto::Request request;
        request.mutable_rotate()->set_key(key);
        request.mutable_rotate()->set_cancel(cancel);
        request.mutable_rotate()->set_stolen(stolen);
        auto done = net.request(aus, std::move(request));
        if (!done.ok()) return done.error();
        return done->rotate();
    }
    StatementDraft begin_signing(bool stolen = false) {
        auto begun = rotate("signing", false, stolen);
        EXPECT_TRUE(begun.ok()) << begun.error().detail;
        if (!begun.ok()) return {};
        auto draft = parse_draft(as_bytes(begun->draft()));
        EXPECT_TRUE(draft.ok());
        return draft.ok() ? *draft : StatementDraft{};
    }
    // As `rilon admin approve` of an administrator, an RSO officer and the chair.
    void approve(const StatementDraft& draft) {
        Status done = net.submit([&](Drafter&) { return draft.statement; },
                                 net.network().admitters("AUS", "BKK"));
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.run(10 * ms_second);
    }
    std::vector<std::string> warnings() {
        proto::Request request;
        request.mutable_status();
        auto done = net.request(aus, std::move(request));
        EXPECT_TRUE(done.ok());
        if (!done.ok()) return {};
        return {done->status().warnings().begin(), done->status().warnings().end()};
    }
    bool warned(const std::string& of) {
        auto all = warnings();
        return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
            return one.find(of) != std::string::npos;
        });
    }
    // A failure of the control socket, as TestNet gives it.
    template <class T>
    static bool refused(const Result<T>& done, Errc code) {
        return !done.ok() && done.error().detail.starts_with(std::string(errc_name(code)) + ":");
    }
    bool has_secret(const EncPublicKey& pk) {
        const auto& enc = node().identity().enc;
        return std::any_of(enc.begin(), enc.end(), [&](const auto& one) { return one.pk == pk; });
    }
    static std::string vault_name(const EncPublicKey& pk) { return "enc." + pk.hex(); }
    void everybody_reads(const Posted& posted) {
        net.run(10 * ms_second);
        for (const char* reader : {"can-bkk", "gbr-bkk", "tha-bkk", aus})
            EXPECT_TRUE(net.reads(reader, posted.alert())) << reader;
    }
    void restart() {
        net.kill(aus);
        net.start(aus);
        net.run(10 * ms_second);
    }
    // As kill -9 in the turn that takes this request, on one side of its commit.
    void crash_in(const std::string& key, CrashPoint where) {
        proto::Request request;
        request.set_id(1);
        request.mutable_rotate()->set_key(key);
        ClientFrame frame{ClientId{77}, node().officer().transport.pk,
                          to_bytes(as_bytes(request.SerializeAsString()))};
        std::vector<Event> events;
        events.emplace_back(std::move(frame));
        net.kill(aus);  // Its links with it.
        ASSERT_TRUE(node().start(net.now()).ok());
        ASSERT_TRUE(node().turn(std::move(events), net.now(), where).ok());
        ASSERT_FALSE(node().running());
        net.start(aus);
        net.run(10 * ms_second);
    }
    // The next entry of the stream under these keys.
    VerifiedEntry craft(const OriginKeys& keys, const StreamState& from) {
        StreamState state = from;
        auto key = node().store().epoch_key(state.id, state.epoch);
        auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq, {1, 2, 3}}, state,
                         keys, &**key, net.rng().bytes<Nonce24>());
        return std::move(*made);
    }
};

// --- encryption ---------------------------------------------------------------------------------

TEST_F(CoreRotation, ANewEncryptionKeyEveryNinetyDaysAndTheOldOneGoesFortyFiveDaysLater) {
    const EncPublicKey first = record().enc_pk;
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    const EncPublicKey second = record().enc_pk;
    ASSERT_NE(second, first);
    net.sleep(44 * ms_day);
    EXPECT_TRUE(has_secret(first) && has_secret(second));
    net.sleep(2 * ms_day);
    EXPECT_FALSE(has_secret(first));  // The identity file's.
    net.sleep(43 * ms_day);
    EXPECT_EQ(record().enc_pk, second);
    Posted before = post("gbr-bkk", {"BKK"});
    everybody_reads(before);
    const StreamId stream = before.parts[0].stream;
    const Epoch epoch = net.daemon("gbr-bkk").disk().streams.at(stream).epoch;

    net.sleep(2 * ms_day);
    const EncPublicKey third = record().enc_pk;
    ASSERT_NE(third, second);
    EXPECT_TRUE(has_secret(second) && has_secret(third));
    EXPECT_TRUE(node().disk().secrets.contains(vault_name(second)));
    EXPECT_TRUE(node().disk().secrets.contains(vault_name(third)));
    // Slots from now on are for the new key, in a new epoch.
    everybody_reads(post("gbr-bkk", {"BKK"}));
    EXPECT_GT(net.daemon("gbr-bkk").disk().streams.at(stream).epoch, epoch);
    everybody_reads(post(aus, {"BKK"}));
    EXPECT_TRUE(warnings().empty());

    net.sleep(46 * ms_day);
    EXPECT_FALSE(has_secret(second));  // The vault's.
    EXPECT_FALSE(node().disk().secrets.contains(vault_name(second)));
    EXPECT_TRUE(has_secret(third));
    restart();
    EXPECT_FALSE(has_secret(first) || has_secret(second));
    EXPECT_TRUE(net.reads(aus, before.alert()));
    everybody_reads(post("gbr-bkk", {"BKK"}));
}

// The danger: a statement whose key is only in memory when it is recorded.
TEST_F(CoreRotation, TheSecretIsDurableBeforeItsStatementLeavesTheNode) {
    unsigned seen = 0;
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.from != id(aus) || frame.head.type != SyncType::directory) return;
        proto::SyncDirectory body;
        if (!body.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())) ||
            !body.has_submit())
            return;
        ++seen;
        auto statement = parse_statement(as_bytes(body.submit().statement()));
        ASSERT_TRUE(statement.ok());
        auto pk = EncPublicKey::parse(statement->rotate_encryption().new_enc_pk());
        ASSERT_TRUE(pk.ok());
        EXPECT_TRUE(node().disk().secrets.contains(vault_name(*pk)));
        EXPECT_TRUE(has_secret(*pk));
    };
    const EncPublicKey first = record().enc_pk;
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    EXPECT_EQ(seen, 1u);
    EXPECT_NE(record().enc_pk, first);
    everybody_reads(post("can-bkk", {"BKK"}));
}

TEST_F(CoreRotation, KilledAtEachStepItStartsWithEveryKeyThatMayBeRecorded) {
    const EncPublicKey first = record().enc_pk;
    crash_in("encryption", CrashPoint::before_commit);  // Nothing of it was.
    EXPECT_EQ(record().enc_pk, first);
    EXPECT_EQ(node().identity().enc.size(), 1u);
    crash_in("encryption", CrashPoint::after_commit);  // Nothing left, and the file is of before.
    ASSERT_TRUE(has_secret(record().enc_pk));
    EXPECT_NE(record().enc_pk, first);
    everybody_reads(post("can-bkk", {"BKK"}));
    // The statement is on its way, and no answer comes: it goes on after the start.
    const EncPublicKey second = record().enc_pk;
    net.block(id("coordinator-1"), id(aus), true);
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(ms_second);
    net.kill(aus);
    net.block(id("coordinator-1"), id(aus), false);
    net.run(5 * ms_second);
    restart();
    net.run(ms_minute);
    EXPECT_NE(record().enc_pk, second);
    EXPECT_TRUE(has_secret(record(aus).enc_pk));
    everybody_reads(post("can-bkk", {"BKK"}));
    EXPECT_TRUE(warnings().empty());
}

TEST_F(CoreRotation, WhatWasSealedToTheOldKeyOpensAfterTheRotation) {
    // The slot of this posting does not come until the key is replaced.
    net.filter = [&](const SentFrame& frame) {
        if (frame.to != id(aus)) return false;
        if (frame.head.type == SyncType::slots) return true;
        proto::SyncEntries entries;
        const bool carries = frame.head.type == SyncType::push || frame.head.type == SyncType::put;
        return carries &&
               entries.ParseFromArray(frame.payload.data(),
                                      static_cast<int>(frame.payload.size())) &&
               entries.slots_size() > 0;
    };
    Posted waiting = post("gbr-bkk", {"BKK"});
    net.run(20 * ms_second);
    ASSERT_FALSE(net.reads(aus, waiting.alert()));
    const EncPublicKey first = record().enc_pk;
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    ASSERT_NE(record(aus).enc_pk, first);
    net.filter = nullptr;
    everybody_reads(waiting);
}

TEST_F(CoreRotation, AReaderThatWasAwayDuringTheRotationMissesNothing) {
    net.kill("can-bkk");
    Posted before = post(aus, {"BKK"});
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    Posted after = post(aus, {"BKK"});
    net.run(ms_minute);
    net.start("can-bkk");
    net.run(10 * ms_second);
    everybody_reads(before);
    everybody_reads(after);
}

TEST_F(CoreRotation, WithoutTheCoordinatorItWaitsAndSaysSo) {
    net.sleep(80 * ms_day);
    net.kill("coordinator-1");
    // Nobody has signed that ninety days are over.
    net.sleep(12 * ms_day);
    EXPECT_EQ(node().identity().enc.size(), 1u);
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(ms_minute);
    EXPECT_EQ(node().identity().enc.size(), 2u);
    net.start("coordinator-1");
    net.run(2 * ms_minute);
    EXPECT_TRUE(has_secret(record().enc_pk));
    EXPECT_EQ(record().old_encs.size(), 1u);
    EXPECT_TRUE(warnings().empty());
}

// A sequencer that refuses; the node goes on with the key that it has.
TEST_F(CoreRotation, AKeyThatCannotBeRecordedIsTold) {
    net.filter = [&](const SentFrame& frame) {
        proto::SyncDirectory body;
        return frame.from == id(aus) && frame.head.type == SyncType::directory &&
               body.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())) &&
               body.has_submit();
    };
    net.sleep(92 * ms_day);
    EXPECT_EQ(record().old_encs.size(), 0u);
    EXPECT_TRUE(warned("successor is not recorded"));
    everybody_reads(post("gbr-bkk", {"BKK"}));
    net.filter = nullptr;
    net.run(2 * ms_minute);
    EXPECT_EQ(record().old_encs.size(), 1u);
    EXPECT_TRUE(warnings().empty());
}

TEST_F(CoreRotation, Row41AFifthKeyWithinThirtyDaysIsRefusedBeforeItIsMade) {
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(rotate("encryption").ok());
        net.run(10 * ms_second);
    }
    EXPECT_EQ(record().old_encs.size(), 4u);
    EXPECT_TRUE(refused(rotate("encryption"), Errc::not_permitted));
    EXPECT_EQ(node().identity().enc.size(), 5u);
}

// The danger: by its own clock alone it would destroy what others still seal to.
TEST_F(CoreRotation, Row54AClockAYearAheadDestroysNoKey) {
    const EncPublicKey first = record().enc_pk;
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    ASSERT_TRUE(node().turn({}, net.now().plus(365 * ms_day)).ok());
    net.run(ms_minute);
    EXPECT_TRUE(has_secret(first));
    EXPECT_EQ(record().old_encs.size(), 1u);
}

// Store and identity file of before the rotation: the network seals to a key that is gone.
TEST_F(CoreRotation, Row16ABackupOlderThanTheKeyGetsANewOneByItself) {
    auto copy = node().backup();
    const EncPublicKey first = record().enc_pk;
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    const EncPublicKey second = record().enc_pk;
    Posted lost = post("gbr-bkk", {"BKK"});
    everybody_reads(lost);
    net.kill(aus);
    node().restore(*copy);
    ChangeIdentity change;
    change.forget.push_back(second);
    change_identity(node().identity(), std::move(change));
    node().identity().stored = true;
    net.cut(aus, "coordinator-1");
    net.start(aus);
    net.run(20 * ms_second);
    EXPECT_TRUE(warned("encryption key is lost"));
    net.heal(aus, "coordinator-1");
    net.run(2 * ms_minute);
    EXPECT_FALSE(warned("encryption key"));
    const EncPublicKey third = record().enc_pk;
    EXPECT_TRUE(third != first && third != second && has_secret(third));
    // What was sealed to the lost key stays closed, said as a count; what comes now is read.
    EXPECT_FALSE(net.reads(aus, lost.alert()));
    everybody_reads(post("gbr-bkk", {"BKK"}));
    everybody_reads(post(aus, {"BKK"}));
}

// --- signing ------------------------------------------------------------------------------------

TEST_F(CoreRotation, ASigningKeyIsReplacedByPersonsAndTheStreamGoesOn) {
    Posted before = post(aus, {"BKK"});
    everybody_reads(before);
    const StatementDraft draft = begin_signing();
    EXPECT_EQ(begin_signing().statement, draft.statement);  // The file was lost: the same again.
    // Sealed behind the cuts it would be refused by all for good.
    auto denied = net.post(aus, {"BKK"}, "too late");
    EXPECT_TRUE(refused(denied, Errc::locked));
    EXPECT_TRUE(warned("is being replaced"));
    restart();
    EXPECT_TRUE(refused(net.post(aus, {"BKK"}, "too late"), Errc::locked));
    EXPECT_EQ(begin_signing().statement, draft.statement);
    everybody_reads(post("gbr-bkk", {"BKK"}));  // Others post, and it reads.

    approve(draft);
    EXPECT_EQ(node().identity().generation, Generation{2});
    EXPECT_EQ(node().identity().sign.pk, record().current_key().pk);
    EXPECT_TRUE(warnings().empty());
    Posted after = post(aus, {"BKK"});
    EXPECT_EQ(after.parts[0].stream, before.parts[0].stream);
    everybody_reads(after);
    EXPECT_EQ(net.daemon("gbr-bkk").disk().streams.at(after.parts[0].stream).generation,
              Generation{2});
    // Two in a row, and one of the other kind between.
    ASSERT_TRUE(rotate("encryption").ok());
    net.run(10 * ms_second);
    approve(begin_signing());
    EXPECT_EQ(node().identity().generation, Generation{3});
    restart();
    EXPECT_EQ(node().identity().generation, Generation{3});
    everybody_reads(post(aus, {"BKK"}));
    EXPECT_TRUE(net.withdraw(aus, before.alert()).ok());
    net.run(10 * ms_second);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", before.alert()));
}

// The danger: at its record the stolen key is good, and its entry is the next one of the stream.
TEST_F(CoreRotation, AStolenSigningKeyPostsNothingAfterTheCut) {
    const StreamId stream = post(aus, {"BKK"}).parts[0].stream;
    net.run(5 * ms_second);
    OriginKeys stolen{node().identity().sign.sk.duplicate(), Generation{1}};
    const StreamState then = node().disk().streams.at(stream);
    const StatementDraft draft = begin_signing(true);
    // Before the record one reader has taken it already.
    VerifiedEntry theirs = craft(stolen, then);
    auto push = [&](const char* to) {
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        frame.add_entries()->set_entry(std::string(as_text(theirs.bytes())));
        frame.set_head(theirs.header().seq.value);
        net.inject(id("tha-bkk"), id(to), SyncType::push, frame.SerializeAsString());
        net.run(100);
    };
    push("can-bkk");
    EXPECT_EQ(net.daemon("can-bkk").disk().streams.at(stream).head, theirs.header().seq);
    approve(draft);
    const Seq held = net.daemon("can-bkk").disk().streams.at(stream).head;
    EXPECT_EQ(held, theirs.header().seq);
    // The stream ends; what its origin says from now on reaches that reader too.
    Posted after = post(aus, {"BKK"});
    EXPECT_NE(after.parts[0].stream, stream);
    everybody_reads(after);
    // Nothing more under the stolen key, in the old stream or in one of its own.
    StreamState further = net.daemon("can-bkk").disk().streams.at(stream);
    theirs = craft(stolen, further);
    push("can-bkk");
    EXPECT_EQ(net.daemon("can-bkk").disk().streams.at(stream).head, held);
    EXPECT_TRUE(std::none_of(net.daemons().begin(), net.daemons().end(), [](const auto& one) {
        const auto& streams = one.second->disk().streams;
        return std::any_of(streams.begin(), streams.end(),
                           [](const auto& item) { return item.second.frozen; });
    }));
}

TEST_F(CoreRotation, KilledBetweenTheRecordAndTheIdentityFileItHasTheNewKey) {
    Posted before = post(aus, {"BKK"});
    net.run(5 * ms_second);
    SignKeyPair old{node().identity().sign.pk, node().identity().sign.sk.duplicate()};
    approve(begin_signing());
    ASSERT_EQ(node().identity().generation, Generation{2});
    net.kill(aus);
    node().identity().sign = std::move(old);  // The file of before.
    node().identity().generation = Generation{1};
    net.start(aus);
    EXPECT_EQ(node().identity().generation, Generation{2});
    EXPECT_EQ(node().identity().sign.pk, record().current_key().pk);
    everybody_reads(before);
    everybody_reads(post(aus, {"BKK"}));
}

// Letters under the old key are dropped with the switch, and what they said is said again: also by
// a node that goes down in the seconds between.
TEST_F(CoreRotation, KilledRightAfterTheSwitchItStillSaysWhatIsGone) {
    Posted posted = post("gbr-bkk", {"BKK"});
    net.run(10 * ms_second);
    const EntryRef at =
        net.daemon("gbr-bkk").node().index().alert(posted.alert())->revisions.back();
    net.filter = [this](const SentFrame& frame) {
        return frame.from == node().id() && frame.head.type == SyncType::ack;
    };
    ASSERT_TRUE(net.withdraw("gbr-bkk", posted.alert()).ok());
    net.run(10 * ms_second);
    const auto& said = net.daemon("gbr-bkk").disk().entry_acks;
    const auto gone = std::tuple(at.stream, at.seq, AckLevel::redacted, node().id());
    ASSERT_FALSE(said.contains(gone));
    const StatementDraft draft = begin_signing();
    Status done = net.submit([&](Drafter&) { return draft.statement; },
                             net.network().admitters("AUS", "BKK"));
    ASSERT_TRUE(done.ok()) << done.error().detail;
    for (int i = 0; i < 2000 && node().identity().generation != Generation{2}; ++i) net.run(5);
    ASSERT_EQ(node().identity().generation, Generation{2});
    net.run(500);  // Its letters are dropped.
    net.filter = nullptr;
    restart();
    net.run(10 * ms_second);
    EXPECT_TRUE(said.contains(gone));
}

// Nobody has the key that the directory names: persons put another one in its place.
TEST_F(CoreRotation, Row16ABackupOlderThanTheSigningKeyIsMendedByAnother) {
    auto copy = node().backup();
    SignKeyPair old{node().identity().sign.pk, node().identity().sign.sk.duplicate()};
    approve(begin_signing());
    Posted before = post(aus, {"BKK"});
    everybody_reads(before);
    net.kill(aus);
    node().restore(*copy);
    node().identity().sign = std::move(old);
    node().identity().generation = Generation{1};
    net.start(aus);
    net.run(ms_minute);  // In step with its peers.
    EXPECT_TRUE(refused(net.post(aus, {"BKK"}, "without a key"), Errc::not_enrolled));
    approve(begin_signing());
    EXPECT_EQ(node().identity().generation, Generation{3});
    Posted after = post(aus, {"BKK"});
    EXPECT_NE(after.parts[0].stream, before.parts[0].stream);
    everybody_reads(after);
}

TEST_F(CoreRotation, KilledWhileTheDraftIsMadeNothingIsBegun) {
    crash_in("signing", CrashPoint::before_commit);
    everybody_reads(post(aus, {"BKK"}));
    crash_in("signing", CrashPoint::after_commit);  // Durable, and nobody was answered.
    EXPECT_TRUE(refused(net.post(aus, {"BKK"}, "too late"), Errc::locked));
    approve(begin_signing());
    everybody_reads(post(aus, {"BKK"}));
    EXPECT_EQ(node().identity().generation, Generation{2});
}

TEST_F(CoreRotation, ADraftThatExpiresLeavesTheKeyAsItWas) {
    Posted before = post(aus, {"BKK"});
    const StatementDraft draft = begin_signing();
    net.sleep(3 * ms_day + 7 * ms_hour);
    everybody_reads(post(aus, {"BKK"}));
    EXPECT_EQ(node().identity().generation, Generation{1});
    EXPECT_EQ(node().disk().secrets.size(), 0u);
    Status late = net.submit([&](Drafter&) { return draft.statement; },
                             net.network().admitters("AUS", "BKK"));
    EXPECT_FALSE(late.ok());
    EXPECT_TRUE(net.reads("gbr-bkk", before.alert()));
}

// The danger: whoever cancels posts behind cuts that somebody may have signed.
TEST_F(CoreRotation, ACancelledDraftThatIsSignedAllTheSameEndsTheStream) {
    Posted before = post(aus, {"BKK"});
    net.run(5 * ms_second);
    const StatementDraft draft = begin_signing();
    EXPECT_TRUE(refused(rotate("encryption", true), Errc::unsupported));
    ASSERT_TRUE(rotate("signing", true).ok());
    EXPECT_TRUE(refused(rotate("signing", true), Errc::not_found));
    Posted between = post(aus, {"BKK"});
    EXPECT_EQ(between.parts[0].stream, before.parts[0].stream);
    net.run(10 * ms_second);
    restart();
    approve(draft);
    EXPECT_EQ(node().identity().generation, Generation{2});
    Posted after = post(aus, {"BKK"});
    EXPECT_NE(after.parts[0].stream, before.parts[0].stream);
    everybody_reads(after);
    everybody_reads(between);  // Taken before the cut was known.
    restart();
    EXPECT_EQ(post(aus, {"BKK"}).parts[0].stream, after.parts[0].stream);
}

// Both of a preview's ways into a stream under the key before.
TEST_F(CoreRotation, APostingShownBeforeTheReplacementIsShownAgain) {
    proto::Request prepare;
    auto* what = prepare.mutable_prepare();
    what->mutable_operation()->mutable_publish()->mutable_bulletin()->set_text("slow officer");
    what->mutable_wish()->set_audience("BKK");
    auto shown = net.request(aus, prepare);
    ASSERT_TRUE(shown.ok());
    approve(begin_signing());
    const auto& part = shown->prepared().parts(0);
    proto::Request commit;
    commit.mutable_commit()->set_ticket(shown->prepared().ticket());
    commit.mutable_commit()->add_signatures(
        sign(node().officer().sign.sk,
             officer_message(net.network().id(), StreamId::copy_of(as_bytes(part.stream_id())),
                             AlertId::copy_of(as_bytes(part.alert_id())),
                             as_bytes(part.operation())))
            .str());
    EXPECT_TRUE(refused(net.request(aus, std::move(commit)), Errc::readers_changed));
    everybody_reads(post(aus, {"BKK"}));
}

}  // namespace
}  // namespace rilon
