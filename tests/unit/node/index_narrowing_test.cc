// What the index makes of an alert that was narrowed, twice, whatever order its entries come in,
// and after a restart at any point: the table of docs/decisions/0018-narrowing-an-alert.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "node/index.h"
#include "protocol/narrowing.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Record = proto::SearchRecord;

class IndexNarrowing : public testing::Test {
   protected:
    IndexedEntry entry(std::size_t stream, std::uint64_t seq, const proto::Operation& operation) {
        IndexedEntry out;
        out.ref = {streams_.at(stream), Seq{seq}};
        out.origin = author_;
        out.record = Index::make_record(alert_, &operation);
        return out;
    }
    IndexedEntry revision(std::size_t stream, std::uint64_t seq, std::uint32_t number,
                          std::size_t tokens) {
        proto::Operation operation;
        proto::Supersede supersede;
        supersede.mutable_alert()->set_revision(number);
        supersede.mutable_alert()->mutable_bulletin()->set_text("canary");
        for (std::size_t i = 0; i < tokens; ++i) supersede.add_narrowing(tokens_.at(i).str());
        if (number == 1)
            *operation.mutable_publish() = supersede.alert();
        else
            *operation.mutable_supersede() = supersede;
        return entry(stream, seq, operation);
    }
    IndexedEntry narrowing(std::size_t stream, std::uint64_t seq, std::uint32_t number,
                           std::size_t token) {
        proto::Operation operation;
        operation.mutable_withdraw()->set_reason(std::string(reason_narrowed));
        operation.mutable_withdraw()->set_revision(number);
        operation.mutable_withdraw()->set_successor(successor_of(tokens_.at(token), alert_).str());
        return entry(stream, seq, operation);
    }
    IndexedEntry withdrawal(std::size_t stream, std::uint64_t seq) {
        proto::Operation operation;
        operation.mutable_withdraw()->set_reason("error");
        operation.mutable_withdraw()->set_revision(4);
        return entry(stream, seq, operation);
    }

    // A node as far as this goes: what it opened, and what its index makes of it.
    struct Reader {
        std::vector<IndexedEntry> stored;
        std::unique_ptr<Index> index = std::make_unique<Index>();

