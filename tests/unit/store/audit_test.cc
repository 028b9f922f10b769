// Row 53: a log that was edited, cut or shortened names the place.
#include "store/store_core.h"
#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

class AuditTest : public LmdbFixture {
   protected:
    void SetUp() override {
        auto store = open();
        for (int i = 1; i <= 9; ++i) {
            Batch batch;
            batch.push_back(
                PutAudit{UnixMillis{5}, "off/1", "search", "record " + std::to_string(i)});
            ASSERT_TRUE(store->append(std::move(batch)).ok());
        }
    }
    // Changes rows behind the store's back.
    template <class Change>
    void tamper(Change change) {
        auto env = LmdbEnv::open(dir.path + "/data.mdb", map_bytes);
        ASSERT_TRUE(env.ok() && *(*env)->open_tables(data_tables));
        auto txn = (*env)->write();
        change(*txn);
        ASSERT_TRUE(txn->commit().ok());
    }
    std::string verdict() {
        Status s = open()->verify_audit();
        return s.ok() ? "fine" : std::string(errc_name(s.code())) + ": " + s.error().detail;
    }
};

using testing::Test;

TEST_F(AuditTest, Row53Untouched) {
    EXPECT_EQ(verdict(), "fine");
}

TEST_F(AuditTest, Row53AuditEdited) {
    tamper([](WriteTxn& txn) {
        Bytes row = to_bytes(**txn.get(Table::audit, number_key(4)));
        row[40] ^= 1;
        ASSERT_TRUE(txn.put(Table::audit, number_key(4), row).ok());
    });
    EXPECT_NE(verdict().find("damaged: audit record 4 was changed"), std::string::npos);
    auto store = open();
    EXPECT_EQ(store->audit(1, 100)->size(), 3u);
    EXPECT_EQ(store->audit(4, 100).code(), Errc::damaged);
    EXPECT_EQ(store->audit(5, 100)->size(), 5u);
}

TEST_F(AuditTest, Row53AuditEditedByOneWhoHasTheStorageKey) {
    tamper([&](WriteTxn& txn) {
        RowSealer sealer(key, rng);
        Bytes plain =
            *sealer.open(Table::audit, number_key(4), **txn.get(Table::audit, number_key(4)));
        AuditRow row = *decode_audit_row(plain);
        row.detail = "nothing";
        Bytes sealed = sealer.seal(Table::audit, number_key(4), encode_audit_row(row));
        ASSERT_TRUE(txn.put(Table::audit, number_key(4), sealed).ok());
    });
    EXPECT_NE(verdict().find("audit record 4 does not link"), std::string::npos);
}

TEST_F(AuditTest, Row53AuditCut) {
    tamper([](WriteTxn& txn) { ASSERT_TRUE(*txn.erase(Table::audit, number_key(6))); });
    EXPECT_NE(verdict().find("audit record 6 is missing: cut out"), std::string::npos);
}

TEST_F(AuditTest, Row53AuditTruncated) {
    tamper([](WriteTxn& txn) {
        ASSERT_TRUE(*txn.erase(Table::audit, number_key(9)));
        ASSERT_TRUE(*txn.erase(Table::audit, number_key(8)));
    });
    EXPECT_NE(verdict().find("audit record 8 is missing: the log was shortened from 9 to 7"),
              std::string::npos);
}

TEST_F(AuditTest, Row53AuditSwapped) {
    tamper([](WriteTxn& txn) {
        Bytes two = to_bytes(**txn.get(Table::audit, number_key(2)));
        Bytes three = to_bytes(**txn.get(Table::audit, number_key(3)));
        ASSERT_TRUE(txn.put(Table::audit, number_key(2), three).ok());
        ASSERT_TRUE(txn.put(Table::audit, number_key(3), two).ok());
    });
    EXPECT_NE(verdict().find("audit record 2 was changed"), std::string::npos);
}

TEST(AuditChain, TheLinkIsAsDocumented) {
    AuditRow row{1, UnixMillis{2}, "s", "a", "d", {}};
    Hash32 words = hash({as_bytes("s"), Bytes{0}, as_bytes("a"), Bytes{0}, as_bytes("d")});
    Bytes flat = std::move(ByteWriter{}
                               .raw(as_bytes(std::string_view("RLN1AUD\0", 8)))
                               .u64(1)
                               .raw(Hash32{}.view())
                               .u64(2)
                               .raw(words.view()))
                     .take();
    EXPECT_EQ(audit_link(row, Hash32{}), hash({flat}));
}

}  // namespace
}  // namespace rilon
