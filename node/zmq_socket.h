// One ZeroMQ socket made the way docs/wire.md, "Transport" demands. Every setting was found out the
// hard way on libzmq 4.3.4 and is pinned by a test. Only files named zmq_*, zap, self_probe and
// control_client know cppzmq.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "protocol/crypto.h"

namespace rilon {

constexpr int message_bytes_max = 393216;
constexpr std::size_t message_parts_max = 3;

// The bound side: keys are checked by the ZAP handler in this domain.
struct CurveServer {
    const TransportKeyPair& own;
    std::string domain;  // Never empty: an empty one skips a running handler.
};
// The dialling side: the server is who holds this key.
struct CurveClient {
    const TransportKeyPair& own;
    TransportPublicKey server;
};

// Throw zmq::error_t when an option is refused, ZAP_ENFORCE_DOMAIN above all.
zmq::socket_t make_server_socket(zmq::context_t& context, zmq::socket_type type,
                                 const CurveServer& curve);
zmq::socket_t make_client_socket(zmq::context_t& context, zmq::socket_type type,
                                 const CurveClient& curve);

struct Message {
    std::vector<Bytes> parts;  // At most message_parts_max; further ones are read and dropped.
    bool too_many_parts = false;
    std::size_t bytes = 0;
    std::string user_id;  // What ZAP said of the connection that the last part came by.
    int fd = -1;          // Of that connection.
};
// The next whole message; nothing when there is none. Throws zmq::error_t.
std::optional<Message> receive_message(zmq::socket_t& socket);

enum class Sent { yes, full, no_route };
// All parts or none. Throws zmq::error_t on what is our own mistake.
Sent send_message(zmq::socket_t& socket, std::initializer_list<ByteView> parts);

}  // namespace rilon
