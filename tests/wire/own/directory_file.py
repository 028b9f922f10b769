"""directory.json: the chain with the state after each record, checkpoints, and what must be refused."""
from rilon_wire import schema
from rilon_wire.directory import parse_checkpoint, sign_checkpoint
from rilon_wire.layout import Refused

from .network import fixed
from .rows import flipped, must_refuse


def state_of(state):
    """What two implementations must agree on after a record."""
    audiences = {state.root.network_audience, *state.groups}
    for rilon in state.rilons.values():
        audiences |= {rilon.all_audience, rilon.missions_audience}
    standing = {node_id: "revoked" if node.revoked is not None else "suspended" if node.suspension else "good"
                for node_id, node in sorted(state.nodes.items())}
    return {"audiences": {audience: sorted(state.members(audience)) for audience in sorted(audiences)},
            "standing": standing, "generations": {n: node.generation for n, node in sorted(state.nodes.items())}}


def directory(story):
    chain, online = story.directory, story.of("online").sign
    records = [{"label": label, "n": record.n, "recorded_ms": record.recorded_ms, "statement": record.statement,
                "authorisations": record.authorisations, "record": schema.encode(record), "link": link,
                **state_of(state)}
               for label, record, link, state in zip(story.accepted, chain.records, chain.links, chain.states)]
    n = len(chain.records) - 1
    good = sign_checkpoint(online, story.id, n, chain.links[n], story.now + 1).encode()

    def bad(code, label, data):
        return must_refuse(code, label, checked, data, bytes=data)

    def checked(data):
        if parse_checkpoint(data, online.pk).network_id != story.id:
            raise Refused("wrong-network")
    elsewhere = sign_checkpoint(online, fixed("another network", 16), n, chain.links[n], story.now + 1).encode()
    return {"records": records, "refused": story.refused,
            "checkpoint": {"n": n, "issued_ms": story.now + 1, "online_seed": online.seed, "bytes": good},
            "checkpoints_refused": [
                bad("bad-signature", "a flipped signature", flipped(good)),
                bad("bad-signature", "a flipped link", flipped(good, 40)),
                bad("malformed", "cut short", good[:-1]), bad("malformed", "one byte more", good + b"\0"),
                bad("malformed", "another magic", flipped(good, 0)),
                bad("wrong-network", "of another network", elsewhere),
                bad("bad-signature", "by a person", sign_checkpoint(
                    story.of("rso-1").sign, story.id, n, chain.links[n], story.now + 1).encode())]}
