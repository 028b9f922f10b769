// What only the store on disk can get wrong: rows 8, 10 to 14, 51 of the fault catalogue.
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "store/lmdb_env.h"
#include "store/store_core.h"
#include "store/store_files.h"
#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

using LmdbStoreTest = LmdbFixture;

Batch one(StoreOp op) {
    Batch batch;
    batch.push_back(std::move(op));
    return batch;
}

void flip(const std::string& path, ByteView needle, std::size_t at) {
    Bytes file = read_file(path);
    auto found = std::search(file.begin(), file.end(), needle.begin(), needle.end());
    ASSERT_NE(found, file.end());
    std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp((found - file.begin()) + std::ptrdiff_t(at));
    out.put(static_cast<char>(*(found + std::ptrdiff_t(at)) ^ 0x40));
}

TEST_F(LmdbStoreTest, Row08TwoDaemons) {
    auto first = open();
    auto second = try_open(key);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.code(), Errc::busy);
    EXPECT_NE(second.error().detail.find("another rilond runs on this store"), std::string::npos);
    first.reset();
    EXPECT_TRUE(try_open(key).ok());
}

// What the founding of a store leaves when it is cut short: nothing under the files' own names, or
// the vault alone; beside them any bytes.
TEST_F(LmdbStoreTest, Row09AFoundingCutShortIsDoneAgain) {
    for (const char* left : {"keys.new", "data.new"})
        std::ofstream(dir.path + "/" + left) << std::string(9000, 'x');
    std::ofstream(dir.path + "/data.mdb").close();
    EXPECT_TRUE(try_open(key).ok());
    std::filesystem::remove(dir.path + "/data.mdb");
    auto store = open();
    TestStream stream(rng);
    ASSERT_TRUE(store->append(stream.founded(1)).ok());
    store.reset();
    for (const char* left : {"keys.new", "data.new", "data.new-lock", "keys.new-lock"})
        EXPECT_FALSE(file_exists(dir.path + "/" + left)) << left;
    EXPECT_EQ(*read_text(*open(), stream.state.id, Seq{2}), "alert text 0");
    // But a file without its first pages was a store once.
    std::ofstream(dir.path + "/data.mdb") << std::string(9000, '\0');
    EXPECT_EQ(try_open(key).code(), Errc::damaged);
}

TEST_F(LmdbStoreTest, Row10ADiskThatFailsIsNeverTriedAgain) {
    TestStream stream(rng);
    int result = 0;
    fault = [&](StoreStep step) { return step == StoreStep::data_commit ? result : 0; };
    auto store = open();
    ASSERT_TRUE(store->append(stream.founded(2)).ok());
    result = EIO;
    EXPECT_EQ(store->append(one(PutPrivate{"a", {1}})).code(), Errc::io);
    result = 0;
    EXPECT_EQ(store->append(one(PutPrivate{"a", {1}})).code(), Errc::io);
    EXPECT_EQ(store->erase().code(), Errc::io);
    EXPECT_EQ(*read_text(*store, stream.state.id, Seq{2}), "alert text 0");
    store.reset();
    store = open();
    EXPECT_FALSE(store->private_value("a")->has_value());
    EXPECT_TRUE(store->append(one(PutPrivate{"a", {1}})).ok());
}

TEST_F(LmdbStoreTest, Row11DiskFullRefusesIntakeButPurges) {
    TestStream stream(rng);
    bool no_room = false;
    fault = [&](StoreStep step) {
        // The ballast's blocks are what makes the purge fit.
        return no_room && step == StoreStep::data_commit && file_exists(dir.path + "/reserve")
                   ? ENOSPC
                   : 0;
    };
    auto store = open();
    ASSERT_TRUE(store->append(stream.founded(3)).ok());
    ASSERT_TRUE(file_exists(dir.path + "/reserve"));
    no_room = true;
    EXPECT_EQ(store->append(one(PutPrivate{"a", {1}})).code(), Errc::full);
    EXPECT_EQ(*read_text(*store, stream.state.id, Seq{3}), "alert text 1");
    EXPECT_TRUE(store->append(stream.withdrawn({{Seq{2}, Seq{2}}})).ok());
    EXPECT_EQ(store->erase()->size(), 1u);
    no_room = false;
    EXPECT_TRUE(store->append(one(PutPrivate{"a", {1}})).ok());
}

