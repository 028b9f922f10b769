#!/usr/bin/env python3
"""Strangers and bad neighbours on every socket of running daemons: nobody gets in, nobody goes down."""
import contextlib
import os
import random
import re
import socket
import subprocess
import time

import zmq
import zmq.utils.z85
from zmq.utils.monitor import recv_monitor_message

import drill
from drill import HOSTILE, LIVE, say, wait_until

ATTEMPTS, BATCH = 100, 20
SIGNATURE = b"\xff" + bytes(8) + b"\x7f\x03\x00"
ESTABLISHED, DENIED = zmq.EVENT_HANDSHAKE_SUCCEEDED, (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)


def value(file, key, section=""):
    text = file.read_text()
    text = text[text.index(section):] if section else text
    return re.search(rf'^{key} *= *"([^"]*)"', text, re.M).group(1)


def endpoints():
    """(name, address, server key in hex, what dials it) of every socket that some daemon has bound."""
    nodes, keys = LIVE / "nodes", {}
    links = (nodes / "aus-bkk/node.toml").read_text()
    for name, key in re.findall(r'name = "([^"]+)"\npublic_key = "([0-9a-f]+)"', links):
        keys[name] = key
    out = []
    for name in ("rso", "tha-bkk"):
        toml = nodes / name / "node.toml"
        out.append((f"{name} sync", value(toml, "sync", "[listen]"), keys[name], zmq.DEALER))
        out.append((f"{name} live", value(toml, "live", "[listen]"), keys[name], zmq.SUB))
    out.append(("rso control", value(nodes / "rso/node.toml", "endpoint", "[control]"), keys["rso"], zmq.DEALER))
    for name in ("tha-bkk", "aus-bkk"):
        key = value(nodes / name / "connection.toml", "node_key")
        out.append((f"{name} control", value(nodes / name / "node.toml", "endpoint", "[control]"), key, zmq.DEALER))
    return out


class Stranger:
    """One connection with a random CURVE key, or with a stolen one (public, secret)."""

    def __init__(self, context, address, server, kind, keys=None):
        self.socket = context.socket(kind)
        self.socket.linger = 0
        self.socket.curve_publickey, self.socket.curve_secretkey = keys or zmq.curve_keypair()
        self.socket.curve_serverkey = bytes.fromhex(server)
        if kind == zmq.SUB:
            self.socket.subscribe(b"")
        self.events = self.socket.get_monitor_socket()
        self.socket.connect(address)
        if kind == zmq.DEALER:
            with contextlib.suppress(zmq.Again):  # It was refused already.
                self.socket.send(b"\x01\x01" + bytes(8), zmq.DONTWAIT)
        self.verdict = None

    def look(self):
        while self.events.poll(0):
            event = recv_monitor_message(self.events)["event"]
            if event == ESTABLISHED:
                self.verdict = "admitted"
            elif event in DENIED and self.verdict is None:
                self.verdict = "denied"
        return self.verdict

    def frames(self):
        got = 0
        while self.socket.poll(0):
            self.socket.recv_multipart()
            got += 1
        return got

    def close(self):
        self.socket.disable_monitor()
        self.events.close(0)
        self.socket.close(0)


def connect(address):
    if address.startswith("ipc://"):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(5)
        wait_until("room in the backlog", lambda: s.connect_ex(address[6:]) == 0, 5)
    else:
        host, port = address[6:].rsplit(":", 1)
        s = socket.create_connection((host, int(port)), 5)
    return s


class Neighbours(drill.Drill):
    def all_well(self):
        """Every daemon lives, and an alert still finds its way."""
        for node in self.nodes.values():
            self.assertTrue(not node.ended() or node.name in self.away, f"{node.name} has ended")
        author = "aus-bkk" if "aus-bkk" not in self.away else "tha-bkk"
        self.unlock(author, "nzl-bkk")
        short = self.say_alert(author, "Still here.")
        wait_until("the reader has it", lambda: self.knows("nzl-bkk", short))

    away = ()


