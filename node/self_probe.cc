#include "node/self_probe.h"

#include "node/system.h"
#include "node/zmq_monitor.h"
#include "node/zmq_socket.h"

namespace rilon {
namespace {

constexpr std::chrono::milliseconds probe_wait{4000};  // Longer than a handshake may take.

// What to dial to reach a wildcard address from here.
std::string dialable(std::string endpoint) {
    constexpr std::string_view any4 = "tcp://0.0.0.0:";
    constexpr std::string_view any6 = "tcp://[::]:";
    if (endpoint.starts_with(any4)) endpoint.replace(0, any4.size(), "tcp://127.0.0.1:");
    if (endpoint.starts_with(any6)) endpoint.replace(0, any6.size(), "tcp://[::1]:");
    return endpoint;
}

}  // namespace

ProbeVerdict probe_endpoint(zmq::context_t& context, const ProbeTarget& target,
                            std::chrono::milliseconds wait) {
    SystemRng rng;
    TransportKeyPair stranger = make_transport_key_pair(rng);
    zmq::socket_t socket = make_client_socket(context, target.type, {stranger, target.server});
    ConnectionMonitor monitor(context, socket);
    socket.connect(dialable(target.endpoint));
    auto deadline = std::chrono::steady_clock::now() + wait;
    for (;;) {
        while (auto event = monitor.next()) {
            if (event->kind == ConnectionEvent::Kind::established) return ProbeVerdict::admitted;
            if (event->kind == ConnectionEvent::Kind::refused) return ProbeVerdict::refused;
        }
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return ProbeVerdict::no_answer;
        zmq::pollitem_t item{monitor.handle(), 0, ZMQ_POLLIN, 0};
        zmq::poll(&item, 1, left);
    }
}

SelfProbe::SelfProbe(zmq::context_t& context, Report report, std::chrono::milliseconds period)
    : context_(context), report_(std::move(report)), period_(period), thread_([this] { run(); }) {}

SelfProbe::~SelfProbe() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void SelfProbe::watch(std::vector<ProbeTarget> targets) {
    {
        std::lock_guard lock(mutex_);
        targets_ = std::move(targets);
        fresh_ = true;
    }
    changed_.notify_all();
}

bool SelfProbe::outdated() {
    std::lock_guard lock(mutex_);
    return fresh_;
}

void SelfProbe::run() {
    for (;;) {
        std::vector<ProbeTarget> targets;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, period_, [this] { return stop_ || fresh_; });
            if (stop_) return;
            fresh_ = false;
            targets = targets_;
        }
        for (const ProbeTarget& target : targets) {
            ProbeVerdict verdict = ProbeVerdict::no_answer;
            try {
                verdict = probe_endpoint(context_, target, probe_wait);
            } catch (const zmq::error_t&) {
            }
            // A door that was moved meanwhile does not answer.
            if (verdict == ProbeVerdict::no_answer && outdated()) break;
            report_(target, verdict);
        }
    }
}

}  // namespace rilon
