"""What the drills share: a fresh copy of the founded network, its processes, commands and waiting.

A drill is a unittest.TestCase of a file here, run by ctest (tests/e2e/CMakeLists.txt), which says by environment
where things are: RILON_BIN (build directory), RILON_E2E_TOP (the founded network, see network.sh). Every process is
started here, ended by id, and dies with the drill. Nothing sleeps for a fixed time: conditions with a deadline.
"""
import ctypes
import fcntl
import json
import mmap
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

BIN = Path(os.environ["RILON_BIN"])
TOP = Path(os.environ["RILON_E2E_TOP"])
LIVE = TOP / "live"
RILON, RILOND = BIN / "tools/rilon", BIN / "node/rilond"
POSTER, SHIM = BIN / "tests/e2e/poster", BIN / "tests/e2e/libfsync_shim.so"
HOSTILE = BIN / "tests/e2e/hostile"
PASSPHRASE = LIVE / "passphrase"
COMMAND_SECONDS = 60
# A sanitizer's own memory beside the daemon's: limits mean less there.
MEMORY_FACTOR = 5 if os.environ.get("RILON_SANITIZE") else 1
ALL = ("rso", "tha-bkk", "aus-bkk", "nzl-bkk")


def not_sanitized(what, by=""):
    """Skips a drill that does what a sanitizer (or that one) keeps from working."""
    present = os.environ.get("RILON_SANITIZE")
    return unittest.skipIf(present and by in present, f"{what}: not under a sanitizer")


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def say(*words):
    print(*words, flush=True)


