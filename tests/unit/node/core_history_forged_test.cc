// History grants that nobody may make, sealed by a node of the network all the same.
#include "protocol/officer.h"
#include "protocol/short_id.h"
#include "tests/unit/node/history_net.h"

namespace rilon {
namespace {

// As a node that has other rules would seal it: to the joiner alone, well signed by its officer.
class ForgedHistory : public CoreHistory {
   protected:
    // `by` seals these keys in its stream to the joiner.
    ListedEntry forge(const std::string& by, const std::vector<ListedEntry>& entries,
                      const std::vector<EntryKey>& keys) {
        Posted own = post(by, {"network", false, {}, {joiner}});
        const StreamId stream = own.parts.front().stream;
        Daemon& mallory = net.daemon(by);
        const NodeIdentity& me = mallory.identity();
        proto::Operation operation;
        *operation.mutable_history() = encode_history({id(joiner), entries});
        Bytes bytes = to_bytes(as_bytes(operation.SerializeAsString()));
        Certificate body{net.rng().bytes<OfficerId>(), "LO-9", "officer",
                         mallory.officer().sign.pk,    me.id,  net.now(),
                         net.now().plus(ms_day)};
        auto certificate = certify_officer(me.network, body, me.generation, me.sign.sk);
        const AlertId alert = make_alert_id(net.now(), net.rng());
        Signature signature =
            sign(mallory.officer().sign.sk, officer_message(me.network, stream, alert, bytes));
        StreamState state = mallory.disk().streams.at(stream);
        auto k = mallory.store().epoch_key(stream, state.epoch);
        EXPECT_TRUE(k.ok() && k->has_value());
        auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq,
                          encode_content(certificate, alert, bytes, signature, keys)},
                         state, {me.sign.sk, me.generation}, &**k, net.rng().bytes<Nonce24>());
        EXPECT_TRUE(made.ok());
        const ListedEntry place{stream, made->header().seq};
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        frame.add_entries()->set_entry(std::string(as_text(made->bytes())));
        frame.set_head(place.seq.value);
        net.inject(id("coordinator-1"), id(joiner), SyncType::put, frame.SerializeAsString());
        net.run(30 * ms_second);
        EXPECT_TRUE(disk(joiner).entries.contains({place.stream, place.seq}));
        EXPECT_EQ(disk(joiner).entries.at({place.stream, place.seq}).body,
                  MemoryDisk::Body::erased);  // Looked at, and over.
        return place;
    }
    EntryKey key_of(const std::string& node, const EntryRef& ref) {
        auto key = store(node).entry_key(ref.stream, ref.seq);
        EXPECT_TRUE(key.ok());
        return std::move(*key);
    }
};

TEST_F(ForgedHistory, AnotherPartysAlertIsNotTakenFromAThird) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("gbr-bkk", early.alert());
    std::vector<EntryKey> keys;
    keys.push_back(key_of("gbr-bkk", ref));
    forge("gbr-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
    // From the author it would be: the forgery is well made.
    keys.clear();
    keys.push_back(key_of("aus-bkk", ref));
    forge("aus-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_TRUE(net.reads(joiner, early.alert()));
}

TEST_F(ForgedHistory, AWrongKeyIsRefusedAndTheOthersAreTaken) {
    Posted one = post("aus-bkk", {"BKK"});
    Posted two = post("aus-bkk", {"BKK"});
    join();
    const EntryRef first = entry_of("aus-bkk", one.alert());
    const EntryRef second = entry_of("aus-bkk", two.alert());
    ASSERT_LT(first, second);
    std::vector<EntryKey> keys;
    keys.push_back(key_of("aus-bkk", second));
    keys.push_back(key_of("aus-bkk", second));
    forge("aus-bkk", {{first.stream, first.seq}, {second.stream, second.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, one.alert()));
    EXPECT_FALSE(store(joiner).entry_key(first.stream, first.seq).ok());
    EXPECT_TRUE(net.reads(joiner, two.alert()));
    // The right one is welcome all the same.
    keys.clear();
    keys.push_back(key_of("aus-bkk", first));
    forge("aus-bkk", {{first.stream, first.seq}}, keys);
    EXPECT_TRUE(net.reads(joiner, one.alert()));
}

// Its author's node has other rules and hands over the ciphertext too.
TEST_F(ForgedHistory, WhatTheReleaseRuleWithholdsIsNotTaken) {
    Posted theirs = post_about_an_italian("aus-bkk");
    join();
    const EntryRef ref = entry_of("aus-bkk", theirs.alert());
    ASSERT_FALSE(disk(joiner).streams.contains(ref.stream));
    hand_over("aus-bkk", ref.stream);
    ASSERT_EQ(disk(joiner).entries.at({ref.stream, ref.seq}).body, MemoryDisk::Body::present);
    std::vector<EntryKey> keys;
    keys.push_back(key_of("aus-bkk", ref));
    forge("aus-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, theirs.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
}

TEST_F(ForgedHistory, AWithdrawnAlertsKeyIsNotTaken) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    std::vector<EntryKey> keys;
    keys.push_back(key_of("aus-bkk", ref));
    ASSERT_TRUE(lists("aus-bkk", {ref.stream, ref.seq}));
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    EXPECT_FALSE(lists("aus-bkk", {ref.stream, ref.seq}));  // Nor is it given.
    net.run(5 * ms_second);
    forge("aus-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
}

}  // namespace
}  // namespace rilon
