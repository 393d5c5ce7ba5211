"""A segment of the journal's archive, as bytes (DESIGN, "The record"; E1).

    header   one line of JSON: {"format":1,"room":"eoc1","first":1,"last":1000}
    records  each behind its length (4 bytes, big-endian), as it lay in the store: sealed, chained
    digest   SHA-256 of all before it (32 bytes)

It follows from the records alone: whoever writes the same ones writes the same bytes.
"""

import hashlib
from collections.abc import Sequence

import orjson

from middleware.ports import Segment, Span

FORMAT = 1
_LENGTH = 4
_DIGEST = hashlib.sha256().digest_size


def pack(room: str, first: int, records: Sequence[bytes]) -> bytes:
    """The bytes of the segment that begins at the position `first`."""
    said = {"format": FORMAT, "room": room, "first": first, "last": first - 1 + len(records)}
    framed = (part for one in records for part in (len(one).to_bytes(_LENGTH), one))
    body = b"".join((orjson.dumps(said), b"\n", *framed))
    return body + hashlib.sha256(body).digest()


def unpack(data: bytes, room: str, span: Span) -> Segment:
    """What can be read of it, and what is wrong. Never raises."""
    head, _, _ = data.partition(b"\n")
    if why := _wrong_head(head, room, span):
        return Segment(span, (), why)
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    records, end = _records(body, len(head) + 1, span)
    if hashlib.sha256(body).digest() == digest and end == len(body) and _is_all(records, span):
        return Segment(span, records)
    cut = "it is cut off, or its lengths were changed"
    why = "it was changed" if _is_all(records, span) else cut
    return Segment(span, records, why)


def _is_all(records: Sequence[bytes], span: Span) -> bool:
    return len(records) == span.last - span.first + 1


def _wrong_head(head: bytes, room: str, span: Span) -> str:
    try:
        said = orjson.loads(head)
        found = (said["format"], said["room"], said["first"], said["last"])
    except (ValueError, KeyError, TypeError):
        return "its header cannot be read"
    if found[0] != FORMAT:
        return f"its format is not {FORMAT}, the one that this build knows"
    if found[1] != room:
        return "it is of another control room"
    return "" if found[2:] == (span.first, span.last) else "its header names other positions"


def _records(body: bytes, at: int, span: Span) -> tuple[tuple[bytes, ...], int]:
    """Whole ones, and where they end."""
    records: list[bytes] = []
    while len(records) <= span.last - span.first and at + _LENGTH <= len(body):
        end = at + _LENGTH + int.from_bytes(body[at : at + _LENGTH])
        if end > len(body):
            break
        records.append(body[at + _LENGTH : end])
        at = end
    return tuple(records), at
