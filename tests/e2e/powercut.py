#!/usr/bin/env python3
"""Row 9: the power fails while a node posts, withdraws and purges, or founds its store. In whatever state the disk may
be then the store opens, and has everything that was acknowledged. RILON_POWERCUT_STATES (2000)."""
import os
import re
import shutil
import struct
import subprocess

import drill
from drill import BIN, LIVE, lines, say, wait_until

STATES = int(os.environ.get("RILON_POWERCUT_STATES", "2000"))
POWERCUT, RECORDER = BIN / "tests/e2e/powercut", BIN / "tests/e2e/librecord_shim.so"
WITHDRAWALS, KEPT = 4, 2


class Row09PowerCut(drill.Drill):
    NODES = ("rso", "tha-bkk", "nzl-bkk")

    def setUp(self):
        super().setUp()
        self.author, self.seed = self.nodes["aus-bkk"], int(os.environ.get("RILON_SEED", os.getpid()))
        self.log, self.acks, self.base = LIVE / "record", LIVE / "acknowledged", LIVE / "base"
        self.env = {"LD_PRELOAD": str(RECORDER), "RILON_RECORD": str(self.log),
                    "RILON_RECORD_DIR": str(self.author.file("data")), "RILON_RECORD_ACKS": str(self.acks)}
        # In memory if there is room: nothing here depends on a real disk any more.
        top = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(LIVE)
        self.scratch = f"{top}/rilon-powercut-{os.getpid()}"
        self.addCleanup(shutil.rmtree, self.scratch, True)

    def told_withdrawn(self, alert):
        text = f"withdrawn {alert}\n".encode()
        with open(self.log, "ab", buffering=0) as log:  # One write, as record_shim.c does it.
            log.write(struct.pack("=c7xQQQQ", b"A", 0, 0, 0, len(text)) + text)

    def replay(self, states, *words):
        """What powercut says about that many states: its last line's numbers, and all of its text."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        done = subprocess.run([POWERCUT, self.author.file("node.toml"), self.log, self.base, self.scratch, str(states),
                               str(self.seed), *words], capture_output=True, text=True, timeout=3600, check=False,
                              preexec_fn=drill.die_with_parent)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        return list(map(int, re.findall(r"\d+", done.stdout.splitlines()[-1]))), done.stdout

    def record(self):
        """Posts, withdrawals and purges at the author, posts of others that arrive."""
        shutil.copytree(self.author.file("data"), self.base)
        self.author.start(self.env)
        self.unlock("aus-bkk")
        self.wait_linked("aus-bkk")
        other = self.start_poster("nzl-bkk", LIVE / "others", clients=1)
        poster = self.start_poster("aus-bkk", self.acks, clients=3, env=self.env)
        self.withdrawn = set()
        for _ in range(WITHDRAWALS):
            before = len(lines(self.acks))
            wait_until("posts go on", lambda b=before: len(lines(self.acks)) > b + 15)
            alert = lines(self.acks)[-1]
            self.withdrawn.add(alert)
            self.rilon("aus-bkk", "withdraw", alert, "--reason", "error")
            self.told_withdrawn(alert)
        self.end_poster(poster)
        self.end_poster(other)
        self.author.stop()

    def test_everything_acknowledged_survives(self):
        self.record()
        (_, _, _, failed), said = self.replay(100, "ignore-flushes")
        say(f"a disk that lies about its flushes: {failed} of 100 states failed, such as {said.splitlines()[0]}")
        self.assertGreater(failed, 0)  # The danger is there.
        (states, unflushed, _, failed), said = self.replay(STATES, "keep", str(KEPT))
        say(said.strip(), f"(seed {self.seed})")
        self.assertEqual(failed, 0)
        self.assertEqual(states, STATES)
        self.assertGreater(unflushed, STATES // 4)
        for n in range(KEPT):  # And with the daemon itself.
            shutil.rmtree(self.author.file("data"))
            shutil.copytree(f"{self.scratch}/keep-{n}", self.author.file("data"))
            shutil.copy(f"{self.scratch}/keep-{n}.ids", LIVE / "ids")
            self.author.start()
            # Its peers know what it posted after that state: it looks put back, and hides all until it is in step.
            wait_until("all is readable", lambda: set(self.unreadable("aus-bkk", LIVE / "ids")) <= self.withdrawn)
            self.author.stop()
            say(f"rilond after a power cut: {len(lines(LIVE / 'ids'))} alerts, all readable")

    def test_while_the_store_is_founded(self):
        self.base.mkdir()
        for name in ("data", "state"):
            shutil.rmtree(self.author.file(name))
        self.author.start(self.env)
        self.author.stop()
        (states, unflushed, _, failed), said = self.replay(STATES // 10)
        say(said.strip(), f"(seed {self.seed})")
        self.assertEqual(failed, 0)
        self.assertGreater(unflushed, 0)


if __name__ == "__main__":
    drill.main()
