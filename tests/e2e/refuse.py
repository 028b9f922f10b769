#!/usr/bin/env python3
"""What rilond refuses to start on, with the reason, and what it does with a store that was copied."""
import os
import re
import shutil

import drill
from drill import LIVE, say, wait_until


class Refusing(drill.Drill):
    def refused(self, name, *reasons):
        """The node does not start, and its one line says why."""
        code, said = self.nodes[name].run_to_end()
        self.assertNotEqual(code, 0, said)
        for reason in reasons:
            self.assertRegex(said, reason)
        say(f"exit {code}: {said.strip().splitlines()[-1]}")


class Row08TwoDaemons(Refusing):
    NODES = ("aus-bkk",)

    def test_the_second_refuses(self):
        self.unlock("aus-bkk")
        before = self.say_alert("aus-bkk", "Before the second.")
        self.refused("aus-bkk", "code=busy", "another rilond")
        self.assertFalse(self.nodes["aus-bkk"].ended())
        self.say_alert("aus-bkk", "And after it.")
        self.assertTrue(self.knows("aus-bkk", before))


class Row51Operator(Refusing):
    NODES = ()

    def test_loose_modes(self):
        directory = LIVE / "nodes/aus-bkk"
        for name, tight, loose in (("storage.key", 0o600, 0o644), ("storage.key", 0o600, 0o640),
                                   ("identity", 0o600, 0o604), ("data", 0o700, 0o755)):
            os.chmod(directory / name, loose)
            self.refused("aus-bkk", "code=not-permitted", name)
            os.chmod(directory / name, tight)
        self.nodes["aus-bkk"].start()

    def test_wrong_storage_key(self):
        directory = LIVE / "nodes"
        right = (directory / "aus-bkk/storage.key").read_bytes()
        (directory / "aus-bkk/storage.key").write_bytes((directory / "nzl-bkk/storage.key").read_bytes())
        self.refused("aus-bkk", "code=(cannot-open|locked)", "storage key")
        shutil.copy(directory / "nzl-bkk/identity", directory / "aus-bkk/identity")  # Now the store's turn.
        self.refused("aus-bkk", "code=(locked|cannot-open)", "key")
        (directory / "aus-bkk/storage.key").write_bytes(right)

    def test_older_binary(self):
        data = LIVE / "nodes/aus-bkk/data/data.mdb"
        content = data.read_bytes()
        self.assertIn(b"schema\x00\x00\x00\x01", content)
        newer = content.replace(b"schema\x00\x00\x00\x01", b"schema\x00\x00\x00\x02")
        data.write_bytes(newer)
        self.refused("aus-bkk", "code=unsupported", "newer version")
        self.assertEqual(data.read_bytes(), newer)  # Untouched.
        data.write_bytes(content)
        self.nodes["aus-bkk"].start()

    def test_cloned_node_founds_new_streams(self):
        for name in drill.ALL:
            self.nodes[name].start()
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        author = self.nodes["aus-bkk"]
        first = self.say_alert("aus-bkk", "Before the copy.", "--wait", "held")
        author.stop()
        shutil.copytree(author.file("data"), LIVE / "copy")
        author.start()
        self.wait_linked("aus-bkk")
        second = self.say_alert("aus-bkk", "After the copy.", "--wait", "held")
        author.stop()
        shutil.rmtree(author.file("data"))
        shutil.copytree(LIVE / "copy", author.file("data"))  # An older lease than the file outside of it.
        mark = author.log.stat().st_size
        author.start()
        self.assertIn(b"lease.broken", author.log_since(mark))
        self.wait_linked("aus-bkk")
        wait_until("it is in step", lambda: b"restored_in_step" in author.log_since(mark))
        third = self.say_alert("aus-bkk", "From the copy.", "--wait", "held")
        for short in (first, second, third):
            wait_until(f"the reader has {short}", lambda s=short: self.knows("nzl-bkk", s))
        streams = {short: re.search(r'"stream(?:_id)?":"([0-9a-f]+)"', self.rilon(
            "nzl-bkk", "--json", "show", short, "--evidence").out).group(1) for short in (first, second, third)}
        self.assertEqual(streams[first], streams[second])
        self.assertNotEqual(streams[third], streams[first])
        for node in self.nodes.values():
            self.assertNotIn(b"fork_proven", node.log.read_bytes())
        say("the restored copy wrote into a new stream; no fork")


if __name__ == "__main__":
    drill.main()
