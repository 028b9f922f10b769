"""A TCP proxy between two nodes that does to each direction what a bad network does: delays, flips bits, swallows,
cuts, is thin. One thread a direction of each connection; everything ends with the drill."""
import random
import socket
import threading
import time


class Wire:
    """A thin line, which several directions may share: so many bytes a second, first come, first served."""

    def __init__(self, bytes_per_second):
        self.bytes_per_second, self.free_at, self.lock = bytes_per_second, 0.0, threading.Lock()

    def carry(self, size):
        with self.lock:
            self.free_at = max(self.free_at, time.monotonic()) + size / self.bytes_per_second
            wait = self.free_at - time.monotonic()
        time.sleep(max(0.0, wait))


class Direction:
    """What happens to the bytes of one direction; the drill changes it at any time."""

    def __init__(self):
        self.delay, self.flip_every, self.cut_every, self.swallow = 0.0, 0, 0, False
        self.wire = None
        self.bytes, self.flipped, self.cuts = 0, 0, 0


class Proxy:
    CHUNK = 16384
    THIN = 1024  # Of a chunk on a wire; and what its ends keep of what they were given is little.

    def __init__(self, host, port, seed=1, small_buffers=False):
        self.target, self.random, self.small_buffers = (host, port), random.Random(seed), small_buffers
        self.there, self.back = Direction(), Direction()
        self.socket = socket.create_server(("127.0.0.1", 0))
        if small_buffers:  # Before anybody connects: the window is agreed then.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port = self.socket.getsockname()[1]
        self.open, self.lock, self.ended = set(), threading.Lock(), False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ended:
            try:
                near = self.socket.accept()[0]
                far = self.connect()
            except OSError:
                if self.ended:
                    return
                near.close()
                continue
            with self.lock:
                self.open |= {near, far}
            for source, sink, direction in ((near, far, self.there), (far, near, self.back)):
                threading.Thread(target=self.pump, args=(source, sink, direction), daemon=True).start()

    def connect(self):
        far = socket.socket()
        if self.small_buffers:
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        far.settimeout(5)
        far.connect(self.target)
        far.settimeout(None)
        return far

    def pump(self, source, sink, direction):
        try:
            while data := source.recv(self.THIN if direction.wire else self.CHUNK):
                if not self.pass_on(bytearray(data), sink, direction):
                    break
        except OSError:
            pass
        self.hang_up(source, sink)

    def pass_on(self, data, sink, direction):
        """Whether the connection is to go on."""
        if direction.swallow:
            return True
        if direction.wire:
            direction.wire.carry(len(data))
        if direction.delay:
            time.sleep(direction.delay * self.random.random())
        before, direction.bytes = direction.bytes, direction.bytes + len(data)
        if direction.flip_every and before // direction.flip_every != direction.bytes // direction.flip_every:
            data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
            direction.flipped += 1
        sink.sendall(data)
        if direction.cut_every and before // direction.cut_every != direction.bytes // direction.cut_every:
            direction.cuts += 1
            return False
        return True

    def hang_up(self, *sockets):
        with self.lock:
            self.open -= set(sockets)
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def both(self, **what):
        for direction in (self.there, self.back):
            for name, value in what.items():
                setattr(direction, name, value)

    def close(self):
        self.ended = True
        self.socket.close()
        with self.lock:
            sockets = list(self.open)
        self.hang_up(*sockets)
