// Rows 39, 49, 52 and 59: what is left on disk, before and after a purge, for one who has every
// file and the storage key.
#include <cerrno>

#include "store/store_core.h"
#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

// Every bucket key's sealed row as it lies in keys.mdb, with the key itself.
struct SealedBucket {
    Bytes sealed;
    Bytes key;
};

class PurgeTest : public LmdbFixture {
   protected:
    std::vector<SealedBucket> bucket_rows() {
        std::vector<SealedBucket> out;
        auto env = LmdbEnv::open(dir.path + "/keys.mdb", 64 << 20);
        EXPECT_TRUE(env.ok() && *(*env)->open_tables(key_tables));
        RowSealer sealer(key, rng);
        auto txn = (*env)->read();
        auto cursor = Cursor::open(*txn, Table::bucket_keys);
        for (auto more = cursor->seek({}); *more; more = cursor->next()) {
            Bytes sealed = to_bytes(cursor->value());
            out.push_back({sealed, *sealer.open(Table::bucket_keys, cursor->key(), sealed)});
        }
        return out;
    }
    // The wrapped entry key as it lies in data.mdb.
    Bytes wrapped_row(Seq seq) {
        auto env = LmdbEnv::open(dir.path + "/data.mdb", map_bytes);
        EXPECT_TRUE(env.ok() && *(*env)->open_tables(data_tables));
        auto txn = (*env)->read();
        return to_bytes(**txn->get(Table::entry_keys, entry_row_key(0, seq.value)));
    }
    std::size_t on_disk(ByteView needle) { return count_in_dir(dir.path, needle); }

    // Takes every window of every file for a sealed bucket key of the entry's bucket and tries the
    // wrapped key of before with what opens; and looks for old bucket keys, sealed and bare.
    bool anything_opens(const VerifiedEntry& entry, const Bytes& wrapped,
                        const std::vector<SealedBucket>& buckets_before) {
        for (const auto& file : std::filesystem::directory_iterator(dir.path)) {
            Bytes raw = read_file(file.path().string());
            RowSealer sealer(key, rng);
            for (const SealedBucket& bucket : buckets_before)
                if (count_in(raw, bucket.sealed) + count_in(raw, bucket.key) > 0) return true;
            // Bucket row keys of the entry's bucket at every generation, at every offset.
            for (std::size_t at = 0; at + sealed_overhead_bytes + 32 <= raw.size(); ++at) {
                ByteView window = ByteView(raw).subspan(at, sealed_overhead_bytes + 32);
                if (window[0] == 0 && window[1] == 0 && window[2] == 0) continue;
                for (std::uint32_t generation = 0; generation < 2; ++generation) {
                    auto bucket =
                        sealer.open(Table::bucket_keys, bucket_row_key(0, 0, generation), window);
                    if (!bucket) continue;
                    auto opened = RowSealer::open_under(
                        *bucket, Table::entry_keys, entry_row_key(0, entry.header().seq.value),
                        ByteView(wrapped).first(4), ByteView(wrapped).subspan(4));
                    if (opened && open_body(entry, EntryKey(ByteView(*opened))).ok()) return true;
                }
            }
        }
        return false;
    }
};

TEST_F(PurgeTest, Row52PurgeResidue) {
    auto store = open();
    TestStream stream(rng);
    Batch batch = stream.founded(40);
    VerifiedEntry entry = std::get<PutEntry>(batch[6]).entry;  // Seq 5: "alert text 3".
    batch.push_back(PutSearchRecord{stream.state.id, Seq{5}, to_bytes(as_bytes("CANARY-SEARCH"))});
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    const StreamId id = stream.state.id;
    Bytes epoch_key = to_bytes(stream.key.expose());
    Bytes entry_key_bytes = to_bytes(store->entry_key(id, Seq{5})->expose());
    Batch close;
    close.push_back(stream.close());
    ASSERT_TRUE(store->append(std::move(close)).ok());

    store.reset();
    std::vector<SealedBucket> before = bucket_rows();
    ASSERT_EQ(before.size(), 1u);
    Bytes wrapped = wrapped_row(Seq{5});
    EXPECT_GT(on_disk(before[0].sealed), 0u);
    // All keys in hand, the files of now give the alert away: the scan works.
    EXPECT_TRUE(anything_opens(entry, wrapped, {}));

    // The danger: delete alone. Stopped before the compact copy, the old bucket key still lies in
    // a free page, and with it the entry.
    fault = [](StoreStep step) { return step == StoreStep::erase_copy ? fault_die : 0; };
    store = open();
    ASSERT_TRUE(store->append(stream.withdrawn({{Seq{5}, Seq{5}}})).ok());
    auto cut = store->erase();
    EXPECT_TRUE(!cut.ok() && cut.code() == Errc::interrupted);
    store.reset();
    EXPECT_EQ(bucket_rows().size(), 1u);
    EXPECT_GT(on_disk(before[0].sealed), 0u) << "a plain delete left nothing: nothing proved";
    EXPECT_TRUE(anything_opens(entry, wrapped, before));

    // The purge, finished.
    fault = {};
    store = open();
    auto gone = store->erase();
    ASSERT_TRUE(gone.ok()) << gone.error().detail;
    EXPECT_EQ(gone->size(), 1u);
    EXPECT_EQ(store->entry_key(id, Seq{5}).code(), Errc::not_found);
    EXPECT_TRUE(store->search_records(Arrival{}, 10)->empty());
    EXPECT_EQ(*read_text(*store, id, Seq{4}), "alert text 2");
    store.reset();
    EXPECT_EQ(on_disk(before[0].sealed), 0u);
    EXPECT_EQ(on_disk(before[0].key), 0u);
    EXPECT_EQ(on_disk(entry_key_bytes), 0u);
    EXPECT_EQ(on_disk(epoch_key), 0u);
    EXPECT_FALSE(file_exists(dir.path + "/keys.old") || file_exists(dir.path + "/keys.new"));
}

