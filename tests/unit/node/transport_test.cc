#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "node/control_client.h"
#include "node/outbound_queue.h"
#include "node/zmq_socket.h"
#include "tests/unit/node/transport_support.h"

namespace rilon {
namespace {

using std::chrono::milliseconds;

int raw_connection(const std::string& endpoint) {
    int port = std::atoi(endpoint.substr(endpoint.rfind(':') + 1).c_str());
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

// A listening host and one that dials it, both up.
class Pair : public testing::Test {
   protected:
    void SetUp() override {
        server.listen();
        if (with_live) server.options.live = "tcp://127.0.0.1:*";
    }
    void go() {
        server.start();
        server.admit({&client, &other});
        client.dial(server);
        client.start();
        client.admit({&server, &other});
        ASSERT_TRUE(pump({&server, &client}, [&] { return client.count<PeerUp>() == 1; }));
    }
    bool with_live = false;
    Host server{1};
    Host client{2};
    Host other{3};
};

TEST_F(Pair, FramesTravelBothWaysAndUpComesFirst) {
    go();
    EXPECT_EQ(server.count<PeerUp>(), 0u);  // Not before the first frame.
    client.say(server, "hello");
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    ASSERT_GE(server.events.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<PeerUp>(server.events[0]));
    EXPECT_EQ(server.heard(client.id), std::vector<std::string>{"hello"});
    server.say(client, "welcome");
    ASSERT_TRUE(pump({&server, &client}, [&] { return client.count<PeerFrame>() == 1; }));
    EXPECT_EQ(client.heard(server.id), std::vector<std::string>{"welcome"});
}

TEST_F(Pair, DownAndUpAgainWhenTheDiallerComesBack) {
    go();
    client.say(server, "one");
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    client.transport.reset();
    ASSERT_TRUE(pump({&server}, [&] { return server.count<PeerDown>() == 1; }));
    client.events.clear();
    client.start();
    client.admit({&server});
    ASSERT_TRUE(pump({&server, &client}, [&] { return client.count<PeerUp>() == 1; }));
    client.say(server, "two");
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 2; }));
    EXPECT_EQ(server.count<PeerUp>(), 2u);
}

TEST_F(Pair, TwoNodesThatDialEachOtherAreOnePeerEach) {
    client.listen();
    server.start();
    client.start();
    server.dial(client);
    client.dial(server);
    // The endpoints are known only now: start again with links, on ports of their own.
    std::string at_server = server.transport->sync_endpoint();
    std::string at_client = client.transport->sync_endpoint();
    server.transport.reset();
    client.transport.reset();
    server.options.sync = at_server;
    client.options.sync = at_client;
    server.start();
    client.start();
    server.admit({&client});
    client.admit({&server});
    ASSERT_TRUE(pump({&server, &client},
                     [&] { return client.count<PeerUp>() == 1 && server.count<PeerUp>() == 1; }));
    for (int i = 0; i < 20; ++i) {
        client.say(server, "c" + std::to_string(i));
        server.say(client, "s" + std::to_string(i));
        auto n = static_cast<std::size_t>(i + 1);
        ASSERT_TRUE(pump({&server, &client}, [&] {
            return server.count<PeerFrame>() == n && client.count<PeerFrame>() == n;
        })) << i;
    }
    EXPECT_EQ(client.count<PeerUp>(), 1u);
    EXPECT_EQ(client.count<PeerDown>(), 0u);
}

TEST_F(Pair, Row23SilentPeerIsDownWithinTheTime) {
    server.options.silence_max = milliseconds(300);
    go();
    client.say(server, "hello");
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(pump(
        {&server}, [&] { return server.count<PeerDown>() == 1; }, milliseconds(5000)));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(200));
}

// libzmq gives such a connection up for good.
TEST_F(Pair, Row35ADiallerComesBackAfterAFrameOverTheLimit) {
    go();
    client.say(server, "hello");
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    server.say(client, std::string(message_bytes_max + 1, 'x'));
    ASSERT_TRUE(pump({&server, &client}, [&] { return client.count<PeerDown>() == 1; }));
    ASSERT_TRUE(pump({&server, &client}, [&] { return client.count<PeerUp>() == 2; }));
    client.say(server, "again");
    EXPECT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 2; }));
    EXPECT_EQ(client.count<PeerFrame>(), 0u);
}

