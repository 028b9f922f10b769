// What libzmq says of a socket's connections: accepted, established, refused, gone.
#pragma once

#include <optional>
#include <string>
#include <zmq.hpp>

namespace rilon {

struct ConnectionEvent {
    enum class Kind { connected, accepted, established, refused, gone, retrying, other };
    Kind kind = Kind::other;
    int value = 0;  // The descriptor, for connected, accepted and gone.
};

// Must die before its socket does.
class ConnectionMonitor {
   public:
    ConnectionMonitor(zmq::context_t& context, zmq::socket_t& socket);
    ~ConnectionMonitor();
    ConnectionMonitor(const ConnectionMonitor&) = delete;
    ConnectionMonitor& operator=(const ConnectionMonitor&) = delete;

    // In the order of happening; nothing when all are read. Must be drained: libzmq waits for us.
    std::optional<ConnectionEvent> next();
    void* handle() { return events_.handle(); }

   private:
    zmq::socket_t& watched_;
    zmq::socket_t events_;
};

}  // namespace rilon
