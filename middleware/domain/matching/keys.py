"""The keys under which a marker is posted, and those under which a query looks.

A key is a letter for its kind and what must agree: `p` postcode and number, `s` region,
number and street, `a` `z` `x` the same with a slip in the street (its first two or last two
letters, its sound), `n` region, number and name, `m` region and name, `g` number and street
or name anywhere, `i` id, `u` UPRN, `h` phone, `w` person. A region is an outcode or a place.
"""

from collections.abc import Iterator
from itertools import chain, pairwise

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.wording import sound

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WIDE = w.COUNTIES | w.EMPTY | w.STREET_TYPES
LONDON = "LONDON"
"""Too wide to place an address, and still the place to look in when nothing else is given."""
_SPAN = 40
"""A range of more numbers than this is known by its ends only."""


def keys_of(spec: Spec) -> list[str]:
    """Every key of a marker, its id first."""
    keys = [f"i{spec.marker}"]
    if spec.uprn:
        keys.append(f"u{spec.uprn}")
    if spec.phones:
        keys += [f"h{phone}" for phone in spec.phones]
    if spec.person:
        keys.append(f"w{spec.person}")
    outcode, numbers, pairs = spec.postcode[:-3], _numbers_of(spec), _pairs_of(spec)
    regions = [outcode, *_places_of(spec)] if outcode else _places_of(spec)
    if outcode:
        inside = _inside(spec, numbers[0])[1:2] if spec.house and spec.names else ()
        keys += [f"p{spec.postcode}{number}" for number in (*pairs, *numbers, *inside)]
    if spec.street:
        keys += [f"s{region}{pair} {_longest(spec.street)}" for pair in pairs for region in regions]
        keys += _street_keys(spec, outcode, regions, numbers)
    if spec.names:
        keys += _name_keys(spec, regions, numbers)
    return keys


def _street_keys(spec: Spec, outcode: str, regions: list[str], numbers: list[str]) -> list[str]:
    street, kind = _longest(spec.street), spec.kind.partition(" ")[0]
    first, last, heard = street[:2], street[-2:], sound(street)
    keys = [name_key(spec)]
    for number in numbers:
        for region in regions:
            at = f"{region}{number} "
            keys += (f"s{at}{street}", f"a{at}{first}", f"z{at}{last}")
        if outcode:
            keys.append(f"x{outcode}{number} {heard}")
        keys.append(f"g{number} {spec.street[-1]} {kind}")
    return keys