// A node that was busy for long hears what was said meanwhile before it calls anybody silent.
TEST_F(Pair, Row23APeerThatSpokeWhileWeWereBusyIsNotSilent) {
    server.options.silence_max = milliseconds(300);
    go();
    client.say(server, "hello");
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    client.say(server, "still here");
    auto busy_until = std::chrono::steady_clock::now() + milliseconds(600);
    ASSERT_TRUE(pump({&client}, [&] { return std::chrono::steady_clock::now() > busy_until; }));
    ASSERT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 2; }));
    EXPECT_EQ(server.count<PeerDown>(), 0u);
}

TEST_F(Pair, Row30DeniedThenEnrolledJoins) {
    server.start();
    client.dial(server);
    client.start();
    client.admit({&server});
    ASSERT_TRUE(pump({&server, &client},
                     [&] { return client.transport->counters().handshakes_refused >= 2; }));
    EXPECT_EQ(client.count<PeerUp>(), 0u);
    server.admit({&client});
    ASSERT_TRUE(pump(
        {&server, &client}, [&] { return client.count<PeerUp>() == 1; }, std::chrono::seconds(60)));
}

TEST_F(Pair, Row31RevokedPeerIsCutWithinASecondAndOthersAreNot) {
    server.start();
    for (Host* host : {&client, &other}) {
        host->dial(server);
        host->start();
        host->admit({&server});
    }
    server.admit({&client, &other});
    ASSERT_TRUE(pump({&server, &client, &other},
                     [&] { return client.count<PeerUp>() + other.count<PeerUp>() == 2; }));
    client.say(server, "a");
    other.say(server, "b");
    ASSERT_TRUE(pump({&server, &client, &other}, [&] { return server.count<PeerFrame>() == 2; }));
    auto begin = std::chrono::steady_clock::now();
    server.transport->drop(client.id);
    server.admit({&other});
    client.say(server, "after the revocation");
    ASSERT_TRUE(pump(
        {&server, &client, &other}, [&] { return client.count<PeerDown>() == 1; },
        milliseconds(1000)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1000));
    server.say(client, "never");
    other.say(server, "still here");
    ASSERT_TRUE(pump({&server, &client, &other}, [&] { return server.count<PeerFrame>() == 3; }));
    EXPECT_EQ(server.heard(client.id).size(), 1u);
    EXPECT_EQ(client.count<PeerFrame>(), 0u);
    EXPECT_EQ(other.count<PeerDown>(), 0u);
}

// Two dealers with one routing id: what each says counts as its key's, never as the other's.
TEST_F(Pair, Row32RoutingIdTheftGivesNobodysIdentity) {
    server.start();
    server.admit({&client, &other});
    zmq::context_t context;
    auto dial = [&](const Host& host) {
        zmq::socket_t socket =
            make_client_socket(context, zmq::socket_type::dealer, {host.keys, server.keys.pk});
        socket.set(zmq::sockopt::routing_id, "node");
        socket.connect(server.transport->sync_endpoint());
        return socket;
    };
    Bytes head(10, 1);
    auto say = [&](zmq::socket_t& socket, const std::string& text) {
        return send_message(socket, {head, as_bytes(text)}) == Sent::yes;
    };
    zmq::socket_t honest = dial(client);
    ASSERT_TRUE(pump({&server}, [&] { return say(honest, "honest"); }));
    ASSERT_TRUE(pump({&server}, [&] { return server.count<PeerFrame>() >= 1; }));
    zmq::socket_t thief = dial(other);
    ASSERT_TRUE(pump(
                    {&server}, [&] { return say(thief, "stolen"); }, milliseconds(3000)) ||
                true);
    ASSERT_TRUE(pump({&server}, [&] { return say(honest, "honest"); }));
    std::size_t before = server.heard(client.id).size();
    ASSERT_TRUE(pump({&server}, [&] { return server.heard(client.id).size() > before - 1; }));
    for (const std::string& text : server.heard(client.id)) EXPECT_EQ(text, "honest");
    for (const std::string& text : server.heard(other.id)) EXPECT_EQ(text, "stolen");
    // And what is sent to the honest one reaches it, not the thief.
    server.say(client, "secret");
    ASSERT_TRUE(pump({&server}, [&] { return receive_message(honest).has_value(); }));
    EXPECT_FALSE(receive_message(thief).has_value());
}

