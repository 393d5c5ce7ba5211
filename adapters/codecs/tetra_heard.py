"""What the messages of radios mean to a control room (N4, C5, D1): emergencies, questions, reports
on what was sent, positions. Holds nothing but the parts of long texts."""

from dataclasses import dataclass
from datetime import timedelta

from adapters.codecs import tetra_pei as pei
from adapters.codecs.tetra_lip import EMERGENCY, LIP, NO_REPORT, Located, read_lip
from adapters.codecs.tetra_parts import Assembly, Words, read_concatenated, read_words
from adapters.codecs.tetra_sds_tl import (
    SIMPLE_TEXTS,
    TEXTS,
    Acknowledgement,
    Protocol,
    Report,
    Simple,
    Transfer,
    read_pdu,
)
from adapters.codecs.tetra_status import EMERGENCY as EMERGENCY_STATUS
from adapters.codecs.tetra_status import ShortReport, read_status
from middleware.ports import Problem
from schemas.safety import Signal

CONCATENATED = {Protocol.CONCATENATED, Protocol.SIMPLE_CONCATENATED}
POSITIONS = {0x03, 0x83}
"""GPS in other dialects than LIP: not read."""

NOBODY = Problem("calling", "is no radio that can be read: see the raw lines for who it was")


@dataclass(frozen=True, slots=True)
class Emergency:
    """A radio's emergency, in one of the ways in which it is said."""

    radio: str
    signal: Signal
    raw: bytes
    located: Located | None = None


@dataclass(frozen=True, slots=True)
class PerhapsEmergency:
    """It cannot be read, and an emergency may be what it was."""

    problem: Problem
    raw: bytes
    radio: str | None


@dataclass(frozen=True, slots=True)
class StatusSaid:
    """A status whose meaning is the site's."""

    radio: str
    value: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Reported:
    """A report on a message of ours."""

    radio: str
    report: Report | ShortReport
    raw: bytes


@dataclass(frozen=True, slots=True)
class TextSaid:
    """A text, whole; `transfer` is the message that it came in, where a report may be wanted."""

    radio: str
    text: str
    transfer: Transfer | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class PositionSaid:
    """Where a radio is, said in passing."""

    radio: str
    located: Located
    raw: bytes


@dataclass(frozen=True, slots=True)
class Nonsense:
    """It cannot be read, and it was no emergency."""

    problem: Problem
    raw: bytes


Heard = Emergency | PerhapsEmergency | StatusSaid | Reported | TextSaid | PositionSaid | Nonsense


