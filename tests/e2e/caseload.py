#!/usr/bin/env python3
"""A caseload with bad lines in the middle, against a running node: the rest is screened, the bad ones reported.

RILON_CASELOAD_ROWS sets how many rows there are; run the file itself for the full 100,000, which take minutes.
"""
import json
import os
import subprocess
import time

import drill
from drill import LIVE, RILON, say

ROWS = int(os.environ.get("RILON_CASELOAD_ROWS", "2000" if os.environ.get("RILON_SANITIZE") else "20000"))
BAD = (b"X,,1986,", b"two,fields", b"X,\"open,,", b"X,A\x1b[2J,,", b"X,A\xe2\x80\xaeN,,", b"X,A\0N,,", b"X,A\xff,,",
       b"X," + b"x" * (10 << 20) + b",,", b"X,ANN,21/05/1986,")
HEAD = b"reference,name,dob,doc\n"


class Caseload(drill.Drill):
    NODES = ("aus-bkk",)

    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk")
        self.rilon("aus-bkk", "post", "-t", "lost-stolen", "--issuer", "UTO", "--doc", "X1234567", "--country", "THA",
                   "--to", "BKK")

    def screen(self, rows, *words):
        path = LIVE / "caseload.csv"
        path.write_bytes(HEAD + b"".join(row + b"\n" for row in rows))
        begin = time.monotonic()
        done = subprocess.run([RILON, "--profile", "aus-bkk", "--no-input", *words, "screen", "--batch", path],
                              capture_output=True, timeout=60 + ROWS // 100, check=False)
        return done, done.stdout.decode(), done.stderr.decode(), time.monotonic() - begin

    def test_bad_lines_in_the_middle(self):
        middle = ROWS // 2
        rows = [b"N-%d,NOBODY NAMED SO %d,1986-05-21,Q%07d" % (i, i, i) for i in range(ROWS)]
        rows[middle:middle + len(BAD)] = BAD
        rows[-1] = b"LAST,,,X1234567"
        done, out, _, seconds = self.screen(rows, "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        bad = [line for line in lines if line["kind"] == "unscreened"]
        self.assertEqual([line["line"] for line in bad], [middle + 2 + i for i in range(len(BAD))])
        self.assertTrue(all(line["message"] and line["remedy"] for line in bad))
        self.assertEqual([line["reference"] for line in lines if line["kind"] == "match"], ["LAST"])
        self.assertEqual((lines[-1]["kind"], lines[-1]["screened"], lines[-1]["unscreened"]),
                         ("coverage", ROWS - len(BAD), len(BAD)))
        self.assertEqual(done.returncode, 11)  # What was found says more than a line that was not looked at.
        say(f"{ROWS - len(BAD)} rows in {seconds:.1f} s, {len(BAD)} bad lines reported")

    def test_nothing_found_is_never_said_of_a_bad_line(self):
        done, out, err, _ = self.screen([b"A,NOBODY,,", *BAD])
        self.assertEqual((done.returncode, out), (2, ""), err)
        self.assertIn("1 screened, 9 not", err)
        self.assertNotIn("\x1b", err)
        self.assertNotIn("\u202e", err)
        self.assertLess(len(err), 4000)  # Not the 10 MB either.
        done, _, err, _ = self.screen([b"A,NOBODY,,", *[b"x"] * 30])
        self.assertEqual(done.returncode, 2)
        self.assertEqual(sum(line.startswith("line ") for line in err.splitlines()), 20)
        self.assertIn("… and 10 more lines", err)
        # Without a bad line: what the store says, which has never heard another node here.
        done, _, err, _ = self.screen([b"A,NOBODY,,"])
        self.assertIn(done.returncode, (0, 12), err)
        self.assertIn("1 screened", err)

    def test_a_wrong_file_is_refused_before_anybody_is_screened(self):
        before = self.status("aus-bkk")["commits"]
        path = LIVE / "caseload.csv"
        for head in b"Family Name,Passport No\nROE,X1234567\n", "name\nROE\n".encode("utf-16"), b"":
            path.write_bytes(head)
            self.assertEqual(self.rilon("aus-bkk", "screen", "--batch", path, ok=2).out, "")
        self.assertLess(self.status("aus-bkk")["commits"] - before, 5)
        path.write_bytes(b"Family Name,Passport No\nROE,X1234567\n")
        self.rilon("aus-bkk", "screen", "--batch", path, "--map", "Family Name=name", "--map", "Passport No=doc",
                   ok=11)


if __name__ == "__main__":
    drill.main()
