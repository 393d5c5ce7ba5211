"""Stand-offs: begun, asked about for as long as they last, ended (P3). Pure.

A crew that holds while the patient gets worse and nobody looks is what went wrong elsewhere: so the
clock asks control and crew again and again, and a change of the patient's state asks at once.
"""

from collections.abc import Iterator

from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.reach import Crew, address
from middleware.engine.stand_off import StandOff
from middleware.engine.state import Incident, State
from schemas.decision import Decision, Ignored, Ladder, TimerSet, TimerStopped
from schemas.decision import Why as WhyIgnored
from schemas.held import (
    StandOffBegun,
    StandOffConfirmed,
    StandOffEnd,
    StandOffEnded,
    StandOffMoved,
    StandOffPrompted,
    Why,
)
from schemas.incident import Holding, IncidentOpened, IncidentUpdated

STAND_OFF = "stand-off"
"""Begins the name of the timer of a stand-off."""


def standing_off(state: State, known: Incident, callsign: str) -> StandOff | None:
    """The stand-off of the crew at the incident that has not ended."""
    return next((one for one in open_ones(state, known) if one.callsign == callsign), None)


def open_ones(state: State, known: Incident) -> Iterator[StandOff]:
    """Everybody who holds at the incident."""
    found = (state.stand_offs[name] for name in known.stand_offs)
    return (one for one in found if one.ended_at is None)


def hold(
    state: State, taken: Taken, incident: str, callsign: str, holding: Holding, by: str, n: int = 0
) -> list[Decision]:
    """The crew holds: its clock begins, or goes on where it held already. `n` tells those apart
    that one message begins."""
    known = state.incidents.get(incident)
    before = standing_off(state, known, callsign) if known else None
    if before is not None:
        return [StandOffMoved(stand_off=before.id, holding=holding, by=by)]
    name = begun_by("so", taken.event) + (f"-{n}" if n else "")
    begun = StandOffBegun(
        stand_off=name, incident=incident, callsign=callsign, holding=holding, by=by
    )
    return [begun, _next(state, taken, name, 0)]


def confirm(before: StandOff, by: str) -> list[Decision]:
    """The crew says what is known: it still holds."""
    return [StandOffConfirmed(stand_off=before.id, by=by)]


def end(
    state: State, known: Incident, callsign: str | None, how: StandOffEnd, by: str
) -> list[Decision]:
    """The crew (None: everybody) does not hold any more at this incident."""
    return [
        made
        for one in open_ones(state, known)
        if callsign is None or one.callsign == callsign
        for made in (
            StandOffEnded(stand_off=one.id, how=how, by=by),
            TimerStopped(timer=f"{STAND_OFF}:{one.id}"),
        )
    ]


def look_again(
    state: State, known: Incident, event: IncidentOpened | IncidentUpdated
) -> list[Decision]:
    """Priority, nature or condition are others now: whoever holds is asked about at once. The
    clock goes on as it did."""
    if not known.stand_offs or not _is_news(known, event):
        return []
    return [_prompted(state, known, one, Why.PATIENT) for one in open_ones(state, known)]


def _is_news(known: Incident, event: IncidentOpened | IncidentUpdated) -> bool:
    """What comes late tells nothing of now."""
    said = (
        (event.priority, known.priority),
        (event.nature, known.nature),
        (event.condition, known.condition),
    )
    is_late = event.revision < known.facts_revision
    return not is_late and any(new is not None and new != old for new, old in said)


def prompt_due(state: State, taken: Taken, name: str) -> list[Decision]:
    """It has lasted so long: control and crew are asked, and will be again."""
    one = state.stand_offs.get(name)
    known = state.incidents.get(one.incident) if one else None
    if one is None or known is None or one.ended_at is not None:
        return [Ignored(why=WhyIgnored.STALE)]
    return [_prompted(state, known, one, Why.TIME), _next(state, taken, name, one.rounds + 1)]


def _prompted(state: State, known: Incident, one: StandOff, why: Why) -> StandOffPrompted:
    channels = tuple(name for name in state.rules.stand_off.channels if reach(state, one, name))
    return StandOffPrompted(stand_off=one.id, prompt=one.prompt + 1, why=why, channels=channels)


def reach(state: State, one: StandOff, channel: str) -> str | None:
    """Where the channel reaches the crew that holds; None where it does not."""
    known = state.incidents.get(one.incident)
    sent = known.resources.get(one.callsign) if known else None
    if sent is None:
        return None
    return address(state.rules, Crew(one.id, sent.device, sent, Ladder.DEFAULT), channel)


def _next(state: State, taken: Taken, name: str, rounds: int) -> TimerSet:
    """The time after which is asked next, counted from now: no step of a clock, and no time in
    which nothing ran, brings two at once."""
    due_at = taken.received_at + state.rules.stand_off.wait(rounds)
    return TimerSet(timer=f"{STAND_OFF}:{name}", revision=taken.position, due_at=due_at)


STAND_OFF_TIMERS = {STAND_OFF: prompt_due}
