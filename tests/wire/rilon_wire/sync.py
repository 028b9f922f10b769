"""Frames between peers (§12): head ‖ payload, and the payload's message by type."""
from dataclasses import dataclass

from . import schema
from .layout import H, Reader, demand, u8, u64

HELLO, HEADS, RANGE, PUT, PUSH, SLOTS, HEAD = 1, 2, 3, 4, 5, 6, 7
ACK, DIRECTORY, OWNHEAD, FORK, BEAT, STREAM = 8, 9, 10, 11, 13, 15
PAYLOAD_MAX = 393_152
END = (1 << 64) - 1

PAYLOADS = {HELLO: schema.SyncHello, HEADS: schema.SyncHeads, RANGE: schema.SyncRange, PUT: schema.SyncEntries,
            PUSH: schema.SyncEntries, SLOTS: schema.SyncSlots, HEAD: schema.SyncSignedHeads, ACK: schema.SyncAck,
            DIRECTORY: schema.SyncDirectory, OWNHEAD: schema.SyncOwnHeads, FORK: schema.SyncFork,
            BEAT: schema.SyncHeads, STREAM: schema.SyncStream}


@dataclass
class Frame:
    type: int
    request: int
    payload: object


def encode_frame(type_, payload, request=0):
    """The two parts of the message."""
    return [u8(1) + u8(type_) + u64(request), schema.encode(payload)]


def parse_frame(parts):
    demand(len(parts) == 2, "malformed", "parts of a message")
    r = Reader(parts[0])
    version, type_, request = r.number(1), r.number(1), r.number(8)
    r.end()
    demand(version == 1 and type_ in PAYLOADS, "unsupported", "frame")
    demand(len(parts[1]) <= PAYLOAD_MAX, "malformed", "length of a payload")
    return Frame(type_, request, schema.parse(PAYLOADS[type_], parts[1]))


def digest(heads):
    """`heads`: {stream_id: (seq, entry_id)} of what both ends may hold."""
    return H(*(stream_id + u64(seq) + entry_id for stream_id, (seq, entry_id) in sorted(heads.items())))
