"""TETRA's Peripheral Equipment Interface, read: AT lines of a radio (ETSI TS 100 392-5).

Lines can be cut anywhere between two reads; unsolicited ones may come inside a command's response;
a short message is two lines, header and payload. Nothing here waits or keeps time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from middleware.ports import Problem

MOST_LINE = 1_024
"""Bytes of the longest line: 2,047 bits of a type 4 message are 512 hex digits."""

SEEN = "compare with ETSI TS 100 392-5 and docs/radio.md"


class Service(IntEnum):
    """The AI service of a short message (clause 6.17.3)."""

    SDS_1 = 9
    SDS_2 = 10
    SDS_3 = 11
    SDS_TL = 12
    STATUS = 13


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a command's response; `error` says why it failed: a CME code, or ""."""

    error: str | None = None


@dataclass(frozen=True, slots=True)
class SendState:
    """`+CMGS`: how far the sending of a message is. `state` 4: sent, 5: failed."""

    instance: int
    state: int | None = None
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """`+CTSDSR`, the first line of a short message. Identities are SSIs in digits; `bits` counts
    the payload."""

    service: int
    calling: str | None
    called: str | None
    bits: int


@dataclass(frozen=True, slots=True)
class Payload:
    """Bits as they came, filled up with zeros to whole octets. The header said that there are
    `bits`; `given` were there, which may be a nibble more or less."""

    octets: bytes
    bits: int
    given: int

    @property
    def whole(self) -> bytes:
        """The octets that came whole, and that the header counts."""
        return self.octets[: min(self.bits, self.given) // 8]


@dataclass(frozen=True, slots=True)
class Message:
    """A short message that came in, whole."""

    header: Header
    payload: Payload
    raw: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """`+CTICN`: a call comes in, or changes. `priority` is None where the radio gives none, or,
    `garbled`, none that can be read."""

    calling: str | None
    called: str | None
    priority: int | None
    raw: bytes
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """A line that is known to exist and says nothing to us: `+CTXG`, `+CTOM`, an echo."""

    line: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Lines that cannot be read; `header` is that of a message whose payload cannot."""

    problem: Problem
    raw: bytes
    header: Header | None = None


Item = Done | SendState | Message | Call | Other | Unreadable

_AROUND = b" \t\x1a\x00"
_ENDS = re.compile(rb"[\r\n]")
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_IDENTITY = re.compile(r"\d{1,17}", re.ASCII)
_UNSOLICITED = re.compile(rb"\+[A-Z]{2,16}\b")


class Reader:
    """Bytes in, cut anywhere; items out. Holds at most one line and one header."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._skipping = False
        self._header: tuple[bytes, Header | Problem] | None = None

    def feed(self, data: bytes) -> list[Item]:
        """What became complete with `data`."""
        items: list[Item] = []
        *ended, rest = _ENDS.split(data)
        for piece in ended:
            items += self._grow(piece)
            line = bytes(self._line)
            self._line.clear()
            if not self._skipping:
                items += self._take(line)
            self._skipping = False
        items += self._grow(rest)
        return items

    def end(self) -> list[Item]:
        """The link is cut: what was begun is not whole."""
        left = bytes(self._line)
        self._line.clear()
        items = list(self._orphan())
        if left and not self._skipping:
            problem = Problem("line", "was cut with the link; nothing to mend if it came back")
            items.append(Unreadable(problem, left))
        self._skipping = False
        return items

    def _grow(self, piece: bytes) -> Iterator[Item]:
        if self._skipping:
            return
        self._line += piece
        if len(self._line) > MOST_LINE:
            self._skipping = True
            reason = f"is longer than {MOST_LINE} bytes; the rest of it was skipped"
            yield Unreadable(Problem("line", reason), bytes(self._line[:MOST_LINE]))
            self._line.clear()

    def _take(self, raw: bytes) -> Iterator[Item]:
        line = raw.strip(_AROUND).removeprefix(b">").lstrip()
        if not line:
            return
        if _HEX.fullmatch(line) and self._header:
            (above, header), self._header = self._header, None
            yield _message(header, line, above + b"\r\n" + raw)
            return
        yield from self._orphan()
        if line.startswith(b"+CTSDSR"):
            self._header = raw, read_header(line)
        else:
            yield _read_line(line, raw)

    def _orphan(self) -> Iterator[Item]:
        """A header after which no payload came."""
        if self._header is not None:
            (raw, header), self._header = self._header, None
            if isinstance(header, Problem):
                yield Unreadable(header, raw)
            else:
                yield Unreadable(Problem("payload", f"is missing; {SEEN}"), raw, header)


def _read_line(line: bytes, raw: bytes) -> Item:
    if line == b"OK":
        return Done()
    if line.startswith((b"ERROR", b"+CME ERROR", b"+CMS ERROR")):
        code = _NUMBER.search(line.decode(errors="replace"))
        return Done(error=code[0] if code else "")
    if line.startswith(b"+CMGS"):
        return _send_state(line)
    if line.startswith(b"+CTICN"):
        return _call(line)
    if line.startswith(b"AT") or _UNSOLICITED.match(line):
        return Other(line)
    if _HEX.fullmatch(line):
        return Unreadable(Problem("header", "is missing before a payload"), raw)
    return Unreadable(Problem("line", f"is none of a radio; {SEEN}"), raw)


def read_header(line: bytes) -> Header | Problem:
    """Forms with 3, 4, 6 and 7 fields; in the last, end-to-end encryption stands after the
    length, or before it as older radios have it."""
    fields = _fields(line)
    if len(fields) not in {3, 4, 6, 7}:
        return Problem("header", f"has not 3, 4, 6 or 7 fields; {SEEN}")
    if len(fields) < 6:
        calling, called, length = "", fields[1], fields[-1]
    else:
        calling, called, length = fields[1], fields[3], fields[5]
        if len(fields) == 7 and length in {"", "0", "1"}:
            length = fields[6]
    if not _NUMBER.fullmatch(fields[0]) or not _NUMBER.fullmatch(length):
        return Problem("header", f"has no number for service or length; {SEEN}")
    return Header(int(fields[0]), ssi_of(calling), ssi_of(called), int(length))


def ssi_of(identity: str) -> str | None:
    """The SSI in digits, without leading zeros, of an SSI or a 17-digit TSI (country 4, network 5,
    SSI 8); None where it is neither."""
    if not _IDENTITY.fullmatch(identity) or 8 < len(identity) < 17:
        return None
    ssi = int(identity[-8:])
    return str(ssi) if 0 < ssi < 2**24 else None


def _message(header: Header | Problem, line: bytes, raw: bytes) -> Message | Unreadable:
    if isinstance(header, Problem):
        return Unreadable(header, raw)
    payload = read_payload(line, header.bits)
    if isinstance(payload, Problem):
        return Unreadable(payload, raw, header)
    return Message(header, payload, raw)


def read_payload(line: bytes, bits: int) -> Payload | Problem:
    """What some radios fill up, and what others do not count, is one nibble: that is borne."""
    if not _HEX.fullmatch(line):
        return Problem("payload", f"is not hexadecimal; {SEEN}")
    digits = line.decode()[: -(-bits // 4) + 1]
    if len(digits) < bits // 4 - 1:
        return Problem("payload", f"is shorter than its header says; {SEEN}")
    return Payload(bytes.fromhex(digits + "0" * (len(digits) % 2)), bits, 4 * len(digits))


def _send_state(line: bytes) -> SendState | Unreadable:
    numbers = [int(f) if _NUMBER.fullmatch(f) else None for f in _fields(line)]
    instance, state, reference = (*numbers, None, None)[:3]
    if instance is None:
        return Unreadable(Problem("+CMGS", f"has no instance; {SEEN}"), line)
    return SendState(instance, state, reference)


def _call(line: bytes) -> Call:
    """Fields that are missing, or no identity, are None: the caller judges what that means."""
    fields = [*_fields(line), *[""] * 13]
    priority = int(fields[12]) if _NUMBER.fullmatch(fields[12]) else None
    garbled = priority is None and fields[12] != ""
    return Call(ssi_of(fields[4]), ssi_of(fields[11]), priority, line, garbled)


def _fields(line: bytes) -> list[str]:
    values = line.decode("latin-1").partition(":")[2]
    return [field.strip().strip('"') for field in values.split(",")]
