"""One marker against one query: vetoes first, then points over a few named features."""

from dataclasses import dataclass, field

from middleware.domain.matching import words as w
from middleware.domain.matching.numbers import Fit, fit
from middleware.domain.matching.postcodes import near
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.wording import alike, find, joined

FOUND, POSSIBLE = 70, 30


@dataclass(slots=True)
class Verdict:
    """Points and what they are made of; `reasons` are words for the screen."""

    spec: Spec
    fit: Fit
    points: int
    reasons: list[str] = field(default_factory=list)
    vague: bool = False


def judge(query: Reading, spec: Spec) -> Verdict | None:
    """None when the marker is out; else its points."""
    street, at, said = _street(query, spec)
    numbers = fit(query.numbers, spec, at, query.words)
    if numbers is Fit.DIFFERENT or numbers is Fit.OTHER:
        return None
    postcode, said_postcode = _postcode(query, spec)
    name, said_name = _names(query, spec, at, numbers)
    place, said_place = _places(query, spec) if postcode < 40 else (0, "")
    points = _NUMBER[numbers] + street + postcode + name + place
    reasons = [part for part in (_SAID[numbers], said, said_postcode, said_name, said_place) if part]
    vague = postcode <= 0 and place <= 0
    return Verdict(spec, numbers, points, reasons, vague)


_NUMBER = {
    Fit.SAME: 30, Fit.EQUIVALENT: 20, Fit.COVERED: 30, Fit.ASK: 30, Fit.EXTRA: 25,
    Fit.UNNUMBERED: 0, Fit.SUFFIX: 20,
}  # fmt: skip
_SAID = {
    Fit.SAME: "number agrees", Fit.EQUIVALENT: "number agrees, written differently",
    Fit.COVERED: "the marker covers the whole building",
    Fit.ASK: "the building agrees; the marker is for one part of it",
    Fit.EXTRA: "the house agrees; the flat asked for is not in the marker",
    Fit.UNNUMBERED: "no house number was given", Fit.SUFFIX: "number agrees but not its letter",
}  # fmt: skip


def _postcode(query: Reading, spec: Spec) -> tuple[int, str]:
    asked, known = query.postcode, spec.postcode
    if not known:
        return 0, "the marker has no postcode"
    if asked:
        if asked == known:
            return 40, "postcode agrees"
        if near(asked, known):
            return 25, "postcode differs in one letter or digit"
        if asked[:-3] == known[:-3]:
            return -5, "only the first half of the postcode agrees"
        return -40, "postcode differs"
    if query.outcode:
        agrees = query.outcode == known[:-3]
        return (20, "first half of the postcode agrees") if agrees else (-30, "postcode differs")
    return 0, "no postcode was given"


def _street(query: Reading, spec: Spec) -> tuple[int, int, str]:
    """(points, position of the street in the query, words)."""
    words, street = query.words, spec.street
    if not street:
        return 0, -1, ""
    first = street[0]
    at, slips = -1, 0
    size = len(street)
    for index, word in enumerate(words):
        if word == first and (size == 1 or tuple(words[index : index + size]) == street):
            at = index
            if _kind(words, index + size, spec.kind) > 0:
                break
    if at < 0:
        at, slips = _loose_street(words, street, spec.kind)
        if at < 0:
            return _no_street(query, spec)
    kind = 1 if slips == 7 else _kind(words, at + size, spec.kind)
    slips %= 7
    before = words[at - 1] if at else ""
    if kind < 0 or (before in w.QUALIFIERS and before not in spec.names and not _number_at(query, at)):
        return -60, at, "another street of that name"
    points = 35 - 7 * slips - (0 if kind else 5)
    return points, at, "street agrees" if not slips else "street agrees but for the spelling"


def _number_at(query: Reading, at: int) -> bool:
    return any(position == at for _, _, position in query.numbers)


def _loose_street(words: list[str], street: tuple[str, ...], kind: str) -> tuple[int, int]:
    start, total = -1, 0
    for word in street:
        at, slips = find(word, words)
        if at < 0:
            at = joined(word, kind.partition(" ")[0], words)
            if at < 0:
                return -1, 9
            slips = 7 if len(street) == 1 else 1
        total += slips
        start = at if start < 0 else start
    return start, total if total <= 3 or total == 7 else 3


def _kind(words: list[str], at: int, kind: str) -> int:
    """1 the street type agrees, 0 it is not there, -1 it is another one."""
    following = words[at] if at < len(words) else ""
    if not kind:
        return -1 if following in w.STRONG_TYPES else 1
    first, _, direction = kind.partition(" ")
    if following == first or alike(following, first) <= 2:
        after = words[at + 1] if at + 1 < len(words) else ""
        if direction and after in w.QUALIFIERS and after != direction:
            return -1
        return 1
    return -1 if following in w.STREET_TYPES else 0


def _no_street(query: Reading, spec: Spec) -> tuple[int, int, str]:
    """The street is not in the query: fine if it names none, a veto in effect if it does."""
    if any(word in w.STREET_TYPES for word in query.words[1:]):
        return -35, -1, "the street is another one"
    if any(word not in w.COMMON and word not in spec.places and word not in spec.names for word in query.words):
        return -15, -1, "the street was not recognised"
    return 0, -1, "no street was given"


def _names(query: Reading, spec: Spec, at: int, numbers: Fit) -> tuple[int, str]:
    """Names of buildings and firms. They decide where no house number does."""
    firm = bool(spec.house) and not spec.units and numbers is not Fit.COVERED
    before = query.words[:at] if at >= 0 else query.words
    strange = [word for word in before if word not in w.COMMON and word not in spec.places]
    if not spec.names:
        return (-25, "another name was given") if strange and not spec.house else (0, "")
    rare = [word for word in spec.names if word not in w.COMMON] or list(spec.names)
    size = len(spec.street) if at >= 0 else 0
    elsewhere = before + query.words[at + size :] if at >= 0 else before
    held = sum(find(word, elsewhere)[0] >= 0 for word in rare)
    if held * 2 > len(rare) or (held and spec.house):
        return (35 if not spec.house and held == len(rare) else 15), "name agrees"
    if firm:
        return 0, ""
    if strange:
        return (-20 if spec.house and spec.units else -45), "another name was given"
    return (0 if spec.house else -15), "" if spec.house else "the name was not given"


def _places(query: Reading, spec: Spec) -> tuple[int, str]:
    known = [word for word in spec.places if word not in w.COUNTIES]
    if any(word in query.words for word in known):
        return 12, "place agrees"
    if any(find(word, query.words)[1] <= 2 for word in known if len(word) > 4):
        return 10, "place agrees but for the spelling"
    return (0 if query.postcode or query.outcode else -10), ""
