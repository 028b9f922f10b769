#include "tools/benchmark/raw_fanout.h"

#include <zmq.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace rilon::bench {
namespace {

constexpr int high_water_mark = 1000;  // Messages; as the product's sockets have it.

void must(bool done, const char* what) {
    if (done) return;
    std::fprintf(stderr, "rilon-bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
    std::exit(EXIT_FAILURE);
}

struct CurvePair {
    CurveKey pk{};
    CurveKey sk{};
};

CurvePair make_pair() {
    std::array<char, 41> pk{}, sk{};
    must(zmq_curve_keypair(pk.data(), sk.data()) == 0, "making keys");
    CurvePair out;
    must(zmq_z85_decode(out.pk.data(), pk.data()) != nullptr &&
             zmq_z85_decode(out.sk.data(), sk.data()) != nullptr,
         "making keys");
    return out;
}

void set(void* socket, int option, const void* value, std::size_t size) {
    must(zmq_setsockopt(socket, option, value, size) == 0, "setting an option");
}

void* make_socket(void* context, int type, const CurvePair& own) {
    void* socket = zmq_socket(context, type);
    must(socket != nullptr, "making a socket");
    const int none = 0;
    set(socket, ZMQ_LINGER, &none, sizeof none);
    set(socket, ZMQ_SNDHWM, &high_water_mark, sizeof high_water_mark);
    set(socket, ZMQ_RCVHWM, &high_water_mark, sizeof high_water_mark);
    set(socket, ZMQ_CURVE_SECRETKEY, own.sk.data(), own.sk.size());
    return socket;
}

}  // namespace

struct FanOutSubscribers::State {
    struct One {
        void* socket = nullptr;
        std::size_t messages = 0;
    };
    void* context = zmq_ctx_new();
    std::vector<One> all;
    std::vector<CurvePair> pairs;
    std::vector<CurveKey> keys;

    // True if something was there.
    bool drain(One& one) {
        bool any = false;
        std::array<char, 8192> part{};
        while (zmq_recv(one.socket, part.data(), part.size(), ZMQ_DONTWAIT) >= 0) {
            int more = 0;
            std::size_t size = sizeof more;
            must(zmq_getsockopt(one.socket, ZMQ_RCVMORE, &more, &size) == 0, "receiving");
            if (more == 0) ++one.messages;
            any = true;
        }
        return any;
    }
    bool wait(long ms) {
        std::vector<zmq_pollitem_t> items;
        for (const One& one : all) items.push_back({one.socket, 0, ZMQ_POLLIN, 0});
        return zmq_poll(items.data(), static_cast<int>(items.size()), ms) > 0;
    }
};

FanOutSubscribers::FanOutSubscribers(std::size_t count) : state_(new State) {
    for (std::size_t i = 0; i < count; ++i) {
        state_->pairs.push_back(make_pair());
        state_->keys.push_back(state_->pairs.back().pk);
    }
}

FanOutSubscribers::~FanOutSubscribers() {
    for (auto& one : state_->all) zmq_close(one.socket);
    zmq_ctx_term(state_->context);
}

const std::vector<CurveKey>& FanOutSubscribers::keys() const {
    return state_->keys;
}

void FanOutSubscribers::connect(const std::string& endpoint, const CurveKey& server) {
    for (const CurvePair& own : state_->pairs) {
        void* socket = make_socket(state_->context, ZMQ_SUB, own);
        set(socket, ZMQ_CURVE_PUBLICKEY, own.pk.data(), own.pk.size());
        set(socket, ZMQ_CURVE_SERVERKEY, server.data(), server.size());
        set(socket, ZMQ_SUBSCRIBE, "", 0);
        must(zmq_connect(socket, endpoint.c_str()) == 0, "connecting");
        state_->all.push_back({socket, 0});
    }
}

std::size_t FanOutSubscribers::heard() {
    std::size_t out = 0;
    for (auto& one : state_->all) {
        state_->drain(one);
        if (one.messages > 0) ++out;
    }
    return out;
}

void FanOutSubscribers::receive(std::size_t each) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (auto& one : state_->all) one.messages = 0;
    for (std::size_t complete = 0; complete < state_->all.size();) {
        complete = 0;
        bool any = false;
        for (auto& one : state_->all) {
            if (one.messages < each) any = state_->drain(one) || any;
            if (one.messages == each) ++complete;
            if (one.messages <= each) continue;
            std::fprintf(stderr, "rilon-bench: a subscriber got more than was published\n");
            std::exit(EXIT_FAILURE);
        }
        if (!any && complete < state_->all.size()) (void)state_->wait(100);
        if (std::chrono::steady_clock::now() < deadline) continue;
        std::fprintf(stderr, "rilon-bench: a subscriber missed messages\n");
        std::exit(EXIT_FAILURE);
    }
}

struct RawPublisher::State {
    void* context = zmq_ctx_new();
    CurvePair own = make_pair();
    void* socket = nullptr;
    std::string endpoint;
};

RawPublisher::RawPublisher() : state_(new State) {
    State& s = *state_;
    s.socket = make_socket(s.context, ZMQ_PUB, s.own);
    const int yes = 1;
    set(s.socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    must(zmq_bind(s.socket, "tcp://127.0.0.1:*") == 0, "binding");
    std::array<char, 128> endpoint{};
    std::size_t size = endpoint.size();
    must(zmq_getsockopt(s.socket, ZMQ_LAST_ENDPOINT, endpoint.data(), &size) == 0, "binding");
    s.endpoint = endpoint.data();
}

RawPublisher::~RawPublisher() {
    zmq_close(state_->socket);
    zmq_ctx_term(state_->context);
}

const std::string& RawPublisher::endpoint() const {
    return state_->endpoint;
}
const CurveKey& RawPublisher::key() const {
    return state_->own.pk;
}

void RawPublisher::publish(std::size_t topic_bytes, std::size_t entry_bytes) {
    const std::vector<char> topic(topic_bytes, 't'), entry(entry_bytes, 'e');
    must(zmq_send(state_->socket, topic.data(), topic.size(), ZMQ_SNDMORE) >= 0 &&
             zmq_send(state_->socket, entry.data(), entry.size(), ZMQ_DONTWAIT) >= 0,
         "publishing");
}

}  // namespace rilon::bench
