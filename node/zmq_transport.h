// ZmqTransport: the transport over libzmq, CURVE and ZAP everywhere (docs/wire.md, "Transport").
//
//   zap          thread: who may connect where          (bound before everything else)
//   self probe   thread: tries every endpoint as a stranger
//   peers        ROUTER bound + DEALER per link: sync
//   live         PUB bound + SUB per link
//   control      ROUTER bound: clients on this machine, one part each way
#pragma once

#include <memory>

#include "node/identity.h"
#include "node/transport.h"
#include "node/transport_options.h"

namespace rilon {

class ZmqTransport : public Transport {
   public:
    // Binds and probes; nobody is admitted yet. `own` must outlive it; rekey() when it has another
    // transport key. Errors: io (with endpoint
    // and remedy), not_permitted (the probe was admitted), unreachable (the probe got no answer).
    static Result<std::unique_ptr<ZmqTransport>> start(const NodeIdentity& own,
                                                       TransportOptions options);
    ~ZmqTransport() override;

    Status poll(std::uint32_t wait_ms, std::vector<Event>& events) override;
    void send(SendFrame frame) override;
    void publish(const PublishLive& live) override;
    void answer(const AnswerClient& answer) override;
    void admit(const AdmitPeers& peers) override;
    void drop(const NodeId& peer) override;
    void reset_peers() override;
    void rekey() override;
    const TransportCounters& counters() const override;
    void wake() override;

    // As bound: with the port, when the system chose it. Empty when not bound.
    std::string sync_endpoint() const;
    std::string live_endpoint() const;
    std::string control_endpoint() const;

   private:
    struct State;
    explicit ZmqTransport(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace rilon
