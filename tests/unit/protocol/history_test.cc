#include "protocol/history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/officer.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

SeededRng rng(5);

HistoryList list_of(std::size_t entries) {
    HistoryList out{rng.bytes<NodeId>(), {}};
    for (std::size_t i = 0; i < entries; ++i) {
        StreamId stream;
        stream.data()[0] = static_cast<Byte>(i % 3);
        out.entries.push_back({stream, Seq{1 + i}});
    }
    std::sort(out.entries.begin(), out.entries.end());
    return out;
}

Errc outcome(const proto::HistoryGrant& grant) {
    auto list = parse_history(grant);
    return list.ok() ? Errc::internal : list.code();
}

TEST(History, AListComesBackAsItWas) {
    for (std::size_t entries : {std::size_t{1}, std::size_t{7}, history_keys_max}) {
        const HistoryList list = list_of(entries);
        proto::Operation operation;
        *operation.mutable_history() = encode_history(list);
        const std::string bytes = operation.SerializeAsString();
        auto again = parse_operation(as_bytes(bytes));
        ASSERT_TRUE(again.ok());
        EXPECT_TRUE(check_operation(*again).ok());
        auto parsed = parse_history(again->history());
        ASSERT_TRUE(parsed.ok());
        EXPECT_EQ(parsed->to, list.to);
        EXPECT_EQ(parsed->entries, list.entries);
    }
}

TEST(History, WhatIsOutOfOrderOrBoundsIsRefused) {
    const proto::HistoryGrant good = encode_history(list_of(6));
    ASSERT_EQ(good.streams_size(), 3);
    proto::HistoryGrant bad = good;
    bad.set_node_id("short");
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    bad.clear_streams();
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    bad.mutable_streams(0)->clear_seqs();
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    bad.mutable_streams(0)->set_seqs(0, 0);  // A genesis.
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    bad.mutable_streams(0)->add_seqs(bad.streams(0).seqs(0));  // Twice.
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    bad.mutable_streams()->SwapElements(0, 2);
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    *bad.add_streams() = bad.streams(2);
    EXPECT_EQ(outcome(bad), Errc::malformed);
    bad = good;
    for (std::size_t i = 0; i < history_keys_max; ++i) bad.mutable_streams(2)->add_seqs(100 + i);
    EXPECT_EQ(outcome(bad), Errc::too_large);
}

// Every key is where its entry is, and no other number of keys is taken.
TEST(History, KeysTravelBesideTheList) {
    const SignKeyPair node = make_sign_key_pair(rng);
    const Certificate body{rng.bytes<OfficerId>(),
                           "LO-3",
                           "officer",
                           make_sign_key_pair(rng).pk,
                           rng.bytes<NodeId>(),
                           UnixMillis{1795446000000},
                           UnixMillis{1795446000000 + ms_day}};
    const auto certified = certify_officer(rng.bytes<NetworkId>(), body, Generation{1}, node.sk);
    std::vector<EntryKey> keys;
    for (int i = 0; i < 3; ++i) keys.push_back(rng.secret<EntryKey>());
    const Bytes operation = to_bytes(as_bytes(std::string_view("operation")));
    const Bytes plain =
        encode_content(certified, rng.bytes<AlertId>(), operation, rng.bytes<Signature>(), keys);
    auto read = parse_history_keys(plain, 3);
    ASSERT_TRUE(read.ok());
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_TRUE(equal(read->at(i).expose(), keys[i].expose())) << i;
    for (std::size_t count : {0, 2, 4}) EXPECT_FALSE(parse_history_keys(plain, count).ok());
    // Who reads it as any content has the officer's words and no key.
    auto content = parse_content(plain);
    ASSERT_TRUE(content.ok());
    EXPECT_EQ(content->operation, operation);
}

}  // namespace
}  // namespace rilon
