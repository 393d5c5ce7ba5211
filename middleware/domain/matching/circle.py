"""A telephone's position: a circle with dwellings in it. It names nobody; alone it never flags."""

from itertools import product
from math import cos, floor, hypot, pi, radians

from middleware.domain.matching.spec import position_of
from schemas.caller import CallerPlace
from schemas.check import Answer, Match, Outcome, Relation

METRES_A_DEGREE = 111_200
CELL = 0.002
"""Degrees: markers are kept in squares of that size."""
DWELLINGS_A_HECTARE = 25
"""As in an English town. An assumption: no directory of dwellings is at hand."""
CONFIDENCE = 67
"""Per cent, where the telephone does not say: one standard deviation."""
LEAST, MOST_ALONE = 10, 400
"""Certainty (thousandths) below which nothing is said of a dwelling, and above which none gets."""
LIKELIER, LIKELIEST = 100, 700
"""What a position that agrees adds to a match that is not sure, and how far."""
SHOWN = 10

Found = list[tuple[float, str, str]]
"""Metres from the middle, marker, position."""


class Circles:
    """Where the markers are. Follows the index's rows, which are given out once and in order."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._followed = 0

    def within(self, place: CallerPlace, lines: list[str]) -> Found:
        """The markers in the circle that is asked about, nearest first."""
        radius, latitude, longitude = place.radius_m, place.latitude, place.longitude
        if radius is None or latitude is None or longitude is None or dwellings(radius) > MOST:
            return []
        self._follow(lines)
        found: Found = []
        for row in self._near(latitude, longitude, radius):
            if line := lines[row]:
                marker, position = line.partition("|")[0], position_of(line)
                away = _metres(latitude, longitude, position)
                if away <= radius:
                    found.append((away, marker, position))
        return sorted(found)

    def _follow(self, lines: list[str]) -> None:
        for row in range(self._followed, len(lines)):
            if (line := lines[row]) and (position := position_of(line)):
                self._cells.setdefault(_cell(*_degrees(position)), []).append(row)
        self._followed = len(lines)

    def _near(self, latitude: float, longitude: float, radius: float) -> list[int]:
        high = radius / METRES_A_DEGREE
        wide = high / max(cos(radians(latitude)), 0.01)
        south, west = _cell(latitude - high, longitude - wide)
        north, east = _cell(latitude + high, longitude + wide)
        cells = product(range(south, north + 1), range(west, east + 1))
        return [row for cell in cells for row in self._cells.get(cell, ())]


def dwellings(radius_m: float) -> int:
    """About so many are in the circle; at least one."""
    return max(1, round(pi * radius_m**2 / 10_000 * DWELLINGS_A_HECTARE))


MOST = 1000 // LEAST
"""Dwellings in a circle of which nothing can be said any more."""


def with_circle(answer: Answer, place: CallerPlace, found: Found) -> Answer:
    """The answer, and what the position adds: advice to ask, never the flag (C4, N6)."""
    if not found or place.radius_m is None:
        return answer
    among = max(dwellings(place.radius_m), len({position for *_, position in found}))
    certainty = min(MOST_ALONE, 10 * (place.confidence or CONFIDENCE) // among)
    if certainty < LEAST:
        return answer
    said = (
        f"the telephone's position is a circle of {place.radius_m:.0f} m, with about {among} "
        f"dwelling{'s' * (among > 1)} in it: ask for the address"
    )
    inside = {marker for _, marker, _ in found}
    known = [_likelier(m) if m.marker in inside else m for m in answer.matches]
    more = [
        Match(marker=marker, relation=Relation.TOO_VAGUE, certainty=certainty, reasons=(said,))
        for marker in dict.fromkeys(marker for _, marker, _ in found)
        if marker not in {match.marker for match in known}
    ]
    outcome = answer.outcome if answer.outcome is Outcome.FOUND else Outcome.POSSIBLE
    told = {"outcome": outcome, "reason": None, "matches": (*known, *more)[:SHOWN]}
    return answer.model_copy(update=told)


def _likelier(match: Match) -> Match:
    certainty = max(match.certainty, min(match.certainty + LIKELIER, LIKELIEST))
    reasons = (*match.reasons, "the telephone's position is there")
    return match.model_copy(update={"certainty": certainty, "reasons": reasons})


def _degrees(position: str) -> tuple[float, float]:
    latitude, longitude = map(float, position.split(","))
    return latitude, longitude


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return floor(latitude / CELL), floor(longitude / CELL)


def _metres(latitude: float, longitude: float, position: str) -> float:
    there = _degrees(position)
    east = (there[1] - longitude) * cos(radians(latitude))
    return hypot(there[0] - latitude, east) * METRES_A_DEGREE
