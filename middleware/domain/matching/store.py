"""What the index keeps: one line a marker, the postings, and the streets that are known."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from middleware.domain.matching.contacts import read_person, read_phone
from middleware.domain.matching.evidence import clean
from middleware.domain.matching.keys import keys_of, name_key, road_of
from middleware.domain.matching.postcodes import read_postcode
from middleware.domain.matching.postings import Postings, hashed
from middleware.domain.matching.reader import read_marker
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec, divided, interpret, parse, postcode_of
from schemas.marker import Marker, Scope

FEW = 8
"""A batch smaller than this part of what is packed is added one by one: packing would cost more."""
DEEP = 4
"""How many times the wanted rows are looked through for live ones."""
TOGETHER = 64
"""Markers of which one step is done before the next: a fifth quicker than one marker after the
other, since what a step works with stays at hand."""
MANY = 256
"""Markers of one street name looked at; a name with more is not taken for a rare one."""


class Store:
    """Rows are given out in order and never again; an ended marker leaves an empty line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.postings = Postings()
        self.roads: set[int] = set()
        self.live = 0

    def put(self, marker: Marker) -> None:
        """Adds or replaces one marker."""
        self.remove(marker.id)
        (keys,) = self._append([marker])
        self.postings.add(keys, len(self.lines) - 1)

    def put_many(self, markers: Iterable[Marker]) -> None:
        """Adds or replaces many; the last of the same id counts."""
        before = self.live
        first, heads, keys, counts = len(self.lines), array("I"), array("I"), array("i")
        rest = iter(markers)
        while some := list(islice(rest, TOGETHER)):
            for marker in some if before else ():
                self.remove(marker.id)
            for found in self._append(some):
                heads.append(found[0])
                keys.fromlist(found)
                counts.append(len(found))
        self._drop_doubles(np.array(heads, np.uint32))
        rows = np.repeat(np.arange(first, len(self.lines), dtype=np.int32), counts)
        if len(keys) * FEW < len(self.postings.keys):
            for key, row in zip(keys, rows.tolist(), strict=True):
                self.postings.add((key,), row)
            if self.postings.is_full():
                self.postings.merge(lambda row: bool(self.lines[row]))
        else:
            self.postings.pack(np.array(keys, np.uint32), rows, self.is_live())

    def remove(self, marker_id: str) -> None:
        """Ends a marker; an unknown id changes nothing."""
        for row in self._rows_of(f"i{marker_id}", len(self.lines)):
            line = self.lines[row]
            if line.startswith(f"{marker_id}|"):
                self.postings.drop(hashed(keys_of(parse(line))), row)
                self._end(row)

    def is_live(self) -> npt.NDArray[np.bool_]:
        """Which rows hold a marker."""
        return np.fromiter(map(bool, self.lines), np.bool_, len(self.lines))

    def lines_under(self, keys: Iterable[str], most: int, seen: set[int]) -> Iterator[str]:
        """The markers under these keys that were not seen yet, at most `most`."""
        lines, left = self.lines, most
        for rows in self.postings.rows_of(hashed(keys), most * DEEP):
            for row in rows:
                if row not in seen and (line := lines[row]):
                    seen.add(row)
                    yield line
                    left -= 1
                    if not left:
                        return

    def _rows_of(self, key: str, most: int) -> list[int]:
        return [row for rows in self.postings.rows_of(hashed([key]), most) for row in rows]

    def specs(self, keys: Iterable[str], most: int) -> list[Spec]:
        """The markers under these keys, at most `most`."""
        return list(map(parse, self.lines_under(keys, most, set())))

    def is_alone(self, spec: Spec, *, place: str) -> bool:
        """No marker is in a street of that name in another outcode, as far as `place` goes."""
        rows = set(self._rows_of(name_key(spec), MANY))
        if len(rows) >= MANY:
            return False
        lines = [line for row in rows if place in (line := self.lines[row])]
        outcodes = {postcode_of(divided(line)[0])[:-3] for line in lines if line}
        return outcodes == {spec.postcode[:-3]}

    def _append(self, markers: list[Marker]) -> list[list[int]]:
        """Keeps what each marker looks for as the last row; its keys, its id's first."""
        specs = list(map(spec_of, markers, list(map(reading_of, markers))))
        self.lines += [spec.line() for spec in specs]
        self.live += len(specs)
        self.roads.update(hashed(road_of(spec) for spec in specs if spec.kind and spec.postcode))
        return list(map(hashed, list(map(keys_of, specs))))

    def _end(self, row: int) -> None:
        self.lines[row] = ""
        self.live -= 1

    def _drop_doubles(self, heads: npt.NDArray[np.uint32]) -> None:
        """Of rows just appended under one id only the last stays."""
        first = len(self.lines) - len(heads)
        order = np.argsort(heads, kind="stable")
        same = np.flatnonzero(heads[order][1:] == heads[order][:-1])
        last: dict[str, int] = {}
        for row in sorted({int(order[i + step]) + first for i in same.tolist() for step in (0, 1)}):
            marker = self.lines[row].partition("|")[0]
            if marker in last:
                self._end(last[marker])
            last[marker] = row


def reading_of(marker: Marker) -> Reading:
    """Reads the address. Scope PERSON has none to match."""
    if marker.scope is Scope.PERSON:
        return Reading()
    text, _ = clean(marker.address or "")
    return read_marker(text, read_postcode(marker.postcode or ""))


def spec_of(marker: Marker, reading: Reading) -> Spec:
    """What a marker looks for. Scopes BUILDING and SITE cover all inside."""
    phones = dict.fromkeys(filter(None, map(read_phone, marker.phones))) if marker.phones else ()
    person = read_person(marker.person) if marker.person else ""
    return interpret(
        marker.id, marker.scope in (Scope.BUILDING, Scope.SITE), reading,
        marker.uprn or "", tuple(phones), person, _position(marker),
    )  # fmt: skip


def _position(marker: Marker) -> str:
    if marker.latitude is None or marker.longitude is None:
        return ""
    return f"{marker.latitude:.5f},{marker.longitude:.5f}"
