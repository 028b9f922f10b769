// What a member without anybody's key makes others work and keep: bounded, whatever it sends.
#include "node/core.h"
#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

// Mallory is gbr-bkk's operator, the victim the host's node.
class CoreFlood : public SmallNet {
   protected:
    CoreFlood() {
        stream = post("aus-bkk", {"BKK"}).parts[0].stream;
        net.run(5 * ms_second);
    }
    Daemon& victim() { return net.daemon("tha-bkk"); }
    const StreamState& state() { return victim().disk().streams.at(stream); }

    // As of the stream's origin, but nobody signed it. Without a body: 256 bytes each.
    EntryHeader next_header() {
        EntryHeader header = victim().disk().entries.at({stream, state().head}).entry.header();
        header.prev = state().head_id;
        header.seq = state().head.next();
        header.nonce = net.rng().bytes<Nonce24>();
        return header;
    }
    Bytes unsigned_entry(const EntryHeader& header) {
        Bytes out = to_bytes(encode_header(header));
        const Signature signature = net.rng().bytes<Signature>();
        out.insert(out.end(), signature.view().begin(), signature.view().end());
        return out;
    }
    std::vector<Bytes> unsigned_run(std::size_t count) {
        std::vector<Bytes> out;
        for (EntryHeader header = next_header(); out.size() < count; header.seq = header.seq.next())
            out.push_back(unsigned_entry(header));
        return out;
    }
    // The next entry as its origin would seal it.
    VerifiedEntry genuine(StreamState& after, DirSeq dir_seq, Bytes plain = {1}) {
        Daemon& origin = net.daemon("aus-bkk");
        auto key = origin.store().epoch_key(after.id, after.epoch);
        OriginKeys keys{origin.identity().sign.sk, origin.identity().generation};
        auto made = seal({EntryKind::content, Precedence::routine, dir_seq, std::move(plain)},
                         after, keys, &**key, net.rng().bytes<Nonce24>());
        EXPECT_TRUE(made.ok());
        return std::move(*made);
    }
    void send(const StreamId& id_, const std::vector<Bytes>& entries,
              const std::string& from = "gbr-bkk") {
        proto::SyncEntries frame;
        frame.set_stream_id(id_.str());
        for (const Bytes& entry : entries) {
            auto* item = frame.add_entries();
            item->set_entry(std::string(as_text(entry)));
            item->set_absent(entry.size() == entry_prefix_bytes);
        }
        ASSERT_LE(frame.ByteSizeLong(), sync_payload_bytes_max);
        net.inject(id(from), victim().id(), SyncType::push, frame.SerializeAsString());
    }
    // Signatures the victim checks in jobs for what this sends.
    std::uint64_t checks(const StreamId& id_, const std::vector<Bytes>& entries) {
        std::uint64_t before = victim().jobs();
        send(id_, entries);
        net.run(500);
        return victim().jobs() - before;
    }
    std::uint64_t refused() {
        proto::Request request;
        request.mutable_status();
        auto answer = net.request("tha-bkk", std::move(request));
        return answer.ok() ? answer->status().refused() : 0;
    }
    std::size_t used(const std::string& queue) {
        for (const QueueUse& one : victim().node().queues())
            if (one.name == queue) return one.used;
        ADD_FAILURE() << queue;
        return 0;
    }
    StreamId stream;
};

TEST_F(CoreFlood, Row40AFrameOfMoreEntriesThanHonestNodesSendIsNotLookedAt) {
    EXPECT_EQ(checks(stream, unsigned_run(1400)), 0u);
}

// The newest entry of the origin, got first, under a run that is none.
TEST_F(CoreFlood, Row40AGenuineLastEntryBuysNoChecksForTheOthers) {
    std::vector<Bytes> run = unsigned_run(1000);
    StreamState after = net.daemon("aus-bkk").disk().streams.at(stream);
    run.push_back(genuine(after, after.dir_seq).bytes());
    EXPECT_LE(checks(stream, run), singly_max);
}

TEST_F(CoreFlood, Row40AStreamThatNobodyFoundedCostsFewChecks) {
    std::vector<Bytes> run;
    EntryHeader genesis = victim().disk().entries.at({stream, Seq{}}).entry.header();
    genesis.stream = net.rng().bytes<StreamId>();
    Bytes body = to_bytes(victim().disk().entries.at({stream, Seq{}}).entry.body());
    run.push_back(unsigned_entry(genesis));
    run[0].insert(run[0].end(), body.begin(), body.end());
    EntryHeader header = next_header();
    header.stream = genesis.stream;
    for (header.seq = Seq{1}; run.size() < 1000; header.seq = header.seq.next())
        run.push_back(unsigned_entry(header));
    EXPECT_LE(checks(genesis.stream, run), singly_max);
}

TEST_F(CoreFlood, Row40AStreamWeDoNotHaveIsAskedForOnce) {
    std::size_t asked = 0;
    net.on_frame = [&](const SentFrame& frame) {
        asked += frame.from == victim().id() && frame.head.type == SyncType::range;
    };
    EntryHeader header = next_header();
    header.stream = net.rng().bytes<StreamId>();
    std::vector<Bytes> run;
    for (; run.size() < 1000; header.seq = header.seq.next()) run.push_back(unsigned_entry(header));
    send(header.stream, run);
    net.run(500);
    EXPECT_EQ(asked, 1u);
}

