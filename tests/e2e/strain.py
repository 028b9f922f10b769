#!/usr/bin/env python3
"""A daemon short of something: time, memory, descriptors, a disk that writes. It refuses or ends, its supervisor
starts it again, and what was acknowledged is there."""
import ctypes
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time

import drill
from drill import BIN, LIVE, Shim, lines, say, wait_until

CAP_IPC_LOCK, PR_CAPBSET_DROP = 14, 24


class Supervisor:
    """What systemd does for a unit of Type=notify with WatchdogSec: takes the beats, aborts a process that gives
    none, starts it again."""

    def __init__(self, node, seconds, env=None):
        self.node, self.seconds, self.aborted = node, seconds, 0
        self.before_restart = lambda: None
        path = LIVE / f"{node.name}.notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.env = {**(env or {}), "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(seconds * 1e6))}
        node.start(self.env)
        self.last = time.monotonic()

    def look(self):
        """Once around: true while the process is up and beats."""
        while select.select([self.socket], [], [], 0.02)[0]:
            if b"WATCHDOG=1" in self.socket.recv(4096):
                self.last = time.monotonic()
        if not self.node.ended() and time.monotonic() - self.last < self.seconds:
            return True
        if not self.node.ended():
            self.aborted += 1
            self.node.process.send_signal(signal.SIGABRT)
            self.node.process.wait(20)
        self.before_restart()
        self.node.start(self.env)
        self.last = time.monotonic()
        return False

    def close(self):
        self.socket.close()


class Strained(drill.Drill):
    def setUp(self):
        super().setUp()
        self.author = self.nodes["aus-bkk"]
        self.author.stop()
        self.log = LIVE / "acknowledged"

    def memory_kib(self, node):
        with open(f"/proc/{node.process.pid}/status", encoding="ascii") as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1])

    def nothing_lost(self):
        wait_until("it answers", lambda: self.status("aus-bkk"))
        self.assertEqual(self.unreadable("aus-bkk", self.log), [])


class Row04Abort(Strained):
    CYCLES = 5
    SLOW_READER = """
import sys, time, zmq
context = zmq.Context()
publisher, reader = context.socket(zmq.PUB), context.socket(zmq.SUB)
port = publisher.bind_to_random_port("tcp://127.0.0.1")
reader.rcvhwm, reader.reconnect_ivl = 1, 1
if sys.argv[1] == "heartbeats":
    reader.heartbeat_ivl = reader.heartbeat_timeout = 20
reader.subscribe(b"")
reader.connect(f"tcp://127.0.0.1:{port}")
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for _ in range(300):
        publisher.send(bytes(1000), zmq.DONTWAIT)
    time.sleep(0.12)
    for _ in range(3):
        if reader.poll(0):
            reader.recv()
"""

    def slow_reader(self, how, seconds):
        return subprocess.run([sys.executable, "-c", self.SLOW_READER, how, str(seconds)], capture_output=True,
                              timeout=seconds + 30, preexec_fn=drill.die_with_parent, check=False)

    def test_zmtp_heartbeats_abort_a_slow_reader(self):
        """The danger, and why the transport switches them off and the node beats by frames of its own: a pipe that
        was full when the heartbeat cut its connection wakes the next one, and libzmq asserts."""
        done = self.slow_reader("heartbeats", 30)
        self.assertEqual(done.returncode, -signal.SIGABRT, done)
        self.assertIn(b"_input_stopped", done.stderr)
        self.assertEqual(self.slow_reader("none", 3).returncode, 0)

    def test_an_abort_in_mid_posting(self):
        """As a failed assertion of libzmq ends the process: at any moment, without a word."""
        supervisor = Supervisor(self.author, 30)
        self.addCleanup(supervisor.close)
        self.unlock("aus-bkk", "nzl-bkk")
        for cycle in range(self.CYCLES):
            poster = self.start_poster("aus-bkk", self.log, clients=4)
            before = len(lines(self.log))
            wait_until("posts go on", lambda b=before, c=cycle: len(lines(self.log)) > b + 20 + 7 * c)
            self.author.process.send_signal(signal.SIGABRT)
            wait_until("it was started again", lambda: not supervisor.look())
            self.end_poster(poster)
            self.nothing_lost()
        self.wait_readable("nzl-bkk", self.log)
        say(f"{self.CYCLES} aborts, {len(lines(self.log))} acknowledged, 0 lost, all at the reader")


