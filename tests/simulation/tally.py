"""What is said of all seeds together, in a line."""

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation import pair, world


@dataclass(slots=True)
class Tally:
    """Of one instance at a time."""

    records: int = 0
    notes: int = 0
    starts: int = 0
    digest: str = ""

    def add(self, outcome: world.Outcome) -> None:
        self.records += outcome.records
        self.notes += outcome.notes
        self.starts += outcome.starts
        self.digest = outcome.digest[:16]

    def __str__(self) -> str:
        return (
            f"{self.records} records, {self.notes} notes, {self.starts} starts, "
            f"the last journal is {self.digest}"
        )


@dataclass(slots=True)
class PairTally:
    """Of two, with how long take-overs took in virtual time."""

    records: int = 0
    notes: int = 0
    alarms: int = 0
    archived: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    def add(self, outcome: pair.Outcome) -> None:
        self.records += outcome.records
        self.notes += outcome.notes
        self.alarms += outcome.alarms
        self.archived += outcome.archived
        self.faults += outcome.faults
        self.took += outcome.took

    def __str__(self) -> str:
        faults = ", ".join(f"{count} {fault}" for fault, count in sorted(self.faults.items()))
        return (
            f"{self.records} records, {self.archived} of them archived, {self.notes} notes, "
            f"{self.alarms} man-downs; "
            f"{faults}; {self._taken_over()}"
        )

    def _taken_over(self) -> str:
        if not self.took:
            return "nobody took over"
        ordered = sorted(self.took)
        half, most = ordered[len(ordered) // 2], ordered[-1]
        return f"{len(ordered)} times taken over, after {half:.1f} s (p50) and {most:.1f} s (max)"
