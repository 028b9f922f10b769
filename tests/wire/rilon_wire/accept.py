"""When a receiver takes an entry (§6), in the order of that section; the first failure ends it."""
from . import entry as e
from .layout import demand
from .stream import Stream


class Log:
    """The streams that a node holds, and the directory they are judged by. Parking, gaps and what is kept for later
    are a matter of a node's size, not of the wire: here they are refusals that say what to fetch."""

    def __init__(self, directory):
        self.directory, self.streams, self.definitions = directory, {}, {}

    def heads(self):
        return {stream_id: (stream.head.header.seq, stream.head.entry_id)
                for stream_id, stream in self.streams.items()}

    def accept(self, entry):
        header = entry.header
        demand(header.network_id == self.directory.network_id, "wrong-network")
        then, now = self.directory.at(header.dir_seq), self.directory.state
        demand(header.origin in then.nodes, "unknown-key", "origin")
        pk = then.nodes[header.origin].sign_pk(header.generation)
        entry.check_signature(pk)

        stream = self.streams.get(header.stream_id) or Stream()
        held = stream.entries[header.seq] if header.seq < len(stream.entries) else None
        demand(held is None or held.entry_id != entry.entry_id, "duplicate")
        demand(stream.entries or header.kind == e.GENESIS, "gap", "a stream begins with its genesis")
        genesis = stream.genesis or e.parse_genesis(entry.body)
        self.check_membership(header, stream, genesis.audience_id, then, now)
        check_standing(entry, now.nodes[header.origin], len(stream.entries))
        demand(held is None, "fork")

        stream.check(entry, pk)
        if header.kind == e.GRANT:
            grant = e.parse_grant(entry.body)
            demand(grant.dir_link == self.directory.links[header.dir_seq], "structure", "dir_link")
            demand(bool(grant.sealed_definition) == (then.members(genesis.audience_id) is None), "structure",
                   "a definition is sealed if and only if the directory does not know the audience")
        elif header.kind in (e.CONTENT, e.CHUNK):
            self.check_epoch(header, stream, genesis.audience_id)
        stream.append(entry, pk)
        self.streams[header.stream_id] = stream

    def check_membership(self, header, stream, audience_id, then, now):
        demand(then.nodes[header.origin].good_standing, "quarantined", "origin was not in good standing")
        members = then.members(audience_id)
        if members is not None:
            demand(not stream.derived, "not-member", "a derived stream of a standing audience")
            demand(header.origin in members, "not-member", "origin is no member")
            return
        demand(stream.derived is not False, "not-member", "an audience that the directory does not know")
        demand(stream.derived or now.members(audience_id) is None, "not-member", "founded before its audience")
        if header.stream_id in self.definitions:
            base = self.definitions[header.stream_id].base
            demand(header.origin in (then.members(base) or ()), "not-member", "origin is no member of the base")

    def check_epoch(self, header, stream, audience_id):
        """Stale if the members changed between the grant and the entry, even if they are the same again."""
        granted = stream.grants[-1].header.dir_seq
        readers = [self.members(header, audience_id, n) for n in range(granted, header.dir_seq + 1)]
        demand(all(r == readers[0] for r in readers), "stale-epoch")

    def members(self, header, audience_id, n):
        """None where the definition is not known: then nothing can be compared."""
        state = self.directory.at(n)
        if header.stream_id in self.definitions:
            return state.derived_members(self.definitions[header.stream_id], header.origin)
        return state.members(audience_id)


def check_standing(entry, node, held):
    """By the newest directory. `held`: how many entries of the stream we have."""
    header = entry.header
    if header.generation in node.cuts:
        demand(within(node.cuts[header.generation], entry), "quarantined", "beyond the cut of a replaced key")
    demand(node.suspension is None or header.seq < held, "quarantined", "suspended")
    if node.revoked is not None:
        demand(within(node.revoked, entry), "quarantined", "beyond the cut of a revocation")


def within(cuts, entry):
    """An unlisted stream is cut before its first entry."""
    seq, entry_id = cuts.get(entry.header.stream_id, (-1, None))
    return entry.header.seq < seq or (entry.header.seq == seq and entry.entry_id == entry_id)
