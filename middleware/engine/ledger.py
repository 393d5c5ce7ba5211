"""The abusive-call ledger, as state (A1, A2)."""

from dataclasses import dataclass, field
from datetime import datetime

from middleware.domain.matching.contacts import read_phone
from schemas.marker import Category

ENTRIES_KEPT = 20_000
"""The oldest go first; the journal has all."""
SHOWN_OF_A_NUMBER = 50
SHORTEST = 11
"""Signs of a number in the form of E.164; a shorter one is an extension."""


@dataclass(slots=True)
class Abuse:
    """One call. `number` is None when withheld; `later` are our ids of the calls in which the
    number rang again."""

    id: str
    call: str
    exchange_call: str
    rang_at: datetime
    number: str | None = None
    line: str | None = None
    handler: str | None = None
    position: str | None = None
    warnings: dict[int, datetime] = field(default_factory=dict)
    terminated_at: datetime | None = None
    category: Category | None = None
    said_category: str | None = None
    ground: str | None = None
    wording: str | None = None
    triage_done: bool | None = None
    noted_by: str | None = None
    later: list[str] = field(default_factory=list)
    last_rang_at: datetime | None = None


@dataclass(slots=True)
class Ledger:
    """Entries by id, the newest last; and by number, where it is known."""

    entries: dict[str, Abuse] = field(default_factory=dict)
    by_number: dict[str, list[str]] = field(default_factory=dict)

    def of_number(self, number: str | None) -> tuple[str, ...]:
        """The entries of a number, the oldest first; none for one that is withheld."""
        if not self.by_number or not number:
            return ()
        return tuple(self.by_number.get(number_key(number), ())[-SHOWN_OF_A_NUMBER:])

    def put(self, entry: Abuse) -> None:
        """A new entry; beyond ENTRIES_KEPT the oldest one goes."""
        self.entries[entry.id] = entry
        key = number_key(entry.number)
        if key:
            self.by_number.setdefault(key, []).append(entry.id)
        if len(self.entries) > ENTRIES_KEPT:
            self._drop(next(iter(self.entries)))

    def _drop(self, name: str) -> None:
        old = self.entries.pop(name)
        key = number_key(old.number)
        if key in self.by_number:
            self.by_number[key].remove(name)
            if not self.by_number[key]:
                del self.by_number[key]


def number_key(number: str | None) -> str:
    """What makes it the same number; "" for one that is withheld, or of an exchange's own."""
    key = read_phone(number or "")
    return key if len(key) >= SHORTEST else ""


def entry_id(call: str) -> str:
    """One entry a call."""
    return f"x{call}"
