"""Exact logic for numbers: 14, 14A and 41 are three doors, flat 2 is not flat 3.

Similarity never decides here. Every number of a query must be explained by the marker.
"""

import re
from enum import IntEnum

from middleware.domain.matching.reading import NEAR, Reading
from middleware.domain.matching.repeats import AGAIN
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.wording import close, find
from middleware.domain.matching.words import EMPTY

_HOUSE = re.compile(r"(\d+)([A-Z]?)(?:-(\d+)[A-Z]?)?\Z")

_SHARED = frozenset(
    "HOUSE COURT TOWER TOWERS MANSIONS HEIGHTS POINT BUILDING BUILDINGS APARTMENTS HALL LODGE "
    "CHAMBERS ESTATE PARK CENTRE MILL MILLS WORKS PLACE FLAT".split()
)
"""The number behind such a name may be a flat or a unit."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST = 70
"""A range of more house numbers than this is something else."""

Number = tuple[str, bool, int]
"""(value, named as a unit, words before it), as `Reading.numbers` has them."""


class Fit(IntEnum):
    """How the numbers of a query and of a marker go together."""

    SAME = 0
    EQUIVALENT = 1
    COVERED = 2
    ASK = 3
    EXTRA = 4
    OTHER = 5
    UNNUMBERED = 6
    SUFFIX = 7
    NO_HOUSE = 8
    AS_UNIT = 9
    INSIDE = 10
    AROUND = 11
    HOUSE_TOO = 12
    OTHER_HOUSE = 13
    FLOOR = 14
    DIFFERENT = 15


SAME, _FLOOR = Fit.SAME, Fit.FLOOR
"""Asked of every door: to look a member up by its class takes longer."""
ALIKE = frozenset({Fit.SAME, Fit.COVERED})
"""The numbers say the same, or the building was asked for that has them."""


def fit(query: Reading, spec: Spec, street_at: int) -> Fit:
    """Explains the numbers of a query by a marker; `street_at`: the street's first word there."""
    found = _fit(query, spec, street_at)
    if found is _FLOOR:
        return Fit.EQUIVALENT if query.flat else Fit.ASK
    return found


def _fit(query: Reading, spec: Spec, street_at: int) -> Fit:
    numbers = query.numbers
    if len(numbers) == 1 and not spec.units and numbers[0][0] == spec.house and not numbers[0][1]:
        return SAME
    if not spec.house:
        return _without_house(numbers, spec, street_at)
    picked = _pick(numbers, spec.house, street_at)
    if picked < 0:
        found = _loosely(numbers, spec)
        if found is Fit.DIFFERENT and spec.names:
            return _by_name(query, spec, street_at)
        return found
    rest = [value for i, (value, _, _) in enumerate(numbers) if i != picked]
    later = [at for _, named, at in numbers[picked + 1 :] if not named]
    at = numbers[picked][2]
    if later and at != street_at and not at > street_at >= 0:
        return Fit.DIFFERENT
    return _fit_units(rest, spec)


def _without_house(numbers: list[Number], spec: Spec, street_at: int) -> Fit:
    """The marker has units or only a name; the query may give the house number too."""
    found = _fit_units([value for value, _, _ in numbers], spec)
    if found in (Fit.EXTRA, Fit.OTHER, Fit.ASK) and street_at > 0:
        rest = [value for value, named, at in numbers if named or at != street_at]
        named = bool(spec.units) or not _SHARED.intersection(spec.names[-1:])
        if named and len(rest) == len(numbers) - 1 and _fit_units(rest, spec) is Fit.SAME:
            return Fit.HOUSE_TOO
    return found


def _by_name(query: Reading, spec: Spec, street_at: int) -> Fit:
    """2 LARKMERE COURT, ALBERT ROAD is flat 2 of Larkmere Court, 20-22 Albert Road."""
    if not all(find(word, query.words)[1] <= 1 for word in spec.names if word != "APARTMENTS"):
        return Fit.DIFFERENT
    found = _fit_units([value for value, _, _ in query.numbers], spec)
    if any(at == street_at and not named for _, named, at in query.numbers):
        return _behind_name(query, spec, street_at, found)
    if found in (Fit.SAME, Fit.EQUIVALENT):
        return Fit.NO_HOUSE
    return found if found in (Fit.COVERED, Fit.ASK) else Fit.DIFFERENT


