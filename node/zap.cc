#include "node/zap.h"

#include <array>
#include <vector>

#include "protocol/mutant.h"

namespace rilon {
namespace {

constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";
constexpr std::size_t request_parts = 7;

// version, request id, domain, address, routing id, mechanism, key.
std::vector<std::string> read_request(zmq::socket_t& socket) {
    std::vector<std::string> out;
    for (bool more = true; more;) {
        zmq::message_t part;
        if (!socket.recv(part)) break;
        more = part.more();
        if (out.size() <= request_parts) out.push_back(part.to_string());
    }
    return out;
}

void reply(zmq::socket_t& socket, const std::array<std::string, 6>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
        socket.send(zmq::buffer(parts[i]),
                    i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

}  // namespace

ZapHandler::ZapHandler(zmq::context_t& context) : stop_(context, zmq::socket_type::pair) {
    zmq::socket_t socket(context, zmq::socket_type::rep);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(zap_endpoint);
    zmq::socket_t stopped(context, zmq::socket_type::pair);
    std::string name =
        "inproc://rilon-zap-stop-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
    stopped.bind(name);
    stop_.connect(name);
    stop_.set(zmq::sockopt::linger, 0);
    thread_ = std::thread([this, s = std::move(socket), t = std::move(stopped)]() mutable {
        run(std::move(s), std::move(t));
    });
}

ZapHandler::~ZapHandler() {
    stop();
}

void ZapHandler::stop() {
    if (!thread_.joinable()) return;
    stop_.send(zmq::message_t(), zmq::send_flags::dontwait);
    thread_.join();
}

void ZapHandler::replace(Table table) {
    auto next = std::make_shared<const Table>(std::move(table));
    std::lock_guard lock(mutex_);
    table_ = std::move(next);
}

std::shared_ptr<const ZapHandler::Table> ZapHandler::table() const {
    std::lock_guard lock(mutex_);
    return table_;
}

bool ZapHandler::allowed(const std::string& domain, const TransportPublicKey& key) const {
    auto now = table();
    auto found = now->find(domain);
    return found != now->end() && found->second.contains(key);
}

void ZapHandler::answer(zmq::socket_t& socket) {
    std::vector<std::string> request = read_request(socket);
    std::string id = request.size() > 1 ? request[1] : "";
    if (request.size() != request_parts || request[0] != "1.0" || request[5] != "CURVE" ||
        request[6].size() != TransportPublicKey::size()) {
        ++refused_;
        reply(socket, {"1.0", id, "400", "", "", ""});
        return;
    }
    auto key = TransportPublicKey::copy_of(as_bytes(request[6]));
    bool good = allowed(request[2], key) || mutant(Mutant::zap_open);
    ++(good ? admitted_ : refused_);
    // Strangers get no reason.
    reply(socket, {"1.0", id, good ? "200" : "400", "", good ? key.hex() : "", ""});
}

void ZapHandler::run(zmq::socket_t socket, zmq::socket_t stop) {
    // An exception here ends the thread: then nobody is admitted, and the self-probe gets no
    // answer.
    try {
        for (;;) {
            zmq::pollitem_t items[] = {{stop.handle(), 0, ZMQ_POLLIN, 0},
                                       {socket.handle(), 0, ZMQ_POLLIN, 0}};
            zmq::poll(items, 2, std::chrono::milliseconds(-1));
            if ((items[0].revents & ZMQ_POLLIN) != 0) return;
            if ((items[1].revents & ZMQ_POLLIN) != 0) answer(socket);
        }
    } catch (const zmq::error_t&) {
    }
}

}  // namespace rilon
