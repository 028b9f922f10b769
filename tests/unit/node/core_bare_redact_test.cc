// A redact that no officer's withdrawal covers: out of sight at once, gone a day later, unless the
// author's node is suspended by then.
#include <gtest/gtest.h>

#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreBareRedact : public SmallNet {
   protected:
    const MemoryDisk& disk(const std::string& node) { return net.daemon(node).disk(); }
    // Signed with the author's stolen key, for everybody.
    void steal_and_redact(const EntryRef& gone) {
        Daemon& thief = net.daemon("aus-bkk");
        StreamState state = thief.disk().streams.at(gone.stream);
        net.kill("aus-bkk");
        OriginKeys keys{thief.identity().sign.sk, thief.identity().generation};
        auto made = seal({EntryKind::redact, Precedence::routine, state.dir_seq,
                          encode_redact(std::vector<SeqRange>{{gone.seq, gone.seq}})},
                         state, keys, nullptr, net.rng().bytes<Nonce24>());
        ASSERT_TRUE(made.ok());
        proto::SyncEntries frame;
        frame.set_stream_id(gone.stream.str());
        frame.add_entries()->set_entry(std::string(as_text(made->bytes())));
        frame.set_head(made->header().seq.value);
        for (const char* one : {"gbr-bkk", "can-bkk"})
            net.inject(id("tha-bkk"), id(one), SyncType::push, frame.SerializeAsString());
        net.run(ms_second);
    }
    bool in_sight(const std::string& node, const Posted& posted) {
        auto state = net.daemon(node).node().index().alert(posted.alert());
        return state.has_value() && state->readable() && shows(node, posted.alert());
    }
    bool erased(const std::string& node, const EntryRef& ref) {
        return disk(node).entries.at({ref.stream, ref.seq}).body == MemoryDisk::Body::erased;
    }
    void suspend() {
        const NodeId who = id("aus-bkk");
        ASSERT_TRUE(net.submit([&](Drafter& d) { return d.suspend(who, "stolen", true); },
                               {&net.network().rso(0)})
                        .ok());
        net.run(10 * ms_second);
    }
    bool warned(const std::string& node) {
        proto::Request request;
        request.mutable_status();
        auto answer = net.request(node, std::move(request));
        EXPECT_TRUE(answer.ok());
        for (const auto& warning : answer->status().warnings())
            if (warning.find("took back 1 entries") != std::string::npos) return true;
        return false;
    }
};

TEST_F(CoreBareRedact, IsHiddenAtOnceAndDestroyedADayLater) {
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    const EntryRef ref = entry_of("gbr-bkk", posted);
    ASSERT_TRUE(in_sight("gbr-bkk", posted));
    EXPECT_FALSE(warned("gbr-bkk"));
    steal_and_redact(ref);
    EXPECT_FALSE(in_sight("gbr-bkk", posted));
    EXPECT_FALSE(erased("gbr-bkk", ref));
    EXPECT_TRUE(warned("gbr-bkk"));
    net.kill("gbr-bkk");
    net.start("gbr-bkk");
    EXPECT_FALSE(in_sight("gbr-bkk", posted));
    net.sleep(23 * ms_hour);
    EXPECT_FALSE(erased("gbr-bkk", ref));
    net.sleep(2 * ms_hour);
    EXPECT_TRUE(erased("gbr-bkk", ref));
    EXPECT_FALSE(in_sight("gbr-bkk", posted));
    EXPECT_FALSE(warned("gbr-bkk"));
}

TEST_F(CoreBareRedact, IsSeenAgainWhenTheAuthorsNodeIsSuspended) {
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    const EntryRef ref = entry_of("gbr-bkk", posted);
    const std::size_t readable = net.daemon("gbr-bkk").node().index().readable_alerts();
    steal_and_redact(ref);
    ASSERT_FALSE(in_sight("gbr-bkk", posted));
    EXPECT_EQ(net.daemon("gbr-bkk").node().index().readable_alerts(), readable - 1);
    net.sleep(12 * ms_hour);
    suspend();
    EXPECT_TRUE(in_sight("gbr-bkk", posted));
    EXPECT_EQ(net.daemon("gbr-bkk").node().index().readable_alerts(), readable);
    net.sleep(5 * ms_day);
    EXPECT_TRUE(in_sight("gbr-bkk", posted));
    EXPECT_FALSE(erased("gbr-bkk", ref));
    net.kill("gbr-bkk");
    net.start("gbr-bkk");
    net.run(5 * ms_second);
    EXPECT_TRUE(in_sight("gbr-bkk", posted));
}

TEST_F(CoreBareRedact, WhatIsHiddenIsStillThereAndNobodyConfirmsIt) {
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    const EntryRef ref = entry_of("gbr-bkk", posted);
    steal_and_redact(ref);
    auto state = net.daemon("gbr-bkk").node().index().alert(posted.alert());
    ASSERT_TRUE(state.has_value());
    EXPECT_TRUE(state->present());
    EXPECT_FALSE(state->readable());
    EXPECT_FALSE(net.confirm("can-bkk", posted.alert()).ok());
}

// The redact of a remark lies in another stream than the withdrawal that is its reason: which of
// the two comes first says nothing.
TEST_F(CoreBareRedact, OfARemarkAlarmsAfterAnHourIfItsAlertIsStillThere) {
    const AlertId alert = post("can-bkk", {"BKK"}).alert();
    net.run(3 * ms_second);
    ASSERT_TRUE(net.confirm("aus-bkk", alert).ok());
    net.run(3 * ms_second);
    const EntryRef ref = net.daemon("gbr-bkk").node().index().alert(alert)->remarks.at(0);
    steal_and_redact(ref);
    net.sleep(ms_minute);
    EXPECT_FALSE(warned("gbr-bkk"));
    net.sleep(2 * ms_hour);
    EXPECT_TRUE(warned("gbr-bkk"));
    EXPECT_FALSE(erased("gbr-bkk", ref));
    ASSERT_TRUE(net.withdraw("can-bkk", alert).ok());
    net.run(10 * ms_second);
    EXPECT_TRUE(erased("gbr-bkk", ref));
    EXPECT_FALSE(warned("gbr-bkk"));
}

}  // namespace
}  // namespace rilon
