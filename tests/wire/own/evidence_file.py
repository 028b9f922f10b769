"""evidence.json: acks, plain and sealed; a head; a report."""
from rilon_wire import evidence
from rilon_wire.layout import Refused, u16

from .network import fixed
from .rows import flipped, must_refuse


def evidences(story):
    chain, newest = story.directory, len(story.directory.records) - 1
    nzl = story.signer("nzl-bkk")
    bkk, derived = story.streams["BKK"], story.streams["without THA"]

    def ack(signer, rows, counter=7, sign_with=None):
        made = evidence.Ack(story.id, signer.node_id, signer.generation, counter, newest, chain.links[newest],
                            fixed("audit head"), tuple(rows))
        return evidence.sign(made, sign_with or signer.key)

    def rows(stream, *levels):
        held = stream.entries[-len(levels):]
        return [evidence.AckRow(stream.stream_id, item.header.seq, item.entry_id, level)
                for item, level in zip(held, levels)]
    plain = ack(nzl, rows(bkk, 1, 2, 3))
    private = ack(nzl, rows(derived, 1), counter=8)
    aus, ephemeral = story.of("aus-bkk").encryption, fixed("ephemeral of an ack")
    sealed = evidence.seal_ack(private.encode(), aus.pk, ephemeral)

    def verified(data):
        parsed = evidence.parse_ack(data)
        if parsed.network_id != story.id:
            raise Refused("wrong-network")
        node = chain.state.nodes.get(parsed.node_id)
        if node is None or parsed.generation != node.generation:  # A replaced one is not in force.
            raise Refused("unknown-key")
        evidence.verify(parsed, node.sign_pks[-1])

    def bad(code, label, data):
        return must_refuse(code, label, verified, data, bytes=data)
    good = plain.encode()
    old_aus, head = story.signer("aus-bkk", 1), evidence.Head(
        story.id, nzl.node_id, 1, bkk.stream_id, bkk.head.header.seq, bkk.head.entry_id, story.now)
    report = b"anything that a node says of itself"
    verified(good)
    return {
        "acks": [{"label": label, "seed": signer.key.seed, "node": signer.node_id, "generation": signer.generation,
                  "counter": made.counter, "dir_n": newest, "dir_link": made.dir_link, "audit_head": made.audit_head,
                  "rows": [{"stream": r.stream_id, "seq": r.seq, "entry": r.entry_id, "level": r.level}
                           for r in made.rows], "bytes": made.encode()}
                 for label, signer, made in (("three levels", nzl, plain), ("no rows", nzl, ack(nzl, [])),
                                             ("a second generation", story.signer("aus-bkk", 2),
                                              ack(story.signer("aus-bkk", 2), rows(bkk, 2))),
                                             ("of a derived audience", nzl, private))],
        "acks_refused": [
            bad("bad-signature", "another level", _with_level(good, 2)),
            bad("malformed", "level 4", _signed_again(nzl, _with_level(good, 4))),
            bad("malformed", "level 0", _signed_again(nzl, _with_level(good, 0))),
            bad("malformed", "cut short", good[:-1]), bad("malformed", "one byte more", good + b"\0"),
            bad("malformed", "fewer rows than it says", good[:-64 - 73] + good[-64:]),
            bad("malformed", "another magic", flipped(good, 0)),
            bad("wrong-network", "of another network", flipped(good, 8)),
            bad("unknown-key", "of a node that is not there", flipped(good, 24)),
            bad("unknown-key", "of a generation to come", good[:40] + u16(2) + good[42:]),
            bad("unknown-key", "of a generation that was replaced", ack(old_aus, rows(bkk, 1)).encode()),
            bad("bad-signature", "signed by another node", ack(nzl, rows(bkk, 1), sign_with=old_aus.key).encode())],
        "sealed": {"to_sk": aus.sk, "ephemeral_sk": ephemeral, "plain": private.encode(), "sealed": sealed},
        "sealed_refused": [must_refuse("cannot-open", label, evidence.open_ack, data, key, sealed=data, to_sk=key.sk)
                           for label, data, key in (("a flipped byte", flipped(sealed), aus),
                                                    ("a flipped byte of enc", flipped(sealed), aus),
                                                    ("to another", sealed, story.of("nzl-bkk").encryption))],
        "head": {"seed": nzl.key.seed, "node": nzl.node_id, "generation": 1, "stream": head.stream_id, "seq": head.seq,
                 "entry": head.entry_id, "time_ms": head.time_ms, "bytes": evidence.sign(head, nzl.key).encode()},
        "report": {"seed": nzl.key.seed, "node": nzl.node_id, "generation": 1, "report": report,
                   "signature": nzl.key.sign(evidence.report_message(story.id, nzl.node_id, 1, report))}}


def _with_level(ack, level):
    """The level of the last row."""
    return ack[:-65] + bytes([level]) + ack[-64:]


def _signed_again(signer, ack):
    return ack[:-64] + signer.key.sign(ack[:-64])
