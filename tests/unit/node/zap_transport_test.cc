// Access control of the sockets themselves: what libzmq does without our settings, and with them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "node/self_probe.h"
#include "node/system.h"
#include "node/zap.h"
#include "node/zmq_listener.h"

namespace rilon {
namespace {

using std::chrono::milliseconds;

constexpr const char* domain = "sync";

class Zap : public testing::Test {
   protected:
    void SetUp() override {
        own = make_transport_key_pair(rng);
        member = make_transport_key_pair(rng);
    }
    std::unique_ptr<ZmqListener> listen() {
        auto listener =
            std::make_unique<ZmqListener>(context, CurveServer{own, domain}, ListenerLimits{});
        listener->bind("tcp://127.0.0.1:*");
        listener->allow({member.pk});
        return listener;
    }
    // CURVE as libzmq's guide shows it, without our defences.
    zmq::socket_t naive_server() {
        zmq::socket_t socket(context, zmq::socket_type::router);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::curve_server, true);
        socket.set(zmq::sockopt::curve_secretkey, std::string(as_text(own.sk.expose())));
        socket.bind("tcp://127.0.0.1:*");
        return socket;
    }
    zmq::socket_t dial(const TransportKeyPair& keys, const std::string& endpoint) {
        zmq::socket_t socket =
            make_client_socket(clients, zmq::socket_type::dealer, {keys, own.pk});
        socket.connect(endpoint);
        return socket;
    }
    ProbeVerdict probe(const std::string& endpoint, milliseconds wait = milliseconds(5000)) {
        return probe_endpoint(clients, {endpoint, own.pk, zmq::socket_type::dealer}, wait);
    }
    // Frames that the listener lets through until `wait` is over or there is one.
    std::size_t frames(ZmqListener& listener, zmq::socket_t& client, milliseconds wait) {
        auto end = std::chrono::steady_clock::now() + wait;
        Bytes head(10);
        while (std::chrono::steady_clock::now() < end) {
            (void)send_message(client, {head, head});
            zmq::pollitem_t item{listener.socket().handle(), 0, ZMQ_POLLIN, 0};
            zmq::poll(&item, 1, milliseconds(5));
            (void)listener.take_gone();
            if (listener.receive()) return 1;
        }
        return 0;
    }

