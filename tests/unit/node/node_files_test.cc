// What the daemon keeps beside its store: the identity file and the lease; and its log lines.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "node/event.h"
#include "node/identity_file.h"
#include "node/lease.h"
#include "node/log.h"
#include "node/peer_table.h"
#include "node/system.h"
#include "store/memory_store.h"

namespace rilon {
namespace {

class NodeFiles : public testing::Test {
   protected:
    void SetUp() override {
        char name[] = "/tmp/rilon-files-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        dir = name;
    }
    void TearDown() override { std::filesystem::remove_all(dir); }
    NodeIdentity identity() {
        NodeIdentity out;
        out.network = rng.bytes<NetworkId>();
        out.id = rng.bytes<NodeId>();
        out.generation = Generation{3};
        out.sign = make_sign_key_pair(rng);
        out.transport = make_transport_key_pair(rng);
        out.enc.push_back(make_enc_key_pair(rng));
        out.enc.push_back(make_enc_key_pair(rng));
        out.psks.push_back({7, rng.secret<Psk>()});
        out.online = make_sign_key_pair(rng);
        return out;
    }
    // What the core does in its first batch.
    static void retired(MemoryStore& store) {
        Batch batch;
        batch.emplace_back(DropPrivate{restored_name});
        ASSERT_TRUE(store.append(std::move(batch)).ok());
    }
    std::filesystem::path dir;
    SystemRng rng;
};

TEST_F(NodeFiles, IdentityComesBack) {
    NodeIdentity made = identity();
    auto key = rng.secret<StorageKey>();
    ASSERT_TRUE(save_identity(dir / "identity", made, key, rng, Overwrite::refuse).ok());
    auto back = load_identity(dir / "identity", key);
    ASSERT_TRUE(back.ok()) << back.error().detail;
    EXPECT_EQ(back->id, made.id);
    EXPECT_EQ(back->generation, made.generation);
    EXPECT_EQ(back->sign.pk, made.sign.pk);
    EXPECT_EQ(back->transport.pk, made.transport.pk);
    ASSERT_EQ(back->enc.size(), 2u);
    EXPECT_EQ(back->enc[1].pk, made.enc[1].pk);
    EXPECT_EQ(back->psks[0].generation, 7u);
    EXPECT_TRUE(equal_secret(back->psks[0].psk.expose(), made.psks[0].psk.expose()));
    EXPECT_EQ(back->online->pk, made.online->pk);
    EXPECT_EQ(load_identity(dir / "identity", rng.secret<StorageKey>()).code(), Errc::cannot_open);
}

// A seized disk has the keys of now, and not those of before.
TEST_F(NodeFiles, ARenewedIdentityLeavesNothingOfTheOneBefore) {
    NodeIdentity made = identity();
    auto key = rng.secret<StorageKey>();
    const std::filesystem::path path = dir / "identity";
    ASSERT_TRUE(save_identity(path, made, key, rng, Overwrite::refuse).ok());
    ChangeIdentity change;
    change.forget.push_back(made.enc[0].pk);
    change.add.push_back(make_enc_key_pair(rng));
    change.sign = make_sign_key_pair(rng);
    change.generation = Generation{4};
    change_identity(made, std::move(change));
    EXPECT_FALSE(made.stored);
    // Enrolled anew since: what only the file has stays.
    NodeIdentity enrolled = *load_identity(path, key);
    enrolled.psks.push_back({8, rng.secret<Psk>()});
    ASSERT_TRUE(save_identity(path, enrolled, key, rng, Overwrite::replace).ok());
    ASSERT_TRUE(renew_identity_file(path, made, key, rng).ok());
    EXPECT_TRUE(made.stored);
    auto back = load_identity(path, key);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->generation, Generation{4});
    EXPECT_EQ(back->sign.pk, made.sign.pk);
    ASSERT_EQ(back->enc.size(), 2u);
    EXPECT_EQ(back->enc[1].pk, made.enc[1].pk);
    EXPECT_EQ(back->psks.size(), 2u);
    EXPECT_FALSE(std::filesystem::exists(path.string() + ".old"));

