"""What a node says of itself, signed by its key (§11): acks, heads, reports."""
from dataclasses import dataclass, replace

from . import crypto, hpke
from .layout import H, Reader, demand, magic, u8, u16, u32, u64

STORED, OPENED, REDACTED = 1, 2, 3
ROWS_MAX = 1024
SEALED_INFO = magic(b"ACK")


@dataclass(frozen=True)
class AckRow:
    stream_id: bytes
    seq: int
    entry_id: bytes
    level: int

    def encode(self):
        return self.stream_id + u64(self.seq) + self.entry_id + u8(self.level)


@dataclass(frozen=True)
class Ack:
    network_id: bytes
    node_id: bytes
    generation: int
    counter: int
    dir_n: int
    dir_link: bytes
    audit_head: bytes
    rows: tuple
    signature: bytes = b""

    def signed(self):
        return (magic(b"ACK") + self.network_id + self.node_id + u16(self.generation) + u64(self.counter)
                + u64(self.dir_n) + self.dir_link + self.audit_head + u32(len(self.rows))
                + b"".join(row.encode() for row in self.rows))

    def encode(self):
        return self.signed() + self.signature


def parse_ack(data):
    r = Reader(data)
    r.expect(magic(b"ACK"), "magic")
    fields = r.take(16), r.take(16), r.number(2), r.number(8), r.number(8), r.take(32), r.take(32)
    count = r.number(4)
    demand(count <= ROWS_MAX, "too-large", "rows of an ack")
    rows = tuple(AckRow(r.take(32), r.number(8), r.take(32), r.number(1)) for _ in range(count))
    ack = Ack(*fields, rows, r.take(64))
    r.end()
    demand(all(STORED <= row.level <= REDACTED for row in rows), "malformed", "level of an ack")
    return ack


def seal_ack(ack, origin_enc_pk, ephemeral_sk=None):
    enc, ct = hpke.seal(origin_enc_pk, SEALED_INFO, ack, ephemeral_sk=ephemeral_sk)
    return enc + ct


def open_ack(sealed, origin_key):
    return hpke.unseal(origin_key, sealed[:32], SEALED_INFO, sealed[32:])


@dataclass(frozen=True)
class Head:
    network_id: bytes
    node_id: bytes
    generation: int
    stream_id: bytes
    seq: int
    entry_id: bytes
    time_ms: int
    signature: bytes = b""

    def signed(self):
        return (magic(b"HED") + self.network_id + self.node_id + u16(self.generation) + self.stream_id + u64(self.seq)
                + self.entry_id + u64(self.time_ms))

    def encode(self):
        return self.signed() + self.signature


def parse_head(data):
    r = Reader(data)
    r.expect(magic(b"HED"), "magic")
    head = Head(r.take(16), r.take(16), r.number(2), r.take(32), r.number(8), r.take(32), r.number(8), r.take(64))
    r.end()
    return head


def report_message(network_id, node_id, generation, report):
    return magic(b"HLT") + network_id + node_id + u16(generation) + H(report)


def sign(evidence, key):
    """An ack or head with its signature."""
    return replace(evidence, signature=key.sign(evidence.signed()))


def verify(evidence, pk):
    crypto.verify(pk, evidence.signed(), evidence.signature)
