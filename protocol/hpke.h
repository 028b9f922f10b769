// HPKE (RFC 9180), single-shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, modes
// base and psk. Only what slots and sealed acks need; the primitives are libsodium's.
#pragma once

#include "protocol/crypto.h"

namespace rilon {

struct HpkeSealed {
    EncPublicKey enc;
    Bytes ct;
};
// Empty psk and psk_id: mode_base. The ephemeral key comes from rng (32 random bytes as its
// secret). Errors: invalid on a recipient key of small order, or a psk without its id.
Result<HpkeSealed> hpke_seal(const EncPublicKey& recipient, ByteView psk, ByteView psk_id,
                             ByteView info, ByteView aad, ByteView plain, Rng& rng);
// Errors: cannot_open.
Result<Bytes> hpke_open(const EncPublicKey& enc, const EncSecretKey& recipient, ByteView psk,
                        ByteView psk_id, ByteView info, ByteView aad, ByteView ct);

}  // namespace rilon
