#!/usr/bin/env python3
"""Real processes behind a bad network: every link of one mission goes through a proxy."""
import re
import time

import zmq

import drill
from drill import LIVE, lines, say, wait_until
from proxy import Proxy


class Proxied(drill.Drill):
    """aus-bkk dials through proxies, one for each address."""
    SECONDS = 8
    SMALL_BUFFERS = False

    def setUp(self):
        super().setUp()
        author = self.nodes["aus-bkk"]
        author.stop()
        config, self.proxies = author.file("node.toml"), []

        def through(match):
            proxy = Proxy(match[2], int(match[3]), seed=len(self.proxies) + 1, small_buffers=self.SMALL_BUFFERS)
            self.addCleanup(proxy.close)
            self.proxies.append(proxy)
            return f'{match[1]} = "tcp://127.0.0.1:{proxy.port}"'
        before, links = config.read_text(encoding="utf-8").split("[[link]]", 1)
        links = re.sub(r'(endpoint|live) *= *"tcp://([0-9.]+):([0-9]+)"', through, links)
        config.write_text(before + "[[link]]" + links, encoding="utf-8")
        self.assertGreaterEqual(len(self.proxies), 2)
        author.start()
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")

    def both(self, **what):
        for proxy in self.proxies:
            proxy.both(**what)

    def total(self, what):
        return sum(getattr(d, what) for p in self.proxies for d in (p.there, p.back))

    def post_both_ways(self):
        """Posts by both missions for a while; then the network is good again, and each has what the other said."""
        posters = [self.start_poster(name, LIVE / f"by-{name}", clients=2, seconds=self.SECONDS)
                   for name in ("aus-bkk", "nzl-bkk")]
        for poster in posters:
            poster.communicate(timeout=self.SECONDS + 60)
        self.both(delay=0.0, flip_every=0, cut_every=0, swallow=False)
        began = time.monotonic()
        self.wait_readable("nzl-bkk", LIVE / "by-aus-bkk")
        self.wait_readable("aus-bkk", LIVE / "by-nzl-bkk")
        for node in self.nodes.values():
            self.assertFalse(node.ended(), node.name)
            self.assertNotIn(b"fork_proven", node.log.read_bytes())
        posted = len(lines(LIVE / "by-aus-bkk")) + len(lines(LIVE / "by-nzl-bkk"))
        self.assertGreater(posted, 20)
        return f"{posted} posts, all at the other mission {time.monotonic() - began:.1f} s after the network was good"


class Row27FlippedBits(Proxied):
    def test_without_curve_they_arrive(self):
        """The danger: what a plain connection hands over has been altered on the way."""
        context = zmq.Context()
        sink = context.socket(zmq.PULL)
        sink.linger, port = 0, sink.bind_to_random_port("tcp://127.0.0.1")
        proxy = Proxy("127.0.0.1", port)
        self.addCleanup(proxy.close)
        source = context.socket(zmq.PUSH)
        source.linger = 0
        source.connect(f"tcp://127.0.0.1:{proxy.port}")
        message = bytes(200_000)
        source.send(message)
        self.assertTrue(sink.poll(10_000))
        self.assertEqual(sink.recv(), message)
        proxy.both(flip_every=100_000)
        source.send(message)
        altered = sink.poll(10_000) and sink.recv() != message
        self.assertTrue(altered)
        context.destroy(0)

    def test_flipped_bits(self):
        self.both(flip_every=50_000)
        said = self.post_both_ways()
        flipped = self.total("flipped")
        self.assertGreater(flipped, 3)
        ups = self.nodes["aus-bkk"].log.read_bytes().count(b"peer_up")
        self.assertGreater(ups, len(self.proxies) // 2)
        say(f"{flipped} bits flipped in {self.total('bytes')} bytes, {ups} connections: {said}")


@drill.not_sanitized("needs the pace of a node", by="thread")
class Row20BadNetwork(Proxied):
    def test_delays_and_cuts(self):
        self.both(delay=0.3, cut_every=150_000)
        said = self.post_both_ways()
        self.assertGreater(self.total("cuts"), 1)
        say(f"delays up to 300 ms, {self.total('cuts')} connections cut: {said}")


class Row19OneWay(Proxied):
    def test_what_it_sends_is_swallowed(self):
        for proxy in self.proxies:
            proxy.there.swallow = True
        said = self.post_both_ways()
        say(f"everything that aus-bkk sent was swallowed for {self.SECONDS} s: {said}")


if __name__ == "__main__":
    drill.main()
