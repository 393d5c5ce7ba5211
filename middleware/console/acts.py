"""What people do at the console, as events: each is answered only when the journal has it."""

import secrets
from dataclasses import dataclass

from middleware.console.guard import Caller
from middleware.ports import Clock, Intake, Problem, Submitted
from schemas.delivery import NoteOpened, TaskTaken
from schemas.marker import Marker
from schemas.markers_in import (
    MarkerEnded,
    MarkerPut,
    MarkersActivated,
    MarkersDiscarded,
    MarkersHandedOn,
    MarkersStaged,
)

SOURCE = "console"


@dataclass(frozen=True, slots=True)
class Acts:
    """Every call returns when what was done is durable."""

    intake: Intake
    clock: Clock

    async def open_note(self, caller: Caller, subject: str) -> Submitted:
        """Who looked at which note is on record before it is shown (E1)."""
        return await self.intake.submit(
            NoteOpened(
                source=SOURCE, id=_new(), occurred_at=self.clock.now(),
                subject=subject, by=caller.name, role=caller.role,
            )
        )  # fmt: skip

    async def take_task(self, caller: Caller, task: str) -> Submitted:
        """A named person has it in hand (N5)."""
        return await self.intake.submit(
            TaskTaken(
                source=SOURCE, id=_new(), occurred_at=self.clock.now(), task=task, by=caller.name
            )
        )

    async def decide_batch(self, caller: Caller, batch: str, *, activate: bool) -> Submitted:
        """Make a staged import active, or throw it away (M5)."""
        decided = MarkersActivated if activate else MarkersDiscarded
        return await self.intake.submit(
            decided(
                source=SOURCE, id=_new(), occurred_at=self.clock.now(),
                batch=batch, decided_by=caller.name,
            )
        )  # fmt: skip

    async def stage(
        self, batch: str, chunk: int, supplied: tuple[Marker, ...], raw: bytes
    ) -> Submitted:
        """A chunk of an import; the same chunk again changes nothing."""
        event = MarkersStaged(
            source=SOURCE, id=f"{batch}/{chunk}", occurred_at=self.clock.now(),
            batch=batch, supplied=supplied,
        )  # fmt: skip
        return await self.intake.submit(event, raw)

    async def put_marker(self, caller: Caller, marker: Marker) -> Submitted:
        """One marker added or changed by decision."""
        return await self.intake.submit(
            MarkerPut(
                source=SOURCE, id=_new(), occurred_at=self.clock.now(),
                marker=marker, decided_by=caller.name,
            )
        )  # fmt: skip

    async def end_marker(self, caller: Caller, marker: str, reason: str) -> Submitted:
        """One marker ended by decision; it never matches again."""
        return await self.intake.submit(
            MarkerEnded(
                source=SOURCE, id=_new(), occurred_at=self.clock.now(),
                marker=marker, decided_by=caller.name, reason=reason,
            )
        )  # fmt: skip

    async def hand_on_markers(
        self, caller: Caller, to: str, basis: str, named: tuple[str, ...], count: int
    ) -> Submitted:
        """Who handed which markers on to whom is on record before they leave (M5, E1)."""
        return await self.intake.submit(
            MarkersHandedOn(
                source=SOURCE, id=_new(), occurred_at=self.clock.now(),
                to=to, basis=basis, markers=named, count=count, by=caller.name,
            )
        )  # fmt: skip

    async def refuse(self, problem: Problem, raw: bytes) -> Submitted:
        """What cannot be taken goes to quarantine."""
        return await self.intake.refuse(SOURCE, problem, raw)


def _new() -> str:
    """Each act is one of its own: done twice, it is two records."""
    return secrets.token_hex(8)