TEST_F(Pair, Row34MembersAreServedBesideFourHundredSilentSockets) {
    server.start();
    server.admit({&client});
    std::vector<int> silent;
    for (int i = 0; i < 400; ++i)
        silent.push_back(raw_connection(server.transport->sync_endpoint()));
    client.dial(server);
    client.start();
    client.admit({&server});
    EXPECT_TRUE(pump({&server, &client}, [&] { return client.count<PeerUp>() == 1; }));
    client.say(server, "hello");
    EXPECT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    // The handshake time ends them all.
    std::size_t closed = 0;
    EXPECT_TRUE(pump({&server, &client}, [&] {
        for (int& fd : silent) {
            char byte[128];
            while (fd >= 0) {
                ssize_t n = ::recv(fd, byte, sizeof byte, MSG_DONTWAIT);
                if (n < 0 && errno == EAGAIN) break;
                if (n > 0) continue;  // Its greeting.
                ::close(fd);
                fd = -1;
            }
        }
        closed = static_cast<std::size_t>(std::count(silent.begin(), silent.end(), -1));
        return closed == silent.size();
    }));
    for (int fd : silent)
        if (fd >= 0) ::close(fd);
}

// A message of parts without end would fill libzmq's memory before we see any of it: the member is
// cut while it is still under way.
TEST_F(Pair, Row35EndlessPartsAreCut) {
    server.start();
    server.admit({&client});
    zmq::context_t context;
    zmq::socket_t member =
        make_client_socket(context, zmq::socket_type::dealer, {client.keys, server.keys.pk});
    member.set(zmq::sockopt::sndtimeo, 5000);
    member.connect(server.transport->sync_endpoint());
    Bytes part(393216 - 1000);
    for (int i = 0; i < 500; ++i)
        ASSERT_GE(zmq_send(member.handle(), part.data(), part.size(), ZMQ_SNDMORE), 0);
    ASSERT_GE(zmq_send(member.handle(), part.data(), part.size(), 0), 0);
    EXPECT_TRUE(pump({&server}, [&] { return server.transport->counters().cut_connections > 0; }));
    EXPECT_EQ(server.transport->counters().refused_frames, 0u);  // It never came to an end.
    EXPECT_EQ(server.count<PeerFrame>(), 0u);
}

TEST_F(Pair, Row35TooManyPartsAndWrongFormsAreDroppedAndCut) {
    server.start();
    server.admit({&client});
    zmq::context_t context;
    std::vector<std::vector<Bytes>> forms = {{Bytes(10)},
                                             {Bytes(9), Bytes(1)},
                                             {Bytes(11), Bytes(1)},
                                             {Bytes(), Bytes()},
                                             {Bytes(10), Bytes(1), Bytes(1)},
                                             std::vector<Bytes>(200, Bytes(10))};
    std::uint64_t refused = 0;
    for (const auto& parts : forms) {
        zmq::socket_t member =
            make_client_socket(context, zmq::socket_type::dealer, {client.keys, server.keys.pk});
        member.set(zmq::sockopt::sndtimeo, 5000);
        member.connect(server.transport->sync_endpoint());
        for (std::size_t i = 0; i < parts.size(); ++i)
            ASSERT_GE(zmq_send(member.handle(), parts[i].data(), parts[i].size(),
                               i + 1 < parts.size() ? ZMQ_SNDMORE : 0),
                      0);
        ASSERT_TRUE(pump({&server}, [&] {
            return server.transport->counters().refused_frames > refused;
        })) << parts.size();
        refused = server.transport->counters().refused_frames;
    }
    EXPECT_EQ(server.count<PeerFrame>(), 0u);
}

