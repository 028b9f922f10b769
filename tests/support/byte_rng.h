// Rngs for tests that need to say what is random: given bytes, or the same byte for ever.
#pragma once

#include "protocol/rng.h"

namespace rilon {

// Gives the bytes it was made with, in order; asking for more is the test's bug.
class GivenRng final : public Rng {
   public:
    explicit GivenRng(Bytes bytes) : bytes_(std::move(bytes)) {}
    void fill(std::span<Byte> out) override {
        RILON_ASSERT(at_ + out.size() <= bytes_.size());
        std::memcpy(out.data(), bytes_.data() + at_, out.size());
        at_ += out.size();
    }

   private:
    Bytes bytes_;
    std::size_t at_ = 0;
};

// A broken generator: every call gives the same bytes.
class RepeatingRng final : public Rng {
   public:
    void fill(std::span<Byte> out) override {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(i * 7 + 1);
    }
};

}  // namespace rilon
