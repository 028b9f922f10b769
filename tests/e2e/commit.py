#!/usr/bin/env python3
"""Nothing is answered or published before the commit, and whatever waits shares one commit."""
import threading
import time

import drill
from drill import LIVE, Shim, lines, say, wait_until

DELAY = 2.0


class Watched(drill.Drill):
    def setUp(self):
        super().setUp()
        self.author, self.shim = self.nodes["aus-bkk"], Shim(LIVE / "shim")
        self.author.stop()
        self.author.start(self.shim.env)
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        first = self.say_alert("aus-bkk", "The first: its stream is founded.")
        wait_until("the reader has it", lambda: self.knows("nzl-bkk", first))


class AnswerAfterCommit(Watched):
    def post_and_watch(self):
        """Seconds until the author had its answer, and until the reader had the alert."""
        began, answered = time.monotonic(), []

        def post():
            short = self.say_alert("aus-bkk", "Is it durable?")
            answered.append((time.monotonic() - began, short))

        before = self.status("nzl-bkk")["alerts"]
        thread = threading.Thread(target=post)
        thread.start()
        wait_until("the reader has it", lambda: self.status("nzl-bkk")["alerts"] > before, 40)
        seen = time.monotonic() - began
        thread.join(60)
        return answered[0][0], seen

    def test_a_slow_disk_delays_the_answer_and_the_frame(self):
        quick = self.post_and_watch()
        self.shim.arm(Shim.DELAY, delay_ms=int(DELAY * 1000))
        slow = self.post_and_watch()
        self.shim.arm(Shim.NONE)
        say(f"answer after {quick[0]:.2f} s, at the reader after {quick[1]:.2f} s; "
            f"with flushes of {DELAY:.0f} s: {slow[0]:.2f} s and {slow[1]:.2f} s")
        self.assertLess(max(quick), DELAY)
        self.assertGreaterEqual(slow[0], DELAY)
        self.assertGreaterEqual(slow[1], DELAY)


class Row10DiskFails(Watched):
    def test_a_failing_disk_gives_no_answer(self):
        log = LIVE / "acknowledged"
        for steps in range(4):  # The flush of the data, the write of the meta page, and those of the next commits.
            poster = self.start_poster("aus-bkk", log, clients=2)
            before = len(lines(log))
            wait_until("posts go on", lambda b=before: len(lines(log)) > b + 10)
            mark = self.author.log.stat().st_size
            self.shim.arm(Shim.FAIL, steps=steps)
            self.assertNotEqual(self.author.process.wait(20), 0)
            at_end = len(lines(log))
            self.assertIn(b"commit.failed code=io", self.author.log_since(mark))
            self.end_poster(poster)
            self.assertEqual(len(lines(log)), at_end)
            self.shim.arm(Shim.NONE)
            self.author.start(self.shim.env)
            self.assertEqual(self.unreadable("aus-bkk", log), [])
        self.wait_readable("nzl-bkk", log)
        say(f"4 failures of the disk: the daemon ended each time, {len(lines(log))} acknowledged, 0 lost")


@drill.not_sanitized("needs the pace of a node", by="thread")
class GroupCommit(drill.Drill):
    NODES = ()
    POSTS = 3000

    def measure(self, clients, posts):
        """Flushes of the store per post."""
        log = LIVE / f"acknowledged-{clients}"
        flushes, writes = self.shim.get(Shim.FLUSHES), self.shim.get(Shim.WRITES)
        poster = self.start_poster("aus-bkk", log, clients=clients, posts=posts)
        printed = poster.communicate(timeout=120)[0].decode().strip()
        done = len(lines(log))
        self.assertGreaterEqual(done, posts)
        ratio = (self.shim.get(Shim.FLUSHES) - flushes) / done
        say(f"{clients} clients: {printed}; {ratio:.4f} fdatasync and "
            f"{(self.shim.get(Shim.WRITES) - writes) / done:.3f} writes a post")
        return ratio

    def test_256_posting_clients_share_their_commits(self):
        self.shim = Shim(LIVE / "shim")
        author = self.nodes["aus-bkk"]
        with open(author.file("node.toml"), "a", encoding="utf-8") as config:
            config.write("\n[limits]\ncontrol_clients = 300\n")
        author.start(self.shim.env)
        alone = self.measure(1, 200)
        together = self.measure(256, self.POSTS)
        self.assertGreaterEqual(alone, 0.9)  # The counter counts.
        self.assertLessEqual(together, 0.05)


if __name__ == "__main__":
    drill.main()
