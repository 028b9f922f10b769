// Attachments from officer to reader and until nothing is left of them: chunks in the streams of a
// whole RILON in memory.
#include <algorithm>

#include "node/sync.pb.h"
#include "protocol/attachment.h"
#include "protocol/officer.h"
#include "tests/unit/node/seizure.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

Bytes picture(std::size_t size, Byte seed) {
    Bytes out(size);
    std::uint32_t x = seed + 1u;
    for (Byte& b : out) b = static_cast<Byte>((x = x * 1664525u + 1013904223u) >> 24);
    return out;
}

bool has_chunks(const SentFrame& frame) {
    proto::SyncEntries entries;
    if (frame.live) {
        auto entry = parse_entry(frame.payload);
        return entry.ok() && entry->header().kind == EntryKind::chunk;
    }
    if (frame.head.type != SyncType::put && frame.head.type != SyncType::push) return false;
    if (!entries.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())))
        return false;
    return std::any_of(entries.entries().begin(), entries.entries().end(), [](const auto& item) {
        auto entry = parse_entry(as_bytes(item.entry()));
        return entry.ok() && entry->header().kind == EntryKind::chunk;
    });
}

class CoreAttachment : public SmallNet {
   protected:
    Posted with(const std::string& node, PostWish wish, std::vector<Bytes> files) {
        wish.attached = std::move(files);
        return post(node, wish);
    }
    std::string why(const std::string& node, const Posted& posted, std::uint32_t number) {
        auto got = net.attachment(node, posted.alert(), number);
        return got.ok() ? "" : std::string(errc_name(got.code())) + ": " + got.error().detail;
    }
    std::vector<EntryRef> chunks_of(const std::string& node, const EntryRef& content) {
        std::vector<EntryRef> out;
        const auto& entries = net.daemon(node).disk().entries;
        for (EntryRef at{content.stream, content.seq.next()};; at.seq = at.seq.next()) {
            auto held = entries.find({at.stream, at.seq});
            if (held == entries.end() || held->second.entry.header().kind != EntryKind::chunk)
                return out;
            out.push_back(at);
        }
    }
    bool erased(const std::string& node, const EntryRef& ref) {
        return net.daemon(node).disk().entries.at({ref.stream, ref.seq}).body ==
               MemoryDisk::Body::erased;
    }
    void restart(const std::string& node) {
        net.kill(node);
        net.start(node);
        net.run(5 * ms_second);
    }
    std::uint64_t audited(const std::string& node, const std::string& action) {
        auto rows = net.daemon(node).store().audit(0, 10'000);
        return rows.ok() ? static_cast<std::uint64_t>(std::count_if(
                               rows->begin(), rows->end(),
                               [&](const AuditRow& row) { return row.action == action; }))
                         : 0;
    }
    const Bytes large = picture(200'000, 1);
    const Bytes small = picture(10, 2);
};

TEST_F(CoreAttachment, TheBytesArriveAtItsReadersAlone) {
    Posted posted = with("aus-bkk", {"BKK", true}, {large, small});
    net.run(5 * ms_second);
    for (const char* reader : {"aus-bkk", "can-bkk", "gbr-bkk"}) {
        auto first = net.attachment(reader, posted.alert(), 1);
        ASSERT_TRUE(first.ok()) << reader << first.error().detail;
        EXPECT_EQ(*first, large);
        EXPECT_EQ(*net.attachment(reader, posted.alert(), 2), small);
        EXPECT_EQ(chunks_of(reader, entry_of(reader, posted)).size(), 5u) << reader;
        EXPECT_EQ(audited(reader, "attachment"), 2u) << reader;  // Not once a piece.
    }
    EXPECT_NE(why("can-bkk", posted, 3), "");
    EXPECT_NE(why("can-bkk", posted, 0), "");
    EXPECT_NE(why("tha-bkk", posted, 1), "");  // Left out: it does not even know the alert.
    const EntryRef content = entry_of("can-bkk", posted);
    EXPECT_FALSE(net.daemon("tha-bkk").disk().streams.contains(content.stream));
    // The coordinator carries and can't open.
    EXPECT_FALSE(net.coordinator().store().entry_key(content.stream, content.seq.next()).ok());
}

TEST_F(CoreAttachment, UrgentWordsDoNotWaitForTheirPictures) {
    std::size_t pushed = 0;
    std::size_t together = 0;
    net.on_frame = [&](const SentFrame& frame) {
        proto::SyncEntries entries;
        if (frame.live || frame.head.type != SyncType::push || frame.from != id("aus-bkk")) return;
        ASSERT_TRUE(
            entries.ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size())));
        bool content = false;
        for (const auto& item : entries.entries())
            content |= parse_entry(as_bytes(item.entry()))->header().kind == EntryKind::content;
        pushed += content ? 1 : 0;
        together += content && has_chunks(frame) ? 1 : 0;
    };
    with("aus-bkk", {"BKK", false, {}, {}, Precedence::flash}, {large});
    net.run(5 * ms_second);
    net.on_frame = nullptr;
    EXPECT_GT(pushed, 0u);
    EXPECT_EQ(together, 0u);
}

