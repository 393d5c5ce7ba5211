"""Requests for police and back-up, for tests; everybody in them is invented."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson

from middleware.domain.rules import CONSOLE, BackUpRules, BackUpStep, Rules
from middleware.engine.back_up import BackUp
from middleware.engine.entry import Entry
from schemas import police
from schemas.police import BACK_UP_CONTRACT, Answer, Threat, Wanted, Weapon
from tests.alarms import Alarmed
from tests.room import LADDER
from tests.said import HIGH_STREET, START

DESK = "police_desk"
STEPS = (
    BackUpStep(of="police control room", channel=DESK, wait=timedelta(minutes=2)),
    BackUpStep(of="police duty inspector", channel=DESK, wait=timedelta(minutes=3)),
    BackUpStep(of="EOC supervisor", channel=CONSOLE, wait=timedelta(minutes=1)),
)
RULES = Rules(ladder=LADDER, back_up=BackUpRules(police=STEPS))
KNIFE = Threat(
    happening="a man with a knife stands between the crew and the door",
    to_whom="crew A101, two staff, and the patient",
    weapon=Weapon.SEEN,
    which_weapon="kitchen knife",
)
WORDS = ("Police requested.", "Happening now: a man with a knife.")
_NUMBERS = count()


def about(at: datetime, source: str = "console") -> dict[str, Any]:
    return {"source": source, "id": f"act/{next(_NUMBERS)}", "occurred_at": at}


def requested(
    incident: str | None = None,
    alarm: str | None = None,
    at: datetime = START,
    wanted: Wanted = Wanted.POLICE,
    by: str = "Dee",
) -> police.BackUpRequested:
    return police.BackUpRequested(
        wanted=wanted, incident=incident, alarm=alarm, threat=KNIFE, words=WORDS, by=by,
        **about(at),
    )  # fmt: skip


def answered(
    request: str, says: Answer, at: datetime = START, source: str = "police", **more: Any
) -> police.BackUpAnswered:
    return police.BackUpAnswered(request=request, says=says, **about(at, source), **more)


def message(request: str = "b7", says: str = "accepted", **more: Any) -> bytes:
    """As a desk says it."""
    said = {
        "contract": BACK_UP_CONTRACT,
        "type": "back_up.answered",
        "id": "answer/1",
        "occurred_at": START.isoformat(),
        "request": request,
        "says": says,
    }
    return orjson.dumps(said | more)


class Asking(Alarmed):
    """A control room that asks for help at an incident with the crew A101."""

    def __init__(self, rules: Rules = RULES) -> None:
        super().__init__(rules)
        self.incident_opened(HIGH_STREET, "A101", number="2101")

    @property
    def about(self) -> str:
        """The id of the incident."""
        return next(iter(self.state.incidents))

    def ask(self, **more: Any) -> Entry:
        about = {"incident": self.about} | more
        return self.happens(requested(at=self.now, **about))

    def hears(self, says: Answer, **more: Any) -> Entry:
        return self.happens(answered(self.asked.id, says, self.now, **more))

    def does(self, kind: type[police.BackUpAct], by: str = "Dee", **more: Any) -> Entry:
        return self.happens(kind(request=self.asked.id, by=by, **about(self.now), **more))

    @property
    def asked(self) -> BackUp:
        """The one request there is."""
        (found,) = self.state.back_ups.values()
        return found
