// What is withdrawn, redacted or over stays gone: across restarts, against those who would take a
// withdrawal back, and at consumers of the feed.
#include <gtest/gtest.h>

#include <algorithm>

#include "node/sync.pb.h"
#include "tests/support/test_net.h"

namespace rilon {
namespace {

// Australia has a node in each RILON: aus-bkk and aus-kul are of one party.
const Founded& founded() {
    static const Founded one;
    return one;
}

struct Event {
    std::string type;
    std::string reason;
    AlertId alert;
    std::string id;
    bool content = false;
    bool operator==(const Event&) const = default;
};

class CoreDeletion : public testing::Test {
   protected:
    CoreDeletion() : net(founded(), 23) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~CoreDeletion() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    const MemoryDisk& disk(const std::string& node) { return net.daemon(node).disk(); }
    Posted post(const std::string& node, PostWish wish) {
        auto posted = net.post(node, wish, "canary " + std::to_string(++texts));
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        return posted.ok() ? *posted : Posted{};
    }
    EntryRef entry_of(const std::string& node, const AlertId& alert) {
        return net.daemon(node).node().index().alert(alert)->revisions.back();
    }
    void restart(const std::string& node) {
        net.kill(node);
        net.start(node);
        net.run(5 * ms_second);
    }
    // As the origin's key would sign it, without its daemon; given to these nodes.
    void redact(const EntryRef& gone, const std::vector<std::string>& to) {
        const NodeId origin = disk("can-bkk").streams.at(gone.stream).origin;
        Daemon& thief = *net.by_id(origin);
        StreamState state = thief.disk().streams.at(gone.stream);
        OriginKeys keys{thief.identity().sign.sk, thief.identity().generation};
        auto made = seal({EntryKind::redact, Precedence::routine, state.dir_seq,
                          encode_redact(std::vector<SeqRange>{{gone.seq, gone.seq}})},
                         state, keys, nullptr, net.rng().bytes<Nonce24>());
        ASSERT_TRUE(made.ok());
        proto::SyncEntries frame;
        frame.set_stream_id(gone.stream.str());
        frame.add_entries()->set_entry(std::string(as_text(made->bytes())));
        frame.set_head(made->header().seq.value);
        for (const std::string& one : to)
            net.inject(id("coordinator-1"), id(one), SyncType::push, frame.SerializeAsString());
        net.run(5 * ms_second);
        for (const std::string& one : to)
            ASSERT_EQ(disk(one).streams.at(gone.stream).head, made->header().seq) << one;
    }
    bool erased(const std::string& node, const EntryRef& ref) {
        return disk(node).entries.at({ref.stream, ref.seq}).body == MemoryDisk::Body::erased;
    }
    // can-bkk was down while the author said all this, took it, got its key and stopped before
    // opening any of it: what was withdrawn came with its body, from a peer that had not heard of
    // that yet.
    enum class Withdraw { nothing, the_first };
    std::vector<Posted> stops_before_opening(Withdraw what) {
        post("aus-bkk", {"BKK"});
        net.run(5 * ms_second);
        net.kill("can-bkk");
        net.sleep(8 * ms_day);  // For a new epoch.
        std::vector<Posted> all;
        for (int i = 0; i < 9; ++i) all.push_back(post("aus-bkk", {"BKK"}));
        first = entry_of("aus-bkk", all[0].alert());
        const StreamState& stream = disk("aus-bkk").streams.at(first.stream);
        proto::SyncEntries frame;
        proto::SyncEntries slots;
        frame.set_stream_id(first.stream.str());
        slots.set_stream_id(first.stream.str());
        add_entries(frame, stream.grant_seq);
        const MemoryStore& author = net.daemon("aus-bkk").store();
        auto sealed = author.slots(first.stream, stream.epoch);
        EXPECT_TRUE(sealed.ok());
        for (const Slot& slot : *sealed) slots.add_slots(std::string(as_text(encode_slot(slot))));
        if (what == Withdraw::the_first) {
            const Seq before = disk("aus-bkk").streams.at(first.stream).head;
            EXPECT_TRUE(net.withdraw("aus-bkk", all[0].alert()).ok());
            add_entries(frame, before.next());
        }
        const Seq head = disk("aus-bkk").streams.at(first.stream).head;
        frame.set_head(head.value);
        net.filter = [this](const SentFrame& sent) {
            return sent.to == id("can-bkk") && sent.head.type != SyncType::hello;
        };
        net.start("can-bkk");
        EXPECT_TRUE(
            net.run_until([&] { return net.connected(id("can-bkk"), id("tha-bkk")); }, ms_minute));
        net.run(500);
        net.filter = nullptr;
        net.inject(id("tha-bkk"), id("can-bkk"), SyncType::put, frame.SerializeAsString());
        EXPECT_TRUE(net.run_until(
            [&] { return disk("can-bkk").streams.at(first.stream).head == head; }, ms_second));
        net.inject(id("tha-bkk"), id("can-bkk"), SyncType::put, slots.SerializeAsString());
        const EntryRef second = entry_of("aus-bkk", all[1].alert());
        EXPECT_TRUE(net.run_until(
            [&] { return net.daemon("can-bkk").store().entry_key(second.stream, second.seq).ok(); },
            ms_second));
        net.kill("can-bkk");
        const auto& held = disk("can-bkk").entries.at({first.stream, first.seq});
        EXPECT_EQ(held.body, MemoryDisk::Body::present);
        EXPECT_FALSE(disk("can-bkk").search.contains(held.arrival));
        return all;
    }
    // The author's, from there on.
    void add_entries(proto::SyncEntries& out, Seq from) {
        for (auto at = disk("aus-bkk").entries.lower_bound({first.stream, from});
             at != disk("aus-bkk").entries.end() && at->first.first == first.stream; ++at)
            out.add_entries()->set_entry(std::string(as_text(at->second.entry.bytes())));
    }

