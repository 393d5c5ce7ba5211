"""The index of markers: follows the journal, answers a check in about a tenth of a millisecond."""

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from middleware.domain.matching import keys as k
from middleware.domain.matching import snapshot
from middleware.domain.matching.answer import answer
from middleware.domain.matching.contacts import read_person, read_phone
from middleware.domain.matching.evidence import clean
from middleware.domain.matching.judge import FOUND, Verdict, judge
from middleware.domain.matching.numbers import Fit
from middleware.domain.matching.postcodes import read_postcode
from middleware.domain.matching.postings import Postings, key
from middleware.domain.matching.postings import keys as hashed
from middleware.domain.matching.reading import Reading, read
from middleware.domain.matching.spec import Spec, interpret, parse
from schemas.check import Answer, Whereabouts
from schemas.marker import Marker, Scope

MOST = 64
"""Candidates looked at in each round; what bounds the effort of a check."""
BULK = 20_000
"""From this many markers at once it is cheaper to pack them than to add them one by one."""


class MarkerIndex:
    """Markers that can match, by address, UPRN, phone number and person (M1, M2, C3)."""

    version: ClassVar[str] = "forewarn-matcher/1"

    def __init__(self) -> None:
        self._position = 0
        self._lines: list[str] = []
        self._live = 0
        self._postings = Postings()
        self._roads: set[int] = set()

    @property
    def position(self) -> int:
        """Journal position followed so far."""
        return self._position

    def __len__(self) -> int:
        return self._live

    def follow(self, position: int) -> None:
        """Now up to date with that journal position."""
        self._position = position

    def put(self, marker: Marker) -> None:
        """Adds or replaces one marker; live at once."""
        self.remove(marker.id)
        self._postings.add(self._append(marker), len(self._lines) - 1)

    def put_many(self, markers: Iterable[Marker]) -> None:
        """Adds or replaces many; packs them when it pays."""
        keys: list[int] = []
        rows: list[int] = []
        for marker in markers:
            if self._live:
                self.remove(marker.id)
            found = self._append(marker)
            keys += found
            rows += [len(self._lines) - 1] * len(found)
        self._postings.extend(np.array(keys, np.uint32), np.array(rows, np.int32))

    def remove(self, marker_id: str) -> None:
        """Ended: never matches again. An unknown id changes nothing."""
        for row in self._postings.rows_of([key(f"i{marker_id}")], 1 << 30):
            if self._lines[row].startswith(f"{marker_id}|"):
                self._lines[row] = ""
                self._live -= 1

    def dump(self) -> bytes:
        """A snapshot; `load` gives an index with the same answers. Markers that ended are left out."""
        self._postings.merge()
        return snapshot.pack(self._position, self._lines, self._postings)

    @classmethod
    def load(cls, data: bytes) -> "MarkerIndex":
        """The index of a snapshot. ValueError when the bytes are not one of this version."""
        index = cls()
        index._position, index._lines, index._postings = snapshot.unpack(data)
        index._live = len(index._lines) - index._lines.count("")
        return index

    def check(self, place: Whereabouts) -> Answer:
        """Found, possible, none found or not checked, with the markers and the reasons (C4)."""
        text, phone = clean(place.address or "")
        reading = read(text, read_postcode(place.postcode or ""))
        verdicts = self._by_address(reading)
        numbers = {read_phone(place.phone or ""), phone} - {""}
        return answer(
            place, reading, verdicts,
            by_uprn=self._by_key(f"u{place.uprn}", "uprn", place.uprn or ""),
            by_phone=[spec for one in sorted(numbers) for spec in self._by_key(f"h{one}", "phones", one)],
            by_person=self._by_person(place.person or ""),
            version=self.version, position=self._position,
        )  # fmt: skip

    def _by_address(self, reading: Reading) -> list[Verdict]:
        if not reading.words and not (reading.postcode and reading.numbers):
            return []
        verdicts: list[Verdict] = []
        seen: set[int] = set()
        for turn, keys in enumerate(k.rounds(reading)):
            verdicts += self._judge(reading, keys, seen)
            if any(v.points >= FOUND and v.fit in (Fit.SAME, Fit.COVERED) for v in verdicts):
                break
            if turn == 0 and self._is_known_road(reading):
                break
        return verdicts

    def _is_known_road(self, reading: Reading) -> bool:
        """The street is spelt as in a marker of the same outcode: there is no slip to look for."""
        if not reading.outcode:
            return False
        return any(key(road) in self._roads for road in k.roads_asked(reading))

    def _judge(self, reading: Reading, keys: list[str], seen: set[int]) -> list[Verdict]:
        found = []
        for row in self._postings.rows_of(hashed(keys), MOST):
            line = self._lines[row]
            if line and row not in seen:
                seen.add(row)
                verdict = judge(reading, parse(line))
                if verdict is not None:
                    found.append(verdict)
        return found

    def _by_key(self, text: str, field: str, value: str) -> list[Spec]:
        if not value:
            return []
        rows = self._postings.rows_of([key(text)], MOST)
        specs = [parse(self._lines[row]) for row in rows if self._lines[row]]
        return [spec for spec in specs if value in (getattr(spec, field), *spec.phones)]

    def _by_person(self, text: str) -> list[Spec]:
        person = read_person(text)
        return self._by_key(f"w{person}", "person", person)

    def _append(self, marker: Marker) -> list[int]:
        """Keeps what the marker looks for as the last row; its keys."""
        if marker.scope is Scope.PERSON:
            reading = Reading()
        else:
            text, _ = clean(marker.address or "")
            reading = read(text, read_postcode(marker.postcode or ""))
        phones = tuple(dict.fromkeys(p for p in map(read_phone, marker.phones) if p))
        spec = interpret(
            marker.id, marker.scope in (Scope.BUILDING, Scope.SITE), reading,
            marker.uprn or "", phones, read_person(marker.person or ""),
        )  # fmt: skip
        self._lines.append(spec.line())
        self._live += 1
        self._roads.add(key(k.road_of(spec)))
        return hashed(k.keys_of(spec))
