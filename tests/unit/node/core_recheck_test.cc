// Entries taken in bulk under a later signature: their own are looked at afterwards, and one that
// does not hold freezes the stream everywhere, by a proof that everybody can check.
#include <gtest/gtest.h>

#include "node/sync.pb.h"
#include "protocol/crypto.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreRecheck : public SmallNet {
   protected:
    const MemoryDisk& disk(const std::string& node) { return net.daemon(node).disk(); }
    // Twelve more entries of aus-bkk's stream by its own key, one of which bears a bad signature.
    void give_batch(const std::string& to, int bad) {
        const Posted posted = post("aus-bkk", {"BKK"});
        net.run(5 * ms_second);
        stream = entry_of("aus-bkk", posted).stream;
        Daemon& author = net.daemon("aus-bkk");
        StreamState state = author.disk().streams.at(stream);
        auto key = author.store().epoch_key(stream, state.epoch);
        ASSERT_TRUE(key.ok() && key->has_value());
        net.kill("aus-bkk");
        OriginKeys keys{author.identity().sign.sk, author.identity().generation};
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        for (int i = 0; i < 12; ++i) {
            auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq, {1, 2, 3}},
                             state, keys, &**key, net.rng().bytes<Nonce24>());
            ASSERT_TRUE(made.ok());
            Bytes bytes = made->bytes();
            if (i == bad) {
                bytes[header_bytes + 5] ^= 1;
                state.head_id =
                    EntryId::copy_of(hash({ByteView(bytes).first(entry_prefix_bytes)}).view());
            }
            frame.add_entries()->set_entry(std::string(as_text(bytes)));
        }
        head = state.head;
        frame.set_head(head.value);
        net.inject(id("tha-bkk"), id(to), SyncType::put, frame.SerializeAsString());
        ASSERT_TRUE(
            net.run_until([&] { return disk(to).streams.at(stream).head == head; }, ms_second));
    }
    bool frozen(const std::string& node) { return disk(node).streams.at(stream).frozen; }
    StreamId stream;
    Seq head;
};

TEST_F(CoreRecheck, Row37ABadSignatureUnderAGoodSuccessorFreezesTheStreamEverywhere) {
    give_batch("can-bkk", 4);
    EXPECT_FALSE(frozen("can-bkk"));  // Nobody has looked yet.
    net.run(10 * ms_second);
    for (const char* node : {"can-bkk", "gbr-bkk", "tha-bkk", "coordinator-1"})
        EXPECT_TRUE(frozen(node)) << node;
}

TEST_F(CoreRecheck, WhatIsLeftToLookAtSurvivesARestart) {
    give_batch("can-bkk", 4);
    net.kill("can-bkk");
    ASSERT_FALSE(disk("can-bkk").streams.at(stream).frozen);
    net.start("can-bkk");
    net.run(10 * ms_second);
    EXPECT_TRUE(frozen("can-bkk"));
    EXPECT_TRUE(frozen("gbr-bkk"));
}

TEST_F(CoreRecheck, AWholeBatchIsLookedAtOnceAndGoesOn) {
    give_batch("can-bkk", -1);
    net.run(30 * ms_second);
    EXPECT_FALSE(frozen("can-bkk"));
    EXPECT_EQ(disk("gbr-bkk").streams.at(stream).head, head);
    for (const auto& [name, value] : disk("can-bkk").private_values)
        EXPECT_FALSE(name.starts_with("unchecked.")) << name;
}

}  // namespace
}  // namespace rilon
