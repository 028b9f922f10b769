// P5: one publisher, 50 subscribers.
//
// The product's side is the live PUB of rilond's ZmqTransport: an endpoint and a ZAP domain of the
// audience, each subscriber's key admitted by name, published by the call the loop makes. Raw is a
// bare ZeroMQ PUB with CURVE and no ZAP. The subscribers are bare SUB sockets in both, with the
// same settings, and both send the same two parts: a topic of 17 bytes and an entry of 1,040. A
// round is some bursts, each sent whole and then received whole by everybody; one message missing
// or too many ends the process.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "node/zmq_live.h"
#include "node/zmq_transport.h"
#include "protocol/bytes.h"
#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/raw_fanout.h"

namespace rilon::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t subscribers = 50;
constexpr std::size_t entry_bytes = 1040;
constexpr std::size_t burst = 200;  // Below the high-water mark: nothing may be dropped.

struct Took {
    double seconds = 0;
    double cpu = 0;  // Of the whole process: publisher, subscribers, both I/O threads.
};

// Until every subscriber has heard something: the first messages go nowhere. `turn` publishes one.
void join(FanOutSubscribers& listening, const std::function<void()>& turn) {
    for (int i = 0; listening.heard() < subscribers; ++i) {
        if (i > 3000) give_up("P5: not all subscribers were admitted");
        turn();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    // What is still on its way.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    (void)listening.heard();
}

Took run_bursts(FanOutSubscribers& listening, std::size_t bursts,
                const std::function<void()>& publish) {
    const double cpu = cpu_seconds();
    const auto start = SteadyClock::now();
    for (std::size_t i = 0; i < bursts; ++i) {
        for (std::size_t n = 0; n < burst; ++n) publish();
        listening.receive(burst);
    }
    return {std::chrono::duration<double>(SteadyClock::now() - start).count(), cpu_seconds() - cpu};
}

// rilond's transport, publishing one audience.
class LivePublisher {
   public:
    explicit LivePublisher(const std::vector<CurveKey>& keys)
        : audience_(rng_.bytes<AudienceId>()) {
        own_.transport = make_transport_key_pair(rng_);
        TransportOptions options;
        options.live = "tcp://127.0.0.1:*";
        transport_ = must(ZmqTransport::start(own_, options), "opening sockets");
        AdmitPeers admitted;
        for (const CurveKey& key : keys)
            admitted.live[audience_].insert(TransportPublicKey::copy_of({key.data(), key.size()}));
        transport_->admit(admitted);
        for (int i = 0; transport_->live_endpoint().empty(); ++i) {
            if (i > 100) give_up("P5: the publisher is not bound");
            tend();
        }
    }
    std::string endpoint() const { return transport_->live_endpoint(); }
    CurveKey key() const {
        CurveKey out{};
        const auto pk = own_.transport.pk.view();
        std::copy(pk.begin(), pk.end(), out.begin());
        return out;
    }
    void tend() {
        std::vector<Event> events;
        must(transport_->poll(10, events), "polling");
    }
    // As the loop does it for an entry that was committed.
    void publish() {
        ByteWriter topic;
        topic.u8(1).raw(audience_.view());
        transport_->publish({audience_, std::move(topic).take(), entry_});
    }

   private:
    SystemRng rng_;
    NodeIdentity own_;
    AudienceId audience_;
    Bytes entry_ = Bytes(entry_bytes, 0x65);
    std::unique_ptr<ZmqTransport> transport_;
};

}  // namespace

void bench_fan_out(BenchRun& run) {
    const std::size_t rounds = run.quick ? 5 : 15;
    const std::size_t bursts = run.quick ? 1 : 5;
    const double deliveries = static_cast<double>(bursts * burst * subscribers);
    FanOutSubscribers of_product(subscribers), of_raw(subscribers);
    LivePublisher product(of_product.keys());
    RawPublisher raw;
    of_product.connect(product.endpoint(), product.key());
    of_raw.connect(raw.endpoint(), raw.key());
    auto publish_raw = [&] { raw.publish(live_topic_bytes, entry_bytes); };
    join(of_product, [&] {
        product.tend();
        product.publish();
    });
    join(of_raw, publish_raw);
    std::vector<double> reached, bare, cpu, bare_cpu;
    for (std::size_t round = 0; round < rounds; ++round) {
        Took took = run_bursts(of_product, bursts, [&] { product.publish(); });
        reached.push_back(deliveries / took.seconds);
        cpu.push_back(took.cpu * 1e6 / deliveries);
        took = run_bursts(of_raw, bursts, publish_raw);
        bare.push_back(deliveries / took.seconds);
        bare_cpu.push_back(took.cpu * 1e6 / deliveries);
        product.tend();
    }
    run.figures.push_back(
        {"P5", fmt::format("fan-out to {} subscribers, deliveries", subscribers), "/s",
         Better::higher, median(reached), median(bare), 0.80,
         fmt::format("the live PUB of the node's transport, CURVE, ZAP, against a bare PUB with "
                     "CURVE; {} + {} bytes, bursts of {} received whole by bare SUB sockets in the "
                     "same process, one I/O thread on each side",
                     live_topic_bytes, entry_bytes, burst)});
    run.figures.push_back({"P5", "  processor a delivery, both ends", "us", Better::lower,
                           median(cpu), median(bare_cpu), 0, ""});
}

}  // namespace rilon::bench
