"""A member of the network, as far as it talks to peers (§12): it greets, follows the directory, compares heads,
fetches what it lacks, opens what is for it, acknowledges, and posts. In memory only, dials only.

    node = Node(identity, directory)
    node.dial(endpoint, transport_pk)
    node.run(until=lambda: node.opened)
"""
import os
import time
from dataclasses import dataclass, field

import zmq
import zmq.utils.z85

from . import content as officers
from . import attachment, crypto, entry, epoch, evidence, schema, sync
from .accept import Log
from .directory import parse_checkpoint
from .layout import Refused, demand
from .stream import OwnStream, Signer

BEAT_S, DOWN_S, RESEND_S = 5, 15, 10
ROWS_MAX, PUSH_MAX = 5000, 320 * 1024


@dataclass
class Identity:
    signer: Signer
    transport: crypto.BoxKey
    encryption: crypto.BoxKey
    psks: dict  # by generation

    @property
    def node_id(self):
        return self.signer.node_id


@dataclass
class Opened:
    """Content that was accepted, decrypted, and signed by an officer of its origin."""
    entry: entry.Entry
    certificate: object
    alert_id: bytes
    operation: object


@dataclass
class Link:
    server_pk: bytes
    socket: object
    node_id: bytes | None = None               # whose key that is in the directory, once we have it
    claimed: bytes | None = None               # who its HELLO says it is
    records: int = 0                           # directory records the peer has
    heads: dict = field(default_factory=dict)  # {stream_id: seq} the peer said it holds
    heard: float = 0
    beat: float = 0
    compared: float = 0
    agrees: bool = False                       # its last BEAT had our digest

    @property
    def greeted(self):
        return self.node_id is not None and self.claimed == self.node_id

    def send(self, type_, payload, request=0):
        self.socket.send_multipart(sync.encode_frame(type_, payload, request))


