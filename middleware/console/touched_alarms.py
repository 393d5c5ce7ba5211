"""Which rows of alarms a record touches: an alarm shows its incident, its notes and who is near."""

from collections.abc import Iterator

from middleware.engine.entry import Entry
from middleware.engine.state import State
from schemas import alarm as a
from schemas import decision as d
from schemas.alarm import Audience

ALARM_STREAMS = {
    "alarms": Audience.SUPERVISORS,
    "alarms_dispatch": Audience.DISPATCHERS,
    "alarms_all": Audience.EVERYBODY,
}
"""Each role is sent one of them (middleware.ops.access): the ladder says what is in it when."""

_ELSEWHERE = (
    a.PositionKept,
    d.IncidentTaken,
    d.IncidentChanged,
    d.IncidentFinished,
    d.ResourceMoved,
    d.Assessed,
    d.NoteIssued,
    d.NoteWithdrawn,
    d.RungEntered,
    d.Shown,
    d.DutyAnswered,
    d.TaskRaised,
    d.TaskAssumed,
    d.MarkerInForce,
    d.MarkersOver,
    d.BatchActivated,
)
"""What may change what an open alarm shows."""


def touched_alarms(entry: Entry, state: State) -> Iterator[tuple[str, str]]:
    """(stream, alarm) of every row to make anew."""
    named = dict.fromkeys(_named(entry))
    if state.open_alarms and any(isinstance(made, _ELSEWHERE) for made in entry.decisions):
        named |= dict.fromkeys(state.open_alarms.values())
    for alarm in named:
        for stream in ALARM_STREAMS:
            yield stream, alarm


def is_urgent(entry: Entry) -> bool:
    """Whether a screen must hear of it before anything else."""
    return any(True for _ in _named(entry))


def _named(entry: Entry) -> Iterator[str]:
    for made in entry.decisions:
        alarm = getattr(made, "alarm", None)
        if isinstance(alarm, str):
            yield alarm
