"""How often a wrong password may be tried (E2)."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import timedelta

from middleware.ports import Clock

WITHIN = timedelta(minutes=1)
FAILURES_A_NAME = 5
FAILURES_A_PLACE = 50
REMEMBERED = 10_000


@dataclass(slots=True)
class Attempts:
    """Failures by name and place together, so that nobody can lock a colleague out from
    elsewhere, and by place alone."""

    clock: Clock
    _failed: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)

    def wait(self, name: str, place: str) -> timedelta:
        """How long to wait before the next try; zero when it may be made now."""
        limits = {(name, place): FAILURES_A_NAME, ("", place): FAILURES_A_PLACE}
        waits = [self._wait(key, limit) for key, limit in limits.items()]
        return timedelta(seconds=max(waits))

    def failed(self, name: str, place: str) -> None:
        """A try failed."""
        for key in ((name, place), ("", place)):
            times = self._failed.setdefault(key, deque(maxlen=FAILURES_A_PLACE))
            times.append(self.clock.monotonic())
            self._failed.move_to_end(key)
        while len(self._failed) > REMEMBERED:
            self._failed.popitem(last=False)

    def _wait(self, key: tuple[str, str], limit: int) -> float:
        times = self._failed.get(key, ())
        begins = self.clock.monotonic() - WITHIN.total_seconds()
        recent = [at for at in times if at > begins]
        return recent[-limit] - begins if len(recent) >= limit else 0.0
