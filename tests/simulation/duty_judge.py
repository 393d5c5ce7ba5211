"""What must be so of every duty to tell, from record to record: no duty ends untold; what came due
while nothing ran is told at once after the start, the most dangerous first (N5, O4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from middleware.engine.apply import fold
from middleware.engine.entry import Entry
from middleware.engine.state import Phase, State
from middleware.flow.danger import rank
from middleware.flow.timers import RUNG
from schemas import decision as d
from schemas.delivery import CrewAcknowledged, NoteAcknowledged, TaskTaken, TimerDue
from schemas.mistake import CrewReportedMistake
from schemas.service import BuildStarted

if TYPE_CHECKING:
    from tests.simulation.world import World

AT_ONCE = timedelta(seconds=10)
"""With what the journal's limit and slow checks of others take in bad weather."""
BY_A_PERSON = (NoteAcknowledged, CrewAcknowledged, CrewReportedMistake)


def wrong_with_duties(world: World, entries: Sequence[Entry]) -> Iterator[str]:
    """One line for everything that is not as it must be."""
    true_time = not world.plan.clock_steps and not world.plan.starts_off
    look = _Look(times=true_time)
    for entry in entries:
        yield from look.at(entry)


@dataclass
class _Look:
    """The state before each record, and what was overdue at the last start, with its rank."""

    times: bool
    state: State = field(default_factory=State)
    started: Entry | None = None
    overdue: dict[tuple[str, int], int] = field(default_factory=dict)
    reached: int = 0

    def at(self, entry: Entry) -> Iterator[str]:
        event = entry.event
        if isinstance(event, TimerDue) and event.timer.startswith(RUNG):
            yield from self._order(event)
            yield from self._late(entry, event)
        for made in entry.decisions:
            yield from self._end(entry, made)
        fold(self.state, entry)
        if isinstance(event, BuildStarted):
            self._start(entry)

    def _start(self, entry: Entry) -> None:
        self.started, self.reached = entry, 0
        self.overdue = {
            (name, timer.revision): rank(self.state, name.removeprefix(RUNG))
            for name, timer in self.state.timers.items()
            if name.startswith(RUNG) and timer.due_at <= entry.received_at
        }

    def _order(self, event: TimerDue) -> Iterator[str]:
        of = self.overdue.pop((event.timer, event.revision), None)
        if of is not None and of < self.reached:
            yield f"{event.timer} was overdue at the start and came behind what is less dangerous"
        self.reached = max(self.reached, of or 0)

    def _late(self, entry: Entry, event: TimerDue) -> Iterator[str]:
        timer = self.state.timers.get(event.timer)
        if not self.times or timer is None or self.started is None:
            return
        waited: timedelta = entry.received_at - max(timer.due_at, self.started.received_at)
        if timer.revision == event.revision and waited > AT_ONCE:
            yield f"the step {event.timer} came {waited} late"

    def _end(self, entry: Entry, made: d.Decision) -> Iterator[str]:
        """Only a person's answer, a person's hands, or that it is no longer true."""
        match made:
            case d.DutyAnswered() if not isinstance(entry.event, BY_A_PERSON):
                yield f"{made.note} was answered by {type(entry.event).__name__}"
            case d.TaskAssumed() if not isinstance(entry.event, TaskTaken):
                yield f"{made.task} was taken by nobody"
            case d.NoteWithdrawn(reason=d.Ended.EXPIRED):
                if self.state.notes[made.note].phase is Phase.OPEN:
                    yield f"{made.note} ran out, and nobody had been told"
