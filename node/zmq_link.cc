#include "node/zmq_link.h"

#include <sodium.h>

#include <algorithm>

namespace rilon {
namespace {

constexpr std::uint64_t unfinished_bytes_max = 4 * 1024 * 1024;
constexpr std::uint32_t pause_ms_max = 30000;
// libzmq says at once that it tries again, if it does.
constexpr std::chrono::milliseconds retry_said_within{2000};

// A round is one try with each key of ours.
std::chrono::milliseconds pause_after(std::size_t failed_rounds) {
    std::uint32_t first = 500 + randombytes_uniform(1001);
    return std::chrono::milliseconds(
        std::min<std::uint32_t>(first << std::min<std::size_t>(failed_rounds, 6), pause_ms_max));
}

}  // namespace

ZmqLink::ZmqLink(zmq::context_t& context, const NodeIdentity& own, LinkTarget target)
    : context_(context),
      own_(own),
      target_(std::move(target)),
      server_(target_.server),
      budget_(unfinished_bytes_max) {}

bool ZmqLink::follow(const Server& server, SteadyTime now) {
    if (server.has_value() ? wanted_ && *server == server_ : !wanted_) return false;
    const bool given_up = wanted_;
    close();
    if (server.has_value()) {
        server_ = *server;
        failures_ = 0;
        open(now);
    }
    return given_up;
}

const TransportKeyPair& ZmqLink::own_key() const {
    const std::size_t turn = failures_ % (1 + own_.waiting.size());
    return turn == 0 ? own_.transport : own_.waiting[turn - 1];
}

void ZmqLink::open(SteadyTime now) {
    shut();
    wanted_ = true;
    opens_at_.reset();
    socket_ = std::make_unique<zmq::socket_t>(
        make_client_socket(context_, target_.type, {own_key(), server_}));
    monitor_ = std::make_unique<ConnectionMonitor>(context_, *socket_);
    if (target_.type == zmq::socket_type::sub) socket_->set(zmq::sockopt::subscribe, "");
    try {
        socket_->connect(target_.endpoint);
    } catch (const zmq::error_t&) {  // A name that can't be resolved now.
        restart(now);
    }
}

void ZmqLink::shut() {
    monitor_.reset();
    socket_.reset();
    budget_ = ConnectionBudget(unfinished_bytes_max);
    up_ = false;
    gone_at_.reset();
}

void ZmqLink::close() {
    shut();
    wanted_ = false;
    opens_at_.reset();
}

void ZmqLink::restart(SteadyTime now) {
    shut();
    ++rebuilds_;
    opens_at_ = now + pause_after(failures_++ / (1 + own_.waiting.size()));
}

ZmqLink::Change ZmqLink::watch(SteadyTime now) {
    if (opens_at_ && now >= *opens_at_) open(now);
    bool was_up = up_;
    while (monitor_ != nullptr) {
        auto event = monitor_->next();
        if (!event) break;
        using Kind = ConnectionEvent::Kind;
        if (event->kind == Kind::retrying || event->kind == Kind::connected) gone_at_.reset();
        if (event->kind == Kind::connected) budget_.accepted(event->value);
        if (event->kind == Kind::established) {
            up_ = true;
            up_since_ = now;
            failures_ = 0;
            if (!was_up) return Change::up;
        }
        if (event->kind == Kind::gone) {
            budget_.gone(event->value);
            up_ = false;
            gone_at_ = now;
            if (was_up) return Change::down;
        }
        if (event->kind == Kind::refused) {
            ++refusals_;
            restart(now);
            return was_up ? Change::down : Change::none;
        }
    }
    if (gone_at_ && now >= *gone_at_ + retry_said_within) restart(now);
    return Change::none;
}

std::optional<Message> ZmqLink::receive() {
    if (socket_ == nullptr) return std::nullopt;
    auto message = receive_message(*socket_);
    if (message) budget_.heard(message->fd);
    return message;
}

Sent ZmqLink::send(std::initializer_list<ByteView> parts) {
    if (socket_ == nullptr || !up_) return Sent::no_route;
    return send_message(*socket_, parts);
}

void ZmqLink::enforce_budget() {
    (void)budget_.enforce();
}

}  // namespace rilon
