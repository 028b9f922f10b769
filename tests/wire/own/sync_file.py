"""sync.json: a frame of every type, with what is in it by name."""
from rilon_wire import epoch, evidence, schema, sync
from rilon_wire.directory import sign_checkpoint

from .rows import must_refuse


def frames(story):
    chain, bkk = story.directory, story.streams["BKK"]
    newest = len(chain.records) - 1
    checkpoint = sign_checkpoint(story.of("online").sign, story.id, newest, chain.links[newest], story.now).encode()
    elsewhere = sign_checkpoint(story.of("online").sign, story.id, newest, bytes(32), story.now).encode()
    heads = {own.stream_id: (own.head.header.seq, own.head.entry_id) for own in story.streams.values() if own.entries}
    rows = [schema.StreamHead(stream_id=stream_id, seq=seq, entry_id=entry_id)
            for stream_id, (seq, entry_id) in sorted(heads.items())]
    items = schema.SyncEntries(stream_id=bkk.stream_id, head=bkk.head.header.seq)
    for held in bkk.entries[:3]:
        items.entries.add(entry=held.encode())
    items.entries.add(entry=bkk.entries[3].signed(), absent=True)
    items.slots.extend(slot["slot"] for slot in story.slots if slot["stream"] == "BKK" and slot["epoch"] == 1)
    slot = epoch.parse_slot(story.slots[0]["slot"])
    statement_bytes = chain.records[1].statement
    draft = schema.Draft(statement=statement_bytes, authorisations=chain.records[1].authorisations)
    one, other = bkk.entries[story.other_half.header.seq].signed(), story.other_half.signed()
    aus, signer = story.node_id("aus-bkk"), bkk.signer
    signed = evidence.sign(evidence.Head(story.id, aus, signer.generation, bkk.stream_id, bkk.head.header.seq,
                                         bkk.head.entry_id, story.now), signer.key)
    made = [
        ("HELLO", sync.HELLO, 0, schema.SyncHello(network_id=story.id, node_id=aus, software="own vectors",
                                                  records=len(chain.records), checkpoint=checkpoint)),
        ("HEADS, a digest", sync.HEADS, 1, schema.SyncHeads(digest=sync.digest(heads))),
        ("HEADS, rows", sync.HEADS, 0, schema.SyncHeads(digest=sync.digest(heads), rows=rows, has_rows=True)),
        ("BEAT", sync.BEAT, 0, schema.SyncHeads(digest=sync.digest({}))),
        ("RANGE", sync.RANGE, 7, schema.SyncRange(**{"from": 3}, stream_id=bkk.stream_id, to=sync.END,
                                                  max_bytes=262_144)),
        ("PUT", sync.PUT, 7, items), ("PUSH", sync.PUSH, 0, items),
        ("SLOTS, a question", sync.SLOTS, 8, schema.SyncSlots(stream_id=slot.stream_id, epoch=slot.epoch,
                                                               tags=[slot.tag])),
        ("SLOTS, an answer", sync.SLOTS, 8, schema.SyncSlots(stream_id=slot.stream_id, epoch=slot.epoch,
                                                              slots=[story.slots[0]["slot"]])),
        ("HEAD", sync.HEAD, 0, schema.SyncSignedHeads(heads=[signed.encode()])),
        ("ACK", sync.ACK, 9, schema.SyncAck(mail=9, to=aus, ack=b"an ack", sealed=True, direct=True)),
        ("ACK, confirmed", sync.ACK, 9, schema.SyncAck(mail=9, confirm=True)),
        ("DIRECTORY, wanted", sync.DIRECTORY, 3, schema.SyncDirectory(want_from=2, has_want=True)),
        ("DIRECTORY, records", sync.DIRECTORY, 3, schema.SyncDirectory(records=chain.records[:3],
                                                                        checkpoint=checkpoint, drafts=[draft])),
        ("DIRECTORY, submitted", sync.DIRECTORY, 4, schema.SyncDirectory(submit=draft)),
        ("DIRECTORY, a split", sync.DIRECTORY, 0, schema.SyncDirectory(split=[checkpoint, elsewhere])),
        ("DIRECTORY, refused", sync.DIRECTORY, 4, schema.SyncDirectory(refused="a seat is not taken")),
        ("DIRECTORY, accepted", sync.DIRECTORY, 4, schema.SyncDirectory(accepted=True)),
        ("FORK", sync.FORK, 0, schema.SyncFork(one=one, other=other)),
        ("STREAM", sync.STREAM, 0, schema.SyncStream(stream_id=bkk.stream_id, members=[aus]))]
    out, refused = [], []
    for label, type_, request, message in made:
        head, payload = sync.encode_frame(type_, message, request)
        parsed = sync.parse_frame([head, payload])
        assert (parsed.type, parsed.request, parsed.payload) == (type_, request, message)
        out.append({"label": label, "type": type_, "request": request, "head": head, "payload": payload,
                    "fields": fields_of(message)})
        refused.append(must_refuse("malformed", f"{label}, cut short", sync.parse_frame, [head, payload[:-1]],
                                   head=head, payload=payload[:-1]))
    head = out[0]["head"]
    for code, label, data in (("malformed", "a head of 9 bytes", head[:-1]),
                              ("malformed", "a head of 11 bytes", head + b"\0"),
                              ("unsupported", "version 2", b"\x02" + head[1:]),
                              ("unsupported", "type 0", b"\x01\0" + head[2:]),
                              ("unsupported", "type 16", b"\x01\x10" + head[2:])):
        refused.append(must_refuse(code, label, sync.parse_frame, [data, out[0]["payload"]], head=data,
                                   payload=out[0]["payload"]))
    return {"frames": out, "refused": refused}


def fields_of(message):
    """What is set, by name: bytes as hex, messages as objects."""
    def plain(field, value):
        return fields_of(value) if field.type == field.TYPE_MESSAGE else value
    return {field.name: [plain(field, item) for item in value] if field.label == field.LABEL_REPEATED
            else plain(field, value) for field, value in message.ListFields()}
