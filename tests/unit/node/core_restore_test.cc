// Row 16: a node whose store was put back from a copy.
#include <algorithm>

#include "node/lease.h"
#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreRestore : public SmallNet {
   protected:
    StreamId stream_of(const Posted& posted) { return posted.parts.at(0).stream; }
    // aus-bkk from a copy that lacks what others have of it by now. Its stream of then.
    StreamId restored(LeaseAfter lease = LeaseAfter::broken) {
        StreamId stream = stream_of(post("aus-bkk", {"BKK"}));
        net.run(5 * ms_second);
        auto copy = net.daemon("aus-bkk").backup();
        lost = post("aus-bkk", {"BKK"});
        EXPECT_EQ(stream_of(lost), stream);
        net.run(5 * ms_second);
        net.kill("aus-bkk");
        net.daemon("aus-bkk").restore(*copy, lease);
        return stream;
    }
    void cut_off(const std::string& node) {
        for (const auto& [name, daemon] : net.daemons())
            if (name != node) net.cut(node, name);
    }
    Seq head(const std::string& node, const StreamId& stream) {
        return net.daemon(node).disk().streams.at(stream).head;
    }
    bool everybody_reads(const Posted& posted) {
        return net.reads("can-bkk", posted.alert()) && net.reads("gbr-bkk", posted.alert()) &&
               net.reads("tha-bkk", posted.alert());
    }
    void expect_no_fork() {
        for (const auto& [name, daemon] : net.daemons()) EXPECT_FALSE(forked(name)) << name;
    }
    bool warns(const std::string& node, const std::string& of) {
        proto::Request request;
        request.mutable_status();
        auto status = net.request(node, std::move(request));
        if (!status.ok()) return false;
        const auto& warnings = status->status().warnings();
        return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
            return warning.find(of) != std::string::npos;
        });
    }
    bool forked(const std::string& node) {
        const auto& streams = net.daemon(node).disk().streams;
        return std::any_of(streams.begin(), streams.end(),
                           [](const auto& item) { return item.second.frozen; });
    }

    Posted lost;  // By the copy: not in it.
};

