"""The index follows the markers: small changes at once, imports in slices, then re-checks (C3)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import structlog

from middleware.engine.entry import Entry
from middleware.engine.markers import KeptMarker, Markers
from middleware.engine.state import State
from middleware.flow.checker import Matcher
from middleware.ports import Clock
from schemas import decision as d
from schemas.check import NotChecked
from schemas.event import Event
from schemas.marker import Marker
from schemas.markers_in import IndexFollowed, RecheckDue

SELF = "self"
SLICE = 5
"""Markers taken up before anything live gets its turn: a quarter of a millisecond."""
RETRY = timedelta(seconds=10)
"""After so long a marker that could not be taken up is tried again."""

log = structlog.get_logger()


class Index(Matcher, Protocol):
    """A matcher that can be told of changes."""

    def put(self, marker: Marker) -> None: ...
    def put_many(self, markers: Iterable[Marker]) -> None: ...
    def remove(self, marker_id: str) -> None: ...
    def follow(self, position: int) -> None: ...


@dataclass(slots=True)
class Change:
    """What the index has to take up from one record."""

    position: int
    put: Sequence[KeptMarker]
    gone: tuple[str, ...]


class IndexFollower:
    """Takes up committed changes in order; says when it has, so that all live is re-checked.

    While a marker cannot be taken up the index stays behind, so that what is not found counts as
    not checked (C4); it goes on when the marker is put anew or ended.
    """

    def __init__(
        self,
        index: Index,
        clock: Clock,
        post: Callable[[Event], Awaitable[None]],
        let_pass: Callable[[], Awaitable[None]],
    ) -> None:
        self._index, self._clock, self._post, self._let_pass = index, clock, post, let_pass
        self._changes: deque[Change] = deque()
        self._rechecks: dict[str, int] = {}
        self._changed, self._ordered = asyncio.Event(), asyncio.Event()
        self._markers = Markers()
        self._acts: dict[type[d.Decision], Callable[[int, Any, State], None]] = {
            d.BatchActivated: self._on_activated,
            d.MarkerInForce: self._on_in_force,
            d.MarkersOver: self._on_over,
            d.RechecksOrdered: self._on_ordered,
        }

    def load(self, state: State) -> None:
        """At the start, before anything is checked."""
        self._markers = state.markers
        try:
            catch_up(self._index, state.markers)
        except Exception as fault:
            log.exception("index_not_loaded", error=type(fault).__name__)
            everything = tuple(state.markers.in_force())
            self._add(Change(state.markers.position, everything, ()))
        subjects = [s for s in live_subjects(state) if _needs_check(state, s)]
        self._order(subjects, state.position)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            for made in entry.decisions:
                act = self._acts.get(type(made))
                if act is not None:
                    act(entry.position, made, state)

    def _on_activated(self, position: int, made: d.BatchActivated, state: State) -> None:
        self._add(Change(position, state.markers.brought_by(position), ()))

    def _on_in_force(self, position: int, made: d.MarkerInForce, state: State) -> None:
        kept = state.markers.get(made.marker)
        self._add(Change(position, (kept,) if kept else (), ()))

    def _on_over(self, position: int, made: d.MarkersOver, state: State) -> None:
        self._add(Change(position, (), made.markers))

    def _on_ordered(self, position: int, made: d.RechecksOrdered, state: State) -> None:
        subjects = [made.subject] if made.subject else live_subjects(state)
        self._order(subjects, position)

    def _add(self, change: Change) -> None:
        self._changes.append(change)
        self._changed.set()

    def _order(self, subjects: Iterable[str], cause: int) -> None:
        self._rechecks.update(dict.fromkeys(subjects, cause))
        if self._rechecks:
            self._ordered.set()

    async def run(self) -> None:
        """Follow until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._check_again())

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._changes:
                await self._take_up(self._changes.popleft())

    async def _check_again(self) -> None:
        while True:
            await self._ordered.wait()
            self._ordered.clear()
            while self._rechecks:
                subject = next(iter(self._rechecks))
                cause = self._rechecks.pop(subject)
                await self._post(self._recheck(subject, cause))

    async def _put(self, wanted: Sequence[KeptMarker]) -> list[KeptMarker]:
        """Those that could not be taken up. One that ended or was put anew meanwhile is left to
        the change that says so."""
        failed: list[KeptMarker] = []
        for number, kept in enumerate(wanted, start=1):
            now = self._markers.get(kept.id)
            wanted_still = now is not None and now.json == kept.json
            if wanted_still and not self._take(kept):
                failed.append(kept)
            if number % SLICE == 0:
                await self._let_pass()
        return failed

    def _take(self, kept: KeptMarker) -> bool:
        try:
            self._index.put(kept.read())
        except Exception as fault:
            name = type(fault).__name__
            log.exception("marker_not_taken_up", error=name, position=kept.position)
            return False
        return True

    async def _take_up(self, change: Change) -> None:
        left = await self._put(change.put)
        while left:
            await self._clock.sleep(RETRY)
            left = await self._put(left)
        for number, marker in enumerate(change.gone, start=1):
            self._index.remove(marker)
            if number % SLICE == 0:
                await self._let_pass()
        self._index.follow(change.position)
        await self._post(
            IndexFollowed(
                source=SELF,
                id="index",
                revision=change.position,
                occurred_at=self._clock.now(),
            )
        )

    def _recheck(self, subject: str, cause: int) -> RecheckDue:
        return RecheckDue(
            source=SELF,
            id=f"recheck/{subject}",
            revision=cause,
            occurred_at=self._clock.now(),
            subject=subject,
        )


def catch_up(index: Index, markers: Markers) -> None:
    """Bring an index that followed up to its position (0: empty) up to what is in force."""
    at = index.position
    for marker, position in markers.over.items():
        if position > at:
            index.remove(marker)
    index.put_many(kept.read() for kept in markers.in_force(after=at))
    index.follow(markers.position)


def live_subjects(state: State) -> list[str]:
    """Every incident and call that is not over."""
    return [
        known.id
        for group in (state.incidents.values(), state.calls.values())
        for known in group
        if known.finished_at is None
    ]


def _needs_check(state: State, subject: str) -> bool:
    """After a restart: the markers changed since, or what is shown of them, or the check was
    never made."""
    known = state.incidents.get(subject) or state.calls[subject]
    checked = known.checked
    if checked is None or checked.index_position < state.markers.position:
        return True
    if checked.position < state.mistakes.position:
        return True
    return checked.reason in (NotChecked.INDEX_BEHIND, NotChecked.LIMIT_MISSED, NotChecked.FAULT)
