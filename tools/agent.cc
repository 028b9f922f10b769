#include "tools/agent.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <utility>

#include "tools/problem.h"

namespace rilon {
namespace {

constexpr int answer_seconds_max = 5;

Error gone() {
    return problem(Errc::locked, "the agent is gone: the session is locked", "rilon unlock");
}

bool write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

std::optional<AgentClient> AgentClient::connect(const std::string& socket_path) {
    AgentClient client(socket_path);
    if (!client.dial()) return std::nullopt;
    return client;
}

bool AgentClient::dial() {
    hang_up();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return false;
    path_.copy(address.sun_path, path_.size());
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return false;
    const timeval patience{answer_seconds_max, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    // Not only the agent looks who asks: a socket of somebody else's would get what we sign.
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool ours =
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
    if (!ours) hang_up();
    return ours;
}

void AgentClient::hang_up() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

AgentClient::AgentClient(AgentClient&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

AgentClient::~AgentClient() {
    hang_up();
}

Result<Bytes> AgentClient::ask(AgentAsk what, ByteView payload) {
    if (payload.size() >= agent_frame_bytes_max) return {Errc::too_large, "too long for the agent"};
    // Dialled anew for each question: the agent serves one at a time, and an officer may think for
    // minutes before he says yes.
    if (!dial() || !write_all(fd_, encode_agent_frame(static_cast<std::uint8_t>(what), payload)))
        return gone();
    Bytes in;
    in.reserve(agent_frame_bytes_max + 2);  // Never grows: a secret is not left behind in a copy.
    Byte piece[512];
    while (true) {
        auto frame = parse_agent_frame(in);
        if (frame) {
            wipe(in);
            const auto kind = static_cast<AgentAnswer>(frame->kind);
            if (kind == AgentAnswer::done) return std::move(frame->payload);
            return {Errc::not_permitted, "the agent does not sign this"};
        }
        if (frame.code() != Errc::gap) return frame.error();
        const ssize_t n = recv(fd_, piece, sizeof piece, 0);
        if (n <= 0 || in.size() + static_cast<std::size_t>(n) > agent_frame_bytes_max + 2)
            return gone();
        in.insert(in.end(), piece, piece + n);
    }
}

Result<AgentKeysAnswer> AgentClient::keys() {
    auto payload = ask(AgentAsk::keys, {});
    if (!payload) return payload.error();
    ByteReader in(*payload);
    AgentKeysAnswer out;
    out.sign_pk = in.fixed<SignPublicKey>();
    out.transport.pk = in.fixed<TransportPublicKey>();
    const ByteView secret = in.raw(32);
    if (!in.failed()) out.transport.sk = TransportSecretKey(secret);
    out.ms_left = in.u64();
    const bool whole = in.done();
    wipe(*payload);
    if (!whole) return {Errc::malformed, "the agent's answer can't be read"};
    return out;
}

Result<Signature> AgentClient::sign(ByteView message) {
    auto payload = ask(AgentAsk::sign, message);
    if (!payload) return payload.error();
    return Signature::parse(ByteView(*payload));
}

Result<std::uint64_t> AgentClient::ms_left() {
    auto payload = ask(AgentAsk::status, {});
    if (!payload) return payload.error();
    ByteReader in(*payload);
    const std::uint64_t left = in.u64();
    if (!in.done()) return {Errc::malformed, "the agent's answer can't be read"};
    return left;
}

Status AgentClient::stop() {
    auto payload = ask(AgentAsk::stop, {});
    if (!payload) return payload.error();
    return {};
}

}  // namespace rilon
