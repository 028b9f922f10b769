"""What people hand over (§15): armoured text, the network file, grants."""
import base64
import binascii
import hashlib

from nacl import bindings, exceptions

from . import schema
from .directory import Directory
from .layout import Reader, Refused, demand

ARMOUR_MAX, NETWORK_FILE_MAX = 8 << 20, 4 << 20
LABELS = ("NETWORK FILE", "NODE REQUEST", "PERSON REQUEST", "OFFICER REQUEST", "COORDINATOR REQUEST", "GRANT",
          "DRAFT", "KEY")


def armour(label, data):
    demand(label in LABELS, "malformed", "label")
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN RILON {label}-----", *lines, f"-----END RILON {label}-----", ""])


def dearmour(label, text):
    """Blank space around it and CRLF are forgiven; anything else must be what `armour` makes of the bytes."""
    demand(len(text) <= ARMOUR_MAX, "too-large", "armour")
    text = text.replace("\r\n", "\n").strip() + "\n"
    try:
        data = base64.b64decode("".join(text.splitlines()[1:-1]), validate=True)
    except binascii.Error as error:
        raise Refused("malformed", "base64") from error
    demand(data and armour(label, data) == text, "malformed", "armour")
    return data


def parse_network_file(data):
    """A directory of its records: at least record 0, which a newcomer pins."""
    demand(len(data) <= NETWORK_FILE_MAX, "malformed", "network file")
    file = schema.parse(schema.NetworkFile, data)
    demand(len(file.network_id) == 16, "malformed", "network_id")
    directory = Directory(file.network_id)
    for record in (file.first, *file.more):
        directory.apply(record)
    return directory


def coordinator_request(network_id, online_pk, coordinator):
    """What the founding ceremony makes record 0 of."""
    return network_id + online_pk + schema.encode(coordinator)


def parse_coordinator_request(data):
    """(network_id, online key, schema.Coordinator)."""
    r = Reader(data)
    return r.take(16), r.take(32), schema.parse(schema.Coordinator, r.take(r.left()))


def seal_grant(grant, enc_pk, ephemeral=None):
    """The format of crypto_box_seal. `ephemeral` (a BoxKey) makes the same bytes again."""
    if ephemeral is None:
        return bindings.crypto_box_seal(grant, enc_pk)
    return ephemeral.pk + bindings.crypto_box(grant, _seal_nonce(ephemeral.pk, enc_pk), enc_pk, ephemeral.sk)


def _seal_nonce(ephemeral_pk, pk):
    return hashlib.blake2b(ephemeral_pk + pk, digest_size=24).digest()


def open_grant(sealed, key):
    try:
        grant = schema.parse(schema.Grant, bindings.crypto_box_seal_open(sealed, key.pk, key.sk))
    except (exceptions.CryptoError, ValueError, TypeError) as error:
        raise Refused("cannot-open", "grant") from error
    demand(len(grant.psk) == 32 and len(grant.node_id) == 16, "malformed", "grant")
    return grant
