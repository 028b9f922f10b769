#!/usr/bin/env python3
"""A store without room: intake is refused, reading works, the draft is kept, and it goes on when there is room."""
import errno
import json
import re
import subprocess
from pathlib import Path

import drill
from drill import LIVE, lines, say, wait_until

NARRATIVE = "A long day at the counter. " * 250


class NoRoom(drill.Drill):
    NODES = ()

    def limit(self, mib):
        config = self.nodes["aus-bkk"].file("node.toml")
        text = config.read_text().split("\n[limits]")[0]
        config.write_text(text + f"\n[limits]\nstore_mib = {mib}\n")

    def fill(self):
        """Posts until the node says full."""
        poster = self.start_poster("aus-bkk", LIVE / "acknowledged", clients=32, seconds=240)
        wait_until("an acknowledged post", lambda: lines(LIVE / "acknowledged"))
        self.unlock("aus-bkk")
        wait_until("the node says full", lambda: self.rilon("aus-bkk", "say", NARRATIVE, "--to", "BKK",
                                                            ok=None).returncode == 1, 200)
        return self.end_poster(poster)

    def refused_but_readable(self):
        """The way of the draft that was kept."""
        done = self.rilon("aus-bkk", "--json", "say", "No room for this.", "--to", "BKK", ok=1)
        error = json.loads(done.err.splitlines()[-1])
        self.assertEqual(error["code"], "full")
        draft = re.search(r"rilon post -f (\S+)", error["remedy"]).group(1)
        self.assertIn("RILON DRAFT", Path(draft).read_text(encoding="utf-8"))
        (LIVE / "some").write_text("".join(f"{id_}\n" for id_ in lines(LIVE / "acknowledged")[::100]))
        self.assertEqual(self.unreadable("aus-bkk", LIVE / "some"), [])  # Each opening is an audit record more.
        return draft

    def goes_on(self, draft, seconds):
        wait_until("it takes the draft", lambda: self.rilon(
            "aus-bkk", "post", "-f", draft, "--to", "BKK", ok=None).returncode == 0, seconds)
        self.assertFalse(Path(draft).exists())


class Row12StoreFull(NoRoom):
    def test_a_small_map(self):
        self.limit(20)
        self.nodes["aus-bkk"].start()
        printed = self.fill()
        draft = self.refused_but_readable()
        warned = self.rilon("aus-bkk", "status", "-v")
        self.assertRegex(warned.out + warned.err, "(?i)full")
        self.nodes["aus-bkk"].stop()
        self.limit(64)
        self.nodes["aus-bkk"].start()
        self.goes_on(draft, 10)
        say(f"20 MiB: {printed.splitlines()[0]}, then full; those looked at readable; with 64 MiB the kept draft went out")


class Row11DiskFull(NoRoom):
    def starts_without_any_room(self, data):
        """Not even the lease can be renewed: it starts all the same, and answers."""
        node = self.nodes["aus-bkk"]
        node.stop()
        with open(data / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)
        mark = node.log.stat().st_size
        node.start()
        wait_until("it answers", lambda: self.status("aus-bkk"))
        self.assertIn(b"lease.not_renewed", node.log_since(mark))
        (data / "filler").unlink()

    def test_a_small_file_system(self):
        data = LIVE / "nodes/aus-bkk/data"
        kept = LIVE / "kept"
        data.rename(kept)
        data.mkdir(mode=0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=26m,mode=0700", "tmpfs", data], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("needs the right to mount a small tmpfs")
        try:
            subprocess.run(["cp", "-a", "--sparse=always", f"{kept}/.", data], check=True)
            self.limit(512)
            self.nodes["aus-bkk"].start()
            printed = self.fill()
            self.assertIn(b"commit.failed code=full", self.nodes["aus-bkk"].log.read_bytes())
            draft = self.refused_but_readable()
            self.starts_without_any_room(data)
            subprocess.run(["mount", "-o", "remount,size=200m", data], check=True)
            self.goes_on(draft, 150)
            say(f"tmpfs of 26 MiB: {printed.splitlines()[0]}, then full; those looked at readable; with room the draft went out")
        finally:
            self.nodes["aus-bkk"].stop()
            subprocess.run(["umount", data], check=True)


if __name__ == "__main__":
    drill.main()