    SystemRng rng;
    zmq::context_t context;
    zmq::context_t clients;
    TransportKeyPair own;
    TransportKeyPair member;
};

TEST_F(Zap, Row28WithoutAHandlerCurveAdmitsAnyKey) {
    zmq::socket_t naive = naive_server();
    EXPECT_EQ(probe(naive.get(zmq::sockopt::last_endpoint)), ProbeVerdict::admitted);
}

TEST_F(Zap, Row28UnenrolledKeyGetsNoFrameThroughInAHundredAttempts) {
    ZapHandler zap(context);
    zap.replace({{domain, {member.pk}}});
    auto listener = listen();
    std::vector<TransportKeyPair> keys;
    std::vector<zmq::socket_t> strangers;
    for (int i = 0; i < 100; ++i) {
        keys.push_back(make_transport_key_pair(rng));
        strangers.push_back(dial(keys.back(), listener->bound()));
    }
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Bytes head(10);
    std::size_t through = 0;
    while (zap.refused() < 100 && std::chrono::steady_clock::now() < end) {
        for (zmq::socket_t& stranger : strangers) (void)send_message(stranger, {head, head});
        zmq::pollitem_t item{listener->socket().handle(), 0, ZMQ_POLLIN, 0};
        zmq::poll(&item, 1, milliseconds(5));
        (void)listener->take_gone();
        through += listener->receive() ? 1 : 0;
    }
    EXPECT_GE(zap.refused(), 100u);
    EXPECT_EQ(zap.admitted(), 0u);
    EXPECT_EQ(through, 0u);
    zmq::socket_t good = dial(member, listener->bound());
    EXPECT_EQ(frames(*listener, good, milliseconds(10000)), 1u);
}

TEST_F(Zap, Row28TheKeyOfAnotherDomainIsRefused) {
    ZapHandler zap(context);
    zap.replace({{"control", {member.pk}}});
    auto listener = listen();
    zmq::socket_t client = dial(member, listener->bound());
    EXPECT_EQ(frames(*listener, client, milliseconds(500)), 0u);
    EXPECT_GE(zap.refused(), 1u);
}

TEST_F(Zap, Row29ZapHandlerDeadFailsClosed) {
    ZapHandler zap(context);
    zap.replace({{domain, {member.pk}}});
    auto listener = listen();
    EXPECT_EQ(probe(listener->bound()), ProbeVerdict::refused);
    zap.stop();
    EXPECT_NE(probe(listener->bound(), milliseconds(1000)), ProbeVerdict::admitted);
    zmq::socket_t client = dial(member, listener->bound());
    EXPECT_EQ(frames(*listener, client, milliseconds(500)), 0u);
}

TEST_F(Zap, Row29ZapHandlerAbsentFailsClosed) {
    auto listener = listen();
    EXPECT_NE(probe(listener->bound(), milliseconds(1000)), ProbeVerdict::admitted);
    zmq::socket_t client = dial(member, listener->bound());
    EXPECT_EQ(frames(*listener, client, milliseconds(500)), 0u);
}

// Bound, but it never answers.
TEST_F(Zap, Row29ZapHandlerHungFailsClosed) {
    zmq::socket_t hung(context, zmq::socket_type::rep);
    hung.set(zmq::sockopt::linger, 0);
    hung.bind("inproc://zeromq.zap.01");
    auto listener = listen();
    EXPECT_EQ(probe(listener->bound(), milliseconds(1000)), ProbeVerdict::no_answer);
    zmq::socket_t client = dial(member, listener->bound());
    EXPECT_EQ(frames(*listener, client, milliseconds(500)), 0u);
}

TEST_F(Zap, SelfProbeReportsAnOpenDoorAndGoesOnProbing) {
    zmq::socket_t naive = naive_server();
    std::mutex mutex;
    std::condition_variable changed;
    int admitted = 0;
    SelfProbe self(
        context,
        [&](const ProbeTarget&, ProbeVerdict verdict) {
            std::lock_guard lock(mutex);
            admitted += verdict == ProbeVerdict::admitted ? 1 : 0;
            changed.notify_all();
        },
        milliseconds(50));
    self.watch({{naive.get(zmq::sockopt::last_endpoint), own.pk, zmq::socket_type::dealer}});
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return admitted >= 2; }));
}

int connect_raw(const std::string& endpoint) {
    int port = std::atoi(endpoint.substr(endpoint.rfind(':') + 1).c_str());
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
}

// A greeting for CURVE, then the header of a frame of 900 MiB. Is the connection still there after
// `wait`?
bool survives_huge_header(const std::string& endpoint, milliseconds wait) {
    int fd = connect_raw(endpoint);
    std::string bytes("\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE", 17);
    bytes.resize(64, '\0');
    bytes += std::string("\x06\0\0\0\0\x38\x40\0\0", 9);
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    auto end = std::chrono::steady_clock::now() + wait;
    bool open = true;
    while (open && std::chrono::steady_clock::now() < end) {
        timeval pause{0, 10000};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
        char buffer[256];
        ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
        open = n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    }
    ::close(fd);
    return open;
}

TEST_F(Zap, Row33MemoryBeforeAuthenticationIsBounded) {
    zmq::socket_t naive = naive_server();
    EXPECT_TRUE(survives_huge_header(naive.get(zmq::sockopt::last_endpoint), milliseconds(500)))
        << "libzmq as it comes would have waited for 900 MiB";
    ZapHandler zap(context);
    zap.replace({{domain, {member.pk}}});
    auto listener = listen();
    EXPECT_FALSE(survives_huge_header(listener->bound(), milliseconds(2000)));
    zmq::socket_t good = dial(member, listener->bound());
    EXPECT_EQ(frames(*listener, good, milliseconds(10000)), 1u);
}

int listen_raw() {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd, 1), 0);
    return fd;
}

// What the next accept says: EAGAIN when it still listens.
int errno_of_accept(int fd) {
    return ::accept(fd, nullptr, nullptr) < 0 ? errno : 0;
}

