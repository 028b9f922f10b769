#include "tools/benchmark/raw_crypto.h"

#include <sodium.h>

#include <atomic>
#include <thread>

#include "protocol/assert.h"

namespace rilon::bench {

RawCrypto::RawCrypto(std::size_t plain_bytes)
    : plain_(plain_bytes, 7), sealed_(plain_bytes + crypto_aead_xchacha20poly1305_ietf_ABYTES) {
    RILON_ASSERT(sodium_init() >= 0);
    std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed{};
    seed.fill(1);
    crypto_sign_seed_keypair(pk_.data(), sk_.data(), seed.data());
    prefix_.fill(2);
    officer_message_.fill(3);
    crypto_sign_detached(node_signature_.data(), nullptr, prefix_.data(), raw_header_bytes,
                         sk_.data());
    crypto_sign_detached(officer_signature_.data(), nullptr, officer_message_.data(),
                         officer_message_.size(), sk_.data());
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed_.data(), nullptr, plain_.data(),
                                               plain_.size(), prefix_.data(), raw_header_bytes,
                                               nullptr, nonce_.data(), key_.data());
}

void RawCrypto::verify_node() const {
    RILON_ASSERT(crypto_sign_verify_detached(node_signature_.data(), prefix_.data(),
                                             raw_header_bytes, pk_.data()) == 0);
}

void RawCrypto::verify_officer() const {
    RILON_ASSERT(crypto_sign_verify_detached(officer_signature_.data(), officer_message_.data(),
                                             officer_message_.size(), pk_.data()) == 0);
}

void RawCrypto::sign() const {
    std::array<std::uint8_t, crypto_sign_BYTES> out{};
    crypto_sign_detached(out.data(), nullptr, prefix_.data(), raw_header_bytes, sk_.data());
}

void RawCrypto::seal() const {
    std::vector<std::uint8_t> out(sealed_.size());
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, plain_.data(), plain_.size(),
                                               prefix_.data(), raw_header_bytes, nullptr,
                                               nonce_.data(), key_.data());
}

void RawCrypto::open() const {
    std::vector<std::uint8_t> out(plain_.size());
    RILON_ASSERT(crypto_aead_xchacha20poly1305_ietf_decrypt(
                     out.data(), nullptr, nullptr, sealed_.data(), sealed_.size(), prefix_.data(),
                     raw_header_bytes, nonce_.data(), key_.data()) == 0);
}

void RawCrypto::chain() const {
    std::array<std::uint8_t, 32> id{};
    std::array<std::uint8_t, 32> body{};
    crypto_generichash(id.data(), id.size(), prefix_.data(), prefix_.size(), nullptr, 0);
    crypto_generichash(body.data(), body.size(), sealed_.data(), sealed_.size(), nullptr, 0);
}

void in_parallel(unsigned threads, std::size_t count,
                 const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    auto part = [&] {
        for (std::size_t i = next++; i < count; i = next++) work(i);
    };
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(part);
    part();
    for (std::thread& other : others) other.join();
}

}  // namespace rilon::bench
