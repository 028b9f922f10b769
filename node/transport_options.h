// What the ZeroMQ transport has to be told: endpoints, links, and what to do when the self-probe
// finds the door open.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "protocol/ids.h"

namespace rilon {

struct TransportLink {
    TransportPublicKey key;  // The server's, pinned. Dialled while the directory admits it.
    std::string endpoint;
    std::string live;  // Empty: it publishes nothing.
};

struct TransportOptions {
    std::string sync;     // Empty: only dials.
    std::string live;     // Empty: publishes nothing.
    std::string control;  // Empty: nobody asks.
    std::vector<TransportLink> links;
    std::size_t clients_max = 256;
    std::size_t peers_max = 1024;
    std::chrono::milliseconds silence_max{15000};
    std::chrono::milliseconds probe_period{60000};
    // A random key was admitted at this endpoint. Called from a thread of the transport's; must end
    // the process.
    std::function<void(const std::string& endpoint)> on_open_door;
    // The endpoint let nobody in, not even to say no: members can't connect either.
    std::function<void(const std::string& endpoint)> on_dead_door;
};

}  // namespace rilon
