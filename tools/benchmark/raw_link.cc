#include "tools/benchmark/raw_link.h"

#include <zmq.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace rilon::bench {
namespace {

void must(bool done, const char* what) {
    if (done) return;
    std::fprintf(stderr, "rilon-bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
    std::exit(EXIT_FAILURE);
}

constexpr std::size_t z85_bytes = 41;

}  // namespace

struct RawLink::State {
    std::function<void()> serve;
    void* context = zmq_ctx_new();
    void* server = nullptr;
    void* client = nullptr;
    std::thread thread;

    void answer_all();
};

// Until an empty message.
void RawLink::State::answer_all() {
    std::vector<char> buffer(1 << 20);
    for (;;) {
        std::array<char, 256> who{};
        int id = zmq_recv(server, who.data(), who.size(), 0);
        int size = zmq_recv(server, buffer.data(), buffer.size(), 0);
        must(id > 0 && size >= 0, "receiving");
        if (size > 0) serve();
        must(zmq_send(server, who.data(), static_cast<std::size_t>(id), ZMQ_SNDMORE) >= 0 &&
                 zmq_send(server, "ok", 2, 0) >= 0,
             "answering");
        if (size == 0) return;
    }
}

RawLink::RawLink(std::function<void()> serve) : state_(new State) {
    State& s = *state_;
    s.serve = std::move(serve);
    std::array<char, z85_bytes> server_pk{}, server_sk{}, client_pk{}, client_sk{};
    must(zmq_curve_keypair(server_pk.data(), server_sk.data()) == 0 &&
             zmq_curve_keypair(client_pk.data(), client_sk.data()) == 0,
         "making keys");
    s.server = zmq_socket(s.context, ZMQ_ROUTER);
    s.client = zmq_socket(s.context, ZMQ_DEALER);
    const int yes = 1;
    const int none = 0;
    zmq_setsockopt(s.server, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    zmq_setsockopt(s.server, ZMQ_CURVE_SECRETKEY, server_sk.data(), z85_bytes);
    zmq_setsockopt(s.client, ZMQ_CURVE_SERVERKEY, server_pk.data(), z85_bytes);
    zmq_setsockopt(s.client, ZMQ_CURVE_PUBLICKEY, client_pk.data(), z85_bytes);
    zmq_setsockopt(s.client, ZMQ_CURVE_SECRETKEY, client_sk.data(), z85_bytes);
    zmq_setsockopt(s.client, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(s.server, ZMQ_LINGER, &none, sizeof none);
    must(zmq_bind(s.server, "tcp://127.0.0.1:*") == 0, "binding");
    std::array<char, 128> endpoint{};
    std::size_t size = endpoint.size();
    zmq_getsockopt(s.server, ZMQ_LAST_ENDPOINT, endpoint.data(), &size);
    must(zmq_connect(s.client, endpoint.data()) == 0, "connecting");
    s.thread = std::thread([&s] { s.answer_all(); });
}

RawLink::~RawLink() {
    round(0);
    state_->thread.join();
    zmq_close(state_->client);
    zmq_close(state_->server);
    zmq_ctx_term(state_->context);
}

void RawLink::round(std::size_t bytes) {
    std::vector<char> message(bytes, 'x');
    std::array<char, 8> answer{};
    must(zmq_send(state_->client, message.data(), message.size(), 0) >= 0 &&
             zmq_recv(state_->client, answer.data(), answer.size(), 0) >= 0,
         "a round");
}

}  // namespace rilon::bench
