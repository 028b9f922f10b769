"""Fixed layouts (§1): big-endian integers, lengths that must fit exactly, BLAKE2b, and the one way to say no."""
import hashlib
import struct


class Refused(Exception):
    """What a strict receiver does not take. `code` is for programs, the rest for a person who looks."""

    def __init__(self, code, detail=""):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


def demand(condition, code, detail=""):
    if not condition:
        raise Refused(code, detail)


def magic(three_letters):
    return b"RLN1" + three_letters + b"\0"


def u8(number):
    return struct.pack(">B", number)


def u16(number):
    return struct.pack(">H", number)


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


def H(*parts, key=b""):
    return hashlib.blake2b(b"".join(parts), digest_size=32, key=key).digest()


class Reader:
    """Takes a layout apart; `end` refuses what is left over."""

    def __init__(self, data):
        self.data, self.at = bytes(data), 0

    def take(self, size):
        demand(self.left() >= size, "malformed", "too short")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def left(self):
        return len(self.data) - self.at

    def expect(self, constant, what):
        demand(self.take(len(constant)) == constant, "malformed", what)

    def end(self):
        demand(self.left() == 0, "malformed", "bytes left over")
