"""Pictures beside an alert (§9): chunks, the entries right behind the content that lists their attachment."""
from dataclasses import dataclass

from .layout import H, Reader, demand, u8, u16

CHUNK_DATA, ATTACHMENTS_MAX, ATTACHMENT_MAX = 65484, 4, 2097152


@dataclass(frozen=True)
class Chunk:
    alert_id: bytes
    attachment: int
    number: int
    hash: bytes
    data: bytes

    def encode(self):
        return self.alert_id + u8(self.attachment) + u16(self.number) + self.hash + self.data


def parse_chunk(plain):
    r = Reader(plain)
    chunk = Chunk(r.take(16), r.number(1), r.number(2), r.take(32), r.take(r.left()))
    demand(1 <= len(chunk.data) <= CHUNK_DATA, "malformed", "length of a chunk")
    return chunk


def count(size):
    demand(1 <= size <= ATTACHMENT_MAX, "malformed", "size of an attachment")
    return -(-size // CHUNK_DATA)


def place(alert, attachment):
    """How far behind the content the attachment's first chunk is."""
    demand(attachment < len(alert.attachments) <= ATTACHMENTS_MAX, "malformed", "number of attachments")
    return 1 + sum(count(one.size) for one in alert.attachments[:attachment])


def split(alert_id, attachment, content):
    """The chunks of one."""
    return [Chunk(alert_id, attachment, i, H(content), content[i * CHUNK_DATA:(i + 1) * CHUNK_DATA])
            for i in range(count(len(content)))]


def join(alert, attachment, plains):
    """From the plaintexts behind the alert, in order: exactly what its officer signed."""
    listed, whole = alert.attachments[attachment], b""
    demand(len(plains) == count(listed.size), "malformed", "number of chunks")
    for number, plain in enumerate(plains):
        chunk = parse_chunk(plain)
        demand((chunk.alert_id, chunk.attachment, chunk.number, chunk.hash)
               == (alert.alert_id, attachment, number, listed.hash), "malformed", "a chunk of another place")
        demand(len(chunk.data) == min(CHUNK_DATA, listed.size - len(whole)), "malformed", "length of a chunk")
        whole += chunk.data
    demand(H(whole) == listed.hash, "malformed", "hash of the whole")
    return whole