        // As NodeCore::index_content.
        void take(IndexedEntry entry, const AlertId& alert) {
            if (auto known = index->alert(alert);
                known.has_value() && entry.record.operation() == Record::WITHDRAW)
                for (const EntryRef& gone : known->ended_by(Index::narrowing_of(entry))) {
                    entry.record.add_erased_streams(gone.stream.str());
                    entry.record.add_erased_seqs(gone.seq.value);
                }
            index->add(entry);
            stored.push_back(std::move(entry));
        }
        // With the records of what is over still there, or destroyed.
        Reader restarted(const AlertId& alert, bool destroyed) const {
            Reader out;
            const auto before = index->alert(alert);
            for (const IndexedEntry& entry : stored) {
                const bool over =
                    before.has_value() && std::find(before->erased.begin(), before->erased.end(),
                                                    entry.ref) != before->erased.end();
                if (!over || !destroyed) out.stored.push_back(entry);
            }
            for (const IndexedEntry& entry : out.stored) out.index->add(entry);
            return out;
        }
    };
    static std::string shown(const std::vector<std::size_t>& order) {
        std::string out;
        for (std::size_t i : order) out += std::to_string(i) + " ";
        return out;
    }
    // All orders; after each arrival a restart of either kind must change nothing.
    void in_every_order(std::vector<IndexedEntry> entries,
                        const std::function<void(const AlertState&)>& expect) {
        std::vector<std::size_t> order(entries.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        do {
            SCOPED_TRACE(shown(order));
            Reader plain, again, cleaned;
            for (std::size_t i : order) {
                for (Reader* one : {&plain, &again, &cleaned}) one->take(entries[i], alert_);
                again = again.restarted(alert_, false);
                cleaned = cleaned.restarted(alert_, true);
                const AlertState now = *plain.index->alert(alert_);
                for (Reader* one : {&again, &cleaned}) {
                    const AlertState same = *one->index->alert(alert_);
                    ASSERT_EQ(same.revisions, now.revisions);
                    ASSERT_EQ(same.withdrawal, now.withdrawal);
                    ASSERT_EQ(same.narrowed_away(), now.narrowed_away());
                    ASSERT_EQ(one->index->readable_alerts(), plain.index->readable_alerts());
                }
            }
            expect(*plain.index->alert(alert_));
            if (HasFailure()) return;
        } while (std::next_permutation(order.begin(), order.end()));
    }

    SeededRng rng_{18};
    const AlertId alert_ = rng_.bytes<AlertId>();
    const NodeId author_ = rng_.bytes<NodeId>();
    const std::array<NarrowingToken, 2> tokens_{rng_.bytes<NarrowingToken>(),
                                                rng_.bytes<NarrowingToken>()};
    // Of all the first readers, of those of either narrowing, and of a store that was put back.
    const std::array<StreamId, 4> streams_{rng_.bytes<StreamId>(), rng_.bytes<StreamId>(),
                                           rng_.bytes<StreamId>(), rng_.bytes<StreamId>()};

    const IndexedEntry first_ = revision(0, 1, 1, 0);
    const IndexedEntry narrowed_ = narrowing(0, 2, 1, 0);
    const IndexedEntry second_ = revision(1, 1, 2, 1);
    const IndexedEntry third_ = revision(1, 2, 3, 1);
    const IndexedEntry again_ = narrowing(1, 3, 3, 1);
    const IndexedEntry fourth_ = revision(2, 1, 4, 2);
    const IndexedEntry restored_ = revision(3, 1, 5, 0);  // Who does not know of either.
};

TEST_F(IndexNarrowing, WhoStaysReadsTheNewestAloneInWhateverOrderItCame) {
    in_every_order({first_, narrowed_, second_, again_, fourth_, restored_},
                   [&](const AlertState& alert) {
                       EXPECT_TRUE(alert.readable());
                       EXPECT_THAT(alert.revisions, ElementsAre(fourth_.ref));
                       EXPECT_EQ(alert.revision, 4u);
                   });
}

TEST_F(IndexNarrowing, WhatIsCorrectedAfterwardsHasItsHistory) {
    in_every_order({first_, narrowed_, second_, third_, restored_}, [&](const AlertState& alert) {
        EXPECT_TRUE(alert.readable());
        EXPECT_THAT(alert.revisions, ElementsAre(second_.ref, third_.ref));
    });
}

TEST_F(IndexNarrowing, WhoIsDroppedReadsNothingNotWhatARestoredAuthorSaysEither) {
    in_every_order({first_, narrowed_, restored_}, [&](const AlertState& alert) {
        EXPECT_TRUE(alert.narrowed_away());
        EXPECT_THAT(alert.revisions, IsEmpty());
    });
    in_every_order({first_, narrowed_, second_, third_, again_, restored_},
                   [&](const AlertState& alert) {
                       EXPECT_TRUE(alert.narrowed_away());
                       EXPECT_THAT(alert.revisions, IsEmpty());
                   });
}

TEST_F(IndexNarrowing, AWithdrawalIsStrongerWheneverItComes) {
    in_every_order({first_, narrowed_, second_, again_, fourth_, withdrawal(2, 2)},
                   [&](const AlertState& alert) {
                       EXPECT_TRUE(alert.withdrawn());
                       EXPECT_FALSE(alert.narrowed_away());
                       EXPECT_EQ(alert.withdraw_reason, "error");
                       EXPECT_THAT(alert.revisions, IsEmpty());
                   });
}

TEST_F(IndexNarrowing, TwoNarrowingsThatDoNotKnowOfEachOtherLeaveNobody) {
    proto::Operation operation;
    proto::Supersede& supersede = *operation.mutable_supersede();
    supersede.mutable_alert()->set_revision(2);
    supersede.mutable_alert()->mutable_bulletin()->set_text("canary");
    supersede.add_narrowing(tokens_[1].str());
    in_every_order({first_, narrowed_, second_, narrowing(3, 2, 1, 1), entry(3, 1, operation)},
                   [&](const AlertState& alert) {
                       EXPECT_TRUE(alert.narrowed_away());
                       EXPECT_THAT(alert.revisions, IsEmpty());
                   });
}

TEST_F(IndexNarrowing, WhatDoesNotOpenItDoesNotLive) {
    // The token of another alert, one of another length, and a revision that is not above it.
    const AlertId other = rng_.bytes<AlertId>();
    EXPECT_NE(successor_of(tokens_[0], alert_), successor_of(tokens_[0], other));
    proto::Operation operation;
    proto::Supersede& supersede = *operation.mutable_supersede();
    supersede.mutable_alert()->set_revision(2);
    supersede.mutable_alert()->mutable_bulletin()->set_text("canary");
    supersede.add_narrowing(tokens_[1].str());
    supersede.add_narrowing(tokens_[0].str().substr(1));
    const IndexedEntry strange = entry(1, 1, operation);
    IndexedEntry not_above = revision(1, 2, 2, 1);
    not_above.record.set_revision(1);
    in_every_order({first_, narrowed_, strange, not_above},
                   [&](const AlertState& alert) { EXPECT_TRUE(alert.narrowed_away()); });
}

// A receiver that does not understand what is left takes it as what it is: a withdrawal.
TEST_F(IndexNarrowing, AMalformedNarrowingEndsTheAlert) {
    proto::Operation operation;
    operation.mutable_withdraw()->set_reason(std::string(reason_narrowed));
    operation.mutable_withdraw()->set_revision(1);
    operation.mutable_withdraw()->set_successor("short");
    in_every_order({first_, entry(0, 2, operation), second_}, [&](const AlertState& alert) {
        EXPECT_TRUE(alert.withdrawn());
        EXPECT_FALSE(alert.narrowed_away());
    });
}

}  // namespace
}  // namespace rilon
