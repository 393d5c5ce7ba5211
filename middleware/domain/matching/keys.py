"""The keys under which a marker is posted, and those under which a query looks."""

from collections.abc import Iterator

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.wording import sound

_WIDE = w.COUNTIES | w.EMPTY | w.STREET_TYPES
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def keys_of(spec: Spec) -> Iterator[str]:
    """Every key of a marker."""
    yield f"i{spec.marker}"
    if spec.uprn:
        yield f"u{spec.uprn}"
    for phone in spec.phones:
        yield f"h{phone}"
    if spec.person:
        yield f"w{spec.person}"
    outcode = spec.postcode[:-3]
    street = max(spec.street, key=len, default="")
    places = places_of(spec.places)
    numbers = _numbers_of(spec)
    for pair in _pairs_of(spec):
        if spec.postcode:
            yield f"p{spec.postcode}{pair}"
        for region in (outcode, *places) if street else ():
            yield f"s{region}{pair} {street}"
    for number in numbers:
        if spec.postcode:
            yield f"p{spec.postcode}{number}"
        if street and outcode:
            yield f"s{outcode}{number} {street}"
            yield f"a{outcode}{number} {street[:2]}"
            yield f"z{outcode}{number} {street[-2:]}"
            yield f"x{outcode}{number} {sound(street)}"
        if street:
            for place in places:
                yield f"s{place}{number} {street}"
                yield f"a{place}{number} {street[:2]}"
                yield f"z{place}{number} {street[-2:]}"
            yield f"g{number} {spec.street[-1]} {spec.kind.partition(' ')[0]}"
    for name in rare(spec.names)[:3]:
        for region in (outcode, *places) if outcode else places:
            for number in _inside(spec, numbers[0]):
                yield f"n{region}{number} {name}"
            yield f"m{region} {name}"
        yield f"g{numbers[0]} {name}"


def _numbers_of(spec: Spec) -> list[str]:
    """House number without its letter (a short range whole), else the first unit, else 0."""
    if spec.house:
        first, dash, last = spec.house.replace("/", "-").partition("-")
        low, high = digits(first), digits(last)
        if dash and low.isdigit() and high.isdigit() and 0 < int(high) - int(low) <= 40:
            return [str(number) for number in range(int(low), int(high) + 1, 2)] + [high]
        return [low]
    return next(([digits(u.partition("-")[0])] for u in spec.units if u[0] != "f"), ["0"])


def _inside(spec: Spec, number: str) -> list[str]:
    """Numbers that may stand before a building's name: its flat, its house, any at all."""
    flats = [digits(unit) for unit in spec.units[:1] if unit[0] != "f"]
    return list(dict.fromkeys((number, *flats, *(("0",) if spec.covers else ()))))


def _pairs_of(spec: Spec) -> list[str]:
    """House and unit as one key, so that a tower of flats does not hide its flat."""
    if not spec.house:
        return []
    return [f"{digits(spec.house)}/{unit}" for unit in spec.units[:2]]


def _pairs_asked(query: Reading) -> list[str]:
    """House and unit in both orders, as far as the numbers of a query can be both."""
    values = [value for value, _, _ in query.numbers][:3]
    return [f"{digits(a)}/{b}" for a in values if a[0] != "f" for b in values if a is not b]


def digits(value: str) -> str:
    """14A -> 14; a letter stays."""
    return value.rstrip(_LETTERS) or value


def places_of(places: tuple[str, ...]) -> list[str]:
    """Words that place an address, the widest left out."""
    return [place for place in places if place not in _WIDE][:3]


def rare(names: tuple[str, ...] | list[str]) -> list[str]:
    """The words of a name that can be looked up."""
    return [name for name in names if name not in w.COMMON and len(name) > 2]


def road_of(spec: Spec) -> str:
    """The street in its outcode, as `roads_asked` has it."""
    return f"{spec.postcode[:-3]} {' '.join(spec.street)} {spec.kind}" if spec.kind else ""


