// A bound ROUTER: the sync socket that peers dial and the control socket that clients dial. Keeps
// who is connected. Identity is the CURVE key that ZAP admitted with the payload frame; routing ids
// are the peer's own choice and mean nothing.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "node/connection_budget.h"
#include "node/zmq_monitor.h"
#include "node/zmq_socket.h"

namespace rilon {

using ConnectionId = std::uint64_t;  // From 1; never used twice.

struct ListenerLimits {
    std::size_t connections_max = 1024;
    std::uint64_t unfinished_bytes_max = 4 * 1024 * 1024;  // Of one message still incomplete.
};

class ZmqListener {
   public:
    ZmqListener(zmq::context_t& context, const CurveServer& curve, const ListenerLimits& limits);

    // Throws zmq::error_t. A path of ipc is opened to the group; CURVE decides who gets in.
    void bind(const std::string& endpoint);
    const std::string& bound() const { return bound_; }  // With the port when it was `*`.

    struct Frame {
        ConnectionId from = 0;
        TransportPublicKey key;
        std::vector<Bytes> parts;  // Without the routing id.
        bool first = false;        // Of this connection.
    };
    // The next good frame, nothing when drained. What is no admitted key's is dropped, its sender
    // cut.
    std::optional<Frame> receive();
    // Connections that ended since the last call.
    std::vector<ConnectionId> take_gone();
    Sent send(ConnectionId to, std::initializer_list<ByteView> parts);
    void cut(ConnectionId connection);
    void cut_all();
    // Frames of other keys are dropped from now on, their connections cut.
    void allow(std::set<TransportPublicKey> keys);
    // Call when drained, a few times a second.
    void enforce_budget();
    // Connections by which bytes came between the last two calls of enforce_budget.
    std::vector<ConnectionId> moved() const;

    zmq::socket_t& socket() { return socket_; }
    ConnectionMonitor& monitor() { return *monitor_; }
    std::uint64_t refused() const { return refused_; }
    std::uint64_t cuts() const { return cuts_; }
    std::uint64_t handshakes_refused() const { return handshakes_refused_; }
    std::size_t connections() const { return connections_.size(); }

   private:
    struct Connection {
        std::string route;
        TransportPublicKey key;
        ForeignSocket wire;
    };
    // Whom libzmq accepted and who left, up to now.
    void watch();
    // The connection a message came by; nothing when it is refused.
    std::optional<Frame> accept(Message& message);
    void forget(ConnectionId connection);
    void refuse(int fd);
    // By the descriptors: those that are closed, or another socket's by now.
    void find_gone();

    ListenerLimits limits_;
    zmq::socket_t socket_;
    std::unique_ptr<ConnectionMonitor> monitor_;
    ConnectionBudget budget_;
    std::string bound_;
    std::set<TransportPublicKey> allowed_;
    std::map<ConnectionId, Connection> connections_;
    std::map<std::string, ConnectionId> by_route_;
    std::vector<ConnectionId> gone_;
    bool any_gone_ = false;  // By the monitor; find_gone says which.
    ConnectionId last_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t cuts_ = 0;
    std::uint64_t handshakes_refused_ = 0;
};

}  // namespace rilon
