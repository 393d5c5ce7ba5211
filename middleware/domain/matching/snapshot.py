"""A snapshot of the index as bytes: a header, packed integers, one line of text a marker."""

import struct
from hashlib import blake2b

import numpy as np

from middleware.domain.matching.postings import Postings

_MAGIC = b"FWMATCH1"
_HEADER = struct.Struct("<8sQQ16s")
"""Magic, journal position, number of postings, digest of all that follows."""


def pack(position: int, lines: list[str], postings: Postings) -> bytes:
    """The bytes of a snapshot."""
    body = postings.keys.tobytes() + postings.rows.tobytes() + "\n".join(lines).encode()
    return _HEADER.pack(_MAGIC, position, len(postings.keys), _digest(body)) + body


def unpack(data: bytes) -> tuple[int, list[str], Postings]:
    """Position, lines and postings; ValueError when the bytes are damaged or of another version."""
    if len(data) < _HEADER.size:
        raise ValueError("not a snapshot of the matcher: build the index from the markers again")
    magic, position, size, digest = _HEADER.unpack_from(data)
    body = memoryview(data)[_HEADER.size :]
    if magic != _MAGIC or _digest(body) != digest:
        raise ValueError("damaged snapshot of the matcher: build the index from the markers again")
    keys = np.frombuffer(body, np.uint32, size)
    rows = np.frombuffer(body, np.int32, size, offset=4 * size)
    text = bytes(body[8 * size :]).decode()
    return position, text.split("\n") if text else [], Postings(keys, rows)


def _digest(body: bytes | memoryview) -> bytes:
    return blake2b(body, digest_size=16).digest()
