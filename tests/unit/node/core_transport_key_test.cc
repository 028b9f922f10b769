// A node's transport key is replaced by persons on a live network. TestNet refuses a replaced key
// as the transport does, on both ends.
#include <algorithm>

#include "node/rotation.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

constexpr const char* hub = "tha-bkk";  // Others dial it.
constexpr const char* aus = "aus-bkk";

class CoreTransportKey : public SmallNet {
   protected:
    const NodeRecord& record(const std::string& of, const std::string& at = "coordinator-1") {
        return *net.daemon(at).node().directory().now().node(id(of));
    }
    Result<proto::RotateResponse> rotate(const std::string& node, const std::string& key,
                                         bool cancel = false) {
        proto::Request request;
        request.mutable_rotate()->set_key(key);
        request.mutable_rotate()->set_cancel(cancel);
        auto done = net.request(node, std::move(request));
        if (!done.ok()) return done.error();
        return done->rotate();
    }
    Bytes begin(const std::string& node, const std::string& key = "transport") {
        auto begun = rotate(node, key);
        EXPECT_TRUE(begun.ok()) << begun.error().detail;
        auto draft = begun.ok() ? parse_draft(as_bytes(begun->draft())) : StatementDraft{};
        EXPECT_TRUE(draft.ok());
        return draft->statement;
    }
    Status record_it(const Bytes& statement, const std::string& party) {
        return net.submit([&](Drafter&) { return statement; },
                          net.network().admitters(party, "BKK"));
    }
    bool refused(const Result<proto::RotateResponse>& done, Errc code) {
        return !done.ok() && done.error().detail.starts_with(std::string(errc_name(code)) + ":");
    }
    TransportPublicKey key(const std::string& node) {
        return net.daemon(node).identity().transport.pk;
    }
    bool in_step(const std::string& node) { return key(node) == record(node, node).transport_pk; }
    std::size_t secrets(const std::string& node) {
        const auto& all = net.daemon(node).disk().secrets;
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& one) {
            return one.first.starts_with("transport.");
        }));
    }
    void everybody_reads(const Posted& posted) {
        net.run(10 * ms_second);
        for (const char* reader : {"can-bkk", "gbr-bkk", hub, aus})
            EXPECT_TRUE(net.reads(reader, posted.alert())) << reader;
    }
    bool warned(const std::string& node, const std::string& of) {
        proto::Request request;
        request.mutable_status();
        auto done = net.request(node, std::move(request));
        EXPECT_TRUE(done.ok());
        if (!done.ok()) return false;
        const auto& all = done->status().warnings();
        return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
            return one.find(of) != std::string::npos;
        });
    }
    // The identity file of before the switch, which a crash left; the vault has what it has.
    struct File {
        TransportKeyPair transport;
        std::optional<TransportKeyPair> control;
    };
    File file_of(const std::string& node) {
        const NodeIdentity& now = net.daemon(node).identity();
        File out{{now.transport.pk, now.transport.sk.duplicate()}, {}};
        if (now.control) out.control = {{now.control->pk, now.control->sk.duplicate()}};
        return out;
    }
    void put_back(const std::string& node, File file) {
        NodeIdentity& now = net.daemon(node).identity();
        now.transport = std::move(file.transport);
        now.control = std::move(file.control);
        now.waiting.clear();
    }
};

// The danger: whoever stole the key goes on as this node for ever.
TEST_F(CoreTransportKey, AReplacedKeyIsAdmittedByNobodyAndStaysTheNodesName) {
    const TransportPublicKey old = key(hub);
    ASSERT_TRUE(record_it(begin(hub), "THA").ok());
    ASSERT_TRUE(net.run_until([&] { return in_step(hub) && key(hub) != old; }, ms_minute));
    net.run(10 * ms_second);
    for (const char* node : {"coordinator-1", "can-bkk", "gbr-bkk", aus}) {
        const AdmitPeers& admitted = net.daemon(node).admitted();
        EXPECT_FALSE(admitted.sync.contains(old)) << node;
        EXPECT_EQ(admitted.sync.at(key(hub)), id(hub)) << node;
        EXPECT_EQ(admitted.replaced.at(old), id(hub)) << node;
        for (const auto& [audience, keys] : admitted.live) EXPECT_FALSE(keys.contains(old));
    }
}