def roads_asked(query: Reading) -> list[str]:
    """What stands between a house number and a street type, in the outcode of the query."""
    words, found = query.words, []
    for _, named, at in query.numbers:
        for end in range(at + 1, min(at + 5, len(words))) if not named else ():
            if words[end] in w.STREET_TYPES:
                found.append(f"{query.outcode} {' '.join(words[at : end + 1])}")
    return found


def rounds(query: Reading) -> Iterator[list[str]]:
    """Keys to look under, round by round, the surest first; stop when the marker is found."""
    numbers, streets, names = _asked(query), _streets(query), rare(query.words)
    places = [word for word in names if word not in w.COUNTIES][-4:]
    regions = [query.outcode, *places] if query.outcode else places
    pairs = _pairs_asked(query)
    first = [f"p{query.postcode}{n}" for n in (*pairs, *numbers, "0")] if query.postcode else []
    numbers = numbers or ["0"]
    both = (*pairs, *numbers)
    exact = [[f"s{r}{n} {word}" for n in both for word in streets if word != r] for r in regions]
    if query.outcode:
        buildings = [name for name in names if name in _before_buildings(query.words)]
        yield first + exact[0] + _named(query.outcode, numbers, buildings)
        rest = [name for name in names if name not in buildings]
        sounds = [f"x{query.outcode}{n} {sound(word)}" for n in numbers for word in streets]
        yield sounds + _slips(query.outcode, numbers, streets) + _named(query.outcode, numbers, rest)
        yield [one for keys in exact[1:] for one in keys]
    else:
        yield [one for keys in exact for one in keys]
        yield [one for place in places for one in _named(place, numbers, names)]
        yield [one for place in places for one in _slips(place, numbers, streets)]
        yield [f"g{n} {name}" for n in numbers for name in names]
    yield _roads(query, numbers)


def _before_buildings(words: list[str]) -> set[str]:
    """Words that stand before HOUSE, COURT, TOWER and the like."""
    return {a for a, b in zip(words, words[1:], strict=False) if b in w.BUILDING_WORDS}


def _roads(query: Reading, numbers: list[str]) -> list[str]:
    """Number and street alone, for an address without a place."""
    pairs = zip(query.words, query.words[1:], strict=False)
    return [f"g{n} {a} {b}" for a, b in pairs if b in w.STREET_TYPES for n in numbers]


def _named(region: str, numbers: list[str], names: list[str]) -> list[str]:
    if numbers == ["0"]:
        return [f"m{region} {name}" for name in names if name != region]
    return [f"n{region}{n} {name}" for n in (*numbers, "0") for name in names if name != region]


def _slips(region: str, numbers: list[str], streets: list[str]) -> list[str]:
    """One slip leaves the first or the last two letters as they were."""
    words = [word for word in streets if word != region]
    found = [f"a{region}{n} {word[:2]}" for n in numbers for word in words]
    found += [f"z{region}{n} {word[-2:]}" for n in numbers for word in words]
    return found


def _asked(query: Reading) -> list[str]:
    """The numbers of a query, the last (mostly the house) first."""
    found: dict[str, None] = {}
    for value, _, _ in reversed(query.numbers):
        if value[0] != "f":
            found.update(dict.fromkeys(digits(part) for part in value.replace("/", "-").split("-")))
    return list(found)[:4]


def _streets(query: Reading) -> list[str]:
    """Words that may be the longest of a street's name: those before a street type, or after a number."""
    words = query.words
    found: dict[str, None] = {}
    for index, word in enumerate(words):
        if word in w.STREET_TYPES and index:
            found[words[index - 1]] = None
            if index > 1:
                found[words[index - 2]] = None
    for _, _, at in query.numbers:
        if at < len(words):
            found[words[at]] = None
            if at + 1 < len(words):
                found[words[at + 1]] = None
    if not found:
        found.update(dict.fromkeys(words[:4]))
    return [word for word in found if word not in w.EMPTY][:5]
