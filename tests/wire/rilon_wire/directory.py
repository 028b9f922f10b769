"""The directory (§8): a chain of records, the state that every node makes of it, and checkpoints of it.

`Directory.apply` takes a record or refuses it whole. States are kept, one for each record, because an entry is judged
by the one that its origin had."""
from dataclasses import dataclass, replace

from . import crypto
from .layout import H, Reader, demand, magic, u64
from .rules import Judge


def link(network_id, n, before, recorded_ms, statement, authorisations):
    return H(magic(b"DIR"), network_id, u64(n), before, u64(recorded_ms), H(statement), H(authorisations))


class Directory:
    def __init__(self, network_id):
        self.network_id = network_id
        self.records, self.links, self.states = [], [], []

    @property
    def state(self):
        return self.states[-1]

    def branch(self):
        """The same records, to which others may be added."""
        other = Directory(self.network_id)
        other.records, other.links, other.states = [*self.records], [*self.links], [*self.states]
        return other

    def adopt(self, other, through):
        """Records of a branch of this directory, up to that number."""
        for mine, theirs in ((self.records, other.records), (self.links, other.links), (self.states, other.states)):
            mine.extend(theirs[len(mine):through + 1])

    def at(self, n):
        demand(n < len(self.states), "parked", "directory record not here yet")
        return self.states[n]

    def apply(self, record):
        n = len(self.records)
        demand(record.n == n, "structure", "number of the record")
        last_ms = self.records[-1].recorded_ms if self.records else 0
        demand(last_ms <= record.recorded_ms <= 1 << 56, "structure", "recorded_ms")
        state = Judge(self.network_id, self.states[-1] if self.states else None, record).judge()
        before = self.links[-1] if self.links else bytes(32)
        self.links.append(link(self.network_id, n, before, record.recorded_ms, record.statement,
                               record.authorisations))
        self.records.append(record)
        self.states.append(state)


@dataclass(frozen=True)
class Checkpoint:
    network_id: bytes
    n: int
    link: bytes
    issued_ms: int
    signature: bytes = b""

    def signed(self):
        return magic(b"CHK") + self.network_id + u64(self.n) + self.link + u64(self.issued_ms)

    def encode(self):
        return self.signed() + self.signature


def sign_checkpoint(key, network_id, n, link_n, issued_ms):
    checkpoint = Checkpoint(network_id, n, link_n, issued_ms)
    return replace(checkpoint, signature=key.sign(checkpoint.signed()))


def parse_checkpoint(data, online_pk):
    r = Reader(data)
    r.expect(magic(b"CHK"), "magic")
    checkpoint = Checkpoint(r.take(16), r.number(8), r.take(32), r.number(8), r.take(64))
    r.end()
    crypto.verify(online_pk, checkpoint.signed(), checkpoint.signature)
    return checkpoint