TEST_F(CoreRestore, Row16AFirstStartThatFailsForgetsNothing) {
    StreamId old = restored();
    Daemon& one = net.daemon("aus-bkk");
    one.disk_fault = [](const Batch&) { return Status(Errc::io, "told to"); };
    ASSERT_FALSE(one.start(net.now()).ok());
    one.kill();
    one.disk_fault = nullptr;
    net.start("aus-bkk");
    net.run(5 * ms_second);
    Posted after = post("aus-bkk", {"BKK"});
    EXPECT_NE(stream_of(after), old);
    net.run(5 * ms_second);
    for (const char* reader : {"can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.reads(reader, after.alert())) << reader;
        EXPECT_FALSE(forked(reader)) << reader;
    }
}

TEST_F(CoreRestore, Row16TheStreamsFoundedSinceGoOnOverARestartOfTheLogic) {
    StreamId old = restored();
    net.start("aus-bkk");
    net.run(5 * ms_second);
    StreamId founded = stream_of(post("aus-bkk", {"BKK"}));
    EXPECT_NE(founded, old);
    net.run(5 * ms_second);
    for (int i = 0; i < 2;
         ++i) {  // As after a step of the clock: the same options, the same store.
        net.kill("aus-bkk");
        net.start("aus-bkk");
        net.run(5 * ms_second);
        EXPECT_EQ(stream_of(post("aus-bkk", {"BKK"})), founded);
    }
    EXPECT_FALSE(net.daemon("aus-bkk").disk().private_values.contains(restored_name));
}

// The danger first: with trust_own_store the seq is used twice, and every reader has the proof.
TEST_F(CoreRestore, Row16AMachinePutBackWithItsLeaseReusesNoSeq) {
    StreamId old = restored(LeaseAfter::equal);
    cut_off("aus-bkk");
    net.start("aus-bkk");
    UnixMillis asked = net.now();
    Posted urgent = post("aus-bkk", {"BKK"});  // No link is up, and an officer has to post.
    EXPECT_LE(net.now().since(asked), 9 * ms_second);
    net.heal_all();
    net.run(30 * ms_second);
    Posted after = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    expect_no_fork();
    for (const Posted* one : {&urgent, &after}) {
        EXPECT_NE(stream_of(*one), old);
        EXPECT_TRUE(everybody_reads(*one));
    }
    EXPECT_TRUE(net.daemon("aus-bkk").disk().private_values.contains("retired"));
}

TEST_F(CoreRestore, Row16WhatItLostIsFetchedBackAndTheNetworkIsTold) {
    StreamId old = restored(LeaseAfter::equal);
    net.start("aus-bkk");
    net.run(10 * ms_second);
    EXPECT_EQ(head("aus-bkk", old), head("gbr-bkk", old));
    EXPECT_TRUE(
        net.daemon("aus-bkk").disk().entries.contains({old, entry_of("gbr-bkk", lost).seq}));
    EXPECT_TRUE(warns("aus-bkk", "put back from an older copy"));
    for (const char* reader : {"can-bkk", "gbr-bkk", "tha-bkk", "coordinator-1"})
        EXPECT_TRUE(warns(reader, "aus-bkk goes on from an older copy")) << reader;
    Posted after = post("aus-bkk", {"BKK"});
    EXPECT_NE(stream_of(after), old);
    net.run(5 * ms_second);
    EXPECT_TRUE(everybody_reads(after));
    expect_no_fork();
    for (int i = 0; i < 2; ++i) {  // And so over restarts.
        net.kill("aus-bkk");
        net.start("aus-bkk");
        net.run(5 * ms_second);
        EXPECT_EQ(stream_of(post("aus-bkk", {"BKK"})), stream_of(after));
    }
}

// A stream that the copy knows nothing of, for readers that only its own store could name.
TEST_F(CoreRestore, Row16AStreamFoundedSinceIsFetchedBackToo) {
    auto copy = net.daemon("aus-bkk").backup();
    PostWish wish{"BKK"};
    wish.exclude = {"CAN"};
    StreamId founded = stream_of(post("aus-bkk", wish));
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy, LeaseAfter::equal);
    net.start("aus-bkk");
    net.run(20 * ms_second);
    ASSERT_TRUE(net.daemon("aus-bkk").disk().streams.contains(founded));
    EXPECT_EQ(head("aus-bkk", founded), head("gbr-bkk", founded));
    EXPECT_FALSE(net.daemon("can-bkk").disk().streams.contains(founded));
    StreamId after = stream_of(post("aus-bkk", wish));
    EXPECT_NE(after, founded);
    expect_no_fork();
}

TEST_F(CoreRestore, AnOrdinaryRestartCostsOneRoundTrip) {
    StreamId stream = stream_of(post("aus-bkk", {"BKK"}));
    net.run(5 * ms_second);
    for (const char* node : {"aus-bkk", "tha-bkk"}) {
        if (std::string(node) == "tha-bkk") stream = stream_of(post(node, {"BKK"}));
        net.run(2 * ms_second);
        net.kill(node);
        net.run(10 * ms_second);
        net.start(node);
        UnixMillis began = net.now();
        EXPECT_EQ(stream_of(post(node, {"BKK"})), stream) << node;
        // Links come up within a second here, and peers' frames take 20 ms each way.
        EXPECT_LE(net.now().since(began), 1200u) << node;
        RecordProperty(node, std::to_string(net.now().since(began)) + " ms");
    }
}