TEST_F(LmdbStoreTest, Row12MapFull) {
    map_bytes = 8 << 20;
    auto store = open();
    TestStream stream(rng);
    ASSERT_TRUE(store->append(stream.founded(10)).ok());
    StreamState kept = stream.state;
    Status s;
    double alarm_at = 0;
    for (int i = 0; i < 400 && s.ok(); ++i) {
        kept = stream.state;
        Batch batch;
        if (i % 30 == 29) {  // Epochs end after 1,000 entries.
            CloseEpoch over = stream.close();
            batch.push_back(stream.grant());
            batch.push_back(over);
            batch.push_back(stream.epoch_key());
        }
        for (int j = 0; j < 32; ++j) batch.push_back(stream.content(std::string(900, 'x')));
        batch.push_back(stream.stream());
        s = store->append(std::move(batch));
        if (s.ok()) alarm_at = store->use().ratio();
    }
    ASSERT_FALSE(s.ok());
    EXPECT_EQ(s.code(), Errc::full);
    EXPECT_GT(alarm_at, 0.8);  // The node saw it coming.
    EXPECT_LT(alarm_at, 1.0);
    EXPECT_EQ(*read_text(*store, stream.state.id, Seq{2}), "alert text 0");
    // What must still go: an audit record for what is read, and a purge.
    EXPECT_TRUE(store->append(one(PutAudit{{}, "off/1", "open", "x"})).ok());
    stream.state = kept;
    Seq last = stream.state.head;
    Status purge = store->append(stream.withdrawn({{Seq{2}, Seq{2}}}));
    ASSERT_TRUE(purge.ok()) << purge.error().detail;
    for (Seq from{3}; from <= last; from.value += 64) {
        SeqRange range{from, Seq{std::min(from.value + 63, last.value)}};
        purge = store->append(one(Erase{stream.state.id, {range}}));
        ASSERT_TRUE(purge.ok()) << purge.error().detail;
    }
    auto gone = store->erase();
    ASSERT_TRUE(gone.ok()) << gone.error().detail;
    EXPECT_GT(gone->size(), last.value - 20);  // All but the grants.
    EXPECT_LT(store->use().ratio(), 0.8);
    Batch again;
    again.push_back(stream.grant());
    again.push_back(stream.epoch_key());
    again.push_back(stream.content("fits again"));
    again.push_back(stream.stream());
    EXPECT_TRUE(store->append(std::move(again)).ok());
    // Resized: opened with a larger map.
    store.reset();
    map_bytes = 16 << 20;
    store = open();
    EXPECT_EQ(store->use().limit_bytes, 16u << 20);
    EXPECT_EQ(*read_text(*store, stream.state.id, stream.state.head), "fits again");
}

TEST_F(LmdbStoreTest, Row13BitFlipsAreFoundTheRestReadsAndTheEntryHeals) {
    auto store = open();
    TestStream stream(rng);
    Batch batch = stream.founded(6);
    VerifiedEntry hit = std::get<PutEntry>(batch[5]).entry;
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    const StreamId id = stream.state.id;
    store.reset();
    flip(dir.path + "/data.mdb", hit.prefix(), 200);
    store = open();
    {
        EXPECT_EQ(store->entry(id, Seq{4}).code(), Errc::damaged);
        EXPECT_EQ(*read_text(*store, id, Seq{3}), "alert text 1");
        EXPECT_EQ(*read_text(*store, id, Seq{5}), "alert text 3");
        EXPECT_EQ(store->range(id, Seq{2}, Seq{9}, 1 << 20)->size(), 2u);
        EXPECT_EQ(store->range(id, Seq{4}, Seq{9}, 1 << 20).code(), Errc::damaged);
        EXPECT_EQ(store->range(id, Seq{5}, Seq{9}, 1 << 20)->size(), 3u);
        // Fetched again.
        ASSERT_TRUE(store->append(one(PutEntry{hit, {}})).ok());
        EXPECT_EQ(*read_text(*store, id, Seq{4}), "alert text 2");
        EXPECT_EQ((*store->entry(id, Seq{4}))->arrival.value, 5u);
    }
}

