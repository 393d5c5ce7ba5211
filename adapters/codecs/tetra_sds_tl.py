"""SDS-TL, TETRA's transport of short messages: transfers, reports, acknowledgements and simple
texts (EN 300 392-2 clause 29), pure bytes in and out."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from adapters.codecs.tetra_forward import Forwarding, read_forwarding, write_forwarding
from middleware.ports import Problem

CLAUSE = "compare with EN 300 392-2 clause 29.4 and docs/radio.md"


class Protocol(IntEnum):
    """Protocol identifier, the first octet (table 29.21); those that are read or written here."""

    SIMPLE_TEXT = 0x02
    SIMPLE_IMMEDIATE_TEXT = 0x09
    LIP = 0x0A
    SIMPLE_CONCATENATED = 0x0C
    TEXT = 0x82
    IMMEDIATE_TEXT = 0x89
    TEXT_WITH_HEADER = 0x8A
    CONCATENATED = 0x8C


SIMPLE_TEXTS = {Protocol.SIMPLE_TEXT, Protocol.SIMPLE_IMMEDIATE_TEXT}
TEXTS = {Protocol.TEXT, Protocol.IMMEDIATE_TEXT}
WITH_TRANSPORT = 0x80
"""From this identifier on there is a transport layer: reports, references."""


class ReportsAsked(IntFlag):
    """Which reports the sender wants (table 29.17)."""

    NONE = 0
    RECEIVED = 1
    CONSUMED = 2


class Level(IntEnum):
    """Delivery status, the values that are spoken of here (table 29.16)."""

    RECEIVED = 0x00
    RECEIPT_ACKNOWLEDGED = 0x01
    CONSUMED = 0x02
    CONSUMED_ACKNOWLEDGED = 0x03
    FORWARDED = 0x04
    PRESENTED_TO_GROUP = 0x05
    PART_RECEIVED = 0x06
    CONGESTION = 0x20
    STORED = 0x21
    NOT_REACHABLE_STORED = 0x22
    OVERLOAD = 0x40
    EXPIRED_NOT_RECEIVED = 0x48
    EXPIRED_NOT_CONSUMED = 0x49
    FAILED = 0x4A
    NOT_REGISTERED = 0x4B
    QUEUE_FULL = 0x4C
    TOO_LONG = 0x4D
    NO_SDS_TL = 0x4E
    HOST_NOT_CONNECTED = 0x4F
    NOT_SUPPORTED = 0x50
    MEMORY_FULL_DISCARDED = 0x52
    NOT_ACCEPTING = 0x53
    NOT_REACHABLE = 0x5A
    BUSY_BY_NETWORK = 0x5E
    BUSY_BY_RADIO = 0x5F
    MEMORY_FULL = 0x60


class Outcome(IntEnum):
    """What a delivery status says: its three highest bits."""

    SUCCESS = 0
    TEMPORARY = 1
    FAILED = 2
    FLOW = 3
    END_TO_END = 4
    RESERVED = 5


@dataclass(frozen=True, slots=True)
class Transfer:
    """SDS-TRANSFER. `standard_reports`: no short ones, please. `data` follows the headers."""

    protocol: int
    reference: int
    data: bytes
    asked: ReportsAsked = ReportsAsked.NONE
    standard_reports: bool = True
    forwarding: Forwarding | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """SDS-REPORT on the message `reference`; `level` as on the wire, also where unknown."""

    protocol: int
    reference: int
    level: int
    acknowledge: bool = False

    @property
    def outcome(self) -> Outcome:
        return outcome(self.level)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """SDS-ACK of a report."""

    protocol: int
    reference: int
    level: int = Level.RECEIPT_ACKNOWLEDGED


@dataclass(frozen=True, slots=True)
class Simple:
    """A message without transport: nothing is reported back."""

    protocol: int
    data: bytes


TransportPdu = Transfer | Report | Acknowledgement | Simple

TRANSFER, REPORT, ACK = 0, 1, 2


def outcome(level: int) -> Outcome:
    """The class of a delivery status."""
    return Outcome(min(level >> 5, Outcome.RESERVED))


def read_pdu(octets: bytes) -> TransportPdu | Problem:
    """One message of service 12."""
    if not octets:
        return Problem("message", f"is empty; {CLAUSE}")
    if octets[0] < WITH_TRANSPORT:
        return Simple(octets[0], octets[1:])
    if len(octets) < 3:
        return Problem("message", f"is cut in its header; {CLAUSE}")
    kind = octets[1] >> 4
    if kind == TRANSFER:
        return _read_transfer(octets)
    if kind not in {REPORT, ACK}:
        return Problem("message.type", f"is none of transfer, report, acknowledgement; {CLAUSE}")
    if len(octets) < 4:
        return Problem("message", f"is cut in its header; {CLAUSE}")
    protocol, flags, level, reference = octets[:4]
    if kind == ACK:
        return Acknowledgement(protocol, reference, level)
    return Report(protocol, reference, level, acknowledge=bool(flags & 0x08))


def _read_transfer(octets: bytes) -> Transfer | Problem:
    protocol, flags, reference = octets[:3]
    forwarding, start = None, 3
    if flags & 1:
        found = read_forwarding(octets[3:])
        if found is None:
            return Problem("message.forwarding", f"is cut or of an unknown type; {CLAUSE}")
        forwarding, size = found
        start += size
    asked, standard = ReportsAsked(flags >> 2 & 3), bool(flags & 2)
    return Transfer(protocol, reference, octets[start:], asked, standard, forwarding)


def write_pdu(pdu: TransportPdu) -> bytes:
    """As it goes over the air."""
    match pdu:
        case Simple(protocol, data):
            return bytes([protocol]) + data
        case Acknowledgement(protocol, reference, level):
            return bytes([protocol, ACK << 4, level, reference])
        case Report(protocol, reference, level, acknowledge):
            return bytes([protocol, REPORT << 4 | acknowledge << 3, level, reference])
        case Transfer():
            return _write_transfer(pdu)


def _write_transfer(pdu: Transfer) -> bytes:
    flags = pdu.asked << 2 | pdu.standard_reports << 1 | (pdu.forwarding is not None)
    forwarding = write_forwarding(pdu.forwarding) if pdu.forwarding else b""
    return bytes([pdu.protocol, flags, pdu.reference]) + forwarding + pdu.data
