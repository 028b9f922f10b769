"""One stream: what its entries must obey among themselves (§4, structure rules), and the making of one."""
import os
from dataclasses import dataclass, replace

from . import entry as e
from .epoch import key_commitment, seal_definition
from .layout import H, Refused, demand


class Stream:
    """Entries in order, as a receiver keeps them. Knows nothing of keys or the directory."""

    def __init__(self):
        self.entries, self.grants, self.epoch_open = [], [], False
        self.genesis = None

    @property
    def head(self):
        return self.entries[-1]

    @property
    def epoch(self):
        return self.grants[-1].header.epoch if self.grants else 0

    @property
    def derived(self):
        """None while no grant has said so."""
        return bool(e.parse_grant(self.grants[0].body).sealed_definition) if self.grants else None

    def grant_of(self, epoch):
        return self.grants[epoch - 1]

    def check(self, entry, genesis_pk=None):
        """The structure rules for the next entry. `genesis_pk`: the origin's key of a genesis's generation."""
        header = entry.header
        if not self.entries:
            demand(header.seq == 0, "gap", "the first entry is a genesis")
            genesis = e.parse_genesis(entry.body)
            made = genesis.stream_id(header.network_id, header.origin, genesis_pk)
            demand(made == header.stream_id, "structure", "stream_id does not recompute")
            return
        head = self.head.header
        demand((header.network_id, header.stream_id, header.origin)
               == (head.network_id, head.stream_id, head.origin), "structure", "network, stream or origin")
        demand(header.seq <= head.seq + 1, "gap")
        if header.seq <= head.seq:
            same = self.entries[header.seq].entry_id == entry.entry_id
            raise Refused("duplicate" if same else "fork", f"seq {header.seq} is there")
        demand(header.prev == self.head.entry_id, "fork", "prev")
        demand(header.dir_seq >= head.dir_seq, "structure", "dir_seq goes back")
        demand(header.generation >= head.generation, "structure", "generation goes back")
        if header.kind == e.GRANT:
            sealed = bool(e.parse_grant(entry.body).sealed_definition)
            demand(header.epoch == self.epoch + 1, "structure", "epoch of a grant")
            demand(self.derived in (None, sealed), "structure", "definition in some grants only")
            return
        demand(self.grants and header.epoch == self.epoch, "structure", "epoch")
        if header.kind == e.REDACT:
            redact = e.parse_redact(entry.body)
            demand(redact.ranges[-1][1] < header.seq, "structure", "redact of itself or of what is to come")
            demand(not any(held.header.kind in e.CLEAR_KINDS and held.header.seq in redact for held in self.entries),
                   "structure", "redact of a genesis, grant or redact")
        else:
            demand(self.epoch_open, "structure", "the epoch is closed")

    def append(self, entry, genesis_pk=None):
        self.check(entry, genesis_pk)
        if entry.header.kind == e.GENESIS:
            self.genesis = e.parse_genesis(entry.body)
        elif entry.header.kind == e.GRANT:
            self.grants.append(entry)
            self.epoch_open = True
        elif entry.header.kind == e.REDACT:
            self.epoch_open = False
        self.entries.append(entry)


@dataclass(frozen=True)
class Signer:
    """Whose entries are made: the node, and the key of its present generation."""
    network_id: bytes
    node_id: bytes
    generation: int
    key: object  # crypto.SignKey


class OwnStream(Stream):
    """An origin's stream. `nonce` and `random` may be given to make the same bytes again."""

    def __init__(self, signer):
        super().__init__()
        self.signer = signer

    def found(self, audience_id, dir_seq, superseded=None, random=None, nonce=None):
        genesis = e.Genesis(audience_id, random or os.urandom(16), superseded)
        self.stream_id = genesis.stream_id(self.signer.network_id, self.signer.node_id, self.signer.key.pk)
        return self._add(e.GENESIS, 0, dir_seq, nonce, lambda _: genesis.encode())

    def grant(self, epoch_key, dir_seq, dir_link, definition=None, nonce=None):
        """A new epoch. `definition`: encoded, of a derived audience."""
        epoch = self.epoch + 1
        commitment = key_commitment(epoch_key, self.stream_id, epoch)

        def body(header):
            if definition is None:
                return e.Grant(dir_link, commitment).encode()
            return e.Grant(dir_link, commitment, seal_definition(header, epoch_key, dir_link, definition)).encode()
        return self._add(e.GRANT, epoch, dir_seq, nonce, body)

    def content(self, epoch_key, plain, dir_seq, precedence=e.ROUTINE, nonce=None, kind=e.CONTENT):
        sealed_len = len(e.pad(plain)) + 16
        return self._add(kind, self.epoch, dir_seq, nonce, precedence=precedence, body_of=lambda header:
                         e.seal_body(replace(header, body_len=sealed_len), epoch_key, plain))

    def redact(self, ranges, dir_seq, nonce=None):
        return self._add(e.REDACT, self.epoch, dir_seq, nonce, lambda _: e.Redact(tuple(ranges)).encode())

    def _add(self, kind, epoch, dir_seq, nonce, body_of, precedence=e.ROUTINE):
        flags = precedence | (e.CLEAR if kind in e.CLEAR_KINDS else 0)
        prev = self.head.entry_id if self.entries else e.ZERO_ID
        header = e.Header(self.signer.network_id, self.stream_id, self.signer.node_id, self.signer.generation, kind,
                          flags, epoch, len(self.entries), dir_seq, prev, bytes(32), 0, nonce or e.new_nonce())
        body = body_of(header)
        header = replace(header, body_len=len(body), body_hash=H(body))
        made = e.Entry(header, e.sign_entry(self.signer.key, header), body)
        self.append(made, self.signer.key.pk)
        return made

