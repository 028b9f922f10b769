// The raw limit of the network: one CURVE connection over loopback, bare libzmq.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace rilon::bench {

class RawLink {
   public:
    // `serve` runs on the server's thread for every message, before it answers.
    explicit RawLink(std::function<void()> serve);
    ~RawLink();
    RawLink(const RawLink&) = delete;

    // A message of so many bytes there, a short answer back.
    void round(std::size_t bytes);

   private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rilon::bench