TEST_F(CoreAttachment, NothingIsPostedWithoutTheBytesThatWereSignedFor) {
    proto::PrepareRequest what;
    what.mutable_wish()->set_audience("BKK");
    what.mutable_operation()->mutable_publish()->mutable_bulletin()->set_text("see the picture");
    TestNet::list_attached({large}, *what.mutable_operation()->mutable_publish());
    const auto before = net.daemon("aus-bkk").disk().entries.size();
    auto prepared = net.prepare("aus-bkk", what);
    ASSERT_TRUE(prepared.ok()) << prepared.error().detail;
    auto refused = [&](const std::vector<Bytes>& files) {
        const Status status = net.hand_over("aus-bkk", prepared->ticket(), files);
        return status.ok() ? "" : status.error().detail;
    };
    auto posted = net.commit("aus-bkk", *prepared);
    ASSERT_FALSE(posted.ok());
    EXPECT_EQ(
        posted.error().detail,
        "invalid: attachment 1: it was not handed over; attach the file again, or leave it out");
    prepared = net.prepare("aus-bkk", what);
    Bytes other = large;
    other.back() ^= 1;
    EXPECT_EQ(refused({other}),
              "invalid: attachment 1 is not what the alert says of it; attach the file again");
    EXPECT_EQ(refused({small}), "");
    EXPECT_EQ(refused({large}),
              "malformed: the pieces of an attachment come in order, without gaps");
    EXPECT_EQ(refused({{}, small}), "not-found: the posting has no such attachment");
    EXPECT_FALSE(net.commit("aus-bkk", *prepared).ok());
    EXPECT_EQ(net.daemon("aus-bkk").disk().entries.size(), before);
    EXPECT_EQ(refused({large}),
              "not-found: this posting is no longer prepared here; post it again");
}

// Whoever may post here could else fill the memory of the node with postings that never come.
TEST_F(CoreAttachment, WhatIsHandedOverAndNotPostedIsBounded) {
    proto::PrepareRequest what;
    what.mutable_wish()->set_audience("BKK");
    what.mutable_operation()->mutable_publish()->mutable_bulletin()->set_text("see the pictures");
    const std::vector<Bytes> files(4, picture(attachment_bytes_max, 3));
    TestNet::list_attached(files, *what.mutable_operation()->mutable_publish());
    std::size_t taken = 0;
    for (int i = 0; i < 4; ++i) {
        auto prepared = net.prepare("aus-bkk", what);
        ASSERT_TRUE(prepared.ok()) << prepared.error().detail;
        taken += net.hand_over("aus-bkk", prepared->ticket(), files).ok() ? 1 : 0;
    }
    EXPECT_EQ(taken, 2u);
    net.run(11 * ms_minute);  // The tickets are over.
    EXPECT_TRUE(net.post("aus-bkk", {.audience = "BKK", .attached = files}, "now").ok());
}