class Live : public Pair {
   protected:
    Live() { with_live = true; }
    Bytes topic() const { return std::move(ByteWriter{}.u8(1).raw(audience_id(1).view())).take(); }
    void publish(std::size_t size) {
        server.transport->publish({audience_id(1), topic(), Bytes(size)});
    }
    void join() {
        // The first entries go nowhere until the subscription is there.
        ASSERT_TRUE(pump({&server, &client}, [&] {
            publish(7);
            return client.count<LiveFrame>() > 0;
        }));
    }
};

TEST_F(Live, MembersOfTheAudienceHearThePublisher) {
    go();
    join();
    for (const Event& event : client.events)
        if (const auto* frame = std::get_if<LiveFrame>(&event)) {
            EXPECT_EQ(frame->publisher, server.id);
            EXPECT_EQ(frame->topic, topic());
            EXPECT_EQ(frame->entry.size(), 7u);
        }
}

// PUB drops without a word while nobody is there yet: only sync can know.
TEST_F(Live, Row22SlowJoinerMissesWhatWasPublishedBefore) {
    server.start();
    server.admit({&client});
    for (int i = 0; i < 50; ++i) publish(99);
    client.dial(server);
    client.start();
    client.admit({&server});
    join();
    for (const Event& event : client.events)
        if (const auto* frame = std::get_if<LiveFrame>(&event)) {
            EXPECT_EQ(frame->entry.size(), 7u);
        }
}

// A subscriber that doesn't read loses most of it, silently; the publisher never waits, and a frame
// that comes later still arrives.
TEST_F(Live, Row21SlowSubscriberLosesAndThePublisherGoesOn) {
    go();
    join();
    client.events.clear();
    std::size_t sent = 20000;
    for (std::size_t i = 0; i < sent; ++i) publish(4000);
    std::size_t got = 0;
    ASSERT_TRUE(pump({&server, &client}, [&] {
        publish(8);
        got = 0;
        bool last = false;
        for (const Event& event : client.events)
            if (const auto* frame = std::get_if<LiveFrame>(&event)) {
                got += frame->entry.size() == 4000 ? 1 : 0;
                last = last || frame->entry.size() == 8;
            }
        return last;
    }));
    EXPECT_LT(got, sent);
    EXPECT_EQ(client.transport->counters().dropped_live, 0u);  // libzmq said nothing of it.
}

TEST_F(Live, Row31RevokedSubscriberHearsNothingMore) {
    go();
    join();
    server.admit({&other});
    client.events.clear();
    ASSERT_TRUE(
        pump({&server, &client}, [&] { return !server.transport->live_endpoint().empty(); }));
    bool heard = pump(
        {&server, &client},
        [&] {
            publish(9);
            for (const Event& event : client.events)
                if (const auto* frame = std::get_if<LiveFrame>(&event))
                    if (frame->entry.size() == 9) return true;
            return false;
        },
        milliseconds(2000));
    EXPECT_FALSE(heard);
}

TEST_F(Live, Row35EndlessSubscriptionsAreCut) {
    server.start();
    server.admit({&client});
    zmq::context_t context;
    zmq::socket_t member =
        make_client_socket(context, zmq::socket_type::sub, {client.keys, server.keys.pk});
    ASSERT_TRUE(pump({&server}, [&] { return !server.transport->live_endpoint().empty(); }));
    member.connect(server.transport->live_endpoint());
    int n = 0;
    EXPECT_TRUE(pump({&server}, [&] {
        for (int i = 0; i < 100; ++i)
            member.set(zmq::sockopt::subscribe, "topic " + std::to_string(n++));
        (void)receive_message(member);  // Makes libzmq send them.
        return server.transport->counters().cut_connections > 0;
    }));
    EXPECT_LT(n, 1000000);
}

class Control : public Pair {
   protected:
    void SetUp() override {
        SystemRng rng;
        officer = make_transport_key_pair(rng);
        stranger = make_transport_key_pair(rng);
        path = "/tmp/rilon-test-" + std::to_string(::getpid()) + ".sock";
        server.options.control = "ipc://" + path;
        server.control = {officer.pk};
        server.start();
        server.admit({});
    }
    TransportKeyPair officer;
    TransportKeyPair stranger;
    std::string path;
};

