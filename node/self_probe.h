// The self-probe: dials our own endpoints with a random key, as an intruder would. To be admitted
// proves that access control is off, whatever the reason: the process must end.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "protocol/ids.h"

namespace rilon {

enum class ProbeVerdict {
    refused,    // As it must be.
    admitted,   // Anybody gets in.
    no_answer,  // Nobody gets in: no handler, or no room.
};

struct ProbeTarget {
    std::string endpoint;  // As bound.
    TransportPublicKey server;
    zmq::socket_type type = zmq::socket_type::dealer;  // sub for a publisher.
};

// Waits at most `wait`. Throws zmq::error_t.
ProbeVerdict probe_endpoint(zmq::context_t& context, const ProbeTarget& target,
                            std::chrono::milliseconds wait);

// Probes every target each minute in a thread of its own, and at once when the targets change.
class SelfProbe {
   public:
    using Report = std::function<void(const ProbeTarget&, ProbeVerdict)>;  // From its thread.

    SelfProbe(zmq::context_t& context, Report report, std::chrono::milliseconds period);
    ~SelfProbe();
    SelfProbe(const SelfProbe&) = delete;
    SelfProbe& operator=(const SelfProbe&) = delete;

    void watch(std::vector<ProbeTarget> targets);

   private:
    void run();
    bool outdated();

    zmq::context_t& context_;
    Report report_;
    std::chrono::milliseconds period_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<ProbeTarget> targets_;
    bool fresh_ = false;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace rilon
