"""HPKE (RFC 9180), single shot, modes base and psk, with the one suite of §7:
DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, ChaCha20-Poly1305 0x0003."""
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from .crypto import BoxKey, dh
from .layout import Refused, demand, u16

KEM = b"KEM" + u16(0x0020)
HPKE = b"HPKE" + u16(0x0020) + u16(0x0001) + u16(0x0003)
MODE_BASE, MODE_PSK = b"\x00", b"\x01"


def labeled_extract(suite, salt, label, ikm):
    return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256)


def labeled_expand(suite, prk, label, info, length):
    """One block of HKDF: no length here is over 32."""
    message = u16(length) + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, message + b"\x01", hashlib.sha256)[:length]


def shared_secret(zz, enc, recipient_pk):
    prk = labeled_extract(KEM, b"", b"eae_prk", zz)
    return labeled_expand(KEM, prk, b"shared_secret", enc + recipient_pk, 32)


def key_schedule(secret, info, psk, psk_id):
    """Key and base nonce. Both of psk and psk_id, or neither."""
    demand(bool(psk) == bool(psk_id), "malformed", "psk without psk_id")
    context = ((MODE_PSK if psk else MODE_BASE) + labeled_extract(HPKE, b"", b"psk_id_hash", psk_id)
               + labeled_extract(HPKE, b"", b"info_hash", info))
    prk = labeled_extract(HPKE, secret, b"secret", psk)
    return labeled_expand(HPKE, prk, b"key", context, 32), labeled_expand(HPKE, prk, b"base_nonce", context, 12)


def seal(recipient_pk, info, plain, psk=b"", psk_id=b"", aad=b"", ephemeral_sk=None):
    """(enc, ct)."""
    ephemeral = BoxKey(ephemeral_sk)
    secret = shared_secret(dh(ephemeral.sk, recipient_pk), ephemeral.pk, recipient_pk)
    key, nonce = key_schedule(secret, info, psk, psk_id)
    return ephemeral.pk, ChaCha20Poly1305(key).encrypt(nonce, plain, aad)


def unseal(recipient, enc, info, ct, psk=b"", psk_id=b"", aad=b""):
    try:
        secret = shared_secret(dh(recipient.sk, enc), enc, recipient.pk)
        key, nonce = key_schedule(secret, info, psk, psk_id)
        return ChaCha20Poly1305(key).decrypt(nonce, ct, aad)
    except (InvalidTag, Refused) as error:
        raise Refused("cannot-open") from error
