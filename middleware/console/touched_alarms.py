"""Which rows of alarms a record touches: an alarm shows its incident, its notes and who is near."""

from collections.abc import Iterator

from middleware.engine.alarms import shown_incident
from middleware.engine.entry import Entry
from middleware.engine.state import State
from schemas.alarm import Audience
from schemas.decision import Decision

ALARM_STREAMS = {
    "alarms": Audience.SUPERVISORS,
    "alarms_dispatch": Audience.DISPATCHERS,
    "alarms_all": Audience.EVERYBODY,
}
"""Each role is sent one of them (middleware.ops.access): the ladder says what is in it when."""


def touched_alarms(entry: Entry, state: State) -> Iterator[tuple[str, str]]:
    """(stream, alarm) of every row to make anew: of the alarms that the record names, and of those
    whose incident, crew or radio it speaks of. What is near, the beat looks at."""
    named = dict.fromkeys(_named(entry))
    if state.open_alarms:
        named |= dict.fromkeys(_spoken_of(entry, state))
    for alarm in named:
        for stream in ALARM_STREAMS:
            yield stream, alarm


def _spoken_of(entry: Entry, state: State) -> Iterator[str]:
    about = {one for made in entry.decisions for one in _about(made, state)}
    for name in state.open_alarms.values():
        alarm = state.alarms[name]
        incident = shown_incident(state, alarm)
        if about & {alarm.radio, alarm.callsign, incident.id if incident else None} - {None}:
            yield name


def _about(made: Decision, state: State) -> Iterator[str]:
    """Whatever incident, crew or radio a decision speaks of."""
    said = vars(made)  # what is not a field would cost much more to ask the decision for
    for field in ("incident", "subject", "callsign", "radio"):
        value = said.get(field)
        if isinstance(value, str):
            yield value
    note = state.notes.get(said.get("note") or (said.get("task") or "").removeprefix("t-"))
    if note is not None:
        yield note.incident


def is_urgent(entry: Entry) -> bool:
    """Whether a screen must hear of it before anything else."""
    return any(True for _ in _named(entry))


def _named(entry: Entry) -> Iterator[str]:
    for made in entry.decisions:
        alarm = vars(made).get("alarm")
        if alarm is not None:
            yield alarm
