#include "tools/control_client.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "node/control.pb.h"
#include "node/control_client.h"
#include "tools/exit_code.h"
#include "tools/problem.h"

namespace rilon {
namespace {

Error nobody_there(const std::string& endpoint) {
    return problem(Errc::unreachable, "the node does not answer at " + endpoint,
                   "start it (systemctl start rilond), or name another with --node");
}

bool connects(int family, const sockaddr* address, socklen_t size) {
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return true;
    const bool refused =
        connect(fd, address, size) != 0 && (errno == ECONNREFUSED || errno == ENOENT);
    close(fd);
    return !refused;
}

// ZeroMQ dials for ever; a person at the keyboard wants to hear at once that nobody listens. Says
// yes when in doubt.
bool somebody_listens(const std::string& endpoint) {
    if (endpoint.starts_with("ipc://")) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = endpoint.substr(6);
        if (path.size() >= sizeof address.sun_path) return true;
        path.copy(address.sun_path, path.size());
        return connects(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    const std::size_t colon = endpoint.rfind(':');
    if (!endpoint.starts_with("tcp://127.") || colon == std::string::npos) return true;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string host = endpoint.substr(6, colon - 6);
    if (getaddrinfo(host.c_str(), endpoint.c_str() + colon + 1, &hints, &found) != 0) return true;
    const bool yes = connects(found->ai_family, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return yes;
}

Error transport_error(const Error& error, const std::string& endpoint) {
    switch (error.code) {
        case Errc::unreachable: return nobody_there(endpoint);
        case Errc::not_permitted:
            return problem(
                Errc::not_enrolled, "the node at " + endpoint + " does not know your key",
                "ask its administrator: rilon officer certify; for persons of the network: "
                "rilon admin pending");
        case Errc::timed_out:
            return problem(Errc::timed_out, "the node did not answer in time",
                           "rilon status shows how it is; wait longer with --timeout");
        default: return error;
    }
}

}  // namespace

ControlConnection::ControlConnection(std::unique_ptr<ControlClient> client, std::string endpoint)
    : client_(std::move(client)), endpoint_(std::move(endpoint)) {}
ControlConnection::ControlConnection(ControlConnection&&) noexcept = default;
ControlConnection& ControlConnection::operator=(ControlConnection&&) noexcept = default;
ControlConnection::~ControlConnection() = default;

Result<ControlConnection> ControlConnection::open(const ControlAddress& address,
                                                  const TransportKeyPair& own) {
    if (!somebody_listens(address.endpoint)) return nobody_there(address.endpoint);
    auto client = ControlClient::dial(address.endpoint, address.server, own);
    if (!client)
        return problem(Errc::invalid, "not an endpoint: " + client.error().detail,
                       "write ipc:///path/control.sock or tcp://127.0.0.1:port");
    return ControlConnection(std::move(*client), address.endpoint);
}

Result<proto::Response> ControlConnection::call(proto::Request& request, std::uint64_t timeout_ms) {
    auto id = send(request, timeout_ms);
    if (!id) return id.error();
    return answer(*id, timeout_ms);
}

Result<std::uint64_t> ControlConnection::send(proto::Request& request, std::uint64_t timeout_ms) {
    const std::uint64_t id = next_id_++;
    request.set_id(id);
    const std::string bytes = request.SerializeAsString();
    Status sent = client_->send(as_bytes(bytes), std::chrono::milliseconds(timeout_ms));
    if (!sent) return transport_error(sent.error(), endpoint_);
    under_way_[id];
    return id;
}

// Answers come in any order: a refusal overtakes what is still looked for. One that nobody waits
// for any more, of a call that had timed out, is dropped.
Result<proto::Response> ControlConnection::answer(std::uint64_t id, std::uint64_t timeout_ms) {
    auto mine = under_way_.find(id);
    while (mine->second == nullptr) {
        auto next = client_->wait(std::chrono::milliseconds(timeout_ms));
        auto response = std::make_unique<proto::Response>();
        const bool read =
            next && response->ParseFromArray(next->data(), static_cast<int>(next->size()));
        if (!read) {
            under_way_.erase(mine);
            return next ? problem(Errc::malformed, "the node's answer can't be read",
                                  "update rilon and rilond together")
                        : transport_error(next.error(), endpoint_);
        }
        auto asked = under_way_.find(response->id());
        if (asked != under_way_.end()) asked->second = std::move(response);
    }
    const proto::Response response = std::move(*mine->second);
    under_way_.erase(mine);
    if (!response.has_failure()) return response;
    const proto::Failure& failure = response.failure();
    return problem(errc_by_name(failure.code()).value_or(Errc::internal), failure.message(),
                   failure.remedy());
}

}  // namespace rilon