class Node:
    def __init__(self, identity, directory, software="rilon_wire"):
        self.identity, self.directory, self.software = identity, directory, software
        self.ahead = directory.branch()            # with the records that no checkpoint covers yet
        self.log, self.checkpoint = Log(directory), b""
        self.links, self.epoch_keys, self.slots = [], {}, {}
        self.opened, self.refused, self.waiting, self.signed_heads = [], [], [], {}
        self.own, self.recipients = {}, {}         # own streams; of derived ones: who may fetch them
        self.mail, self.mail_number, self.ack_counter = {}, 0, int(time.time() * 1000)
        self.acks = []                             # for our streams: (node id, row)
        self.context, self.request = zmq.Context(), 0

    def close(self):
        for link in self.links:
            link.socket.close(0)
        self.context.term()

    # --- transport (§14) ---

    def dial(self, endpoint, server_pk):
        """The server's key is pinned. Who it is, is what the directory says of that key."""
        socket = self.context.socket(zmq.DEALER)
        socket.linger, socket.immediate, socket.maxmsgsize, socket.sndtimeo = 0, 1, 393_216, 10_000
        socket.curve_secretkey = zmq.utils.z85.encode(self.identity.transport.sk)
        socket.curve_publickey = zmq.utils.z85.encode(self.identity.transport.pk)
        socket.curve_serverkey = zmq.utils.z85.encode(server_pk)
        socket.connect(endpoint)
        self.links.append(Link(server_pk, socket))
        self.greet(self.links[-1])
        return self.links[-1]

    def hang_up(self, link):
        self.links.remove(link)
        link.socket.close(0)

    def recognise(self, link):
        state = self.directory.state
        known = {node.transport_pk: node_id for node_id, node in state.nodes.items() if node.good_standing}
        known.update({c.transport_pk: node_id for node_id, c in state.root.coordinators.items()})
        link.node_id = known.get(link.server_pk)

    def run(self, until, seconds=30):
        """Turns until the condition is true; its value. TimeoutError when the time is over."""
        end = time.monotonic() + seconds
        while not (value := until()):
            if time.monotonic() > end:
                raise TimeoutError
            self.turn()
        return value

    def turn(self, milliseconds=50):
        poller = zmq.Poller()
        for link in self.links:
            poller.register(link.socket, zmq.POLLIN)
        ready = dict(poller.poll(milliseconds))
        for link in self.links:
            if link.socket in ready:
                link.heard = time.monotonic()
                self.on_frame(link, sync.parse_frame(link.socket.recv_multipart()))
        self.tick()

    def tick(self):
        now = time.monotonic()
        for link in self.links:
            if link.greeted and now - link.beat > BEAT_S:
                link.beat = now
                link.send(sync.BEAT, schema.SyncHeads(digest=sync.digest(self.shared_heads(link))))
                self.ask_slots(link)
        for number, mail in self.mail.items():
            if now - mail["sent"] > RESEND_S:
                self.send_mail(number)

    # --- the conversation ---

    def on_frame(self, link, frame):
        handlers = {sync.HELLO: self.on_hello, sync.DIRECTORY: self.on_directory, sync.HEADS: self.on_heads,
                    sync.BEAT: self.on_beat, sync.RANGE: self.on_range, sync.PUT: self.on_entries,
                    sync.PUSH: self.on_entries, sync.SLOTS: self.on_slots, sync.HEAD: self.on_signed_heads,
                    sync.ACK: self.on_ack, sync.OWNHEAD: self.on_own_heads}
        if frame.type in handlers and (link.greeted or frame.type in (sync.HELLO, sync.DIRECTORY)):
            handlers[frame.type](link, frame.payload, frame.request)

    def greet(self, link):
        link.send(sync.HELLO, schema.SyncHello(network_id=self.directory.network_id, node_id=self.identity.node_id,
                                               software=self.software, records=len(self.directory.records),
                                               checkpoint=self.checkpoint))

    def on_hello(self, link, hello, _):
        demand(hello.network_id == self.directory.network_id, "wrong-network", "HELLO")
        link.claimed, link.records = hello.node_id, hello.records
        self.take_checkpoint(hello.checkpoint)
        self.share_directory(link)
        self.meet(link)

    def meet(self, link):
        """When both ends have said who they are."""
        self.recognise(link)
        if link.greeted:
            for stream_id, members in self.recipients.items():
                self.send_stream(link, stream_id, members)
            self.send_heads(link, request=1)
            self.send_signed_heads(link)

    def share_directory(self, link):
        ours = len(self.directory.records)
        if link.records > len(self.ahead.records):
            link.send(sync.DIRECTORY, schema.SyncDirectory(has_want=True, want_from=len(self.ahead.records)))
        elif link.records < ours:
            link.send(sync.DIRECTORY, schema.SyncDirectory(records=self.directory.records[link.records:],
                                                           checkpoint=self.checkpoint))

    def on_directory(self, link, message, request):
        for record in message.records:
            if record.n == len(self.ahead.records):
                self.ahead.apply(record)
            link.records = max(link.records, record.n + 1)
        self.take_split(message.split)
        if self.take_checkpoint(message.checkpoint):
            self.on_new_records()
        if message.has_want:
            records = self.directory.records[message.want_from:]
            link.send(sync.DIRECTORY, schema.SyncDirectory(records=records, checkpoint=self.checkpoint), request)
        elif link.records > len(self.ahead.records):
            self.share_directory(link)

    def take_checkpoint(self, data):
        """Whether it put records in force: persons decide what may be recorded, the sequencer in which order. Its key
        may be changed by a ROOT that still waits."""
        if not data:
            return False
        try:
            checkpoint = parse_checkpoint(data, self.directory.state.root.online_pk)
        except Refused:
            checkpoint = parse_checkpoint(data, self.ahead.state.root.online_pk)
        if checkpoint.n >= len(self.ahead.links):
            return False
        if checkpoint.link != self.ahead.links[checkpoint.n]:
            demand(checkpoint.n >= len(self.directory.links), "fork", "the directory was split")
            self.ahead = self.directory.branch()  # What waited was in another order: it is asked for again.
            return False
        before, self.checkpoint = len(self.directory.records), data
        self.directory.adopt(self.ahead, checkpoint.n)
        return len(self.directory.records) > before

    def take_split(self, proof):
        if len(proof) == 2:
            one, other = (parse_checkpoint(data, self.directory.state.root.online_pk) for data in proof)
            demand(one.n != other.n or one.link == other.link, "fork", "the directory was split")

    def on_new_records(self):
        for stranger in [other for other in self.links if not other.greeted]:
            self.meet(stranger)
        waiting, self.waiting = self.waiting, []
        for link, item in waiting:
            self.take(link, item)

    # --- heads ---

    def may_hold(self, node_id, stream_id):
        """Whether anything of a stream may be said to this peer."""
        state, stream = self.directory.state, self.log.streams[stream_id]
        if node_id in state.root.coordinators or node_id == stream.head.header.origin:
            return True
        members = state.members(stream.genesis.audience_id)
        if members is None and stream_id in self.log.definitions:
            members = state.derived_members(self.log.definitions[stream_id], stream.head.header.origin)
        return node_id in (members or ())

    def shared_heads(self, link):
        return {stream_id: head for stream_id, head in self.log.heads().items()
                if self.may_hold(link.node_id, stream_id)}

    def send_heads(self, link, request):
        link.compared = time.monotonic()
        heads = self.shared_heads(link)
        rows = [schema.StreamHead(stream_id=stream_id, seq=seq, entry_id=entry_id)
                for stream_id, (seq, entry_id) in sorted(heads.items())]
        for at in range(0, len(rows) or 1, ROWS_MAX):
            link.send(sync.HEADS, schema.SyncHeads(digest=sync.digest(heads), rows=rows[at:at + ROWS_MAX],
                                                   has_rows=True), request)

    def on_own_heads(self, link, message, request):
        """A peer that has just started asks what we hold of its own streams."""
        if message.asks:
            rows = [schema.StreamHead(stream_id=stream_id, seq=seq, entry_id=entry_id)
                    for stream_id, (seq, entry_id) in sorted(self.shared_heads(link).items())
                    if self.log.streams[stream_id].head.header.origin == link.node_id]
            link.send(sync.OWNHEAD, schema.SyncOwnHeads(rows=rows), request)

    def on_heads(self, link, message, request):
        for row in message.rows:
            link.heads[row.stream_id] = row.seq
            held = self.log.streams.get(row.stream_id)
            if held is None or row.seq > held.head.header.seq:
                self.fetch(link, row.stream_id, row.seq)
        if request == 1 and message.digest != sync.digest(self.shared_heads(link)):
            self.send_heads(link, request=0)

    def on_beat(self, link, message, _):
        link.agrees = message.digest == sync.digest(self.shared_heads(link))
        if not link.agrees and time.monotonic() - link.compared > 1:
            self.send_heads(link, request=1)

    def fetch(self, link, stream_id, through):
        held = self.log.streams.get(stream_id)
        self.request += 1
        link.send(sync.RANGE, schema.SyncRange(**{"from": held.head.header.seq + 1 if held else 0}, to=through,
                                               stream_id=stream_id, max_bytes=256 * 1024), self.request)

    # --- signed heads: what an origin says it has ---

    def send_signed_heads(self, link):
        """Our streams' and the newest of others', as they came."""
        signer, now = self.identity.signer, int(time.time() * 1000)
        for stream in self.own.values():
            head = evidence.Head(signer.network_id, signer.node_id, signer.generation, stream.stream_id,
                                 stream.head.header.seq, stream.head.entry_id, now)
            self.signed_heads[stream.stream_id] = evidence.sign(head, signer.key)
        heads = [head.encode() for stream_id, head in self.signed_heads.items()
                 if self.may_hold(link.node_id, stream_id)]
        if heads:
            link.send(sync.HEAD, schema.SyncSignedHeads(heads=heads))

    def on_signed_heads(self, link, message, _):
        for head in map(evidence.parse_head, message.heads):
            stream, last = self.log.streams.get(head.stream_id), self.signed_heads.get(head.stream_id)
            if stream is None or stream.head.header.origin != head.node_id or (last and last.time_ms >= head.time_ms):
                continue
            origin = self.directory.state.nodes[head.node_id]
            demand(head.generation == origin.generation, "unknown-key", "a head under a key that was replaced")
            evidence.verify(head, origin.sign_pk(head.generation))
            self.signed_heads[head.stream_id] = head
            if head.seq > stream.head.header.seq:
                self.fetch(link, head.stream_id, head.seq)

    # --- entries ---

    def on_range(self, link, wanted, request):
        """What we hold of it; everybody here is small enough for one frame."""
        if wanted.stream_id in self.log.streams and self.may_hold(link.node_id, wanted.stream_id):
            entries = self.log.streams[wanted.stream_id].entries[getattr(wanted, "from"):wanted.to + 1]
            link.send(sync.PUT, self.entries_message(wanted.stream_id, entries), request)

    def entries_message(self, stream_id, entries):
        message = schema.SyncEntries(stream_id=stream_id, head=self.log.streams[stream_id].head.header.seq)
        for held in entries:
            message.entries.add(entry=held.encode(), absent=held.body is None)
            if held.header.kind == entry.GRANT:
                message.slots.extend(self.slots.get((stream_id, held.header.epoch), {}).values())
        return message

    def on_entries(self, link, message, _):
        link.heads[message.stream_id] = message.head
        for data in message.slots:
            self.keep_slot(epoch.parse_slot(data))
        before = self.log.heads().get(message.stream_id)
        for item in message.entries:
            if not self.take(link, item):
                break
        for slot in list(self.slots_of(message.stream_id)):
            self.try_slot(slot)
        after = self.log.heads().get(message.stream_id)
        if after != before:
            self.acknowledge([self.log.streams[message.stream_id].head], evidence.STORED)
            self.ask_slots(link)
        if after and after[0] < message.head:
            self.fetch(link, message.stream_id, message.head)

    def take(self, link, item):
        """Whether the next entry of the frame may be looked at."""
        try:
            taken = entry.parse_entry(item.entry, item.absent)
            self.log.accept(taken)
        except Refused as refused:
            if refused.code == "duplicate":
                return True
            if refused.code == "parked":
                self.waiting.append((link, item))
                link.send(sync.DIRECTORY, schema.SyncDirectory(has_want=True, want_from=len(self.directory.records)))
            elif refused.code == "gap":
                self.fetch(link, entry.parse_header(item.entry[:entry.HEADER]).stream_id, sync.END)
            else:
                self.refused.append(refused)
            return False
        self.open(taken)
        return True

    # --- keys and content ---

    def slots_of(self, stream_id):
        return [slot for (stream, _), slots in self.slots.items() if stream == stream_id
                for slot in map(epoch.parse_slot, slots.values())]

    def keep_slot(self, slot):
        self.slots.setdefault((slot.stream_id, slot.epoch), {})[slot.tag] = slot.encode()

    def tag_for_us(self, grant):
        header = grant.header
        origin = self.directory.at(header.dir_seq).nodes[header.origin]
        return epoch.slot_tag(self.identity.encryption, origin.enc_pk, header.stream_id, header.epoch)

    def lacking(self):
        """Grants whose key we should have and don't."""
        for stream in self.log.streams.values():
            if stream.head.header.origin != self.identity.node_id:
                yield from (grant for grant in stream.grants
                            if (grant.header.stream_id, grant.header.epoch) not in self.epoch_keys)

    def ask_slots(self, link):
        for grant in self.lacking():
            header = grant.header
            if self.may_hold(link.node_id, header.stream_id):
                self.request += 1
                link.send(sync.SLOTS, schema.SyncSlots(stream_id=header.stream_id, epoch=header.epoch,
                                                       tags=[self.tag_for_us(grant)]), self.request)

    def on_slots(self, link, message, request):
        held = self.slots.get((message.stream_id, message.epoch), {})
        found = [held[tag] for tag in message.tags if tag in held]
        if found and self.may_hold(link.node_id, message.stream_id):
            link.send(sync.SLOTS, schema.SyncSlots(stream_id=message.stream_id, epoch=message.epoch, slots=found),
                      request)
        for data in message.slots:
            slot = epoch.parse_slot(data)
            self.keep_slot(slot)
            self.try_slot(slot)

    def try_slot(self, slot):
        """If it is ours: the key, the definition of a derived audience, and what waited for them."""
        stream = self.log.streams.get(slot.stream_id)
        if stream is None or not 1 <= slot.epoch <= stream.epoch or (slot.stream_id, slot.epoch) in self.epoch_keys:
            return
        grant = stream.grant_of(slot.epoch)
        if grant.header.origin == self.identity.node_id or slot.tag != self.tag_for_us(grant):
            return
        key = epoch.open_slot(slot, grant, self.identity.encryption, self.identity.psks[slot.psk_id])
        if stream.derived:
            definition = epoch.open_definition(grant, key)
            self.check_definition(definition, grant)
            self.log.definitions.setdefault(slot.stream_id, definition)
        del self.slots[slot.stream_id, slot.epoch][slot.tag]  # With our secret key it would give the key back.
        self.epoch_keys[slot.stream_id, slot.epoch] = key
        for held in stream.entries:
            if held.header.epoch == slot.epoch:
                self.open(held)

    def check_definition(self, definition, grant):
        """What a reader holds against it before the key is used (§7)."""
        state, first = self.directory.at(grant.header.dir_seq), self.log.definitions.get(grant.header.stream_id)
        wanted = {crypto.key_id(state.nodes[node_id].enc_pk) for node_id
                  in state.derived_members(definition, grant.header.origin) - {grant.header.origin}}
        same = first is None or (first.base, first.excluded, first.named) == (definition.base, definition.excluded,
                                                                               definition.named)
        demand(set(definition.recipients) == wanted and same, "structure", "definition of a derived audience")

    def open(self, held):
        key = self.epoch_keys.get((held.header.stream_id, held.header.epoch))
        if held.header.kind != entry.CONTENT or held.body is None or key is None:
            return
        said = officers.parse_content(entry.open_body(held, key))
        origin = self.directory.at(held.header.dir_seq).nodes[held.header.origin]
        certificate, operation = officers.verify_content(said, held.header, origin.sign_pk)
        self.opened.append(Opened(held, certificate, said.alert_id, operation))

    # --- acks: mail with custody ---

    def acknowledge(self, entries, level):
        """To the origin and to nobody else; sealed if the audience is derived."""
        for held in entries:
            header = held.header
            if header.origin == self.identity.node_id:
                continue
            self.ack_counter += 1
            n = len(self.directory.links) - 1
            signer = self.identity.signer
            ack = evidence.sign(evidence.Ack(
                signer.network_id, signer.node_id, signer.generation, self.ack_counter, n, self.directory.links[n],
                bytes(32), (evidence.AckRow(header.stream_id, header.seq, held.entry_id, level),)), signer.key).encode()
            derived = self.log.streams[header.stream_id].derived
            if derived:
                ack = evidence.seal_ack(ack, self.directory.state.nodes[header.origin].enc_pk)
            self.mail_number += 1
            self.mail[self.mail_number] = {"sent": 0, "message": schema.SyncAck(
                mail=self.mail_number, to=header.origin, ack=ack, sealed=derived,
                direct=not self.is_wide(header.stream_id))}
            self.send_mail(self.mail_number)

    def is_wide(self, stream_id):
        """The network's audience and a whole RILON's: there an ack may pass through any hub."""
        state, audience = self.directory.state, self.log.streams[stream_id].genesis.audience_id
        return audience in {state.root.network_audience, *(rilon.all_audience for rilon in state.rilons.values())}

    def send_mail(self, number):
        mail = self.mail[number]
        message, state = mail["message"], self.directory.state
        up = [link for link in self.links if link.greeted]
        hops = ([link for link in up if link.node_id == message.to]
                or [link for link in up if link.node_id in state.root.coordinators]
                or [link for link in up if not message.direct and self.in_rilon_of(link.node_id, message.to)])
        if hops:
            mail["sent"] = time.monotonic()
            hops[0].send(sync.ACK, message, number)

    def in_rilon_of(self, hub, origin):
        nodes, us = self.directory.state.nodes, self.identity.node_id
        return hub in nodes and len({nodes[n].request.rilon for n in (hub, origin, us)}) == 1

    def on_ack(self, link, message, request):
        if message.confirm:
            self.mail.pop(message.mail, None)
        elif message.to == self.identity.node_id:
            data = evidence.open_ack(message.ack, self.identity.encryption) if message.sealed else message.ack
            ack = evidence.parse_ack(data)
            evidence.verify(ack, self.directory.state.nodes[ack.node_id].sign_pk(ack.generation))
            self.acks.extend((ack.node_id, row) for row in ack.rows)
            link.send(sync.ACK, schema.SyncAck(mail=message.mail, confirm=True), request)

    # --- posting ---

    def post(self, audience_id, content_of, precedence=entry.ROUTINE, definition=None, chunks=()):
        """Founds a stream for the audience if there is none, grants a key to its members, seals, pushes. `content_of`
        makes the plaintext for a stream id. `definition`: of a derived audience, whose id is random and whose base is
        `audience_id`. `chunks`: of its attachments, in order. The content's entry."""
        state, n, made = self.directory.state, len(self.directory.links) - 1, []
        stream = self.own.get((audience_id, definition))
        if stream is None:
            stream = self.own[audience_id, definition] = OwnStream(self.identity.signer)
            made.append(stream.found(os.urandom(16) if definition else audience_id, n))
            self.log.streams[stream.stream_id] = stream
        if not stream.epoch_open:
            members = (state.derived_members(definition, self.identity.node_id) if definition
                       else state.members(audience_id)) - {self.identity.node_id}
            made.append(self.grant(stream, members, definition, n))
        key = self.epoch_keys[stream.stream_id, stream.epoch]
        content = stream.content(key, content_of(stream.stream_id), n, precedence)
        made.append(content)
        made += [stream.content(key, chunk.encode(), n, kind=entry.CHUNK) for chunk in chunks]
        for link in self.links:
            if link.greeted and stream.stream_id in self.recipients:
                self.send_stream(link, stream.stream_id, self.recipients[stream.stream_id])
            if link.greeted and self.may_hold(link.node_id, stream.stream_id):
                link.send(sync.PUSH, self.entries_message(stream.stream_id, made))
        return content

    def picture(self, opened, number):
        """The bytes of an alert's attachment (from 0), or none while a chunk is not here."""
        header, alert = opened.entry.header, opened.operation.publish
        stream = self.log.streams[header.stream_id]
        first = header.seq + attachment.place(alert, number)
        held = stream.entries[first:first + attachment.count(alert.attachments[number].size)]
        if len(held) < attachment.count(alert.attachments[number].size) or any(one.body is None for one in held):
            return None
        demand(all((one.header.kind, one.header.epoch) == (entry.CHUNK, header.epoch) for one in held), "malformed",
               "no chunks behind the alert")
        key = self.epoch_keys[header.stream_id, header.epoch]
        return attachment.join(alert, number, [entry.open_body(one, key) for one in held])

    def grant(self, stream, members, definition, n):
        nodes, key = self.directory.state.nodes, epoch.new_epoch_key()
        body = None
        if definition:
            recipients = tuple(sorted(crypto.key_id(nodes[node_id].enc_pk) for node_id in members))
            definition = epoch.Definition(definition.base, definition.excluded, definition.named, recipients)
            self.log.definitions[stream.stream_id], self.recipients[stream.stream_id] = definition, members
            body = definition.encode()
        grant = stream.grant(key, n, self.directory.links[n], body)
        self.epoch_keys[stream.stream_id, stream.epoch] = key
        psk = self.identity.psks[max(self.identity.psks)]
        for node_id in members:
            self.keep_slot(epoch.seal_slot(grant.header, key, self.identity.encryption, nodes[node_id].enc_pk, psk))
        return grant

    def send_stream(self, link, stream_id, members):
        if link.node_id in self.directory.state.root.coordinators:
            link.send(sync.STREAM, schema.SyncStream(stream_id=stream_id, members=sorted(members)))
