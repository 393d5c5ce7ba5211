"""Numbers that are written otherwise, settled by a name where postcode and street agree."""

from middleware.domain.matching import words as w
from middleware.domain.matching.numbers import SAME, Fit
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.repeats import AGAIN
from middleware.domain.matching.spec import Site, Spec
from middleware.domain.matching.wording import find


def settled(query: Reading, spec: Spec, found: Fit, name: int) -> Fit:
    """What the numbers come to when the name says that it is the same place.

    `name`: points of the name, below 0 when another one was given.
    """
    if found is SAME:
        return found
    if found is Fit.AS_UNIT:
        as_house = not query.flat and name >= 0
        return Fit.EQUIVALENT if as_house or _in_a_street(spec) else found
    if found is Fit.UNNUMBERED and spec.house and not set(spec.units) - {AGAIN}:
        return Fit.NO_HOUSE if whole_name(query, spec) else found
    if found is Fit.HOUSE_TOO:
        return Fit.NO_HOUSE if whole_name(query, spec) else Fit.EXTRA
    if found is Fit.EXTRA:
        return Fit.SAME if _written_twice(query, spec) else found
    if found is Fit.AROUND:
        return Fit.INSIDE if whole_name(query, spec) else found
    return found


def whole_name(query: Reading, spec: Spec) -> bool:
    """Every word of a name that can tell it from others is there."""
    rare = [word for word in spec.names if word not in w.COMMON]
    return (bool(rare) or len(spec.names) > 1) and all(
        find(word, query.words)[0] >= 0 for word in spec.names
    )


def _written_twice(query: Reading, spec: Spec) -> bool:
    """38 MILL ROAD 38 MILL ROAD and 105 105 MILL ROAD; 3 3 MILL ROAD may be a flat."""
    if spec.units or any(value != spec.house or named for value, named, _ in query.numbers):
        return False
    between = query.words[query.numbers[0][2] : query.numbers[-1][2]]
    return len(spec.house) > 2 or any(word in w.STRONG_TYPES for word in between)


def _in_a_street(spec: Spec) -> bool:
    """3 TARN TERRACE, ALDER WALK: a row of flats or cottages that a street leads to."""
    row = spec.kind not in w.STRONG_TYPES or spec.kind == "TERRACE"
    return row and any(word in w.STREET_TYPES for word in spec.places[1:])


def has_words(asked: set[str], site: Site | Spec) -> bool:
    """The words are those of the site, but for the widest places.

    `asked`: the words of the query without those places.
    """
    kinds = site.kind.split() if " " in site.kind else (site.kind,) if site.kind else ()
    return {*site.names, *site.street, *kinds, *site.places} - w.UNSAID == asked


def has_numbers(query: Reading, spec: Spec) -> bool:
    """Number for number what the marker says, whose words are those of the query."""
    numbers = query.numbers
    if spec.written or len(numbers) > 1:
        return len(numbers) > 1 and spec.written == query.digest()
    if len(numbers) != len(spec.units) + bool(spec.house):
        return False
    if numbers and numbers[0][0] != (spec.house or spec.units[0]):
        return False
    return not (numbers and spec.house and numbers[0][1])
