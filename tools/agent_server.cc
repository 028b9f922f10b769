// The agent's own process: accepts, checks who asks, answers, ends when idle. One client at a time
// is enough: an answer takes microseconds, and a client that stalls is cut off.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "tools/agent.h"
#include "tools/problem.h"

namespace rilon {
namespace {

constexpr std::uint64_t client_stall_ms_max = 2000;

std::uint64_t boot_ms() {
    // Counts while the laptop sleeps, so that a session does not outlive a night in a bag.
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

// The agent's socket: the path may be another agent's by now, or nobody's.
struct Listener {
    int fd = -1;
    struct stat file {};

    bool is_at(const std::string& path) const {
        struct stat now {};
        return lstat(path.c_str(), &now) == 0 && now.st_dev == file.st_dev &&
               now.st_ino == file.st_ino;
    }
};

Result<Listener> listen_at(const std::string& path) {
    const std::string directory = std::filesystem::path(path).parent_path().string();
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    struct stat info {};
    if (lstat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid())
        return {Errc::io, directory + " is not a directory of yours"};
    if (chmod(directory.c_str(), 0700) != 0)
        return {Errc::io, directory + " can't be closed to others"};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return problem(Errc::io, path + " is too long for a socket",
                       "set RILON_HOME to a folder with a shorter path");
    path.copy(address.sun_path, path.size());
    if (AgentClient::connect(path)) return {Errc::duplicate, "an agent runs already"};
    unlink(path.c_str());
    Listener out;
    out.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const mode_t before = umask(0177);
    const bool bound = out.fd >= 0 && bind(out.fd, reinterpret_cast<const sockaddr*>(&address),
                                           sizeof address) == 0;
    umask(before);
    if (!bound || listen(out.fd, 8) != 0 || lstat(path.c_str(), &out.file) != 0) {
        const std::string why = std::strerror(errno);
        if (out.fd >= 0) close(out.fd);
        return {Errc::io, path + " can't be listened at: " + why};
    }
    return out;
}

// Answers frames until the client leaves. True when one of them was served.
bool serve_client(int fd, const AgentKeys& keys, std::uint64_t idle_ms, bool& stop) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid())
        return false;
    bool served = false;
    Bytes in;
    Byte piece[512];
    while (!stop) {
        auto frame = parse_agent_frame(in);
        if (frame) {
            in.erase(in.begin(),
                     in.begin() + static_cast<std::ptrdiff_t>(frame->payload.size() + 3));
            Bytes out = answer_agent(keys, *frame, idle_ms, stop);
            const bool sent =
                send(fd, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
            wipe(out);
            if (!sent) break;
            served = true;
            continue;
        }
        if (frame.code() != Errc::gap) break;
        pollfd wait{fd, POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(client_stall_ms_max)) <= 0) break;
        const ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0) break;
        in.insert(in.end(), piece, piece + n);
    }
    return served;
}

}  // namespace

Status serve_agent(const std::string& socket_path, const AgentKeys& keys, std::uint64_t idle_ms,
                   void (*ready)(void*), void* context) {
    prctl(PR_SET_DUMPABLE, 0);
    auto listener = listen_at(socket_path);
    if (!listener) return listener.error();
    ready(context);
    std::uint64_t last = boot_ms();
    bool stop = false;
    while (!stop) {
        const std::uint64_t idle = boot_ms() - last;
        // Whom nobody can ask any more (the folder went at a logout) has no use for the keys.
        if (idle >= idle_ms || !listener->is_at(socket_path)) break;
        // Short sleeps: poll's own clock stands still while the machine is suspended.
        const std::uint64_t nap = idle_ms - idle < 5000 ? idle_ms - idle : 5000;
        pollfd wait{listener->fd, POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(nap)) <= 0) continue;
        const int client = accept4(listener->fd, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        if (serve_client(client, keys, idle_ms, stop)) last = boot_ms();
        close(client);
    }
    close(listener->fd);
    if (listener->is_at(socket_path)) unlink(socket_path.c_str());
    return {};
}

}  // namespace rilon
