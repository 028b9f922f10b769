#!/usr/bin/env python3
"""A peer that was written from docs/wire.md alone takes the place of a mission's node: it follows the directory, reads
what officers post, acknowledges, and posts what the other nodes read."""
import json
import sys
import time
import tomllib
import uuid
from pathlib import Path

import attachments
import drill
from drill import LIVE, say, wait_until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))
from rilon_wire import attachment, content, crypto, entry, epoch, evidence, files, peer, schema, stream  # noqa: E402
from rilon_wire.layout import H, Reader  # noqa: E402

DAY_MS = 24 * 3600 * 1000


def identity_of(folder):
    """A node's secrets, by docs/store.md ("The identity file")."""
    storage_key = bytes.fromhex((folder / "storage.key").read_text().strip())
    data = (folder / "identity").read_bytes()
    head, nonce, sealed = data[:10], data[10:34], data[34:]
    assert head == b"RLN1SEA\0\x01\x01", head
    r = Reader(crypto.unseal(H(b"RLN1SKD\0\x01", key=storage_key), nonce, head, sealed))
    assert r.take(2) == b"\x02\x00"  # With a key of its own for the control socket.
    network_id, node_id, generation = r.take(16), r.take(16), r.number(2)
    sign, transport = crypto.SignKey(r.take(32)), crypto.BoxKey(r.take(32))
    encryption = [crypto.BoxKey(r.take(32)) for _ in range(r.number(2))]
    psks = {}
    for _ in range(r.number(2)):
        psk = epoch.Psk(r.number(4), r.take(32))
        psks[psk.generation] = psk
    return peer.Identity(stream.Signer(network_id, node_id, generation, sign), transport, encryption[-1], psks)


