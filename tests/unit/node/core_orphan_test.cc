// An alert whose author's mission has left: an RSO officer and a chair order that it is withdrawn,
// any reader does it, and its bytes go everywhere without a redact
// (docs/decisions/0027-orphans.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/officer.h"
#include "protocol/orphan.h"
#include "tests/unit/node/seizure.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

using testing::HasSubstr;
using Signers = TestNetwork::Signers;

class CoreOrphan : public SmallNet {
   protected:
    const TestNetwork& people() { return founded().network; }
    Signers both() { return {&people().rso(0), &people().chair("BKK")}; }

    Posted posted() {
        Posted out = post("aus-bkk", {"BKK"});
        net.run(3 * ms_second);
        return out;
    }
    void revoke(const std::string& node, const std::vector<StreamCut>& cuts = {}) {
        const NodeId who = id(node);
        Status done =
            net.submit([&](Drafter& d) { return d.revoke(who, "has left", cuts); }, both());
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.run(5 * ms_second);
    }
    // Of Australia's node for this alert, signed by these.
    Bytes order(const AlertId& alert, const Signers& signers, const std::string& reason = "error",
                std::uint64_t valid_ms = ms_day) {
        return net.orphan_order("coordinator-1", id("aus-bkk"), alert, signers, reason, valid_ms);
    }
    Result<Posted> withdraw(const std::string& node, const AlertId& alert, const Bytes& order) {
        return net.withdraw_by_order(node, alert, order);
    }
    std::string refusal(const AlertId& alert, const Bytes& order) {
        auto done = withdraw("can-bkk", alert, order);
        return done.ok() ? "nothing was refused" : done.error().detail;
    }
    // From Canada's store by way of the host, whom all missions dial.
    void pass_on(const EntryRef& ref, const std::string& to) {
        auto held = net.daemon("can-bkk").store().entry(ref.stream, ref.seq);
        ASSERT_TRUE(held.ok() && held->has_value());
        const UnverifiedEntry& entry = (*held)->entry;
        hand(entry.bytes(), entry.header(), id("tha-bkk"), to);
    }
    // As a node that asks nobody: an entry of its officer, in a stream of its own.
    void withdraw_unasked(const std::string& node, const StreamId& stream, const AlertId& alert,
                          const Bytes& order) {
        proto::Operation operation;
        operation.mutable_withdraw()->set_reason("error");
        operation.mutable_withdraw()->set_revision(1);
        operation.mutable_withdraw()->set_order(std::string(as_text(order)));
        say_unasked(node, stream, alert, operation);
    }
    void say_unasked(const std::string& node, const StreamId& stream, const AlertId& alert,
                     const proto::Operation& operation) {
        const StreamState state = net.daemon(node).disk().streams.at(stream);
        inject_unasked(node, state, alert, operation);
        net.run(20 * ms_second);
        ASSERT_EQ(net.daemon("tha-bkk").disk().streams.at(stream).head, state.head.next());
    }
    // The next entry behind `state`, to the host.
    void inject_unasked(const std::string& node, StreamState state, const AlertId& alert,
                        const proto::Operation& operation) {
        const NodeIdentity& me = net.daemon(node).identity();
        Certificate body{net.rng().bytes<OfficerId>(),
                         "unasked",
                         "officer",
                         net.daemon(node).officer().sign.pk,
                         me.id,
                         net.now(),
                         net.now().plus(ms_day)};
        const std::string text = operation.SerializeAsString();
        Signature by = sign(net.daemon(node).officer().sign.sk,
                            officer_message(me.network, state.id, alert, as_bytes(text)));
        Bytes plain = encode_content(certify_officer(me.network, body, me.generation, me.sign.sk),
                                     alert, as_bytes(text), by);
        auto key = net.daemon(node).store().epoch_key(state.id, state.epoch);
        ASSERT_TRUE(key.ok() && key->has_value());
        OriginKeys keys{me.sign.sk, me.generation};
        auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq, plain}, state,
                         keys, &**key, net.rng().bytes<Nonce24>());
        ASSERT_TRUE(made.ok());
        hand(made->bytes(), made->header(), me.id, "tha-bkk");
    }
    void hand(const Bytes& entry, const EntryHeader& header, const NodeId& from,
              const std::string& to) {
        proto::SyncEntries frame;
        frame.set_stream_id(header.stream.str());
        frame.add_entries()->set_entry(std::string(as_text(entry)));
        frame.set_head(header.seq.value);
        net.inject(from, id(to), SyncType::put, frame.SerializeAsString());
    }
};

