"""The demo's figures: from the service's own /metrics and from the simulated devices."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from simulators.mdt_screen import Note, ShownLog


@dataclass(slots=True)
class Figures:
    """What /metrics says, by sample name and labels."""

    samples: dict[str, list[tuple[dict[str, str], float]]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Figures":
        found = cls()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.samples.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found

    def total(self, name: str, **labels: str) -> int:
        """The sum over the samples that have these labels."""
        wanted = labels.items()
        rows = self.samples.get(name, [])
        return int(sum(value for got, value in rows if wanted <= got.items()))

    def by(self, name: str, label: str, **labels: str) -> Counter[str]:
        """Sums by the values of one label."""
        found: Counter[str] = Counter()
        for got, value in self.samples.get(name, []):
            if labels.items() <= got.items():
                found[got[label]] += int(value)
        return found


@dataclass(slots=True)
class Stopwatch:
    """Seconds from the CAD saying what made a note to the device showing it."""

    said: dict[str, datetime] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def start(self, number: str) -> None:
        """The CAD said something about the incident just now."""
        self.said[number] = datetime.now(UTC)

    def stop(self, number: str) -> None:
        """A device showed a note of the incident for the first time."""
        if number in self.said:
            self.took.append((datetime.now(UTC) - self.said[number]).total_seconds())

    def at(self, share: float) -> float:
        """The latency that this share of the notes stayed within, in milliseconds."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3 if ordered else 0.0


@dataclass(slots=True)
class TimedLog(ShownLog):
    """The judge of the devices, which also stops the watch at each note."""

    watch: Stopwatch = field(default_factory=Stopwatch)

    def add(self, device: str, note: Note, now: datetime) -> None:
        ShownLog.add(self, device, note, now)
        self.watch.stop(note["incident"])


def summary(
    figures: Figures, watch: Stopwatch, calls: int, incidents: int
) -> list[tuple[str, str]]:
    """What is printed at the end, row by row."""
    checks = figures.by("forewarn_checks_total", "outcome")
    notes = figures.by("forewarn_notes", "state")
    escalated = figures.total("forewarn_escalations_total")
    refused = figures.total("forewarn_submissions_total", standing="refused")
    return [
        ("incidents", str(incidents)),
        ("calls", str(calls)),
        ("checked", f"{sum(checks.values()) - checks['not_checked']}"),
        ("  found", str(checks["found"])),
        ("  possibly: ask", str(checks["possible"])),
        ("  none found", str(checks["none_found"])),
        ("not checked", f"{checks['not_checked']}  {_reasons(figures)}"),
        ("notes", str(sum(notes.values()))),
        ("displayed", str(figures.total("forewarn_displayed_total"))),
        ("acknowledged", str(notes["answered"])),
        ("withdrawn", str(notes["withdrawn"])),
        ("in the hands of a person", str(notes["in_hands"])),
        ("still open", str(notes["open"])),
        ("escalated", str(escalated)),
        ("refused, in quarantine", str(refused)),
        ("CAD to display", f"p50 {watch.at(0.5):.1f} ms, p99 {watch.at(0.99):.1f} ms"),
    ]


def _reasons(figures: Figures) -> str:
    reasons = figures.by("forewarn_checks_total", "reason", outcome="not_checked")
    return ", ".join(f"{why.replace('_', ' ')} {n}" for why, n in reasons.items() if n)
