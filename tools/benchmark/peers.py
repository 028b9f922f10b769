#!/usr/bin/env python3
"""Other programs with a like promise, on the same machine and in turns with the product.

    tools/bench --peers [--json] [--quick] [--dir DIR]

NATS JetStream, one publisher over plain TCP: one message at a time and with 256 waiting for their
acknowledgements, against P1 and P2 of rilon-bench. gpg and age: 1 KB for 50 recipients, as whole
processes, against rilon-bench-seal. What is not installed is skipped, and said so. Debian's
packages: nats-server, gnupg, age. strfry has none and is not run.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAYLOAD = b"x" * 1024
RECIPIENTS = 50
DEADLINE_S = 20


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nats:
    """A server of our own with a file store, and one connection to it."""

    SUBJECT = b"bench.entries"

    def __init__(self, top, always):
        self.port = free_port()
        self.number = 0
        config = Path(top) / "nats.conf"
        sync = "sync_interval: always" if always else ""
        config.write_text(
            f"listen: 127.0.0.1:{self.port}\njetstream {{ store_dir: \"{top}/js\"\n{sync} }}\n")
        self.log = Path(top) / "nats.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["nats-server", "-c", config], stdout=log, stderr=log)
        try:
            self.connect()
            self.make_stream()
        except (OSError, ValueError):
            self.close()
            raise

    def connect(self):
        deadline = time.monotonic() + DEADLINE_S
        while True:
            if self.process.poll() is not None:
                raise OSError(self.log.read_text().strip())
            try:
                self.socket = socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb", buffering=1 << 16)
        self.socket.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\nSUB ack.> 1\r\n')

    def make_stream(self):
        wish = json.dumps({"name": "bench", "subjects": [self.SUBJECT.decode()],
                           "storage": "file", "retention": "limits"}).encode()
        self.publish_to(b"$JS.API.STREAM.CREATE.bench", b"ack.made", wish)
        answer = json.loads(self.answer())
        if "error" in answer:
            raise ValueError(f"no stream: {answer['error']}")

    def publish_to(self, subject, reply, payload):
        self.socket.sendall(b"PUB %s %s %d\r\n%s\r\n" % (subject, reply, len(payload), payload))

    def publish(self):
        self.number += 1
        self.publish_to(self.SUBJECT, b"ack.%d" % self.number, PAYLOAD)

    def answer(self):
        while True:
            line = self.reader.readline()
            if line.startswith(b"PING"):
                self.socket.sendall(b"PONG\r\n")
            elif line.startswith(b"MSG"):
                size = int(line.split()[-1])
                return self.reader.read(size + 2)[:size]
            elif line.startswith(b"-ERR") or not line:
                raise ValueError(f"NATS: {line!r}")

    def acknowledged(self):
        answer = json.loads(self.answer())
        if "seq" not in answer:
            raise ValueError(f"not stored: {answer}")

    def rate(self, messages, waiting):
        start = time.monotonic()
        for _ in range(min(waiting, messages)):
            self.publish()
        for done in range(messages):
            self.acknowledged()
            if done + waiting < messages:
                self.publish()
        return messages / (time.monotonic() - start)

    def close(self):
        if hasattr(self, "socket"):
            self.socket.close()
        self.process.terminate()
        self.process.wait(DEADLINE_S)


def product_rates(bench, top):
    out = subprocess.run([bench, "--json", "--quick", "--only", "p1,p2", "--dir", top], check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    first = {}
    for row in rows:
        if row["type"] == "figure":
            first.setdefault(row["id"], row["product"])
    return first["P1"], first["P2"]


def compare_nats(bench, top, rounds, skip, add):
    if shutil.which("nats-server") is None:
        skip("nats-server", "not installed")
        return
    version = subprocess.run(["nats-server", "--version"], check=True,
                             stdout=subprocess.PIPE).stdout.decode().split()[-1]
    always = True
    store = tempfile.mkdtemp(dir=top)
    try:
        nats = Nats(store, always)
    except OSError as refused:
        if "sync_interval" not in str(refused):
            raise
        skip("NATS JetStream with sync_interval: always",
             f"nats-server {version} does not know sync_interval; 2.10 does")
        always = False
        nats = Nats(store, always)
    name = f"NATS {version} " + ("sync always" if always else "flushed by the minute, not per message")
    try:
        product, one, many = [], [], []
        nats.rate(100, 1)
        for _ in range(rounds):
            product.append(product_rates(bench, top))
            one.append(nats.rate(300, 1))
            many.append(nats.rate(3000, 256))
    finally:
        nats.close()
    p1 = statistics.median(row[0] for row in product)
    p2 = statistics.median(row[1] for row in product)
    add("P1", "post, one at a time", "/s", p1, name, statistics.median(one), 1.3 if always else 0)
    add("P2", "post, 256 waiting", "/s", p2, name, statistics.median(many), 5 if always else 0)


def run_ms(command, given, env=None):
    start = time.monotonic()
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=env, check=False)
    took = 1e3 * (time.monotonic() - start)
    if done.returncode != 0 or len(done.stdout) < len(given):
        raise ValueError(f"{command[0]}: {done.stderr.decode(errors='replace')}")
    return took


def gpg_command(top):
    home = Path(top) / "gpg"
    home.mkdir(mode=0o700)
    env = dict(os.environ, GNUPGHOME=str(home))
    base = ["gpg", "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""]
    key = "Key-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519\n"
    wish = "%no-protection\n" + "".join(
        f"{key}Name-Email: r{n}@example.org\nExpire-Date: 0\n%commit\n"
        for n in range(RECIPIENTS + 1))
    subprocess.run(base + ["--gen-key"], input=wish.encode(), env=env, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    command = base + ["--trust-model", "always", "--compress-algo", "none", "--sign", "--encrypt",
                      "--local-user", "r0@example.org"]
    for n in range(1, RECIPIENTS + 1):
        command += ["--recipient", f"r{n}@example.org"]
    return command, env


def age_command(top):
    keys = []
    for _ in range(RECIPIENTS):
        made = subprocess.run(["age-keygen"], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout.decode()
        keys.append(re.search(r"age1[0-9a-z]+", made).group(0))
    (Path(top) / "age-recipients").write_text("\n".join(keys) + "\n")
    return ["age", "-R", str(Path(top) / "age-recipients")], None


def compare_sealing(seal, top, rounds, skip, add):
    keys = Path(top) / "keys"
    keys.write_bytes(subprocess.run([seal, "keys", str(RECIPIENTS)], check=True,
                                    stdout=subprocess.PIPE).stdout)
    peers = []
    for name, label, make in (("gpg", "gpg, sign + encrypt", gpg_command),
                              ("age", "age, encrypts only: no signature", age_command)):
        if shutil.which(name) is None:
            skip(name, "not installed")
        else:
            peers.append((label, make(top)))
    ours = []
    theirs = {label: [] for label, _ in peers}
    for _ in range(rounds):
        ours.append(run_ms([seal, str(keys)], PAYLOAD))
        for label, (command, env) in peers:
            theirs[label].append(run_ms(command, PAYLOAD, env))
    for label, times in theirs.items():
        add("seal", f"1 KB signed and encrypted for {RECIPIENTS}, whole process", "ms",
            statistics.median(ours), label, statistics.median(times), 0)
    if shutil.which("gpgconf"):
        subprocess.run(["gpgconf", "--homedir", str(Path(top) / "gpg"), "--kill", "all"],
                       check=False, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--dir", default=None, help="where to make the stores; on a disk")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    args = parser.parse_args()
    tools = Path(args.build) / "tools"
    rounds = 2 if args.quick else 5
    rows = []

    def skip(name, why):
        say(f"skipped: {name}: {why}")
        rows.append({"type": "skipped", "peer": name, "why": why})

    def add(goal_id, step, unit, product, peer, reached, goal):
        row = {"type": "peer", "id": goal_id, "step": step, "unit": unit, "product": product,
               "peer": peer, "reached": reached, "ratio": product / reached}
        if goal:
            row.update(goal=goal, met=row["ratio"] >= goal)
        rows.append(row)

    skip("strfry", "not packaged by Debian")
    with tempfile.TemporaryDirectory(dir=args.dir) as top:
        compare_nats(str(tools / "rilon-bench"), top, rounds, skip, add)
        compare_sealing(str(tools / "rilon-bench-seal"), top, 4 * rounds, skip, add)
    for row in rows:
        if args.json:
            print(json.dumps(row))
        elif row["type"] == "peer":
            judged = f"goal >= {row['goal']}: {'met' if row['met'] else 'MISSED'}" if "met" in row else ""
            print(f"{row['id']:<5} {row['step']:<48} {row['product']:>9.1f} {row['unit']:<3} "
                  f"{row['peer']}: {row['reached']:.1f}, ratio {row['ratio']:.2f} {judged}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
