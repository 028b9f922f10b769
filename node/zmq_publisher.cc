#include "node/zmq_publisher.h"

#include <algorithm>

namespace rilon {
namespace {

// All that a subscriber may ever send: about 1,500 subscriptions.
constexpr std::uint64_t subscriptions_bytes_max = 64 * 1024;
constexpr std::chrono::milliseconds bind_pause{50};

}  // namespace

std::string ZmqPublisher::domain_of(const AudienceId& audience) {
    return "live:" + audience.hex();
}

ZmqPublisher::ZmqPublisher(zmq::context_t& context, const TransportKeyPair& own,
                           const AudienceId& audience, std::string endpoint)
    : audience_(audience),
      endpoint_(std::move(endpoint)),
      socket_(make_server_socket(context, zmq::socket_type::pub, {own, domain_of(audience)})),
      monitor_(std::make_unique<ConnectionMonitor>(context, socket_)),
      budget_(subscriptions_bytes_max) {}

void ZmqPublisher::publish(ByteView topic, ByteView entry) {
    (void)send_message(socket_, {topic, entry});
}

void ZmqPublisher::allow(std::set<TransportPublicKey> keys) {
    rebind_ = rebind_ || !std::includes(keys.begin(), keys.end(), allowed_.begin(), allowed_.end());
    allowed_ = std::move(keys);
}

void ZmqPublisher::tend(SteadyTime now) {
    while (auto event = monitor_->next()) {
        using Kind = ConnectionEvent::Kind;
        if (event->kind == Kind::accepted) budget_.accepted(event->value);
        if (event->kind == Kind::gone) budget_.gone(event->value);
        if (event->kind == Kind::refused) ++handshakes_refused_;
    }
    (void)socket_.get(zmq::sockopt::events);  // Comers and goers pile up in a PUB that rests.
    if (rebind_ && !bound_.empty()) {
        ++cuts_;
        endpoint_ = bound_;  // The same port when the system had chosen it.
        socket_.unbind(bound_);
        bound_.clear();
        next_try_ = now;
    }
    rebind_ = false;
    if (!bound_.empty() || now < next_try_) return;
    try {
        socket_.bind(endpoint_);
        bound_ = socket_.get(zmq::sockopt::last_endpoint);
    } catch (const zmq::error_t&) {  // Unbinding takes its time in libzmq.
        next_try_ = now + bind_pause;
    }
}

void ZmqPublisher::enforce_budget() {
    cuts_ += budget_.enforce();
}

}  // namespace rilon
