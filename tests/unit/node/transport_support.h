// Hosts on loopback for tests of the transport: each has keys and a ZmqTransport. No sleeps: pump()
// polls every host until a condition holds or the deadline is over.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "node/system.h"
#include "node/zmq_transport.h"

namespace rilon {

inline NodeId node_id(Byte n) {
    NodeId id;
    id.data()[0] = n;
    return id;
}
inline AudienceId audience_id(Byte n) {
    AudienceId id;
    id.data()[0] = n;
    return id;
}

struct Host {
    explicit Host(Byte number) : id(node_id(number)) {
        SystemRng rng;
        own.transport = make_transport_key_pair(rng);
        options.probe_period = std::chrono::hours(1);
    }
    void listen() { options.sync = "tcp://127.0.0.1:*"; }
    void start() {
        auto started = ZmqTransport::start(own, options);
        ASSERT_TRUE(started.ok()) << started.error().detail;
        transport = std::move(*started);
    }
    void dial(const Host& server) {
        options.links.push_back(
            {server.keys.pk, server.transport->sync_endpoint(), server.transport->live_endpoint()});
    }
    void admit(std::initializer_list<const Host*> others) {
        AdmitPeers peers;
        for (const Host* other : others) peers.sync[other->keys.pk] = other->id;
        if (!options.live.empty()) {
            auto& keys_of = peers.live[audience_id(1)];
            for (const Host* other : others) keys_of.insert(other->keys.pk);
        }
        peers.control = control;
        transport->admit(peers);
    }
    void say(const Host& to, const std::string& text, Precedence precedence = Precedence::routine) {
        transport->send({to.id, precedence, Bytes(10, 1), to_bytes(as_bytes(text))});
    }
    template <class T>
    std::size_t count() const {
        std::size_t n = 0;
        for (const Event& event : events) n += std::holds_alternative<T>(event) ? 1 : 0;
        return n;
    }
    std::vector<std::string> heard(const NodeId& from) const {
        std::vector<std::string> out;
        for (const Event& event : events)
            if (const auto* frame = std::get_if<PeerFrame>(&event); frame && frame->peer == from)
                out.emplace_back(as_text(ByteView(frame->frame).subspan(10)));
        return out;
    }

    NodeId id;
    NodeIdentity own;
    const TransportKeyPair& keys = own.transport;
    TransportOptions options;
    std::set<TransportPublicKey> control;
    std::unique_ptr<ZmqTransport> transport;
    std::vector<Event> events;
};

inline bool pump(std::initializer_list<Host*> hosts, const std::function<bool()>& until,
                 std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    auto end = std::chrono::steady_clock::now() + deadline;
    while (!until()) {
        if (std::chrono::steady_clock::now() > end) return false;
        for (Host* host : hosts) {
            Status polled = host->transport->poll(2, host->events);
            EXPECT_TRUE(polled.ok());
            if (!polled.ok()) return false;
        }
    }
    return true;
}

}  // namespace rilon
