"""The intake's time: UTC, never backwards, durations untouched by steps of the machine's clock."""

from datetime import datetime, timedelta

from middleware.ports import Clock, Meters

STEP = timedelta(seconds=1)


class Stamps:
    """`now()` follows the wall clock while it runs smoothly. When it jumps forward the stamps
    follow; when it jumps back they go on from where they were until it has caught up."""

    def __init__(self, clock: Clock, meters: Meters, last: datetime | None = None) -> None:
        self._clock = clock
        self._steps = meters.counter("forewarn_clock_steps_total")
        self._last = last
        self._anchor = max(clock.now(), last) if last else clock.now()
        self._anchored = clock.monotonic()
        self._offset = timedelta()

    def now(self) -> datetime:
        """The stamp for what happens now."""
        wall, monotonic = self._clock.now(), self._clock.monotonic()
        smooth = self._anchor + timedelta(seconds=monotonic - self._anchored)
        offset = wall - smooth
        if abs(offset - self._offset) > STEP:
            self._steps.inc()
        self._offset = offset
        if offset > -STEP:
            smooth = wall
            self._offset = timedelta()
        self._anchor, self._anchored = smooth, monotonic
        if self._last is not None and smooth < self._last:
            smooth = self._last
        self._last = smooth
        return smooth
