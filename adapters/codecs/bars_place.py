"""Where a referral (BaRS) sends somebody, and whose it is: what can be checked of it (C3, C4)."""

from typing import Any, NamedTuple

from adapters.codecs import fhir
from adapters.codecs.bars_scene import is_scene_safety
from adapters.codecs.fhir_parts import (
    Encounter,
    Flag,
    Location,
    Patient,
    Position,
    RelatedPerson,
    ServiceRequest,
)
from middleware.ports import Problem
from schemas.check import Whereabouts

MOST_POSTCODE, MOST_PHONE, MOST_NAME, MOST_UPRN, MOST_WORDS = 12, 40, 200, 12, 2_000
SOUTH, NORTH, WEST, EAST = 49.0, 61.0, -9.0, 2.5
"""Where incidents of a service in the United Kingdom can be, in degrees."""
ELSEWHERE = ("paf", "easting", "northing", "what3words")
"""Parts of a location that cannot be checked here."""


class Placed(NamedTuple):
    """The incident's place, how many parts of it were left out, and what is said of that."""

    place: Whereabouts
    left_out: int
    words: str = ""


def placed(message: fhir.Message, request: ServiceRequest) -> Placed | Problem:
    """Where the patient is, and who rings; Problem when nothing of it can be checked."""
    location = _location(message, request)
    if isinstance(location, Problem):
        return location
    said: dict[str, Any] = {"phone": _phone(message), "person": _person(message)}
    left_out, words = 0, ""
    if location is not None:
        uprn, doubtful = _uprn(location)
        where, words = _position(location.position)
        said |= {"address": _address(location), "postcode": _postcode(location), "uprn": uprn}
        said |= where
        left_out = doubtful + bool(words)
    if not any(said.values()):
        return Problem("Location", "says no address, UPRN or position that can be checked")
    return Placed(Whereabouts(**said), left_out, words)


def _location(message: fhir.Message, request: ServiceRequest) -> Location | Problem | None:
    """The incident's: named by the request, its encounter or the flag; else the only one."""
    visited = [one.location for met in message.all(Encounter) for one in met.location]
    flagged = [flag.subject for flag in message.all(Flag) if is_scene_safety(flag)]
    references = (*request.locationReference, *visited, *flagged)
    if named := message.named(Location, references):
        return named[1]
    every = message.all(Location)
    if len(every) > 1:
        field, many = "ServiceRequest.locationReference", "names none of the several locations"
        return Problem(field, f"{many}; name the incident's")
    return every[0] if every else None


def _address(location: Location) -> str | None:
    """All that was given, once: the text, or the lines in their order; the name before it."""
    given = location.address
    parts = [given.text] if given.text else [*given.line, given.city, given.district]
    parts += [given.postalCode]
    whole = location.name
    for part in (part.strip() for part in parts):
        if part and part.casefold() not in whole.casefold():
            whole = f"{whole}, {part}" if whole and whole not in part else part
    return whole[:MOST_WORDS] or None


def _postcode(location: Location) -> str | None:
    said = location.address.postalCode.strip()
    return said if 0 < len(said) <= MOST_POSTCODE else None


def _uprn(location: Location) -> tuple[str | None, int]:
    """Without the zeros that senders put before it; and how much of the extension was left out."""
    found, left_out = "", 0
    for name, value in _extended(location.extension):
        digits = value.strip().lstrip("0")
        if "uprn" in name and digits.isascii() and digits.isdigit() and len(digits) <= MOST_UPRN:
            found = found or digits
        elif any(part in name for part in ("uprn", *ELSEWHERE)):
            left_out += 1
    return found or None, left_out


def _extended(extension: Any) -> list[tuple[str, str]]:
    """Names and values, however deep they lie."""
    found: list[tuple[str, str]] = []
    todo = [extension]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo += reversed(part)
        elif isinstance(part, dict):
            name = str(part.get("url", "")).rpartition("/")[2].lower()
            values = (value for key, value in part.items() if key.startswith("value"))
            found += [(name, text) for value in values if (text := _scalar(value))]
            todo.append(part.get("extension"))
    return found


def _scalar(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("value", value.get("code"))
    return str(value) if isinstance(value, str | int | float) else ""


def _position(position: Position | None) -> tuple[dict[str, float], str]:
    return possible(position.latitude, position.longitude) if position else ({}, "")


def possible(latitude: float, longitude: float) -> tuple[dict[str, float], str]:
    """A position that can be; what cannot is never turned round, and people are told."""
    if _is_here(latitude, longitude):
        return {"latitude": latitude, "longitude": longitude}, ""
    why = "latitude and longitude swapped" if _is_here(longitude, latitude) else "not in the UK"
    return {}, f"position left out: {why}"


def _is_here(latitude: float, longitude: float) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def _phone(message: fhir.Message) -> str | None:
    whose: list[Patient | RelatedPerson] = [*message.all(Patient), *message.all(RelatedPerson)]
    said = (way.value for one in whose for way in one.telecom if way.system == "phone")
    return next((number for number in said if 0 < len(number) <= MOST_PHONE), None)


def _person(message: fhir.Message) -> str | None:
    names = (name for one in message.all(Patient) for name in one.name)
    said = (name.text or " ".join([*name.given, name.family]).strip() for name in names)
    return next((name[:MOST_NAME] for name in said if name), None)
