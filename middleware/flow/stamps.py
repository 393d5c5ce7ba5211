"""The intake's time: UTC, never backwards, durations untouched by steps of the machine's clock."""

from datetime import datetime, timedelta

from middleware.ports import Clock, Meters

STEP = timedelta(seconds=1)
"""By so much the clock may be off without having stepped."""
PACE = 0.9
"""How fast the stamps go on while they are ahead of the clock."""


class Stamps:
    """`now()` follows the wall clock, also when it jumps forward. When it jumps back the stamps
    go on from where they were, a little slower than time, until it has caught up."""

    def __init__(self, clock: Clock, meters: Meters, last: datetime | None = None) -> None:
        self._clock = clock
        self._steps = meters.counter("forewarn_clock_steps_total")
        self._wall, self._monotonic = clock.now(), clock.monotonic()
        self._last = max(self._wall, last) if last else self._wall

    def now(self) -> datetime:
        """The stamp for what happens now."""
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        passed = timedelta(seconds=monotonic - self._monotonic)
        if abs(wall - self._wall - passed) > STEP:
            self._steps.inc()
        self._wall, self._monotonic = wall, monotonic
        ahead = self._last + passed - wall
        slowed = self._last + PACE * passed if ahead > STEP else self._last
        self._last = max(wall, slowed)
        return self._last
