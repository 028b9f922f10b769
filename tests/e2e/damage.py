#!/usr/bin/env python3
"""Row 13: bits flipped in the store of a stopped node: found, not shown, the rest readable; and fetched again."""
import struct

import drill
from drill import say, wait_until

PAGE, OVERFLOW = 4096, 4


def flip_long_values(path):
    """One bit in the middle of every value that has pages of its own; how many. Leaves LMDB's own structure alone."""
    content, flipped, number = bytearray(path.read_bytes()), 0, 0
    while (number + 1) * PAGE <= len(content):
        at = number * PAGE
        page, _, flags, pages = struct.unpack_from("<QHHI", content, at)
        if page == number and flags == OVERFLOW:
            content[at + 2000] ^= 1
            flipped += 1
            number += max(pages, 1)
        else:
            number += 1
    path.write_bytes(content)
    return flipped


class Damaged(drill.Drill):
    def damage(self):
        """A reader whose long alerts are damaged, and nobody there to fetch from; their ids."""
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        short = self.say_alert("aus-bkk", "A short one.")
        long = [self.say_alert("aus-bkk", f"{i} " + "Seen at the counter again. " * 280) for i in range(3)]
        for s in [short, *long]:
            wait_until("the reader has it", lambda s=s: self.knows("nzl-bkk", s))
        for node in self.nodes.values():
            node.stop()
        reader = self.nodes["nzl-bkk"]
        flipped = flip_long_values(reader.file("data/data.mdb"))
        self.assertGreater(flipped, 0)
        reader.start()
        for s in long:
            self.assertNotEqual(self.rilon("nzl-bkk", "show", s, ok=None).returncode, 0)
        self.rilon("nzl-bkk", "show", short)
        say(f"{flipped} values damaged: not shown, the rest readable")
        return long


class Row13BitFlips(Damaged):
    def test_found_and_not_shown(self):
        self.damage()


class Row13FetchedAgain(Damaged):
    def test_fetched_again_from_peers(self):
        long = self.damage()
        for name in ("rso", "tha-bkk", "aus-bkk"):
            self.nodes[name].start()
        for s in long:
            wait_until(f"{s} is fetched again", lambda s=s: self.rilon("nzl-bkk", "show", s, ok=None).returncode == 0, 60)


if __name__ == "__main__":
    drill.main()
