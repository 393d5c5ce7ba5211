"""What a screen can be sent, stream by stream; the rules in ops.access say who is sent which."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from middleware.console.abuse import abuse_ids, abuse_row
from middleware.console.alarm_rows import row_for
from middleware.console.back_up_rows import back_up_ids, back_up_row
from middleware.console.figures import FIGURES, figures_row
from middleware.console.frequent import frequent_ids, frequent_row
from middleware.console.mistakes import mistake_ids, mistake_row
from middleware.console.now import NOW, WAITING, unmeasured, waiting_row
from middleware.console.proposals import ids_of, row_of
from middleware.console.reports import (
    application_ids,
    application_row,
    assault_ids,
    assault_row,
    report_ids,
    report_row,
)
from middleware.console.rows import (
    QUARANTINE,
    Row,
    batch_row,
    call_row,
    flagged_row,
    incident_row,
    quarantine_row,
    source_row,
    task_row,
)
from middleware.console.stand_off_rows import stand_off_row
from middleware.console.told import has_open_task
from middleware.console.touched_alarms import ALARM_STREAMS
from middleware.engine.state import State
from middleware.ops.access import Role, may
from schemas.check import Outcome
from schemas.proposal import Proposed

LIST_LIMIT = 1_000
"""Rows of one stream in a snapshot; live and flagged come before finished, new before old."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`ids` names what a snapshot holds, most important first; `row` makes one."""

    name: str
    ids: Callable[[State], Iterable[str]]
    row: Callable[[State, str, date], Row | None]


def _incidents(state: State) -> Iterable[str]:
    live = [i for i in state.incidents.values() if i.finished_at is None]
    flagged = [i.id for i in live if i.checked and i.checked.outcome is not Outcome.NONE_FOUND]
    done = [i.id for i in state.incidents.values() if i.finished_at is not None]
    ranked = dict.fromkeys([*reversed(flagged), *reversed([i.id for i in live]), *reversed(done)])
    return islice(ranked, LIST_LIMIT)


def _calls(state: State) -> Iterable[str]:
    live = [c.id for c in state.calls.values() if c.finished_at is None]
    done = [c.id for c in state.calls.values() if c.finished_at is not None]
    return islice([*reversed(live), *reversed(done)], LIST_LIMIT)


def _tasks(state: State) -> Iterable[str]:
    """All of them, whatever the limit: each is a crew that has not been told."""
    return [f"t-{note.id}" for note in state.notes.values() if has_open_task(note)]


def _stand_offs(state: State) -> Iterable[str]:
    """Everybody who holds, whatever the limit."""
    return [one.id for one in state.stand_offs.values() if one.ended_at is None]


def _alarms(state: State) -> Iterable[str]:
    """All that nobody has ended, whatever the limit."""
    return list(state.open_alarms.values())


STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        *(Stream(name, _alarms, row_for(to)) for name, to in ALARM_STREAMS.items()),
        Stream("back_ups", back_up_ids, back_up_row),
        Stream("tasks", _tasks, task_row),
        Stream("stand_offs", _stand_offs, stand_off_row),
        Stream("incidents", _incidents, incident_row),
        Stream("flagged", _incidents, flagged_row),
        Stream("calls", _calls, call_row),
        Stream("batches", lambda state: list(state.markers.staged), batch_row),
        Stream("mistakes", mistake_ids, mistake_row),
        Stream("assaults", assault_ids, assault_row),
        Stream("reports", report_ids, report_row),
        Stream("abuse", abuse_ids, abuse_row),
        Stream("applications", application_ids, application_row),
        Stream("proposals", ids_of(Proposed.MARKER), row_of(Proposed.MARKER)),
        Stream("letters", ids_of(Proposed.LETTER), row_of(Proposed.LETTER)),
        Stream("frequent", frequent_ids, frequent_row),
        Stream(QUARANTINE, lambda _: (QUARANTINE,), quarantine_row),
        Stream("sources", lambda state: list(state.sources), source_row),
        Stream(FIGURES, lambda _: (FIGURES,), figures_row),
        Stream(WAITING, lambda _: (WAITING,), waiting_row),
        Stream(NOW, lambda _: (NOW,), unmeasured),
    )
}

View = tuple[str, ...]
"""The names of the streams a screen is sent, in the order of STREAMS."""


def view_of(role: Role) -> View:
    """What this role is sent; roles that are sent the same share every frame."""
    return tuple(name for name in STREAMS if may(role, f"stream {name}"))


def actions() -> list[str]:
    """The names under which the streams have their rules."""
    return [f"stream {name}" for name in STREAMS]
