"""What follows when a crew or a dispatcher says that somebody holds (P3); the CAD's own messages
are in on_resource."""

from collections.abc import Iterator

from middleware.engine.entry import Taken
from middleware.engine.reach import crews_at
from middleware.engine.stand_offs import confirm, end, hold, standing_off
from middleware.engine.state import ACTIVE, Incident, State
from schemas.decision import Decision, Ignored, Why
from schemas.held import StandOffAnswered, StandOffEnd
from schemas.incident import Holding
from schemas.stand_off import CrewSaidStandOff, PromptAnswered, StandOffSaid, StandOffState

_ENDS = {
    StandOffState.GONE_IN: StandOffEnd.GONE_IN,
    StandOffState.OVER: StandOffEnd.OVER,
}
_HOLDS = {
    StandOffState.STANDING_OFF: Holding.STANDING_OFF,
    StandOffState.AT_RVP: Holding.AT_RVP,
}


def on_crew_said(state: State, taken: Taken, event: CrewSaidStandOff) -> list[Decision]:
    """Of every incident that the crew is on, unless it says which: one prompt too many is better
    than a crew of which nobody knows that it holds."""
    decisions: list[Decision] = []
    for n, (known, callsign) in enumerate(_on(state, event)):
        before = standing_off(state, known, callsign)
        if before is not None and _HOLDS.get(event.state) is before.holding:
            decisions += confirm(before, event.by)
        else:
            decisions += _said(state, taken, known, callsign, event, n)
    return decisions or [Ignored(why=Why.UNKNOWN)]


def _on(state: State, event: CrewSaidStandOff) -> Iterator[tuple[Incident, str]]:
    for known in state.incidents.values():
        if known.finished_at is None and event.number in (None, known.number):
            for callsign in sorted(crews_at(state, known, event.channel, event.device)):
                yield known, callsign


def on_said(state: State, taken: Taken, event: StandOffSaid) -> list[Decision]:
    """A dispatcher says it of a crew that is on the incident."""
    known = state.incidents.get(event.incident)
    sent = known.resources.get(event.callsign) if known else None
    if known is None or sent is None or sent.stage not in ACTIVE or known.finished_at is not None:
        return [Ignored(why=Why.UNKNOWN)]
    before = standing_off(state, known, event.callsign)
    same = before is not None and _HOLDS.get(event.state) is before.holding
    if before is not None and same and event.where in (None, before.where):
        return [Ignored(why=Why.ALREADY)]
    return _said(state, taken, known, event.callsign, event, 0) or [Ignored(why=Why.ALREADY)]


def _said(
    state: State,
    taken: Taken,
    known: Incident,
    callsign: str,
    event: CrewSaidStandOff | StandOffSaid,
    n: int,
) -> list[Decision]:
    holding = _HOLDS.get(event.state)
    if holding is None:
        return end(state, known, callsign, _ENDS[event.state], event.by)
    return hold(state, taken, known.id, callsign, holding, event.by, n)


def on_answered(state: State, taken: Taken, event: PromptAnswered) -> list[Decision]:
    """Of the prompt that the person saw: one that came meanwhile stays."""
    one = state.stand_offs.get(event.stand_off)
    if one is None:
        return [Ignored(why=Why.UNKNOWN)]
    if one.waits_since is None or event.prompt != one.prompt:
        return [Ignored(why=Why.STALE if event.prompt < one.prompt else Why.ALREADY)]
    return [StandOffAnswered(stand_off=one.id, prompt=event.prompt, by=event.by)]
