"""streams.json: entries, slots and forks, judged by the records of directory.json."""
from rilon_wire import crypto, entry, epoch

from .network import fixed
from .rows import flipped, must_refuse


def streams(story):
    """Entries judged by the records of directory.json."""
    out = []
    for name, own in story.streams.items():
        origin = own.signer.node_id
        made = [(label, made) for label, made in story.written if label == name]
        if not made:
            continue
        out.append({
            "name": name, "origin": origin, "stream_id": own.stream_id,
            "sign_seeds": [story.keys_of_generation(story.directory.state.nodes[origin].request.name, g + 1).sign.seed
                           for g in range(story.directory.state.nodes[origin].generation)],
            "epoch_keys": [key for (stream, _), key in story.epoch_keys.items() if stream == name],
            "definition": story.definitions[name].encode() if name in story.definitions else b"",
            "definition_is_true": name != "with wrong recipients",
            "entries": [row(story, name, item) for _, item in made]})
    return {"streams": out, "refused": story.offered, "slots": slots(story), "slots_refused": slots_refused(story),
            "forks": forks(story)}


def row(story, name, item):
    header = item.header
    plain = item.body
    if header.kind == entry.CONTENT:
        plain = entry.open_body(item, story.epoch_keys[name, header.epoch])
    return {"seq": header.seq, "kind": header.kind, "precedence": header.precedence, "epoch": header.epoch,
            "generation": header.generation, "dir_seq": header.dir_seq, "nonce": header.nonce,
            "plain": plain, "entry": item.encode(), "entry_id": item.entry_id}


def slots(story):
    return [{**slot, "psk": slot["psk"].key, "psk_generation": slot["psk"].generation} for slot in story.slots]


def slots_refused(story):
    """Of the first slot, one thing changed."""
    given = story.slots[0]
    stream, psk = story.streams[given["stream"]], given["psk"]
    grant, reader = stream.grant_of(given["epoch"]), crypto.BoxKey(given["reader_sk"])
    wrong_key = epoch.seal_slot(grant.header, fixed("not the key"), story.encryption_of(stream.signer.node_id)[1],
                                reader.pk, psk, fixed("ephemeral of a wrong key")).encode()

    def bad(code, label, slot, key=reader, psk=psk):
        return must_refuse(code, label, lambda: epoch.open_slot(epoch.parse_slot(slot), grant, key, psk), slot=slot,
                           reader_sk=key.sk, psk=psk.key, stream=given["stream"], epoch=given["epoch"])
    good = given["slot"]
    return [bad("malformed", "cut short", good[:-1]), bad("malformed", "one byte more", good + b"\0"),
            bad("malformed", "epoch 0", good[:32] + bytes(4) + good[36:]),
            bad("cannot-open", "a flipped byte of the key", flipped(good)),
            bad("cannot-open", "a flipped byte of enc", flipped(good, 60)),
            bad("cannot-open", "enc of small order", good[:56] + bytes(32) + good[88:]),
            bad("cannot-open", "for another reader", good, key=crypto.BoxKey(story.slots[1]["reader_sk"])),
            bad("cannot-open", "with another pre-shared key", good, psk=epoch.Psk(psk.generation, fixed("psk ?"))),
            bad("cannot-open", "a key that the grant does not commit to", wrong_key)]


def forks(story):
    one = story.streams["BKK"].entries[story.other_half.header.seq].signed()
    other = story.other_half.signed()
    early = next(made for name, made in story.written if name == "BKK" and made.header.seq == 2)
    beyond = [bytes.fromhex(row["entry"]) if isinstance(row["entry"], str) else row["entry"] for row in story.offered
              if row["label"] == "an entry with the old key, beyond its cut"][0][:entry.SIGNED]
    fifth = story.streams["BKK"].entries[5].signed()
    return {"good": {"one": one, "other": other}, "refused": [
        {"label": "one entry twice", "code": "invalid", "one": one, "other": one},
        {"label": "two entries of two seqs", "code": "invalid", "one": one, "other": early.signed()},
        {"label": "a signature flipped", "code": "bad-signature", "one": one, "other": flipped(other)},
        {"label": "cut short", "code": "malformed", "one": one, "other": other[:-1]},
        {"label": "beyond the cut of a replaced key", "code": "quarantined", "one": fifth, "other": beyond}]}
