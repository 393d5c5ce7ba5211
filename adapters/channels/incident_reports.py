"""Drafts into the trust's incident reporting system (R1): HTTP out, with retry, idempotency key and
receipt; docs/reports.md.

Sending twice is harmless by id and revision. No crew is told by it.
"""

from pydantic import Field

from adapters.codecs import reports
from adapters.wires.posting import Dialect, PostingChannel, PostingSettings
from middleware.ports import AdapterSpec, By, Kind, Way
from schemas.report import IncidentReport

NAME = "incident_reports"


class IncidentReportsSettings(PostingSettings):
    """Section `[channel.incident_reports]`."""

    url: str = Field(
        "http://127.0.0.1:8120/reports/v1/drafts",
        description="where the incident reporting system takes drafts; https beyond this machine",
    )


class IncidentReports(PostingChannel):
    """The channel `incident_reports`."""

    name = NAME
    dialect = Dialect(
        IncidentReport,
        reports.write,
        reports.key,
        reports.is_receipt,
        sent_as="report",
        reference=reports.reference,
    )


SPEC = AdapterSpec(Kind.CHANNEL, NAME, IncidentReportsSettings, IncidentReports, Way(by=By.REPORTS))
