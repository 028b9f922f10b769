#!/usr/bin/env python3
"""A mission behind a line of 64 kbit/s catches up with days of entries: what is urgent comes all the same."""
import json
import os
import time

import zmq

import drill
import proxied
from drill import LIVE, lines, say, wait_until
from proxy import Proxy, Wire

BYTES_PER_SECOND = 8000
BACKLOG = int(os.environ.get("RILON_THIN_POSTS", "7000"))
URGENT_SECONDS_MAX = 10


class ThinLine(proxied.Proxied):
    SMALL_BUFFERS = True

    def test_what_libzmq_has_taken_is_not_overtaken(self):
        """The danger: whatever was handed over before goes first, whatever its urgency."""
        context = zmq.Context()
        sink = context.socket(zmq.PULL)
        sink.linger, port = 0, sink.bind_to_random_port("tcp://127.0.0.1")
        proxy = Proxy("127.0.0.1", port, small_buffers=True)
        self.addCleanup(proxy.close)
        proxy.there.wire = Wire(BYTES_PER_SECOND)
        source = context.socket(zmq.PUSH)
        source.linger = 0
        source.connect(f"tcp://127.0.0.1:{proxy.port}")
        for _ in range(16):
            source.send(bytes(8192))
        source.send(b"urgent")
        began = time.monotonic()
        while sink.poll(60_000) and sink.recv() != b"urgent":
            pass
        took = time.monotonic() - began
        self.assertGreater(took, 12)
        context.destroy(0)
        say(f"128 KiB handed over before it on {BYTES_PER_SECOND} bytes/s: the urgent message came after {took:.1f} s")

    @drill.not_sanitized("needs the pace of a node", by="thread")
    def test_urgent_while_catching_up(self):
        reader = self.nodes["aus-bkk"]
        reader.stop()
        done = LIVE / "backlog"
        self.start_poster("nzl-bkk", done, clients=16, posts=BACKLOG).communicate(timeout=300)
        self.assertGreaterEqual(len(lines(done)), BACKLOG)
        self.unlock("tha-bkk")
        wire = {"there": Wire(BYTES_PER_SECOND), "back": Wire(BYTES_PER_SECOND)}
        for proxy in self.proxies:
            proxy.there.wire, proxy.back.wire = wire["there"], wire["back"]
        before = self.total("bytes")
        reader.start()
        wait_until("catching up", lambda: self.alerts() > 100, 120)
        took, seen = [], self.alerts()
        began = time.monotonic()
        for words in (("tha-bkk", "--to", "BKK", "--urgent"), ("nzl-bkk", "--to", "BKK/missions", "--urgent"),
                      ("tha-bkk", "--to", "BKK", "--flash")):
            posted = time.monotonic()
            short = self.say_alert(words[0], "at once", *words[1:])
            wait_until(f"urgent of {words}", lambda s=short: self.knows("aus-bkk", s), 60)
            took.append(time.monotonic() - posted)
        went_on = self.alerts() - seen
        rate = went_on / (time.monotonic() - began)
        left = BACKLOG - self.alerts()
        self.assertGreater(left, BACKLOG // 2, "the backlog was over too soon to show anything")
        self.assertGreater(went_on, 0)
        carried = self.total("bytes") - before
        self.assertLess(max(took), URGENT_SECONDS_MAX)
        for proxy in self.proxies:
            proxy.both(wire=None)
        began = time.monotonic()
        self.wait_readable("aus-bkk", done, 180)
        say(f"{BACKLOG} posts behind on {BYTES_PER_SECOND} bytes/s; urgent ones readable after "
            f"{', '.join(f'{t:.1f}' for t in took)} s, the backlog meanwhile by {rate:.1f} posts/s; {carried} bytes "
            f"until then; the other {left} in {time.monotonic() - began:.1f} s when the line was good again; connections "
            f"cut for silence: {reader.log.read_bytes().count(b'peer_down')}")

    def alerts(self):
        done = self.rilon("aus-bkk", "--json", "status", ok=None)
        rows = [json.loads(line) for line in done.out.splitlines()] if done.returncode == 0 else []
        return max([row.get("alerts", 0) for row in rows], default=0)


if __name__ == "__main__":
    drill.main()
