"""The console's projection of committed records: a snapshot, then deltas, packed once per view.

Frames are JSON: `snapshot` {number, position, at, <stream>: [row, …]} and `delta` {after, number,
position, at, <stream>: {rows: […], gone: [id, …]}}. Numbers count frames; a screen whose own
number is less than `after` missed one and asks for a new snapshot, one that is not less than
`number` has it already. `position` is the journal's, `writer` the token of the instance that writes
it: where an earlier one is heard after a later one, it adds what was never shown, and nothing else.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from middleware.console.figures import FIGURES
from middleware.console.now import NOW, WAITING
from middleware.console.rows import Row
from middleware.console.streams import STREAMS, View
from middleware.console.touched import touched
from middleware.console.touched_alarms import ALARM_STREAMS, is_urgent
from middleware.domain.calendar import london_day
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ports import Clock

Packed = dict[str, bytes]


@dataclass(slots=True)
class Projection:
    """Follows the journal, from the recovered state on. Rows are made lazily, but only from
    committed state: the engine runs ahead of the journal by one batch, so `is_settled` guards
    every making."""

    clock: Clock
    state: State
    position: int = field(init=False)
    number: int = 0
    on_change: Callable[[], None] | None = None
    listeners: list[Callable[[Sequence[Entry], State], None]] = field(default_factory=list)
    """Told of every group of entries while the state is exactly what follows from them."""
    measure: Callable[[State], Row | None] = lambda _: None
    """Makes the row of the view Now, which is of the metrics; set by the console."""
    has_alarm: bool = False
    """Whether some news is of a man-down: it waits for nothing."""
    _dirty: dict[str, dict[str, None]] = field(default_factory=lambda: {s: {} for s in STREAMS})
    _rows: dict[str, Packed] = field(default_factory=lambda: {s: {} for s in STREAMS})
    _sent: dict[View, int] = field(default_factory=dict)
    _snapshots: dict[View, bytes] = field(default_factory=dict)
    _today: date | None = None

    def __post_init__(self) -> None:
        self.position = self.state.position

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        """These entries are durable and `state` is exactly what follows from them."""
        self.state, self.position = state, state.position
        for entry in entries:
            self.has_alarm |= is_urgent(entry)
            for stream, row in touched(entry, state):
                self._dirty[stream][row] = None
        for listener in self.listeners:
            listener(entries, state)
        if self.on_change is not None:
            self.on_change()

    def is_settled(self) -> bool:
        """Whether everything in the state is durable, so that it may be shown."""
        return self.state.position == self.position

    def has_news(self) -> bool:
        """Whether some row has to be made anew."""
        return any(self._dirty.values())

    def touch_figures(self) -> None:
        """Count and measure again with the next delta."""
        for name in (FIGURES, WAITING, NOW):
            self._dirty[name][name] = None

    def touch_alarms(self) -> None:
        """Look again who is near, with the next delta."""
        for stream in ALARM_STREAMS:
            self._dirty[stream].update(dict.fromkeys(self.state.open_alarms.values()))

    def deltas(self, views: Iterable[View]) -> dict[View, bytes]:
        """What changed since the last call, for each view that changed; only when settled."""
        today = self._begin_day()
        watched = tuple(views)
        self.has_alarm = False
        self._snapshots.clear()
        changes = {name: self._refresh(name, watched, today) for name in STREAMS}
        self.number += 1
        return {
            view: self._delta(view, changes) for view in watched if any(changes[s] for s in view)
        }

    def snapshot(self, view: View) -> bytes:
        """Everything the view is sent; call `deltas` just before it. Only when settled."""
        if view not in self._snapshots:
            today = self._begin_day()
            body = {name: self._whole(name, today) for name in view}
            self._snapshots[view] = self._pack("snapshot", body)
        return self._snapshots[view]

    def _delta(self, view: View, changes: dict[str, Any]) -> bytes:
        body = {name: changes[name] for name in view if changes[name]}
        after, self._sent[view] = self._sent.get(view, 0), self.number
        return self._pack("delta", {"after": after} | body)

    def _pack(self, say: str, body: dict[str, Any]) -> bytes:
        head = {"say": say, "number": self.number, "position": self.position}
        head["writer"] = self.state.writer
        return orjson.dumps(head | {"at": self.clock.now()} | body)

    def _refresh(self, name: str, watched: Sequence[View], today: date) -> dict[str, Any] | None:
        """Make the touched rows of a stream anew; None when that shows nothing new."""
        dirty, self._dirty[name] = self._dirty[name], {}
        rows = self._rows[name]
        before = {row: rows.pop(row) for row in dirty if row in rows}
        if not any(name in view for view in watched):
            return None
        made = {row: packed for row in dirty if (packed := self._make(name, row, today))}
        new = [orjson.Fragment(made[row]) for row in made if made[row] != before.get(row)]
        gone = [row for row in before if row not in made]
        return {"rows": new, "gone": gone} if new or gone else None

    def _whole(self, name: str, today: date) -> list[orjson.Fragment]:
        rows = self._rows[name]
        ids = STREAMS[name].ids(self.state)
        packed = [rows.get(row) or self._make(name, row, today) for row in ids]
        return [orjson.Fragment(row) for row in packed if row is not None]

    def _make(self, name: str, row: str, today: date) -> bytes | None:
        if name == NOW:
            made = self.measure(self.state)
        else:
            made = STREAMS[name].row(self.state, row, today)
        if made is None:
            return None
        packed = self._rows[name][row] = orjson.dumps(made)
        return packed

    def _begin_day(self) -> date:
        """On a new day every row is made anew: what is overdue for review changes at midnight."""
        today = london_day(self.clock.now())
        if self._today not in (None, today):
            for name, rows in self._rows.items():
                self._dirty[name].update(dict.fromkeys(rows))
        self._today = today
        return today