TEST_F(CoreTransportKey, AHubThatOthersDialSwitchesWhileAlertsFlow) {
    const TransportPublicKey old = key(hub);
    Posted before = post(aus, {"BKK"});
    const Bytes draft = begin(hub);
    EXPECT_EQ(begin(hub), draft);  // The file was lost: the same again.
    EXPECT_TRUE(warned(hub, "a new transport key waits"));
    everybody_reads(post(hub, {"BKK"}));  // Nothing stands still meanwhile.
    EXPECT_EQ(key(hub), old);
    ASSERT_TRUE(record_it(draft, "THA").ok());
    Posted between = post(aus, {"BKK"});
    ASSERT_TRUE(net.run_until([&] { return key(hub) != old; }, ms_minute));
    ASSERT_TRUE(net.run_until(
        [&] {
            for (const char* node : {"coordinator-1", "can-bkk", "gbr-bkk", aus})
                if (!net.connected(id(hub), id(node))) return false;
            return true;
        },
        ms_minute));
    EXPECT_EQ(secrets(hub), 1u);
    EXPECT_TRUE(net.daemon(hub).identity().waiting.empty());
    everybody_reads(before);
    everybody_reads(between);
    everybody_reads(post(hub, {"BKK"}));
    everybody_reads(post(aus, {"BKK"}));
    for (const char* node : {hub, aus}) {
        EXPECT_FALSE(warned(node, "transport key")) << node;
        EXPECT_FALSE(warned(node, "no connection")) << node;
    }
    // And again; the key of before leaves the vault, and the officers' key stays the first.
    ASSERT_TRUE(record_it(begin(hub), "THA").ok());
    net.run(ms_minute);
    EXPECT_TRUE(in_step(hub));
    EXPECT_EQ(secrets(hub), 1u);
    EXPECT_EQ(net.daemon(hub).identity().control_key().pk, old);
    EXPECT_EQ(record(hub).old_transports.size(), 2u);
    everybody_reads(post(hub, {"BKK"}));
}

// The danger: everybody who has the record refuses the old key, and nobody else can tell the node.
TEST_F(CoreTransportKey, ANodeThatWasAwayLearnsOfItsOwnRecord) {
    const TransportPublicKey old = key(aus);
    const Bytes draft = begin(aus);
    net.kill(aus);
    ASSERT_TRUE(record_it(draft, "AUS").ok());
    net.run(ms_minute);
    net.start(aus);
    ASSERT_TRUE(net.run_until([&] { return key(aus) != old; }, 2 * ms_minute));
    EXPECT_TRUE(in_step(aus));
    everybody_reads(post(aus, {"BKK"}));
}

// It has the hub alone, and the hub hangs up as soon as it may.
TEST_F(CoreTransportKey, APeerWithoutAnyOtherLinkHasTheRecordBeforeTheSwitch) {
    net.cut(aus, "coordinator-1");
    net.run(20 * ms_second);
    ASSERT_TRUE(net.connected(id(hub), id(aus)));
    const TransportPublicKey old = key(hub);
    bool knew = false;
    net.on_turn = [&](Daemon& daemon) {
        if (daemon.name() == hub && key(hub) == old)
            knew = net.daemon(aus).node().directory().now().node(id(hub))->transport_pk != old;
    };
    ASSERT_TRUE(record_it(begin(hub), "THA").ok());
    ASSERT_TRUE(net.run_until([&] { return key(hub) != old; }, ms_minute));
    EXPECT_TRUE(knew);
    ASSERT_TRUE(net.run_until([&] { return net.connected(id(hub), id(aus)); }, ms_minute));
    net.on_turn = nullptr;
    everybody_reads(post(aus, {"BKK"}));
}

// The remedy of docs/operations.md: any other link brings the record, and the old one works again.
TEST_F(CoreTransportKey, APeerThatWasAwayNeedsOneMoreLink) {
    net.cut(aus, "coordinator-1");
    net.kill(aus);
    ASSERT_TRUE(record_it(begin(hub), "THA").ok());
    net.run(ms_minute);
    ASSERT_TRUE(in_step(hub));
    net.start(aus);
    net.run(2 * ms_minute);
    EXPECT_FALSE(net.connected(id(hub), id(aus)));
    EXPECT_TRUE(warned(aus, "no connection to tha-bkk"));
    net.heal(aus, "coordinator-1");
    ASSERT_TRUE(net.run_until([&] { return net.connected(id(hub), id(aus)); }, 2 * ms_minute));
    everybody_reads(post(aus, {"BKK"}));
}

// One that reads nothing holds the switch up for ten seconds, no longer.
TEST_F(CoreTransportKey, APeerThatDoesNotAnswerDoesNotHoldItUp) {
    const TransportPublicKey old = key(hub);
    const Bytes draft = begin(hub);
    net.stop(aus);
    ASSERT_TRUE(record_it(draft, "THA").ok());
    ASSERT_TRUE(net.run_until([&] { return record(hub, hub).transport_pk != old; }, ms_minute));
    const UnixMillis known = net.now();
    ASSERT_TRUE(net.run_until([&] { return key(hub) != old; }, ms_minute));
    EXPECT_LE(net.now().since(known), transport_switch_ms + 2 * ms_second);
    net.resume(aus);
    net.run(ms_minute);
    everybody_reads(post(aus, {"BKK"}));
}

