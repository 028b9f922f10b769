#include <sys/resource.h>

#include "node/zmq_peers.h"
#include "node/zmq_socket.h"
#include "tests/unit/node/transport_support.h"

namespace rilon {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t peers_of_a_hub = 500;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Hundreds of nodes that dial one hub, each with the socket that a node's link has.
class Crowd {
   public:
    Crowd(Host& hub, std::size_t size) : hub_(hub) {
        SystemRng rng;
        for (std::size_t i = 0; i < size; ++i) {
            Host& one = *hosts_.emplace_back(std::make_unique<Host>(Byte{0}));
            one.id = rng.bytes<NodeId>();
        }
    }
    void admit(const Host& also, const Host& and_also) {
        AdmitPeers peers;
        for (const auto& one : hosts_) peers.sync[one->keys.pk] = one->id;
        for (const Host* one : {&also, &and_also}) peers.sync[one->keys.pk] = one->id;
        hub_.transport->admit(peers);
    }
    void dial(const std::string& endpoint) {
        for (const auto& one : hosts_) {
            sockets_.push_back(
                make_client_socket(context_, zmq::socket_type::dealer, {one->keys, hub_.keys.pk}));
            sockets_.back().connect(endpoint);
        }
    }
    // Each says something as soon as it is connected again, and then once a second: the first
    // words may go down with a connection that is not accepted after all.
    void greet() {
        if (Clock::now() - last_ >= std::chrono::seconds(1)) {
            greeted_.assign(sockets_.size(), false);
            last_ = Clock::now();
        }
        for (std::size_t i = 0; i < sockets_.size(); ++i)
            if (!greeted_[i]) greeted_[i] = send_message(sockets_[i], {head_, words_}) == Sent::yes;
    }

   private:
    Host& hub_;
    zmq::context_t context_{1, 1500};
    std::vector<std::unique_ptr<Host>> hosts_;
    std::vector<zmq::socket_t> sockets_;
    std::vector<bool> greeted_;
    Clock::time_point last_{};
    const Bytes head_ = Bytes(sync_head_bytes, 1);
    const Bytes words_ = to_bytes(as_bytes("hello"));
};

class Storm : public testing::Test {
   protected:
    void SetUp() override {
        rlimit files{};
        ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
        files.rlim_cur = files.rlim_max;
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
        if (files.rlim_cur < 4 * peers_of_a_hub) GTEST_SKIP() << "too few descriptors allowed";
        hub.listen();
        hub.start();
        hub.options.sync = hub.transport->sync_endpoint();
        author.dial(hub);
        reader.dial(hub);
        author.start();
        reader.start();
        author.admit({&hub});
        reader.admit({&hub});
    }
    // The hub as its core would be: what the author says urgently goes on to the reader.
    bool run_until(Crowd& crowd, const std::function<bool()>& done) {
        std::size_t passed_on = 0;
        return pump(
            {&hub, &author, &reader},
            [&] {
                crowd.greet();
                auto heard = hub.heard(author.id);
                for (; passed_on < heard.size(); ++passed_on)
                    hub.say(reader, heard[passed_on], Precedence::flash);
                return done();
            },
            std::chrono::minutes(1));
    }

    Host hub{1};
    Host author{2};
    Host reader{3};
};

TEST_F(Storm, Row24AHubIsRestartedUnderFiveHundredPeers) {
    constexpr double urgent_seconds_max = 5;
    constexpr double back_seconds_max = 20;
    Crowd crowd(hub, peers_of_a_hub);
    crowd.admit(author, reader);
    crowd.dial(hub.options.sync);
    ASSERT_TRUE(run_until(crowd, [&] {
        author.say(hub, "up");
        reader.say(hub, "up");
        return hub.count<PeerUp>() == peers_of_a_hub + 2;
    }));
    hub.transport.reset();
    ASSERT_TRUE(pump({&author, &reader}, [&] {
        return author.count<PeerDown>() == 1 && reader.count<PeerDown>() == 1;
    }));
    for (Host* host : {&hub, &author, &reader}) host->events.clear();

    const auto begin = Clock::now();
    hub.start();
    crowd.admit(author, reader);
    double urgent = 0;
    bool said = false, ready = false;
    ASSERT_TRUE(run_until(crowd, [&] {
        if (reader.count<PeerUp>() == 1 && !ready) reader.say(hub, "up"), ready = true;
        if (author.count<PeerUp>() == 1 && !said && ready)
            author.say(hub, "urgent", Precedence::flash), said = true;
        if (urgent == 0 && !reader.heard(hub.id).empty()) urgent = seconds_since(begin);
        return urgent > 0 && hub.count<PeerUp>() == peers_of_a_hub + 2;
    }));
    const double back = seconds_since(begin);
    EXPECT_EQ(reader.heard(hub.id).back(), "urgent");
    EXPECT_LT(urgent, urgent_seconds_max);
    EXPECT_LT(back, back_seconds_max);
    std::printf("%zu peers back after %.1f s; an urgent frame at its reader after %.1f s\n",
                peers_of_a_hub + 2, back, urgent);
}

}  // namespace
}  // namespace rilon
