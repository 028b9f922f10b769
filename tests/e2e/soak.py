#!/usr/bin/env python3
"""The network under load and random faults for as long as RILON_SOAK_SECONDS says: memory and descriptors stay flat,
nothing acknowledged is lost, everybody ends with the same. RILON_SOAK_PLOT names the SVG of what was measured."""
import os
import random
import signal
import time
from pathlib import Path

import drill
from drill import ALL, LIVE, PASSPHRASE, lines, say, wait_until
from plot import Chart
from proxied import Proxied

SECONDS = int(os.environ.get("RILON_SOAK_SECONDS", "45"))
PLOT = os.environ.get("RILON_SOAK_PLOT", "")
SEED = int(os.environ.get("RILON_SEED", os.getpid()))
BURST, SAMPLE_SECONDS = 10, 2
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


class Row56Soak(Proxied):
    """Two missions post bursts; now and then a process is killed, stopped or ended, or the network goes bad."""
    AUTHORS = ("aus-bkk", "nzl-bkk")

    def setUp(self):
        super().setUp()
        self.random, self.samples, self.faults, self.stopped = random.Random(SEED), [], {}, {}
        self.posters, self.began = {}, time.monotonic()

    def sample(self):
        for name, node in self.nodes.items():
            if node.ended():
                continue
            process = Path(f"/proc/{node.process.pid}")
            try:
                pages = int((process / "statm").read_text(encoding="ascii").split()[1])
                files = len(os.listdir(process / "fd"))
            except OSError:
                continue
            self.samples.append((time.monotonic() - self.began, name, pages * PAGE_KIB / 1024, files))

    def post(self):
        for name in self.AUTHORS:
            poster = self.posters.get(name)
            if poster is not None and poster.poll() is not None:
                poster.communicate(timeout=10)
                self.others.remove(poster)
                poster = None
            if poster is None:
                self.posters[name] = self.start_poster(name, LIVE / f"by-{name}", posts=BURST, seconds=20)

    def fault(self):
        name = self.random.choice(ALL)
        node = self.nodes[name]
        what = self.random.choice(("kill", "stop", "restart", "cuts", "delays", "flips", "swallow", "good", "good"))
        self.faults[what] = self.faults.get(what, 0) + 1
        if what == "kill":
            node.kill()
            node.start()
        elif what == "restart":
            node.stop()
            node.start()
        elif what == "stop" and name not in self.stopped:
            node.process.send_signal(signal.SIGSTOP)
            self.stopped[name] = time.monotonic() + self.random.uniform(1, 8)
        else:
            self.both(**{"cuts": {"cut_every": 40_000}, "delays": {"delay": 0.5}, "flips": {"flip_every": 30_000},
                         "swallow": {"swallow": True}}.get(what, dict(delay=0.0, flip_every=0, cut_every=0, swallow=False)))

    def go_on(self, now):
        for name in [name for name, until in self.stopped.items() if now >= until]:
            del self.stopped[name]
            self.nodes[name].process.send_signal(signal.SIGCONT)

    def trouble(self):
        next_sample = next_post = next_fault = 0.0
        while (now := time.monotonic() - self.began) < SECONDS:
            if now >= next_sample:
                self.sample()
                next_sample = now + SAMPLE_SECONDS
            if now >= next_post:
                self.post()
                next_post = now + 5
            if now >= next_fault:
                self.fault()
                next_fault = now + self.random.uniform(2, 6)
            self.go_on(time.monotonic())
            time.sleep(0.2)  # The pace of the drill; nothing is judged by it.

    def flat(self):
        """Growth between the second and the last quarter of the time, in MiB and descriptors, the most of any node."""
        grown_mib = grown_files = 0
        for name in ALL:
            def middle(column, low, high):
                values = sorted(s[column] for s in self.samples if s[1] == name and low <= s[0] / SECONDS < high)
                return values[len(values) // 2] if values else 0
            grown_mib = max(grown_mib, middle(2, .75, 1) - middle(2, .25, .5))
            grown_files = max(grown_files, middle(3, .75, 1) - middle(3, .25, .5))
        return grown_mib, grown_files

    def draw(self):
        chart = Chart(f"Resident memory of each node, MiB, over {SECONDS // 60} minutes of load and faults (seed {SEED})")
        for name in ALL:
            chart.line(name, [(t / 60, mib) for t, node, mib, _ in self.samples if node == name])
        Path(PLOT).write_text(chart.svg("minutes", "MiB"), encoding="utf-8")

    def test_load_and_faults(self):
        self.trouble()
        self.go_on(float("inf"))
        self.both(delay=0.0, flip_every=0, cut_every=0, swallow=False)
        for poster in self.posters.values():
            poster.communicate(timeout=90)
        for name in ("aus-bkk", "nzl-bkk", "tha-bkk"):
            wait_until(f"{name} answers", lambda n=name: self.rilon(
                n, "--passphrase-file", PASSPHRASE, "unlock", "--for", "1h", ok=None).returncode == 0, 60)
            self.unlocked.append(name)
        posted = 0
        for author in self.AUTHORS:
            log = LIVE / f"by-{author}"
            posted += len(lines(log))
            for reader in ("aus-bkk", "nzl-bkk", "tha-bkk"):
                self.wait_readable(reader, log, 180)
        for node in self.nodes.values():
            self.assertFalse(node.ended(), node.name)
            self.assertNotIn(b"fork_proven", node.log.read_bytes())
        mib, files = self.flat()
        self.assertLess(mib, 8)
        self.assertLessEqual(files, 6)
        if PLOT:
            self.draw()
        say(f"{SECONDS} s, {sum(self.faults.values())} faults {self.faults}, {posted} acknowledged, 0 lost, at all three; "
            f"memory grew by {mib:.1f} MiB, descriptors by {files} (seed {SEED})")


if __name__ == "__main__":
    drill.main()