class Understanding:
    """`understand` one thing after the other; None is for what says nothing to us."""

    def __init__(self, emergency_priority: int) -> None:
        self._emergency_priority = emergency_priority
        self._assembly = Assembly(lasts=timedelta(minutes=2))

    @property
    def dropped_parts(self) -> int:
        """Parts of texts that never got whole, so far."""
        return self._assembly.dropped

    def understand(self, item: pei.Item, now: float) -> Heard | None:
        """`now` in seconds of a clock that does not step."""
        match item:
            case pei.Message(header=header, raw=raw):
                heard = self._message(item, header.calling or "", now)
                return heard if header.calling or heard is None else _nobodys(heard, raw)
            case pei.Call():
                return self._call(item)
            case pei.Unreadable():
                return _unreadable(item)
        return None

    def _call(self, call: pei.Call) -> Heard | None:
        priority = call.priority
        if not call.garbled and (priority is None or priority < self._emergency_priority):
            return None
        if call.garbled or call.calling is None:
            return PerhapsEmergency(NOBODY, call.raw, call.calling)
        return Emergency(call.calling, Signal.CALL, call.raw)

    def _message(self, message: pei.Message, radio: str, now: float) -> Heard | None:
        octets, raw = message.payload.whole, message.raw
        if message.header.service == pei.Service.STATUS:
            return _status(octets, radio, raw)
        if message.header.service != pei.Service.SDS_TL:
            return Nonsense(Problem("service", "is neither SDS-TL nor status"), raw)
        if octets[:1] == bytes([LIP]):
            return _located(message.payload, radio, raw)
        pdu = read_pdu(octets)
        if isinstance(pdu, Problem):
            return Nonsense(pdu, raw)
        if isinstance(pdu, Report):
            return Reported(radio, pdu, raw)
        if isinstance(pdu, Acknowledgement) or pdu.protocol in POSITIONS:
            return None
        return self._text(pdu, radio, raw, now)

    def _text(self, pdu: Transfer | Simple, radio: str, raw: bytes, now: float) -> Heard | None:
        if pdu.protocol in CONCATENATED:
            return self._pieces(pdu, radio, raw, now)
        return self._words(pdu.protocol, pdu.data, pdu, radio, raw, now)

    def _words(
        self, protocol: int, data: bytes, pdu: Transfer | Simple, radio: str, raw: bytes, now: float
    ) -> Heard | None:
        if protocol not in {*SIMPLE_TEXTS, *TEXTS, Protocol.TEXT_WITH_HEADER}:
            return Nonsense(Problem("protocol", "is none that is read here"), raw)
        words = read_words(data, header=protocol == Protocol.TEXT_WITH_HEADER)
        if isinstance(words, Problem):
            return Nonsense(words, raw)
        text = self._whole(words, protocol, radio, now)
        if text is None:
            return None
        return TextSaid(radio, text, pdu if isinstance(pdu, Transfer) else None, raw)

    def _whole(self, words: Words, protocol: int, radio: str, now: float) -> str | None:
        if words.part is None:
            return words.text
        whole = self._assembly.add(radio, protocol, words.part, words.text.encode(), now)
        return None if whole is None else whole.decode()

    def _pieces(self, pdu: Transfer | Simple, radio: str, raw: bytes, now: float) -> Heard | None:
        """The user data of the whole follows its protocol identifier (unverified)."""
        piece = read_concatenated(pdu.data)
        if isinstance(piece, Problem):
            return Nonsense(piece, raw)
        whole = self._assembly.add(radio, pdu.protocol, *piece, now)
        return self._words(whole[0], whole[1:], pdu, radio, raw, now) if whole else None


def _status(octets: bytes, radio: str, raw: bytes) -> Heard:
    if len(octets) != 2:
        problem = Problem("status", "is not of 16 bits: see the raw lines, it may be an emergency")
        return PerhapsEmergency(problem, raw, radio or None)
    said = read_status(int.from_bytes(octets, "big"))
    if isinstance(said, ShortReport):
        return Reported(radio, said, raw)
    if said.value == EMERGENCY_STATUS:
        return Emergency(radio, Signal.STATUS, raw)
    if said.reserved:
        return Nonsense(Problem("status", "is one that the standard reserves"), raw)
    return StatusSaid(radio, said.value, raw)


def _located(payload: pei.Payload, radio: str, raw: bytes) -> Heard | None:
    """A report that is cut has lost why it was sent: it may have been an emergency."""
    located = read_lip(payload)
    if located is NO_REPORT:
        return None
    if isinstance(located, Problem):
        return PerhapsEmergency(located, raw, radio or None)
    if located.reason == EMERGENCY:
        return Emergency(radio, Signal.LIP, raw, located)
    return PositionSaid(radio, located, raw)


def _nobodys(heard: Heard, raw: bytes) -> Heard:
    """Said by nobody whose number can be read."""
    if isinstance(heard, Emergency | PerhapsEmergency):
        return PerhapsEmergency(NOBODY, raw, None)
    return Nonsense(NOBODY, raw)


def _unreadable(item: pei.Unreadable) -> PerhapsEmergency | Nonsense:
    """A status whose payload or header is broken, or its payload alone, may be an emergency."""
    service = item.header.service if item.header else None
    if service == pei.Service.STATUS or _looks_like_one(item.raw):
        radio = item.header.calling if item.header else None
        return PerhapsEmergency(item.problem, item.raw, radio)
    return Nonsense(item.problem, item.raw)


def _looks_like_one(raw: bytes) -> bool:
    head, _, tail = raw.replace(b" ", b"").rpartition(b"\r\n")
    return tail == b"0000" or head.startswith(b"+CTSDSR:13") or tail.startswith(b"+CTSDSR:13")