class Row28RandomKey(Neighbours):
    def test_bare_curve_admits_anybody(self):
        """The danger: CURVE without a ZAP handler lets any key in."""
        context = zmq.Context()
        server, (public, secret) = context.socket(zmq.ROUTER), zmq.curve_keypair()
        server.linger, server.curve_server, server.curve_secretkey = 0, True, secret
        port = server.bind_to_random_port("tcp://127.0.0.1")
        stranger = Stranger(context, f"tcp://127.0.0.1:{port}", zmq.utils.z85.decode(public).hex(), zmq.DEALER)
        wait_until("a verdict", stranger.look, 10)
        self.assertEqual(stranger.verdict, "admitted")
        stranger.close()
        server.close()
        context.term()

    def test_no_frame_at_any_endpoint(self):
        context = zmq.Context()
        for name, address, server, kind in endpoints():
            admitted = frames = denied = 0
            for _ in range(ATTEMPTS // BATCH):
                batch = [Stranger(context, address, server, kind) for _ in range(BATCH)]
                end = time.monotonic() + 10
                while time.monotonic() < end and not all(s.look() for s in batch):
                    zmq.select([s.events for s in batch if s.verdict is None], [], [], 0.1)
                for stranger in batch:
                    admitted += stranger.verdict == "admitted"
                    denied += stranger.verdict == "denied"
                    frames += stranger.frames()
                    stranger.close()
            say(f"{name}: {ATTEMPTS} attempts, {denied} denied, {admitted} admitted, {frames} frames")
            self.assertEqual((admitted, frames), (0, 0))
            self.assertGreater(denied, 0)
        context.destroy(0)
        self.all_well()


def garbage(rng):
    """First bytes of a connection, from pure noise to almost a handshake."""
    greeting = SIGNATURE[:10] + b"\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)
    null = SIGNATURE[:10] + b"\x03\x01" + b"NULL".ljust(20, b"\0") + b"\0" + bytes(31)
    yield b""
    yield rng.randbytes(rng.randrange(1, 5000))
    yield b"GET / HTTP/1.1\r\nHost: rilon\r\n\r\n"
    yield SIGNATURE
    yield greeting + rng.randbytes(300)
    yield greeting + b"\x04\xc8\x05HELLO" + rng.randbytes(194)
    yield greeting + b"\x06" + (2 ** 63 - 1).to_bytes(8, "big") + rng.randbytes(1000)
    yield null + b"\x04\x26\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0" + b"\0\x05hello"
    yield greeting + b"\x02" + (400 << 20).to_bytes(8, "big") + bytes(4096)


class Row44HostileBytes(Neighbours):
    def test_garbage_on_every_socket(self):
        rng, sent = random.Random(int(os.environ.get("RILON_SEED", os.getpid()))), 0
        for _, address, _, _ in endpoints():
            for _ in range(8):
                for piece in garbage(rng):
                    with connect(address) as s:
                        try:
                            s.sendall(piece)
                        except OSError:
                            pass  # Cut while we wrote: as good.
                        sent += 1
        say(f"{sent} connections of garbage on {len(endpoints())} sockets")
        self.all_well()

    def test_an_enrolled_node_that_talks_nonsense(self):
        name, address, server, _ = next(e for e in endpoints() if e[0] == "tha-bkk sync")
        self.nodes["aus-bkk"].stop()
        self.away = ("aus-bkk",)
        seed = int(os.environ.get("RILON_SEED", os.getpid()))
        done = subprocess.run([HOSTILE, LIVE / "nodes/aus-bkk/node.toml", address, server, str(seed), "3000"],
                              capture_output=True, timeout=100, check=False, preexec_fn=drill.die_with_parent)
        say(name, done.stdout.decode().strip(), f"(seed {seed})")
        self.assertEqual(done.returncode, 0, done.stderr)
        sent, received = map(int, re.findall(rb"(\d+) (?:sent|received)", done.stdout))
        self.assertGreater(sent, 100)
        self.assertGreater(received, 0)  # It was let in: the frames reached the node.
        self.all_well()


class Row34SilentSockets(Neighbours):
    def test_members_are_served_beside_400_silent_connections(self):
        _, address, _, _ = next(e for e in endpoints() if e[0] == "tha-bkk sync")
        silent = []
        for _ in range(400):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex((address[6:].rsplit(":", 1)[0], int(address.rsplit(":", 1)[1])))
            silent.append(s)
        self.nodes["nzl-bkk"].stop()
        self.nodes["nzl-bkk"].start()
        self.all_well()
        for s in silent:
            s.close()


if __name__ == "__main__":
    drill.main()
