#!/usr/bin/env python3
"""A caseload with bad lines in the middle, against a running node: the rest is screened, the bad ones reported.

RILON_CASELOAD_ROWS sets how many rows there are; run the file itself for the full 100,000, which take minutes.
"""
import json
import os
import subprocess
import threading
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

    def test_what_was_asked_is_written_down_in_few_commits(self):
        rows = [b"A-%d,NOBODY NAMED SO %d,," % (i, i) for i in range(2000)]
        before = self.status("aus-bkk")["commits"]
        done, _, err, _ = self.screen(rows)
        self.assertIn(done.returncode, (0, 12), err)
        self.assertLess(self.status("aus-bkk")["commits"] - before, len(rows) // 2)

    def test_a_node_that_has_room_for_one_question_is_asked_one_by_one(self):
        node = self.nodes["aus-bkk"]
        node.stop()
        with open(node.file("node.toml"), "a", encoding="utf-8") as config:
            config.write("\n[limits]\nquery_queue = 1\n")
        node.start()
        done, _, err, _ = self.screen([b"A-%d,NOBODY NAMED SO %d,," % (i, i) for i in range(500)])
        self.assertIn(done.returncode, (0, 12), err)
        self.assertIn("500 screened", err)


class KeptCaseload(drill.Drill):
    """Kept persons are looked for again; what was found is told until it was shown; none of it is readable on disk."""
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        self.number = f"K{int(time.time()) % 10_000_000:07d}"

    def post(self, number):
        self.rilon("aus-bkk", "post", "-t", "lost-stolen", "--issuer", "UTO", "--doc", number, "--country", "THA",
                   "--to", "BKK")

    def keep(self, *how):
        done = self.rilon("nzl-bkk", "screen", *how, ok=None)
        self.assertIn(done.returncode, (0, 12), done.err)  # Nobody known, or nobody heard yet.

    def watch(self):
        """What a running watch has printed, and goes on to."""
        process = subprocess.Popen([RILON, "--profile", "nzl-bkk", "--json", "watch"], stdout=subprocess.PIPE,
                                   text=True, preexec_fn=drill.die_with_parent)
        self.others.append(process)
        self.addCleanup(process.stdout.close)
        seen = []

        def read():
            for line in process.stdout:
                seen.append(json.loads(line))
        threading.Thread(target=read, daemon=True).start()

        def watches():
            self.say_alert("nzl-bkk", "a word")
            return seen
        drill.wait_until("the watch shows what we post", watches)
        return seen

    def found(self):
        """What a look finds, and only then its exit code is a match's."""
        done = self.rilon("nzl-bkk", "--json", "screen", "--kept", ok=None)
        rows = [json.loads(line) for line in done.out.splitlines()]
        found = [row["reference"] for row in rows if row["kind"] == "match"]
        self.assertIn(done.returncode, (11,) if found else (0, 12), done.err)
        return sorted(found)

    def test_found_when_it_comes_and_gone_when_forgotten(self):
        path = LIVE / "kept.csv"
        long = "KEEP-LONG," + "Ấ" * 400 + ",,\n"  # As much as a caseload may have: 1,200 bytes.
        path.write_text("reference,name,dob,doc\n" + long + "".join(
            f"KEEP-{i},CANARYNAME {i},1986-05-21,{'' if i % 500 else self.number}\n" for i in range(1500)), "utf-8")
        self.keep("--batch", path, "--keep", "90d")
        self.assertEqual(self.found(), [])
        kept = [row for row in self.rows("nzl-bkk", "screen", "--kept", ok=None) if row["kind"] == "kept"]
        self.assertEqual([row["persons"] for row in kept], [1501])
        seen = self.watch()
        self.post(self.number)
        drill.wait_until("the watch names who is kept", lambda: {row["reference"] for row in seen if
                         row["kind"] == "match"} == {"KEEP-0", "KEEP-500", "KEEP-1000"})
        self.assertIn("screen --kept", self.rilon("nzl-bkk", "inbox").err)
        # After a restart, until it was shown; then no more.
        self.nodes["nzl-bkk"].kill()
        self.nodes["nzl-bkk"].start()
        self.assertEqual(self.found(), ["KEEP-0", "KEEP-1000", "KEEP-500"])
        self.assertEqual(self.found(), [])
        for file in (LIVE / "nodes/nzl-bkk").rglob("*"):
            if file.is_file():
                self.assertNotIn(b"CANARYNAME", file.read_bytes(), file)
        self.rilon("nzl-bkk", "screen", "--forget", kept[0]["id"])
        self.assertEqual([row["kind"] for row in self.rows("nzl-bkk", "screen", "--kept")], [])
        self.rilon("nzl-bkk", "screen", "--forget", kept[0]["id"], ok=3)

    def test_one_person_by_what_was_typed(self):
        number = "L" + self.number[1:]
        self.keep("--doc", number, "--keep", "1d")
        self.post(number)
        drill.wait_until("the alert is found", lambda: self.found() == [number])
        for wish, why in (("1h", "a day to a year"), ("400d", "a day to a year"), ("soon", "")):
            self.assertIn(why, self.rilon("nzl-bkk", "screen", "--doc", number, "--keep", wish, ok=2).err)


if __name__ == "__main__":
    drill.main()