@drill.not_sanitized("fails allocations")
class Row05OutOfMemory(Strained):
    """One allocation of the running daemon fails: the k-th after a moment, for k over five orders."""
    FAILURES = [1, 2, 3, 5, 8, 13, 40, 120, 400, 1300, 4000, 13000, 40000]

    class Shim(drill.Page):
        """alloc_shim.c"""
        ALLOCATIONS, MODE, STEPS_LEFT, STRUCK = range(4)

        def __init__(self, path):
            super().__init__(path, BIN / "tests/e2e/liballoc_shim.so", "RILON_ALLOC_SHIM")

        def fail_after(self, steps):
            self.set(self.STRUCK, 0)
            self.set(self.STEPS_LEFT, steps)
            self.set(self.MODE, 1)

    def test_each_failure_ends_or_is_answered(self):
        shim = self.Shim(LIVE / "alloc")
        self.author.start(shim.env)
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk")
        ended = 0
        for steps in self.FAILURES:
            poster = self.start_poster("aus-bkk", self.log, clients=4)
            before = len(lines(self.log))
            wait_until("posts go on", lambda b=before: len(lines(self.log)) > b + 5)
            mark = self.author.log.stat().st_size
            shim.fail_after(steps)
            wait_until("an allocation failed", lambda: shim.get(shim.STRUCK) or self.author.ended(), 60)
            after = len(lines(self.log))
            wait_until("it ends or goes on", lambda a=after: self.author.ended() or len(lines(self.log)) > a + 10, 30)
            if self.author.ended():
                ended += 1
                said = self.author.log_since(mark).lower()  # Also libzmq's last words.
                self.assertNotEqual(self.author.process.returncode, -signal.SIGSEGV, said)
                self.assertRegex(said, b"memory|error|failed")
                self.end_poster(poster)
                self.author.start(shim.env)
            else:
                self.end_poster(poster)
            self.nothing_lost()
        self.wait_readable("nzl-bkk", self.log)
        say(f"{len(self.FAILURES)} failed allocations: {ended} ended the daemon with a word, none crashed it; "
            f"{len(lines(self.log))} acknowledged, 0 lost")


class Row06Wedged(Strained):
    SECONDS = 1.5

    def test_the_watchdog_restarts_it(self):
        """The beats come from the loop itself: when it hangs in a flush, they stop."""
        shim = Shim(LIVE / "shim")
        supervisor = Supervisor(self.author, self.SECONDS, shim.env)
        self.addCleanup(supervisor.close)
        self.unlock("aus-bkk", "nzl-bkk")
        first = self.say_alert("aus-bkk", "Before it hangs.")
        end = time.monotonic() + 3 * self.SECONDS
        while time.monotonic() < end:
            self.assertTrue(supervisor.look(), "a healthy daemon beats")
        shim.arm(Shim.DELAY, delay_ms=120_000)
        supervisor.before_restart = lambda: shim.arm(Shim.NONE)  # Else the next would hang as well.
        began = time.monotonic()
        stuck = subprocess.Popen([drill.RILON, "--profile", "aus-bkk", "--no-input", "--yes", "say", "Into the hang.",
                                  "--to", "BKK"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 stdin=subprocess.DEVNULL, preexec_fn=drill.die_with_parent)
        self.others.append(stuck)
        wait_until("the wedged daemon is aborted and started", lambda: not supervisor.look(), 20)
        took = time.monotonic() - began
        self.assertEqual(supervisor.aborted, 1)
        wait_until("it answers again", lambda: supervisor.look() and self.status("aus-bkk"))
        self.assertTrue(self.knows("aus-bkk", first))
        second = self.say_alert("aus-bkk", "After the restart.")
        wait_until("the reader has it", lambda: self.knows("nzl-bkk", second))
        say(f"a loop that hung was ended by the watchdog of {self.SECONDS} s after {took:.1f} s, and went on")


class Row17SlowFlush(Strained):
    DELAY_MS, CLIENTS, SECONDS = 500, 64, 12

    def test_flushes_of_half_a_second(self):
        shim = Shim(LIVE / "shim")
        supervisor = Supervisor(self.author, 30, shim.env)
        self.addCleanup(supervisor.close)
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk")
        self.say_alert("aus-bkk", "Before.")
        before = self.memory_kib(self.author)
        flushes = shim.get(Shim.FLUSHES)
        shim.arm(Shim.DELAY, delay_ms=self.DELAY_MS)
        began = time.monotonic()
        poster = self.start_poster("aus-bkk", self.log, clients=self.CLIENTS, seconds=self.SECONDS)
        printed = poster.communicate(timeout=self.SECONDS + 60)[0].decode().strip()
        took = time.monotonic() - began
        grown = self.memory_kib(self.author) - before
        flushes = shim.get(Shim.FLUSHES) - flushes
        shim.arm(Shim.NONE)
        posted = len(lines(self.log))
        self.assertTrue(supervisor.look(), "it was not taken for wedged")
        # Backpressure: everybody who waits shares the commits, and nobody's wish piles up in memory.
        self.assertGreater(posted, flushes)
        self.assertLessEqual(flushes, took / (self.DELAY_MS / 1000) + 4)
        self.assertLess(grown, (64 << 10) * drill.MEMORY_FACTOR)
        self.nothing_lost()
        self.wait_readable("nzl-bkk", self.log)
        say(f"flushes of {self.DELAY_MS} ms, {self.CLIENTS} clients: {printed}; {posted} posts in {flushes} flushes, "
            f"{grown} KiB more memory, 0 lost")


class Row18ReadOnly(Strained):
    NODES = ("aus-bkk",)

    def setUp(self):
        super().setUp()
        self.data, kept = self.author.file("data"), LIVE / "kept"
        self.data.rename(kept)
        self.data.mkdir(mode=0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,mode=0700", "tmpfs", self.data], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("needs the right to mount a small tmpfs")
        self.addCleanup(lambda: subprocess.run(["umount", self.data], check=True))
        self.addCleanup(self.author.stop)
        subprocess.run(["cp", "-a", "--sparse=always", f"{kept}/.", self.data], check=True)

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.data], check=True)

    def test_a_read_only_directory(self):
        self.author.start()
        self.unlock("aus-bkk")
        first = self.say_alert("aus-bkk", "While it could write.")
        mark = self.author.log.stat().st_size
        self.author.stop()  # The kernel remounts nothing that is open for writing.
        self.remount("ro")
        code, said = self.author.run_to_end()
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "(?i)read-only")
        done = self.rilon("aus-bkk", "status", ok=None)
        self.assertNotEqual(done.returncode, 0)
        self.remount("rw")
        self.author.start()
        self.assertTrue(self.knows("aus-bkk", first))
        self.assertNotIn(b"damaged", self.author.log_since(mark))
        say(f"read-only: exit {code}: {said.strip().splitlines()[-1]}")

    def test_a_foreign_directory(self):
        os.chown(self.data, 12345, 12345)
        code, said = self.author.run_to_end()
        os.chown(self.data, os.geteuid(), os.getegid())
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "code=not-permitted.*another user")
        say(f"foreign: exit {code}: {said.strip().splitlines()[-1]}")


