"""A snapshot of the index as bytes: a header, packed integers, one line of text a row."""

import struct
from hashlib import blake2b

import numpy as np

from middleware.domain.matching.postings import Postings
from middleware.domain.matching.store import Store

_HEADER = struct.Struct("<32sQQQ16s")
"""Version of the matcher, journal position, postings, known streets, digest of what follows."""
_LINES = 2
"""Counts up when `Spec.line` writes otherwise: then the snapshots before are not read."""


def pack(version: str, position: int, store: Store) -> bytes:
    """The bytes of a snapshot; the store stays as it is."""
    postings = store.postings.packed(store.is_live())
    roads = np.array(sorted(store.roads), np.uint32)
    text = "\n".join(store.lines).encode()
    body = b"".join((postings.keys.tobytes(), postings.rows.tobytes(), roads.tobytes(), text))
    head = _HEADER.pack(_named(version), position, len(postings.keys), len(roads), _digest(body))
    return head + body


def unpack(version: str, data: bytes) -> tuple[int, Store]:
    """Position and store; ValueError when the bytes are damaged or of another version."""
    if len(data) < _HEADER.size:
        raise ValueError("not a snapshot of the matcher: build the index from the markers again")
    written, position, size, known, digest = _HEADER.unpack_from(data)
    body = memoryview(data)[_HEADER.size :]
    if written.rstrip(b"\0") != _named(version):
        raise ValueError("snapshot of another matcher: build the index from the markers again")
    if _digest(body) != digest:
        raise ValueError("damaged snapshot of the matcher: build the index from the markers again")
    store = Store()
    keys = np.frombuffer(body, np.uint32, size)
    store.postings = Postings(keys, np.frombuffer(body, np.int32, size, offset=4 * size))
    store.roads = set(np.frombuffer(body, np.uint32, known, offset=8 * size).tolist())
    text = str(body[8 * size + 4 * known :], "utf-8")
    store.lines = text.split("\n") if text else []
    store.live = len(store.lines) - store.lines.count("")
    return position, store


def _named(version: str) -> bytes:
    return f"{version} {_LINES}".encode()


def _digest(body: bytes | memoryview) -> bytes:
    return blake2b(body, digest_size=16).digest()
