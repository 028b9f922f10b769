// Slots and mail: unsigned, from whoever has them. Nobody may fill the others' places with them.
#include "node/core.h"
#include "node/sync.pb.h"
#include "protocol/slot.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreSlots : public SmallNet {
   protected:
    Daemon& victim() { return net.daemon("tha-bkk"); }
    Slot random_slot(const StreamId& stream, Epoch epoch) {
        Slot slot;
        slot.stream = stream;
        slot.epoch = epoch;
        slot.tag = net.rng().bytes<SlotTag>();
        return slot;
    }
    void send(const std::string& from, const std::vector<Slot>& slots) {
        proto::SyncSlots frame;
        frame.set_stream_id(slots.front().stream.str());
        frame.set_epoch(slots.front().epoch.value);
        for (const Slot& slot : slots) frame.add_slots(std::string(as_text(encode_slot(slot))));
        ASSERT_LE(frame.ByteSizeLong(), sync_payload_bytes_max);
        net.inject(id(from), victim().id(), SyncType::slots, frame.SerializeAsString());
    }
    std::size_t used(const std::string& queue) {
        for (const QueueUse& one : victim().node().queues())
            if (one.name == queue) return one.used;
        ADD_FAILURE() << queue;
        return 0;
    }
};

// Slots of grants to come fill one member's share: those of the next grant, from others, find room.
TEST_F(CoreSlots, Row41SlotsOfGrantsToComeBlockNobodyElses) {
    const StreamId stream = post("aus-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    const Epoch next = victim().disk().streams.at(stream).epoch.next();
    for (int frame = 0; frame < 20; ++frame) {
        std::vector<Slot> slots;
        for (int i = 0; i < 2000; ++i) slots.push_back(random_slot(stream, next));
        send("gbr-bkk", slots);
    }
    net.run(500);
    EXPECT_EQ(used("early slots"), early_slots_peer_max);
    // Not even that for grants that are far away.
    send("can-bkk", {random_slot(stream, Epoch{next.value + 1000000})});
    net.run(500);
    EXPECT_EQ(used("early slots"), early_slots_peer_max);
    send("can-bkk", {random_slot(stream, next)});
    net.run(500);
    EXPECT_EQ(used("early slots"), early_slots_peer_max + 1);
    // With the peer its share is gone.
    net.kill("gbr-bkk");
    net.run(ms_second);
    EXPECT_EQ(used("early slots"), 1u);
}

TEST_F(CoreSlots, SlotsOfAStreamThatTheSenderMayNotHoldAreNotTaken) {
    const StreamId stream = post("aus-bkk", {"BKK", false, {"GBR"}}).parts[0].stream;
    net.run(5 * ms_second);
    const StreamState& state = victim().disk().streams.at(stream);
    std::size_t before = victim().disk().slots.size();
    send("gbr-bkk", {random_slot(stream, state.epoch), random_slot(stream, state.epoch.next())});
    net.run(500);
    EXPECT_EQ(victim().disk().slots.size(), before);
    EXPECT_EQ(used("early slots"), 0u);
    send("can-bkk", {random_slot(stream, state.epoch)});  // Who may is believed.
    net.run(500);
    EXPECT_EQ(victim().disk().slots.size(), before + 1);
}

TEST_F(CoreSlots, Row41SlotsThatAPeerHasUsStoreHaveADailyBound) {
    const StreamId stream = post("aus-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    constexpr std::size_t room = 100;
    net.kill("tha-bkk");
    victim().options().origin_bytes_per_day = room * slot_bytes;
    net.start("tha-bkk");
    net.run(5 * ms_second);
    const Epoch epoch = victim().disk().streams.at(stream).epoch;
    const std::size_t before = victim().disk().slots.size();
    std::vector<Slot> many;
    for (std::size_t i = 0; i < 2 * room; ++i) many.push_back(random_slot(stream, epoch));
    send("gbr-bkk", many);
    net.run(500);
    EXPECT_EQ(victim().disk().slots.size(), before + room);
    send("can-bkk", {random_slot(stream, epoch)});
    net.run(500);
    EXPECT_EQ(victim().disk().slots.size(), before + room + 1);
}

TEST_F(CoreSlots, Row41MailForOthersHasAShareForEachSender) {
    net.kill("can-bkk");  // Whose mail waits at the coordinator.
    net.run(ms_second);
    proto::SyncAck mail;
    mail.set_to(id("can-bkk").str());
    mail.set_ack(std::string(letter_bytes_max, 'x'));
    mail.set_direct(true);  // Else the hub takes it.
    std::size_t confirmed = 0;
    net.on_frame = [&](const SentFrame& frame) {
        confirmed += frame.from == net.coordinator().id() && frame.to == id("gbr-bkk") &&
                     frame.head.type == SyncType::ack;
    };
    const std::size_t share = carried_bytes_peer_max / letter_bytes_max;
    for (std::size_t i = 0; i < share + 20; ++i) {
        mail.set_mail(1000 + i);
        net.inject(id("gbr-bkk"), net.coordinator().id(), SyncType::ack, mail.SerializeAsString());
        if (i % 50 == 0) net.run(300);
    }
    net.run(ms_second);
    EXPECT_EQ(confirmed, share);
    std::size_t before = net.coordinator().disk().mail.size();
    net.inject(id("aus-bkk"), net.coordinator().id(), SyncType::ack, mail.SerializeAsString());
    net.run(ms_second);
    EXPECT_EQ(net.coordinator().disk().mail.size(), before + 1);
    // Delivered, it gives the room back.
    net.start("can-bkk");
    net.run(ms_minute);
    net.inject(id("gbr-bkk"), net.coordinator().id(), SyncType::ack, mail.SerializeAsString());
    net.run(ms_second);
    EXPECT_EQ(confirmed, share + 1);
}

// The slots of a grant with very many readers go in as many frames as they need.
TEST_F(CoreSlots, SlotsThatDoNotFitAFrameFollowInOthers) {
    std::size_t largest = 0;
    int slots = 0;
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.from != victim().id() || frame.head.type != SyncType::push) return;
        largest = std::max(largest, frame.payload.size());
        proto::SyncEntries entries;
        if (frame.to == id("can-bkk") &&
            entries.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())))
            slots += entries.slots_size();
    };
    // The hub has many early slots of the next grant when that comes, and passes them all on.
    const StreamId stream = post("aus-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    const Epoch next = victim().disk().streams.at(stream).epoch.next();
    for (int frame = 0; frame < 3; ++frame) {
        std::vector<Slot> many;
        for (int i = 0; i < 2000; ++i) many.push_back(random_slot(stream, next));
        send("can-bkk", many);
    }
    net.run(500);
    NodeId who = id("gbr-bkk");
    slots = 0;
    ASSERT_TRUE(
        net.submit([&](Drafter& d) { return d.suspend(who, "test"); }, {&net.network().rso(0)})
            .ok());
    net.run(3 * ms_second);
    Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    ASSERT_EQ(victim().disk().streams.at(stream).epoch, next);
    EXPECT_TRUE(net.reads("can-bkk", posted.alert()));
    EXPECT_GT(slots, 6000);
    EXPECT_LE(largest, sync_payload_bytes_max);
}

}  // namespace
}  // namespace rilon