def _longest(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else max(words, key=len)


def _name_keys(spec: Spec, regions: list[str], numbers: list[str]) -> list[str]:
    keys = []
    inside = _inside(spec, numbers[0])
    for name in rare(spec.names)[:3]:
        keys.append(f"g{numbers[0]} {name}")
        for region in regions:
            keys.append(f"m{region} {name}")
            keys += [f"n{region}{number} {name}" for number in inside]
    return keys


def _numbers_of(spec: Spec) -> list[str]:
    """House number without its letter (a short range whole), else the first unit, else 0."""
    if spec.house.isdigit():
        return [spec.house]
    if spec.house:
        first, dash, last = spec.house.replace("/", "-").partition("-")
        low, high = digits(first), digits(last)
        if dash and low.isdigit() and high.isdigit() and 0 < int(high) - int(low) <= _SPAN:
            return [str(number) for number in range(int(low), int(high) + 1)]
        return [low]
    units = (unit.replace("/", "-").partition("-")[0] for unit in spec.units if unit[0] != "f")
    return [digits(next(units, "0"))]


def _inside(spec: Spec, number: str) -> list[str]:
    """Numbers that may stand before a building's name: its flat, its house, any at all."""
    flats = [digits(unit) for unit in spec.units[:1] if unit[0] != "f"]
    return list(dict.fromkeys((number, *flats, *(("0",) if spec.covers else ()))))


def _pairs_of(spec: Spec) -> list[str]:
    """House and unit as one key, so that a tower of flats does not hide its flat."""
    if not spec.house or not spec.units:
        return []
    return [f"{digits(spec.house)}/{unit}" for unit in spec.units[:2]]


def digits(value: str) -> str:
    """14A -> 14; a letter stays."""
    return value.rstrip(_LETTERS) or value


def name_key(spec: Spec) -> str:
    """Under this key stand all markers of that street and of its namesakes."""
    return f"t{' '.join(spec.street)} {spec.kind}"


def _places_of(spec: Spec) -> list[str]:
    """Words that place an address, the widest left out."""
    places = [place for place in spec.places if place not in _WIDE][:3]
    if LONDON in spec.places:
        places.append(LONDON)
    return places


def rare(names: tuple[str, ...] | list[str]) -> list[str]:
    """The words of a name that can be looked up."""
    return [name for name in names if name not in w.COMMON and len(name) > 2]


def road_of(spec: Spec) -> str:
    """The street in its outcode, as `roads_asked` has it."""
    return f"{spec.postcode[:-3]} {' '.join(spec.street)} {spec.kind}"


def roads_asked(query: Reading) -> list[str]:
    """What stands between a house number and a street type, in the outcode of the query."""
    words = query.words
    return [
        f"{query.outcode} {' '.join(words[at : end + 1])}"
        for _, named, at in query.numbers
        if not named
        for end in range(at + 1, min(at + 5, len(words)))
        if words[end] in w.STREET_TYPES
    ]


def rounds(query: Reading) -> Iterator[list[str]]:
    """Keys to look under, round by round, the surest first; stop when the marker is found."""
    numbers, streets, pairs = _asked(query), _streets(query), _pairs_asked(query)
    postcode, outcode = query.postcode, query.outcode
    first = [f"p{postcode}{n}" for n in (*pairs, *numbers, "0")] if postcode else []
    numbers = numbers or ["0"]
    both = (*pairs, *numbers)
    if outcode:
        buildings = _before_buildings(query.words)
        yield first + _exact(outcode, both, streets) + _named(outcode, numbers, buildings)
    names = rare(query.words)
    places = [word for word in names if word not in w.COUNTIES][-4:]
    if outcode:
        yield _slips(outcode, numbers, streets) + _named(outcode, numbers, names)
        yield list(chain(*(_exact(place, both, streets) for place in places)))
    else:
        if LONDON in query.words:
            places.append(LONDON)
        yield list(chain(*(_exact(place, both, streets) for place in places)))
        yield list(chain(*(_named(place, numbers, names) for place in places)))
        yield list(chain(*(_slips(place, numbers, streets) for place in places)))
        yield [f"g{n} {name}" for n in numbers for name in names]
    yield _roads(query, numbers)


def _exact(region: str, numbers: tuple[str, ...], streets: list[str]) -> list[str]:
    return [f"s{region}{n} {word}" for n in numbers for word in streets if word != region]


def _asked(query: Reading) -> list[str]:
    """The numbers of a query, the last (mostly the house) first."""
    found: dict[str, None] = {}
    for value, _, _ in reversed(query.numbers):
        if value.isdigit():
            found[value] = None
        elif value[0] != "f":
            found.update(dict.fromkeys(map(digits, value.replace("/", "-").split("-"))))
    return list(found)[:4]


def _pairs_asked(query: Reading) -> list[str]:
    """House and unit in both orders, as far as the numbers of a query can be both."""
    if len(query.numbers) < 2:
        return []
    values = [value for value, _, _ in query.numbers][:3]
    return [f"{digits(a)}/{b}" for a in values if a[0] != "f" for b in values if a is not b]


def _streets(query: Reading) -> list[str]:
    """Words that may be the longest of a street: before a street type, or after a number."""
    words = query.words
    found: list[str] = []
    for index, word in enumerate(words):
        if word in w.STREET_TYPES:
            found += words[index - 1 :: -1][:2] if index else ()
    for _, _, at in query.numbers:
        found += words[at : at + 2]
    return list(dict.fromkeys(found or words[:4]))[:5]


def _before_buildings(words: list[str]) -> list[str]:
    """Words to look up that stand before HOUSE, COURT, TOWER and the like."""
    if w.BUILDING_WORDS.isdisjoint(words):
        return []
    before = {a for a, b in pairwise(words) if b in w.BUILDING_WORDS}
    return [name for name in rare(words) if name in before]


def _slips(region: str, numbers: list[str], streets: list[str]) -> list[str]:
    """One slip leaves the first or the last two letters, or the sound, as they were."""
    return [
        key
        for n in numbers
        for word in streets
        if word != region
        for key in (
            f"a{region}{n} {word[:2]}",
            f"z{region}{n} {word[-2:]}",
            f"x{region}{n} {sound(word)}",
        )
    ]


def _named(region: str, numbers: list[str], names: list[str]) -> list[str]:
    if not names:
        return []
    if numbers == ["0"]:
        return [f"m{region} {name}" for name in names if name != region]
    return [f"n{region}{n} {name}" for n in (*numbers, "0") for name in names if name != region]


def _roads(query: Reading, numbers: list[str]) -> list[str]:
    """Number and street alone, for an address without a place."""
    return [
        f"g{n} {a} {b}" for a, b in pairwise(query.words) if b in w.STREET_TYPES for n in numbers
    ]
