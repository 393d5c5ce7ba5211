"""What became of everything that was sent: accepted + refused + quarantined = sent (O4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What a parser did with one thing. A row of the adapter table quarantines what it cannot
    read; a codec by itself refuses it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


class Finding(AssertionError):
    """A fault: `data` makes it happen again."""

    def __init__(self, where: str, what: str, data: bytes) -> None:
        super().__init__(f"{where}: {what}, with {data!r}")
        self.data = data


@dataclass(slots=True)
class Account:
    """The count of one parser."""

    name: str
    sent: int = 0
    fates: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))

    def count(self, sent: int, fates: Iterable[Fate], data: bytes) -> None:
        """Raises Finding where something has none, or more than one."""
        told = list(fates)
        if len(told) != sent:
            raise Finding(self.name, f"{sent} sent and {len(told)} accounted for", data)
        self.sent += sent
        for fate in told:
            self.fates[fate] += 1

    def __str__(self) -> str:
        told = "".join(f"{self.fates[fate]:>13,}" for fate in Fate)
        return f"{self.name:44}{self.sent:>13,}{told}"


HEAD = f"{'':44}{'sent':>13}" + "".join(f"{fate:>13}" for fate in Fate)
