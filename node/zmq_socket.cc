#include "node/zmq_socket.h"

#include <sodium.h>

#include "protocol/mutant.h"

namespace rilon {
namespace {

// A draft option without a name in Debian's header: a socket with a ZAP domain refuses everybody
// when no handler answers. Without it CURVE admits any key then.
constexpr int zap_enforce_domain = 93;

int random_between(std::uint32_t low, std::uint32_t high) {
    return static_cast<int>(low + randombytes_uniform(high - low + 1));
}

std::string raw(ByteView bytes) {
    return std::string(as_text(bytes));
}

zmq::socket_t make_socket(zmq::context_t& context, zmq::socket_type type) {
    zmq::socket_t socket(context, type);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::maxmsgsize, std::int64_t{message_bytes_max});
    socket.set(zmq::sockopt::handshake_ivl, 3000);
    socket.set(zmq::sockopt::backlog, 64);
    socket.set(zmq::sockopt::sndhwm, 1000);
    socket.set(zmq::sockopt::rcvhwm, 1000);
    socket.set(zmq::sockopt::sndtimeo, 0);
    socket.set(zmq::sockopt::rcvtimeo, 0);
    socket.set(zmq::sockopt::immediate, true);
    socket.set(zmq::sockopt::ipv6, true);
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::tcp_keepalive_idle, 30);
    socket.set(zmq::sockopt::tcp_keepalive_intvl, 10);
    socket.set(zmq::sockopt::tcp_keepalive_cnt, 3);
    // ZMTP heartbeats abort the process with a slow reader; the node beats by sync frames.
    socket.set(zmq::sockopt::heartbeat_ivl, 0);
    // Spread out, so that a restarted hub is not stormed.
    socket.set(zmq::sockopt::reconnect_ivl, random_between(500, 1500));
    socket.set(zmq::sockopt::reconnect_ivl_max, 30000);
    if (type == zmq::socket_type::router) {
        socket.set(zmq::sockopt::router_mandatory, true);
        socket.set(zmq::sockopt::router_handover, false);
    }
    return socket;
}

void set_own_key(zmq::socket_t& socket, const TransportKeyPair& own) {
    // Straight from locked memory; a std::string would leave a copy.
    ByteView secret = own.sk.expose();
    if (zmq_setsockopt(socket.handle(), ZMQ_CURVE_SECRETKEY, secret.data(), secret.size()) != 0)
        throw zmq::error_t();
}

}  // namespace

zmq::socket_t make_server_socket(zmq::context_t& context, zmq::socket_type type,
                                 const CurveServer& curve) {
    RILON_ASSERT(!curve.domain.empty());
    zmq::socket_t socket = make_socket(context, type);
    socket.set(zmq::sockopt::curve_server, true);
    set_own_key(socket, curve.own);
    socket.set(zmq::sockopt::zap_domain, curve.domain);
    int on = mutant(Mutant::zap_optional) ? 0 : 1;
    if (zmq_setsockopt(socket.handle(), zap_enforce_domain, &on, sizeof on) != 0)
        throw zmq::error_t();
    return socket;
}

zmq::socket_t make_client_socket(zmq::context_t& context, zmq::socket_type type,
                                 const CurveClient& curve) {
    zmq::socket_t socket = make_socket(context, type);
    socket.set(zmq::sockopt::curve_serverkey, raw(curve.server.view()));
    socket.set(zmq::sockopt::curve_publickey, raw(curve.own.pk.view()));
    set_own_key(socket, curve.own);
    return socket;
}

std::optional<Message> receive_message(zmq::socket_t& socket) {
    Message out;
    for (bool more = true; more;) {
        zmq::message_t part;
        if (!socket.recv(part, zmq::recv_flags::dontwait)) return std::nullopt;
        more = part.more();
        out.bytes += part.size();
        if (out.parts.size() == message_parts_max) {
            out.too_many_parts = true;
            continue;
        }
        const auto* data = static_cast<const Byte*>(part.data());
        out.parts.emplace_back(data, data + part.size());
        if (more) continue;
        const char* user = zmq_msg_gets(part.handle(), "User-Id");
        if (user != nullptr) out.user_id = user;
        out.fd = zmq_msg_get(part.handle(), ZMQ_SRCFD);
    }
    return out;
}

Sent send_message(zmq::socket_t& socket, std::initializer_list<ByteView> parts) {
    std::size_t left = parts.size();
    for (ByteView part : parts) {
        --left;
        int flags = ZMQ_DONTWAIT | (left > 0 ? ZMQ_SNDMORE : 0);
        if (zmq_send(socket.handle(), part.data(), part.size(), flags) >= 0) continue;
        if (zmq_errno() == EAGAIN) return Sent::full;
        if (zmq_errno() == EHOSTUNREACH) return Sent::no_route;
        throw zmq::error_t();
    }
    return Sent::yes;
}

}  // namespace rilon
