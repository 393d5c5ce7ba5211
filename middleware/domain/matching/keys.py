"""The keys under which a marker is posted, and those under which a query looks."""

from collections.abc import Iterator

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.wording import sound

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
    for number in _numbers_of(spec):
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
            yield f"g{number} {street} {spec.kind}"
    for name in rare(spec.names)[:3]:
        if outcode:
            yield f"n{outcode} {name}"
        for place in places:
            yield f"n{place} {name}"


def _numbers_of(spec: Spec) -> list[str]:
    """House number without its letter (a short range whole), else the first unit, else 0."""
    if spec.house:
        first, dash, last = spec.house.partition("-")
        low, high = digits(first), digits(last)
        if dash and low.isdigit() and high.isdigit() and 0 < int(high) - int(low) <= 40:
            return [str(number) for number in range(int(low), int(high) + 1, 2)] + [high]
        return [low]
    return next(([digits(u.partition("-")[0])] for u in spec.units if u[0] != "f"), ["0"])


def digits(value: str) -> str:
    """14A -> 14; a letter stays."""
    return value.rstrip(_LETTERS) or value


def places_of(places: tuple[str, ...]) -> list[str]:
    """Words that place an address, the widest left out."""
    return [place for place in places if place not in w.COUNTIES and place not in w.EMPTY][:3]


def rare(names: tuple[str, ...] | list[str]) -> list[str]:
    """The words of a name that can be looked up."""
    return [name for name in names if name not in w.COMMON and len(name) > 2]


def first_keys(query: Reading) -> list[str]:
    """Where nearly every answer is: the postcode with a number, the first half with a street."""
    numbers = _asked(query)
    keys = [f"p{query.postcode}{number}" for number in numbers] if query.postcode else []
    if query.outcode:
        keys += [f"s{query.outcode}{n} {word}" for n in numbers for word in _streets(query)]
    return keys


def second_keys(query: Reading) -> list[str]:
    """Slips in the street or the postcode, no postcode, names."""
    numbers, streets, names = _asked(query), _streets(query), rare(query.words)
    keys = []
    if query.outcode:
        keys += _slips(query.outcode, numbers, streets)
        keys += [f"x{query.outcode}{n} {sound(word)}" for n in numbers for word in streets]
        keys += [f"n{query.outcode} {name}" for name in names]
    places = [word for word in names if word not in w.COUNTIES][-4:]
    for place in places:
        keys += [f"s{place}{n} {word}" for n in numbers for word in streets if word != place]
    if not query.postcode:
        for place in places:
            keys += _slips(place, numbers, [word for word in streets if word != place])
            keys += [f"n{place} {name}" for name in names if name != place]
        following = zip(query.words, query.words[1:], strict=False)
        keys += [f"g{n} {a} {b}" for n in numbers for a, b in following if b in w.STREET_TYPES]
    return list(dict.fromkeys(keys))


def _slips(region: str, numbers: list[str], streets: list[str]) -> list[str]:
    """One slip leaves the first or the last two letters as they were."""
    found = [f"a{region}{n} {word[:2]}" for n in numbers for word in streets]
    return found + [f"z{region}{n} {word[-2:]}" for n in numbers for word in streets]


def _asked(query: Reading) -> list[str]:
    """The numbers of a query, the last (mostly the house) first, then none at all."""
    found: dict[str, None] = {}
    for value, _, _ in reversed(query.numbers):
        if value[0] != "f":
            found.update(dict.fromkeys(digits(part) for part in value.split("-")))
    return [*list(found)[:4], "0"]


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