TEST_F(Control, OfficersAskAndAreAnsweredStrangersAreNot) {
    std::thread asks([&] {
        auto client_end = ControlClient::dial("ipc://" + path, server.keys.pk, officer);
        ASSERT_TRUE(client_end.ok());
        for (int i = 0; i < 3; ++i) {
            auto answer = (*client_end)->ask(as_bytes("ask"), std::chrono::seconds(10));
            ASSERT_TRUE(answer.ok()) << answer.error().detail;
            EXPECT_EQ(as_text(*answer), "answer");
        }
        auto refused = ControlClient::dial("ipc://" + path, server.keys.pk, stranger);
        EXPECT_EQ((*refused)->ask(as_bytes("ask"), std::chrono::seconds(10)).code(),
                  Errc::not_permitted);
        auto wrong_server = ControlClient::dial("ipc://" + path, stranger.pk, officer);
        EXPECT_FALSE((*wrong_server)->ask(as_bytes("ask"), milliseconds(300)).ok());
    });
    std::size_t answered = 0;
    EXPECT_TRUE(pump({&server}, [&] {
        std::vector<Event> events = std::move(server.events);
        server.events.clear();
        bool gone = false;
        for (const Event& event : events) {
            if (const auto* frame = std::get_if<ClientFrame>(&event)) {
                EXPECT_EQ(frame->key, officer.pk);
                server.transport->answer({frame->client, to_bytes(as_bytes("answer"))});
                ++answered;
            }
            gone = gone || std::holds_alternative<ClientGone>(event);
        }
        return gone && answered == 3;
    }));
    asks.join();
}

TEST_F(Control, ABoundSocketIsOpenToTheGroupOnly) {
    EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::all,
              std::filesystem::perms(0660));
}

TEST_F(Control, AnEndpointThatIsTakenIsRefusedWithAReason) {
    Host second(9);
    second.options.sync = "tcp://127.0.0.1:*";
    second.start();
    Host third(10);
    third.options.sync = second.transport->sync_endpoint();
    auto refused = ZmqTransport::start(third.own, third.options);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().detail.find("[listen]"), std::string::npos);
}

// Bytes of chance, and a good greeting with rubbish behind it, on every bound socket.
TEST_F(Live, Row44HostileBytesOnEverySocket) {
    server.options.control = "tcp://127.0.0.1:*";
    go();
    std::string greeting("\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE", 17);
    greeting.resize(64, '\0');
    std::vector<std::string> endpoints = {server.transport->sync_endpoint(),
                                          server.transport->live_endpoint(),
                                          server.transport->control_endpoint()};
    SystemRng rng;
    for (const std::string& endpoint : endpoints) {
        for (int i = 0; i < 40; ++i) {
            std::string bytes = i % 2 == 0 ? greeting : "";
            Bytes noise(static_cast<std::size_t>(i) * 29 + 1);
            rng.fill(noise);
            bytes += as_text(noise);
            int fd = raw_connection(endpoint);
            ASSERT_GE(fd, 0);
            (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            ::close(fd);
        }
    }
    client.say(server, "still there");
    EXPECT_TRUE(pump({&server, &client}, [&] { return server.count<PeerFrame>() == 1; }));
    EXPECT_EQ(server.count<ClientFrame>(), 0u);
}

TEST(OutboundQueue, UrgentFirstAndTheLeastUrgentIsDropped) {
    OutboundQueue queue;
    auto frame = [](Precedence p, std::size_t size) { return SendFrame{{}, p, {}, Bytes(size)}; };
    EXPECT_EQ(queue.push(frame(Precedence::routine, 1)), 0u);
    EXPECT_EQ(queue.push(frame(Precedence::flash, 2)), 0u);
    EXPECT_EQ(queue.front()->payload.size(), 2u);
    EXPECT_EQ(queue.push(frame(Precedence::flash, OutboundQueue::bytes_max - 2)), 1u);
    queue.pop();
    EXPECT_EQ(queue.front()->payload.size(), OutboundQueue::bytes_max - 2);
    queue.pop();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0u);
}

}  // namespace
}  // namespace rilon
