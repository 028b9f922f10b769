// The raw limit of the cryptography: bare libsodium calls over messages of the sizes an entry has.
// Nothing of the product.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace rilon::bench {

constexpr std::size_t raw_header_bytes = 192;
constexpr std::size_t raw_prefix_bytes = 256;
constexpr std::size_t raw_officer_message_bytes = 104;

class RawCrypto {
   public:
    // `plain_bytes`: padded plaintext of an entry.
    explicit RawCrypto(std::size_t plain_bytes);

    // Each ends the process when it does not hold; all may run on several threads.
    void verify_node() const;
    void verify_officer() const;
    void sign() const;
    void seal() const;
    void open() const;
    void chain() const;  // Hash of header and signature, hash of the body.

   private:
    std::array<std::uint8_t, 32> pk_{};
    std::array<std::uint8_t, 64> sk_{};
    std::array<std::uint8_t, 32> key_{};
    std::array<std::uint8_t, 24> nonce_{};
    std::array<std::uint8_t, raw_prefix_bytes> prefix_{};
    std::array<std::uint8_t, raw_officer_message_bytes> officer_message_{};
    std::array<std::uint8_t, 64> node_signature_{};
    std::array<std::uint8_t, 64> officer_signature_{};
    std::vector<std::uint8_t> plain_;
    std::vector<std::uint8_t> sealed_;
};

// Calls work(0) … work(count − 1) spread over `threads` threads; returns when all are done.
void in_parallel(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace rilon::bench
