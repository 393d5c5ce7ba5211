"""Names of buildings and firms, and places: what is left of an address beside its street."""

from itertools import pairwise

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.wording import find

_BUILDING = w.BUILDING_WORDS | w.WEAK_TYPES

Said = tuple[int, str]
"""Points, and what they are for in words."""


def names(query: Reading, spec: Spec, at: int, *, unsure: bool) -> Said:
    """Names decide where no house number does; for a house they only help or warn.

    `unsure`: the postcode does not confirm the place.
    """
    before = query.words[:at] if at >= 0 else query.words
    strange = [word for word in before if word not in w.COMMON and word not in spec.places]
    if not spec.names:
        if not strange:
            return 0, ""
        return (0, "") if spec.house else (-25, "another name was given")
    if spec.covers and not spec.house:
        whole = all(find(word, query.words)[0] >= 0 for word in spec.names if word != "APARTMENTS")
        return (35, "name agrees") if whole else (-60, "another name was given")
    if _is_other(before, spec):
        return -60, "another name was given"
    rare = [word for word in spec.names if word not in w.COMMON and word not in spec.places]
    elsewhere = before + query.words[at + len(spec.street) :] if at >= 0 else before
    held = _held(rare or list(spec.names), elsewhere)
    enough = held * 2 >= len(rare) if rare else held == len(spec.names)
    if held and (enough or spec.house):
        return (35 if not spec.house and held >= len(rare) else 15), "name agrees"
    part = bool(spec.units) or spec.covers
    if strange and (part or not spec.house):
        return (-60 if building_named(query, at) else -45), "another name was given"
    return (0, "") if spec.house else (-45 if unsure else -15, "the name was not given")


def _is_other(words: list[str], spec: Spec) -> bool:
    """MIDMERE STREET is not MIDMERE AVENUE, HERON COURT is not HERON HOUSE."""
    if spec.house:
        return False
    for name, kind in pairwise(spec.names):
        if kind in _DWELLINGS and name not in w.COMMON and name not in spec.street:
            follow = {after for word, after in pairwise(words) if word == name}
            if kind not in follow and not follow.isdisjoint(_DWELLINGS):
                return True
    return False


_DWELLINGS = w.STREET_TYPES | (w.BUILDING_WORDS - {"BUILDING", "BUILDINGS", "LIMITED"}) | frozenset(
    "COTTAGES VILLAS CHAPEL MOSQUE TEMPLE BUNGALOW LIBRARY NURSERY PHARMACY MANOR".split()
)  # fmt: skip


def _held(rare: list[str], words: list[str]) -> int:
    """How many words of a name are there, slips and lost spaces allowed."""
    words = [word for word in words if word in rare or word not in w.COUNTIES]
    held = sum(find(word, words)[0] >= 0 for word in rare)
    if held < len(rare):
        text = "".join(words)
        held = max(held, sum(len(word) > 4 and word in text for word in rare))
    return held


def building_named(query: Reading, at: int) -> bool:
    """ARAGON COURT, 14, ARAGON DRIVE: 14 may be a flat of the court."""
    before = query.words[: max(at, 0)]
    return any(
        word in _BUILDING and index and before[index - 1] not in w.COMMON
        for index, word in enumerate(before)
    )


DOUBT = -30
"""A postcode that differs and another place: two slips at once are less likely than two places."""


def places(query: Reading, spec: Spec, at: int) -> Said:
    """Locality and town; counties and London are too wide to count."""
    known = [word for word in spec.places if word not in w.COUNTIES]
    if any(word in query.words for word in known):
        return 12, "place agrees"
    if any(find(word, query.words)[1] <= 2 for word in known if len(word) > 4):
        return 10, "place agrees but for the spelling"
    if query.outcode and not query.postcode:
        return 0, ""
    after = query.words[at + len(spec.street) :] if at >= 0 else []
    another = known and any(word not in w.COMMON and word not in w.COUNTIES for word in after)
    if query.postcode:
        return (DOUBT, "another place was given") if another else (0, "")
    return (-40, "another place was given") if another else (-10, "")
