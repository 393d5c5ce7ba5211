"""The markers as the engine holds them: a layer for each import, so that activating 100,000 at
once costs no more than one (M1, M5)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from schemas.marker import Marker

LAYERS_KEPT = 8
CHANGES_KEPT = 256
SINGLE = "."
"""The name of the layer that holds markers put one by one."""
MERGED = "+"
"""The name of the layer that many became; neither can be the code of a batch."""


class KeptMarker(NamedTuple):
    """A marker as JSON (parsed only when needed); `position` is the record that brought it.
    A tuple: a restart reads a hundred thousand of them from the snapshot."""

    id: str
    position: int
    json: bytes
    review_on: date
    ends_on: date | None

    def read(self) -> Marker:
        """The marker itself."""
        return Marker.model_validate_json(self.json)


@dataclass(slots=True)
class Layer:
    """One import. `ends` and `reviews` find markers by their days without looking at them all."""

    name: str
    since: int = 0
    """The record that brought the whole layer into force; 0 where each marker came by itself."""
    kept: dict[str, KeptMarker] = field(default_factory=dict)
    ends: dict[date, dict[str, None]] = field(default_factory=dict)
    reviews: dict[date, int] = field(default_factory=dict)

    def in_force_since(self, marker: str) -> int:
        """The record that brought this marker into force."""
        return max(self.since, self.kept[marker].position)

    def put(self, marker: Marker, position: int) -> None:
        json = marker.model_dump_json().encode()
        self.keep(KeptMarker(marker.id, position, json, marker.review_on, marker.ends_on))

    def keep(self, new: KeptMarker) -> None:
        """Keep it, in place of the one before it with its days."""
        old = self.kept.get(new.id)
        if old is not None:
            self.reviews[old.review_on] -= 1
            if old.ends_on is not None:
                del self.ends[old.ends_on][old.id]
        self.kept[new.id] = new
        self.reviews[new.review_on] = self.reviews.get(new.review_on, 0) + 1
        if new.ends_on is not None:
            self.ends.setdefault(new.ends_on, {})[new.id] = None

    def ended_before(self, today: date) -> tuple[str, ...]:
        """Markers whose last day is past."""
        days = [day for day in self.ends if day < today]
        return tuple(marker for day in days for marker in self.ends[day])


@dataclass(slots=True)
class Markers:
    """Layers in force, newest last; what is staged; what ended. A later layer wins."""

    layers: list[Layer] = field(default_factory=list)
    staged: dict[str, Layer] = field(default_factory=dict)
    over: dict[str, int] = field(default_factory=dict)
    """Ended markers, with the position at which they ended; a later put brings one back. Kept
    for good: an index from an old snapshot learns from it what to leave out."""
    position: int = 0
    """The last record that changed what is in force."""
    changes: deque[tuple[int, datetime]] = field(default_factory=lambda: deque(maxlen=CHANGES_KEPT))
    """The last of those records, and when they came."""

    def get(self, marker: str) -> KeptMarker | None:
        """The marker in force under this id, or None."""
        for layer in reversed(self.layers):
            kept = layer.kept.get(marker)
            if kept is not None:
                ended = layer.in_force_since(marker) <= self.over.get(marker, 0)
                return None if ended else kept
        return None

    def in_force(self, after: int = 0) -> Iterator[KeptMarker]:
        """Every marker in force, once; only those that came into force `after` a position."""
        if after >= self.position:
            return
        for number, layer in enumerate(self.layers):
            above = self.layers[number + 1 :]
            for marker, kept in layer.kept.items():
                since = layer.in_force_since(marker)
                if since <= after or since <= self.over.get(marker, 0):
                    continue
                if not any(marker in later.kept for later in above):
                    yield kept

    def __len__(self) -> int:
        """How many are in force, counted without reading them."""
        if len(self.layers) == 1 and not self.over:
            return len(self.layers[0].kept)
        return sum(1 for _ in self.in_force())

    def brought_by(self, position: int) -> tuple[KeptMarker, ...]:
        """The markers that the import activated at this position brought into force."""
        layer = next((one for one in self.layers if one.since == position), None)
        if layer is not None:
            return tuple(layer.kept.values())
        merged = self.layers[0].kept.values()  # it became one with those before it
        return tuple(kept for kept in merged if kept.position == position)

    def stage(self, batch: str, supplied: tuple[Marker, ...], position: int) -> None:
        layer = self.staged.setdefault(batch, Layer(batch))
        for marker in supplied:
            layer.put(marker, position)

    def activate(self, batch: str, position: int, at: datetime) -> None:
        """The staged batch comes into force at once; nothing is copied."""
        layer = self.staged.pop(batch)
        layer.since = position
        self.layers.append(layer)
        self._change(position, at)
        if len(self.layers) > LAYERS_KEPT:
            self._merge()

    def put(self, marker: Marker, position: int, at: datetime) -> None:
        """One marker added or changed: it must win, so the single layer goes on top."""
        if not self.layers or self.layers[-1].name != SINGLE:
            self.layers.append(Layer(SINGLE))
        self.layers[-1].put(marker, position)
        self._change(position, at)

    def end(self, marker: str, position: int, at: datetime) -> None:
        self.over[marker] = position
        self._change(position, at)

    def changed_after(self, position: int) -> datetime | None:
        """When the first change came that an index at this position lacks; None: it has all."""
        if position >= self.position:
            return None
        return next((at for changed, at in self.changes if changed > position), None)

    def _change(self, position: int, at: datetime) -> None:
        if position != self.position:
            self.changes.append((position, at))
        self.position = position

    def ended_before(self, today: date) -> tuple[str, ...]:
        """Markers in force whose last day is past."""
        return tuple(
            marker
            for layer in self.layers
            for marker in layer.ended_before(today)
            if self.get(marker) is layer.kept[marker]
        )

    def overdue(self, today: date) -> int:
        """Markers past their review date (M3), ended ones not yet counted out."""
        return sum(
            count for layer in self.layers for day, count in layer.reviews.items() if day < today
        )

    def _merge(self) -> None:
        merged = Layer(MERGED)
        for layer in self.layers:  # a later one wins
            for kept in layer.kept.values():
                since = layer.in_force_since(kept.id)
                if since > self.over.get(kept.id, 0):
                    merged.keep(kept._replace(position=since))
        self.layers = [merged]