def wait_until(what, condition, seconds=30):
    """The condition's first true value; AssertionError when it does not come in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        threading.Event().wait(0.02)


class Page:
    """The page that a preloaded shim and the drill share (shared_page.h)."""

    def __init__(self, path, library, variable):
        path.write_bytes(bytes(64))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 64)
        self.env = {"LD_PRELOAD": str(library), variable: str(path)}

    def get(self, word):
        return struct.unpack_from("=Q", self.map, 8 * word)[0]

    def set(self, word, value):
        struct.pack_into("=Q", self.map, 8 * word, value)


class Shim(Page):
    """fsync_shim.c"""
    FLUSHES, WRITES, MODE, DELAY_MS, STEPS_LEFT, STRUCK = range(6)
    NONE, DELAY, FAIL, KILL = range(4)

    def __init__(self, path):
        super().__init__(path, SHIM, "RILON_SHIM")

    def arm(self, mode, steps=0, delay_ms=0):
        self.set(self.MODE, self.NONE)
        self.set(self.STRUCK, 0)
        self.set(self.STEPS_LEFT, steps)
        self.set(self.DELAY_MS, delay_ms)
        self.set(self.MODE, mode)


class Node:
    def __init__(self, name):
        self.name, self.dir, self.process = name, LIVE / "nodes" / name, None
        self.log = self.dir / "log"

    def start(self, env=None, wait=True):
        mark = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([RILOND, "--config", self.dir / "node.toml"], stderr=log, stdout=log,
                                            stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})},
                                            preexec_fn=die_with_parent)
        if wait:
            wait_until(f"{self.name} starts", lambda: b"start node=" in self.log_since(mark) or self.ended(), 20)
            assert not self.ended(), f"{self.name} ended: {self.log_since(mark).decode()}"
        return self

    def log_since(self, mark):
        return self.log.read_bytes()[mark:] if self.log.exists() else b""

    def ended(self):
        return self.process.poll() is not None

    def aborted(self):
        return self.process is not None and self.process.poll() == -signal.SIGABRT

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.process.wait(20)

    def stop(self):
        if self.process is None or self.ended():
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def run_to_end(self, env=None, seconds=20):
        """Starts a node that is expected to refuse: its exit code and what it said."""
        done = subprocess.run([RILOND, "--config", self.dir / "node.toml"], stdin=subprocess.DEVNULL, timeout=seconds,
                              capture_output=True, env={**os.environ, **(env or {})}, preexec_fn=die_with_parent,
                              check=False)
        return done.returncode, done.stderr.decode()

    def file(self, name):
        return self.dir / name


class Drill(unittest.TestCase):
    NODES = ALL

    def setUp(self):
        self.lock = open(TOP / "lock", "w", encoding="ascii")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        shutil.rmtree(LIVE, ignore_errors=True)
        shutil.copytree(TOP / "template", LIVE, symlinks=True)
        (LIVE / "run").mkdir(mode=0o700, exist_ok=True)
        os.environ.update(RILON_HOME=str(LIVE / "home"), XDG_RUNTIME_DIR=str(LIVE / "run"))
        self.nodes = {name: Node(name) for name in ALL}
        self.unlocked, self.others = [], []
        self.addCleanup(self.clean)
        for name in self.NODES:
            self.nodes[name].start()

    def clean(self):
        result = self._outcome.result
        if any(test is self for test, _ in result.failures + result.errors):
            for node in self.nodes.values():
                say(f"the log of {node.name} ends:", node.log_since(-600).decode(errors="replace"))
        aborted = [node.name for node in self.nodes.values() if node.aborted()]
        for process in self.others:
            if process.poll() is None:
                process.kill()
                process.wait(10)
        for profile in self.unlocked:
            self.rilon(profile, "lock", ok=None)
        for node in self.nodes.values():
            node.stop()
        self.lock.close()
        self.assertEqual(aborted, [], "ended by an assertion of their own")

    def unlock(self, *profiles):
        for profile in profiles:
            self.rilon(profile, "--passphrase-file", PASSPHRASE, "unlock", "--for", "15m")
            self.unlocked.append(profile)

    def rilon(self, profile, *words, ok=0, text=None):
        """One command; `ok` is the exit code that must come, None for any."""
        done = subprocess.run([RILON, "--profile", profile, "--no-input", "--yes", *words], capture_output=True,
                              input=None if text is None else text.encode(), timeout=COMMAND_SECONDS, check=False,
                              stdin=subprocess.DEVNULL if text is None else None)
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        if ok is not None:
            self.assertEqual(done.returncode, ok, f"rilon {profile} {words}: {done.out}{done.err}")
        return done

    def rows(self, profile, *words, ok=0):
        return [json.loads(line) for line in self.rilon(profile, "--json", *words, ok=ok).out.splitlines()]

    def say_alert(self, profile, text, *words):
        """Posts a bulletin; its short id."""
        return self.rows(profile, "say", text, *(() if "--to" in words else ("--to", "BKK")), *words)[0]["short"]

    def knows(self, profile, short):
        done = self.rilon(profile, "--json", "inbox", ok=None)
        return done.returncode == 0 and f'"short":"{short}"' in done.out

    def status(self, profile):
        """The closing status row, or nothing while the node is away."""
        done = self.rilon(profile, "--json", "status", ok=None)
        if done.returncode != 0:
            return None
        return [row for row in map(json.loads, done.out.splitlines()) if row["kind"] == "status"][0]

    def wait_linked(self, *profiles, seconds=30):
        for profile in profiles:
            wait_until(f"{profile} has a link", lambda p=profile: '"connected":true' in
                       self.rilon(p, "--json", "status", ok=None).out, seconds)

    def seized(self, name, word):
        """What somebody finds who takes the node's files with all its keys: 0 nothing, 1 the word. It starts anew."""
        self.nodes[name].stop()
        done = subprocess.run([BIN / "tools/rilon-seize", "--config", self.nodes[name].file("node.toml"), word],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        self.nodes[name].start()
        return done.returncode

    def start_poster(self, profile, log, audience="BKK", clients=1, seconds=0, posts=0, env=None):
        process = subprocess.Popen([POSTER, LIVE / "home" / f"{profile}.toml", PASSPHRASE, "post", audience,
                                    str(clients), str(seconds), str(posts), log], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, preexec_fn=die_with_parent,
                                   env={**os.environ, **(env or {})})
        self.others.append(process)
        return process

    def end_poster(self, process, seconds=60):
        """What it printed; SIGTERM first unless it ends by itself."""
        process.terminate()
        return process.communicate(timeout=seconds)[0].decode()

    def unreadable(self, profile, ids):
        """Those of the file's ids that the node can't show."""
        done = subprocess.run([POSTER, LIVE / "home" / f"{profile}.toml", PASSPHRASE, "show", ids], check=False,
                              capture_output=True, timeout=300, preexec_fn=die_with_parent)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        return [line.split()[0] for line in done.stdout.decode().splitlines()[:-1]]

    def wait_readable(self, profile, ids, seconds=120):
        """Until the node shows all of the file's ids."""
        left = LIVE / f"left-{profile}"
        left.write_text(ids.read_text())

        def all_there():
            missing = self.unreadable(profile, left)
            left.write_text("".join(f"{id_}\n" for id_ in missing))
            return not missing
        wait_until(f"{profile} has everything", all_there, seconds)


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def main():
    sys.stdout.reconfigure(line_buffering=True)
    unittest.main(verbosity=2)
