#!/usr/bin/env python3
"""Row 57: the host looks for traces of what was posted to the missions only: its files, log, counters and traffic."""
import hashlib
import os
import re
import subprocess
import threading
import time

import drill
from drill import say, wait_until

WINDOW_SECONDS, POSTS = 16, 25


class Row57ExcludedState(drill.Drill):
    def files(self):
        """Every file of the host's node by name, with a hash of its content."""
        out = {}
        for folder, _, names in os.walk(self.host.dir):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        out[os.path.relpath(path, self.host.dir)] = hashlib.sha256(file.read()).hexdigest()
        return out

    def traffic(self):
        """Bytes received and sent on the host's TCP connections."""
        done = subprocess.run(["ss", "-tinpH"], capture_output=True, text=True, check=False)
        got = sent = 0
        for block in re.split(r"\n(?=\S)", done.stdout):
            if f"pid={self.host.process.pid}," in block:
                got += sum(map(int, re.findall(r"bytes_received:(\d+)", block)))
                sent += sum(map(int, re.findall(r"bytes_sent:(\d+)", block)))
        return got, sent

    def window(self, work):
        """What changed at the host in a stretch of time in which the work was done."""
        end, files, traffic = time.monotonic() + WINDOW_SECONDS, self.files(), self.traffic()
        work()
        while time.monotonic() < end:
            threading.Event().wait(0.1)
        after = self.files()
        changed = sorted(name for name in after.keys() | files.keys() if after.get(name) != files.get(name))
        return changed, [b - a for a, b in zip(traffic, self.traffic())]

    def post(self, audience):
        for i in range(POSTS):
            short = self.say_alert("aus-bkk", f"Number {i}.", "--to", audience)
        wait_until("the mission reads it", lambda: self.knows("nzl-bkk", short))

    def test_no_trace_at_the_host(self):
        self.host = self.nodes["tha-bkk"]
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        self.post("BKK")  # Everybody has met and settled.
        self.window(lambda: None)
        idle, quiet = self.window(lambda: None)
        changed, during = self.window(lambda: self.post("BKK/missions"))
        seen, loud = self.window(lambda: self.post("BKK"))
        say(f"at the host: {POSTS} alerts to all change {seen} and move {loud} bytes; as many to the missions "
            f"change {changed} and move {during}; nothing at all changes {idle} and moves {quiet}")
        self.assertIn("data/data.mdb", seen)  # A trace is seen where there is one.
        self.assertEqual(changed, [])
        if sum(loud) > 0:
            for with_posts, without in zip(during, quiet):
                self.assertLessEqual(abs(with_posts - without), without // 2)  # A beat more or less.


if __name__ == "__main__":
    drill.main()
