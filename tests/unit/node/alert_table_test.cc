// The packed parts of the index against plain ones: what goes in comes out, whatever it is.
#include "node/alert_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "node/meaning_table.h"
#include "node/text_arena.h"
#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

std::uint64_t below(Rng& rng, std::uint64_t end) {
    return ByteReader(rng.bytes<Random16>().view()).u64() % end;
}

class Alerts : public testing::Test {
   protected:
    Alerts() {
        for (int i = 0; i < 40; ++i) ids.push_back(make_alert_id(UnixMillis{1}, rng));
        // Neighbours by the short form, and one that differs behind it only.
        AlertId twin = ids.front();
        twin.data()[15] ^= 1;
        ids.push_back(twin);
        for (int i = 0; i < 3; ++i) streams.push_back(rng.bytes<StreamId>());
        for (int i = 0; i < 3; ++i) nodes.push_back(rng.bytes<NodeId>());
    }
    EntryRef ref() { return {streams[below(rng, 3)], Seq{below(rng, 1000)}}; }
    AlertState any(const AlertId& id) {
        AlertState out;
        out.id = id;
        out.origin = nodes[below(rng, 3)];
        out.revision = static_cast<std::uint32_t>(below(rng, 5));
        out.revisions.push_back(ref());
        out.type = below(rng, 8) == 0 ? std::string(40, 't') : "lookout";
        out.part = below(rng, 2) == 0 ? "person" : "document";
        out.received = UnixMillis{below(rng, 1000)};
        out.order = ++order;
        out.precedence = static_cast<std::uint8_t>(below(rng, 4));
        out.purge_after = UnixMillis{below(rng, 2) * below(rng, 5 * ms_hour)};
        switch (below(rng, 12)) {
            case 0: out.revisions.push_back(ref()); break;
            case 1: out.revisions.clear(); break;
            case 2: out.erased.push_back(ref()); break;
            case 3: out.remarks.push_back(ref()); break;
            case 4: out.withdrawal = ref(); break;
            case 5: out.withdraw_reason = "error"; break;
            case 6: out.withdrawn_revision = 2; break;
            case 7: out.newer_version = true; break;
            case 8: out.other_part = ids[below(rng, ids.size())]; break;
            case 9: out.order = 0; break;
            default: break;
        }
        return out;
    }
    SeededRng rng{5};
    std::vector<AlertId> ids;
    std::vector<StreamId> streams;
    std::vector<NodeId> nodes;
    std::uint64_t order = 0;
    AlertTable table;
    std::map<AlertId, AlertState> plain;
    std::set<std::pair<std::uint64_t, AlertId>> watched;
};

TEST_F(Alerts, AreWhatWasPutWhateverCameBefore) {
    for (int step = 0; step < 20000; ++step) {
        const AlertId& id = ids[below(rng, ids.size())];
        const AlertTable::Row row = table.row_for(id);
        auto old = plain.find(id);
        if (old != plain.end()) watched.erase({old->second.purge_after.value, id});
        table.unwatch(row);
        if (below(rng, 10) == 0) {
            table.forget(row);
            plain.erase(id);
        } else {
            AlertState alert = any(id);
            if (alert.purge_after.value != 0) {
                table.watch(row, alert.purge_after);
                watched.insert({alert.purge_after.value, id});
            }
            table.put(row, alert);
            plain.insert_or_assign(id, alert);
        }
        ASSERT_EQ(table.find(id) != AlertTable::none, plain.contains(id));
        if (step % 50 != 0) continue;
        std::vector<AlertId> all;
        std::map<std::uint64_t, AlertId> by_order;
        for (const auto& [known, state] : plain) {
            all.push_back(known);
            if (state.order != 0) by_order[state.order] = known;
            ASSERT_EQ(table.get(table.find(known)), state);
        }
        ASSERT_EQ(table.ids(), all);
        for (const AlertId& part : ids)
            for (const NodeId& origin : nodes) {
                const auto found = table.naming(part, origin);
                const auto names = [&](const auto& item) {
                    return item.second.origin == origin && item.second.other_part == part;
                };
                ASSERT_EQ(found == AlertTable::none,
                          std::none_of(plain.begin(), plain.end(), names));
                if (found != AlertTable::none) {
                    ASSERT_TRUE(names(*plain.find(table.id(found))));
                }
            }
        std::uint64_t before = below(rng, order + 2);
        std::vector<AlertId> newest, wanted;
        for (auto one : table.newest(before, 7)) newest.push_back(table.id(one));
        auto at = before == 0 ? by_order.end() : by_order.lower_bound(before);
        while (at != by_order.begin() && wanted.size() < 7) wanted.push_back((--at)->second);
        ASSERT_EQ(newest, wanted);
    }
}