TEST_F(CoreRestore, RestartedAloneANodePostsInANewStreamAndSaysWhy) {
    Posted before = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    cut_off("aus-bkk");
    net.kill("aus-bkk");
    net.start("aus-bkk");
    EXPECT_TRUE(warns("aus-bkk", "postings wait for that"));
    Posted alone = post("aus-bkk", {"BKK"});
    EXPECT_NE(stream_of(alone), stream_of(before));
    EXPECT_TRUE(warns("aus-bkk", "new streams"));
    auto corrected = net.supersede("aus-bkk", before.alert(), {"BKK"}, "corrected");
    ASSERT_TRUE(corrected.ok()) << corrected.error().detail;
    net.heal_all();
    net.run(30 * ms_second);
    EXPECT_FALSE(warns("aus-bkk", "new streams"));
    for (const char* reader : {"can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.reads(reader, alone.alert()));
        auto state = net.daemon(reader).node().index().alert(before.alert());
        EXPECT_EQ(state->revision, 2u) << reader;
        EXPECT_FALSE(warns(reader, "older copy")) << reader;
    }
    expect_no_fork();
}

// Its bytes go all the same: the redact follows when the old stream may go on.
TEST_F(CoreRestore, WithdrawnAloneAnAlertIsDestroyedWhenPeersHaveConfirmed) {
    Posted before = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    EntryRef ref = entry_of("gbr-bkk", before);
    cut_off("aus-bkk");
    for (int i = 0; i < 2; ++i) {  // The second time with the redact owed already.
        net.kill("aus-bkk");
        net.start("aus-bkk");
        net.run(9 * ms_second);
        if (i > 0) continue;
        auto withdrawn = net.withdraw("aus-bkk", before.alert());
        ASSERT_TRUE(withdrawn.ok()) << withdrawn.error().detail;
    }
    net.heal_all();
    net.run(30 * ms_second);
    for (const char* reader : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk", "coordinator-1"})
        EXPECT_EQ(net.daemon(reader).disk().entries.at({ref.stream, ref.seq}).body,
                  MemoryDisk::Body::erased)
            << reader;
    for (const char* reader : {"can-bkk", "gbr-bkk", "tha-bkk", "coordinator-1"})
        EXPECT_FALSE(warns(reader, "older copy")) << reader;
    expect_no_fork();
}

TEST_F(CoreRestore, Row16NothingIsShownBeforeWhatWasWithdrawnSinceIsKnown) {
    Posted gone = post("gbr-bkk", {"BKK"});
    net.run(5 * ms_second);
    auto copy = net.daemon("aus-bkk").backup();
    ASSERT_TRUE(net.withdraw("gbr-bkk", gone.alert()).ok());
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy);
    cut_off("aus-bkk");
    net.start("aus-bkk");
    EXPECT_FALSE(shows("aus-bkk", gone.alert()));
    EXPECT_TRUE(warns("aus-bkk", "nothing is shown or posted"));
    net.run(31 * ms_second);  // Not for ever: it may be all that an officer has.
    EXPECT_TRUE(shows("aus-bkk", gone.alert()));
    EXPECT_TRUE(warns("aus-bkk", "may be shown that were withdrawn"));
    net.heal_all();
    net.run(20 * ms_second);
    EXPECT_TRUE(net.withdrawn("aus-bkk", gone.alert()));
    EXPECT_FALSE(warns("aus-bkk", "may be shown that were withdrawn"));
}

TEST_F(CoreRestore, Row16ShownAsSoonAsItIsInStep) {
    Posted gone = post("gbr-bkk", {"BKK"});
    Posted stays = post("gbr-bkk", {"BKK"});
    net.run(5 * ms_second);
    auto copy = net.daemon("aus-bkk").backup();
    ASSERT_TRUE(net.withdraw("gbr-bkk", gone.alert()).ok());
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy);
    bool shown_withdrawn = false;
    net.start("aus-bkk");
    bool shown = net.run_until(
        [&] {
            shown_withdrawn = shown_withdrawn || shows("aus-bkk", gone.alert());
            return shows("aus-bkk", stays.alert());
        },
        20 * ms_second);
    EXPECT_TRUE(shown);
    EXPECT_FALSE(shown_withdrawn);
    EXPECT_TRUE(net.withdrawn("aus-bkk", gone.alert()));
}

