#!/usr/bin/env python3
"""What a machine gives away: the coordinator's files, memory and log; keys in logs, files and core dumps."""
import hashlib
import json
import os
import re
import signal

import drill
from drill import LIVE, say, wait_until

CANARY = "QUOKKAVERMILION"
# A made-up person of that name, in the machine readable zone of a passport.
MRZ = f"P<ITA{CANARY}<<ANNA<MARIA".ljust(44, "<") + "\nL898902C36ITA7408122F3004157ZE184226B<<<<<16"


def forms(word):
    return [word.encode(), word.lower().encode(), word.encode("utf-16-le")]


def name_hashes():
    """What somebody who guesses the name would look for: hashes without a key, as bytes and in hex."""
    out = []
    for name in (CANARY, f"{CANARY} ANNA MARIA", f"ANNA MARIA {CANARY}", f"{CANARY}, ANNA MARIA"):
        for text in {name, name.lower(), name.title()}:
            for kind in ("md5", "sha1", "sha256", "sha512", "blake2s"):
                out.append(hashlib.new(kind, text.encode()).digest())
            for size in (16, 32, 64):
                out.append(hashlib.blake2b(text.encode(), digest_size=size).digest())
    return out + [digest.hex().encode() for digest in out]


def in_files(directory, needles):
    """Files under the directory that hold one of the needles."""
    found = []
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                content = file.read()
            if any(needle in content for needle in needles):
                found.append(os.path.relpath(path, directory))
    return found


def in_memory(pid, needles):
    """How often the needles stand in the process's writable memory."""
    hits = size = 0
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end, mode = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            begin, end = int(begin, 16), int(end, 16)
            if "rw" not in mode or end - begin > 1 << 30:
                continue
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except OSError:
                continue  # Guard pages.
            size += len(content)
            hits += sum(content.count(needle) for needle in needles)
    return hits, size


class Row39Canary(drill.Drill):
    def post_person(self):
        done = self.rilon("aus-bkk", "--json", "post", "-t", "counterfeit-document", "--mrz", "-", "--as-printed", "--to",
                          "BKK", "--where", "BKK", "--country", "THA", "--narrative", "Seen at the gate.", text=MRZ)
        return json.loads(done.out.splitlines()[0])["short"]

    def test_the_coordinator_never_holds_a_readable_word(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        for audience in ("BKK", "network"):
            short = self.say_alert("aus-bkk", f"The word is {CANARY}.", "--to", audience)
            wait_until("the reader has it", lambda s=short: self.knows("nzl-bkk", s))
            self.assertIn(CANARY, self.rilon("nzl-bkk", "show", short).out)
        short = self.post_person()
        wait_until("the reader has it", lambda: self.knows("nzl-bkk", short))
        self.assertIn(CANARY, self.rilon("nzl-bkk", "search", "--name", CANARY).out)
        entries = wait_until("the coordinator relays", lambda: self.nodes["rso"].log.stat().st_size)
        self.assertGreater(entries, 0)
        needles = forms(CANARY)
        try:
            reader, _ = in_memory(self.nodes["nzl-bkk"].process.pid, needles)
            coordinator, size = in_memory(self.nodes["rso"].process.pid, needles)
            self.assertGreater(reader, 0)  # The search finds it where it must be.
            self.assertEqual(coordinator, 0)
            say(f"memory: {reader} times at a reader, 0 at the coordinator ({size >> 20} MiB searched)")
        except PermissionError:
            say("memory: not readable, not even for the daemon's own user (searched only as root)")
        self.assertEqual(in_files(LIVE / "nodes/rso", needles), [])
        for name in ("aus-bkk", "nzl-bkk", "tha-bkk"):  # Sealed at rest, and no word in a log.
            self.assertEqual(in_files(LIVE / "nodes" / name, needles), [])
        for name in drill.ALL:
            self.assertEqual(in_files(LIVE / "nodes" / name, name_hashes()), [])
        say("files and logs of all four daemons: 0 hits, of hashes of the name too")


@drill.not_sanitized("looks at locked memory")
class Row49SecretsLeftBehind(drill.Drill):
    def test_no_key_in_files_logs_or_a_core(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        short = self.say_alert("aus-bkk", "Something to seal.", "--wait", "held")
        self.rilon("nzl-bkk", "show", short)
        phrase = drill.PASSPHRASE.read_bytes().strip()
        for name in drill.ALL:
            directory = LIVE / "nodes" / name
            text = (directory / "storage.key").read_text().strip()
            needles = [text.encode(), bytes.fromhex(text), text.upper().encode(), phrase]
            self.assertEqual(in_files(directory, needles), ["storage.key"])  # It finds it there: the search works.
        self.assertEqual(in_files(LIVE / "home", [phrase]), [])
        daemon = self.nodes["nzl-bkk"]
        with open(f"/proc/{daemon.process.pid}/limits", encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size\s+0\s+0\s")
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as status:
            locked = int(re.search(r"VmLck:\s+(\d+) kB", status.read()).group(1))
        self.assertGreater(locked, 0)
        before = set(os.listdir(daemon.dir)) | set(os.listdir("."))
        daemon.process.send_signal(signal.SIGSEGV)
        _, status = os.waitpid(daemon.process.pid, 0)
        daemon.process.returncode = -os.WTERMSIG(status)
        self.assertFalse(os.WCOREDUMP(status))
        self.assertEqual((set(os.listdir(daemon.dir)) | set(os.listdir("."))) - before, set())
        say(f"4 storage keys and the passphrase: 0 hits elsewhere; {locked} KiB locked; no core after SIGSEGV")


if __name__ == "__main__":
    drill.main()
