// A transport key is replaced while the sockets are in use: what is behind `rilon identity rotate
// --transport` (docs/decisions/0017-transport-keys.md).
#include <atomic>
#include <filesystem>
#include <thread>

#include "node/control_client.h"
#include "node/event.h"
#include "tests/unit/node/transport_support.h"

namespace rilon {
namespace {

using std::chrono::milliseconds;

// The hub is dialled by `client`, which pins the key that the hub began with.
class Rekey : public testing::Test {
   protected:
    void go() {
        hub.listen();
        hub.options.live = "tcp://127.0.0.1:*";
        hub.options.on_open_door = [this](const std::string&) { ++open_doors; };
        hub.start();
        admit(hub, {&client, &other});
        ASSERT_TRUE(pump({&hub}, [&] { return !hub.transport->live_endpoint().empty(); }));
        first = hub.keys.pk;
        client.dial(hub);
        client.start();
        admit(client, {&hub, &other});
        ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == 1; }));
        client.say(hub, "hello");
        ASSERT_TRUE(pump({&hub, &client}, [&] { return hub.count<PeerFrame>() == 1; }));
    }
    // What the directory says of these hosts, their keys of before included.
    void admit(Host& at, std::initializer_list<const Host*> others) {
        AdmitPeers peers;
        for (const Host* one : others) {
            peers.sync[one->keys.pk] = one->id;
            if (!at.options.live.empty()) peers.live[audience_id(1)].insert(one->keys.pk);
            for (const auto& [key, node] : replaced)
                if (node == one->id) peers.replaced[key] = node;
        }
        peers.control = at.control;
        at.transport->admit(peers);
    }
    // A new key waits at the host; the directory does not say so yet.
    TransportPublicKey make_key(Host& host) {
        SystemRng rng;
        ChangeIdentity change;
        change.wait_for.push_back(make_transport_key_pair(rng));
        const TransportPublicKey next = change.wait_for[0].pk;
        change_identity(host.own, std::move(change));
        return next;
    }
    // Recorded, for whoever asks admit from now on.
    void record(const Host& host) { replaced[host.keys.pk] = host.id; }
    void switch_to(Host& host, const TransportPublicKey& next) {
        ChangeIdentity change;
        change.transport = next;
        change_identity(host.own, std::move(change));
        ASSERT_EQ(host.keys.pk, next);
        host.transport->rekey();
    }
    bool hears_live(const Host& at) {
        for (const Event& event : at.events)
            if (const auto* frame = std::get_if<LiveFrame>(&event);
                frame && frame->entry.size() == 9)
                return true;
        return false;
    }
    Host hub{1};
    Host client{2};
    Host other{3};
    TransportPublicKey first;
    std::map<TransportPublicKey, NodeId> replaced;
    std::atomic<int> open_doors{0};
};

TEST_F(Rekey, ALinkThatNamesTheOldKeyFollowsTheDirectory) {
    go();
    const TransportPublicKey next = make_key(hub);
    record(hub);
    switch_to(hub, next);
    EXPECT_EQ(hub.count<PeerDown>(), 0u);  // With the next poll.
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerDown>() == 1; }));
    EXPECT_EQ(hub.count<PeerDown>(), 1u);
    admit(client, {&hub, &other});
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == 2; }));
    client.say(hub, "to the same node");
    hub.events.clear();
    ASSERT_TRUE(pump({&hub, &client}, [&] { return hub.count<PeerFrame>() == 1; }));
    EXPECT_EQ(hub.heard(client.id), std::vector<std::string>{"to the same node"});
    hub.say(client, "from it");
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerFrame>() == 1; }));
    // And the publisher, on the endpoint of before.
    ASSERT_TRUE(pump({&hub, &client}, [&] {
        hub.transport->publish({audience_id(1), Bytes(17, 1), Bytes(9)});
        return hears_live(client);
    }));
}

// The danger: who goes on with the stolen key is still let in, or still connected.
TEST_F(Rekey, Row31AReplacedKeyIsCutWithinASecondAndLetInNoMore) {
    go();
    SystemRng rng;
    record(client);  // And it has no other: as the thief.
    Host renewed(2);
    renewed.own.transport = make_transport_key_pair(rng);
    const auto begin = std::chrono::steady_clock::now();
    admit(hub, {&renewed, &other});
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerDown>() == 1; }));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1000));
    EXPECT_EQ(hub.count<PeerDown>(), 1u);
    // It tries again and is refused each time.
    const std::uint64_t refused = client.transport->counters().handshakes_refused;
    ASSERT_TRUE(pump({&hub, &client}, [&] {
        return client.transport->counters().handshakes_refused >= refused + 2;
    }));
    EXPECT_EQ(client.count<PeerUp>(), 1u);
    EXPECT_EQ(hub.count<PeerFrame>(), 1u);
}

