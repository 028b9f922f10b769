#include "node/connection_budget.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstddef>

namespace rilon {
namespace {

// Bytes that libzmq took from the kernel since the connection began; nothing for ipc.
std::optional<std::uint64_t> bytes_read(int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
    if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return std::nullopt;
    int unread = 0;
    if (::ioctl(fd, SIOCINQ, &unread) != 0 || unread < 0) unread = 0;
    auto waiting = static_cast<std::uint64_t>(unread);
    return info.tcpi_bytes_received > waiting ? info.tcpi_bytes_received - waiting : 0;
}

}  // namespace

std::optional<ForeignSocket> look_at_socket(int fd) {
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0 || !S_ISSOCK(info.st_mode)) return std::nullopt;
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens != 0)
        return std::nullopt;
    return ForeignSocket{fd, info.st_ino};
}

void cut_socket(const ForeignSocket& socket) {
    auto now = look_at_socket(socket.fd);
    if (now && now->inode == socket.inode) ::shutdown(socket.fd, SHUT_RDWR);
}

void ConnectionBudget::accepted(int fd) {
    connections_.erase(fd);
    if (auto socket = look_at_socket(fd)) connections_[fd] = {*socket, 0, 0, false};
}

std::optional<ForeignSocket> ConnectionBudget::connection(int fd) const {
    auto found = connections_.find(fd);
    if (found == connections_.end()) return std::nullopt;
    return found->second.socket;
}

void ConnectionBudget::heard(int fd) {
    auto found = connections_.find(fd);
    if (found != connections_.end()) found->second.heard = true;
}

std::size_t ConnectionBudget::enforce() {
    std::size_t cut = 0;
    moved_.clear();
    for (auto at = connections_.begin(); at != connections_.end();) {
        Connection& connection = at->second;
        auto bytes = bytes_read(connection.socket.fd);
        if (bytes && connection.heard) connection.bytes_before = *bytes;
        connection.heard = false;
        if (bytes && *bytes > connection.bytes_seen) {
            moved_.push_back(at->first);
            connection.bytes_seen = *bytes;
        }
        if (!bytes || *bytes <= connection.bytes_before + bytes_max_) {
            ++at;
            continue;
        }
        cut_socket(connection.socket);
        ++cut;
        at = connections_.erase(at);
    }
    return cut;
}

}  // namespace rilon