TEST_F(LmdbStoreTest, Row13ADamagedEntryCanStillBeErased) {
    auto store = open();
    TestStream stream(rng);
    Batch batch = stream.founded(3);
    VerifiedEntry hit = std::get<PutEntry>(batch[4]).entry;
    batch.push_back(stream.close());
    batch.push_back(PutSearchRecord{stream.state.id, Seq{3}, {1}});
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    store.reset();
    flip(dir.path + "/data.mdb", hit.prefix(), 200);
    store = open();
    ASSERT_TRUE(store->append(one(Erase{stream.state.id, {{Seq{3}, Seq{3}}}})).ok());
    EXPECT_EQ(store->erase()->size(), 1u);
    EXPECT_TRUE(store->search_records(Arrival{}, 9)->empty());
    EXPECT_EQ(store->entry_key(stream.state.id, Seq{3}).code(), Errc::not_found);
    EXPECT_EQ(store->entry(stream.state.id, Seq{3}).code(), Errc::damaged);
    // Its header comes back from a peer; its body does not.
    ASSERT_TRUE(store->append(one(PutBody{hit})).ok());
    EXPECT_TRUE((*store->entry(stream.state.id, Seq{3}))->entry.absent());
}

// Every row of a table, one bit each.
void damage_table(const std::string& path, std::span<const TableName> tables, Table table) {
    auto env = LmdbEnv::open(path, 64ull << 20);
    ASSERT_TRUE(env.ok() && *(*env)->open_tables(tables));
    std::vector<std::pair<Bytes, Bytes>> rows;
    auto txn = (*env)->write();
    {
        auto cursor = Cursor::open(*txn, table);
        for (auto more = cursor->seek({}); *more; more = cursor->next())
            rows.emplace_back(to_bytes(cursor->key()), to_bytes(cursor->value()));
    }
    ASSERT_FALSE(rows.empty());
    for (auto& [row, value] : rows) {
        value.back() ^= 0x40;
        ASSERT_TRUE(txn->put(table, row, value).ok());
    }
    ASSERT_TRUE(txn->commit().ok());
}

TEST_F(LmdbStoreTest, Row13WhatTheKeysOfKeysWrappedHealsUnderNewOnes) {
    TestStream stream(rng);
    Batch batch = stream.founded(3);
    batch.push_back(stream.close());
    ASSERT_TRUE(open()->append(std::move(batch)).ok());
    const StreamId id = stream.state.id;
    damage_table(dir.path + "/keys.mdb", key_tables, Table::bucket_keys);
    auto store = open();
    EXPECT_EQ(store->entry_key(id, Seq{3}).code(), Errc::damaged);
    ASSERT_TRUE(
        store->append(one(PutEntryKey{id, Seq{3}, entry_key(stream.key, id, Seq{3})})).ok());
    EXPECT_EQ(*read_text(*store, id, Seq{3}), "alert text 1");
    EXPECT_EQ(store->entry_key(id, Seq{2}).code(), Errc::damaged);
    ASSERT_TRUE(store->append(one(Erase{id, {{Seq{3}, Seq{3}}}})).ok());
    EXPECT_EQ(store->erase()->size(), 1u);
    EXPECT_EQ(store->entry_key(id, Seq{3}).code(), Errc::not_found);
}

TEST_F(LmdbStoreTest, Row13AnEpochWhoseKWasDamagedClosesAndItsKMayCome) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(3)).ok());
    const StreamId id = stream.state.id;
    damage_table(dir.path + "/keys.mdb", key_tables, Table::epoch_keys);
    auto store = open();
    EXPECT_FALSE(store->epoch_key(id, Epoch{1})->has_value());
    PutEpochKey again = stream.epoch_key();
    ASSERT_TRUE(store->append(stream.withdrawn({{Seq{2}, Seq{2}}})).ok());
    ASSERT_TRUE(store->append(one(std::move(again))).ok());
    EXPECT_EQ(*read_text(*store, id, Seq{3}), "alert text 1");
    EXPECT_EQ(store->entry_key(id, Seq{2}).code(), Errc::not_found);
}