def _behind_name(query: Reading, spec: Spec, street_at: int, found: Fit) -> Fit:
    """LARKMERE COURT 2, ALBERT ROAD: flat 2 of the court, or the court is another one at 2."""
    if street_at < 1 or query.words[street_at - 1] not in spec.names:
        return Fit.DIFFERENT
    if found is Fit.SAME and spec.units:
        return Fit.NO_HOUSE
    return Fit.OTHER_HOUSE if found is Fit.COVERED else Fit.DIFFERENT


def is_of_a_house(number: str) -> bool:
    """So high a number, or two in one, is hardly that of a flat or unit."""
    return "-" in number or len(number.rstrip(LETTERS)) > 2


def stands_apart(query: Reading, spec: Spec, street_at: int) -> bool:
    """33 TARN MEADOWS, WETHERLY GARDENS is not 33 Wetherly Gardens."""
    if not spec.house or street_at <= 0:
        return False
    index = _pick(query.numbers, spec.house, street_at)
    between = query.words[query.numbers[index][2] : street_at] if index >= 0 else []
    if not between:
        return False
    known = {*EMPTY, *spec.street}
    return any(word not in known and not close(word, [*spec.names]) for word in between)


def _pick(numbers: list[Number], house: str, street_at: int) -> int:
    """Which number of the query is the house: the one before the street, else the last."""
    picked = before = -1
    for index, (value, named, at) in enumerate(numbers):
        if named:
            continue
        if at == street_at:
            before = index
        if value == house:
            picked = index
    if before >= 0:
        return before if numbers[before][0] == house else -1
    return picked


def _fit_units(asked: list[str], spec: Spec) -> Fit:
    known = spec.units
    if AGAIN in known:
        known = tuple(unit for unit in known if unit != AGAIN)
        doors = (spec.house, spec.house.rstrip(LETTERS))
        asked = [value for value in dict.fromkeys(asked) if value not in doors]
    if tuple(asked) == known:
        return Fit.SAME
    if len(asked) == len(known) == 1 and asked[0][0] != "f" != known[0][0]:
        return Fit.OTHER
    if spec.covers and _within(known, asked) and NEAR not in asked:
        return Fit.COVERED
    asked_units, asked_floors = _split(asked)
    known_units, known_floors = _split(known)
    if asked_units == known_units or _letter_and_number(asked_units, known_units):
        return _fit_floors(asked_floors, known_floors, numbered=bool(asked_units))
    if not _agree(known_floors, asked_floors):
        return Fit.OTHER
    if _within(known_units, asked_units):
        return Fit.EXTRA
    return Fit.ASK if _within(asked_units, known_units) else Fit.OTHER


def _letter_and_number(one: list[str], other: list[str]) -> bool:
    """BLOCK D 43 is 43 BLOCK D: nobody can take the letter for the number."""
    return len(one) == 2 and one == other[::-1] and one[0][0].isdigit() != one[1][0].isdigit()


def _fit_floors(asked: list[str], known: list[str], *, numbered: bool) -> Fit:
    if asked == known:
        return Fit.SAME
    if asked and known:
        if _within(asked, known):
            return Fit.ASK
        return Fit.EXTRA if _within(known, asked) else Fit.OTHER
    if numbered:
        return Fit.FLOOR
    return Fit.ASK if known else Fit.EXTRA


