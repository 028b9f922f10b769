// The few primitives of the protocol, each a thin, typed call into libsodium. No scheme is decided
// here (entry.h, slot.h, directory.h do that) and nothing is hand-written but HKDF's two loops.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>

#include "protocol/ids.h"
#include "protocol/rng.h"
#include "protocol/secret.h"

namespace rilon {

// A domain-separating prefix: 8 bytes, the last zero.
using Magic = std::array<Byte, 8>;
constexpr Magic magic(const char (&text)[8]) {
    Magic out{};
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<Byte>(text[i]);
    return out;
}

// H(parts…): 32-byte BLAKE2b of the concatenation.
Hash32 hash(std::initializer_list<ByteView> parts);
// H_k(parts…): the same, keyed.
void keyed_hash(ByteView key, std::initializer_list<ByteView> parts, std::span<Byte> out32);

// First 16 bytes of H(`RLN1KID\0` ‖ public key).
KeyId key_id(ByteView public_key);

struct SignKeyPair {
    SignPublicKey pk;
    SignSecretKey sk;
};
struct EncKeyPair {
    EncPublicKey pk;
    EncSecretKey sk;
};
struct TransportKeyPair {
    TransportPublicKey pk;
    TransportSecretKey sk;
};
SignKeyPair sign_key_pair(const SignSeed& seed);
SignKeyPair make_sign_key_pair(Rng& rng);
EncKeyPair make_enc_key_pair(Rng& rng);
TransportKeyPair make_transport_key_pair(Rng& rng);
TransportKeyPair transport_key_pair(TransportSecretKey sk);
EncPublicKey enc_public_key(const EncSecretKey& sk);

Signature sign(const SignSecretKey& sk, ByteView message);
[[nodiscard]] bool signature_ok(const SignPublicKey& pk, ByteView message, const Signature& sig);
// On the curve, canonical, not of small or mixed order: what enrolment demands of a signing key.
[[nodiscard]] bool valid_sign_key(const SignPublicKey& pk);
// Not of small order (the product with any scalar is not zero): what enrolment demands of an
// X25519 key, for slots and for CURVE alike.
[[nodiscard]] bool valid_x25519_key(ByteView pk32);

// X25519; nothing when the result is all zero (RFC 7748 §6.1).
std::optional<SharedSecret> x25519(const EncSecretKey& sk, const EncPublicKey& pk);

// XChaCha20-Poly1305 (IETF). `open` gives nothing when authentication fails.
constexpr std::size_t aead_tag_bytes = 16;
Bytes aead_seal(ByteView key32, const Nonce24& nonce, ByteView ad, ByteView plain);
std::optional<Bytes> aead_open(ByteView key32, const Nonce24& nonce, ByteView ad, ByteView sealed);

// HMAC-SHA-256 based extract and expand (RFC 5869). `out` at most 255 × 32 bytes.
void hkdf_extract(ByteView salt, ByteView ikm, std::span<Byte> prk32);
void hkdf_expand(ByteView prk32, ByteView info, std::span<Byte> out);

// Compares in constant time; lengths are public.
[[nodiscard]] bool equal_secret(ByteView a, ByteView b);
void wipe(Bytes& bytes);
void wipe(std::string& text);

}  // namespace rilon