TEST_F(CoreTransportKey, KilledAtEachStepItHasTheKeyThatIsRecorded) {
    const Bytes draft = begin(aus);
    net.kill(aus);
    put_back(aus, file_of(aus));  // The key waits in the vault alone.
    net.start(aus);
    net.run(10 * ms_second);
    EXPECT_EQ(begin(aus), draft);
    EXPECT_EQ(net.daemon(aus).identity().waiting.size(), 1u);
    File before = file_of(aus);
    ASSERT_TRUE(record_it(draft, "AUS").ok());
    net.run(ms_minute);
    ASSERT_NE(key(aus), before.transport.pk);
    const TransportPublicKey now = key(aus);
    net.kill(aus);
    put_back(aus, std::move(before));  // The file was not written.
    net.start(aus);
    EXPECT_EQ(key(aus), now);
    EXPECT_EQ(secrets(aus), 1u);
    everybody_reads(post(aus, {"BKK"}));
    // Before its batch was durable there is no key.
    proto::Request request;
    request.set_id(1);
    request.mutable_rotate()->set_key("transport");
    ClientFrame frame{ClientId{77}, net.daemon(aus).officer().transport.pk,
                      to_bytes(as_bytes(request.SerializeAsString()))};
    std::vector<Event> events;
    events.emplace_back(std::move(frame));
    net.kill(aus);
    ASSERT_TRUE(net.daemon(aus).start(net.now()).ok());
    ASSERT_TRUE(net.daemon(aus).turn(std::move(events), net.now(), CrashPoint::before_commit).ok());
    net.start(aus);
    net.run(10 * ms_second);
    EXPECT_EQ(secrets(aus), 1u);
    EXPECT_TRUE(net.daemon(aus).identity().waiting.empty());
    EXPECT_FALSE(warned(aus, "transport key"));
}

// The store of before the record beside the identity of after it; and an identity whose key is
// gone.
TEST_F(CoreTransportKey, Row16WhatWasPutBackIsMendedOrTold) {
    const File first = file_of(aus);
    const Bytes draft = begin(aus);
    auto copy = net.daemon(aus).backup();
    ASSERT_TRUE(record_it(draft, "AUS").ok());
    net.run(ms_minute);
    const TransportPublicKey now = key(aus);
    ASSERT_NE(now, first.transport.pk);
    net.kill(aus);
    net.daemon(aus).restore(*copy);
    net.start(aus);
    EXPECT_FALSE(warned(aus, "transport key is not the one"));
    net.run(ms_minute);
    EXPECT_EQ(key(aus), now);
    EXPECT_TRUE(in_step(aus));
    everybody_reads(post(aus, {"BKK"}));
    // The vault was lost, and the identity file is an old one.
    net.kill(aus);
    auto emptied = *net.daemon(aus).backup();
    emptied.secrets.clear();
    net.daemon(aus).restore(emptied);
    put_back(aus, {{first.transport.pk, first.transport.sk.duplicate()}, {}});
    net.start(aus);
    net.run(ms_minute);
    EXPECT_TRUE(warned(aus, "transport key is not the one"));
    EXPECT_FALSE(net.connected(id("coordinator-1"), id(aus)));
}

TEST_F(CoreTransportKey, ADraftThatExpiresLeavesTheKeyAsItWas) {
    const TransportPublicKey old = key(aus);
    const Bytes draft = begin(aus);
    net.sleep(14 * ms_day + 7 * ms_hour);
    EXPECT_EQ(key(aus), old);
    EXPECT_EQ(secrets(aus), 0u);
    EXPECT_TRUE(net.daemon(aus).identity().waiting.empty());
    EXPECT_FALSE(record_it(draft, "AUS").ok());
    everybody_reads(post(aus, {"BKK"}));
}

// The danger: the key is thrown away with the wish, and the node is locked out by its own record.
TEST_F(CoreTransportKey, ACancelledDraftThatIsSignedAllTheSameIsFollowed) {
    const TransportPublicKey old = key(aus);
    const Bytes draft = begin(aus);
    EXPECT_TRUE(refused(rotate(aus, "signing"), Errc::busy));  // One record would void the other.
    EXPECT_TRUE(refused(rotate(aus, "signing", true), Errc::not_found));
    ASSERT_TRUE(rotate(aus, "transport", true).ok());
    EXPECT_TRUE(refused(rotate(aus, "transport", true), Errc::not_found));
    EXPECT_FALSE(warned(aus, "transport key"));
    ASSERT_TRUE(record_it(draft, "AUS").ok());
    net.run(ms_minute);
    EXPECT_NE(key(aus), old);
    EXPECT_TRUE(in_step(aus));
    everybody_reads(post(aus, {"BKK"}));
}

TEST_F(CoreTransportKey, BothKeysInOneStatement) {
    Posted before = post(aus, {"BKK"});
    const TransportPublicKey old = key(aus);
    const Bytes draft = begin(aus, "signing+transport");
    auto denied = net.post(aus, {"BKK"}, "too late");
    ASSERT_FALSE(denied.ok());
    ASSERT_TRUE(record_it(draft, "AUS").ok());
    net.run(ms_minute);
    EXPECT_EQ(net.daemon(aus).identity().generation, Generation{2});
    EXPECT_NE(key(aus), old);
    EXPECT_TRUE(in_step(aus));
    Posted after = post(aus, {"BKK"});
    EXPECT_EQ(after.parts[0].stream, before.parts[0].stream);
    everybody_reads(after);
}

TEST_F(CoreTransportKey, ACoordinatorsIsNotReplacedThisWay) {
    EXPECT_TRUE(refused(rotate("coordinator-1", "transport"), Errc::not_permitted));
}

}  // namespace
}  // namespace rilon
