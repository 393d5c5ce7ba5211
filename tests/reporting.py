"""What people say about violence, and a control room in which drafts come of it (R1-R3)."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from middleware.domain.rules import Rules
from middleware.engine.entry import Entry
from middleware.engine.reports import Report
from middleware.ports import By, Way
from schemas import call, delivery
from schemas import report as r
from schemas.delivery import Delivery
from schemas.marker import Category
from schemas.report import Facts
from tests.alarms import MAN_DOWN, Alarmed
from tests.room import LADDER
from tests.said import HIGH_STREET, START

DATIX, SECURITY = "incident_reports", "security_notice"
WAYS = {"mdt": Way(), DATIX: Way(by=By.REPORTS), SECURITY: Way(by=By.SECURITY)}
RULES = Rules(ladder=LADDER, man_down=MAN_DOWN, ways=WAYS, remind_security=timedelta(minutes=15))
HIT = Facts(
    category=Category.PHYSICAL_ASSAULT,
    medical=False,
    what="struck with a bottle at the door",
    victims=("S-1001",),
    others=("S-1002",),
    offender="a man in a red coat",
    injury="cut on the hand",
    police="CRN 00/1234/26",
)
"""An assault of which everything is said."""
_numbers = count()


def _about(at: datetime) -> dict[str, Any]:
    return {"source": "console", "id": f"r/{next(_numbers)}", "occurred_at": at}


def reported(
    facts: Facts = HIT, subject: str | None = None, at: datetime = START, **more: Any
) -> r.ViolenceReported:
    fields = {"by": "Dee", "role": "dispatcher", "callsign": "A1"} | more
    return r.ViolenceReported(facts=facts, subject=subject, **_about(at), **fields)


def crew_reports(facts: Facts, device: str, number: str | None = None) -> r.CrewReportedViolence:
    """On its own device."""
    return r.CrewReportedViolence(
        source="mdt", id=f"{device}/violence/{next(_numbers)}", occurred_at=START, channel="mdt",
        device=device, facts=facts, by="P1001", number=number,
    )  # fmt: skip


def amended(report: str, at: datetime = START, **facts: Any) -> r.ReportAmended:
    return r.ReportAmended(report=report, by="Sec", facts=Facts(**facts), **_about(at))


def dropped(report: str, at: datetime = START) -> r.ReportDropped:
    return r.ReportDropped(report=report, by="Sec", reason="a fall, no violence", **_about(at))


def assault_taken(report: str, by: str = "Sec", at: datetime = START) -> r.AssaultTaken:
    return r.AssaultTaken(report=report, by=by, **_about(at))


def settled(report: str, at: datetime = START) -> r.ApplicationSettled:
    return r.ApplicationSettled(
        report=report, by="Mar", applied=True, reason="applied for", **_about(at)
    )


def terminated(name: str = "1", at: datetime = START, **more: Any) -> call.CallTerminatedForAbuse:
    """As the exchange says it."""
    return call.CallTerminatedForAbuse(
        source="telephony", id=f"{name}/terminated/{next(_numbers)}", occurred_at=at, call=name,
        **more,
    )  # fmt: skip


def received(name: str, revision: int, channel: str = DATIX) -> delivery.NoteDisplayed:
    return delivery.NoteDisplayed(
        source=channel, id=f"{name}/{revision}", occurred_at=START, device=name, channel=channel,
        note=name, note_revision=revision,
    )  # fmt: skip


def answered(
    name: str, revision: int, state: Delivery, code: str, channel: str = DATIX
) -> delivery.DeliveryReported:
    return delivery.DeliveryReported(
        source=channel, id=f"{name}/{revision}/{state}", occurred_at=START, device=name,
        channel=channel, note=name, note_revision=revision, state=state, code=code,
    )  # fmt: skip


class Reporting(Alarmed):
    """A control room whose trust has a reporting system and a security team."""

    def __init__(self, rules: Rules = RULES) -> None:
        super().__init__(rules)

    def assault(self, facts: Facts = HIT, *, at_incident: bool = True) -> Entry:
        """A crew was assaulted at the one incident."""
        if at_incident and not self.state.incidents:
            self.incident_opened(HIGH_STREET, "A1")
        subject = self.incident().id if at_incident else None
        return self.happens(reported(facts, subject, self.now))

    @property
    def report(self) -> Report:
        """The one draft there is."""
        (found,) = self.state.reports.drafts.values()
        return found