TEST_F(LmdbStoreTest, Row13AnEntryWhoseArrivalIsDamagedTooArrivesOnceMore) {
    TestStream stream(rng);
    Batch batch = stream.founded(3);
    VerifiedEntry hit = std::get<PutEntry>(batch[4]).entry;
    ASSERT_TRUE(open()->append(std::move(batch)).ok());
    damage_table(dir.path + "/data.mdb", data_tables, Table::entries);
    damage_table(dir.path + "/data.mdb", data_tables, Table::arrivals);
    auto store = open();
    Arrival before = store->last_arrival();
    ASSERT_TRUE(store->append(one(PutEntry{hit, UnixMillis{7}})).ok());
    auto healed = store->entry(stream.state.id, Seq{3});
    ASSERT_TRUE(healed.ok() && healed->has_value());
    EXPECT_EQ((*healed)->arrival, before.next());
    EXPECT_EQ(store->arrivals(before, 9)->size(), 1u);
}

TEST_F(LmdbStoreTest, Row14TruncatedIsFoundBeforeItIsMapped) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(300)).ok());
    for (const char* name : {"/data.mdb", "/keys.mdb"}) {
        std::string file = dir.path + name;
        std::filesystem::copy(file, file + ".whole");
        for (std::uintmax_t size :
             {std::uintmax_t{4096}, std::uintmax_t{12288}, std::uintmax_t{100}}) {
            std::filesystem::resize_file(file, size);
            auto store = try_open(key);
            ASSERT_FALSE(store.ok());
            EXPECT_EQ(store.code(), Errc::damaged) << store.error().detail;
        }
        std::filesystem::rename(file + ".whole", file);
        EXPECT_TRUE(try_open(key).ok());
    }
}

TEST_F(LmdbStoreTest, Row51WrongKeyIsToldFromDamage) {
    open();
    SeededRng other(99);
    auto wrong = try_open(other.secret<StorageKey>());
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.code(), Errc::locked);
    EXPECT_TRUE(try_open(key).ok());
    std::filesystem::remove(dir.path + "/keys.mdb");
    EXPECT_EQ(try_open(key).code(), Errc::damaged);
}

TEST_F(LmdbStoreTest, Row51OlderBinaryRefusesAndTouchesNothing) {
    open();
    {
        auto env = LmdbEnv::open(dir.path + "/data.mdb", 64 << 20);
        ASSERT_TRUE(env.ok());
        ASSERT_TRUE(*(*env)->open_tables(data_tables));
        auto txn = (*env)->write();
        ASSERT_TRUE(txn->put(Table::meta, as_bytes(meta_schema), RowKey{}.u32(2)).ok());
        ASSERT_TRUE(txn->commit().ok());
    }
    Bytes data = read_file(dir.path + "/data.mdb");
    Bytes keys = read_file(dir.path + "/keys.mdb");
    auto old = try_open(key);
    ASSERT_FALSE(old.ok());
    EXPECT_EQ(old.code(), Errc::unsupported);
    EXPECT_EQ(read_file(dir.path + "/data.mdb"), data);
    EXPECT_EQ(read_file(dir.path + "/keys.mdb"), keys);
}

TEST_F(LmdbStoreTest, Row51LooseDirectoryIsRefused) {
    open();
    ::chmod(dir.path.c_str(), 0750);
    auto loose = try_open(key);
    ASSERT_FALSE(loose.ok());
    EXPECT_EQ(loose.code(), Errc::not_permitted);
    EXPECT_NE(loose.error().detail.find("chmod 700"), std::string::npos);
    ::chmod(dir.path.c_str(), 0700);
    for (const auto& file : std::filesystem::directory_iterator(dir.path)) {
        struct stat info {};
        ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777, 0600u) << file.path();
    }
}

