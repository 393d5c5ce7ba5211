"""Long TETRA messages in parts: the user data header of texts (0x8A) and the concatenation of
whole messages (0x8C, 0x0C): EN 300 392-2 clauses 29.5.9, 29.5.10 and 29.5.14."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.codecs.tetra_text import decode_text, encode_text
from middleware.ports import Problem

SHORT_REFERENCE, LONG_REFERENCE = 0x00, 0x08
"""Elements of a user data header that say which part this is."""

CLAUSE = "compare with EN 300 392-2 clause 29.5 and docs/radio.md"
_CUT = Problem("text", f"is cut in its header; {CLAUSE}")


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part belongs: `number` from 1 to `total`."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Words:
    """The text of one message, or of one part of it. `stamped` are the octets of its time."""

    text: str
    scheme: int
    stamped: bytes = b""
    part: Part | None = None


def read_words(data: bytes, *, header: bool = False) -> Words | Problem:
    """A text with its coding scheme and perhaps a time stamp; with `header` (0x8A) also a user
    data header."""
    if not data:
        return _CUT
    scheme, start = data[0] & 0x7F, 4 if data[0] & 0x80 else 1
    if len(data) < start:
        return _CUT
    stamped, part = data[1:start], None
    if header:
        size = data[start] if len(data) > start else 0
        if len(data) < start + 1 + size:
            return _CUT
        found = _part(data[start + 1 : start + 1 + size])
        if isinstance(found, Problem):
            return found
        start, part = start + 1 + size, found
    return Words(decode_text(scheme, data[start:]), scheme, stamped, part)


def _part(elements: bytes) -> Part | Problem | None:
    """The element that says it, among others; None where there is none: the text is whole."""
    while len(elements) >= 2:
        kind, size = elements[:2]
        value, elements = elements[2 : 2 + size], elements[2 + size :]
        if kind == SHORT_REFERENCE and len(value) == 3:
            return _checked(Part(value[0], value[1], value[2]))
        if kind == LONG_REFERENCE and len(value) == 4:
            return _checked(Part(int.from_bytes(value[:2], "little"), value[2], value[3]))
    return None


def _checked(part: Part) -> Part | Problem:
    if 1 <= part.number <= part.total:
        return part
    return Problem("text.part", f"is not from 1 to the number of parts; {CLAUSE}")


def write_words(words: Words) -> bytes:
    """The data of a text message; with a part, that of one with a user data header."""
    coded = words.scheme | (0x80 if words.stamped else 0)
    header = b""
    if words.part:
        element = bytes([SHORT_REFERENCE, 3, words.part.reference & 0xFF])
        element += bytes([words.part.total, words.part.number])
        header = bytes([len(element)]) + element
    return bytes([coded]) + words.stamped + header + encode_text(words.scheme, words.text)


def read_concatenated(data: bytes) -> tuple[Part, bytes] | Problem:
    """A piece of a whole message, of whatever protocol; the first begins with its identifier."""
    size = 2 if data and data[0] & 0x10 else 1
    if len(data) < size + 2:
        return _CUT
    if data[0] >> 5:
        return Problem("message.part", f"is no transfer of a part; {CLAUSE}")
    reference = data[0] & 0x0F if size == 1 else (data[0] & 0x0F) << 8 | data[1]
    part = _checked(Part(reference, data[size], data[size + 1]))
    return part if isinstance(part, Problem) else (part, data[size + 2 :])


@dataclass(slots=True)
class _Begun:
    since: float
    pieces: dict[int, bytes] = field(default_factory=dict)


class Assembly:
    """Puts parts together again. Bounded in messages, parts and time: what never gets whole is
    dropped and counted. `now` are seconds of any clock that does not step."""

    def __init__(self, *, most: int = 64, parts: int = 8, lasts: timedelta) -> None:
        self._most, self._parts = most, parts
        self._lasts = lasts.total_seconds()
        self._begun: OrderedDict[tuple[str, int, int, int], _Begun] = OrderedDict()
        self.dropped = 0

    def add(self, sender: str, kind: int, part: Part, piece: bytes, now: float) -> bytes | None:
        """The whole once its last part came. A part that comes twice changes nothing; one that
        differs from what was there begins the message anew."""
        self._forget(now)
        if part.total > self._parts:
            self.dropped += 1
            return None
        key = (sender, kind, part.reference, part.total)
        begun = self._begun.setdefault(key, _Begun(now))
        if begun.pieces.get(part.number, piece) != piece:
            self.dropped += 1
            begun = self._begun[key] = _Begun(now)
        begun.pieces[part.number] = piece
        if len(begun.pieces) < part.total:
            self._bound()
            return None
        del self._begun[key]
        return b"".join(begun.pieces[number] for number in range(1, part.total + 1))

    def _forget(self, now: float) -> None:
        for key in [k for k, begun in self._begun.items() if now - begun.since > self._lasts]:
            del self._begun[key]
            self.dropped += 1

    def _bound(self) -> None:
        while len(self._begun) > self._most:
            self._begun.popitem(last=False)
            self.dropped += 1