// Its origin can seal no redact there any more.
TEST_F(CoreRestore, WhatExpiresInARetiredStreamIsDestroyedAllTheSame) {
    PostWish wish{"BKK"};
    wish.purge_after_ms = net.now().plus(ms_hour).value;
    Posted brief = post("aus-bkk", wish);
    net.run(5 * ms_second);
    EntryRef ref = entry_of("gbr-bkk", brief);
    StreamId old = restored(LeaseAfter::equal);
    ASSERT_EQ(ref.stream, old);
    // One reader misses what came after the backup until the others have closed the epoch.
    net.start("aus-bkk");
    net.run(30 * ms_second);
    net.run(7 * ms_hour);
    for (const char* reader : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_EQ(net.daemon(reader).disk().entries.at({ref.stream, ref.seq}).body,
                  MemoryDisk::Body::erased)
            << reader;
        EXPECT_TRUE(net.reads(reader, lost.alert())) << reader;
    }
}

// Closed early for that, an epoch still opens what comes late.
TEST_F(CoreRestore, WhatComesLateOfAnEpochThatWasClosedEarlyIsRead) {
    PostWish wish{"BKK"};
    wish.purge_after_ms = net.now().plus(ms_hour).value;
    Posted brief = post("aus-bkk", wish);
    net.run(5 * ms_second);
    EntryRef ref = entry_of("gbr-bkk", brief);
    auto copy = net.daemon("aus-bkk").backup();
    cut_off("gbr-bkk");
    Posted late = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy, LeaseAfter::equal);
    net.start("aus-bkk");
    net.run(30 * ms_second);
    net.filter = [&](const SentFrame& frame) {  // gbr-bkk hears of all but the late entry.
        proto::SyncEntries entries;
        return frame.to == id("gbr-bkk") &&
               (frame.head.type == SyncType::put || frame.head.type == SyncType::push) &&
               entries.ParseFromArray(frame.payload.data(), int(frame.payload.size())) &&
               entries.stream_id() == ref.stream.str();
    };
    net.heal_all();
    net.run(7 * ms_hour);
    ASSERT_EQ(net.daemon("gbr-bkk").disk().entries.at({ref.stream, ref.seq}).body,
              MemoryDisk::Body::erased);
    ASSERT_FALSE(net.reads("gbr-bkk", late.alert()));
    net.filter = nullptr;
    net.run(2 * ms_minute);
    EXPECT_TRUE(net.reads("gbr-bkk", late.alert()));
}

// A lie costs a new stream at most: nobody is put back who was not.
TEST_F(CoreRestore, AHeadThatAPeerCannotShowRetiresNothing) {
    StreamId stream = stream_of(post("aus-bkk", {"BKK"}));
    net.run(5 * ms_second);
    net.filter = [&](const SentFrame& frame) {  // Its word on our streams never comes.
        return frame.head.type == SyncType::own_head && frame.from == id("tha-bkk");
    };
    net.kill("aus-bkk");
    net.start("aus-bkk");
    net.run(3 * ms_second);
    proto::SyncHeads lie;
    auto* row = lie.add_rows();
    row->set_stream_id(stream.str());
    row->set_seq(1000);
    row->set_entry_id(std::string(32, 'x'));
    net.inject(id("tha-bkk"), id("aus-bkk"), SyncType::heads, lie.SerializeAsString());
    net.run(2 * ms_second);
    Posted after = post("aus-bkk", {"BKK"});
    EXPECT_NE(stream_of(after), stream);  // One peer is not two.
    net.filter = nullptr;
    net.run(20 * ms_second);
    EXPECT_FALSE(warns("aus-bkk", "older copy"));
    EXPECT_TRUE(everybody_reads(after));
    expect_no_fork();
}

}  // namespace
}  // namespace rilon