TEST_F(LmdbStoreTest, ACrashBeforeAnyCommitOfABatchLosesNothing) {
    TestStream stream(rng);
    StoreStep die_at = StoreStep::erase_clear;
    fault = [&](StoreStep step) { return step == die_at ? fault_die : 0; };
    ASSERT_TRUE(open()->append(stream.founded(3)).ok());
    const StreamId id = stream.state.id;
    StreamState before = stream.state;
    EpochKey key_before = stream.key.duplicate();
    for (StoreStep step : {StoreStep::keys_commit, StoreStep::data_commit}) {
        stream.state = before;
        stream.key = key_before.duplicate();
        auto store = open();
        die_at = step;
        CloseEpoch over = stream.close();
        Batch batch = one(stream.grant());
        batch.push_back(over);
        batch.push_back(stream.epoch_key());
        batch.push_back(stream.stream());
        EXPECT_EQ(store->append(std::move(batch)).code(), Errc::interrupted);
        store.reset();
        die_at = StoreStep::erase_clear;
        store = open();
        EXPECT_EQ(store->streams()->front().head, before.head);
        EXPECT_EQ(*read_text(*store, id, Seq{2}), "alert text 0");
        EXPECT_TRUE(store->epoch_key(id, Epoch{1})->has_value());
        EXPECT_FALSE(store->epoch_key(id, Epoch{2})->has_value());
    }
}

TEST_F(LmdbStoreTest, ACrashBeforeKIsDestroyedIsMadeGoodAtOpening) {
    TestStream stream(rng);
    fault = [&](StoreStep step) { return step == StoreStep::keys_drop ? fault_die : 0; };
    auto store = open();
    Batch batch = stream.founded(2);
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    EXPECT_TRUE(store->append(one(stream.close())).ok());
    store.reset();
    fault = {};
    store = open();
    EXPECT_FALSE(store->epoch_key(stream.state.id, Epoch{1})->has_value());
    EXPECT_EQ(*read_text(*store, stream.state.id, Seq{3}), "alert text 1");
}

// Bytes of files that count as this process's memory.
std::size_t resident_of_files() {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("RssFile:")) return 1024 * std::stoul(line.substr(8));
    return 0;
}

TEST_F(LmdbStoreTest, ForgottenPagesLeaveTheMemoryAndAreReadAgain) {
    constexpr int entries = 400;
    constexpr std::size_t bytes = 16 * 1024;
    auto store = open();
    TestStream stream(rng);
    ASSERT_TRUE(store->append(stream.founded(entries, std::string(bytes, 'x'))).ok());
    store.reset();
    store = open();
    auto read_all = [&] {
        for (std::uint64_t seq = 2; seq < entries + 2; ++seq) {
            auto entry = store->entry(stream.state.id, Seq{seq});
            ASSERT_TRUE(entry.ok() && entry->has_value()) << seq;
            ASSERT_GE((*entry)->entry.body().size(), bytes);
        }
    };
    read_all();
    const std::size_t read = resident_of_files();
    store->forget_pages();
    EXPECT_LT(resident_of_files() + entries * bytes / 2, read);
    read_all();
    Batch more = one(stream.content("and goes on"));
    more.push_back(stream.stream());
    ASSERT_TRUE(store->append(std::move(more)).ok());
    EXPECT_EQ(*read_text(*store, stream.state.id, stream.state.head), "and goes on");
}

TEST_F(LmdbStoreTest, ReadersOnOtherThreadsSeeWholeBatchesWhileItPurges) {
    auto store = open();
    TestStream stream(rng);
    ASSERT_TRUE(store->append(stream.founded(200)).ok());
    ASSERT_TRUE(store->append(one(stream.close())).ok());
    const StreamId id = stream.state.id;
    std::atomic<bool> stop{false};
    std::atomic<int> bad{0};
    std::vector<std::thread> readers;
    for (int t = 0; t < 2; ++t)
        readers.emplace_back([&, t] {
            for (std::uint64_t i = 0; !stop; ++i) {
                auto got = read_text(*store, id, Seq{101 + (i + std::uint64_t(t)) % 100});
                if (!got) ++bad;
            }
        });
    for (std::uint64_t seq = 2; seq < 30; ++seq) {
        ASSERT_TRUE(store
                        ->append(one(Erase{id,
                                           {{Seq{seq}, Seq{seq}},
                                            {Seq{seq + 40}, Seq{seq + 40}},
                                            {Seq{seq + 70}, Seq{seq + 70}}}}))
                        .ok());
        ASSERT_TRUE(store->erase().ok());
    }
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace rilon