def _split(values: list[str] | tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Numbered units and floors apart (floors begin with a small f)."""
    return [v for v in values if v[0] != "f"], [v for v in values if v[0] == "f"]


def _agree(one: list[str], other: list[str]) -> bool:
    return not one or not other or _within(one, other) or _within(other, one)


def _within(few: list[str] | tuple[str, ...], many: list[str]) -> bool:
    left = list(many)
    for value in few:
        if value not in left:
            return False
        left.remove(value)
    return True


def _loosely(numbers: list[Number], spec: Spec) -> Fit:
    """The house is not there as written: ranges, 36A for flat A at 36, a lost suffix."""
    values = [value for value, _, _ in numbers]
    bare = [i for i, (_, named, _) in enumerate(numbers) if not named]
    if not bare:
        return _unnumbered(values, spec)
    for i in bare:
        if i + 1 < len(values) and f"{values[i]}-{values[i + 1]}" == spec.house:
            return _softened(_fit_units(values[:i] + values[i + 2 :], spec))
    last = bare[-1]
    rest = values[:last] + values[last + 1 :]
    house, slash, unit = values[last].partition("/")
    if slash and house == spec.house:
        return _softened(_fit_units([*values[:last], unit, *values[last + 1 :]], spec))
    if slash and f"{house}-{unit}" == spec.house:
        return _softened(_fit_units(rest, spec))
    return _lettered(values[last], rest, spec)


def _lettered(value: str, rest: list[str], spec: Spec) -> Fit:
    """Two house numbers that differ as written: by a range, by a letter, or altogether."""
    asked, known = _HOUSE.match(value), _HOUSE.match(spec.house)
    if asked is None or known is None:
        return Fit.DIFFERENT
    if asked[3] or known[3]:
        inside = _in_range(asked, known)
        if inside is Fit.AROUND and rest and rest == list(spec.units) and _holds(asked, known):
            return Fit.INSIDE
        return _ranged(_fit_units(rest, spec), inside) if inside else Fit.DIFFERENT
    if asked[1] != known[1] or (known[2] and asked[2]):
        return Fit.DIFFERENT
    letter_apart = known[2] and rest == [known[2], *spec.units]
    units = list(spec.units) if rest else _split(spec.units)[0]
    if letter_apart or (asked[2] and units == [asked[2], *rest]):
        return Fit.EQUIVALENT
    return Fit.SUFFIX


def _unnumbered(asked: list[str], spec: Spec) -> Fit:
    """No number that could be the house: none at all, or units only."""
    if not asked:
        return Fit.UNNUMBERED
    if asked == list(spec.units):
        return Fit.NO_HOUSE
    return Fit.AS_UNIT if asked == [*spec.units, spec.house] else Fit.DIFFERENT


def _softened(found: Fit) -> Fit:
    return Fit.EQUIVALENT if found is Fit.SAME else found


def _ranged(found: Fit, inside: Fit) -> Fit:
    """16 is in 14-16 when all else is the same; 14-18 only touches it."""
    if found in (Fit.SAME, Fit.EQUIVALENT, Fit.COVERED):
        return inside if found is not Fit.COVERED or inside is Fit.AROUND else found
    return Fit.AROUND if found in (Fit.ASK, Fit.EXTRA) else Fit.DIFFERENT


def _holds(one: re.Match[str], other: re.Match[str]) -> bool:
    """One range lies in the other, and no letter says otherwise."""
    low, high = int(one[1]), int(one[3] or one[1])
    first, last = int(other[1]), int(other[3] or other[1])
    inside = first <= low <= high <= last or low <= first <= last <= high
    return inside and not one[2] + other[2] and (low - first) % 2 == 0


def _in_range(asked: re.Match[str], known: re.Match[str]) -> Fit | None:
    """INSIDE: one number in a range of the same side of the street. AROUND: they overlap."""
    low_a, high_a = int(asked[1]), int(asked[3] or asked[1])
    low_k, high_k = int(known[1]), int(known[3] or known[1])
    if not 0 <= high_a - low_a <= LONGEST or not 0 <= high_k - low_k <= LONGEST:
        return None
    if high_a < low_k or high_k < low_a:
        return None
    if asked[3] or asked[2] or known[2]:
        return Fit.AROUND
    one_side = (high_k - low_k) % 2 == 0
    return None if one_side and (low_a - low_k) % 2 else Fit.INSIDE
