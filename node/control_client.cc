#include "node/control_client.h"

#include "node/zmq_monitor.h"
#include "node/zmq_socket.h"

namespace rilon {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left_until(Clock::time_point deadline) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

}  // namespace

struct ControlClient::State {
    State(const TransportPublicKey& server, const TransportKeyPair& own)
        : socket(make_client_socket(context, zmq::socket_type::dealer, {own, server})),
          monitor(std::make_unique<ConnectionMonitor>(context, socket)) {
        socket.set(zmq::sockopt::maxmsgsize, std::int64_t{control_response_bytes_max});
        socket.set(zmq::sockopt::reconnect_ivl, 50);
    }
    // Reads what the monitor has to say.
    void watch() {
        while (auto event = monitor->next()) {
            using Kind = ConnectionEvent::Kind;
            if (event->kind == Kind::established) up = true;
            if (event->kind == Kind::gone) up = false;
            if (event->kind == Kind::refused) refused = true;
        }
    }
    void poll(Clock::time_point deadline) {
        zmq::pollitem_t items[] = {{socket.handle(), 0, ZMQ_POLLIN, 0},
                                   {monitor->handle(), 0, ZMQ_POLLIN, 0}};
        zmq::poll(items, 2, left_until(deadline));
        watch();
    }

    zmq::context_t context;
    zmq::socket_t socket;
    std::unique_ptr<ConnectionMonitor> monitor;
    bool up = false;
    bool refused = false;
};

ControlClient::ControlClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
ControlClient::~ControlClient() = default;

Result<std::unique_ptr<ControlClient>> ControlClient::dial(const std::string& endpoint,
                                                           const TransportPublicKey& server,
                                                           const TransportKeyPair& own) {
    try {
        auto state = std::make_unique<State>(server, own);
        state->socket.connect(endpoint);
        return std::unique_ptr<ControlClient>(new ControlClient(std::move(state)));
    } catch (const zmq::error_t& error) {
        return {Errc::invalid, endpoint + ": " + error.what()};
    }
}

Result<Bytes> ControlClient::ask(ByteView request, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    if (Status sent = send(request, timeout); !sent.ok()) return sent.error();
    return wait(left_until(deadline));
}

Status ControlClient::send(ByteView request, std::chrono::milliseconds timeout) {
    if (request.size() > control_request_bytes_max)
        return {Errc::too_large, "the request is longer than the control socket takes (384 KiB)"};
    auto deadline = Clock::now() + timeout;
    try {
        while (!state_->up) {
            state_->poll(deadline);
            if (state_->refused)
                return {Errc::not_permitted,
                        "the node refuses this key: it is not certified here, "
                        "or revoked; ask the node's administrator"};
            if (!state_->up && left_until(deadline).count() == 0)
                return {Errc::unreachable,
                        "the node does not answer: is rilond running? (systemctl status rilond)"};
        }
        if (send_message(state_->socket, {request}) != Sent::yes)
            return {Errc::unreachable, "the connection to the node broke; try again"};
    } catch (const zmq::error_t& error) {
        return {Errc::io, std::string("libzmq: ") + error.what()};
    }
    return {};
}

Result<Bytes> ControlClient::wait(std::chrono::milliseconds timeout) {
    auto deadline = Clock::now() + timeout;
    try {
        for (;;) {
            if (auto message = receive_message(state_->socket)) {
                if (message->parts.size() == 1) return std::move(message->parts[0]);
                continue;
            }
            if (left_until(deadline).count() == 0)
                return {Errc::timed_out, "the node gave no answer in time"};
            state_->poll(deadline);
            if (!state_->up) {
                if (auto last = receive_message(state_->socket); last && last->parts.size() == 1)
                    return std::move(last->parts[0]);
                return {Errc::unreachable, "the node closed the connection; try again"};
            }
        }
    } catch (const zmq::error_t& error) {
        return {Errc::io, std::string("libzmq: ") + error.what()};
    }
}

}  // namespace rilon