// The danger: whoever has the record refuses us, and only they could tell us of it.
TEST_F(Rekey, ARefusedNodeTriesTheKeyThatWaitsForItsRecord) {
    go();
    const TransportPublicKey next = make_key(client);
    Host renewed(2);
    renewed.own.transport = {next, client.own.waiting[0].sk.duplicate()};
    record(client);
    admit(hub, {&renewed, &other});
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == 2; }));
    client.say(hub, "what did I miss?");
    ASSERT_TRUE(pump({&hub, &client}, [&] { return hub.count<PeerFrame>() == 2; }));
    EXPECT_NE(client.keys.pk, next);  // Not switched: that is the core's.
    // It switches, and is the same peer with the key that it has now for good.
    switch_to(client, next);
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == 3; }));
    client.say(hub, "thanks");
    ASSERT_TRUE(pump({&hub, &client}, [&] { return hub.count<PeerFrame>() == 3; }));
}

// Until it has switched, who knows better dials a key that it does not show: no harm, and no end.
TEST_F(Rekey, WhoKnowsFirstDialsAgainUntilTheSwitch) {
    go();
    const TransportPublicKey next = make_key(hub);
    Host renewed(1);
    renewed.own.transport = {next, hub.own.waiting[0].sk.duplicate()};
    record(hub);
    admit(client, {&renewed, &other});
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerDown>() == 1; }));
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.transport->counters().rebuilds > 0; }));
    EXPECT_EQ(client.count<PeerUp>(), 1u);
    switch_to(hub, next);
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == 2; }));
}

TEST_F(Rekey, TheSelfProbeLooksAtTheNewDoors) {
    hub.options.probe_period = milliseconds(20);
    std::atomic<int> dead{0};
    hub.options.on_dead_door = [&](const std::string&) { ++dead; };
    go();
    const std::string endpoint = hub.transport->sync_endpoint();
    const TransportPublicKey next = make_key(hub);
    record(hub);
    const std::uint64_t before = hub.transport->counters().handshakes_refused;
    switch_to(hub, next);
    admit(client, {&hub, &other});
    // Strangers are refused at the new door, not unanswered: the probe knows its key.
    ASSERT_TRUE(pump({&hub, &client},
                     [&] { return hub.transport->counters().handshakes_refused >= before + 20; }));
    EXPECT_EQ(dead, 0);
    EXPECT_EQ(hub.transport->sync_endpoint(), endpoint);
    EXPECT_EQ(open_doors, 0);
    ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == 2; }));
}

// Ten times in a row, with frames under way and peers that come back each time.
TEST_F(Rekey, AgainAndAgainUnderLoad) {
    go();
    for (std::size_t round = 0; round < 10; ++round) {
        const TransportPublicKey next = make_key(hub);
        record(hub);
        for (int i = 0; i < 50; ++i) {
            hub.say(client, std::string(10000, 'x'));
            client.say(hub, std::string(10000, 'y'));
        }
        switch_to(hub, next);
        admit(client, {&hub, &other});
        ASSERT_TRUE(pump({&hub, &client}, [&] { return client.count<PeerUp>() == round + 2; }))
            << round;
        const std::string word = "round " + std::to_string(round);
        ASSERT_TRUE(pump({&hub, &client}, [&] {
            client.say(hub, word);
            const auto heard = hub.heard(client.id);
            return !heard.empty() && heard.back() == word;
        })) << round;
    }
}

// Officers pin the key of the control socket: theirs works on through the switch.
TEST_F(Rekey, TheControlSocketKeepsTheKeyThatItsClientsPin) {
    SystemRng rng;
    const TransportKeyPair officer = make_transport_key_pair(rng);
    const std::string path = "/tmp/rilon-rekey-" + std::to_string(::getpid()) + ".sock";
    hub.options.control = "ipc://" + path;
    hub.control = {officer.pk};
    go();
    const TransportPublicKey next = make_key(hub);
    record(hub);
    switch_to(hub, next);
    EXPECT_EQ(hub.own.control_key().pk, first);
    admit(hub, {&client, &other});
    std::atomic<bool> done{false};
    std::thread asks([&] {
        auto end = ControlClient::dial("ipc://" + path, first, officer);
        ASSERT_TRUE(end.ok());
        auto answer = (*end)->ask(as_bytes("ask"), std::chrono::seconds(10));
        EXPECT_TRUE(answer.ok()) << answer.error().detail;
        done = true;
    });
    EXPECT_TRUE(pump({&hub}, [&] {
        for (const Event& event : std::exchange(hub.events, {}))
            if (const auto* frame = std::get_if<ClientFrame>(&event))
                hub.transport->answer({frame->client, to_bytes(as_bytes("answer"))});
        return done.load();
    }));
    asks.join();
    // A node with a key of its own for it has nothing left of the old one.
    const TransportPublicKey third = make_key(hub);
    switch_to(hub, third);
    EXPECT_EQ(hub.own.control_key().pk, first);
    EXPECT_TRUE(hub.own.waiting.empty());
}

}  // namespace
}  // namespace rilon
