"""Names of buildings and firms, and places: what is left of an address beside its street."""

from collections.abc import Sequence

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Site, Spec
from middleware.domain.matching.wording import close, find

_BUILDING = w.BUILDING_WORDS | w.WEAK_TYPES
_PLACED = _BUILDING | w.STREET_TYPES

Said = tuple[int, str]
"""Points, and what they are for in words."""
NAMED, PLACED = 35, 12
"""The most that a name and a place can add."""


def names(query: Reading, spec: Spec, at: int, *, unsure: bool) -> Said:
    """Names decide where no house number does; for a house they only help or warn.

    `unsure`: the postcode does not confirm the place.
    """
    if spec.house and not spec.names:
        return 0, ""
    at = -1 if _is_name(query, spec, at) else at
    before = query.words[:at] if at >= 0 else query.words
    strange = [word for word in before if word not in w.COMMON and word not in spec.places]
    if not spec.names:
        return (-25, "another name was given") if strange else (0, "")
    if spec.covers and not spec.house:
        whole = all(find(word, query.words)[0] >= 0 for word in spec.names if word != "APARTMENTS")
        return (NAMED, "name agrees") if whole else (-60, "another name was given")
    if _is_same_practice(before, spec) or (not unsure and _is_same_site(query, before, spec)):
        return 15, "name agrees but for its kind"
    if _is_other(before, spec):
        return -60, "another name was given"
    rare = [word for word in spec.names if word not in w.COMMON and word not in spec.places]
    after = query.words[at + len(spec.street) :] if at >= 0 else []
    held = _held(rare or list(spec.names), before)
    if held < len(rare or spec.names) and _is_whole(spec, before, after):
        held = len(rare or spec.names)
    enough = held * 2 >= len(rare) if rare else held == len(spec.names)
    if enough and held < len(rare) and not spec.house and _adds(before, strange, spec):
        return -45, "another name was given"
    if spec.units and _is_same_building(before, spec.names):
        return 15, "name agrees"
    if held and (enough or spec.house):
        return (NAMED if not spec.house and held >= len(rare) else 15), "name agrees"
    return _unnamed(query, spec, strange, at, unsure=unsure)


def _is_name(query: Reading, spec: Spec, at: int) -> bool:
    """In TAERN SURGERY, OTHERHAM the word is not TAERN ROAD but the name of the surgery in it."""
    if at < 0 or spec.house or not set(spec.street) <= set(spec.names):
        return False
    if set(spec.names).intersection(query.words) <= set(spec.street):
        return False
    typed = bool(spec.kind) and spec.kind.split()[0] in query.words[at + len(spec.street) :]
    return not typed and query.words.count(spec.street[0]) == 1


def _unnamed(query: Reading, spec: Spec, strange: list[str], at: int, *, unsure: bool) -> Said:
    """The marker's name is not there: left out, or another one was given."""
    part = bool(spec.units) or spec.covers
    if not unsure and spec.units and _is_occupant(query, strange, at):
        return -15, "the name was not given"
    if strange and (part or not spec.house):
        return (-60 if building_named(query, at) else -45), "another name was given"
    return (0, "") if spec.house else (-45 if unsure else -15, "the name was not given")


def _is_same_building(before: list[str], known: tuple[str, ...]) -> bool:
    """The marker's SMITH AUTOS VICTORIA WORKS is JONES TYRES VICTORIA WORKS: the tenant changed."""
    for start in range(1, len(known) - 1):
        tail = list(known[start:])
        if tail[0] not in w.COMMON and _PLACED.intersection(tail):
            size = len(tail)
            if any(before[i : i + size] == tail for i in range(len(before) - size + 1)):
                return True
    return False


def _is_whole(spec: Spec, before: list[str], after: list[str]) -> bool:
    """Every word of the name is there, also behind the street or written as one."""
    if all(close(word, before + after) for word in spec.names):
        return True
    joined = "".join(spec.names)
    return len(joined) > SHORTEST_NAME and joined in "".join(before)


SHORTEST_NAME = 6


def _is_other(words: list[str], spec: Spec) -> bool:
    """TARNMERE STREET is not TARNMERE AVENUE, HERON COURT is not HERON HOUSE."""
    if spec.house:
        return False
    if _SIDES.intersection(spec.names) and _SIDES.intersection(words):
        return _SIDES.isdisjoint({*spec.names}.intersection(words))
    known = _kinds(spec.names)
    return bool(known) and bool(asked := _kinds(words)) and known.isdisjoint(asked)


