"""An entry (§4): header ‖ signature ‖ body; padding; the bodies of clear entries (§5)."""
import os
from dataclasses import dataclass

from . import crypto
from .layout import H, Reader, demand, magic, u8, u16, u32, u64

HEADER, SIGNED = 192, 256
GENESIS, CONTENT, GRANT, REDACT, CHUNK = range(5)
CLEAR_KINDS = (GENESIS, GRANT, REDACT)
ROUTINE, PRIORITY, IMMEDIATE, FLASH = range(4)
CLEAR = 1 << 3
BODY_MAX, PLAIN_MAX = 262_144, 245_759
ZERO_ID = bytes(32)


@dataclass(frozen=True)
class Header:
    network_id: bytes
    stream_id: bytes
    origin: bytes
    generation: int
    kind: int
    flags: int
    epoch: int
    seq: int
    dir_seq: int
    prev: bytes
    body_hash: bytes
    body_len: int
    nonce: bytes
    suite: int = 1

    def encode(self):
        return (magic(b"ENT") + self.network_id + self.stream_id + self.origin + u16(self.generation) + u8(self.kind)
                + u8(self.flags) + u32(self.epoch) + u64(self.seq) + u64(self.dir_seq) + self.prev + self.body_hash
                + u32(self.body_len) + u8(self.suite) + bytes(3) + self.nonce)

    def body_ad(self):
        """What a body is bound to: all of the header but the body's own hash."""
        data = self.encode()
        return data[:128] + data[160:]

    @property
    def precedence(self):
        return self.flags & 3


@dataclass(frozen=True)
class Entry:
    header: Header
    signature: bytes
    body: bytes | None  # None: absent, header and signature travel alone.

    @property
    def entry_id(self):
        return H(self.signed())

    def signed(self):
        return self.header.encode() + self.signature

    def encode(self):
        return self.signed() + (self.body or b"")

    def check_signature(self, pk):
        crypto.verify(pk, self.header.encode(), self.signature)


def parse_header(data):
    r = Reader(data)
    r.expect(magic(b"ENT"), "magic")
    network_id, stream_id, origin = r.take(16), r.take(32), r.take(16)
    generation, kind, flags, epoch = r.number(2), r.number(1), r.number(1), r.number(4)
    seq, dir_seq, prev, body_hash, body_len = r.number(8), r.number(8), r.take(32), r.take(32), r.number(4)
    suite, reserved, nonce = r.number(1), r.take(3), r.take(24)
    r.end()
    demand(kind <= CHUNK, "unsupported", "kind")
    demand(suite == 1, "unsupported", "suite")
    demand(reserved == bytes(3) and flags & ~(CLEAR | 3) == 0, "malformed", "reserved bits")
    demand(bool(flags & CLEAR) == (kind in CLEAR_KINDS), "malformed", "CLEAR does not fit the kind")
    demand(body_len <= BODY_MAX, "too-large", "body_len")
    demand(generation >= 1, "malformed", "generation")
    first = seq == 0
    demand(first == (kind == GENESIS) == (prev == ZERO_ID) == (epoch == 0), "malformed", "seq, kind, prev, epoch")
    return Header(network_id, stream_id, origin, generation, kind, flags, epoch, seq, dir_seq, prev, body_hash,
                  body_len, nonce, suite)


def parse_entry(data, absent=False):
    header = parse_header(data[:HEADER])
    if absent:
        demand(len(data) == SIGNED, "malformed", "length of an absent entry")
        demand(header.kind in (CONTENT, CHUNK), "malformed", "this kind is never absent")
        return Entry(header, bytes(data[HEADER:]), None)
    demand(len(data) == SIGNED + header.body_len, "malformed", "length")
    body = bytes(data[SIGNED:])
    demand(H(body) == header.body_hash, "malformed", "body_hash")
    parse_clear_body(header, body)
    return Entry(header, bytes(data[HEADER:SIGNED]), body)


def sign_entry(key, header):
    return key.sign(header.encode())


# --- bodies of content and chunks ---------------------------------------------------------------


def block_size(length):
    return 256 if length <= 4096 else (1 << (length.bit_length() - 1)) // 8


def pad(plain):
    demand(len(plain) <= PLAIN_MAX, "too-large", "plaintext")
    block = block_size(len(plain))
    return plain + b"\x80" + bytes(block - 1 - len(plain) % block)


def unpad(padded):
    plain = padded.rstrip(b"\0")
    demand(plain.endswith(b"\x80"), "malformed", "padding")
    return plain[:-1]


def entry_key(epoch_key, stream_id, seq):
    return H(magic(b"EKY"), stream_id, u64(seq), key=epoch_key)


def open_body(entry, epoch_key):
    header = entry.header
    key = entry_key(epoch_key, header.stream_id, header.seq)
    return unpad(crypto.unseal(key, header.nonce, header.body_ad(), entry.body))


def seal_body(header, epoch_key, plain):
    """`header` with body_len set; the body."""
    return crypto.seal(entry_key(epoch_key, header.stream_id, header.seq), header.nonce, header.body_ad(), pad(plain))


def new_nonce():
    return os.urandom(24)


# --- bodies of clear entries (§5) ----------------------------------------------------------------


@dataclass(frozen=True)
class Genesis:
    audience_id: bytes
    random: bytes
    superseded: tuple | None = None  # (stream_id, seq, entry_id)

    def encode(self):
        data = self.audience_id + self.random
        if self.superseded:
            stream_id, seq, entry_id = self.superseded
            data += stream_id + u64(seq) + entry_id
        return data

    def stream_id(self, network_id, origin, sign_pk):
        return H(magic(b"STR"), network_id, origin, sign_pk, self.audience_id, self.random)


@dataclass(frozen=True)
class Grant:
    dir_link: bytes
    commitment: bytes
    sealed_definition: bytes = b""

    def encode(self):
        return self.dir_link + self.commitment + self.sealed_definition


@dataclass(frozen=True)
class Redact:
    ranges: tuple  # of (from, to), both inclusive

    def encode(self):
        return u16(len(self.ranges)) + b"".join(u64(low) + u64(high) for low, high in self.ranges)

    def __contains__(self, seq):
        return any(low <= seq <= high for low, high in self.ranges)


def parse_genesis(body):
    r = Reader(body)
    audience_id, random = r.take(16), r.take(16)
    superseded = (r.take(32), r.number(8), r.take(32)) if r.left() else None
    r.end()
    return Genesis(audience_id, random, superseded)


def parse_grant(body):
    r = Reader(body)
    grant = Grant(r.take(32), r.take(32), r.take(r.left()))
    demand(not grant.sealed_definition or len(grant.sealed_definition) >= 272, "malformed", "sealed definition")
    return grant


def parse_redact(body):
    r = Reader(body)
    ranges = tuple((r.number(8), r.number(8)) for _ in range(r.number(2)))
    r.end()
    demand(ranges, "malformed", "an empty redact")
    demand(all(low <= high for low, high in ranges), "malformed", "range")
    demand(all(a[1] < b[0] for a, b in zip(ranges, ranges[1:])), "malformed", "order of ranges")
    return Redact(ranges)


def parse_clear_body(header, body):
    parsers = {GENESIS: parse_genesis, GRANT: parse_grant, REDACT: parse_redact}
    return parsers[header.kind](body) if header.kind in parsers else None
