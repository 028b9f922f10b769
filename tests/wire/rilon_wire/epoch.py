"""Epoch keys (§7): sealed definitions of derived audiences, and slots, in which members get the key."""
import os
from dataclasses import dataclass

from . import crypto, hpke
from .entry import pad, parse_grant, unpad
from .layout import H, Reader, demand, magic, u8, u16, u32

SLOT = 136


def key_commitment(epoch_key, stream_id, epoch):
    return H(magic(b"KCM"), stream_id, u32(epoch), key=epoch_key)


def opens(epoch_key, grant):
    """Whether this is the key that the grant entry commits to."""
    header = grant.header
    return key_commitment(epoch_key, header.stream_id, header.epoch) == parse_grant(grant.body).commitment


# --- definitions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Definition:
    base: bytes
    excluded: tuple = ()    # party codes
    named: tuple = ()       # node ids
    recipients: tuple = ()  # key ids of encryption keys

    def encode(self):
        def ids(values):
            return u16(len(values)) + b"".join(sorted(values))
        codes = sorted(code.encode() for code in self.excluded)
        return (self.base + u16(len(codes)) + b"".join(u8(len(code)) + code for code in codes) + ids(self.named)
                + ids(self.recipients))


def parse_definition(data):
    r = Reader(data)

    def ascending(most, take):
        count = r.number(2)
        demand(count <= most, "malformed", "count")
        values = tuple(take() for _ in range(count))
        demand(all(a < b for a, b in zip(values, values[1:])), "malformed", "order")
        return values
    base = r.take(16)
    excluded = ascending(300, lambda: r.take(r.number(1)))
    demand(all(code and code.isascii() for code in excluded), "malformed", "party code")
    named = ascending(4096, lambda: r.take(16))
    recipients = ascending(4096, lambda: r.take(16))
    r.end()
    return Definition(base, tuple(code.decode() for code in excluded), named, recipients)


def _definition_key(epoch_key, stream_id, epoch):
    return H(magic(b"MLK"), stream_id, u32(epoch), key=epoch_key)


def seal_definition(header, epoch_key, dir_link, definition):
    """`header`: of the grant that will carry it; stream, epoch and nonce are used."""
    commitment = key_commitment(epoch_key, header.stream_id, header.epoch)
    return crypto.seal(_definition_key(epoch_key, header.stream_id, header.epoch), header.nonce,
                       header.stream_id + u32(header.epoch) + dir_link + commitment, pad(definition))


def open_definition(grant, epoch_key):
    header, body = grant.header, parse_grant(grant.body)
    plain = crypto.unseal(_definition_key(epoch_key, header.stream_id, header.epoch), header.nonce,
                          header.stream_id + u32(header.epoch) + body.dir_link + body.commitment,
                          body.sealed_definition)
    return parse_definition(unpad(plain))


# --- slots ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Psk:
    """The network's pre-shared key of one generation."""
    generation: int
    key: bytes


@dataclass(frozen=True)
class Slot:
    stream_id: bytes
    epoch: int
    tag: bytes
    psk_id: int
    enc: bytes
    ct: bytes

    def encode(self):
        return self.stream_id + u32(self.epoch) + self.tag + u32(self.psk_id) + self.enc + self.ct


def parse_slot(data):
    r = Reader(data)
    slot = Slot(r.take(32), r.number(4), r.take(16), r.number(4), r.take(32), r.take(48))
    r.end()
    demand(slot.epoch >= 1, "malformed", "epoch of a slot")
    return slot


def slot_tag(own, other_pk, stream_id, epoch):
    """`own` and `other_pk`: encryption keys of origin and recipient, in whichever order."""
    return H(magic(b"TAG"), crypto.dh(own.sk, other_pk), stream_id, u32(epoch))[:16]


def _slot_info(header, recipient_pk):
    return (magic(b"SLT") + header.network_id + header.stream_id + u32(header.epoch) + header.origin
            + crypto.key_id(recipient_pk))


def seal_slot(grant, epoch_key, origin_key, recipient_pk, psk, ephemeral_sk=None):
    """`grant`: the header of the grant; `origin_key`: the origin's encryption key."""
    enc, ct = hpke.seal(recipient_pk, _slot_info(grant, recipient_pk), epoch_key, psk.key, u32(psk.generation),
                        ephemeral_sk=ephemeral_sk)
    tag = slot_tag(origin_key, recipient_pk, grant.stream_id, grant.epoch)
    return Slot(grant.stream_id, grant.epoch, tag, psk.generation, enc, ct)


def open_slot(slot, grant, recipient_key, psk):
    """The epoch key, which is the one that the grant entry commits to; else the slot counts as not there."""
    demand((slot.stream_id, slot.epoch) == (grant.header.stream_id, grant.header.epoch), "malformed", "other grant")
    demand(slot.psk_id == psk.generation, "cannot-open", "generation of the pre-shared key")
    key = hpke.unseal(recipient_key, slot.enc, _slot_info(grant.header, recipient_key.pk), slot.ct, psk.key,
                      u32(slot.psk_id))
    demand(opens(key, grant), "cannot-open", "not the key that the grant commits to")
    return key


def new_epoch_key():
    return os.urandom(32)