@drill.not_sanitized("limits descriptors and locked memory")
class Row55Limits(Strained):
    FILES = 96

    def test_descriptors_gone(self):
        """Strangers take every descriptor; the members' links stay, and officers are served again."""
        self.author.stop()
        hub = self.nodes["tha-bkk"]
        hub.stop()
        limit = lambda: (drill.die_with_parent(), resource.setrlimit(resource.RLIMIT_NOFILE, (self.FILES, self.FILES)))
        with open(hub.log, "ab") as log:
            hub.process = subprocess.Popen([drill.RILOND, "--config", hub.dir / "node.toml"], stderr=log, stdout=log,
                                           stdin=subprocess.DEVNULL, preexec_fn=limit)
        self.author.start()
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        host, port = self.sync_address()
        strangers = []
        self.addCleanup(lambda: [s.close() for s in strangers])

        def no_descriptor_left():
            used = len(os.listdir(f"/proc/{hub.process.pid}/fd"))
            if used < self.FILES - 2 and len(strangers) < 4 * self.FILES:
                s = socket.socket()
                s.settimeout(1)
                strangers.append(s)
                s.connect_ex((host, port))
            return used >= self.FILES - 2 or len(strangers) >= 4 * self.FILES
        wait_until("its descriptors are taken, or it takes no more", no_descriptor_left, 30)
        used = len(os.listdir(f"/proc/{hub.process.pid}/fd"))
        self.assertFalse(hub.ended())
        short = self.say_alert("aus-bkk", "While strangers hold the door.")
        wait_until("the reader has it", lambda: self.knows("nzl-bkk", short))
        wait_until("the hub has it", lambda: self.knows("tha-bkk", short))
        self.assertFalse(hub.ended())
        say(f"{len(strangers)} silent strangers, {used} of {self.FILES} descriptors in use: members served")

    def sync_address(self):
        text = (self.nodes["tha-bkk"].file("node.toml")).read_text(encoding="utf-8")
        host, port = text.split("[listen]")[1].split('sync = "tcp://')[1].split('"')[0].rsplit(":", 1)
        return host, int(port)

    def test_mlock_refused(self):
        def no_lock():
            drill.die_with_parent()
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0)  # Root may lock without limit else.
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
        done = subprocess.run([drill.RILOND, "--config", self.author.dir / "node.toml"], capture_output=True, timeout=20,
                              stdin=subprocess.DEVNULL, preexec_fn=no_lock, check=False)
        said = done.stderr.decode()
        self.assertEqual(done.returncode, 1, said)
        self.assertRegex(said, "RLIMIT_MEMLOCK")
        say(f"exit 1: {said.strip().splitlines()[-1]}")


if __name__ == "__main__":
    drill.main()
