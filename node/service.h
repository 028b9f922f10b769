// What the process owes its supervisor: readiness and watchdog datagrams, limits, hardening.
#pragma once

#include <string>

#include "protocol/result.h"

namespace rilon {

// One datagram to systemd (sd_notify(3)); nothing happens without $NOTIFY_SOCKET.
void notify_supervisor(const std::string& state);
// $WATCHDOG_USEC in ms; zero when there is no watchdog.
std::uint64_t watchdog_ms();
// No core dumps, no ptrace by our own user, files made for us alone; as many descriptors as
// allowed.
Status harden_process();

}  // namespace rilon
