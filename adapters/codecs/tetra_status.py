"""Pre-coded status of TETRA, 16 bits (EN 300 392-2 clause 14.8.34), and SDS-TL's short report."""

from dataclasses import dataclass
from enum import IntEnum

EMERGENCY = 0x0000
SHORT_REPORTS = range(0x7C00, 0x8000)


class ShortReportType(IntEnum):
    """Bits 9 and 8 of a short report (clause 29.4.2.3)."""

    NOT_SUPPORTED = 0
    MEMORY_FULL = 1
    RECEIVED = 2
    CONSUMED = 3


@dataclass(frozen=True, slots=True)
class ShortReport:
    """The report on a message of ours, in a status; `reference` is the message's."""

    type: ShortReportType
    reference: int


@dataclass(frozen=True, slots=True)
class Status:
    """A status that a person sent; what it means is the site's, but for EMERGENCY."""

    value: int

    @property
    def reserved(self) -> bool:
        """Whether the standard keeps it for later: nobody should send it."""
        return EMERGENCY < self.value < SHORT_REPORTS.start


def read_status(value: int) -> ShortReport | Status:
    """`value` is 0 to 0xFFFF."""
    if value in SHORT_REPORTS:
        return ShortReport(ShortReportType(value >> 8 & 3), value & 0xFF)
    return Status(value)


def write_short_report(report: ShortReport) -> int:
    """The status that says it."""
    return SHORT_REPORTS.start | report.type << 8 | report.reference
