"""What the nodes of the vectors' network write: streams at the newest record, slots, content by officers, and entries
that must be refused at the point where they are offered."""
import copy

from rilon_wire import content, epoch
from rilon_wire.accept import Log
from rilon_wire.layout import Refused
from rilon_wire.stream import OwnStream, Signer

from . import operations
from .network import DAY_MS, NOW_MS, Network, fixed


class Writing(Network):
    def __init__(self):
        super().__init__()
        self.streams, self.epoch_keys, self.definitions = {}, {}, {}
        self.written, self.slots, self.contents, self.offered = [], [], [], []
        self.psks = [epoch.Psk(generation, fixed(f"psk {generation}")) for generation in (1, 2)]

    @property
    def newest(self):
        return len(self.directory.records) - 1

    def psk(self):
        return self.psks[self.directory.state.root.psk_generation - 1]

    def keys_of_generation(self, node, generation):
        return self.of(node if generation == 1 else f"{node} {generation}")

    def signer(self, node, generation=1):
        return Signer(self.id, self.node_id(node), generation, self.keys_of_generation(node, generation).sign)

    def encryption_of(self, node_id):
        """(holder's name in the story, key pair) of the node's present encryption key."""
        node = self.directory.state.nodes[node_id]
        for name in (node.request.name, f"{node.request.name} 2"):
            if self.of(name).encryption.pk == node.enc_pk:
                return name, self.of(name).encryption
        raise AssertionError(node.request.name)

    # --- what is taken ---

    def new_stream(self, name, node, generation=1):
        self.streams[name] = OwnStream(self.signer(node, generation))

    def write(self, name, kind, *args, **fields):
        """The next entry of a stream: found, grant, content, redact."""
        made = self.make_entry(self.streams[name], name, kind, *args, **fields)
        self.written.append((name, made))
        return made

    def make_entry(self, stream, label, kind, *args, dir_seq=None, **fields):
        dir_seq = self.newest if dir_seq is None else dir_seq
        if kind == "found":
            fields.setdefault("random", fixed(f"random of {label}", 16))
        nonce = fixed(f"nonce {label} {kind} {len(stream.entries)}", 24)
        return getattr(stream, kind)(*args, dir_seq=dir_seq, nonce=nonce, **fields)

    def found(self, name, node, audience, generation=1, **fields):
        self.new_stream(name, node, generation)
        return self.write(name, "found", audience, **fields)

    def grant(self, name, definition=None):
        """A new epoch, and the slots of its readers."""
        stream, state = self.streams[name], self.directory.state
        key, origin = fixed(f"epoch key {name} {stream.epoch + 1}"), stream.signer.node_id
        members = (state.derived_members(definition, origin) if definition
                   else state.members(stream.genesis.audience_id))
        made = self.write(name, "grant", key, dir_link=self.directory.links[self.newest],
                          definition=definition and definition.encode())
        self.epoch_keys[name, stream.epoch] = key
        if definition:
            self.definitions[name] = definition
        for reader in sorted(members - {origin}):
            holder, encryption = self.encryption_of(reader)
            slot = epoch.seal_slot(made.header, key, self.encryption_of(origin)[1], encryption.pk, self.psk(),
                                   fixed(f"ephemeral {name} {stream.epoch} {holder}"))
            self.slots.append({"stream": name, "epoch": stream.epoch, "reader": reader, "reader_sk": encryption.sk,
                               "psk": self.psk(), "slot": slot.encode()})
        return made

    def officer(self, node, generation, **other):
        fields = {"display_sign": "LO-3", "role": "officer", "valid_from_ms": NOW_MS,
                  "valid_until_ms": NOW_MS + 90 * DAY_MS, "officer_id": fixed(f"officer of {node}", 16),
                  "key": self.of(f"officer of {node}").sign}
        return content.certify(self.signer(node, generation), **{**fields, **other})

    def plain(self, name, alert, operation, officer):
        return content.make_content(self.id, self.streams[name].stream_id, officer, fixed(f"alert {alert}", 16),
                                    operations.OPERATIONS[operation])

    def say(self, name, alert, operation, officer, **fields):
        stream = self.streams[name]
        plain = self.plain(name, alert, operation, officer)
        self.write(name, "content", self.epoch_keys[name, stream.epoch], plain, **fields)
        self.contents.append({"label": f"{operation} in {name}", "stream": name, "seq": stream.head.header.seq,
                              "plain": plain})

    # --- what is not ---

    def offer(self, code, label, name, kind, *args, **fields):
        """As the next entry of a stream, otherwise well made."""
        stream = copy.deepcopy(self.streams[name])
        made = self.make_entry(stream, label, kind, *args, **fields)
        self.offer_made(code, label, name, made)
        return made

    def offer_made(self, code, label, name, made):
        """Judged by the records that there are by now, after what the stream has by now."""
        log, held = Log(self.directory), self.streams[name].entries
        for entry in held:
            log.accept(entry)
        if name in self.definitions:
            log.definitions[made.header.stream_id] = self.definitions[name]
        try:
            log.accept(made)
        except Refused as refused:
            assert refused.code == code, f"{label}: {refused}, not {code}"
        else:
            raise AssertionError(f"{label} was taken")
        self.offered.append({"label": label, "stream": name, "after": len(held) - 1,
                             "records": len(self.directory.records), "code": code, "entry": made.encode()})
