#include "protocol/crypto.h"

#include <sodium.h>

#include <algorithm>

namespace rilon {

Hash32 hash(std::initializer_list<ByteView> parts) {
    crypto_generichash_state state;
    Hash32 out;
    crypto_generichash_init(&state, nullptr, 0, Hash32::size());
    for (ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
    crypto_generichash_final(&state, out.data(), Hash32::size());
    return out;
}

void keyed_hash(ByteView key, std::initializer_list<ByteView> parts, std::span<Byte> out32) {
    RILON_ASSERT(out32.size() == 32 && key.size() == 32);
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), out32.size());
    for (ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
    crypto_generichash_final(&state, out32.data(), out32.size());
    sodium_memzero(&state, sizeof state);
}

KeyId key_id(ByteView public_key) {
    static constexpr Magic prefix = magic("RLN1KID");
    return KeyId::copy_of(hash({prefix, public_key}).view().first(16));
}

SignKeyPair sign_key_pair(const SignSeed& seed) {
    SignKeyPair pair;
    crypto_sign_seed_keypair(pair.pk.data(), pair.sk.writable().data(), seed.expose().data());
    return pair;
}

SignKeyPair make_sign_key_pair(Rng& rng) {
    return sign_key_pair(rng.secret<SignSeed>());
}

EncKeyPair make_enc_key_pair(Rng& rng) {
    EncKeyPair pair{{}, rng.secret<EncSecretKey>()};
    pair.pk = enc_public_key(pair.sk);
    return pair;
}

TransportKeyPair make_transport_key_pair(Rng& rng) {
    return transport_key_pair(rng.secret<TransportSecretKey>());
}

TransportKeyPair transport_key_pair(TransportSecretKey sk) {
    TransportKeyPair pair{{}, std::move(sk)};
    crypto_scalarmult_base(pair.pk.data(), pair.sk.expose().data());
    return pair;
}

EncPublicKey enc_public_key(const EncSecretKey& sk) {
    EncPublicKey pk;
    crypto_scalarmult_base(pk.data(), sk.expose().data());
    return pk;
}

Signature sign(const SignSecretKey& sk, ByteView message) {
    Signature out;
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), sk.expose().data());
    return out;
}

bool signature_ok(const SignPublicKey& pk, ByteView message, const Signature& sig) {
    return crypto_sign_verify_detached(sig.data(), message.data(), message.size(), pk.data()) == 0;
}

bool valid_sign_key(const SignPublicKey& pk) {
    return crypto_core_ed25519_is_valid_point(pk.data()) == 1;
}

bool valid_x25519_key(ByteView pk32) {
    if (pk32.size() != 32) return false;
    Byte scalar[32] = {1};
    SharedSecret out;
    return crypto_scalarmult(out.writable().data(), scalar, pk32.data()) == 0;
}

std::optional<SharedSecret> x25519(const EncSecretKey& sk, const EncPublicKey& pk) {
    SharedSecret out;
    if (crypto_scalarmult(out.writable().data(), sk.expose().data(), pk.data()) != 0)
        return std::nullopt;
    return out;
}

Bytes aead_seal(ByteView key32, const Nonce24& nonce, ByteView ad, ByteView plain) {
    RILON_ASSERT(key32.size() == 32);
    Bytes out(plain.size() + aead_tag_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(),
                                               ad.data(), ad.size(), nullptr, nonce.data(),
                                               key32.data());
    return out;
}

std::optional<Bytes> aead_open(ByteView key32, const Nonce24& nonce, ByteView ad, ByteView sealed) {
    RILON_ASSERT(key32.size() == 32);
    if (sealed.size() < aead_tag_bytes) return std::nullopt;
    Bytes out(sealed.size() - aead_tag_bytes);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                   sealed.size(), ad.data(), ad.size(),
                                                   nonce.data(), key32.data()) != 0)
        return std::nullopt;
    return out;
}

void hkdf_extract(ByteView salt, ByteView ikm, std::span<Byte> prk32) {
    RILON_ASSERT(prk32.size() == crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256_state state;
    // An empty salt may be a null view; libsodium declares its pointer nonnull.
    static constexpr Byte none = 0;
    crypto_auth_hmacsha256_init(&state, salt.empty() ? &none : salt.data(), salt.size());
    crypto_auth_hmacsha256_update(&state, ikm.data(), ikm.size());
    crypto_auth_hmacsha256_final(&state, prk32.data());
    sodium_memzero(&state, sizeof state);
}

void hkdf_expand(ByteView prk32, ByteView info, std::span<Byte> out) {
    RILON_ASSERT(out.size() <= 255 * 32);
    Byte block[32];
    std::size_t have = 0;
    Byte counter = 1;
    for (std::size_t done = 0; done < out.size(); ++counter) {
        crypto_auth_hmacsha256_state state;
        crypto_auth_hmacsha256_init(&state, prk32.data(), prk32.size());
        crypto_auth_hmacsha256_update(&state, block, have);
        crypto_auth_hmacsha256_update(&state, info.data(), info.size());
        crypto_auth_hmacsha256_update(&state, &counter, 1);
        crypto_auth_hmacsha256_final(&state, block);
        have = sizeof block;
        std::size_t n = std::min(have, out.size() - done);
        std::memcpy(out.data() + done, block, n);
        done += n;
        sodium_memzero(&state, sizeof state);
    }
    sodium_memzero(block, sizeof block);
}

bool equal_secret(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

void wipe(Bytes& bytes) {
    if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
    bytes.clear();
}

void wipe(std::string& text) {
    if (!text.empty()) sodium_memzero(text.data(), text.size());
    text.clear();
}

}  // namespace rilon
