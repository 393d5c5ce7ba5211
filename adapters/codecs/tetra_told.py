"""What a control room says to a radio in SDS-TL (N4, N7, N8): immediate texts with reports asked
for, in parts where they may be; and what the reports on them mean."""

from datetime import timedelta

from adapters.codecs.tetra_forward import VALIDITIES, Forwarding, validity_within
from adapters.codecs.tetra_parts import Part, Words, write_words
from adapters.codecs.tetra_sds_tl import (
    Acknowledgement,
    Level,
    Outcome,
    Protocol,
    Report,
    ReportsAsked,
    Transfer,
    write_pdu,
)
from adapters.codecs.tetra_status import ShortReport, ShortReportType
from adapters.codecs.tetra_text import LATIN_1, to_latin_1
from schemas.delivery import Delivery

BOTH = ReportsAsked.RECEIVED | ReportsAsked.CONSUMED
CUT = "..."

_FAILURES: dict[int, Delivery] = {
    **dict.fromkeys((Level.EXPIRED_NOT_RECEIVED, Level.EXPIRED_NOT_CONSUMED), Delivery.EXPIRED),
    **dict.fromkeys((Level.BUSY_BY_NETWORK, Level.BUSY_BY_RADIO), Delivery.BUSY),
    **dict.fromkeys(
        (
            Level.NOT_REGISTERED, Level.QUEUE_FULL, Level.TOO_LONG, Level.NO_SDS_TL,
            Level.HOST_NOT_CONNECTED, Level.NOT_SUPPORTED, Level.MEMORY_FULL_DISCARDED,
            Level.NOT_ACCEPTING, Level.NOT_REACHABLE,
        ),
        Delivery.REFUSED,
    ),
}  # fmt: skip
_SUCCESSES: dict[int, Delivery] = {
    Level.RECEIVED: Delivery.RECEIVED,
    Level.PART_RECEIVED: Delivery.RECEIVED,
    Level.PRESENTED_TO_GROUP: Delivery.RECEIVED,
    Level.FORWARDED: Delivery.SENT,
}
_SHORT = {
    ShortReportType.NOT_SUPPORTED: Delivery.REFUSED,
    ShortReportType.MEMORY_FULL: Delivery.REFUSED,
    ShortReportType.RECEIVED: Delivery.RECEIVED,
}


def is_displayed(report: Report | ShortReport) -> bool:
    """Whether it says *consumed*: a person had it before them. No other report says so."""
    if isinstance(report, ShortReport):
        return report.type is ShortReportType.CONSUMED
    return report.level == Level.CONSUMED


def state_of(report: Report | ShortReport) -> Delivery | None:
    """What became of the message; None for flow control and what nobody knows."""
    if isinstance(report, ShortReport):
        return _SHORT.get(report.type)
    if report.outcome is Outcome.FAILED:
        return _FAILURES.get(report.level, Delivery.FAILED)
    if report.outcome is Outcome.TEMPORARY:
        return Delivery.STORED
    return _SUCCESSES.get(report.level)


def code_of(report: Report | ShortReport) -> str:
    """The code as it stands on the wire."""
    if isinstance(report, ShortReport):
        return f"short {report.type}"
    return f"0x{report.level:02X}"


def answer_to(report: Report) -> bytes:
    """The acknowledgement that it asks for."""
    consumed = report.level == Level.CONSUMED
    level = Level.CONSUMED_ACKNOWLEDGED if consumed else Level.RECEIPT_ACKNOWLEDGED
    return write_pdu(Acknowledgement(report.protocol, report.reference, level))


def report_on(transfer: Transfer, *, understood: bool) -> bytes | None:
    """The report that a message of a crew asks for: consumed where it was understood."""
    if understood and ReportsAsked.CONSUMED in transfer.asked:
        level = Level.CONSUMED
    elif ReportsAsked.RECEIVED in transfer.asked:
        level = Level.RECEIVED
    else:
        return None
    return write_pdu(Report(transfer.protocol, transfer.reference, level))


def split(text: str, longest: int, parts: int) -> list[str]:
    """The text in Latin-1, in at most `parts` of at most `longest` letters, between words where
    there are any; what is too long loses its end, and says so: what matters stands first."""
    pieces, rest = list[str](), to_latin_1(text).strip()
    while len(rest) > longest and len(pieces) < parts - 1:
        at = _border(rest, longest)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    if len(rest) > longest:
        rest = rest[: _border(rest, longest - len(CUT))].rstrip() + CUT
    return [*pieces, rest]


def _border(text: str, longest: int) -> int:
    """Where the last word ends that fits; a word that is longer itself is cut."""
    at = text.rfind(" ", 1, longest + 1)
    return at if at > 0 else longest


def write_texts(
    pieces: list[str],
    references: tuple[int, ...],
    *,
    asked: ReportsAsked,
    valid_for: timedelta | None,
) -> list[bytes]:
    """One message a piece, shown at once when it is the only one. The network keeps it no longer
    than `valid_for`; None asks it nothing."""
    forwarding = None
    if valid_for is not None:
        forwarding = Forwarding(VALIDITIES[validity_within(valid_for)])
    messages = []
    for number, (piece, reference) in enumerate(zip(pieces, references, strict=True), 1):
        part = Part(references[0], len(pieces), number) if len(pieces) > 1 else None
        protocol = Protocol.TEXT_WITH_HEADER if part else Protocol.IMMEDIATE_TEXT
        data = write_words(Words(piece, LATIN_1, part=part))
        pdu = Transfer(protocol, reference, data, asked, forwarding=forwarding)
        messages.append(write_pdu(pdu))
    return messages