class WirePeer(drill.Drill):
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "tha-bkk")
        self.nodes["nzl-bkk"].stop()
        folder = LIVE / "nodes/nzl-bkk"
        self.identity = identity_of(folder)
        grant = files.open_grant(files.dearmour("GRANT", (LIVE / "requests/nzl-bkk.grant").read_text()),
                                 self.identity.encryption)
        self.assertEqual(grant.node_id, self.identity.node_id)
        self.assertEqual(grant.psk, self.identity.psks[grant.psk_generation].key)
        network_file = files.dearmour("NETWORK FILE", (folder / "network.rilon").read_text())
        self.node = peer.Node(self.identity, files.parse_network_file(network_file))
        self.addCleanup(self.node.close)
        self.links = {link["name"]: link for link in tomllib.loads((folder / "node.toml").read_text())["link"]}

    def dial(self, name):
        link = self.node.dial(self.links[name]["endpoint"], bytes.fromhex(self.links[name]["public_key"]))
        self.node.run(until=lambda: link.greeted and link.records == len(self.node.directory.records))
        return link

    def until(self, what, condition, seconds=30):
        """As wait_until, with the Python node at work meanwhile."""
        def turn():
            self.node.turn(20)
            return condition()
        return wait_until(what, turn, seconds)

    def node_id(self, name):
        nodes = self.node.directory.state.nodes
        return next(node_id for node_id, node in nodes.items() if node.request.name == name)

    def receipt(self, profile, short, node="nzl-bkk"):
        rows = self.rows(profile, "show", short, "--receipts")
        return [row["level"] for row in rows if row["kind"] == "receipt" and row["node"] == node]

    def bulletin(self, text, picture=b""):
        """(alert id, what makes the content for a stream), by an officer whom the node certifies."""
        signer, now = self.identity.signer, int(time.time() * 1000)
        officer = content.certify(signer, crypto.SignKey(), "LO-PY", "officer", now, now + 30 * DAY_MS)
        random = uuid.uuid4().bytes
        alert_id = now.to_bytes(6, "big") + bytes([0x70 | random[6] & 15]) + random[7:]  # UUID version 7
        alert = schema.Alert(alert_id=alert_id, revision=1, created_ms=now, part="person", title=text, narrative=text,
                             tlp="TLP_AMBER", valid_from_ms=now, expires_ms=now + 30 * DAY_MS,
                             purge_after_ms=now + 60 * DAY_MS, bulletin=schema.Bulletin(text=text))
        if picture:
            alert.attachments.add(media_type="image/png", size=len(picture), hash=H(picture), caption="by hand")
        operation = schema.encode(schema.Operation(publish=alert))
        return alert_id, lambda stream_id: content.make_content(signer.network_id, stream_id, officer, alert_id,
                                                                operation)

    def test_reads_and_acknowledges(self):
        node, directory = self.node, self.node.directory
        self.assertEqual(len(directory.records), 1)
        self.dial("tha-bkk")
        self.until("a checkpoint", lambda: node.checkpoint)
        self.assertEqual(len(directory.state.nodes), 3)
        say(f"replayed {len(directory.records)} records, every authorisation and the last one's checkpoint hold")
        short = self.say_alert("aus-bkk", "Seen by another hand.", "--urgent")
        alert = self.read("Seen by another hand.", "aus-bkk", "LO-AUS")
        self.assertEqual(alert.entry.header.precedence, entry.IMMEDIATE)
        self.until("its receipt", lambda: self.receipt("aus-bkk", short) == ["stored"])
        node.acknowledge([alert.entry], evidence.OPENED)
        self.until("its second receipt", lambda: self.receipt("aus-bkk", short) == ["opened"])
        self.until("every ack in safe hands", lambda: not node.mail)

    def test_reads_from_a_derived_audience(self):
        """By the coordinator alone; the definition sealed; the ack sealed."""
        self.dial("rso")
        short = self.say_alert("aus-bkk", "For one node.", "--only", "nzl-bkk")
        alert = self.read("For one node.", "aus-bkk", "LO-AUS")
        definition = self.node.log.definitions[alert.entry.header.stream_id]
        self.assertEqual(definition.base, self.node.directory.state.rilons["BKK"].all_audience)
        self.assertEqual(definition.named, (self.identity.node_id,))
        self.until("its receipt", lambda: self.receipt("aus-bkk", short) == ["stored"])
        self.assertEqual(self.receipt("aus-bkk", short, "tha-bkk"), [])

    def test_fetches_what_was_posted_before(self):
        """Nobody pushes: heads differ, a range is asked for, the slots come with it."""
        texts = [f"Old news {i}." for i in range(12)]
        for text in texts:
            self.say_alert("aus-bkk", text)
        wait_until("the hub has them", lambda: self.rilon("tha-bkk", "--json", "inbox").out.count("Old news") >= 12)
        self.nodes["aus-bkk"].stop()
        self.nodes["aus-bkk"].start()  # With the new link it signs what it has; the hub passes that on.
        hub = self.dial("tha-bkk")
        for text in texts:
            last = self.read(text, "aus-bkk", "LO-AUS").entry
        self.until("both ends compute the same digest", lambda: hub.agrees)
        self.node.hang_up(hub)
        self.dial("tha-bkk")  # A head is of use to who has the stream: at the first greeting we had not.
        self.until("its origin's signed head",
                   lambda: self.signed_head(last.header.stream_id) == (last.header.seq, last.entry_id))

    def signed_head(self, stream_id):
        head = self.node.signed_heads.get(stream_id)
        return head and (head.seq, head.entry_id)

    def read(self, text, origin, sign):
        """The alert with this text, once it is accepted, open, and verified."""
        def find():
            return [o for o in self.node.opened if o.operation.publish.bulletin.text == text]
        alert = self.until(f"it reads: {text}", find)[0]
        self.assertFalse(self.node.refused)
        self.assertEqual((alert.entry.header.origin, alert.certificate.display_sign), (self.node_id(origin), sign))
        return alert

    def test_posts_what_others_read(self):
        node = self.node
        self.dial("tha-bkk")
        everybody = node.directory.state.rilons["BKK"].all_audience
        alert_id, written = self.bulletin("Written by another hand.")
        sent = node.post(everybody, written, entry.PRIORITY)
        for reader in ("aus-bkk", "tha-bkk"):
            row = self.until(f"{reader} finds it", lambda r=reader: self.found(r, "Written by another hand."))
            self.assertEqual((row["alert"], row["origin"]), (str(uuid.UUID(bytes=alert_id)), "nzl-bkk"))
            shown = self.rilon(reader, "show", row["short"]).out
            self.assertIn("Written by another hand.", shown)
            self.assertIn("LO-PY", shown)
        say(shown)
        holders = {self.node_id("aus-bkk"), self.node_id("tha-bkk")}
        self.until("their acks", lambda: {who for who, ack in node.acks if ack.entry_id == sent.entry_id} == holders)

    def test_reads_and_posts_pictures(self):
        """By §9 alone, where the chunks of an alert are and what is in them; several of them either way."""
        node = self.node
        self.dial("tha-bkk")
        large, small = LIVE / "large.png", LIVE / "small.png"
        large.write_bytes(attachments.png(260, 200))
        small.write_bytes(attachments.png(40, 30, seed=2))
        short = self.say_alert("aus-bkk", "See the pictures.", "--attach", large, "--attach", small)
        alert = self.read("See the pictures.", "aus-bkk", "LO-AUS")
        for number in 0, 1:
            got = self.until("its picture", lambda n=number: node.picture(alert, n))
            path = LIVE / f"saved-{number}"
            self.rilon("aus-bkk", "save", short, path, "--attachment", str(number + 1))
            self.assertEqual(path.read_bytes(), got)
        everybody = node.directory.state.rilons["BKK"].all_audience
        picture = attachments.png(230, 200, seed=3)
        alert_id, written = self.bulletin("A picture by another hand.", picture)
        chunks = attachment.split(alert_id, 0, picture)
        self.assertGreater(len(chunks), 2)
        node.post(everybody, written, chunks=chunks)
        row = self.until("aus-bkk finds it", lambda: self.found("aus-bkk", "A picture by another hand."))
        self.until("and its picture", lambda: self.rilon("aus-bkk", "save", row["short"], LIVE / "theirs",
                                                         ok=None).returncode == 0)
        self.assertEqual((LIVE / "theirs").read_bytes(), picture)
        # A sender with a client of its own: a chunk of another place, and bytes that are no picture.
        for text, bytes_of, moved in (("Moved.", picture, 1), ("No picture.", b"MZ" + bytes(100), 0)):
            alert_id, written = self.bulletin(text, bytes_of)
            chunks = [attachment.Chunk(one.alert_id, one.attachment, one.number + moved, one.hash, one.data)
                      for one in attachment.split(alert_id, 0, bytes_of)]
            node.post(everybody, written, chunks=chunks)
            row = self.until("aus-bkk finds it", lambda t=text: self.found("aus-bkk", t))
            done = self.until("it is refused", lambda r=row: self.refused(r["short"]))
            self.assertIn("another place" if moved else "not the kind of picture", done)
            self.assertFalse((LIVE / "never").exists())

    def refused(self, short):
        """What `rilon save` says of it when all of it has come."""
        done = self.rilon("aus-bkk", "save", short, LIVE / "never", ok=None)
        return "" if "not here yet" in done.err else done.err

    def test_posts_to_a_derived_audience(self):
        node = self.node
        self.dial("rso")
        everybody = node.directory.state.rilons["BKK"].all_audience
        _, written = self.bulletin("Not for the host.")
        sent = node.post(everybody, written, definition=epoch.Definition(everybody, ("THA",)))
        self.until("aus-bkk finds it", lambda: self.found("aus-bkk", "Not for the host."))
        self.until("its sealed ack", lambda: [who for who, ack in node.acks if ack.entry_id == sent.entry_id]
                   == [self.node_id("aus-bkk")])
        self.assertIsNone(self.found("tha-bkk", "Not for the host."))

    def test_cannot_pass_on_a_colleagues_alert(self):
        """What an officer of aus-bkk signed, posted again by this node as if it had been addressed to its readers."""
        node = self.node
        self.dial("tha-bkk")
        self.say_alert("aus-bkk", "Mine alone to send.")
        theirs = self.read("Mine alone to send.", "aus-bkk", "LO-AUS").entry
        plain = entry.open_body(theirs, node.epoch_keys[theirs.header.stream_id, theirs.header.epoch])
        everybody = node.directory.state.rilons["BKK"].all_audience
        node.post(everybody, lambda _: plain)
        _, written = self.bulletin("What comes after it.")
        node.post(everybody, written)
        self.until("aus-bkk finds the next", lambda: self.found("aus-bkk", "What comes after it."))
        self.assertEqual(self.rilon("aus-bkk", "--json", "inbox").out.count('"origin":"nzl-bkk"'), 1)

    def found(self, profile, text):
        """The alert's row, if a search for its words has one."""
        done = self.rilon(profile, "--json", "search", text, ok=None)
        matches = [row for row in map(json.loads, done.out.splitlines()) if row["kind"] == "match"]
        return matches[0] if matches else None


if __name__ == "__main__":
    drill.main()
