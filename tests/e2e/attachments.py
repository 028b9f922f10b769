#!/usr/bin/env python3
"""Pictures beside alerts, with the real programs: stripped, read by the readers alone, gone with their alert."""
import hashlib
import json
import os
import re
import struct
import subprocess
import zlib

import drill
from drill import BIN, LIVE, say, wait_until

WHERE = b"GPS-CANARY-13.69N-100.75E"
GIVEN = "Counter-7"  # A word in the alert, to see that the seizure finds what is there.


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width=400, height=300, said=None, private=b"", seed=1):
    """Noise of so many pixels; `said`: what the header claims instead."""
    state, rows = seed, bytearray()
    for _ in range(height):
        rows.append(0)
        for _ in range(width):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            rows += struct.pack(">I", state)[:3]
    header = struct.pack(">IIBBBBB", *(said or (width, height)), 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + (chunk(b"eXIf", b"MM\0*" + private) if private else b"")
            + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"") + private)


# A grey square of 8 × 8 pixels, baseline.
SQUARE = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080008000801011100ffc4001400010000000000"
    "0000000000000000000000ffc40014100100000000000000000000000000000000ffda0008010100003f0000ffd9")


def photo(private):
    """As a telephone makes it: EXIF with a place, a comment, a second picture behind the end."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0" + private
    def segment(marker, data):
        return b"\xff" + marker + struct.pack(">H", len(data) + 2) + data
    return SQUARE[:2] + segment(b"\xe1", exif) + segment(b"\xfe", private) + SQUARE[2:] + SQUARE + private


def hash_of(content):
    return hashlib.blake2b(content, digest_size=32).hexdigest()


class Attachments(drill.Drill):
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "aus-bkk-admin", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        self.files = LIVE / "files"
        self.files.mkdir()

    def file(self, name, content):
        path = self.files / name
        path.write_bytes(content)
        return path

    def content(self, profile, short):
        return json.loads(self.rilon(profile, "--json", "show", short).out.splitlines()[0])["content"]

    def opened(self, name, *words):
        """What a thief of the node's disk and keys has: entries that open, and which of the words are in them."""
        node = self.nodes[name]
        node.stop()
        done = subprocess.run([BIN / "tools/rilon-seize", "--config", node.dir / "node.toml", *words],
                              capture_output=True, text=True, timeout=60, check=False)
        node.start()
        self.wait_linked(name)
        return int(re.search(r"(\d+) opened", done.stdout).group(1)), {word for word in words if word in done.stdout}

    def test_a_picture_from_officer_to_reader_and_until_it_is_gone(self):
        square = self.file("IMG_0001.jpg", photo(WHERE))
        noise = self.file("scan", png(private=WHERE))
        self.assertIn(WHERE, square.read_bytes())
        posted = self.rilon("aus-bkk", "say", f"A stamp at {GIVEN}", "--to", "BKK", "--except-host", "--attach", square,
                            "--caption", "the stamp", "--attach", noise, "--wait", "held")
        self.assertIn("attachment 1: image/jpeg, 8 × 8", posted.err)
        short = self.rows("aus-bkk", "inbox")[0]["short"]
        listed = self.content("nzl-bkk", short)["attachments"]
        self.assertEqual([one["media_type"] for one in listed], ["image/jpeg", "image/png"])
        self.assertEqual(listed[0]["caption"], "the stamp")
        self.assertNotIn("IMG_0001", self.rilon("nzl-bkk", "show", short).out)
        for number, one in enumerate(listed, 1):
            path = self.files / f"got-{number}"
            saved = self.rows("nzl-bkk", "save", short, path, "--attachment", str(number))[0]
            got = path.read_bytes()
            self.assertEqual((len(got), hash_of(got)), (one["size"], one["hash"]))
            self.assertEqual((saved["kind"], saved["hash"], saved["file"]), ("saved", one["hash"], str(path)))
            self.assertNotIn(WHERE[:10], got)
            self.assertNotIn(b"Exif", got)
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(got[-8:-4], b"IEND")  # Nothing behind it.
        self.rilon("nzl-bkk", "save", short, self.files / "got-1", ok=2)  # It is there.
        os.symlink(self.files / "elsewhere", self.files / "link")
        self.rilon("nzl-bkk", "save", short, self.files / "link", ok=2)
        self.rilon("nzl-bkk", "save", short, self.files / "third", "--attachment", "3", ok=3)
        self.assertFalse((self.files / "third").exists() or (self.files / "elsewhere").exists())
        self.rilon("tha-bkk", "save", short, self.files / "host", ok=3)  # It was left out.
        self.rilon("aus-bkk", "save", short, self.files / "own")
        log = self.rilon("aus-bkk-admin", "log").out
        self.assertEqual(log.count(" attachment "), 1, log)
        self.assertNotIn("IMG_0001", log + self.nodes["aus-bkk"].log.read_text() + self.nodes["nzl-bkk"].log.read_text())
        self.correct(short, noise)
        self.withdraw(short)

    def correct(self, short, noise):
        """A correction keeps what it does not name, and sends nothing that the node has."""
        self.rilon("aus-bkk", "update", short, "--detach", "1", "--attach", noise, "--caption", "again", "--to", "BKK",
                   "--except-host")
        wait_until("the correction arrives", lambda: self.rows("nzl-bkk", "show", short)[0]["revision"] == 2)
        listed = self.content("nzl-bkk", short)["attachments"]
        self.assertEqual([one.get("caption") for one in listed], [None, "again"])
        self.assertEqual(listed[0]["hash"], listed[1]["hash"])
        for number in 1, 2:
            path = self.files / f"again-{number}"
            wait_until("its pictures arrive", lambda out=path, n=number: self.rilon(
                "nzl-bkk", "save", short, out, "--attachment", str(n), ok=None).returncode == 0)
            self.assertEqual(hash_of(path.read_bytes()), listed[0]["hash"])

    def withdraw(self, short):
        """Two revisions and 19 chunks open before, and nothing but the withdrawal afterwards."""
        words = GIVEN, "the stamp"
        before = {name: self.opened(name, *words) for name in ("aus-bkk", "nzl-bkk")}
        self.rilon("aus-bkk", "withdraw", short, "--reason", "error", "--wait", "held")
        wait_until("its reader has redacted it",
                   lambda: "NOT" not in self.rilon("aus-bkk", "show", short, "--receipts").out)
        self.rilon("nzl-bkk", "save", short, self.files / "late", ok=3)
        for name, (opened, found) in before.items():
            self.assertEqual(found, set(words))
            now, left = self.opened(name, *words)
            self.assertEqual(left, set())
            self.assertGreaterEqual(opened - now, 21, (name, opened, now))
            self.assertLessEqual(now, 4, (name, now))
        say(f"opened with all keys before {before}; then {now}, and no word of it")

    def test_files_that_are_none(self):
        """Refused with a reason and a remedy, at once, and nothing is posted."""
        good = png(40, 30)
        fifo, folder, closed, empty = (self.files / name for name in ("fifo", "folder", "closed", "empty"))
        os.mkfifo(fifo)
        folder.mkdir()
        self.file("closed", good)
        empty.touch()
        with open(self.files / "huge.jpg", "wb") as huge:
            huge.write(SQUARE)
            huge.truncate(100 << 20)
        before = self.status("aus-bkk")["entries"]
        for path, code, why in (
                (self.file("bomb.png", png(8, 8, said=(50000, 50000))), 2, "50000 × 50000 pixels"),
                (self.file("cut.jpg", photo(b"")[:-len(SQUARE) - 6]), 2, "damaged"),
                (self.file("cut.png", good[:-30]), 2, "damaged"),
                (self.file("dance.jpg", b"GIF89a" + bytes(100)), 2, "a GIF"),
                (self.file("letter.png", b"%PDF-1.7" + bytes(100)), 2, "a PDF"),
                (self.file("telephone.jpg", b"\0\0\0\x18ftypheic" + bytes(100)), 2, "HEIC"),
                (self.file("page.jpg", b"<script>alert(1)</script>"), 2, "neither a JPEG nor a PNG"),
                (self.files / "huge.jpg", 2, "100.0 MiB"), (folder, 2, "no file"), (fifo, 2, "no file"),
                ("/dev/zero", 2, "no file"), (empty, 2, "empty"), (self.files / "none", 3, "can't be opened"),
                ("\x1b[2J\u202eevil", 3, "can't be opened")):
            done = self.rilon("aus-bkk", "--json", "say", "Look.", "--to", "BKK", "--attach", path, ok=code)
            error = json.loads(done.err.splitlines()[-1])
            self.assertIn(why, error["message"], path)
            self.assertIn("the draft is kept: rilon post --attach", error["remedy"])
            self.assertNotIn("\x1b", done.err)
        five = [word for _ in range(5) for word in ("--attach", self.file("one.png", good))]
        self.assertIn("4 attachments at most", self.rilon("aus-bkk", "say", "Look.", "--to", "BKK", *five, ok=2).err)
        captions = ["--caption", "a", "--caption", "b", "--attach", self.files / "one.png"]
        self.rilon("aus-bkk", "say", "Look.", "--to", "BKK", *captions, ok=2)
        self.assertIn("names nobody", self.rilon("aus-bkk", "post", "-t", "modus-operandi", "--step", "They meet.",
                                                 "--country", "THA", "--to", "BKK", "--attach",
                                                 self.files / "one.png", ok=2).err)
        if os.geteuid() != 0:  # Root reads it all the same.
            closed.chmod(0)
            self.rilon("aus-bkk", "say", "Look.", "--to", "BKK", "--attach", closed, ok=1)
        self.assertEqual(self.status("aus-bkk")["entries"], before)
        self.rilon("aus-bkk", "say", "Look.", "--to", "BKK", "--attach", self.files / "one.png")
        say("bombs, cut and foreign files, folders, pipes, devices: refused with reason and remedy")


if __name__ == "__main__":
    drill.main()
