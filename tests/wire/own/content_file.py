"""content.json: what officers signed, and every kind of operation."""
import hashlib

from nacl import bindings

from rilon_wire import content, crypto, schema
from rilon_wire.layout import H

from . import operations
from .network import NOW_MS, fixed
from .rows import flipped, must_refuse


def contents(story):
    own = story.streams["BKK"]
    header = next(held.header for held in own.entries if held.header.seq == 2)
    origin = story.directory.at(header.dir_seq).nodes[header.origin]
    officer = story.officer("aus-bkk", 1)
    operation = operations.OPERATIONS["publish bulletin"]
    alert_id = fixed("alert", 16)
    good = content.make_content(story.id, own.stream_id, officer, alert_id, operation)

    def bad(code, label, plain):
        return must_refuse(code, label, lambda: content.verify_content(content.parse_content(plain), header,
                                                                       origin.sign_pk), plain=plain)

    def by(**other):
        """The same, with a certificate that is other in one thing."""
        return content.make_content(story.id, own.stream_id, story.officer("aus-bkk", 1, **other), alert_id, operation)

    def changed(**fields):
        message = schema.parse(schema.Content, good)
        for field, value in fields.items():
            setattr(message, field, value)
        return schema.encode(message)
    elsewhere = content.make_content(story.id, story.streams["BKK again"].stream_id, officer, alert_id, operation)
    theirs = content.make_content(story.id, own.stream_id, story.officer("nzl-bkk", 1), alert_id, operation)
    weak = MixedKey("weak officer")
    crypto.verify(weak.pk, b"libsodium takes it", weak.sign(b"libsodium takes it"))
    return {
        "place": {"stream_id": own.stream_id, "origin": header.origin, "dir_seq": header.dir_seq},
        "good": [*story.contents, {"label": "alone", "stream": "BKK", "seq": 2, "plain": good}],
        "refused": [
            bad("bad-signature", "a flipped operation", changed(operation=flipped(operation))),
            bad("bad-signature", "another alert id", changed(alert_id=flipped(alert_id))),
            bad("bad-signature", "a flipped officer's signature",
                changed(officer_signature=flipped(schema.parse(schema.Content, good).officer_signature))),
            bad("bad-signature", "a flipped certificate's signature",
                changed(certificate_signature=flipped(officer.certificate_signature))),
            bad("bad-signature", "signed for another stream", elsewhere),
            bad("not-authorised", "an officer of another node", theirs),
            bad("unknown-key", "a certificate by a generation that is not there", changed(certificate_generation=2)),
            bad("malformed", "a certificate by generation 0", changed(certificate_generation=0)),
            bad("malformed", "a certificate by generation 65,536", changed(certificate_generation=65_536)),
            bad("malformed", "an alert id of 15 bytes", changed(alert_id=alert_id[1:])),
            bad("malformed", "a certificate for 91 days", by(valid_until_ms=NOW_MS + 91 * 24 * 3_600_000)),
            bad("malformed", "a certificate that ends before it begins", by(valid_until_ms=NOW_MS)),
            bad("malformed", "a certificate without a display sign", by(display_sign="")),
            bad("malformed", "a certificate with a display sign of 33 characters", by(display_sign="\u0e01" * 33)),
            bad("malformed", "a certificate with a control character", by(role="offi\x1bcer")),
            bad("malformed", "a certificate with a direction mark", by(display_sign="LO-\u202e3")),
            bad("invalid", "a certificate for a key with a part of small order", by(key=weak)),
            bad("malformed", "cut short", good[:-1])],
        "operations": [{"label": label, "operation": data} for label, data in operations.OPERATIONS.items()],
        "operations_refused": [{"label": label, "code": code, "operation": data}
                               for code, label, data in operations.REFUSED]}


class MixedKey:
    """A signing key with a part of order two. Its signatures verify wherever nobody looks at the key: a half of all
    nonces do for a given message."""
    ORDER_TWO = bytes.fromhex("ec" + "ff" * 30 + "7f")

    def __init__(self, label):
        self.scalar = bindings.crypto_core_ed25519_scalar_reduce(fixed(label) + bytes(32))
        self.pk = bindings.crypto_core_ed25519_add(
            bindings.crypto_scalarmult_ed25519_base_noclamp(self.scalar), self.ORDER_TWO)

    def sign(self, message):
        for attempt in range(64):
            nonce = bindings.crypto_core_ed25519_scalar_reduce(H(self.scalar, message, bytes([attempt])) + bytes(32))
            r = bindings.crypto_scalarmult_ed25519_base_noclamp(nonce)
            h = bindings.crypto_core_ed25519_scalar_reduce(hashlib.sha512(r + self.pk + message).digest())
            if h[0] % 2 == 0:
                return r + bindings.crypto_core_ed25519_scalar_add(
                    nonce, bindings.crypto_core_ed25519_scalar_mul(h, self.scalar))
        raise AssertionError("64 odd numbers")
