#include "node/zmq_monitor.h"

#include <atomic>
#include <cstring>

namespace rilon {
namespace {

constexpr int failed_events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                              ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
constexpr int wanted_events = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                              ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_CONNECT_RETRIED |
                              failed_events;

ConnectionEvent::Kind kind_of(int event) {
    using Kind = ConnectionEvent::Kind;
    if ((event & failed_events) != 0) return Kind::refused;
    if (event == ZMQ_EVENT_CONNECTED) return Kind::connected;
    if (event == ZMQ_EVENT_ACCEPTED) return Kind::accepted;
    if (event == ZMQ_EVENT_DISCONNECTED) return Kind::gone;
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) return Kind::established;
    if (event == ZMQ_EVENT_CONNECT_RETRIED) return Kind::retrying;
    return Kind::other;
}

std::string new_name() {
    static std::atomic<std::uint64_t> count{0};
    return "inproc://rilon-monitor-" + std::to_string(++count);
}

}  // namespace

ConnectionMonitor::ConnectionMonitor(zmq::context_t& context, zmq::socket_t& socket)
    : watched_(socket), events_(context, zmq::socket_type::pair) {
    std::string name = new_name();
    if (zmq_socket_monitor(socket.handle(), name.c_str(), wanted_events) != 0) throw zmq::error_t();
    events_.set(zmq::sockopt::linger, 0);
    // No mark: at one, libzmq's I/O thread would stand still until we read.
    events_.set(zmq::sockopt::rcvhwm, 0);
    events_.connect(name);
}

ConnectionMonitor::~ConnectionMonitor() {
    zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

std::optional<ConnectionEvent> ConnectionMonitor::next() {
    zmq::message_t what;
    if (!events_.recv(what, zmq::recv_flags::dontwait)) return std::nullopt;
    if (what.more()) {
        zmq::message_t endpoint;
        (void)events_.recv(endpoint, zmq::recv_flags::dontwait);
    }
    std::uint16_t event = 0;
    std::int32_t value = 0;
    if (what.size() == sizeof event + sizeof value) {
        std::memcpy(&event, what.data(), sizeof event);
        std::memcpy(&value, static_cast<const char*>(what.data()) + sizeof event, sizeof value);
    }
    return ConnectionEvent{kind_of(event), value};
}

}  // namespace rilon