TEST_F(PurgeTest, Row59SeizedAfterPurge) {
    auto store = open();
    TestStream stream(rng);
    Batch batch = stream.founded(20);
    VerifiedEntry entry = std::get<PutEntry>(batch[6]).entry;
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    CloseEpoch over = stream.close();
    Batch close;
    close.push_back(over);
    ASSERT_TRUE(store->append(std::move(close)).ok());
    store.reset();
    std::vector<SealedBucket> before = bucket_rows();
    Bytes wrapped = wrapped_row(Seq{5});
    // K's own sealed row is a way in too, as long as free pages hold it.
    RowSealer sealer(key, rng);
    store = open();
    ASSERT_TRUE(store->append(stream.withdrawn({{Seq{5}, Seq{5}}})).ok());
    ASSERT_EQ(store->erase()->size(), 1u);
    store.reset();
    EXPECT_FALSE(anything_opens(entry, wrapped, before));
    // Every row of the vault that is left, opened: no K at all, and no bucket key of before.
    for (const SealedBucket& now : bucket_rows())
        for (const SealedBucket& old : before) EXPECT_NE(now.key, old.key);
    Bytes raw = read_file(dir.path + "/keys.mdb");
    Bytes name = std::move(ByteWriter{}.raw(stream.state.id.view()).u32(1)).take();
    Name16 row = sealer.name(Table::epoch_keys, name);
    EXPECT_EQ(count_in(raw, row.view()), 0u);
}

TEST_F(PurgeTest, EveryCrashPointRecovers) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(100)).ok());
    ASSERT_TRUE(open()
                    ->append([&] {
                        Batch close;
                        close.push_back(stream.close());
                        return close;
                    }())
                    .ok());
    const StreamId id = stream.state.id;
    std::uint64_t seq = 2;
    for (StoreStep step : {StoreStep::erase_new_keys, StoreStep::erase_rewrap,
                           StoreStep::erase_drop_old, StoreStep::erase_copy, StoreStep::erase_swap,
                           StoreStep::erase_unlink, StoreStep::erase_clear}) {
        for (int how : {fault_die, EIO}) {
            fault = {};
            auto store = open();
            Batch batch;
            batch.push_back(Erase{id, {{Seq{seq}, Seq{seq}}}});
            ASSERT_TRUE(store->append(std::move(batch)).ok());
            store.reset();
            fault = [&](StoreStep at) { return at == step ? how : 0; };
            store = open();
            EXPECT_FALSE(store->erase().ok());
            EXPECT_FALSE(store->erase().ok());  // Poisoned until opened again.
            EXPECT_EQ(*read_text(*store, id, Seq{60}), "alert text 58");
            store.reset();
            fault = {};
            store = open();
            EXPECT_TRUE(store->use().erase_pending);
            EXPECT_EQ(store->entry_key(id, Seq{seq}).code(), Errc::not_found);
            auto gone = store->erase();
            ASSERT_TRUE(gone.ok()) << gone.error().detail;
            ASSERT_EQ(gone->size(), 1u);
            EXPECT_EQ(gone->front().seq.value, seq);
            ++seq;
            for (std::uint64_t left = seq; left < 102; ++left)
                ASSERT_EQ(*read_text(*store, id, Seq{left}),
                          "alert text " + std::to_string(left - 2));
            EXPECT_FALSE(file_exists(dir.path + "/keys.old"));
        }
    }
}

