"""Figures of the last minutes out of the metrics, for the page of those without Grafana (O1)."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client import CollectorRegistry

from middleware.ports import Clock

PACE = timedelta(seconds=10)
WINDOW = timedelta(minutes=5)
_COUNTERS = ("forewarn_checks_total", "forewarn_adapter_received_total")
_HISTOGRAMS = (
    "forewarn_check_seconds",
    "forewarn_source_to_displayed_seconds",
    "forewarn_journal_append_seconds",
)
_GAUGES = (
    "forewarn_adapter_connected",
    "forewarn_queue_depth",
    "forewarn_queue_bound",
    "forewarn_probe_since_return_seconds",
    "forewarn_probe_overdue",
    "forewarn_journal_away",
    "forewarn_journal_position",
    "forewarn_spool_records",
    "forewarn_spool_bytes",
    "forewarn_spool_bound_bytes",
    "forewarn_index_behind_seconds",
)
READ = (*_COUNTERS, *(f"{name}_bucket" for name in _HISTOGRAMS), *_GAUGES)

Labels = tuple[tuple[str, str], ...]
Values = dict[tuple[str, Labels], float]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is read, at one moment of the monotonic clock."""

    at: float
    values: Values

    def of(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        """Each series of the metric."""
        for (one, labels), value in self.values.items():
            if one == name:
                yield dict(labels), value

    def one(self, name: str) -> float:
        """A metric without labels; 0 before it was ever set."""
        return self.values.get((name, ()), 0.0)


@dataclass(slots=True)
class Measured:
    """Reads at a steady pace, and keeps what it read for as long as the window."""

    registry: CollectorRegistry
    clock: Clock
    _kept: deque[Reading] = field(default_factory=lambda: deque(maxlen=WINDOW // PACE))
    _heard: dict[str, tuple[float, float]] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.keep(self.read())
            await self.clock.sleep(PACE)

    def keep(self, reading: Reading) -> None:
        """The oldest goes when there are as many as fit the window."""
        self._kept.append(reading)

    def read(self) -> Reading:
        """As it is now."""
        now, values = self.clock.monotonic(), Values()
        for metric in self.registry.restricted_registry(READ).collect():
            for sample in metric.samples:
                values[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
        for labels, received in Reading(now, values).of("forewarn_adapter_received_total"):
            before = self._heard.get(labels["adapter"], (0.0, now))
            if received != before[0]:
                self._heard[labels["adapter"]] = received, now
        return Reading(now, values)

    def silent_for(self, adapter: str, reading: Reading) -> float | None:
        """Seconds since something was heard there; None where nothing ever was."""
        heard = self._heard.get(adapter)
        return None if heard is None else reading.at - heard[1]

    def grown(self, name: str, reading: Reading) -> Iterator[tuple[dict[str, str], float]]:
        """By how much each series of a counter, or bucket of a histogram, grew in the window."""
        before = self._kept[0].values if self._kept else {}
        for (one, labels), value in reading.values.items():
            if one == name:
                yield dict(labels), value - before.get((one, labels), 0.0)

    def spread(self, name: str, reading: Reading) -> "Spread":
        """A histogram's growth in the window."""
        buckets = [(float(labels["le"]), n) for labels, n in self.grown(f"{name}_bucket", reading)]
        return Spread(tuple(sorted(buckets)))


@dataclass(frozen=True, slots=True)
class Spread:
    """(upper bound in seconds, how many were no longer than that), by bound."""

    buckets: tuple[tuple[float, float], ...]

    @property
    def count(self) -> int:
        return int(self.buckets[-1][1]) if self.buckets else 0

    def quantile(self, share: float) -> float | None:
        """Within how many seconds this share was, between the bounds as Prometheus reckons it; the
        last bound where it was longer; None where there was nothing."""
        if not self.count:
            return None
        wanted, lower, below = share * self.count, 0.0, 0.0
        for bound, upto in self.buckets:
            if upto >= wanted:
                if math.isinf(bound):
                    return lower
                part = (wanted - below) / (upto - below) if upto > below else 1.0
                return lower + (bound - lower) * part
            lower, below = bound, upto
        return lower
