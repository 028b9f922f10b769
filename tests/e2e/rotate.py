#!/usr/bin/env python3
"""New keys on the running network, through the command line, while posts flow."""
import os
import re
import shutil
import time

import drill
import hostile
import wire_peer
import zmq
from drill import LIVE, lines, say, wait_until

CHAIR, ADMINISTRATOR, RSO = "chair-bkk", "admin-aus", "rso-1"
CHANGES = int(os.environ.get("RILON_KEY_CHANGES", "6"))
# Under a sanitizer a node that is flooded answers nobody in time.
POSTS = 60 if os.environ.get("RILON_SANITIZE") else 0


class KeysRotate(drill.Drill):
    def recorded(self, profile, event, mark):
        node = self.nodes[profile]
        wait_until(f"{event} at {profile}", lambda: event in node.log_since(mark), 30)

    def everything_arrives(self, ids):
        for reader in ("tha-bkk", "nzl-bkk"):
            self.wait_readable(reader, ids)

    def test_none_lost(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk", "aus-bkk-admin", "nzl-bkk-admin", RSO, CHAIR, ADMINISTRATOR)
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        aus = self.nodes["aus-bkk"]
        self.encryption(aus)
        self.signing(aus)

    def encryption(self, aus):
        """Author's and reader's key, and a kill -9 right after the command."""
        acknowledged = LIVE / "acknowledged"
        poster = self.start_poster("aus-bkk", acknowledged)
        wait_until("posts flow", lambda: len(lines(acknowledged)) > 20)
        for profile in ("aus-bkk", "nzl-bkk"):
            mark = self.nodes[profile].log.stat().st_size
            self.rilon(profile + "-admin", "identity", "rotate")
            self.recorded(profile, b"encryption_key_recorded", mark)
        before = len(lines(acknowledged))
        wait_until("posts flow on", lambda: len(lines(acknowledged)) > before + 20)
        self.end_poster(poster)
        self.everything_arrives(acknowledged)
        self.rilon("nzl-bkk", "identity", "rotate", ok=5)  # An officer may not.
        self.rilon("nzl-bkk-admin", "identity", "rotate", "--encryption")
        self.nodes["nzl-bkk"].kill()
        self.nodes["nzl-bkk"].start()
        self.wait_linked("nzl-bkk")
        short = self.say_alert("aus-bkk", "After the kill.")
        wait_until("it is read with the newest key", lambda: self.knows("nzl-bkk", short))
        self.assertNotIn("encryption key is lost", self.rilon("nzl-bkk", "status").out)
        self.assertFalse(aus.file("identity.old").exists())
        say(f"{len(lines(acknowledged))} posts while two encryption keys were replaced, none lost")

    def signing(self, aus):
        draft = LIVE / "aus.draft"
        self.rilon("nzl-bkk-admin", "identity", "rotate", "--signing", "--cancel", ok=3)
        self.rilon("aus-bkk-admin", "identity", "rotate", "--stolen", ok=2)
        self.rilon("aus-bkk-admin", "identity", "rotate", "--signing", "--out", str(draft))
        first = draft.read_text()
        refused = self.rilon("aus-bkk", "say", "Too late.", "--to", "BKK", ok=4)
        self.assertIn("signing key is being replaced", refused.err)
        self.assertIn("--cancel", refused.err)
        aus.kill()
        aus.start()
        self.wait_linked("aus-bkk")
        self.rilon("aus-bkk", "say", "Too late.", "--to", "BKK", ok=4)
        self.rilon("aus-bkk-admin", "identity", "rotate", "--signing", "--out", str(draft), ok=5)  # Not over a draft.
        draft.unlink()
        self.rilon("aus-bkk-admin", "identity", "rotate", "--signing", "--out", str(draft))
        self.assertEqual(draft.read_text(), first)
        mark = aus.log.stat().st_size
        for person in (ADMINISTRATOR, RSO, CHAIR):
            self.rilon(person, "admin", "approve", str(draft))
        self.recorded("aus-bkk", b"signing_key_replaced generation=2", mark)
        after = [self.say_alert("aus-bkk", "Under the new key.")]
        aus.kill()
        aus.start()  # The identity file, or the vault, has it.
        self.wait_linked("aus-bkk")
        after.append(self.say_alert("aus-bkk", "And after a restart."))
        for reader in ("tha-bkk", "nzl-bkk"):
            for short in after:
                wait_until(f"{reader} reads on", lambda r=reader, s=short: self.knows(r, s))
        say("posted under the second signing key, restart included")


class TransportKeys(drill.Drill):
    """What drills of a new transport key share."""

    def begin(self, name):
        """The draft, for persons to sign."""
        draft = LIVE / f"{name}.draft"
        draft.unlink(missing_ok=True)  # The one before, which is never replaced.
        self.rilon(f"{name}-admin", "identity", "rotate", "--transport", "--out", str(draft))
        return draft

    def approve(self, draft, administrator):
        for person in (administrator, RSO, CHAIR):
            self.rilon(person, "admin", "approve", str(draft))

    def replaced(self, name, mark):
        node = self.nodes[name]
        wait_until(f"{name} switches", lambda: b"transport_key_replaced" in node.log_since(mark), 60)

    def linked_to(self, profile, peer):
        status = self.status(profile)
        return status and any(row["connected"] and row["name"] == peer for row in status["peers"])

    def all_linked(self):
        for profile in ("aus-bkk", "nzl-bkk"):
            for peer in ("tha-bkk", "rso"):
                wait_until(f"{profile} is linked to {peer}", lambda a=profile, b=peer: self.linked_to(a, b), 60)

    def settings(self):
        """Everything that a person wrote or was given."""
        files = [*(LIVE / "nodes").glob("*/node.toml"), *(LIVE / "nodes").glob("*/connection.toml"),
                 *(LIVE / "home").glob("*.toml")]
        return {path: path.read_text() for path in files}

    def thief(self, name, to):
        """Who has the node's keys of now."""
        stolen = LIVE / to
        stolen.mkdir()
        for file in ("identity", "storage.key"):
            shutil.copy(self.nodes[name].file(file), stolen)
        return wire_peer.identity_of(stolen)

    def server_keys(self):
        links = (LIVE / "nodes/aus-bkk/node.toml").read_text()
        return dict(re.findall(r'name = "([^"]+)"\npublic_key = "([0-9a-f]+)"', links))

    def verdict(self, identity, to, server):
        """What a peer says to who has this key."""
        address = hostile.value(LIVE / "nodes" / to / "node.toml", "sync", "[listen]")
        context = zmq.Context()
        keys = (identity.transport.pk, identity.transport.sk)
        one = hostile.Stranger(context, address, server, zmq.DEALER, keys)
        wait_until("a verdict", one.look, 20)
        one.close()
        context.term()
        return one.verdict


class TransportKeyRotates(TransportKeys):
    """The danger: every peer's configuration and every officer's profile names a key that nobody shows any more."""

    def test_hub_and_leaf(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk", "tha-bkk-admin", "nzl-bkk-admin", RSO, CHAIR, "admin-tha",
                    "admin-nzl")
        self.all_linked()
        before = self.settings()
        keys, thief = self.server_keys(), self.thief("tha-bkk", "stolen")
        self.assertEqual(self.verdict(thief, "rso", keys["rso"]), "admitted")  # The danger: it is good until then.
        self.hub(thief, keys)
        self.leaf_that_was_away()
        self.assertEqual(self.settings(), before)  # Nobody had to edit anything.

    def hub(self, thief, keys):
        """Whom others dial, while alerts flow."""
        acknowledged = LIVE / "acknowledged"
        poster = self.start_poster("aus-bkk", acknowledged)
        wait_until("posts flow", lambda: len(lines(acknowledged)) > 20)
        self.rilon("tha-bkk", "identity", "rotate", "--transport", ok=5)  # An officer may not.
        mark = self.nodes["tha-bkk"].log.stat().st_size
        draft = self.begin("tha-bkk")
        self.approve(draft, "admin-tha")
        signed = time.monotonic()
        self.replaced("tha-bkk", mark)
        switched = time.monotonic()
        self.all_linked()
        say(f"switched {switched - signed:.1f} s after the third signature, all linked {time.monotonic() - signed:.1f} s")
        posted = len(lines(acknowledged))
        wait_until("posts flow on", lambda: len(lines(acknowledged)) > posted + 20)
        self.end_poster(poster)
        for reader in ("tha-bkk", "nzl-bkk"):
            self.wait_readable(reader, acknowledged)
        short = self.say_alert("tha-bkk", "Under the new key.")  # The officer's profile is of before.
        for reader in ("aus-bkk", "nzl-bkk"):
            wait_until(f"{reader} reads it", lambda r=reader: self.knows(r, short))
        self.assertEqual(self.verdict(thief, "rso", keys["rso"]), "denied")
        self.assertNotIn("transport key", self.rilon("tha-bkk", "status").out)
        self.nodes["tha-bkk"].kill()
        self.nodes["tha-bkk"].start()
        self.all_linked()
        again = self.say_alert("nzl-bkk", "After a restart.")
        wait_until("it is read", lambda: self.knows("tha-bkk", again))
        say(f"{len(lines(acknowledged))} posts while the hub's transport key was replaced, none lost; "
            "the old key is refused")

    def leaf_that_was_away(self):
        """Everybody refuses its old key when it comes back, and it has no word of that."""
        draft = self.begin("nzl-bkk")
        self.nodes["nzl-bkk"].kill()
        self.approve(draft, "admin-nzl")
        short = self.say_alert("tha-bkk", "While you were away.")
        mark = self.nodes["nzl-bkk"].log.stat().st_size
        self.nodes["nzl-bkk"].start()
        self.replaced("nzl-bkk", mark)
        self.all_linked()
        wait_until("it reads what it missed", lambda: self.knows("nzl-bkk", short))
        say("a node that was away during its own record came back by itself")


class TransportKeysInARow(TransportKeys):
    """Many, for what a race decides: each time somebody who shows the key of before comes and goes while every
    publisher is bound anew (decision 0023)."""

    def test_hub(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk-admin", RSO, CHAIR, "admin-tha")
        self.all_linked()
        acknowledged, took = LIVE / "acknowledged", []
        poster = self.start_poster("aus-bkk", acknowledged, posts=POSTS)
        for change in range(CHANGES):
            thief = self.thief("tha-bkk", f"stolen-{change}")
            self.assertEqual(self.verdict(thief, "rso", self.server_keys()["rso"]), "admitted")
            mark = self.nodes["tha-bkk"].log.stat().st_size
            self.approve(self.begin("tha-bkk"), "admin-tha")
            signed = time.monotonic()
            self.replaced("tha-bkk", mark)
            self.all_linked()
            took.append(time.monotonic() - signed)
        self.end_poster(poster)
        self.unlock("tha-bkk")
        for reader in ("tha-bkk", "nzl-bkk"):
            self.wait_readable(reader, acknowledged)
        say(f"{CHANGES} changes, all linked {sorted(took)[len(took) // 2]:.1f} s after the third signature (median), "
            f"{max(took):.1f} s (worst); {len(lines(acknowledged))} posts, none lost")


if __name__ == "__main__":
    drill.main()
