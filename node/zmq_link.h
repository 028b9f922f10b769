// A dialled connection to one server whose CURVE key we pinned: DEALER to its sync or control
// socket, SUB to its live one. libzmq itself never tries again after a refused handshake, nor after
// a message that broke the protocol (one over the size limit): the socket is made anew then, after
// a pause that grows to half a minute.
//
// Where our key was replaced while we were away, who knows of it refuses the old one, and we learn
// it from nobody else: after a refusal a key of ours that waits for its record gets its turn.
#pragma once

#include <chrono>
#include <memory>

#include "node/connection_budget.h"
#include "node/identity.h"
#include "node/zmq_monitor.h"
#include "node/zmq_socket.h"

namespace rilon {

using SteadyTime = std::chrono::steady_clock::time_point;

struct LinkTarget {
    zmq::socket_type type = zmq::socket_type::dealer;
    TransportPublicKey server;  // As the configuration names it: maybe by a key of before.
    std::string endpoint;
};

class ZmqLink {
   public:
    // Whose server this key is now; nothing when it may not be dialled.
    using Server = std::optional<TransportPublicKey>;

    ZmqLink(zmq::context_t& context, const NodeIdentity& own, LinkTarget target);

    // The link is for the server of this key from now on. True when an open one was given up.
    bool follow(const Server& server, SteadyTime now);
    void open(SteadyTime now);  // Anew: to the server followed, with our key of now.
    void close();
    // Close now, open again after the pause.
    void restart(SteadyTime now);

    enum class Change { none, up, down };
    // Reads the monitor, opens when the pause is over. Call until none.
    Change watch(SteadyTime now);
    std::optional<Message> receive();
    Sent send(std::initializer_list<ByteView> parts);
    void enforce_budget();
    // Did bytes come between the last two calls of enforce_budget?
    bool moved() const { return !budget_.moved().empty(); }

    const TransportPublicKey& named() const { return target_.server; }
    const TransportPublicKey& server() const { return server_; }
    bool wanted() const { return wanted_; }
    bool up() const { return up_; }
    SteadyTime up_since() const { return up_since_; }
    std::optional<SteadyTime> opens_at() const { return opens_at_; }
    bool is_open() const { return socket_ != nullptr; }
    zmq::socket_t& socket() { return *socket_; }
    ConnectionMonitor& monitor() { return *monitor_; }
    std::uint64_t rebuilds() const { return rebuilds_; }
    std::uint64_t refusals() const { return refusals_; }

   private:
    void shut();
    const TransportKeyPair& own_key() const;

    zmq::context_t& context_;
    const NodeIdentity& own_;
    LinkTarget target_;
    TransportPublicKey server_;
    std::unique_ptr<zmq::socket_t> socket_;
    std::unique_ptr<ConnectionMonitor> monitor_;  // Dies first.
    ConnectionBudget budget_;
    bool wanted_ = false;
    bool up_ = false;
    SteadyTime up_since_{};
    std::optional<SteadyTime> opens_at_;
    std::optional<SteadyTime> gone_at_;  // And libzmq has not said that it tries again.
    std::size_t failures_ = 0;
    std::uint64_t rebuilds_ = 0;
    std::uint64_t refusals_ = 0;
};

}  // namespace rilon
