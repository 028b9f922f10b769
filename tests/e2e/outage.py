#!/usr/bin/env python3
"""Nodes that stand still or are gone: the others go on, and who comes back catches up."""
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import drill
from drill import BIN, LIVE, say, wait_until

SOURCE = Path(__file__).resolve().parents[2]
STOPPED_SECONDS = 10


class Row03Stopped(drill.Drill):
    def posts_while_stopped(self, stopped, author, reader):
        """Alerts posted while a node stands still; the reader, if any, has each of them at once."""
        node, posted, end = self.nodes[stopped], [], time.monotonic() + STOPPED_SECONDS
        node.kill(signal.SIGSTOP)
        while time.monotonic() < end:
            began = time.monotonic()
            short = self.say_alert(author, f"While {stopped} stands still.")
            self.assertLess(time.monotonic() - began, 2)
            if reader:
                wait_until(f"{reader} has it", lambda s=short: self.knows(reader, s), 5)
            posted.append(short)
        node.kill(signal.SIGCONT)
        return posted

    def test_a_reader_then_the_hub(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        for stopped, reader in (("nzl-bkk", "tha-bkk"), ("tha-bkk", None)):
            posted = self.posts_while_stopped(stopped, "aus-bkk", reader)
            began = time.monotonic()
            (LIVE / "posted").write_text("".join(f"{short}\n" for short in posted))
            for name in ("nzl-bkk", "tha-bkk"):
                self.wait_readable(name, LIVE / "posted", 30)
            say(f"{stopped} stopped for {STOPPED_SECONDS} s: {len(posted)} alerts went on, "
                f"caught up {time.monotonic() - began:.1f} s after it went on")


class DemonstrationIsReal(drill.Drill):
    """The demonstration's first step holds on a running network and fails, in bounded time, on a stopped node."""
    SCRIPT = """
set -euo pipefail
cd "$SOURCE"
. tools/lib/setup.sh; . tools/lib/network.sh; . tools/lib/demonstration.sh
DIR=$LIVE RILON=$BIN/tools/rilon RILOND=$BIN/node/rilond SEED=5
use_directory
invent $SEED
one_alert_the_right_readers
"""

    def demonstrate(self):
        env = {**os.environ, "SOURCE": str(SOURCE), "LIVE": str(LIVE), "BIN": str(BIN)}
        script = subprocess.Popen(["bash", "-c", self.SCRIPT], env=env, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=drill.die_with_parent)
        try:
            out = script.communicate(timeout=150)[0]
        finally:
            try:
                os.killpg(script.pid, signal.SIGKILL)  # The watch it started, if it still runs.
            except ProcessLookupError:
                pass
        return script.returncode, out

    def test_a_stopped_node_makes_it_fail(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        code, out = self.demonstrate()
        self.assertEqual(code, 0, out)
        self.nodes["nzl-bkk"].kill(signal.SIGSTOP)
        began = time.monotonic()
        code, out = self.demonstrate()
        self.assertNotEqual(code, 0, out)
        say(f"with nzl-bkk stopped it fails after {time.monotonic() - began:.0f} s: {out.splitlines()[-1]}")


class Row25CoordinatorLost(drill.Drill):
    def lose(self, *erased):
        """Kills the coordinator and erases what is named; BKK goes on. Its status before."""
        self.unlock("aus-bkk", "nzl-bkk", "rso-1")
        self.wait_linked("aus-bkk", "nzl-bkk")
        first = self.say_alert("aus-bkk", "Before.", "--to", "network")
        wait_until("the reader has it", lambda: self.knows("nzl-bkk", first))
        before = wait_until("the coordinator answers", lambda: self.status("rso-1"))
        self.nodes["rso"].kill()
        for name in erased:
            shutil.rmtree(self.nodes["rso"].file(name))
        for audience in ("BKK", "network"):
            short = self.say_alert("aus-bkk", "The coordinator is gone.", "--to", audience)
            wait_until("the reader has it", lambda s=short: self.knows("nzl-bkk", s))
        return before

    def comes_back(self, before):
        """It has the directory and the entries of meanwhile, and orders the next record."""
        self.nodes["tha-bkk"].stop()  # The only other way between the two: both only dial.
        alone = self.say_alert("aus-bkk", "Only the coordinator can carry this.", "--to", "network")
        self.nodes["rso"].start()
        wait_until("its directory is back", lambda: (self.status("rso-1") or {}).get("directory_records", 0) >=
                   before["directory_records"])
        wait_until("it holds and passes on what was written meanwhile", lambda: self.knows("nzl-bkk", alone))
        self.nodes["tha-bkk"].start()
        wait_until("it orders records", lambda: self.rilon(
            "rso-1", "admin", "suspend", "nzl-bkk", "--reason", "exercise", ok=None).returncode == 0, 60)
        wait_until("its next record reaches the nodes", lambda: self.status("aus-bkk")["directory_records"] ==
                   before["directory_records"] + 1)
        for node in self.nodes.values():
            self.assertNotIn(b"directory_split", node.log.read_bytes())
        say(f"back: {before['directory_records']} records and what was written meanwhile; it orders the next record")

    def test_killed(self):
        self.comes_back(self.lose())


class Row25CoordinatorRebuilt(Row25CoordinatorLost):
    """Its disk is erased; its keys come from their backup, the directory from a member."""
    test_killed = None

    def test_disk_erased(self):
        before = self.lose("data", "state")
        rebuilt = LIVE / "rebuilt.rilon"
        rebuilt.unlink(missing_ok=True)
        self.rilon("nzl-bkk", "admin", "directory", "--out", str(rebuilt))
        shutil.copy(rebuilt, self.nodes["rso"].file("network.rilon"))
        self.comes_back(before)
        self.assertIn(b"directory_rebuilt", self.nodes["rso"].log.read_bytes())


if __name__ == "__main__":
    drill.main()
