#!/usr/bin/env python3
"""New keys on the running network, through the command line, while posts flow."""
import drill
from drill import LIVE, lines, say, wait_until

CHAIR, ADMINISTRATOR, RSO = "chair-bkk", "admin-aus", "rso-1"


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


if __name__ == "__main__":
    drill.main()
