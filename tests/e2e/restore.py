#!/usr/bin/env python3
"""Row 16 with the real commands: back up, go on, put back, start. No seq is used twice, peers are told, what was
lost comes back, what was withdrawn since is not shown. And what an ordinary restart costs an officer."""
import json
import re
import shutil
import time

import drill
from drill import LIVE, say, wait_until

RESTARTS = 5


class Row16BackupPutBack(drill.Drill):
    def logs(self, mark, name):
        return self.nodes[name].log_since(mark[name]).decode()

    def marks(self):
        return {name: node.log.stat().st_size for name, node in self.nodes.items()}

    def warned(self, profile, words):
        status = self.status(profile)
        return status is not None and any(words in warning for warning in status["warnings"])

    def shows(self, profile, short):
        """Is it in the inbox, and not as withdrawn?"""
        done = self.rilon(profile, "--json", "inbox", ok=None)
        rows = map(json.loads, done.out.splitlines()) if done.returncode == 0 else []
        return any(row.get("short") == short and not row["withdrawn"] for row in rows)

    def lease(self):
        return self.nodes["aus-bkk"].dir / "state" / "lease"

    def put_back(self, lease_of_then):
        """aus-bkk as it was at the backup; with the lease's file of then if there is one."""
        node, backup = self.nodes["aus-bkk"], LIVE / "backup"
        directory = ("--config-dir", str(node.dir))
        refused = self.rilon("aus-bkk", "restore", str(backup), *directory, ok=None)
        self.assertNotEqual(refused.returncode, 0, "over a daemon that runs")
        node.kill()
        refused = self.rilon("aus-bkk", "restore", str(backup), *directory, ok=5)
        self.assertIn("holds a store", refused.err)
        shutil.rmtree(node.dir / "data")
        self.rilon("aus-bkk", "restore", str(backup), *directory)
        if lease_of_then is not None:
            self.lease().write_bytes(lease_of_then)

    def feed_begins_again(self, place):
        expired = self.rilon("aus-bkk", "feed", "--resume", place, "--once", ok=3)
        self.assertIn("the cursor has expired", expired.err)
        self.assertIn(f"rilon feed --resume {place} --from start", expired.err)
        again = self.rilon("aus-bkk", "feed", "--resume", place, "--from", "start", "--once").out
        self.assertIn("rilon.alert.published.v1", again)
        self.assertEqual(self.rilon("aus-bkk", "feed", "--resume", place, "--once").out, "")

    def drill_one(self, what, whole_machine):
        mark = self.marks()
        before = self.say_alert("aus-bkk", f"Before the backup, {what}.")
        gone = self.say_alert("nzl-bkk", f"Withdrawn after the backup, {what}.")
        for profile in ("nzl-bkk", "aus-bkk"):
            for short in (before, gone):
                wait_until(f"{profile} has {short}", lambda s=short, p=profile: self.knows(p, s))
        lease = self.lease().read_bytes()
        place = str(LIVE / "place")
        self.rilon("aus-bkk", "feed", "--resume", place, "--once")
        self.rilon("aus-bkk", "backup", str(LIVE / "backup"), "--config-dir", str(self.nodes["aus-bkk"].dir))
        lost = [self.say_alert("aus-bkk", f"After the backup {i}, {what}.") for i in range(5)]
        brief = self.say_alert("aus-bkk", f"Withdrawn at once, {what}.")
        self.rilon("aus-bkk", "withdraw", brief, "--reason", "error")  # So there is a new key, which no copy has.
        closed = self.say_alert("aus-bkk", f"Under a key of after the backup, {what}.")
        for short in (*lost, closed):
            wait_until("nzl-bkk has it", lambda s=short: self.knows("nzl-bkk", s))
        self.rilon("nzl-bkk", "withdraw", gone, "--reason", "error")
        wait_until("it is withdrawn", lambda: not self.shows("aus-bkk", gone))
        self.put_back(lease if whole_machine else None)
        began = time.monotonic()
        self.nodes["aus-bkk"].start()
        seen = []  # Does it ever show what was withdrawn?
        urgent = wait_until("an officer can post", lambda: self.try_post(gone, seen), 40)
        took = time.monotonic() - began
        if not whole_machine:
            self.assertEqual(seen, [], "shown although it had been withdrawn")
        wait_until("nzl-bkk has the new one", lambda: self.knows("nzl-bkk", urgent))
        wait_until("it is withdrawn here too", lambda: not self.shows("aus-bkk", gone))
        for name in ("nzl-bkk", "tha-bkk", "rso"):
            wait_until(f"{name} is told", lambda n=name: "origin_restored" in self.logs(mark, n))
        wait_until("its officer is told", lambda: self.warned("aus-bkk", "put back from an older copy"))
        wait_until("what it lost is back", lambda: "restored_in_step" in self.logs(mark, "aus-bkk"))
        if not whole_machine:
            self.feed_begins_again(place)
        self.assertEqual("lease.broken" in self.logs(mark, "aus-bkk"), not whole_machine)
        for name in self.nodes:
            self.assertNotIn("fork_proven", self.logs(mark, name), name)
            self.assertNotIn("head_contradicts", self.logs(mark, name), name)
        for short in lost:
            self.assertTrue(self.knows("nzl-bkk", short))
        self.give_back(closed)
        say(f"{what}: first posting {took:.1f} s after the start, no seq used twice, all told")

    def give_back(self, closed):
        """By a history grant of any reader; on the real store."""
        wait_until("its officer is told what is closed", lambda: self.warned("aus-bkk", "rilon history aus-bkk"))
        self.assertFalse(self.knows("aus-bkk", closed))
        self.assertIn("HISTORY   for aus-bkk", self.rilon("nzl-bkk", "history", "aus-bkk", "--dry-run").out)
        self.assertFalse(self.knows("aus-bkk", closed))
        self.assertIn("given to aus-bkk", self.rilon("nzl-bkk", "history", "aus-bkk").out)
        wait_until("it reads again what it wrote", lambda: self.knows("aus-bkk", closed))
        wait_until("nothing is closed any more", lambda: not self.warned("aus-bkk", "rilon history aus-bkk"))
        self.rilon("nzl-bkk", "history", "nobody-bkk", ok=3)
        self.rilon("nzl-bkk", "history", "nzl-bkk", ok=2)

    def try_post(self, gone, seen):
        if self.shows("aus-bkk", gone):
            seen.append(gone)
        done = self.rilon("aus-bkk", "--json", "say", "As soon as it can.", "--to", "BKK", ok=None)
        found = re.search(r'"short":"([^"]+)"', done.out)
        return found.group(1) if done.returncode in (0, 6) and found else None

    def test_put_back(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        self.drill_one("the store alone", whole_machine=False)
        self.drill_one("the whole machine", whole_machine=True)

    def test_an_ordinary_restart(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        self.say_alert("aus-bkk", "So that there is a stream.")
        waits = []
        for _ in range(RESTARTS):
            node = self.nodes["aus-bkk"]
            node.kill()
            mark = node.log.stat().st_size
            node.start()
            line = wait_until("peers confirm", lambda m=mark: re.search(
                rb"own_heads_confirmed after_ms=([0-9]+)", node.log_since(m)), 15)
            waits.append(int(line.group(1)))
            short = self.say_alert("aus-bkk", "After a restart.")
            wait_until("nzl-bkk has it", lambda s=short: self.knows("nzl-bkk", s))
        self.assertFalse(self.warned("nzl-bkk", "older copy"))
        middle = sorted(waits)[len(waits) // 2]
        self.assertLess(middle, 3000)
        say(f"peers confirm our heads {middle} ms after a start, of {sorted(waits)}")


if __name__ == "__main__":
    drill.main()
