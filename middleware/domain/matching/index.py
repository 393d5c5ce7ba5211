"""The index of markers: follows the journal, answers a check in about a tenth of a millisecond."""

from collections.abc import Iterable
from typing import ClassVar

from middleware.domain.matching import snapshot
from middleware.domain.matching.answer import Evidence, answer
from middleware.domain.matching.circle import Circles, with_circle
from middleware.domain.matching.contacts import read_person, read_phone
from middleware.domain.matching.evidence import clean
from middleware.domain.matching.judge import Judge, Verdict, is_settled
from middleware.domain.matching.keys import LONDON, rare, roads_asked, rounds
from middleware.domain.matching.postcodes import read_postcode
from middleware.domain.matching.postings import hashed
from middleware.domain.matching.reader import read
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.settling import whole_name
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.store import Store
from middleware.domain.matching.unplaced import (
    doubt_place,
    is_rare_house,
    is_unplaced,
    says_no_more,
    settle_unplaced,
)
from schemas.caller import CallerPlace
from schemas.check import Answer, Whereabouts
from schemas.marker import Marker

MOST = 64
"""Candidates looked at in each round; with the number of rounds it bounds the effort of a check."""


class MarkerIndex:
    """Markers that can match, by address, UPRN, phone number and person (M1, M2, C3).

    The same markers put in the same order give the same answers everywhere: the effort is
    bounded in candidates, scores are integers, nothing depends on time or chance.
    """

    version: ClassVar[str] = "forewarn-matcher/6"

    def __init__(self) -> None:
        self._position = 0
        self._store = Store()
        self._circles = Circles()

    @property
    def position(self) -> int:
        """Journal position followed so far."""
        return self._position

    def __len__(self) -> int:
        """Markers that can match."""
        return self._store.live

    def put(self, marker: Marker) -> None:
        """Adds or replaces one marker; live at once."""
        self._store.put(marker)

    def put_many(self, markers: Iterable[Marker]) -> None:
        """Adds or replaces many; much quicker than one by one when the index is built."""
        self._store.put_many(markers)

    def remove(self, marker_id: str) -> None:
        """Ended: never matches again. An unknown id changes nothing."""
        self._store.remove(marker_id)

    def follow(self, position: int) -> None:
        """Now up to date with that journal position."""
        self._position = position

    def dump(self) -> bytes:
        """A snapshot; `load` gives an index with the same answers."""
        return snapshot.pack(self.version, self._position, self._store)

    @classmethod
    def load(cls, data: bytes) -> "MarkerIndex":
        """The index of a snapshot. ValueError when it is damaged or of another version."""
        index = cls()
        index._position, index._store = snapshot.unpack(cls.version, data)
        return index

    def check(self, place: Whereabouts) -> Answer:
        """Found, possible, none found or not checked, with the markers and the reasons (C4).

        Never raises: what cannot be read as an address is not checked, with the reason.
        """
        text, inside = clean(place.address or "")
        reading = read(text, read_postcode(place.postcode or "")).settled()
        phone = read_phone(place.phone) if place.phone else ""
        person = read_person(place.person) if place.person else ""
        evidence = Evidence(
            verdicts=self._by_address(reading),
            uprn=self._by_uprn(place.uprn) if place.uprn else [],
            phone=self._by_phone({phone, inside} - {""}) if phone or inside else [],
            person=self._by_person(person) if person else [],
        )
        said = answer(place, reading, evidence, version=self.version, position=self._position)
        if not isinstance(place, CallerPlace):
            return said
        return with_circle(said, place, self._circles.within(place, self._store.lines))

    def _by_address(self, reading: Reading) -> list[Verdict]:
        """Round after round of keys, the surest first, until a marker fits."""
        verdicts: list[Verdict] = []
        seen: set[int] = set()
        judge = Judge(reading)
        there = 0 if reading.outcode else 1  # the last round that looks where it is said to be
        for turn, keys in enumerate(rounds(reading)):
            before = len(verdicts)
            for line in self._store.lines_under(keys, MOST, seen):
                verdict = judge.judge(line)
                if verdict is not None:
                    verdicts.append(verdict)
            if not reading.outcode:
                self._weigh_rarity(reading, verdicts[before:])
            if any(map(is_settled, verdicts)):
                break
            if turn == there and (judge.is_placed or self._is_known_road(reading)):
                break
        return verdicts

    def _weigh_rarity(self, reading: Reading, verdicts: list[Verdict]) -> None:
        """Without a town a name is sure enough when it is rare and no other place has it."""
        place = LONDON if LONDON in reading.words else ""
        for verdict in verdicts:
            spec = verdict.spec
            if verdict.doubted or not is_unplaced(verdict):
                continue
            doubt_place(reading, verdict)
            if not says_no_more(reading, spec):
                continue
            if rare(spec.names) and whole_name(reading, spec):
                settle_unplaced(verdict, "name and street are rare enough without a town")
            elif is_rare_house(reading, spec) and self._store.is_alone(spec, place=place):
                settle_unplaced(verdict, "the street's name is rare enough without a town")

    def _is_known_road(self, reading: Reading) -> bool:
        """The street is spelt as in a marker of the same outcode: there is no slip to look for."""
        if not reading.outcode:
            return False
        return any(road in self._store.roads for road in hashed(roads_asked(reading)))

    def _by_uprn(self, uprn: str) -> list[Spec]:
        found = self._store.specs([f"u{uprn}"], MOST)
        return [spec for spec in found if spec.uprn == uprn]

    def _by_phone(self, phones: set[str]) -> list[Spec]:
        found = self._store.specs([f"h{phone}" for phone in sorted(phones)], MOST)
        return [spec for spec in found if not phones.isdisjoint(spec.phones)]

    def _by_person(self, person: str) -> list[Spec]:
        found = self._store.specs([f"w{person}"], MOST)
        return [spec for spec in found if spec.person == person]
