#!/usr/bin/env python3
"""Row 1: kill -9 of a posting node, at random moments and at every nth write or flush of its store. What was
acknowledged is readable at the author, and at a reader in the end. RILON_KILL9_CYCLES (20)."""
import os
import random
import threading

import drill
from drill import LIVE, Shim, lines, say, wait_until

CYCLES = int(os.environ.get("RILON_KILL9_CYCLES", "200"))


class Row01Kill9(drill.Drill):
    def test_nothing_acknowledged_is_lost(self):
        seed = int(os.environ.get("RILON_SEED", os.getpid()))
        rng = random.Random(seed)
        log, shim, author = LIVE / "acknowledged", Shim(LIVE / "shim"), self.nodes["aus-bkk"]
        author.stop()
        author.start(shim.env)
        poster = self.start_poster("aus-bkk", log, clients=4)
        at_steps = 0
        for _ in range(CYCLES):
            before = len(lines(log))
            wait_until("posts go on", lambda b=before: len(lines(log)) > b)
            if rng.random() < 0.5:
                threading.Event().wait(rng.uniform(0, 0.3))  # The random moment.
            else:
                at_steps += 1
                shim.arm(Shim.KILL, steps=rng.randrange(12))
                wait_until("the store's step kills it", author.ended)
            author.kill()
            shim.arm(Shim.NONE)
            author.start(shim.env)
        before = len(lines(log))
        wait_until("posts go on", lambda: len(lines(log)) > before)
        say(self.end_poster(poster).strip())
        acknowledged = len(lines(log))
        self.assertEqual(self.unreadable("aus-bkk", log), [])
        self.wait_readable("nzl-bkk", log)
        say(f"{CYCLES} cycles ({at_steps} at a write or flush), {acknowledged} acknowledged, 0 lost (seed {seed})")


if __name__ == "__main__":
    drill.main()