TEST_F(Alerts, AreDueInTheOrderOfTheirTime) {
    for (const AlertId& id : ids) {
        AlertState alert = any(id);
        alert.purge_after = UnixMillis{1 + below(rng, 3 * ms_hour)};
        table.put(table.row_for(id), alert);
        table.watch(table.row_for(id), alert.purge_after);
        watched.insert({alert.purge_after.value, id});
    }
    for (std::uint64_t now = 0; now < 4 * ms_hour; now += ms_hour / 3) {
        std::vector<AlertId> due, wanted;
        for (auto row : table.due(UnixMillis{now}, 9)) due.push_back(table.id(row));
        for (const auto& [at, id] : watched)
            if (at <= now && wanted.size() < 9) wanted.push_back(id);
        EXPECT_EQ(due, wanted);
        if (due.empty()) continue;
        table.unwatch(table.find(due.front()));
        watched.erase(watched.begin());
    }
}

TEST_F(Alerts, AreFoundByTheirShortForm) {
    for (const AlertId& id : ids) table.put(table.row_for(id), any(id));
    for (const AlertId& id : ids) {
        std::uint64_t bits = short_id_bits(id);
        auto same = std::count_if(ids.begin(), ids.end(), [&](const AlertId& other) {
            return short_id_bits(other) == bits;
        });
        EXPECT_EQ(table.by_short(bits, bits, 9).size(), static_cast<std::size_t>(same));
        EXPECT_EQ(table.by_short(bits, bits, 1).size(), 1u);
    }
    constexpr std::uint64_t all = (std::uint64_t{1} << 40) - 1;
    EXPECT_EQ(table.by_short(0, all, 1000).size(), ids.size());
    table.forget(table.find(ids[7]));
    EXPECT_EQ(table.by_short(0, all, 1000).size(), ids.size() - 1);
    EXPECT_EQ(table.find(ids[7]), AlertTable::none);
}

TEST(Meanings, AreKeptByStreamAndPlaceAndNotReplaced) {
    SeededRng rng(6);
    const StreamId one = rng.bytes<StreamId>(), other = rng.bytes<StreamId>();
    MeaningTable table;
    for (std::uint64_t seq :
         {std::uint64_t{0}, std::uint64_t{63}, std::uint64_t{64}, ~std::uint64_t{0}})
        EXPECT_TRUE(table.add({one, Seq{seq}}, {static_cast<AlertTable::Row>(seq % 100), 2, 7}));
    EXPECT_FALSE(table.add({one, Seq{63}}, {1, 1, 1}));
    EXPECT_EQ(table.find({one, Seq{63}})->alert, 63u);
    EXPECT_EQ(table.find({one, Seq{0}})->alert, 0u);
    EXPECT_EQ(table.find({one, Seq{64}})->revision, 7u);
    EXPECT_EQ(table.find({one, Seq{~std::uint64_t{0}}})->operation, 2u);
    EXPECT_FALSE(table.find({one, Seq{1}}).has_value());
    EXPECT_FALSE(table.find({other, Seq{63}}).has_value());
}

TEST(Texts, ComeBackAsTheyWerePutAndAreOverwrittenWhenDropped) {
    SeededRng rng(7);
    TextArena arena;
    std::map<TextArena::Place, std::string> plain;
    for (int step = 0; step < 20000; ++step) {
        if (!plain.empty() && below(rng, 3) == 0) {
            auto gone =
                std::next(plain.begin(), static_cast<std::ptrdiff_t>(below(rng, plain.size())));
            std::string_view was = arena.get(gone->first);
            const bool in_page = gone->second.size() < 16000;
            arena.drop(gone->first);
            if (in_page) {
                EXPECT_EQ(was, std::string(gone->second.size(), '\0'));
            }
            plain.erase(gone);
            continue;
        }
        std::size_t size = below(rng, 500) == 0 ? 30000 : below(rng, 60);
        std::string text(size, static_cast<char>('a' + below(rng, 26)));
        TextArena::Place place = arena.put(text);
        if (size == 0) {
            EXPECT_EQ(place, TextArena::nothing);
        } else {
            ASSERT_TRUE(plain.emplace(place, text).second);
        }
    }
    for (const auto& [place, text] : plain) ASSERT_EQ(arena.get(place), text);
}

TEST(Texts, ListsGiveTheirPartsBack) {
    const std::vector<std::string> parts = {
        "", "F", std::string(127, 'x'), std::string(300, 'y'), std::string("a\0b", 3), ""};
    std::string list;
    for (const auto& part : parts) append_text(list, part);
    std::string_view rest = list, text;
    for (const auto& part : parts) {
        ASSERT_TRUE(take_text(rest, text));
        EXPECT_EQ(text, part);
    }
    EXPECT_FALSE(take_text(rest, text));
}

}  // namespace
}  // namespace rilon
