"""The rows of the view Now: what Grafana's *Control room now* shows, for those without it (O1).

`waiting`: who has not answered, for the supervisor. `now`: how the service does; it names no crew
and no incident, so whoever runs the machine sees it too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import nsmallest

from middleware.console.measured import Measured, Reading
from middleware.console.rows import Row, place_in_words
from middleware.console.told import told_in_words
from middleware.engine.state import Note, Phase, State
from schemas.check import Outcome

NOW, WAITING = "now", "waiting"
SHOWN = 20
"""Crews that are listed; how many there are is said beside them."""
QUEUES = 8


def waiting_row(state: State, row: str, today: date) -> Row | None:
    """Notes that nobody has answered for, those that wait for longest first."""
    waiting = [note for note in state.notes.values() if note.phase is Phase.OPEN]
    first = nsmallest(SHOWN, waiting, key=lambda note: note.issued_at)
    return {"id": row, "count": len(waiting), "first": [_unanswered(state, n) for n in first]}


def _unanswered(state: State, note: Note) -> Row:
    known = state.incidents.get(note.incident)
    return {
        "note": note.id,
        "incident": note.incident,
        "number": known.number if known else "",
        "place": place_in_words(known.place) if known else "",
        "callsign": note.callsign,
        "since": note.issued_at,
        "words": told_in_words(note),
    }


def unmeasured(state: State, row: str, today: date) -> Row | None:
    """The row `now` is not made from the state alone: see Projection.measure."""
    return None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the latencies are held against."""

    check: timedelta = timedelta(milliseconds=50)
    journal: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Now:
    """Makes the row `now`."""

    measured: Measured
    limits: Limits

    def row(self, state: State) -> Row:
        """All figures of rates and times are of the last minutes."""
        reading = self.measured.read()
        return {
            "id": NOW,
            "latency": [*self._latencies(state, reading)],
            "checks": self._checks(reading),
            "adapters": [*self._adapters(state, reading)],
            "queues": _queues(reading),
            "probes": [*_probes(state, reading)],
            "journal": _journal(reading),
        }

    def _latencies(self, state: State, reading: Reading) -> Iterator[Row]:
        first = state.rules.ladder[0].wait
        for name, what, limit in (
            ("forewarn_check_seconds", "check against the markers", self.limits.check),
            ("forewarn_source_to_displayed_seconds", "from the CAD to the screen of a crew", first),
            ("forewarn_journal_append_seconds", "event put on record", self.limits.journal),
        ):
            spread = self.measured.spread(name, reading)
            yield {
                "what": what,
                "count": spread.count,
                "p50": spread.quantile(0.5),
                "p99": spread.quantile(0.99),
                "limit": limit.total_seconds(),
            }

    def _checks(self, reading: Reading) -> Row:
        """What could not be checked, and why."""
        all_checks, reasons = 0, Counter[str]()
        for labels, grown in self.measured.grown("forewarn_checks_total", reading):
            all_checks += int(grown)
            if labels["outcome"] == Outcome.NOT_CHECKED and grown:
                reasons[labels["reason"]] += int(grown)
        return {"all": all_checks, "not_checked": reasons.total(), "reasons": dict(reasons)}

    def _adapters(self, state: State, reading: Reading) -> Iterator[Row]:
        for labels, connected in sorted(
            reading.of("forewarn_adapter_connected"), key=lambda one: one[0]["adapter"]
        ):
            name = labels["adapter"]
            silent = self.measured.silent_for(name, reading)
            yield {
                "name": name,
                "up": connected == 1,
                "was_there": name in state.sources,
                "silent": _seconds(silent),
            }


def _queues(reading: Reading) -> list[Row]:
    """The fullest first."""
    depths = {labels["queue"]: depth for labels, depth in reading.of("forewarn_queue_depth")}
    found = [
        (-depths.get(labels["queue"], 0.0) / bound, labels["queue"], bound)
        for labels, bound in reading.of("forewarn_queue_bound")
        if bound
    ]
    return [
        {"name": name, "depth": int(depths.get(name, 0)), "bound": int(bound)}
        for _, name, bound in sorted(found)[:QUEUES]
    ]


def _probes(state: State, reading: Reading) -> Iterator[Row]:
    """Each channel, with or without a probe."""
    since = {
        labels["channel"]: value
        for labels, value in reading.of("forewarn_probe_since_return_seconds")
    }
    overdue = {labels["channel"] for labels, value in reading.of("forewarn_probe_overdue") if value}
    for channel in sorted(state.rules.ways.keys() | since.keys()):
        yield {
            "channel": channel,
            "since": _seconds(since.get(channel)),
            "overdue": channel in overdue,
        }


def _journal(reading: Reading) -> Row:
    room = reading.one("forewarn_spool_bound_bytes")
    return {
        "away": int(reading.one("forewarn_journal_away")),
        "position": int(reading.one("forewarn_journal_position")),
        "beside": int(reading.one("forewarn_spool_records")),
        "spool": reading.one("forewarn_spool_bytes") / room if room else 0.0,
        "index_behind": _seconds(reading.one("forewarn_index_behind_seconds")),
    }


def _seconds(value: float | None) -> int | None:
    return None if value is None else round(value)