TEST_F(CoreOrphan, AnOrderTakesItBackEverywhere) {
    Posted alert = posted();
    const EntryRef entry = entry_of("can-bkk", alert);
    Seizure seizure(net);
    seizure.record("can-bkk");
    revoke("aus-bkk");
    ASSERT_TRUE(seizure.opens({"tha-bkk"}, entry));
    EXPECT_THAT(net.withdraw("can-bkk", alert.alert()).error().detail,
                HasSubstr("only aus-bkk's party"));

    auto done = withdraw("can-bkk", alert.alert(), order(alert.alert(), both()));
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(10 * ms_second);
    for (const char* node : {"can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.withdrawn(node, alert.alert())) << node;
        EXPECT_FALSE(shows(node, alert.alert())) << node;
        EXPECT_FALSE(seizure.opens({node}, entry)) << node;
    }
}

// A stream that was found forked takes nothing more, and no grant ever ends its last epoch.
TEST_F(CoreOrphan, WhatWasSaidInAForkedStreamGoesAsWell) {
    Posted alert = posted();
    const EntryRef entry = entry_of("can-bkk", alert);
    const StreamState before = net.daemon("aus-bkk").disk().streams.at(entry.stream);
    posted();
    proto::Operation other;
    other.mutable_withdraw()->set_reason("error");
    inject_unasked("aus-bkk", before, net.rng().bytes<AlertId>(), other);
    net.run(10 * ms_second);
    for (const char* node : {"can-bkk", "gbr-bkk", "tha-bkk"})
        ASSERT_TRUE(net.daemon(node).disk().streams.at(entry.stream).frozen) << node;
    Seizure seizure(net);
    seizure.record("can-bkk");
    revoke("aus-bkk");
    ASSERT_TRUE(seizure.opens({"gbr-bkk"}, entry));
    ASSERT_TRUE(withdraw("can-bkk", alert.alert(), order(alert.alert(), both())).ok());
    net.run(10 * ms_second);
    for (const char* node : {"can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.withdrawn(node, alert.alert())) << node;
        EXPECT_FALSE(seizure.opens({node}, entry)) << node;
    }
}

// The directory goes to everybody: a record that names an alert would tell them that there is one.
TEST_F(CoreOrphan, NoRecordHoldsAnOrder) {
    Posted alert = posted();
    revoke("aus-bkk");
    const std::size_t records = net.coordinator().node().directory().size();
    Status done = net.submit(
        [&](Drafter& d) {
            const AlertId which = alert.alert();
            return d.withdraw_orphan(id("aus-bkk"), std::span(&which, 1), "error");
        },
        both());
    ASSERT_FALSE(done.ok());
    EXPECT_THAT(done.error().detail, HasSubstr("not into the record"));
    net.run(5 * ms_second);
    EXPECT_EQ(net.coordinator().node().directory().size(), records);
    EXPECT_TRUE(net.reads("can-bkk", alert.alert()));
}

TEST_F(CoreOrphan, ItStaysWithdrawnOverARestart) {
    Posted alert = posted();
    revoke("aus-bkk");
    ASSERT_TRUE(withdraw("can-bkk", alert.alert(), order(alert.alert(), both())).ok());
    net.run(10 * ms_second);
    for (const char* node : {"can-bkk", "gbr-bkk"}) {
        net.kill(node);
        net.start(node);
        net.run(3 * ms_second);
        EXPECT_TRUE(net.withdrawn(node, alert.alert())) << node;
        EXPECT_FALSE(shows(node, alert.alert())) << node;
    }
}

// Who was away for both hears of the withdrawal first. An alert of the same id by somebody else,
// between the two, does not lift it.
TEST_F(CoreOrphan, TheOrderMayComeBeforeTheAlert) {
    net.filter = [&](const SentFrame& sent) {
        return sent.to == id("gbr-bkk") && sent.from == id("aus-bkk");
    };
    Posted first = posted();  // The stream is founded, its key is everywhere.
    net.filter = [to = id("gbr-bkk"), bytes = first.parts[0].stream.str()](const SentFrame& sent) {
        return sent.to == to && as_text(sent.payload).find(bytes) != std::string_view::npos;
    };
    Posted alert = posted();
    ASSERT_FALSE(net.reads("gbr-bkk", alert.alert()));
    revoke("aus-bkk");
    ASSERT_TRUE(withdraw("can-bkk", alert.alert(), order(alert.alert(), both())).ok());
    net.run(10 * ms_second);
    ASSERT_TRUE(net.withdrawn("gbr-bkk", alert.alert()));
    proto::Operation impostor;
    impostor.mutable_publish()->set_alert_id(alert.alert().str());
    impostor.mutable_publish()->set_revision(1);
    impostor.mutable_publish()->mutable_bulletin()->set_text("canary of another");
    Posted own = post("can-bkk", {"BKK"});
    net.run(3 * ms_second);
    say_unasked("can-bkk", own.parts[0].stream, alert.alert(), impostor);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", alert.alert()));
    net.filter = nullptr;
    net.run(30 * ms_second);
    EXPECT_FALSE(net.reads("gbr-bkk", alert.alert()));
    EXPECT_FALSE(shows("gbr-bkk", alert.alert()));
}

// The order ends the epoch under which the mission wrote: what else of it comes, already opened,
// needs its key once more.
TEST_F(CoreOrphan, WhatComesInTheSameTurnAsTheOrderIsReadAllTheSame) {
    auto bodies = [to = id("gbr-bkk")](const SentFrame& sent) {
        return sent.to == to &&
               (sent.live || sent.head.type == SyncType::push || sent.head.type == SyncType::put);
    };
    const AlertId gone = posted().alert();
    net.filter = bodies;
    Posted left = posted();
    const EntryRef last = entry_of("can-bkk", left);
    const EntryId head = net.daemon("can-bkk").disk().streams.at(last.stream).head_id;
    net.filter = [bodies, stream = last.stream.str()](const SentFrame& sent) {
        return bodies(sent) && as_text(sent.payload).find(stream) != std::string_view::npos;
    };
    revoke("aus-bkk", {{last.stream, last.seq, head}});
    post("can-bkk", {"BKK"});  // Under the key that the withdrawal will have.
    net.run(3 * ms_second);
    net.filter = bodies;
    auto done = withdraw("can-bkk", gone, order(gone, both()));
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(3 * ms_second);
    ASSERT_TRUE(net.reads("gbr-bkk", gone));
    ASSERT_FALSE(net.reads("gbr-bkk", left.alert()));
    net.filter = nullptr;
    net.stop("gbr-bkk");  // So that both come in one turn.
    for (const EntryRef& ref :
         {*net.daemon("can-bkk").node().index().alert(gone)->withdrawal, last})
        pass_on(ref, "gbr-bkk");
    net.run(100);
    net.resume("gbr-bkk");
    net.run(20 * ms_second);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", gone));
    EXPECT_TRUE(shows("gbr-bkk", left.alert()));
}

TEST_F(CoreOrphan, NobodyOrdersAlone) {
    Posted alert = posted();
    revoke("aus-bkk");
    const AlertId id_ = alert.alert();
    EXPECT_THAT(refusal(id_, order(id_, {&people().rso(0)})), HasSubstr("not signed by"));
    EXPECT_THAT(refusal(id_, order(id_, {&people().chair("BKK")})), HasSubstr("not signed by"));
    EXPECT_THAT(refusal(id_, order(id_, {&people().rso(0), &people().rso(1)})),
                HasSubstr("not signed by"));
    EXPECT_TRUE(net.reads("can-bkk", id_));
    EXPECT_TRUE(withdraw("can-bkk", id_, order(id_, both())).ok());
}

TEST_F(CoreOrphan, AnOrderIsForOneAlertOneReasonAndForSoLong) {
    Posted alert = posted();
    Posted other = posted();
    revoke("aus-bkk");
    EXPECT_THAT(refusal(alert.alert(), order(other.alert(), both())), HasSubstr("for another"));
    EXPECT_THAT(refusal(alert.alert(), order(alert.alert(), both(), "cleared")),
                HasSubstr("for the reason cleared"));
    EXPECT_THAT(refusal(alert.alert(), to_bytes(as_bytes("no order"))), HasSubstr("draft"));
    const Bytes brief = order(alert.alert(), both(), "error", ms_hour);
    net.sleep(2 * ms_hour);
    ASSERT_TRUE(net.submit([&](Drafter& d) { return d.revoke(id("gbr-bkk"), "as well", {}); },
                           both())
                    .ok());  // A record's time is the directory's clock.
    net.run(5 * ms_second);
    EXPECT_THAT(refusal(alert.alert(), brief), HasSubstr("expired"));
    EXPECT_TRUE(net.reads("can-bkk", alert.alert()));
}

// Who is suspended may be back tomorrow.
TEST_F(CoreOrphan, AMissionThatIsStillThereSpeaksForItself) {
    Posted alert = posted();
    EXPECT_THAT(refusal(alert.alert(), order(alert.alert(), both())), HasSubstr("still in the"));
    ASSERT_TRUE(net.submit([&](Drafter& d) { return d.suspend(id("aus-bkk"), "looked into"); },
                           {&people().rso(0)})
                    .ok());
    net.run(5 * ms_second);
    EXPECT_THAT(refusal(alert.alert(), order(alert.alert(), both())), HasSubstr("still in the"));
}

// It comes well signed by its officer and its node, so everybody takes the entry. First with a good
// order, so that what is refused after that is the order.
TEST_F(CoreOrphan, ReadersJudgeTheOrderThemselves) {
    Posted alert = posted();
    Posted other = posted();
    Posted third = posted();
    Posted own = post("gbr-bkk", {"BKK"});
    revoke("aus-bkk");
    Posted later = post("gbr-bkk", {"BKK"});  // Under the directory without Australia.
    net.run(3 * ms_second);
    const StreamId stream = later.parts[0].stream;
    withdraw_unasked("gbr-bkk", stream, other.alert(), order(other.alert(), both()));
    EXPECT_TRUE(net.withdrawn("can-bkk", other.alert()));
    for (const Bytes& bad :
         {order(alert.alert(), {&people().rso(0)}), order(third.alert(), both()), Bytes{}}) {
        withdraw_unasked("gbr-bkk", stream, alert.alert(), bad);
        EXPECT_FALSE(net.withdrawn("can-bkk", alert.alert()));
        EXPECT_FALSE(net.withdrawn("tha-bkk", alert.alert()));
    }
    EXPECT_TRUE(shows("can-bkk", alert.alert()));
}

}  // namespace
}  // namespace rilon
