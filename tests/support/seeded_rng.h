// A deterministic Rng: the ChaCha20 key stream of a seed. The same seed gives the same keys, ids
// and nonces on every machine. For tests and the simulator only.
#pragma once

#include <sodium.h>

#include <array>

#include "protocol/rng.h"

namespace rilon {

class SeededRng : public Rng {
   public:
    explicit SeededRng(std::uint64_t seed) {
        for (std::size_t i = 0; i < 8; ++i) key_[i] = static_cast<Byte>(seed >> (8 * i));
    }
    void fill(std::span<Byte> out) override {
        // One nonce per call keeps calls independent of how much the one before took.
        std::array<Byte, crypto_stream_chacha20_NONCEBYTES> nonce{};
        for (std::size_t i = 0; i < nonce.size(); ++i)
            nonce[i] = static_cast<Byte>(calls_ >> (8 * i));
        ++calls_;
        crypto_stream_chacha20(out.data(), out.size(), nonce.data(), key_.data());
    }
    // A number below `bound` (at least 1); the bias of the remainder does not matter to tests.
    std::uint64_t below(std::uint64_t bound) {
        std::array<Byte, 8> raw{};
        fill(raw);
        std::uint64_t value = 0;
        for (Byte b : raw) value = (value << 8) | b;
        return value % bound;
    }

   private:
    std::array<Byte, crypto_stream_chacha20_KEYBYTES> key_{};
    std::uint64_t calls_ = 0;
};

}  // namespace rilon
