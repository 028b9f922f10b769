#!/usr/bin/env python3
"""An officer who looks elsewhere is told that something came, and nothing of it."""
import os
import signal
import subprocess
import threading

import drill
from drill import LIVE, RILON, say, wait_until

CANARY = "Kwame of gate seven"


class Notified(drill.Drill):
    def bell(self):
        """A program of the officer's that keeps all it is handed."""
        program = LIVE / "bell"
        program.write_text(f"#!/bin/sh\n(echo \"$@\"; env; cat) > {LIVE}/ringing\nmv {LIVE}/ringing {LIVE}/rung\n")
        program.chmod(0o700)
        return program

    def watch(self, profile):
        """A running watch, and the lines that it has printed."""
        process = subprocess.Popen([RILON, "--profile", profile, "--no-input", "watch"], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                                   preexec_fn=drill.die_with_parent, env=os.environ)
        self.others.append(process)
        self.addCleanup(process.stdout.close)
        seen = []
        threading.Thread(target=lambda: seen.extend(iter(process.stdout.readline, "")), daemon=True).start()
        return process, seen

    def test_told_without_a_word_of_it(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        self.rilon("aus-bkk", "notify", "add", "exec", str(self.bell()))
        process, seen = self.watch("aus-bkk")

        def own_is_seen():
            self.say_alert("aus-bkk", "Of our own.")
            return any("Of our own." in line for line in seen)
        wait_until("the watch shows what we post", own_is_seen)
        self.assertFalse((LIVE / "rung").exists())
        short = self.say_alert("nzl-bkk", CANARY)
        wait_until("the bell is rung", (LIVE / "rung").exists)
        wait_until("the watch shows it", lambda: any(CANARY in line for line in seen))
        told = (LIVE / "rung").read_text()
        self.assertTrue(told.startswith("RILON: a message is waiting.\n"), told)
        for word in (CANARY, "gate seven", short, "nzl", "bulletin", "RILON_"):
            self.assertNotIn(word, told)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 130)
        say("another's alert rang the bell, our own did not; the bell was handed five fixed words")


if __name__ == "__main__":
    drill.main()