// The descriptor of the one connection that was accepted at this endpoint; -1: none.
int accepted_at(const std::string& endpoint) {
    const int port = std::atoi(endpoint.substr(endpoint.rfind(':') + 1).c_str());
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in6 own{};  // The port stands where that of IPv4 does.
        sockaddr_in6 other{};
        socklen_t own_size = sizeof own;
        socklen_t other_size = sizeof other;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
            ::getpeername(fd, reinterpret_cast<sockaddr*>(&other), &other_size) == 0 &&
            (own.sin6_family == AF_INET || own.sin6_family == AF_INET6) &&
            ntohs(own.sin6_port) == port)
            return fd;
    }
    return -1;
}

// A peer that is refused leaves; before we read what it said, its descriptor is that of a socket
// which listens. libzmq ends the process when accept says EINVAL.
TEST_F(Zap, Row04ADescriptorThatWasTakenAnewIsNotCut) {
    int victim = listen_raw();
    EXPECT_EQ(errno_of_accept(victim), EAGAIN);
    ::shutdown(victim, SHUT_RDWR);
    EXPECT_EQ(errno_of_accept(victim), EINVAL) << "the danger";
    ::close(victim);

    ZapHandler zap(context);
    zap.replace({{domain, {member.pk}}});
    auto listener = listen();
    listener->allow({});
    zmq::socket_t client = dial(member, listener->bound());
    client.set(zmq::sockopt::sndtimeo, 10000);
    ASSERT_EQ(zmq_send(client.handle(), "x", 1, 0), 1);
    zmq::pollitem_t item{listener->socket().handle(), 0, ZMQ_POLLIN, 0};
    ASSERT_EQ(zmq::poll(&item, 1, milliseconds(10000)), 1);
    const int fd = accepted_at(listener->bound());
    ASSERT_GE(fd, 0);
    client.close();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (accepted_at(listener->bound()) >= 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    ASSERT_EQ(accepted_at(listener->bound()), -1) << "libzmq's still: not to be taken";
    victim = listen_raw();
    if (victim != fd) {
        ASSERT_EQ(::dup2(victim, fd), fd);
        ::close(victim);
    }
    EXPECT_FALSE(listener->receive());
    EXPECT_EQ(listener->refused(), 1u);
    EXPECT_EQ(errno_of_accept(fd), EAGAIN);
    ::close(fd);
}

TEST_F(Zap, EverySettingIsInForce) {
    auto listener = listen();
    zmq::socket_t& s = listener->socket();
    EXPECT_EQ(s.get(zmq::sockopt::maxmsgsize), 393216);
    EXPECT_EQ(s.get(zmq::sockopt::handshake_ivl), 3000);
    EXPECT_EQ(s.get(zmq::sockopt::backlog), 64);
    EXPECT_EQ(s.get(zmq::sockopt::sndhwm), 1000);
    EXPECT_EQ(s.get(zmq::sockopt::rcvhwm), 1000);
    EXPECT_EQ(s.get(zmq::sockopt::linger), 0);
    EXPECT_EQ(s.get(zmq::sockopt::sndtimeo), 0);
    EXPECT_EQ(s.get(zmq::sockopt::immediate), 1);
    EXPECT_EQ(s.get(zmq::sockopt::ipv6), 1);
    EXPECT_EQ(s.get(zmq::sockopt::tcp_keepalive), 1);
    EXPECT_EQ(s.get(zmq::sockopt::tcp_keepalive_idle), 30);
    EXPECT_EQ(s.get(zmq::sockopt::tcp_keepalive_intvl), 10);
    EXPECT_EQ(s.get(zmq::sockopt::tcp_keepalive_cnt), 3);
    EXPECT_EQ(s.get(zmq::sockopt::heartbeat_ivl), 0);
    EXPECT_EQ(s.get(zmq::sockopt::zap_domain), domain);
    int enforced = 0;
    std::size_t size = sizeof enforced;
    EXPECT_EQ(zmq_getsockopt(s.handle(), 93, &enforced, &size), 0);
    EXPECT_EQ(enforced, 1);
    EXPECT_GE(s.get(zmq::sockopt::reconnect_ivl), 500);
    EXPECT_LE(s.get(zmq::sockopt::reconnect_ivl), 1500);
    EXPECT_EQ(s.get(zmq::sockopt::reconnect_ivl_max), 30000);
}

}  // namespace
}  // namespace rilon
