// The raw limit of fan-out: bare ZeroMQ over loopback, CURVE, one PUB. The subscribers are bare SUB
// sockets, too, and listen to the product's publisher as well: both sides of the comparison pay the
// same for receiving.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rilon::bench {

using CurveKey = std::array<std::uint8_t, 32>;

class FanOutSubscribers {
   public:
    // Each has a key of its own. Ends the process on any failure, as everything here.
    explicit FanOutSubscribers(std::size_t count);
    ~FanOutSubscribers();
    FanOutSubscribers(const FanOutSubscribers&) = delete;

    const std::vector<CurveKey>& keys() const;
    void connect(const std::string& endpoint, const CurveKey& server);
    // Those that have received something. Throws away what came.
    std::size_t heard();
    // Reads until every subscriber has `each` messages more and nothing follows; ends the process
    // when one is missing after 10 s or one too many came.
    void receive(std::size_t each);

   private:
    struct State;
    std::unique_ptr<State> state_;
};

class RawPublisher {
   public:
    RawPublisher();
    ~RawPublisher();
    RawPublisher(const RawPublisher&) = delete;

    const std::string& endpoint() const;
    const CurveKey& key() const;
    // One message of two parts of these sizes.
    void publish(std::size_t topic_bytes, std::size_t entry_bytes);

   private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rilon::bench