// Other entries of a seq that the victim holds: each may be a fork, so its signature is checked.
TEST_F(CoreFlood, Row40FalseForksCostOneCheckAFrame) {
    std::vector<Bytes> run;
    EntryHeader header = next_header();
    header.seq = state().head;
    for (int i = 0; i < 1000; ++i) {
        header.nonce = net.rng().bytes<Nonce24>();
        run.push_back(unsigned_entry(header));
    }
    std::uint64_t before = refused();
    send(stream, run);
    net.run(500);
    EXPECT_LE(refused() - before, 2u);
    EXPECT_FALSE(state().frozen);
}

// A long honest run still arrives, also where it is not taken as one.
TEST_F(CoreFlood, ALongRunArrivesWhereItIsNotTakenAsOne) {
    net.kill("tha-bkk");
    for (int i = 0; i < 150; ++i) post("aus-bkk", {"BKK"});
    victim().wipe();
    victim().options().network_file = {};
    const Directory& directory = net.daemon("can-bkk").node().directory();
    for (std::uint64_t n = 0; n < directory.size(); ++n)
        victim().disk().directory.emplace(DirSeq{n}, directory.record(DirSeq{n}));
    net.start("tha-bkk");
    net.run(10 * ms_second);
    EXPECT_EQ(state().head, net.daemon("aus-bkk").disk().streams.at(stream).head);
}

// Ahead of a gap in many streams: signed by their origin, but not counted to its day before they
// are taken.
TEST_F(CoreFlood, Row41EarlyEntriesOfOneOriginHaveOneBound) {
    net.filter = [&](const SentFrame& frame) { return frame.to == victim().id(); };
    std::vector<StreamId> streams;
    for (const char* who : {"CAN", "GBR"}) {
        Posted posted = post("aus-bkk", {"BKK", false, {who}});
        streams.push_back(posted.parts[0].stream);
    }
    streams.push_back(post("aus-bkk", {"network"}).parts[0].stream);
    streams.push_back(post("aus-bkk", {"BKK", false, {"CAN", "GBR"}}).parts[0].stream);
    streams.push_back(stream);
    net.filter = nullptr;
    net.run(20 * ms_second);
    for (const StreamId& one : streams) {
        ASSERT_TRUE(victim().disk().streams.contains(one));
        StreamState after = net.daemon("aus-bkk").disk().streams.at(one);
        (void)genuine(after, after.dir_seq);  // The gap.
        for (std::size_t sent = 0; sent < early_bytes_max + (1u << 20);) {
            Bytes entry = genuine(after, after.dir_seq, Bytes(200000)).bytes();
            sent += entry.size();
            send(one, {entry}, "aus-bkk");
        }
        net.run(200);
        EXPECT_GT(used("early bytes of a stream"), early_bytes_max - 300000);
    }
    EXPECT_GT(used("early bytes"), early_bytes_origin_max - 300000);  // All room that it has.
    EXPECT_LE(used("early bytes"), early_bytes_origin_max);
    // What came early is taken when the gap closes, and gives its room back.
    net.run(ms_minute);
}

// Ahead of the directory nobody can check them: one peer fills its share and no more.
TEST_F(CoreFlood, Row41ParkedEntriesLeaveRoomForOthers) {
    EntryHeader header = next_header();
    header.dir_seq = DirSeq{1000000};
    Bytes body(200000, 7);
    header.body_hash = hash({body});
    header.body_len = static_cast<std::uint32_t>(body.size());
    auto flood = [&](const std::string& from, int count) {
        for (int i = 0; i < count; ++i) {
            header.seq = header.seq.next();
            Bytes entry = unsigned_entry(header);
            entry.insert(entry.end(), body.begin(), body.end());
            send(stream, {entry}, from);
        }
        net.run(500);
    };
    flood("gbr-bkk", 50);
    EXPECT_GT(used("parked bytes"), 0u);
    EXPECT_LE(used("parked bytes"), parked_bytes_peer_max);
    std::size_t of_one = used("parked bytes");
    flood("can-bkk", 1);
    EXPECT_GT(used("parked bytes"), of_one);
    // Small ones are no way around it.
    std::vector<Bytes> small;
    EntryHeader bare = next_header();
    bare.dir_seq = DirSeq{1000000};
    for (; small.size() < 60; bare.seq = bare.seq.next()) small.push_back(unsigned_entry(bare));
    for (int i = 0; i < 30; ++i) send(stream, small, "aus-bkk");
    net.run(500);
    EXPECT_LE(used("parked bytes of a peer"), parked_bytes_peer_max);
    // A record that never comes gives the room back in time.
    net.run(2 * ms_minute);
    flood("aus-bkk", 1);
    EXPECT_LE(used("parked bytes"), 2 * body.size());
}

}  // namespace
}  // namespace rilon