    // --- a consumer of the feed, or one that looks on from the start ---
    std::vector<Event> poll(const std::string& node, std::string& cursor, bool kept = true) {
        std::vector<Event> out;
        for (bool more = true; more;) {
            proto::Request request;
            if (kept) request.mutable_feed()->set_consumer(consumer);
            request.mutable_feed()->set_after(cursor);
            request.mutable_feed()->set_max(3);
            auto answer = net.request(node, std::move(request));
            EXPECT_TRUE(answer.ok());
            if (!answer.ok()) return out;
            for (const auto& event : answer->feed().events())
                out.push_back({event.type(), event.reason(),
                               AlertId::copy_of(as_bytes(event.row().alert_id())),
                               event.entry_id() + event.part(), event.row().has_alert()});
            more = answer->feed().cursor() != cursor;
            cursor = answer->feed().cursor();
        }
        return out;
    }
    std::vector<Event> from_start(const std::string& node, const AlertId& alert) {
        std::string cursor;
        auto all = poll(node, cursor, false);
        std::erase_if(all, [&](const Event& event) { return event.alert != alert; });
        return all;
    }
    void acknowledge(const std::string& node, const std::string& cursor) {
        proto::Request request;
        request.mutable_feed_ack()->set_consumer(consumer);
        request.mutable_feed_ack()->set_cursor(cursor);
        EXPECT_TRUE(net.request(node, std::move(request)).ok());
        net.run(30 * ms_second);
    }
    // Did this reader tell the author that it is gone?
    bool told(const std::string& author, const std::string& reader, const EntryRef& ref) {
        return disk(author).entry_acks.contains(
            {ref.stream, ref.seq, AckLevel::redacted, id(reader)});
    }

