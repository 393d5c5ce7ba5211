"""A control room with crews that stand off, and what they and dispatchers say of it (P3)."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from middleware.domain.rules import Rules, StandOff
from middleware.engine import stand_off as state
from middleware.engine.entry import Entry
from middleware.ports import By, Way
from schemas import incident
from schemas.incident import Resource
from schemas.stand_off import CrewSaidStandOff, PromptAnswered, StandOffSaid, StandOffState
from tests.room import LADDER, Room
from tests.said import START

RADIO = "1234567"
WAYS = {"mdt": Way(), "radio": Way(by=By.RADIO, repeatable=False)}
PROMPTS = StandOff(
    prompts=(timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=30)),
    every=timedelta(minutes=10),
    channels=("mdt", "radio"),
)
RULES = Rules(ladder=LADDER, ways=WAYS, stand_off=PROMPTS)
_numbers = count()


def crew(callsign: str = "A1", radio: str | None = RADIO) -> Resource:
    return Resource(callsign=callsign, radio=radio)


def crew_says(
    said: StandOffState, device: str = "A1", at: datetime = START, **more: Any
) -> CrewSaidStandOff:
    about = {
        "source": "mdt",
        "channel": "mdt",
        "device": device,
        "id": f"{device}/state/{next(_numbers)}",
        "occurred_at": at,
        "by": "P1001",
    }
    return CrewSaidStandOff(state=said, **about | more)


def dispatcher_says(
    known: str, said: StandOffState, at: datetime = START, callsign: str = "A1", **more: Any
) -> StandOffSaid:
    about = {"source": "console", "id": f"so/{next(_numbers)}", "occurred_at": at, "by": "Dee"}
    return StandOffSaid(incident=known, callsign=callsign, state=said, **about | more)


def answered(stand_off: str, prompt: int, by: str = "Dee", at: datetime = START) -> PromptAnswered:
    about = {"source": "console", "id": f"so/{next(_numbers)}", "occurred_at": at}
    return PromptAnswered(stand_off=stand_off, prompt=prompt, by=by, **about)


class Held(Room):
    """One incident without a marker, with the crew A1 on its way."""

    def __init__(self, rules: Rules = RULES, *crews: Resource) -> None:
        super().__init__(rules)
        sent = crews or (crew(),)
        self.happens(self.cad.opened(None, sent, "1", self.now))

    def stands_off(self, callsign: str = "A1", where: str | None = None) -> Entry:
        return self.holds(incident.ResourceStandingOff, callsign, where)

    def at_rvp(self, callsign: str = "A1", where: str | None = None) -> Entry:
        return self.holds(incident.ResourceAtRvp, callsign, where)

    def holds(
        self,
        kind: type[incident.ResourceHolds],
        callsign: str,
        where: str | None,
        number: str = "1",
    ) -> Entry:
        about = self.cad.about(number, callsign, self.now)
        return self.happens(kind(callsign=callsign, where=where, **about))

    def gone_in(self, callsign: str = "A1") -> Entry:
        return self.happens(self.cad.stage(incident.ResourceGoneIn, callsign, "1", self.now))

    def updated(self, **facts: Any) -> Entry:
        about = self.cad.about("1", None, self.now)
        return self.happens(incident.IncidentUpdated(**facts, **about))

    def crew_says(self, said: StandOffState, device: str = "A1", **more: Any) -> Entry:
        return self.happens(crew_says(said, device, self.now, **more))

    def dispatcher_says(self, said: StandOffState, callsign: str = "A1", **more: Any) -> Entry:
        known = self.incident().id
        return self.happens(dispatcher_says(known, said, self.now, callsign, **more))

    def answered(self, prompt: int, by: str = "Dee") -> Entry:
        return self.happens(answered(self.one.id, prompt, by, self.now))

    @property
    def one(self) -> state.StandOff:
        """The one stand-off there is."""
        (found,) = self.state.stand_offs.values()
        return found
