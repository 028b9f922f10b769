#!/usr/bin/env python3
"""How long whole commands take (P11 of docs/performance.md): from the fork to the exit, the agent unlocked, in
turns with what they can't be quicker than: a program that does nothing, and a flushed write.
"""
import os
import shutil
import statistics
import subprocess
import time

import drill
from drill import LIVE, RILON, say

ROUNDS, POSTS = 21, 1000
READ_MS, POST_MS = 50, 30  # The goals; a post's is beyond its commit.
FAR_OFF = 4  # Times the goal that a test machine under load may take.


def whole_ms(*words):
    began = time.perf_counter()
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = 1000 * (time.perf_counter() - began)
    assert done.returncode == 0, done.stderr.decode()
    return took


def commit_ms(path):
    """What LMDB does for a commit: pages and a flush, the meta page and a flush."""
    with open(path, "wb") as file:
        began = time.perf_counter()
        for size in (16384, 4096):
            file.write(bytes(size))
            file.flush()
            os.fdatasync(file.fileno())
        return 1000 * (time.perf_counter() - began)


@drill.not_sanitized("times of commands")
class CommandTimes(drill.Drill):
    def test_whole_processes(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        posting = self.start_poster("nzl-bkk", LIVE / "posted", clients=8, posts=POSTS)
        self.assertEqual(posting.wait(120), 0)
        self.wait_readable("aus-bkk", LIVE / "posted")
        short = self.say_alert("aus-bkk", "The counters of hall 2 are closed.")
        rilon = [RILON, "--profile", "aus-bkk", "--no-input", "--yes"]
        steps = {
            "a program that does nothing": lambda: whole_ms(shutil.which("true")),
            "a flushed write of two parts": lambda: commit_ms(LIVE / "flushed"),
            "rilon --version": lambda: whole_ms(RILON, "--version"),
            "rilon inbox": lambda: whole_ms(*rilon, "inbox"),
            "rilon show": lambda: whole_ms(*rilon, "show", short),
            "rilon search": lambda: whole_ms(*rilon, "search", "counters"),
            "rilon say": lambda: whole_ms(*rilon, "say", "Gate 7 is closed.", "--to", "BKK"),
        }
        taken = {name: [] for name in steps}
        for _ in range(ROUNDS):
            for name, step in steps.items():
                taken[name].append(step())
        median = {name: statistics.median(times) for name, times in taken.items()}
        for name, times in taken.items():
            say(f"{name:30} median {median[name]:6.1f} ms, worst {max(times):6.1f} ms")
        goals = {name: (median[name], READ_MS) for name in ("rilon inbox", "rilon show", "rilon search")}
        goals["rilon say beyond the write"] = (median["rilon say"] - median["a flushed write of two parts"], POST_MS)
        for name, (ms, goal) in goals.items():
            say(f"P11 {name}: {ms:.1f} ms, goal {goal}: {'met' if ms <= goal else 'missed'}")
            self.assertLess(ms, FAR_OFF * goal, name)


if __name__ == "__main__":
    drill.main()
