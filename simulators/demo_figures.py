"""The demo's figures: from the service's own /metrics and from the simulated devices."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from simulators.demo_board import Board
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
    on_since: dict[str, datetime] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def start(self, number: str) -> None:
        """The CAD said something about the incident just now."""
        self.said[number] = datetime.now(UTC)

    def switched_on(self, device: str) -> None:
        """What was said before this cannot have been shown at once."""
        self.on_since[device] = datetime.now(UTC)

    def stop(self, number: str, device: str) -> None:
        """A device that was on showed a note of the incident for the first time."""
        said = self.said.get(number)
        if said is not None and said > self.on_since[device]:
            self.took.append((datetime.now(UTC) - said).total_seconds())

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
        self.watch.stop(note["incident"], device)


def summary(
    figures: Figures, board: Board, watch: Stopwatch, calls: int, incidents: int
) -> list[tuple[str, str]]:
    """What is printed at the end, row by row."""
    checks = figures.by("forewarn_checks_total", "outcome")
    notes = figures.by("forewarn_notes", "state")
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
        ("acknowledged", str(notes["answered"])),
        ("withdrawn", str(notes["withdrawn"])),
        ("in the hands of a person", str(notes["in_hands"])),
        ("still open", str(notes["open"])),
        *_channels(figures, board),
        ("man-down", _alarms(figures)),
        ("refused, in quarantine", str(refused)),
        ("CAD to display", f"p50 {watch.at(0.5):.1f} ms, p99 {watch.at(0.99):.1f} ms"),
    ]


def _channels(figures: Figures, board: Board) -> list[tuple[str, str]]:
    """How many notes went where, and were answered there."""
    answered = figures.by("forewarn_answered_total", "channel")
    went = board.by_channel()
    sent = figures.by("forewarn_sent_total", "kind", channel="cad_writeback")

    def told(channel: str, was_shown: str) -> str:
        notes, shown = went.get(channel, (0, 0))
        return f"{notes} notes, {shown} {was_shown}, {answered[channel]} acknowledged there"

    return [
        ("by MDT", told("mdt", "shown")),
        ("by radio", told("radio", "shown")),
        ("by spoken call", told("voice", "heard") + _calls(figures)),
        ("by a person", f"{went.get('console', (0, 0))[0]} that no channel got answered"),
        ("in the CAD", f"{sent['note']} written into incidents, {sent['withdrawal']} taken out"),
    ]


def _calls(figures: Figures) -> str:
    """How calls ended that nobody acknowledged."""
    ended = figures.by("forewarn_spoken_calls_total", "outcome")
    others = [f"{how.replace('_', ' ')} {n}" for how, n in ended.items() if how != "acknowledged"]
    return f" ({', '.join(others)})" if others else ""


def _alarms(figures: Figures) -> str:
    raised = figures.total("forewarn_man_down_total", what="raised")
    accepted = figures.total("forewarn_alarm_accept_seconds_count")
    took = sum(value for _, value in figures.samples.get("forewarn_alarm_accept_seconds_sum", []))
    if not accepted:
        return str(raised)
    return f"{raised}, accepted by a named person after {took / accepted:.1f} s"


def _reasons(figures: Figures) -> str:
    reasons = figures.by("forewarn_checks_total", "reason", outcome="not_checked")
    return ", ".join(f"{why.replace('_', ' ')} {n}" for why, n in reasons.items() if n)
