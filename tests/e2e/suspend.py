#!/usr/bin/env python3
"""Row 31: a node suspended in mid-stream is cut within a second, and nothing is sealed to it afterwards."""
import time

import drill
from drill import LIVE, lines, say, wait_until


class Row31Suspended(drill.Drill):
    def test_cut_within_a_second(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk", "rso-1")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        short = self.say_alert("aus-bkk", "Before.")
        wait_until("it reads before", lambda: self.knows("nzl-bkk", short))
        poster = self.start_poster("aus-bkk", LIVE / "acknowledged")
        wait_until("posts flow", lambda: len(lines(LIVE / "acknowledged")) > 20)
        node = self.nodes["nzl-bkk"]
        mark = node.log.stat().st_size
        began = time.monotonic()
        self.rilon("rso-1", "admin", "suspend", "nzl-bkk", "--reason", "laptop lost")
        recorded = time.monotonic()
        wait_until("its links are cut", lambda: node.log_since(mark).count(b"peer_down") >= 2, 10)
        cut = time.monotonic()
        say(f"cut {cut - recorded:+.2f} s from the command's end ({cut - began:.2f} s from its start)")
        self.assertLess(cut - recorded, 1)
        self.end_poster(poster)
        after = self.rows("aus-bkk", "say", "Afterwards.", "--to", "BKK")[0]
        readers = [r["node"] if isinstance(r, dict) else r for part in after["parts"] for r in part["readers"]]
        self.assertIn("tha-bkk", readers)
        self.assertNotIn("nzl-bkk", readers)
        wait_until("the others read on", lambda: self.knows("tha-bkk", after["short"]))
        node.stop()
        node.start()  # A restart does not let it in again.
        mark = node.log.stat().st_size
        again = self.say_alert("aus-bkk", "And once more.")
        wait_until("the others read on", lambda: self.knows("tha-bkk", again))
        self.assertFalse(self.knows("nzl-bkk", after["short"]) or self.knows("nzl-bkk", again))
        self.assertNotIn(b"peer_up", node.log_since(mark))
        say(f"sealed afterwards to {', '.join(sorted(readers))} only")


if __name__ == "__main__":
    drill.main()
