#include <charconv>

#include "config/node_config.h"

namespace rilon {
namespace {

constexpr std::string_view tcp = "tcp://";
constexpr std::string_view ipc = "ipc://";
constexpr std::size_t ipc_path_max = 107;  // sun_path, with its end.
constexpr std::size_t host_max = 253;

bool host_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
}

std::string_view host_of(std::string_view endpoint) {
    endpoint.remove_prefix(tcp.size());
    return endpoint.substr(0, endpoint.rfind(':'));
}

}  // namespace

Status check_endpoint(std::string_view endpoint) {
    if (endpoint.starts_with(ipc)) {
        std::string_view path = endpoint.substr(ipc.size());
        if (path.empty() || path.front() != '/' || path.size() > ipc_path_max)
            return {Errc::invalid,
                    "an ipc endpoint is ipc:// and an absolute path of at most 107 "
                    "bytes, as ipc:///run/rilon/control.sock"};
        return {};
    }
    if (!endpoint.starts_with(tcp))
        return {Errc::invalid, "an endpoint begins with tcp:// or ipc://"};
    std::size_t colon = endpoint.rfind(':');
    std::string_view host = host_of(endpoint);
    std::string_view digits = endpoint.substr(colon + 1);
    unsigned port = 0;
    auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    bool bracketed = host.starts_with('[') && host.ends_with(']');
    bool hosted = !host.empty() && host.size() <= host_max && (host == "*" || [&] {
        for (char c : host)
            if (!host_char(c)) return false;
        return bracketed || host.find(':') == std::string_view::npos;
    }());
    if (!hosted || code != std::errc{} || end != digits.data() + digits.size() || port < 1 ||
        port > 65535)
        return {Errc::invalid, "a tcp endpoint is tcp://host:port with a port from 1 to 65535"};
    return {};
}

bool is_local_endpoint(std::string_view endpoint) {
    if (endpoint.starts_with(ipc)) return true;
    if (!check_endpoint(endpoint)) return false;
    std::string_view host = host_of(endpoint);
    if (host == "[::1]") return true;
    // A name like 127.example.org is none of this machine's.
    return host.starts_with("127.") &&
           host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace rilon