def _is_same_practice(before: list[str], spec: Spec) -> bool:
    """A village's SURGERY is its GROUP PRACTICE: no other name than that of the place."""
    said, known = ({word for word in of if word not in w.COMMON} for of in (before, spec.names))
    health = not spec.house and not spec.units and _HEALTH.intersection(spec.names)
    return bool(health and said and said == known) and not _HEALTH.isdisjoint(before)


def _is_same_site(query: Reading, before: list[str], spec: Spec) -> bool:
    """SUITE 4, LARKMERE HOUSE is SUITE 4, LARKMERE BUSINESS CENTRE; flats are not told apart so."""
    if not spec.units or query.flat or not any(named for _, named, _ in query.numbers):
        return False
    said, known = ([word for word in of if word not in w.COMMON] for of in (before, spec.names))
    return bool(said) and len(said) == len(known) and all(close(word, said) for word in known)


_HEALTH = frozenset({"SURGERY", "PRACTICE", "CLINIC", "MEDICAL", "HEALTH"})


def _kinds(words: Sequence[str]) -> set[str]:
    """What sort of building a name says, alike ones as one."""
    return {_SORTS.get(word, word) for word in words[1:] if word in _SORTED}


_SIDES = frozenset({"NORTH", "SOUTH", "EAST", "WEST", "UPPER", "LOWER"})
_SORTS = dict.fromkeys(
    "SURGERY CENTRE PRACTICE CLINIC HOSPITAL PARK ESTATE WORKS MILL MILLS YARD".split(), "SITE"
) | {"TOWERS": "TOWER", "COTTAGES": "COTTAGE"}
_SORTED = w.STREET_TYPES | w.BUILDING_WORDS - {"LIMITED", "BUILDING", "BUILDINGS"} | frozenset(
    "COTTAGES VILLAS CHAPEL MOSQUE TEMPLE BUNGALOW LIBRARY NURSERY PHARMACY MANOR VICARAGE".split()
)  # fmt: skip


def _adds(before: list[str], strange: list[str], spec: Spec) -> bool:
    """The query's name has words of its own."""
    known = [*spec.names, *spec.street]
    last = max((i for i, word in enumerate(before) if word in spec.names), default=0)
    return any(
        len(word) > 2 and not close(word, known) and not any(name in word for name in known)
        for word in before[:last]
        if word in strange
    )


def _held(rare: list[str], words: list[str]) -> int:
    """How many words of a name are there, slips and lost spaces allowed."""
    words = [word for word in words if word in rare or word not in w.COUNTIES]
    held = sum(close(word, words) for word in rare)
    if held < len(rare):
        text = "".join(words)
        held = max(held, sum(len(word) > 4 and word in text for word in rare))
    return held


def _is_occupant(query: Reading, strange: list[str], at: int) -> bool:
    """JONES TYRES, UNIT 5, TARNWICK STREET: a firm stands before its unit, no building after it."""
    if building_named(query, at):
        return False
    named = next((place for _, named, place in query.numbers if named), -1)
    between = query.words[named:at] if 0 <= named <= at else strange
    return not any(word in strange or word in _BUILDING for word in between)


def building_named(query: Reading, at: int) -> bool:
    """TARNWICK COURT, 14, TARNWICK DRIVE: 14 may be a flat of the court."""
    before = query.words[: max(at, 0)]
    return any(
        word in _BUILDING and index and before[index - 1] not in w.COMMON
        for index, word in enumerate(before)
    )


DOUBT = -30
"""A postcode that differs and another place: two slips at once are less likely than two places."""


def places(query: Reading, spec: Site | Spec, at: int) -> Said:
    """Locality and town; counties and London are too wide to count."""
    known = [word for word in spec.places if word not in w.COUNTIES]
    after = query.words[at + len(spec.street) :] if at >= 0 else []
    said = _may_place(query, spec, at) + after
    if any(word in said for word in known):
        return PLACED, "place agrees"
    if any(close(word, said) for word in known if len(word) > 4):
        return 10, "place agrees but for the spelling"
    if query.outcode and not query.postcode:
        return 0, ""
    another = known and any(word not in w.COMMON and word not in w.COUNTIES for word in after)
    if query.postcode:
        return (DOUBT, "another place was given") if another else (0, "")
    return (-40, "another place was given") if another else (-10, "")


def _may_place(query: Reading, spec: Site | Spec, at: int) -> list[str]:
    """Words before the street that may be a town: in 14 COVENTRY ROAD, OTHERHAM none of them is."""
    words = query.words[:at] if at >= 0 else query.words
    return [word for word in words if word not in spec.names or words.count(word) > 1]
