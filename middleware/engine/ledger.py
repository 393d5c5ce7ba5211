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


MOST_CORRECTIONS = 20
"""Of one entry; the journal has all."""


@dataclass(frozen=True, slots=True)
class Correction:
    """How an entry was set right, by whom and why, with what it said before."""

    at: datetime
    by: str
    reason: str
    struck: bool
    warnings: tuple[int, ...]
    ended: bool
    category: Category | None
    ground: str | None
    wording: str | None
    triage_done: bool | None


@dataclass(slots=True)
class Abuse:
    """One call. `number` is None when withheld; `later` are our ids of the calls in which the
    number rang again; `struck`: a named person took it back, so that it counts no more."""

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
    struck: bool = False
    corrections: list[Correction] = field(default_factory=list)

    def keep_what_it_said(self, at: datetime, by: str, reason: str, *, struck: bool) -> None:
        """Before it says something else (E3)."""
        said = Correction(
            at, by, reason, struck, tuple(sorted(self.warnings)), self.terminated_at is not None,
            self.category, self.ground, self.wording, self.triage_done,
        )  # fmt: skip
        self.corrections = [*self.corrections, said][-MOST_CORRECTIONS:]


@dataclass(slots=True)
class Ledger:
    """Entries by id, the newest last; and by number, where it is known."""

    entries: dict[str, Abuse] = field(default_factory=dict)
    by_number: dict[str, list[str]] = field(default_factory=dict)

    def of_number(self, number: str | None) -> tuple[str, ...]:
        """The entries of a number, the oldest first; none for one that is withheld, and none that
        was taken back."""
        if not self.by_number or not number:
            return ()
        names = self.by_number.get(number_key(number), ())
        return tuple(name for name in names if not self.entries[name].struck)[-SHOWN_OF_A_NUMBER:]

    def strike(self, entry: Abuse) -> None:
        """It counts no more: that the number rang again is told to the entry before it."""
        entry.struck = True
        names = list(self.by_number.get(number_key(entry.number), ()))
        before = names[: names.index(entry.id)] if entry.id in names else []
        left = [self.entries[name] for name in before if not self.entries[name].struck]
        if left:
            left[-1].later += [call for call in entry.later if call not in left[-1].later]
            moments = filter(None, (left[-1].last_rang_at, entry.last_rang_at))
            left[-1].last_rang_at = max(moments, default=None)
        entry.later, entry.last_rang_at = [], None

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
