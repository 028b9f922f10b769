// The inside of HPKE: key schedule and AEAD. Private to hpke.cc and the vector tests, which check
// the later messages of RFC 9180's examples that single-shot use never makes.
#pragma once

#include "protocol/crypto.h"

namespace rilon::hpke {

constexpr std::size_t nonce_bytes = 12;
using Nonce = std::array<Byte, nonce_bytes>;

struct Schedule {
    AeadKey key;
    Nonce base_nonce{};
};
// RFC 9180 §5.1; mode_psk when there is a psk, else mode_base.
Schedule key_schedule(const SharedSecret& shared, ByteView info, ByteView psk, ByteView psk_id);

// DHKEM's ExtractAndExpand of the Diffie-Hellman result (§4.1).
SharedSecret kem_shared(const SharedSecret& dh, const EncPublicKey& enc,
                        const EncPublicKey& recipient);

// ChaCha20-Poly1305 (RFC 8439), 12-byte nonce.
Bytes chacha_seal(ByteView key32, const Nonce& nonce, ByteView aad, ByteView plain);
std::optional<Bytes> chacha_open(ByteView key32, const Nonce& nonce, ByteView aad, ByteView sealed);

}  // namespace rilon::hpke
