// The live PUB of one audience: an endpoint and a ZAP domain of its own. What a subscriber is too
// slow for is dropped by libzmq in silence; sync fills the gap.
#pragma once

#include <memory>
#include <set>

#include "node/zmq_link.h"

namespace rilon {

class ZmqPublisher {
   public:
    ZmqPublisher(zmq::context_t& context, const TransportKeyPair& own, const AudienceId& audience,
                 std::string endpoint);

    static std::string domain_of(const AudienceId& audience);
    const AudienceId& audience() const { return audience_; }
    const std::string& bound() const { return bound_; }  // Empty while it can't be bound.

    void publish(ByteView topic, ByteView entry);
    // ZAP looks at a key only when it connects: when one leaves, all are cut and the others return.
    void allow(std::set<TransportPublicKey> keys);
    // Binds when it is not, reads the monitor, cuts who subscribes without end.
    void tend(SteadyTime now);
    void enforce_budget();
    std::uint64_t cuts() const { return cuts_; }
    std::uint64_t handshakes_refused() const { return handshakes_refused_; }

   private:
    AudienceId audience_;
    std::string endpoint_;
    std::string bound_;
    zmq::socket_t socket_;
    std::unique_ptr<ConnectionMonitor> monitor_;
    ConnectionBudget budget_;
    std::set<TransportPublicKey> allowed_;
    bool rebind_ = false;
    SteadyTime next_try_{};
    std::uint64_t cuts_ = 0;
    std::uint64_t handshakes_refused_ = 0;
};

}  // namespace rilon