TEST_F(CoreAttachment, WhatLacksAPieceSaysSoAndIsNotHeldYet) {
    net.filter = [&](const SentFrame& frame) {
        return frame.to == id("can-bkk") && has_chunks(frame);
    };
    Posted posted = with("aus-bkk", {"BKK", false, {}, {"can-bkk"}}, {large});
    net.run(10 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", posted.alert()));
    EXPECT_NE(why("can-bkk", posted, 1).find("not-found: piece 1 of 4"), std::string::npos)
        << why("can-bkk", posted, 1);
    auto held = [&] {
        proto::Request request;
        request.mutable_receipts()->set_alert(posted.alert().hex());
        auto receipts = net.request("aus-bkk", std::move(request));
        return receipts.ok() && receipts->receipts().held();
    };
    EXPECT_FALSE(held());
    net.filter = nullptr;
    net.run(30 * ms_second);
    EXPECT_EQ(why("can-bkk", posted, 1), "");
    EXPECT_TRUE(held());
}

// As the origin's keys would make them: a chunk of one alert behind another, which lists its hash.
TEST_F(CoreAttachment, AChunkThatWasMovedIsRefused) {
    Posted posted = with("aus-bkk", {"BKK"}, {small});
    Posted other = with("aus-bkk", {"BKK"}, {small});
    net.run(5 * ms_second);
    ASSERT_EQ(why("can-bkk", posted, 1), "");
    Daemon& origin = net.daemon("aus-bkk");
    const EntryRef ref = entry_of("can-bkk", posted);
    auto plain = [&](const EntryRef& at) {
        auto held = origin.store().entry(at.stream, at.seq);
        const EntryId entry = (*held)->entry.id();
        auto trusted = trust_stored(std::move((*held)->entry), entry);
        return *open_body(*trusted, *origin.store().entry_key(at.stream, at.seq));
    };
    auto content = parse_content(plain(ref));
    const Bytes moved = plain({ref.stream, entry_of("can-bkk", other).seq.next()});
    auto key = origin.store().epoch_key(ref.stream, origin.disk().streams.at(ref.stream).epoch);
    ASSERT_TRUE(key.ok() && key->has_value());
    net.kill("aus-bkk");
    StreamState state = origin.disk().streams.at(ref.stream);
    const OriginKeys keys{origin.identity().sign.sk, origin.identity().generation};
    // A correction by the same officer, and behind it the chunk of the other alert.
    auto operation = parse_operation(content->operation);
    proto::Operation correction;
    *correction.mutable_supersede()->mutable_alert() = operation->publish();
    correction.mutable_supersede()->mutable_alert()->set_revision(2);
    const Bytes bytes = to_bytes(as_bytes(correction.SerializeAsString()));
    const Signature signature =
        sign(origin.officer().sign.sk,
             officer_message(net.network().id(), ref.stream, posted.alert(), bytes));
    proto::SyncEntries frame;
    frame.set_stream_id(ref.stream.str());
    auto next = [&](EntryKind kind, Bytes text) {
        auto made = seal({kind, Precedence::routine, state.dir_seq, std::move(text)}, state, keys,
                         &**key, net.rng().bytes<Nonce24>());
        ASSERT_TRUE(made.ok());
        frame.add_entries()->set_entry(std::string(as_text(made->bytes())));
    };
    next(EntryKind::content,
         encode_content(content->certificate, posted.alert(), bytes, signature));
    next(EntryKind::chunk, moved);
    frame.set_head(state.head.value);
    net.inject(id("coordinator-1"), id("can-bkk"), SyncType::push, frame.SerializeAsString());
    net.run(5 * ms_second);
    ASSERT_EQ(net.daemon("can-bkk").node().index().alert(posted.alert())->revision, 2u);
    EXPECT_NE(why("can-bkk", posted, 1).find("malformed: piece 1 of 1"), std::string::npos)
        << why("can-bkk", posted, 1);
}

TEST_F(CoreAttachment, ACorrectionKeepsThePicturesItLists) {
    Posted posted = with("aus-bkk", {"BKK"}, {large, small});
    net.run(5 * ms_second);
    proto::PrepareRequest what;
    proto::Alert& alert = *what.mutable_operation()->mutable_supersede()->mutable_alert();
    alert.mutable_bulletin()->set_text("corrected");
    TestNet::list_attached({small}, alert);
    what.set_alert(posted.alert().hex());
    what.mutable_wish()->set_audience("BKK");
    ASSERT_TRUE(net.prepare_and_commit("aus-bkk", what).ok());
    net.run(5 * ms_second);
    restart("can-bkk");
    EXPECT_EQ(*net.attachment("can-bkk", posted.alert(), 1), small);
    EXPECT_NE(why("can-bkk", posted, 2), "");
    TestNet::list_attached({picture(11, 5)}, alert);  // Which nobody handed over, ever.
    auto lacking = net.prepare_and_commit("aus-bkk", what);
    ASSERT_FALSE(lacking.ok());
    EXPECT_NE(lacking.error().detail.find("attachment 2"), std::string::npos);
}

// Key, body and all copies, over a restart in between; with forget_chunks the picture stays.
TEST_F(CoreAttachment, AWithdrawalTakesThePicturesWithIt) {
    Posted posted = with("aus-bkk", {"BKK"}, {large, small});
    net.run(5 * ms_second);
    std::map<std::string, std::vector<EntryRef>> chunks;
    Seizure seizure(net);
    for (const char* node : {"aus-bkk", "can-bkk", "gbr-bkk"}) {
        chunks[node] = chunks_of(node, entry_of(node, posted));
        ASSERT_EQ(chunks[node].size(), 5u);
        seizure.record(node);
    }
    const EntryRef picture = chunks["can-bkk"].front();
    ASSERT_TRUE(seizure.opens({"can-bkk"}, picture));
    restart("can-bkk");
    net.kill("gbr-bkk");  // It hears of it later.
    ASSERT_TRUE(net.withdraw("aus-bkk", posted.alert()).ok());
    net.run(5 * ms_second);
    restart("can-bkk");
    EXPECT_NE(why("can-bkk", posted, 1), "");
    net.start("gbr-bkk");
    net.run(20 * ms_second);
    for (const auto& [node, refs] : chunks)
        for (const EntryRef& ref : refs) EXPECT_TRUE(erased(node, ref)) << node << ref.seq.value;
    // The author keeps the slots of its streams for who was not reached yet: so each by itself.
    for (const char* node : {"aus-bkk", "can-bkk", "gbr-bkk"})
        EXPECT_FALSE(seizure.opens({node}, picture)) << node;
    // Who comes anew gets headers.
    for (const auto& [at, entry] : net.coordinator().disk().entries)
        if (entry.entry.header().kind == EntryKind::chunk) {
            EXPECT_NE(entry.body, MemoryDisk::Body::present);
        }
}

TEST_F(CoreAttachment, WhenItsTimeIsOverThePicturesGoToo) {
    PostWish wish{"BKK"};
    wish.purge_after_ms = net.now().plus(ms_hour).value;
    Posted posted = with("aus-bkk", wish, {large});
    net.run(5 * ms_second);
    std::map<std::string, std::vector<EntryRef>> chunks;
    Seizure seizure(net);
    for (const char* node : {"aus-bkk", "can-bkk", "gbr-bkk"}) {
        chunks[node] = chunks_of(node, entry_of(node, posted));
        ASSERT_EQ(chunks[node].size(), 4u);
        seizure.record(node);
    }
    net.sleep(7 * ms_hour);
    restart("can-bkk");
    net.run(ms_minute);
    for (const auto& [node, refs] : chunks)
        for (const EntryRef& ref : refs) EXPECT_TRUE(erased(node, ref)) << node << ref.seq.value;
    for (const char* node : {"aus-bkk", "can-bkk", "gbr-bkk"})
        EXPECT_FALSE(seizure.opens({node}, chunks["can-bkk"].front())) << node;
}

// An alert of its own stands behind what looks like its pictures: a withdrawal does not take it.
TEST_F(CoreAttachment, WhatStandsBehindThePicturesStays) {
    Posted posted = with("aus-bkk", {"BKK"}, {small});
    Posted next = with("aus-bkk", {"BKK"}, {large});
    Posted last = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-bkk", posted.alert()).ok());
    net.run(5 * ms_second);
    for (const char* node : {"aus-bkk", "can-bkk"}) {
        EXPECT_EQ(why(node, next, 1), "") << node;
        EXPECT_TRUE(shows(node, last.alert())) << node;
    }
}

// The origin left the stream before its pictures came here, and withdrew the alert in the next:
// nobody redacts them any more. What comes late goes at once.
TEST_F(CoreAttachment, PicturesThatComeAfterTheirAlertIsGoneGoAtOnce) {
    post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    net.filter = [&](const SentFrame& frame) {
        return frame.to == id("can-bkk") && has_chunks(frame);
    };
    Posted posted = with("aus-bkk", {"BKK"}, {large});
    net.run(5 * ms_second);
    const EntryRef content = entry_of("can-bkk", posted);
    ASSERT_TRUE(chunks_of("can-bkk", content).empty());
    ASSERT_EQ(chunks_of("gbr-bkk", content).size(), 4u);
    auto copy = net.daemon("aus-bkk").backup();
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy, LeaseAfter::broken);
    net.start("aus-bkk");
    net.run(40 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-bkk", posted.alert()).ok());
    net.run(10 * ms_second);
    ASSERT_TRUE(net.withdrawn("can-bkk", posted.alert()));
    ASSERT_TRUE(erased("can-bkk", content));
    net.filter = nullptr;
    net.run(ms_minute);
    const auto late = chunks_of("can-bkk", content);
    for (const EntryRef& ref : late)
        EXPECT_NE(net.daemon("can-bkk").disk().entries.at({ref.stream, ref.seq}).body,
                  MemoryDisk::Body::present);
    EXPECT_EQ(late.size(), 4u);
}

// The pictures go on with the text, to the few, and nothing of them stays with who was dropped.
TEST_F(CoreAttachment, NarrowedItsPicturesStayWithThoseWhoStay) {
    Posted posted = with("aus-bkk", {"BKK"}, {large, small});
    net.run(5 * ms_second);
    const EntryRef before = entry_of("gbr-bkk", posted);
    const std::vector<EntryRef> chunks = chunks_of("gbr-bkk", before);
    ASSERT_EQ(chunks.size(), 5u);
    Seizure seized(net);
    seized.record("gbr-bkk");
    ASSERT_TRUE(seized.opens({"gbr-bkk"}, chunks.front()));
    proto::NarrowWish wish;
    wish.add_exclude("GBR");
    auto narrowed = net.narrow("aus-bkk", posted.alert(), wish);
    ASSERT_TRUE(narrowed.ok()) << narrowed.error().detail;
    net.run(5 * ms_second);
    seized.record("gbr-bkk");
    seized.record("can-bkk");
    EXPECT_EQ(*net.attachment("can-bkk", posted.alert(), 1), large);
    EXPECT_EQ(*net.attachment("can-bkk", posted.alert(), 2), small);
    const std::vector<EntryRef> now = chunks_of("can-bkk", entry_of("can-bkk", posted));
    ASSERT_EQ(now.size(), 5u);
    EXPECT_NE(now.front().stream, before.stream);
    EXPECT_NE(why("gbr-bkk", posted, 1), "");
    for (const EntryRef& chunk : chunks) {
        EXPECT_TRUE(erased("gbr-bkk", chunk));
        EXPECT_TRUE(erased("can-bkk", chunk));
        EXPECT_FALSE(seized.opens({"gbr-bkk"}, chunk));
    }
    for (const EntryRef& chunk : now) EXPECT_FALSE(seized.opens({"gbr-bkk"}, chunk));
}

}  // namespace
}  // namespace rilon