// What a stolen encryption key of the node's own opens is as good as the alerts it was granted.
TEST_F(PurgeTest, Row52ASecretThatWasDroppedIsInNoFile) {
    auto secret = rng.secret<NodeSecret>();
    auto kept = rng.secret<NodeSecret>();
    auto store = open();
    Batch batch;
    batch.push_back(PutSecret{"enc.old", secret.duplicate()});
    batch.push_back(PutSecret{"enc.new", kept.duplicate()});
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    store.reset();
    EXPECT_EQ(on_disk(secret.expose()), 0u);
    // Its sealed row, which the storage key opens.
    auto sealed_row = [&] {
        auto env = LmdbEnv::open(dir.path + "/keys.mdb", 64 << 20);
        EXPECT_TRUE(env.ok() && *(*env)->open_tables(key_tables));
        auto txn = (*env)->read();
        Name16 row = RowSealer(key, rng).name(Table::node_secrets, as_bytes("enc.old"));
        return to_bytes(**txn->get(Table::node_secrets, row.view()));
    };
    const Bytes row = sealed_row();
    ASSERT_GT(on_disk(row), 0u);
    for (StoreStep step :
         {StoreStep::data_commit, StoreStep::erase_drop_old, StoreStep::erase_copy,
          StoreStep::erase_swap, StoreStep::erase_unlink, StoreStep::erase_clear}) {
        fault = [&](StoreStep at) { return at == step ? fault_die : 0; };
        store = open();
        Batch drop;
        drop.push_back(DropSecret{"enc.old"});
        const bool dropped = store->append(std::move(drop)).ok();
        EXPECT_EQ(dropped, step != StoreStep::data_commit);
        EXPECT_FALSE(store->erase().ok());
        store.reset();
        fault = {};
        store = open();
        EXPECT_EQ(store->use().erase_pending, dropped);
        // Gone for readers from its commit on; a plain delete would have left the row.
        EXPECT_EQ(store->secrets()->size(), dropped ? 1u : 2u);
        if (step == StoreStep::erase_copy) {
            EXPECT_GT(on_disk(row), 0u);
        }
        store.reset();
    }
    store = open();
    ASSERT_TRUE(store->erase().ok());
    EXPECT_FALSE(store->use().erase_pending);
    store.reset();
    EXPECT_EQ(on_disk(row), 0u);
    store = open();
    ASSERT_EQ(store->secrets()->size(), 1u);
    EXPECT_TRUE(equal(store->secrets()->front().key.expose(), kept.expose()));
}

TEST_F(PurgeTest, ASwapThatStoppedBetweenLinkAndRenameKeepsTheVault) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(3)).ok());
    std::filesystem::create_hard_link(dir.path + "/keys.mdb", dir.path + "/keys.old");
    auto store = open();
    EXPECT_EQ(*read_text(*store, stream.state.id, Seq{2}), "alert text 0");
    EXPECT_FALSE(file_exists(dir.path + "/keys.old"));
}

TEST_F(PurgeTest, Row39NothingReadableOnDisk) {
    auto store = open();
    TestStream stream(rng);
    Batch batch = stream.founded(3, "CANARY-BODY ");
    const StreamId id = stream.state.id;
    auto canary = [](const char* text) { return to_bytes(as_bytes(text)); };
    NodeId node = rng.bytes<NodeId>();
    batch.push_back(PutSearchRecord{id, Seq{2}, canary("CANARY-SEARCH")});
    batch.push_back(PutPrivate{"CANARY-NAME", canary("CANARY-VALUE")});
    batch.push_back(PutAudit{{}, "CANARY-SUBJECT", "CANARY-ACTION", "CANARY-DETAIL"});
    batch.push_back(PutMail{{1, node, 1, canary("CANARY-MAIL")}});
    batch.push_back(PutAck{id, {node, AckLevel::stored, Seq{2}, {}}});
    batch.push_back(PutAck{id, {node, AckLevel::opened, Seq{2}, {}}});
    batch.push_back(PutDirectoryRecord{{DirSeq{0}, {}, canary("CANARY-DIR"), canary("CANARY-X")}});
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    EXPECT_EQ(on_disk(canary("CANARY")), 0u);
    EXPECT_EQ(on_disk(node.view()), 0u);
    EXPECT_EQ(on_disk(stream.key.expose()), 0u);
    EXPECT_EQ(on_disk(key.expose()), 0u);
    EXPECT_EQ(on_disk(store->entry_key(id, Seq{2})->expose()), 0u);
    // The scan can find things: stream ids stand in the entries, which are kept as they came.
    EXPECT_GT(on_disk(id.view()), 0u);
    // And the audience is where the genesis has it in the clear, nowhere else.
    EXPECT_EQ(on_disk(stream.state.audience.view()), 1u);
}

}  // namespace
}  // namespace rilon
