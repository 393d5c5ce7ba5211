"""Where an EIDO says that the incident is, and whose it is: what can be checked of it (C3, C4).

A location is PIDF-LO (RFC 5139, 5491) in a string. What is only referred to is not fetched.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from adapters.codecs.bars_place import possible
from adapters.codecs.eido_parts import Call, Eido, Incident, Location, Person
from schemas.check import Whereabouts

MOST_POSTCODE, MOST_PHONE, MOST_NAME, MOST_WORDS = 12, 40, 200, 2_000
ROUTING = "routinglocation"
"""Where the network thinks a call comes from, so that it is put through: nobody is there."""
CALLER = "caller"
FLAT = re.compile(r"[0-9]{1,4}[A-Za-z]?")
UPRN = re.compile(r"(?:.*[:/])?uprn[:/ ]*0*([1-9][0-9]{0,11})", re.IGNORECASE)
TOWNS = ("A6", "A5", "A4", "A3")
"""Of a civic address, from the smaller to the larger; A1 and A2 are counties and above."""
ROAD = ("PRD", "RD", "STS", "POD")
EARLIEST = datetime.min.replace(tzinfo=UTC)
_FULL, _NAMES = "personFullName", ("personGivenName", "personSurName")


class Placed(NamedTuple):
    """The incident's place, how many parts of it were left out, and what is said of that."""

    place: Whereabouts
    left_out: int = 0
    words: str = ""


def placed(eido: Eido, incident: Incident, calls: Iterable[Call]) -> Placed:
    """Where it is and who rings, from the newest of its locations that says something."""
    said: dict[str, Any] = {"phone": next(filter(None, (phone(eido, one) for one in calls)), None)}
    said["person"] = _person(eido, incident)
    left_out, words = 0, ""
    for location in _locations(eido, incident):
        found, why = _read(location)
        left_out, words = left_out + bool(why), words or why
        if found:
            return Placed(Whereabouts(**said, **found), left_out, words)
    return Placed(Whereabouts(**said), left_out, words)


def _locations(eido: Eido, incident: Incident) -> list[Location]:
    """The incident's own, else those of its calls; the newest first, none that only routes."""
    of_calls = [key for one in eido.calls for key in one.locations]
    for keys in (incident.locations, of_calls):
        named = [one for one in eido.locations if one.id in keys and _is_place(one)]
        if named:
            return sorted(named, key=lambda one: one.at or EARLIEST, reverse=True)
    return []


def _is_place(location: Location) -> bool:
    return location.kind.replace(" ", "").lower() != ROUTING


def _read(location: Location) -> tuple[dict[str, Any], str]:
    """What can be checked of it; and why something could not be read."""
    found: dict[str, Any] = {}
    uprns = (UPRN.fullmatch(one.strip()) for one in location.local)
    if uprn := next(filter(None, uprns), None):
        found["uprn"] = uprn[1]
    if not location.by_value.strip():
        why = "location left out: it is only referred to" if location.by_reference else ""
        return found, "" if found else why
    if not location.by_value.lstrip().startswith("<"):
        return found | {"address": location.by_value.strip()[:MOST_WORDS]}, ""
    root = _root(location.by_value)
    if root is None:
        return found, "location left out: it cannot be read"
    where, why = _point(root)
    return found | _civic(root) | where, why


def _root(text: str) -> Element | None:
    """The document; what defines entities or a type is refused, before anything of it grows."""
    try:
        root: Element = fromstring(text.strip().encode(), forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        return None
    return root


def _named(root: Element, name: str) -> Iterator[Element]:
    """Elements of that name, in whatever namespace."""
    return (one for one in root.iter() if _local(one) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


# --- a civic address ------------------------------------------------------------------


def _civic(root: Element) -> dict[str, str]:
    """As it is written here: flat, building, number and road, towns, postcode."""
    address = next(_named(root, "civicAddress"), None)
    if address is None:
        return {}
    said = {_local(one): (one.text or "").strip() for one in address}
    number = said.get("HNO", "") + said.get("HNS", "")
    road = " ".join(filter(None, [number, *(said.get(name, "") for name in ROAD)]))
    towns = [said.get(name, "") for name in TOWNS]
    parts = [_flat(said.get("UNIT", "")), said.get("NAM", ""), said.get("BLD", ""), road, *towns]
    postcode = said.get("PC", "")
    whole = ", ".join(dict.fromkeys(filter(None, [*parts, postcode])))
    found = {"address": whole[:MOST_WORDS]} if any(parts) else {}
    return found | ({"postcode": postcode} if 0 < len(postcode) <= MOST_POSTCODE else {})


def _flat(unit: str) -> str:
    """A mere number would be taken for that of the house."""
    return f"Flat {unit}" if FLAT.fullmatch(unit) else unit


# --- a position -----------------------------------------------------------------------


def _point(root: Element) -> tuple[dict[str, float], str]:
    """Of a point; the middle of a circle is nobody's door, and is left out."""
    point = next(_named(root, "Point"), None)
    at = next(_named(point, "pos"), None) if point is not None else None
    if at is None:
        is_round = next(_named(root, "Circle"), None) is not None
        return {}, "position left out: only a circle is known" if is_round else ""
    try:
        latitude, longitude, *_ = (float(part) for part in (at.text or "").split())
    except ValueError:
        return {}, "position left out: it cannot be read"
    return possible(latitude, longitude)


# --- who ------------------------------------------------------------------------------


def phone(eido: Eido, call: Call) -> str | None:
    """The caller's number: the newest that is told, a telephone's before that of SIP."""
    backs = [one for one in eido.call_backs if one.id in call.call_back]
    uris = [new.uri for one in backs for new in reversed(one.updated)]
    uris += [uri for one in backs for uri in one.uris]
    numbers = [_number(uri) for scheme in ("tel:", "sip:", "sips:") for uri in uris
               if uri.lower().startswith(scheme)]  # fmt: skip
    return next((one for one in numbers if one and len(one) <= MOST_PHONE), None)


def _number(uri: str) -> str:
    """Without scheme, host and parameters; nothing where it is no number."""
    user = uri.partition(":")[2].partition("@")[0].partition(";")[0]
    return user if any(character.isdigit() for character in user) and "anonym" not in user else ""


def _person(eido: Eido, incident: Incident) -> str | None:
    """Who is there rather than who rings."""
    keys = {*incident.persons, *(key for call in eido.calls for key in call.persons)}
    named = [one for one in eido.persons if one.id in keys]
    named.sort(key=lambda one: any(role.lower() == CALLER for role in one.roles))
    return next((name[:MOST_NAME] for one in named if (name := _name(one))), None)


def _name(person: Person) -> str:
    whole = _first(person.described, _FULL)
    return whole or " ".join(filter(None, (_first(person.described, one) for one in _NAMES)))


def _first(value: Any, name: str) -> str:
    """The first words under that name, however deep, in whatever of NIEM's forms."""
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo += reversed(part)
        elif isinstance(part, dict):
            for key, inner in part.items():
                if key.lower().endswith(name.lower()) and (text := _text(inner)):
                    return text
            todo += part.values()
    return ""


def _text(value: Any) -> str:
    """What is said, without what is said about it."""
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, str) and part.strip():
            return part.strip()
        if isinstance(part, list):
            todo += reversed(part)
        elif isinstance(part, dict):
            todo += [inner for key, inner in part.items() if not key.startswith(("@", "$"))]
    return ""
