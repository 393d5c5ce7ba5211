"""A matcher that anybody can follow: an exact table of addresses and numbers."""

from collections.abc import Iterable

from schemas.check import Answer, Match, NotChecked, Outcome, Relation, Whereabouts
from schemas.marker import Marker, Scope

NOT_AN_ADDRESS = "somewhere near the big tree"
"""The one address that the table does not understand."""


class TableMatcher:
    """The index as a table: a marker matches its own address, letter by letter, and no other.

    A building's marker covers `..., ` before its address; a number alone is a possible match.
    `fault` makes every check raise, `cannot_put` every taking up.
    """

    version = "table/1"

    def __init__(self) -> None:
        self._markers: dict[str, Marker] = {}
        self._position = 0
        self.fault: Exception | None = None
        self.cannot_put: Exception | None = None

    @property
    def position(self) -> int:
        return self._position

    def __len__(self) -> int:
        return len(self._markers)

    def put(self, marker: Marker) -> None:
        if self.cannot_put:
            raise self.cannot_put
        self._markers[marker.id] = marker

    def put_many(self, markers: Iterable[Marker]) -> None:
        for marker in markers:
            self.put(marker)

    def remove(self, marker_id: str) -> None:
        self._markers.pop(marker_id, None)

    def follow(self, position: int) -> None:
        self._position = position

    def check(self, place: Whereabouts) -> Answer:
        if self.fault:
            raise self.fault
        if place.address is None and place.phone is None:
            return self._answer(Outcome.NOT_CHECKED, reason=NotChecked.NOTHING_TO_CHECK)
        if place.address == NOT_AN_ADDRESS:
            return self._answer(Outcome.NOT_CHECKED, reason=NotChecked.ADDRESS_NOT_UNDERSTOOD)
        found = [match for marker in self._markers.values() if (match := _match(marker, place))]
        found.sort(key=lambda match: (-match.certainty, match.marker))
        if not found:
            return self._answer(Outcome.NONE_FOUND)
        outcome = Outcome.FOUND if found[0].certainty == 1000 else Outcome.POSSIBLE
        return self._answer(outcome, tuple(found))

    def _answer(
        self,
        outcome: Outcome,
        matches: tuple[Match, ...] = (),
        reason: NotChecked | None = None,
    ) -> Answer:
        return Answer(
            outcome=outcome,
            matches=matches,
            reason=reason,
            matcher=self.version,
            position=self._position,
        )


def _match(marker: Marker, place: Whereabouts) -> Match | None:
    if marker.address is not None and place.address == marker.address:
        relation, certainty = Relation.SAME_DWELLING, 1000
    elif marker.scope is Scope.BUILDING and (place.address or "").endswith(f", {marker.address}"):
        relation, certainty = Relation.BUILDING_COVERS, 1000
    elif place.phone is not None and place.phone in marker.phones:
        relation, certainty = Relation.NUMBER_ONLY, 500
    else:
        return None
    return Match(marker=marker.id, relation=relation, certainty=certainty, reasons=("the table",))
