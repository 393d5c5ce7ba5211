"""The duty to tell broken on purpose, in every way that the simulation must be able to see (N5)."""

import heapq
from typing import Any

from middleware.engine import decide, ladder, on_delivery
from middleware.engine.decide import HANDLERS
from middleware.engine.state import Phase
from middleware.flow.timers import RUNG, Timers
from schemas.decision import DutyAnswered, Shown, TaskAssumed, TimerStopped
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed

Patch = tuple[object, str, Any]

_ENTER, _RESTORE = ladder._enter, Timers.restore


def _displayed(state: Any, taken: Any, event: NoteDisplayed) -> list[Any]:
    """On the screen is told."""
    decisions = on_delivery.on_displayed(state, taken, event)
    shown = any(isinstance(made, Shown) for made in decisions)
    return [*decisions, *(_answer(state, event) if shown else ())]


def _received(state: Any, taken: Any, event: DeliveryReported) -> list[Any]:
    """Received by the radio is told."""
    decisions = on_delivery.on_reported(state, taken, event)
    return [*decisions, *(_answer(state, event) if event.state is Delivery.RECEIVED else ())]


def _answer(state: Any, event: Any) -> list[Any]:
    note = state.notes.get(event.note)
    if note is None or note.phase is not Phase.OPEN:
        return []
    answered = DutyAnswered(note=note.id, channel=event.channel, by="device")
    return [answered, TimerStopped(timer=f"rung:{note.id}")]


def _given_up(note: str, rung: int, step: Any, times: int) -> list[Any]:
    """A task that nobody takes is over after a while."""
    decisions = _ENTER(note, rung, step, times)
    return [*decisions, TaskAssumed(task=f"t-{note}", by="system")] if times > 1 else decisions


def _later(self: Timers, state: Any) -> None:
    """What came due while nothing ran is told after a while."""
    _RESTORE(self, state)
    if self._mine(RUNG):
        self._heap = [(due + 20, name, revision) for due, name, revision in self._heap]


def _backwards(self: Timers, state: Any) -> None:
    """What came due while nothing ran is told in the wrong order."""
    _RESTORE(self, state)
    now = self._clock.monotonic()
    overdue = sorted(one for one in self._heap if one[0] <= now)
    turned = [(a[0], *b[1:]) for a, b in zip(overdue, reversed(overdue), strict=True)]
    self._heap = [one for one in self._heap if one[0] > now] + turned
    heapq.heapify(self._heap)


DUTY_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "displayed is taken for told": ((decide, "HANDLERS", {**HANDLERS, NoteDisplayed: _displayed}),),
    "received is taken for told": (
        (decide, "HANDLERS", {**HANDLERS, DeliveryReported: _received}),
    ),
    "a task ends by itself": ((ladder, "_enter", _given_up),),
    "overdue duties wait after a restart": ((Timers, "restore", _later),),
    "the most dangerous last": ((Timers, "restore", _backwards),),
}
