// What a store keeps and gives back, by the contract of store/store.h.
#include "tests/unit/store/store_contract.h"

namespace rilon {
namespace {

TYPED_TEST_SUITE(StoreContract, Boxes);

TYPED_TEST(StoreContract, EntriesComeBackAsTheyWentIn) {
    Batch batch = this->stream.founded(3);
    auto put = std::get<PutEntry>(batch[4]);
    this->append(std::move(batch));
    this->box.reopen();
    auto held = this->store().entry(this->stream.state.id, Seq{3});
    ASSERT_TRUE(held.ok() && held->has_value());
    EXPECT_EQ((*held)->entry.bytes(), put.entry.bytes());
    EXPECT_EQ((*held)->arrival.value, 4u);
    EXPECT_EQ((*held)->received, put.received);
    EXPECT_FALSE(this->store().entry(this->stream.state.id, Seq{5})->has_value());
    EXPECT_FALSE(this->store().entry(StreamId{}, Seq{0})->has_value());
}

TYPED_TEST(StoreContract, StreamStatesComeBackWhole) {
    this->append(this->stream.founded(3));
    this->box.reopen();
    auto states = this->store().streams();
    ASSERT_TRUE(states.ok());
    ASSERT_EQ(states->size(), 1u);
    const StreamState& got = states->front();
    const StreamState& want = this->stream.state;
    EXPECT_EQ(got.id, want.id);
    EXPECT_EQ(got.network, want.network);
    EXPECT_EQ(got.origin, want.origin);
    EXPECT_EQ(got.audience, want.audience);
    EXPECT_EQ(got.head, want.head);
    EXPECT_EQ(got.head_id, want.head_id);
    EXPECT_EQ(got.epoch, want.epoch);
    EXPECT_EQ(got.grant_seq, want.grant_seq);
    EXPECT_EQ(got.entries_in_epoch, want.entries_in_epoch);
    EXPECT_EQ(got.control, want.control);
    EXPECT_TRUE(got.founded && got.epoch_open && !got.frozen);
    // And it goes on where it stopped.
    StreamState onward = got;
    EXPECT_EQ(onward.next_seq(), want.next_seq());
}

TYPED_TEST(StoreContract, ArrivalsAreGapFreeAcrossStreams) {
    TestStream other(this->rng);
    this->append(this->stream.founded(2));
    this->append(other.founded(1));
    this->append(this->batch(this->stream.content("late"), this->stream.stream()));
    this->box.reopen();
    EXPECT_EQ(this->store().last_arrival().value, 8u);
    auto rows = this->store().arrivals(Arrival{2}, 100);
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 6u);
    for (std::size_t i = 0; i < rows->size(); ++i) EXPECT_EQ((*rows)[i].n.value, i + 3);
    EXPECT_EQ(rows->back().stream, this->stream.state.id);
    EXPECT_EQ(rows->back().seq.value, 4u);
    EXPECT_EQ(rows->back().id, this->stream.state.head_id);
    EXPECT_EQ((*rows)[2].kind, EntryKind::genesis);
    EXPECT_EQ(this->store().arrivals(Arrival{0}, 2)->size(), 2u);
    EXPECT_TRUE(this->store().arrivals(Arrival{8}, 2)->empty());
}

// Feeds go by arrival: what becomes readable later must not lie behind them.
TYPED_TEST(StoreContract, ASearchRecordThatComesLaterArrivesAgain) {
    this->append(this->stream.founded(3));  // Arrivals 1 to 5; content is seq 2, 3, 4.
    this->append(this->batch(PutSearchRecord{this->stream.state.id, Seq{3}, {1}}));
    this->append(this->batch(PutSearchRecord{this->stream.state.id, Seq{2}, {2}}));
    this->box.reopen();
    EXPECT_EQ(this->store().last_arrival().value, 7u);
    auto rows = this->store().search_records(Arrival{5}, 10);
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ((*rows)[0].seq.value, 3u);
    EXPECT_EQ((*rows)[0].n.value, 6u);
    EXPECT_EQ((*rows)[1].n.value, 7u);
    EXPECT_EQ((*this->store().entry((*rows)[1].stream, Seq{2}))->arrival.value, 7u);
    auto again = this->store().arrivals(Arrival{5}, 10);
    ASSERT_EQ(again->size(), 2u);
    EXPECT_EQ((*again)[0].seq.value, 3u);
    this->append(
        this->batch(this->stream.close(), Erase{this->stream.state.id, {{Seq{3}, Seq{3}}}}));
    EXPECT_EQ(this->store().search_records(Arrival{0}, 10)->size(), 1u);
    EXPECT_TRUE((*this->store().entry(this->stream.state.id, Seq{3}))->erased);
    EXPECT_FALSE((*this->store().entry(this->stream.state.id, Seq{2}))->erased);
}

TYPED_TEST(StoreContract, RangeIsBoundedButGivesAtLeastOne) {
    this->append(this->stream.founded(10));
    const StreamId& id = this->stream.state.id;
    EXPECT_EQ(this->store().range(id, Seq{0}, Seq{100}, 1 << 20)->size(), 12u);
    EXPECT_EQ(this->store().range(id, Seq{3}, Seq{5}, 1 << 20)->size(), 3u);
    EXPECT_EQ(this->store().range(id, Seq{3}, Seq{9}, 1)->size(), 1u);
    EXPECT_TRUE(this->store().range(id, Seq{50}, Seq{60}, 1)->empty());
    auto some = this->store().range(id, Seq{2}, Seq{9}, 1200);
    ASSERT_EQ(some->size(), 2u);
    EXPECT_EQ((*some)[1].header().seq.value, 3u);
}

TYPED_TEST(StoreContract, ABatchIsAllOrNothing) {
    this->append(this->stream.founded(1));
    StreamState before = this->stream.state;
    Batch bad =
        this->batch(this->stream.content("one"), this->stream.stream(), PutPrivate{"k", {1}},
                    PutAudit{{}, "node", "post", ""}, PutBody{this->stream.content("two").entry});
    EXPECT_EQ(this->refusal(std::move(bad)), Errc::not_found);
    EXPECT_FALSE(this->store().entry(before.id, before.next_seq())->has_value());
    EXPECT_EQ(this->store().last_arrival().value, 3u);
    EXPECT_FALSE(this->store().private_value("k")->has_value());
    EXPECT_TRUE(this->store().audit_head().is_zero());
    EXPECT_EQ(this->store().streams()->front().head, before.head);
}

TYPED_TEST(StoreContract, TheSameSeqTwiceIsADuplicate) {
    Batch batch = this->stream.founded(1);
    Batch again = this->batch(std::get<PutEntry>(batch[3]));
    this->append(std::move(batch));
    EXPECT_EQ(this->refusal(std::move(again)), Errc::duplicate);
}

TYPED_TEST(StoreContract, KeysFromKWhileOpenWrappedAfter) {
    this->append(this->stream.founded(3));
    const StreamId id = this->stream.state.id;
    EXPECT_EQ(this->text(Seq{2}), "alert text 0");
    EXPECT_TRUE(this->store().epoch_key(id, Epoch{1})->has_value());
    EXPECT_EQ(this->store().entry_key(id, Seq{1}).code(), Errc::not_found);  // A grant has none.
    EXPECT_EQ(this->store().entry_key(id, Seq{9}).code(), Errc::not_found);
    CloseEpoch close = this->stream.close();
    Batch next;
    next.push_back(this->stream.grant());
    next.push_back(close);
    next.push_back(this->stream.epoch_key());
    next.push_back(this->stream.content("of the next"));
    next.push_back(this->stream.stream());
    this->append(std::move(next));
    this->box.reopen();
    EXPECT_FALSE(this->store().epoch_key(id, Epoch{1})->has_value());
    EXPECT_TRUE(this->store().epoch_key(id, Epoch{2})->has_value());
    EXPECT_EQ(this->text(Seq{2}), "alert text 0");
    EXPECT_EQ(this->text(Seq{4}), "alert text 2");
    EXPECT_EQ(this->text(Seq{6}), "of the next");
}

TYPED_TEST(StoreContract, KThatComesAfterTheCloseIsDerivedAndNotKept) {
    Batch batch = this->stream.founded(3);
    batch.erase(batch.begin() + 2);
    PutEpochKey late = this->stream.epoch_key();
    batch.push_back(this->stream.close());
    this->append(std::move(batch));
    const StreamId id = this->stream.state.id;
    EXPECT_EQ(this->store().entry_key(id, Seq{2}).code(), Errc::not_found);
    this->append(this->batch(Erase{id, {{Seq{3}, Seq{3}}}}));
    this->append(this->batch(std::move(late)));
    this->box.reopen();
    EXPECT_FALSE(this->store().epoch_key(id, Epoch{1})->has_value());
    EXPECT_EQ(this->text(Seq{2}), "alert text 0");
    EXPECT_EQ(this->text(Seq{3}), "!not-found");  // Erased: gets none.
    EXPECT_EQ(this->text(Seq{4}), "alert text 2");
}

TYPED_TEST(StoreContract, ABodyThatComesLaterStillOpens) {
    Batch batch = this->stream.founded(3);
    VerifiedEntry whole = std::get<PutEntry>(batch[4]).entry;
    std::get<PutEntry>(batch[4]).entry = without_body(whole);
    batch.push_back(this->stream.close());
    this->append(std::move(batch));
    const StreamId id = this->stream.state.id;
    EXPECT_TRUE((*this->store().entry(id, Seq{3}))->entry.absent());
    this->append(this->batch(PutBody{whole}));
    this->append(this->batch(PutBody{whole}));  // Twice is as good.
    EXPECT_EQ(this->text(Seq{3}), "alert text 1");
    EXPECT_EQ((*this->store().entry(id, Seq{3}))->arrival.value, 4u);
}

TYPED_TEST(StoreContract, SearchRecordsByArrivalDieWithTheirEntry) {
    this->append(this->stream.founded(3));
    const StreamId id = this->stream.state.id;
    Bytes record{1, 2, 3};
    this->append(
        this->batch(PutSearchRecord{id, Seq{2}, record}, PutSearchRecord{id, Seq{3}, {9}}));
    EXPECT_EQ(this->refusal(this->batch(PutSearchRecord{id, Seq{1}, {9}})), Errc::not_found);
    EXPECT_EQ(this->refusal(this->batch(PutSearchRecord{id, Seq{77}, {9}})), Errc::not_found);
    this->box.reopen();
    auto rows = this->store().search_records(Arrival{0}, 10);
    ASSERT_EQ(rows->size(), 2u);
    EXPECT_EQ(rows->front().record, record);
    EXPECT_EQ(rows->front().n.value, 6u);  // After the five entries of the batch before.
    EXPECT_EQ(rows->front().seq.value, 2u);
    EXPECT_EQ(this->store().search_records(Arrival{6}, 10)->size(), 1u);
    EXPECT_EQ(this->store().search_records(Arrival{0}, 1)->size(), 1u);
    this->append(this->stream.withdrawn({{Seq{2}, Seq{2}}}));
    rows = this->store().search_records(Arrival{0}, 10);
    ASSERT_EQ(rows->size(), 1u);  // The other one opens with its wrapped key now.
    EXPECT_EQ(rows->front().seq.value, 3u);
}

// As from a history grant: K of the epoch is not to be had.
TYPED_TEST(StoreContract, OneEntrysKeyOpensItAloneAndNothingErased) {
    Batch batch = this->stream.founded(3);
    std::erase_if(batch, [](const StoreOp& op) { return std::holds_alternative<PutEpochKey>(op); });
    this->append(std::move(batch));
    const StreamId id = this->stream.state.id;
    auto key = [&](std::uint64_t seq) { return entry_key(this->stream.key, id, Seq{seq}); };
    this->append(this->batch(PutEntryKey{id, Seq{3}, key(3)}));
    EXPECT_EQ(this->text(Seq{3}), "alert text 1");
    EXPECT_EQ(this->text(Seq{2}), "!not-found");
    this->append(this->stream.withdrawn({{Seq{2}, Seq{3}}}));
    this->append(this->batch(PutEntryKey{id, Seq{2}, key(2)}, PutEntryKey{id, Seq{3}, key(3)},
                             PutEntryKey{id, Seq{9}, key(9)}, PutEntryKey{{}, Seq{9}, key(9)},
                             PutEntryKey{id, Seq{4}, key(4)}));
    this->box.reopen();
    EXPECT_EQ(this->store().entry_key(id, Seq{2}).code(), Errc::not_found);
    EXPECT_EQ(this->store().entry_key(id, Seq{3}).code(), Errc::not_found);
    EXPECT_EQ(this->text(Seq{4}), "alert text 2");
}

TYPED_TEST(StoreContract, SlotsByTagAndDroppedByAge) {
    Slot slot;
    slot.stream = this->rng.template bytes<StreamId>();
    slot.epoch = Epoch{4};
    Batch batch;
    for (int i = 0; i < 4; ++i) {
        slot.tag = this->rng.template bytes<SlotTag>();
        slot.psk_id = static_cast<std::uint32_t>(i);
        batch.push_back(PutSlot{slot, UnixMillis{std::uint64_t(100 + i)}});
    }
    Slot last = slot;
    this->append(std::move(batch));
    this->box.reopen();
    EXPECT_EQ(this->store().slots(slot.stream, Epoch{4})->size(), 4u);
    EXPECT_TRUE(this->store().slots(slot.stream, Epoch{3})->empty());
    auto got = this->store().slot(slot.stream, Epoch{4}, last.tag);
    ASSERT_TRUE(got->has_value());
    EXPECT_EQ(encode_slot(**got), encode_slot(last));
    EXPECT_FALSE(this->store().slot(slot.stream, Epoch{4}, SlotTag{})->has_value());
    this->append(this->batch(DropSlotsBefore{UnixMillis{103}, {}}));
    EXPECT_EQ(this->store().slots(slot.stream, Epoch{4})->size(), 1u);
    EXPECT_TRUE(this->store().streams()->empty());  // A slot alone makes no stream.
    this->append(this->batch(DropSlotsBefore{UnixMillis{200}, {slot.stream}}));
    this->append(this->stream.founded(1));
    slot.stream = this->stream.state.id;
    this->append(this->batch(PutSlot{slot, UnixMillis{5}}));
    this->append(this->batch(DropSlotsBefore{UnixMillis{6}, {slot.stream}}));
    EXPECT_EQ(this->store().slots(slot.stream, Epoch{4})->size(), 1u);
    this->append(this->batch(DropSlotsBefore{UnixMillis{6}, {}}));
    EXPECT_TRUE(this->store().slots(slot.stream, Epoch{4})->empty());
    // Of one epoch; the others stay.
    Slot other = slot;
    other.epoch = Epoch{5};
    this->append(this->batch(PutSlot{slot, UnixMillis{7}}, PutSlot{other, UnixMillis{7}}));
    this->append(this->batch(DropSlots{slot.stream, Epoch{4}}));
    this->append(this->batch(DropSlots{StreamId{}, Epoch{4}}));
    this->box.reopen();
    EXPECT_TRUE(this->store().slots(slot.stream, Epoch{4})->empty());
    EXPECT_EQ(this->store().slots(slot.stream, Epoch{5})->size(), 1u);
    this->append(this->batch(DropSlotsBefore{UnixMillis{8}, {}}));
    EXPECT_TRUE(this->store().slots(slot.stream, Epoch{5})->empty());
}

// A carrier's: nothing but the body goes, and it may come again.
TYPED_TEST(StoreContract, BodiesKeptNoLongerComeAgain) {
    this->append(this->stream.founded(3));
    const StreamId id = this->stream.state.id;
    auto held = this->store().entry(id, Seq{3});
    ASSERT_TRUE(held.ok() && held->has_value());
    const EntryId entry = (*held)->entry.id();
    const Arrival arrival = (*held)->arrival;
    auto body = verify_body(parse_entry((*held)->entry.bytes()).value(), entry);
    ASSERT_TRUE(body.ok());
    this->append(this->batch(DropBodies{id, {{Seq{0}, Seq{3}}, {Seq{9}, Seq{9}}}}));
    this->box.reopen();
    for (std::uint64_t seq : {0u, 1u})
        EXPECT_FALSE((*this->store().entry(id, Seq{seq}))->entry.absent()) << seq;
    held = this->store().entry(id, Seq{3});
    EXPECT_TRUE((*held)->entry.absent());
    EXPECT_FALSE((*held)->erased);
    EXPECT_EQ((*held)->entry.id(), entry);
    EXPECT_EQ((*held)->arrival, arrival);
    EXPECT_FALSE((*this->store().entry(id, Seq{4}))->entry.absent());
    this->append(this->batch(PutBody{std::move(*body)}));
    EXPECT_EQ(this->text(Seq{3}), "alert text 1");
    this->append(this->stream.withdrawn({{Seq{2}, Seq{2}}}));
    this->append(this->batch(DropBodies{id, {{Seq{2}, Seq{2}}}}));
    EXPECT_TRUE((*this->store().entry(id, Seq{2}))->erased);
    EXPECT_EQ(this->refusal(this->batch(DropBodies{StreamId{}, {{Seq{0}, Seq{0}}}})),
              Errc::not_found);
}

TYPED_TEST(StoreContract, DirectoryMailAndPrivateValues) {
    Batch batch;
    for (std::uint64_t n = 0; n < 5; ++n)
        batch.push_back(PutDirectoryRecord{{DirSeq{n}, UnixMillis{n}, Bytes(n, 7), Bytes(3, 8)}});
    for (std::uint64_t n : {4u, 9u, 300u}) batch.push_back(PutMail{{n, NodeId{}, 2, Bytes(n, 1)}});
    batch.push_back(PutPrivate{"lease", {1, 2}});
    batch.push_back(PutPrivate{"lease", {3}});
    this->append(std::move(batch));
    this->box.reopen();
    auto records = this->store().directory(DirSeq{1}, 3);
    ASSERT_EQ(records->size(), 3u);
    EXPECT_EQ(records->front().n.value, 1u);
    EXPECT_EQ(records->back().statement, Bytes(3, 7));
    EXPECT_EQ(this->store().mail(4, 10)->size(), 2u);
    EXPECT_EQ(this->store().mail(0, 1)->front().n, 4u);
    EXPECT_EQ(this->store().mail(9, 1)->front().bytes.size(), 300u);
    this->append(this->batch(DropMail{9}, DropMail{10}, DropPrivate{"nothing"}));
    EXPECT_EQ(this->store().mail(4, 10)->front().n, 300u);
    EXPECT_EQ(**this->store().private_value("lease"), Bytes{3});
    this->append(this->batch(DropPrivate{"lease"}));
    EXPECT_FALSE(this->store().private_value("lease")->has_value());
    EXPECT_EQ(this->refusal(this->batch(PutPrivate{"", {}})), Errc::invalid);
}

TYPED_TEST(StoreContract, ASecretIsThereUntilItIsDropped) {
    auto one = this->rng.template secret<NodeSecret>();
    auto other = this->rng.template secret<NodeSecret>();
    this->append(
        this->batch(PutSecret{"enc.1", one.duplicate()}, PutSecret{"sign.2", other.duplicate()}));
    this->box.reopen();
    auto held = this->store().secrets();
    ASSERT_EQ(held->size(), 2u);
    EXPECT_EQ(held->front().name, "enc.1");
    EXPECT_TRUE(equal(held->front().key.expose(), one.expose()));
    this->append(this->batch(DropSecret{"enc.1"}, DropSecret{"never there"}));
    ASSERT_EQ(this->store().secrets()->size(), 1u);
    EXPECT_TRUE(this->store().erase().ok());
    EXPECT_FALSE(this->store().use().erase_pending);
    this->box.reopen();
    held = this->store().secrets();
    ASSERT_EQ(held->size(), 1u);
    EXPECT_TRUE(equal(held->front().key.expose(), other.expose()));
    EXPECT_EQ(this->refusal(this->batch(PutSecret{"", one.duplicate()})), Errc::invalid);
    EXPECT_EQ(this->store().secrets()->size(), 1u);
}

TYPED_TEST(StoreContract, AcksKeepTheHighestLevelOne) {
    this->append(this->stream.founded(2));
    const StreamId id = this->stream.state.id;
    auto node = this->rng.template bytes<NodeId>();
    auto ack = [&](AckLevel level, std::uint64_t seq) {
        return PutAck{id, {node, level, Seq{seq}, UnixMillis{seq}}};
    };
    this->append(this->batch(ack(AckLevel::stored, 3), ack(AckLevel::stored, 2),
                             ack(AckLevel::opened, 2), ack(AckLevel::redacted, 2)));
    this->box.reopen();
    auto level1 = this->store().stream_acks(id);
    ASSERT_EQ(level1->size(), 1u);
    EXPECT_EQ(level1->front().seq.value, 3u);
    EXPECT_EQ(level1->front().node, node);
    ASSERT_EQ(this->store().entry_acks(id, Seq{2})->size(), 2u);
    EXPECT_EQ(this->store().entry_acks(id, Seq{2})->back().level, AckLevel::redacted);
    EXPECT_TRUE(this->store().entry_acks(id, Seq{3})->empty());
}

TYPED_TEST(StoreContract, TheAuditChainGrowsAndVerifies) {
    EXPECT_TRUE(this->store().verify_audit().ok());
    for (int i = 0; i < 5; ++i)
        this->append(this->batch(PutAudit{UnixMillis{5}, "off/1", "search", std::to_string(i)},
                                 PutAudit{UnixMillis{6}, "node", "purge", ""}));
    Hash32 head = this->store().audit_head();
    this->box.reopen();
    EXPECT_EQ(this->store().audit_head(), head);
    EXPECT_TRUE(this->store().verify_audit().ok());
    auto rows = this->store().audit(3, 100);
    ASSERT_EQ(rows->size(), 8u);
    EXPECT_EQ(rows->front().n, 3u);
    EXPECT_EQ(rows->front().detail, "1");
    EXPECT_EQ(rows->back().link, head);
    EXPECT_EQ(this->refusal(this->batch(PutAudit{{}, std::string("a\0b", 3), "x", ""})),
              Errc::invalid);
}

TYPED_TEST(StoreContract, ManyBucketsAndTwoStreamsKeepTheirKeysThroughAPurge) {
    TestStream other(this->rng);
    this->append(this->stream.founded(150));
    this->append(other.founded(70, "of the other "));
    this->append(this->stream.withdrawn({{Seq{10}, Seq{10}}, {Seq{100}, Seq{140}}}));
    this->append(other.withdrawn({{Seq{2}, Seq{2}}}));
    EXPECT_EQ(this->store().erase()->size(), 43u);
    this->box.reopen();
    for (std::uint64_t seq = 2; seq < 152; ++seq) {
        bool gone = seq == 10 || (seq >= 100 && seq <= 140);
        EXPECT_EQ(this->text(Seq{seq}),
                  gone ? "!not-found" : "alert text " + std::to_string(seq - 2));
    }
    EXPECT_EQ(*read_text(this->store(), other.state.id, Seq{71}), "of the other 69");
}

}  // namespace
}  // namespace rilon
