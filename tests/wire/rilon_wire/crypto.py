"""The primitives (§1, §3): all from libsodium, none made here."""
import os

from nacl import bindings, exceptions

from .layout import H, Refused, demand, magic


class SignKey:
    """An Ed25519 key pair from its seed."""

    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        self.pk, self._sk = bindings.crypto_sign_seed_keypair(self.seed)

    def sign(self, message):
        return bindings.crypto_sign(message, self._sk)[:64]


class BoxKey:
    """An X25519 key pair from its secret."""

    def __init__(self, sk=None):
        self.sk = sk or os.urandom(32)
        self.pk = bindings.crypto_scalarmult_base(self.sk)


def verify(pk, message, signature, code="bad-signature"):
    try:
        bindings.crypto_sign_open(bytes(signature) + bytes(message), pk)
    except (exceptions.BadSignatureError, exceptions.CryptoError, ValueError) as error:
        raise Refused(code) from error


def sound_sign_pk(pk):
    """A canonical point of the prime-order group."""
    demand(len(pk) == 32, "malformed", "signing key")
    demand(bindings.crypto_core_ed25519_is_valid_point(pk), "invalid", "signing key")
    return pk


def sound_box_pk(pk):
    """Not of small order: the product with any secret would be zero."""
    demand(len(pk) == 32, "malformed", "X25519 key")
    dh(b"\x40" * 32, pk)
    return pk


def dh(sk, pk):
    try:
        return bindings.crypto_scalarmult(sk, pk)
    except (exceptions.RuntimeError, ValueError) as error:
        raise Refused("invalid", "X25519 result is zero") from error


def seal(key, nonce, ad, plain):
    return bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, ad, nonce, key)


def unseal(key, nonce, ad, sealed):
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, ad, nonce, key)
    except (exceptions.CryptoError, ValueError) as error:
        raise Refused("cannot-open") from error


def node_id(network_id, first_sign_pk):
    return H(magic(b"NID"), network_id, first_sign_pk)[:16]


def key_id(pk):
    return H(magic(b"KID"), pk)[:16]


def possession_message(network_id, request):
    return magic(b"POP") + network_id + H(request)
