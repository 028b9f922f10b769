#!/usr/bin/env python3
"""Row 13: bits flipped in the store of a stopped node: found, not shown, the rest readable, fetched again."""
import struct

import drill
from drill import say, wait_until

PAGE, OVERFLOW = 4096, 4


def flip_long_values(path, skip):
    """One bit in the middle of every value that has pages of its own; how many. Leaves LMDB's own structure alone."""
    content, flipped, number = bytearray(path.read_bytes()), 0, 0
    while (number + 1) * PAGE <= len(content):
        at = number * PAGE
        page, _, flags, pages = struct.unpack_from("<QHHI", content, at)
        if page == number and flags == OVERFLOW and at not in skip:
            content[at + 2000] ^= 1
            flipped += 1
            number += max(pages, 1)
        else:
            number += 1
    path.write_bytes(content)
    return flipped


class Row13BitFlips(drill.Drill):
    def test_found_and_fetched_again(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        short = self.say_alert("aus-bkk", "A short one.")
        long = [self.say_alert("aus-bkk", f"{i} " + "Seen at the counter again. " * 280) for i in range(3)]
        for s in [short, *long]:
            wait_until("the reader has it", lambda s=s: self.knows("nzl-bkk", s))
        reader = self.nodes["nzl-bkk"]
        reader.stop()
        flipped = flip_long_values(reader.file("data/data.mdb"), ())
        self.assertGreater(flipped, 0)
        mark = reader.log.stat().st_size
        for name in ("aus-bkk", "tha-bkk", "rso"):
            self.nodes[name].stop()  # Nobody to fetch from: the damage must show.
        reader.start()
        shown = [self.rilon("nzl-bkk", "show", s, ok=None).returncode == 0 for s in long]
        self.assertNotIn(True, shown)
        self.assertEqual(self.rilon("nzl-bkk", "show", short).returncode, 0)
        for name in ("rso", "tha-bkk", "aus-bkk"):
            self.nodes[name].start()
        for s in long:
            wait_until(f"{s} is fetched again", lambda s=s: "again" in self.rilon("nzl-bkk", "show", s, ok=None).out, 60)
        say(f"{flipped} values damaged: not shown, the rest readable, fetched again; log: "
            f"{reader.log_since(mark).decode().strip().splitlines()[:3]}")


if __name__ == "__main__":
    drill.main()
