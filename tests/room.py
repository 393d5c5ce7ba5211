"""A control room without walls: the engine alone, asked and told as the flow would.

`room.happens(event)` puts the question, gives the matcher's answer, decides and folds;
`room.wait(...)` lets time pass and fires the timers that come due on the way.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from middleware.domain.rules import CONSOLE, Rules, Rung
from middleware.engine.apply import fold
from middleware.engine.decide import decide, question
from middleware.engine.entry import Entry, Taken
from middleware.engine.state import Incident, Note, State
from middleware.flow.index import live_subjects
from schemas import decision as d
from schemas import incident
from schemas.check import Answer, NotChecked, Outcome
from schemas.decision import Decision
from schemas.delivery import TimerDue
from schemas.event import Event
from schemas.marker import Marker
from schemas.markers_in import IndexFollowed, RecheckDue
from schemas.service import BuildStarted
from tests import said
from tests.matching import TableMatcher
from tests.said import HIGH_STREET, START, resource

D = TypeVar("D", bound=Decision)
LADDER = (
    Rung(channel="mdt", wait=timedelta(seconds=60)),
    Rung(channel=CONSOLE, wait=timedelta(seconds=60)),
)
RULES = Rules(ladder=LADDER)


class Room:
    """The state, the records so far, and those who speak: CAD, marking team, devices."""

    def __init__(self, rules: Rules = RULES, now: datetime = START) -> None:
        self.state = State()
        self.now = now
        self.entries: list[Entry] = []
        self.matcher = TableMatcher()
        self.cad, self.team = said.Cad(), said.Team()
        self.not_checked: NotChecked | None = None
        self.starts(rules)

    # --- how anything happens ----------------------------------------------------------

    def happens(self, event: Event) -> Entry:
        """The event taken in now, decided upon and folded."""
        taken = Taken(self.state.position + 1, self.now, event, self.answer_to(event))
        decisions = decide(self.state, taken)
        entry = Entry(taken.position, self.now, event, taken.answer, decisions)
        fold(self.state, entry)
        self.entries.append(entry)
        return entry

    def answer_to(self, event: Event) -> Answer | None:
        """The matcher's, or that nothing could be checked."""
        place = question(self.state, event)
        if place is None:
            return None
        answer = self.matcher.check(place)
        if self.not_checked is None:
            return answer
        more = {"outcome": Outcome.NOT_CHECKED, "reason": self.not_checked, "matches": ()}
        return answer.model_copy(update=more)

    def wait(self, **duration: float) -> list[Entry]:
        """Time passes; what comes due fires, the earliest first, and rechecks are made."""
        until = self.now + timedelta(**duration)
        fired: list[Entry] = []
        while True:
            due = min(
                ((t.due_at, name, t.revision) for name, t in self.state.timers.items()),
                default=None,
            )
            if due is None or due[0] > until:
                break
            self.now = max(self.now, due[0])
            fired += self._followed(self.happens(timer(due[1], due[2], self.now)))
        self.now = until
        return fired

    def starts(self, rules: Rules = RULES) -> Entry:
        """The service starts, with these rules."""
        return self.happens(
            BuildStarted(
                source="self",
                id="build",
                occurred_at=self.now,
                build="test",
                matcher=self.matcher.version,
                rules=rules.model_dump_json(),
                configuration="{}",
            )
        )

    # --- the CAD -----------------------------------------------------------------------

    def incident_opened(
        self, address: str | None = HIGH_STREET, *callsigns: str, number: str = "1"
    ) -> Entry:
        sent = tuple(resource(callsign) for callsign in callsigns)
        return self.happens(self.cad.opened(address, sent, number, self.now))

    def address_changed(self, address: str | None, number: str = "1") -> Entry:
        return self.happens(self.cad.address_changed(address, number, self.now))

    def closed(self, number: str = "1") -> Entry:
        return self.happens(self.cad.closed(number, self.now))

    def assigned(self, callsign: str, mdt: str | None = None, number: str = "1") -> Entry:
        return self.happens(self.cad.assigned(callsign, mdt, number, self.now))

    def mobile(self, callsign: str, number: str = "1") -> Entry:
        return self._stage(incident.ResourceMobile, callsign, number)

    def at_scene(self, callsign: str, number: str = "1") -> Entry:
        return self._stage(incident.ResourceAtScene, callsign, number)

    def stood_down(self, callsign: str, number: str = "1") -> Entry:
        return self._stage(incident.ResourceStoodDown, callsign, number)

    def cleared(self, callsign: str, number: str = "1") -> Entry:
        return self._stage(incident.ResourceCleared, callsign, number)

    def _stage(self, kind: type[incident.ResourceEvent], callsign: str, number: str) -> Entry:
        return self.happens(self.cad.stage(kind, callsign, number, self.now))

    # --- the marking team and the index ------------------------------------------------

    def marker_put(self, one: Marker) -> list[Entry]:
        """Put, followed by the index, and everything live checked again."""
        return self._followed(self.happens(self.team.put(one, self.now)))

    def marker_ended(self, name: str) -> list[Entry]:
        return self._followed(self.happens(self.team.ended(name, self.now)))

    def batch_activated(self, batch: str, *markers: Marker) -> list[Entry]:
        self.happens(self.team.staged(batch, *markers, at=self.now))
        return self._followed(self.happens(self.team.activated(batch, self.now)))

    def _followed(self, entry: Entry) -> list[Entry]:
        """What the flow does with a record: the index takes it up, rechecks are made."""
        entries = [entry]
        if made(entry, d.BatchActivated, d.MarkerInForce, d.MarkersOver):
            self.index_follows(entry.position)
            followed = self.happens(IndexFollowed(**_self(self.now, "index", entry.position)))
            return entries + self._followed(followed)
        for order in made(entry, d.RechecksOrdered):
            subjects = [order.subject] if order.subject else live_subjects(self.state)
            entries += [self.recheck(subject) for subject in subjects]
        return entries

    def recheck(self, subject: str) -> Entry:
        about = _self(self.now, f"recheck/{subject}", self.state.position)
        return self.happens(RecheckDue(subject=subject, **about))

    def index_follows(self, position: int) -> None:
        self.matcher.__init__()  # type: ignore[misc]
        self.matcher.put_many(kept.read() for kept in self.state.markers.in_force())
        self.matcher.follow(position)

    # --- devices and people ------------------------------------------------------------

    def displayed(self, note: Note, revision: int | None = None, device: str = "") -> Entry:
        device = device or note.device
        return self.happens(said.displayed(device, note.id, revision or note.revision, self.now))

    def acknowledged(
        self, note: Note, revision: int | None = None, device: str = "", by: str = "S1"
    ) -> Entry:
        device = device or note.device
        return self.happens(
            said.acknowledged(device, note.id, revision or note.revision, by, self.now)
        )

    def task_taken(self, note: Note, by: str = "Sam") -> Entry:
        return self.happens(said.taken(f"t-{note.id}", by, self.now))

    # --- looking -----------------------------------------------------------------------

    def incident(self, number: str = "1") -> Incident:
        return next(i for i in self.state.incidents.values() if i.number == number)

    def note(self, callsign: str = "A1", marker: str = "M1", number: str = "1") -> Note:
        """The one note for the crew about the marker at the incident."""
        (found,) = [
            note
            for note in self.state.notes.values()
            if (note.callsign, note.matched.marker) == (callsign, marker)
            and note.incident == self.incident(number).id
        ]
        return found


def made(said_in: Entry | Sequence[Entry], *kinds: type[D]) -> list[D]:
    """The decisions of these kinds in one record or several, in order."""
    entries = [said_in] if isinstance(said_in, Entry) else said_in
    return [one for entry in entries for one in entry.decisions if isinstance(one, kinds)]


def refold(entries: Sequence[Entry]) -> State:
    """The state as a restart would have it."""
    state = State()
    for entry in entries:
        fold(state, entry)
    return state


def timer(name: str, revision: int, now: datetime) -> TimerDue:
    return TimerDue(source="timer", id=name, revision=revision, occurred_at=now, timer=name)


def _self(now: datetime, name: str, revision: int) -> dict[str, Any]:
    return {"source": "self", "id": name, "revision": revision, "occurred_at": now}
