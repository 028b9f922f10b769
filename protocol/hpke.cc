#include "protocol/hpke.h"

#include <sodium.h>

#include "protocol/hpke_schedule.h"

namespace rilon {

namespace hpke {

namespace {

constexpr std::uint8_t mode_base = 0;
constexpr std::uint8_t mode_psk = 1;
constexpr std::size_t hash_bytes = 32;
constexpr std::array<Byte, 5> kem_suite = {'K', 'E', 'M', 0x00, 0x20};
constexpr std::array<Byte, 10> hpke_suite = {'H',  'P',  'K',  'E',  0x00,
                                             0x20, 0x00, 0x01, 0x00, 0x03};

using Prk = SecretBytes<struct PrkTag, hash_bytes>;

// RFC 9180's "": empty, but not null, which libsodium's HMAC declares it never takes.
const ByteView no_salt = as_bytes(std::string_view(""));

Prk labeled_extract(ByteView suite, ByteView salt, std::string_view label, ByteView ikm) {
    constexpr std::string_view version = "HPKE-v1";
    // Reserved in full: a buffer that grew would leave the secret behind in the old one.
    ByteWriter input(version.size() + suite.size() + label.size() + ikm.size());
    input.raw(as_bytes(version)).raw(suite).raw(as_bytes(label)).raw(ikm);
    Bytes labeled = std::move(input).take();
    Prk prk;
    hkdf_extract(salt, labeled, prk.writable());
    wipe(labeled);
    return prk;
}

void labeled_expand(ByteView suite, const Prk& prk, std::string_view label, ByteView info,
                    std::span<Byte> out) {
    ByteWriter input(64 + info.size());
    input.u16(static_cast<std::uint16_t>(out.size())).raw(as_bytes("HPKE-v1")).raw(suite);
    input.raw(as_bytes(label)).raw(info);
    hkdf_expand(prk.expose(), input.view(), out);
}

}  // namespace

SharedSecret kem_shared(const SharedSecret& dh, const EncPublicKey& enc,
                        const EncPublicKey& recipient) {
    const Prk prk = labeled_extract(kem_suite, no_salt, "eae_prk", dh.expose());
    ByteWriter context(2 * EncPublicKey::size());
    context.raw(enc.view()).raw(recipient.view());
    SharedSecret shared;
    labeled_expand(kem_suite, prk, "shared_secret", context.view(), shared.writable());
    return shared;
}

Schedule key_schedule(const SharedSecret& shared, ByteView info, ByteView psk, ByteView psk_id) {
    const Prk psk_id_hash = labeled_extract(hpke_suite, no_salt, "psk_id_hash", psk_id);
    const Prk info_hash = labeled_extract(hpke_suite, no_salt, "info_hash", info);
    ByteWriter context(1 + 2 * hash_bytes);
    context.u8(psk.empty() ? mode_base : mode_psk);
    context.raw(psk_id_hash.expose()).raw(info_hash.expose());
    const Prk secret = labeled_extract(hpke_suite, shared.expose(), "secret", psk);
    Schedule out;
    labeled_expand(hpke_suite, secret, "key", context.view(), out.key.writable());
    labeled_expand(hpke_suite, secret, "base_nonce", context.view(), out.base_nonce);
    return out;
}

Bytes chacha_seal(ByteView key32, const Nonce& nonce, ByteView aad, ByteView plain) {
    RILON_ASSERT(key32.size() == 32);
    Bytes out(plain.size() + crypto_aead_chacha20poly1305_ietf_ABYTES);
    crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(),
                                              aad.data(), aad.size(), nullptr, nonce.data(),
                                              key32.data());
    return out;
}

std::optional<Bytes> chacha_open(ByteView key32, const Nonce& nonce, ByteView aad,
                                 ByteView sealed) {
    RILON_ASSERT(key32.size() == 32);
    if (sealed.size() < crypto_aead_chacha20poly1305_ietf_ABYTES) return std::nullopt;
    Bytes out(sealed.size() - crypto_aead_chacha20poly1305_ietf_ABYTES);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                  sealed.size(), aad.data(), aad.size(),
                                                  nonce.data(), key32.data()) != 0)
        return std::nullopt;
    return out;
}

}  // namespace hpke

Result<HpkeSealed> hpke_seal(const EncPublicKey& recipient, ByteView psk, ByteView psk_id,
                             ByteView info, ByteView aad, ByteView plain, Rng& rng) {
    if (psk.empty() != psk_id.empty()) return {Errc::invalid, "HPKE: a psk goes with its id"};
    const EncKeyPair ephemeral = make_enc_key_pair(rng);
    auto dh = x25519(ephemeral.sk, recipient);
    if (!dh) return {Errc::invalid, "HPKE: the recipient's key is of small order"};
    const SharedSecret shared = hpke::kem_shared(*dh, ephemeral.pk, recipient);
    const hpke::Schedule schedule = hpke::key_schedule(shared, info, psk, psk_id);
    return HpkeSealed{ephemeral.pk,
                      hpke::chacha_seal(schedule.key.expose(), schedule.base_nonce, aad, plain)};
}

Result<Bytes> hpke_open(const EncPublicKey& enc, const EncSecretKey& recipient, ByteView psk,
                        ByteView psk_id, ByteView info, ByteView aad, ByteView ct) {
    const Error refused{Errc::cannot_open, "HPKE: does not open"};
    if (psk.empty() != psk_id.empty()) return refused;
    auto dh = x25519(recipient, enc);
    if (!dh) return refused;
    const SharedSecret shared = hpke::kem_shared(*dh, enc, enc_public_key(recipient));
    const hpke::Schedule schedule = hpke::key_schedule(shared, info, psk, psk_id);
    auto plain = hpke::chacha_open(schedule.key.expose(), schedule.base_nonce, aad, ct);
    if (!plain) return refused;
    return std::move(*plain);
}

}  // namespace rilon
