// What Erase takes and what comes after it, by the contract of store/store.h.
#include <lmdb.h>

#include "tests/unit/store/store_contract.h"

namespace rilon {
namespace {

template <class Box>
class StoreErasure : public StoreContract<Box> {};
TYPED_TEST_SUITE(StoreErasure, Boxes);

TYPED_TEST(StoreErasure, ErasedIsGoneAtOnceAndForGood) {
    Batch batch = this->stream.founded(4);
    VerifiedEntry body = std::get<PutEntry>(batch[4]).entry;
    this->append(std::move(batch));
    const StreamId id = this->stream.state.id;
    this->append(this->stream.withdrawn({{Seq{3}, Seq{4}}}));
    EXPECT_TRUE(this->store().use().erase_pending);
    EXPECT_EQ(this->text(Seq{3}), "!not-found");
    EXPECT_EQ(this->text(Seq{2}), "alert text 0");
    auto held = this->store().entry(id, Seq{3});
    ASSERT_TRUE(held->has_value());
    EXPECT_TRUE((*held)->entry.absent());
    EXPECT_EQ((*held)->entry.id(), body.id());
    // Passed over, in a later batch and in that of an Erase: the process must not end by it.
    this->append(this->batch(PutBody{body}, PutSearchRecord{id, Seq{3}, {1}}));
    EXPECT_TRUE((*this->store().entry(id, Seq{3}))->entry.absent());
    EXPECT_TRUE(this->store().search_records(Arrival{0}, 10)->empty());
    this->box.reopen();
    EXPECT_TRUE(this->store().use().erase_pending);
    auto gone = this->store().erase();
    ASSERT_TRUE(gone.ok()) << gone.error().detail;
    ASSERT_EQ(gone->size(), 2u);
    EXPECT_EQ(gone->front().stream, id);
    EXPECT_EQ(gone->front().seq.value, 3u);
    EXPECT_FALSE(this->store().use().erase_pending);
    EXPECT_TRUE(this->store().erase()->empty());
    for (int pass = 0; pass < 2; ++pass) {
        EXPECT_EQ(this->text(Seq{2}), "alert text 0");
        EXPECT_EQ(this->text(Seq{5}), "alert text 3");
        EXPECT_EQ(this->text(Seq{4}), "!not-found");
        this->box.reopen();
    }
}

TYPED_TEST(StoreErasure, EraseRefusesAnOpenEpochAndPassesOverClearEntries) {
    this->append(this->stream.founded(2));
    const StreamId id = this->stream.state.id;
    EXPECT_EQ(this->refusal(this->batch(Erase{id, {{Seq{2}, Seq{2}}}})), Errc::structure);
    EXPECT_EQ(this->text(Seq{2}), "alert text 0");
    this->append(this->batch(this->stream.close(), Erase{id, {{Seq{0}, Seq{1000}}}}));
    EXPECT_EQ(this->store().erase()->size(), 2u);
    EXPECT_FALSE((*this->store().entry(id, Seq{0}))->entry.absent());
    EXPECT_FALSE((*this->store().entry(id, Seq{1}))->entry.absent());
    EXPECT_EQ(this->refusal(this->batch(Erase{StreamId{}, {}})), Errc::not_found);
    EXPECT_EQ(this->refusal(this->batch(CloseEpoch{id, Epoch{9}})), Errc::structure);
}

TYPED_TEST(StoreErasure, Row07WhatIsErasedInABatchTakesNoBodyAndNoRecordInIt) {
    this->append(this->stream.founded(2));
    const StreamId id = this->stream.state.id;
    PutEntry bare = this->stream.content("late");
    VerifiedEntry late = bare.entry;
    bare.entry = without_body(late);
    this->append(this->batch(std::move(bare), this->stream.stream()));
    Batch batch = this->stream.withdrawn({{Seq{2}, Seq{2}}, {Seq{4}, Seq{4}}});
    batch.push_back(PutSearchRecord{id, Seq{2}, {1}});
    batch.push_back(PutBody{late});
    batch.push_back(PutSearchRecord{id, Seq{3}, {3}});
    this->append(std::move(batch));
    this->box.reopen();
    EXPECT_TRUE((*this->store().entry(id, Seq{2}))->erased);
    EXPECT_TRUE((*this->store().entry(id, Seq{4}))->erased);
    auto rows = this->store().search_records(Arrival{0}, 10);
    ASSERT_EQ(rows->size(), 1u);
    EXPECT_EQ(rows->front().seq.value, 3u);
}

TYPED_TEST(StoreErasure, AnEntrySealedAndErasedInOneBatchTakesNoRecord) {
    this->append(this->stream.founded(1));
    const StreamId id = this->stream.state.id;
    Batch batch = this->batch(this->stream.content("short-lived"));
    for (StoreOp& op : this->stream.withdrawn({{Seq{3}, Seq{3}}})) batch.push_back(std::move(op));
    batch.push_back(PutSearchRecord{id, Seq{3}, {1}});
    this->append(std::move(batch));
    EXPECT_TRUE(this->store().search_records(Arrival{0}, 10)->empty());
}

TYPED_TEST(StoreErasure, ARemovalArrivesAmongTheRecordsAndOutlivesItsEntry) {
    this->append(this->stream.founded(3));
    const StreamId id = this->stream.state.id;
    this->append(this->batch(PutSearchRecord{id, Seq{2}, {2}}, PutSearchRecord{id, Seq{3}, {3}}));
    const Arrival before = this->store().last_arrival();
    this->append(this->batch(PutRemoval{id, Seq{2}, {9, 9}}));  // Its epoch is still open.
    EXPECT_EQ(this->store().last_arrival(), before.next());
    this->append(this->batch(PutSearchRecord{id, Seq{4}, {4}}));
    this->append(this->stream.withdrawn({{Seq{2}, Seq{2}}}));
    EXPECT_EQ(this->refusal(this->batch(PutRemoval{id, Seq{99}, {1}})), Errc::not_found);
    ASSERT_TRUE(this->store().erase().ok());
    this->box.reopen();
    auto rows = this->store().search_records(Arrival{0}, 10);
    ASSERT_EQ(rows->size(), 3u);
    EXPECT_EQ(rows->at(0).seq.value, 3u);
    EXPECT_EQ(rows->at(1).n, before.next());
    EXPECT_EQ(rows->at(1).stream, id);
    EXPECT_EQ(rows->at(1).seq.value, 2u);
    EXPECT_EQ(rows->at(1).record, (Bytes{9, 9}));
    EXPECT_EQ(rows->at(2).seq.value, 4u);
    EXPECT_EQ(this->store().search_records(before, 1)->size(), 1u);
    EXPECT_EQ(this->store().search_records(before, 1)->front().seq.value, 2u);
    auto arrival = this->store().arrivals(before, 1);
    ASSERT_EQ(arrival->size(), 1u);
    EXPECT_EQ(arrival->front().seq.value, 2u);
}

using RemovalTable = LmdbFixture;

// Written by a version that had no removals: opened as it is, and goes on with them.
TEST_F(RemovalTable, IsAddedToAStoreWithoutIt) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(2)).ok());
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi table{};
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_set_maxdbs(env, 40), 0);
    ASSERT_EQ(mdb_env_open(env, (dir.path + "/data.mdb").c_str(), MDB_NOSUBDIR, 0600), 0);
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, "removals", 0, &table), 0);
    ASSERT_EQ(mdb_drop(txn, table, 1), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    auto store = open();
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(*read_text(*store, stream.state.id, Seq{2}), "alert text 0");
    Batch batch;
    batch.push_back(PutRemoval{stream.state.id, Seq{2}, {1}});
    ASSERT_TRUE(store->append(std::move(batch)).ok());
    EXPECT_EQ(store->search_records(Arrival{0}, 9)->size(), 1u);
}

}  // namespace
}  // namespace rilon
