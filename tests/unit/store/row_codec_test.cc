// What stands inside a row that authenticated: every cut, every byte too many and every value that
// no version wrote is told as damage, never read as something else.
#include "store/row_codec.h"

#include <gtest/gtest.h>

#include <functional>

#include "protocol/entry.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

using Decode = std::function<Errc(ByteView)>;  // Errc::internal stands for "it was read".

template <class Row>
Decode reader(Result<Row> (*decode)(ByteView)) {
    return [decode](ByteView bytes) {
        auto row = decode(bytes);
        return row.ok() ? Errc::internal : row.code();
    };
}

// A row of fixed shape: it is read whole and in no other length.
void only_whole(const Bytes& whole, const Decode& decode) {
    EXPECT_EQ(decode(whole), Errc::internal);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(decode(ByteView(whole).first(size)), Errc::damaged) << size;
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_EQ(decode(longer), Errc::damaged);
}

// The byte at `at` takes these values and no others.
void only_values(Bytes row, std::size_t at, std::initializer_list<int> values,
                 const Decode& decode) {
    for (int value = 0; value < 256; ++value) {
        row[at] = static_cast<Byte>(value);
        const bool known = std::find(values.begin(), values.end(), value) != values.end();
        EXPECT_EQ(decode(row), known ? Errc::internal : Errc::damaged) << at << ": " << value;
    }
}

class RowCodec : public testing::Test {
   protected:
    SeededRng rng{5};
};

TEST_F(RowCodec, AnEpoch) {
    const Bytes row = encode_epoch_row({EpochRow::State::closed_keyed, Seq{7}, true});
    only_whole(row, reader(decode_epoch_row));
    only_values(row, 0, {0, 1, 2, 3}, reader(decode_epoch_row));
    only_values(row, row.size() - 1, {0, 1}, reader(decode_epoch_row));
    EXPECT_EQ(decode_epoch_row(row)->from, Seq{7});
    EXPECT_FALSE(decode_epoch_row(row)->is_open());
}

TEST_F(RowCodec, AStreamWithAndWithoutWhatItSupersedes) {
    StreamState state;
    state.network = rng.bytes<NetworkId>();
    state.id = rng.bytes<StreamId>();
    state.head = Seq{41};
    state.epoch_open = true;
    state.control = {Seq{0}, Seq{1}, Seq{40}};
    const Bytes plain = encode_stream_state(state);
    only_whole(plain, reader(decode_stream_state));
    const std::size_t supersedes =
        NetworkId::size() + StreamId::size() + NodeId::size() + AudienceId::size();
    EXPECT_EQ(plain[supersedes], 0);
    only_values(plain, supersedes + 1, {0, 1}, reader(decode_stream_state));
    state.supersedes = Superseded{rng.bytes<StreamId>(), Seq{3}, rng.bytes<EntryId>()};
    const Bytes both = encode_stream_state(state);
    only_whole(both, reader(decode_stream_state));
    const auto back = decode_stream_state(both);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->head, Seq{41});
    EXPECT_EQ(back->control, state.control);
    ASSERT_TRUE(back->supersedes.has_value());
    EXPECT_EQ(back->supersedes->seq, Seq{3});
}

// A count that promises more than is there must not make anybody reserve it.
TEST_F(RowCodec, AStreamThatPromisesFourThousandMillionControls) {
    StreamState state;
    Bytes row = encode_stream_state(state);
    for (std::size_t i = row.size() - 4; i < row.size(); ++i) row[i] = 0xff;
    EXPECT_EQ(decode_stream_state(row).code(), Errc::damaged);
}

TEST_F(RowCodec, AnArrival) {
    ArrivalPlace place;
    place.id = rng.bytes<EntryId>();
    place.kind = EntryKind::redact;
    const Bytes row = encode_arrival(place);
    only_whole(row, reader(decode_arrival));
    only_values(row, 4 + 8 + EntryId::size(), {0, 1, 2, 3, 4}, reader(decode_arrival));
    EXPECT_EQ(decode_arrival(row)->id, place.id);
}

TEST_F(RowCodec, ADirectoryRecord) {
    const Bytes row = encode_directory_row({DirSeq{9}, UnixMillis{5}, {1, 2, 3}, {4}});
    only_whole(row, reader(decode_directory_row));
    EXPECT_EQ(decode_directory_row(row)->statement, (Bytes{1, 2, 3}));
    Bytes promises = row;
    promises[16] = 0xff;  // The statement's length: 4 GB of it.
    EXPECT_EQ(decode_directory_row(promises).code(), Errc::damaged);
}

TEST_F(RowCodec, AnAck) {
    const Bytes row = encode_ack_row({rng.bytes<NodeId>(), AckLevel{2}, Seq{8}, UnixMillis{1}});
    only_whole(row, reader(decode_ack_row));
    only_values(row, NodeId::size(), {1, 2, 3}, reader(decode_ack_row));
    EXPECT_EQ(decode_ack_row(row)->seq, Seq{8});
}

// The message is the rest of the row: only its head can be cut.
TEST_F(RowCodec, AMessage) {
    const MailRow mail{12, rng.bytes<NodeId>(), 3, {7, 7}};
    const Bytes row = encode_mail_row(mail);
    for (std::size_t size = 0; size < row.size() - 2; ++size)
        EXPECT_EQ(decode_mail_row(ByteView(row).first(size)).code(), Errc::damaged) << size;
    const auto back = decode_mail_row(row);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->to, mail.to);
    EXPECT_EQ(back->bytes, mail.bytes);
}

TEST_F(RowCodec, AnAuditRecord) {
    AuditRow row;
    row.n = 4;
    row.subject = "LO-3";
    row.action = "search";
    row.detail = "by name";
    const Bytes bytes = encode_audit_row(row);
    only_whole(bytes, reader(decode_audit_row));
    EXPECT_EQ(decode_audit_row(bytes)->detail, "by name");
}

TEST_F(RowCodec, AnEntryHasItsPrefixOrWasErasedDamaged) {
    Bytes prefix(entry_prefix_bytes, 1);
    const Bytes body{9, 9, 9};
    const auto encoded = [&](BodyState state, ByteView front, ByteView rest) {
        const EntryRow row{state, Arrival{6}, UnixMillis{2}, front, rest};
        Bytes out(entry_row_bytes(row));
        encode_entry_row(row, out);
        return out;
    };
    const Bytes whole = encoded(BodyState::present, prefix, body);
    const auto back = decode_entry_row(whole);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->arrival, Arrival{6});
    EXPECT_EQ(to_bytes(back->body), body);
    only_values(encoded(BodyState::present, prefix, {}), 0, {0, 1, 2}, reader(decode_entry_row));
    for (std::size_t size = 0; size < entry_row_head_bytes + entry_prefix_bytes; ++size)
        EXPECT_EQ(decode_entry_row(ByteView(whole).first(size)).code(), Errc::damaged) << size;
    // Without a body and with one; without a prefix.
    EXPECT_EQ(decode_entry_row(encoded(BodyState::absent, prefix, body)).code(), Errc::damaged);
    EXPECT_EQ(decode_entry_row(encoded(BodyState::erased, prefix, body)).code(), Errc::damaged);
    EXPECT_TRUE(decode_entry_row(encoded(BodyState::erased, {}, {})).ok());
    EXPECT_EQ(decode_entry_row(encoded(BodyState::absent, {}, {})).code(), Errc::damaged);
}

}  // namespace
}  // namespace rilon