    TestNet net;
    int texts = 0;
    EntryRef first;
    const std::string consumer = "00112233445566778899aabbccddeeff";
};

// --- restarts -----------------------------------------------------------------------------------

// The danger: at each start it opens what a redact of the day before erases in the same batch, and
// the store refuses the batch.
TEST_F(CoreDeletion, Row07AnAlertRedactedBeforeItWasOpenedEndsNoProcess) {
    auto all = stops_before_opening(Withdraw::the_first);
    net.sleep(25 * ms_hour);
    net.start("can-bkk");
    net.run(ms_minute);
    ASSERT_TRUE(net.daemon("can-bkk").running());
    EXPECT_TRUE(net.broken().empty());
    EXPECT_TRUE(net.withdrawn("can-bkk", all[0].alert()));
    EXPECT_FALSE(net.reads("can-bkk", all[0].alert()));
    EXPECT_TRUE(net.reads("can-bkk", all[1].alert()));
    EXPECT_TRUE(erased("can-bkk", first));
    EXPECT_TRUE(told("aus-bkk", "can-bkk", first));
}

// By the list that was saved, and without it by the walk of the store that follows a start.
TEST_F(CoreDeletion, KeysThatDidNotComeAreAskedForAfterARestartToo) {
    net.filter = [this](const SentFrame& sent) {
        return sent.to == id("can-bkk") && sent.head.type != SyncType::hello;
    };
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(ms_second);
    first = entry_of("aus-bkk", posted.alert());
    proto::SyncEntries frame;  // Without the slots.
    frame.set_stream_id(first.stream.str());
    add_entries(frame, Seq{0});
    frame.set_head(first.seq.value);
    net.filter = nullptr;
    net.inject(id("tha-bkk"), id("can-bkk"), SyncType::put, frame.SerializeAsString());
    ASSERT_TRUE(net.run_until(
        [&] {
            return disk("can-bkk").entries.count({first.stream, first.seq}) != 0;
        },
        ms_second));
    net.kill("can-bkk");
    net.start("can-bkk");
    ASSERT_FALSE(net.reads("can-bkk", posted.alert()));
    net.run(ms_minute);
    EXPECT_TRUE(net.reads("can-bkk", posted.alert()));
}

// The key of the epoch that is open leads to its entries; to those of an epoch that was closed in
// the same moment the saved list does, or the walk of the store.
TEST_F(CoreDeletion, WhatWaitsInAClosedEpochIsOpenedAfterARestart) {
    auto all = stops_before_opening(Withdraw::the_first);
    net.start("can-bkk");
    net.run(10 * ms_second);
    for (std::size_t i = 1; i < all.size(); ++i)
        EXPECT_TRUE(net.reads("can-bkk", all[i].alert())) << i;
}

// The danger: a screening in the middle of catching up claims that it saw everything.
TEST_F(CoreDeletion, WhatIsNotOpenedYetIsCountedAfterARestartToo) {
    stops_before_opening(Withdraw::nothing);
    net.daemon("can-bkk").options().refuse_intake = true;  // It opens nothing.
    net.start("can-bkk");
    EXPECT_EQ(net.daemon("can-bkk").node().index().unopened(), 9u);
    net.kill("can-bkk");
    net.daemon("can-bkk").options().refuse_intake = false;
    net.start("can-bkk");
    net.run(10 * ms_second);
    EXPECT_EQ(net.daemon("can-bkk").node().index().unopened(), 0u);
    net.kill("can-bkk");
    post("aus-bkk", {"BKK"});
    const Posted last = post("aus-bkk", {"BKK"});
    net.filter = [&](const SentFrame& frame) { return frame.to == id("can-bkk") && frame.live; };
    net.start("can-bkk");
    net.run(10 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", last.alert()));
    EXPECT_EQ(net.daemon("can-bkk").node().index().unopened(), 0u);
}

// --- a withdrawal is not taken back -------------------------------------------------------------

// The danger: whoever of the party withdrew redacts its own withdrawal, readers erase the mark that
// it left, and after their next start the alert is there again.
TEST_F(CoreDeletion, ARedactedWithdrawalStaysOne) {
    Posted posted = post("aus-bkk", {"network"});
    net.run(5 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-kul", posted.alert()).ok());
    net.run(5 * ms_second);
    ASSERT_TRUE(net.withdrawn("can-bkk", posted.alert()));
    const EntryRef withdrawal =
        *net.daemon("can-bkk").node().index().alert(posted.alert())->withdrawal;
    net.kill("aus-kul");
    redact(withdrawal, {"can-bkk", "gbr-kul"});
    for (int day = 0; day < 3; ++day) {
        for (const char* node : {"can-bkk", "gbr-kul"}) {
            restart(node);
            EXPECT_TRUE(net.withdrawn(node, posted.alert())) << node << day;
            EXPECT_FALSE(net.reads(node, posted.alert())) << node << day;
            EXPECT_FALSE(erased(node, withdrawal)) << node << day;
        }
        net.sleep(25 * ms_hour);
        net.run(10 * ms_second);
    }
}

// --- feeds --------------------------------------------------------------------------------------

TEST_F(CoreDeletion, AnExpiredAlertIsTakenFromConsumersBeforeTheAuthorIsTold) {
    PostWish wish{"BKK"};
    wish.purge_after_ms = net.now().plus(ms_hour).value;
    std::string cursor;
    poll("can-bkk", cursor);
    Posted posted = post("aus-bkk", wish);
    net.run(10 * ms_second);
    const EntryRef ref = entry_of("can-bkk", posted.alert());
    auto got = poll("can-bkk", cursor);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].type, "published");
    EXPECT_TRUE(got[0].content);
    acknowledge("can-bkk", cursor);
    net.sleep(7 * ms_hour);
    net.run(ms_minute);
    ASSERT_TRUE(erased("can-bkk", ref));
    EXPECT_TRUE(told("aus-bkk", "gbr-bkk", ref));  // It has no consumer.
    EXPECT_FALSE(told("aus-bkk", "can-bkk", ref));
    restart("can-bkk");
    EXPECT_FALSE(told("aus-bkk", "can-bkk", ref));
    auto gone = poll("can-bkk", cursor);
    ASSERT_EQ(gone.size(), 1u);
    EXPECT_EQ(gone[0].type, "removed");
    EXPECT_EQ(gone[0].reason, "expired");
    EXPECT_EQ(gone[0].alert, posted.alert());
    EXPECT_FALSE(gone[0].content);
    EXPECT_NE(gone[0].id, got[0].id);  // Else who drops doubles drops it.
    net.run(10 * ms_second);
    EXPECT_FALSE(told("aus-bkk", "can-bkk", ref));
    acknowledge("can-bkk", cursor);
    EXPECT_TRUE(told("aus-bkk", "can-bkk", ref));
    restart("can-bkk");
    EXPECT_TRUE(poll("can-bkk", cursor).empty());  // Said once.
}

TEST_F(CoreDeletion, ARedactedAlertIsTakenFromConsumersBeforeTheAuthorIsTold) {
    std::string cursor;
    poll("can-bkk", cursor);
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(10 * ms_second);
    const EntryRef ref = entry_of("can-bkk", posted.alert());
    auto got = poll("can-bkk", cursor);
    ASSERT_EQ(got.size(), 1u);
    acknowledge("can-bkk", cursor);
    redact(ref, {"can-bkk"});
    EXPECT_TRUE(poll("can-bkk", cursor).empty());
    net.sleep(25 * ms_hour);
    net.run(ms_minute);
    ASSERT_TRUE(erased("can-bkk", ref));
    EXPECT_FALSE(told("aus-bkk", "can-bkk", ref));
    restart("can-bkk");
    auto gone = poll("can-bkk", cursor);
    ASSERT_EQ(gone.size(), 1u);
    EXPECT_EQ(gone[0].type, "removed");
    EXPECT_EQ(gone[0].reason, "withdrawn");
    EXPECT_EQ(gone[0].alert, posted.alert());
    EXPECT_NE(gone[0].id, got[0].id);
    acknowledge("can-bkk", cursor);
    EXPECT_TRUE(told("aus-bkk", "can-bkk", ref));
}

// Its bytes stay where the author's node did not redact them, or as long as the epoch is open.
TEST_F(CoreDeletion, WhatIsWithdrawnOrOverIsInNoFeedFromTheStart) {
    Posted kept = post("aus-bkk", {"network"});
    Posted withdrawn = post("aus-bkk", {"network"});
    PostWish wish{"network"};
    wish.purge_after_ms = net.now().plus(ms_hour).value;
    Posted over = post("aus-bkk", wish);
    net.run(5 * ms_second);
    ASSERT_TRUE(net.confirm("gbr-bkk", withdrawn.alert()).ok());
    net.run(5 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-kul", withdrawn.alert()).ok());
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.sleep(7 * ms_hour);
    net.run(10 * ms_second);
    for (int pass = 0; pass < 2; ++pass) {
        auto first_one = from_start("can-bkk", kept.alert());
        ASSERT_EQ(first_one.size(), 1u);
        EXPECT_TRUE(first_one[0].content);
        auto second = from_start("can-bkk", withdrawn.alert());
        ASSERT_EQ(second.size(), 1u) << pass;
        EXPECT_EQ(second[0].type, "removed");
        auto third = from_start("can-bkk", over.alert());
        ASSERT_EQ(third.size(), 1u) << pass;
        EXPECT_EQ(third[0].reason, "expired");
        restart("can-bkk");
    }
}

}  // namespace
}  // namespace rilon