    // Cut short at each step, and tidied at the next start: nothing of the old one is left.
    const std::filesystem::path old = path.string() + ".old";
    std::filesystem::create_hard_link(path, old);  // Before the rename.
    ASSERT_TRUE(tidy_identity_file(path).ok());
    EXPECT_FALSE(std::filesystem::exists(old));
    EXPECT_TRUE(load_identity(path, key).ok());
    std::filesystem::create_hard_link(path, old);
    const std::filesystem::path watched = dir / "watched";
    std::filesystem::create_hard_link(path, watched);
    ASSERT_TRUE(save_identity(path, made, key, rng, Overwrite::replace).ok());  // Behind it.
    ASSERT_TRUE(tidy_identity_file(path).ok());
    EXPECT_FALSE(std::filesystem::exists(old));
    Bytes left = *read_file(watched, 64 * 1024);
    EXPECT_TRUE(std::all_of(left.begin(), left.end(), [](Byte b) { return b == 0; }));
    EXPECT_TRUE(load_identity(path, key).ok());
}

// The key that officers pin stays; where it is one of its own nothing is left of the one replaced.
TEST_F(NodeFiles, AReplacedTransportKeyLivesOnAsTheControlSocketsOnly) {
    for (const bool own_control : {false, true}) {
        NodeIdentity made = identity();
        if (own_control) made.control = make_transport_key_pair(rng);
        const TransportPublicKey pinned = made.control_key().pk;
        const Bytes old = to_bytes(made.transport.sk.expose());
        ChangeIdentity waits;
        waits.wait_for.push_back(make_transport_key_pair(rng));
        const TransportPublicKey next = waits.wait_for[0].pk;
        waits.wait_for.push_back(make_transport_key_pair(rng));
        const TransportPublicKey dead = waits.wait_for[1].pk;
        change_identity(made, std::move(waits));
        ChangeIdentity change;
        change.transport = next;
        change.wait_no_more.push_back(dead);
        change_identity(made, std::move(change));
        EXPECT_EQ(made.transport.pk, next);
        EXPECT_TRUE(made.waiting.empty());
        const Bytes file = encode_identity(made);
        auto back = parse_identity(file);
        ASSERT_TRUE(back.ok());
        EXPECT_EQ(back->transport.pk, next);
        EXPECT_EQ(back->control_key().pk, pinned);
        const auto found = std::search(file.begin(), file.end(), old.begin(), old.end());
        EXPECT_EQ(found == file.end(), own_control);
    }
}

TEST_F(NodeFiles, Row44IdentityOfHostileBytesIsRefused) {
    NodeIdentity with_control = identity();
    with_control.control = make_transport_key_pair(rng);
    const Bytes longer = encode_identity(with_control);
    for (std::size_t n = 0; n < longer.size(); ++n)
        EXPECT_FALSE(parse_identity(ByteView(longer).first(n)).ok()) << n;
    Bytes good = encode_identity(identity());
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_FALSE(parse_identity(ByteView(good).first(n)).ok()) << n;
    good.push_back(0);
    EXPECT_FALSE(parse_identity(good).ok());
    EXPECT_FALSE(parse_identity(Bytes(300, 0xff)).ok());
}

TEST_F(NodeFiles, Row16RestoredStoreIsRecognisedByItsLease) {
    MemoryStore store;
    Lease lease(dir / "lease", store, rng);
    auto first = lease.take(UnixMillis{1000});
    ASSERT_TRUE(first.ok());
    EXPECT_FALSE(first->broken);
    auto again = lease.take(UnixMillis{2000});
    EXPECT_FALSE(again->broken);
    EXPECT_EQ(again->feed_epoch, first->feed_epoch);
    Bytes old = **store.private_value("lease");
    ASSERT_TRUE(lease.renew().ok());
    Batch restore;
    restore.emplace_back(PutPrivate{"lease", old});
    ASSERT_TRUE(store.append(std::move(restore)).ok());
    auto restored = lease.take(UnixMillis{3000});
    EXPECT_TRUE(restored->broken);
    EXPECT_NE(restored->feed_epoch, first->feed_epoch);
    retired(store);
    EXPECT_FALSE(lease.take(UnixMillis{4000})->broken);
    // And the machine that has the store alone.
    std::filesystem::remove(dir / "lease");
    EXPECT_TRUE(lease.take(UnixMillis{5000})->broken);
}

// The lease is renewed at once; what it told has to outlive a start that fails after that.
TEST_F(NodeFiles, Row16ARestoreIsToldAtEachStartUntilItsStreamsAreRetired) {
    MemoryStore store;
    Lease lease(dir / "lease", store, rng);
    ASSERT_TRUE(lease.take(UnixMillis{1000}).ok());
    std::filesystem::remove(dir / "lease");
    auto first = lease.take(UnixMillis{2000});
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(first->broken);
    auto second = lease.take(UnixMillis{3000});  // The port was in use, say.
    ASSERT_TRUE(second.ok());
    EXPECT_TRUE(second->broken);
    EXPECT_EQ(second->feed_epoch, first->feed_epoch);
    retired(store);
    EXPECT_FALSE(lease.take(UnixMillis{4000})->broken);
}

TEST_F(NodeFiles, Row16ACrashAtAnyWriteOfARestoresFirstStartForgetsNothing) {
    for (int writes = 0; writes < 2; ++writes) {
        MemoryStore store;
        Lease lease(dir / "lease", store, rng);
        ASSERT_TRUE(lease.take(UnixMillis{1000}).ok());
        std::filesystem::remove(dir / "lease");
        store.disk()->before_append = [left = writes]() mutable {
            return left-- > 0 ? Status() : Status(Errc::io, "told to");
        };
        EXPECT_FALSE(lease.take(UnixMillis{2000}).ok());
        store.disk()->before_append = nullptr;
        EXPECT_TRUE(lease.take(UnixMillis{3000})->broken) << writes;
    }
}

TEST_F(NodeFiles, Row11AFullDiskPutsTheLeaseOffAndEndsNothing) {
    MemoryStore store;
    Lease lease(dir / "lease", store, rng);
    ASSERT_TRUE(lease.take(UnixMillis{1000}).ok());
    Bytes before = **store.private_value("lease");
    store.disk()->before_append = [] { return Status(Errc::full, "told to"); };
    for (int minute = 0; minute < 150; ++minute) ASSERT_TRUE(lease.each_minute().ok()) << minute;
    EXPECT_EQ(**store.private_value("lease"), before);
    auto again = lease.take(UnixMillis{2000});  // Started again, still full.
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_FALSE(again->broken);
    store.disk()->before_append = nullptr;
    ASSERT_TRUE(lease.each_minute().ok());  // Room again: not an hour later.
    EXPECT_NE(**store.private_value("lease"), before);
    EXPECT_FALSE(lease.take(UnixMillis{3000})->broken);
    store.disk()->before_append = [] { return Status(Errc::io, "told to"); };
    for (int minute = 0; minute < 59; ++minute) ASSERT_TRUE(lease.each_minute().ok());
    EXPECT_EQ(lease.each_minute().code(), Errc::io);
}

TEST_F(NodeFiles, Row11ARestoredStoreDoesNotStartOnAFullDisk) {
    MemoryStore store;
    Lease lease(dir / "lease", store, rng);
    ASSERT_TRUE(lease.take(UnixMillis{1000}).ok());
    std::filesystem::remove(dir / "lease");
    store.disk()->before_append = [] { return Status(Errc::full, "told to"); };
    EXPECT_EQ(lease.take(UnixMillis{2000}).code(), Errc::full);
    store.disk()->before_append = [left = 1]() mutable {  // Room for the mark, none for the lease.
        return left-- > 0 ? Status() : Status(Errc::full, "told to");
    };
    EXPECT_EQ(lease.take(UnixMillis{3000}).code(), Errc::full);
    store.disk()->before_append = nullptr;
    EXPECT_TRUE(lease.take(UnixMillis{4000})->broken);
}

TEST(Log, OneLineNothingThatMovesTheTerminal) {
    EXPECT_EQ(format_log("start", {{"node", "a1b2"}, {"why", "no room\n\x1b[2J\"x\""}}),
              "start node=a1b2 why=\"no room\\x0a\\x1b[2J\\\"x\\\"\"");
}

TEST(PeerTable, TheLinkHeardLastIsUsedAndItsLossIsTold) {
    PeerTable table;
    std::vector<Event> events;
    NodeId peer;
    PeerTable::Time now{};
    LinkRef dialled{LinkRef::Kind::dialled, 0};
    LinkRef accepted{LinkRef::Kind::accepted, 1};
    LinkRef later{LinkRef::Kind::accepted, 2};
    table.link_up(peer, dialled, now, events);
    table.link_up(peer, accepted, now, events);
    EXPECT_EQ(events.size(), 1u);
    EXPECT_EQ(table.link_of(peer), dialled);
    table.heard(accepted, now);
    EXPECT_EQ(table.link_of(peer), accepted);
    EXPECT_EQ(table.link_up(peer, later, now, events), accepted);  // Down, Up.
    EXPECT_EQ(events.size(), 3u);
    table.link_down(dialled, events);  // Not in use: nothing to tell.
    EXPECT_EQ(events.size(), 3u);
    table.link_down(later, events);
    ASSERT_EQ(events.size(), 4u);
    EXPECT_TRUE(std::holds_alternative<PeerDown>(events[3]));
}

}  // namespace
}  // namespace rilon
