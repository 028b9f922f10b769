#include "node/zmq_listener.h"

#include <sys/stat.h>

#include <utility>

namespace rilon {

ZmqListener::ZmqListener(zmq::context_t& context, const CurveServer& curve,
                         const ListenerLimits& limits)
    : limits_(limits),
      socket_(make_server_socket(context, zmq::socket_type::router, curve)),
      monitor_(std::make_unique<ConnectionMonitor>(context, socket_)),
      budget_(limits.unfinished_bytes_max) {}

void ZmqListener::bind(const std::string& endpoint) {
    socket_.bind(endpoint);
    bound_ = socket_.get(zmq::sockopt::last_endpoint);
    if (endpoint.starts_with("ipc://")) ::chmod(endpoint.substr(6).c_str(), 0660);
}

std::optional<ZmqListener::Frame> ZmqListener::receive() {
    while (auto message = receive_message(socket_)) {
        watch();  // Whose the descriptor is.
        budget_.heard(message->fd);
        if (auto frame = accept(*message)) return frame;
    }
    return std::nullopt;
}

std::optional<ZmqListener::Frame> ZmqListener::accept(Message& message) {
    auto key = TransportPublicKey::parse_hex(message.user_id);
    if (!key || !allowed_.contains(*key) || message.too_many_parts || message.parts.size() < 2) {
        refuse(message.fd);
        return std::nullopt;
    }
    Frame out;
    out.key = *key;
    std::string route(as_text(message.parts.front()));
    auto wire = budget_.connection(message.fd);
    auto known = by_route_.find(route);
    if (known != by_route_.end()) {
        const Connection& connection = connections_.at(known->second);
        // A route given anew before we read that its holder was gone.
        bool other_wire = wire && wire->inode != connection.wire.inode;
        if (connection.key != *key || other_wire) {
            gone_.push_back(known->second);
            forget(known->second);
            known = by_route_.end();
        }
    }
    if (known == by_route_.end()) {
        if (!wire) return std::nullopt;  // It ended: nobody is there to be answered.
        if (connections_.size() >= limits_.connections_max) {
            refuse(message.fd);
            return std::nullopt;
        }
        out.first = true;
        known = by_route_.emplace(route, ++last_).first;
        connections_[last_] = {route, *key, *wire};
    }
    out.from = known->second;
    message.parts.erase(message.parts.begin());
    out.parts = std::move(message.parts);
    return out;
}

void ZmqListener::refuse(int fd) {
    ++refused_;
    if (auto wire = budget_.connection(fd)) {
        cut_socket(*wire);
        ++cuts_;
    }
}

void ZmqListener::watch() {
    while (auto event = monitor_->next()) {
        if (event->kind == ConnectionEvent::Kind::accepted) budget_.accepted(event->value);
        if (event->kind == ConnectionEvent::Kind::refused) ++handshakes_refused_;
        if (event->kind != ConnectionEvent::Kind::gone) continue;
        budget_.gone(event->value);
        any_gone_ = true;
    }
}

std::vector<ConnectionId> ZmqListener::take_gone() {
    watch();
    if (std::exchange(any_gone_, false)) find_gone();
    return std::exchange(gone_, {});
}

Sent ZmqListener::send(ConnectionId to, std::initializer_list<ByteView> parts) {
    auto found = connections_.find(to);
    if (found == connections_.end()) return Sent::no_route;
    ByteView route = as_bytes(found->second.route);
    if (parts.size() == 1) return send_message(socket_, {route, *parts.begin()});
    RILON_ASSERT(parts.size() == 2);
    return send_message(socket_, {route, *parts.begin(), *(parts.begin() + 1)});
}

void ZmqListener::cut(ConnectionId connection) {
    auto found = connections_.find(connection);
    if (found == connections_.end()) return;
    cut_socket(found->second.wire);
    ++cuts_;
    forget(connection);
}

void ZmqListener::cut_all() {
    while (!connections_.empty()) cut(connections_.begin()->first);
}

void ZmqListener::allow(std::set<TransportPublicKey> keys) {
    allowed_ = std::move(keys);
    std::vector<ConnectionId> over;
    for (const auto& [id, connection] : connections_)
        if (!allowed_.contains(connection.key)) over.push_back(id);
    for (ConnectionId id : over) {
        cut(id);
        gone_.push_back(id);
    }
}

void ZmqListener::enforce_budget() {
    cuts_ += budget_.enforce();
    find_gone();  // libzmq tells of the end before it closes the descriptor: we may have looked
                  // early.
}

std::vector<ConnectionId> ZmqListener::moved() const {
    const std::set<int> moved(budget_.moved().begin(), budget_.moved().end());
    std::vector<ConnectionId> out;
    for (const auto& [id, connection] : connections_)
        if (moved.contains(connection.wire.fd)) out.push_back(id);
    return out;
}

void ZmqListener::find_gone() {
    std::vector<ConnectionId> ended;
    for (const auto& [id, connection] : connections_) {
        auto now = look_at_socket(connection.wire.fd);
        if (!now || now->inode != connection.wire.inode) ended.push_back(id);
    }
    for (ConnectionId id : ended) {
        gone_.push_back(id);
        forget(id);
    }
}

void ZmqListener::forget(ConnectionId connection) {
    auto found = connections_.find(connection);
    if (found == connections_.end()) return;
    by_route_.erase(found->second.route);
    connections_.erase(found);
}

}  // namespace rilon
