"""The check within its limit: the matcher's answer, or why there is none (C3, C4)."""

from datetime import datetime, timedelta
from typing import ClassVar, Protocol

import structlog

from middleware.engine.state import State
from middleware.engine.suppression import leave_out
from middleware.ports import Clock, Meters
from schemas.check import Answer, NotChecked, Outcome, Whereabouts

log = structlog.get_logger()


class Matcher(Protocol):
    """The marker index (middleware.domain.matching)."""

    version: ClassVar[str]

    @property
    def position(self) -> int: ...

    def __len__(self) -> int: ...

    def check(self, place: Whereabouts) -> Answer: ...


class Checker:
    """Asks the matcher; the wall-clock limit around it is a fact that goes into the event."""

    def __init__(
        self,
        matcher: Matcher,
        clock: Clock,
        meters: Meters,
        limit: timedelta,
        behind_limit: timedelta,
    ) -> None:
        self._matcher, self._clock, self._meters = matcher, clock, meters
        self._limit, self._behind_limit = limit.total_seconds(), behind_limit
        self._seconds = meters.histogram("forewarn_check_seconds")

    def check(self, state: State, place: Whereabouts, now: datetime) -> Answer:
        """Never raises. FOUND stands, also when it is late or the index is behind, as long as the
        marker is in force and shown at this place; any other answer is then not relied upon."""
        begun = self._clock.monotonic()
        try:
            answer = self._matcher.check(place)
        except Exception as fault:
            log.exception("check_failed", error=type(fault).__name__)
            return self._not_checked(NotChecked.FAULT)
        took = self._clock.monotonic() - begun
        self._seconds.observe(took)
        shown, _ = leave_out(state, place, answer)
        found = shown.outcome is Outcome.FOUND
        if found and any(state.markers.get(match.marker) for match in shown.matches):
            return answer
        if found or self.is_behind(state, now):
            return self._not_checked(NotChecked.INDEX_BEHIND)
        if took > self._limit:
            return self._not_checked(NotChecked.LIMIT_MISSED)
        return answer

    def is_behind(self, state: State, now: datetime) -> bool:
        """Whether the first change that the index lacks is older than the limit."""
        since = state.markers.changed_after(self._matcher.position)
        return since is not None and now - since > self._behind_limit

    def _not_checked(self, reason: NotChecked) -> Answer:
        return Answer(
            outcome=Outcome.NOT_CHECKED,
            reason=reason,
            matcher=self._matcher.version,
            position=self._matcher.position,
        )
