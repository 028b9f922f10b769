#include "node/service.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace rilon {
namespace {

// Half a step can't be taken back: the supervisor starts the process again on what is durable.
// Nothing here allocates.
[[noreturn]] void end_without_memory() {
    constexpr char line[] = "<2>refused code=full why=\"out of memory\"\n";
    (void)!::write(STDERR_FILENO, line, sizeof line - 1);
    ::_exit(EXIT_FAILURE);
}

}  // namespace

void notify_supervisor(const std::string& state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
    std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';  // Linux's abstract names.
    int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    (void)!::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&address), size);
    ::close(fd);
}

std::uint64_t watchdog_ms() {
    const char* text = std::getenv("WATCHDOG_USEC");
    return text == nullptr ? 0 : std::strtoull(text, nullptr, 10) / 1000;
}

Status harden_process() {
    rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0)
        return {Errc::io, "core dumps can't be switched off; they would hold secrets"};
    ::umask(0077);
    std::set_new_handler(end_without_memory);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
        (void)::setrlimit(RLIMIT_NOFILE, &files);
    }
    return {};
}

}  // namespace rilon
