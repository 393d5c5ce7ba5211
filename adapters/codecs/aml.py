"""Advanced Mobile Location: where the caller's telephone says it is (C2, C3).

Two forms arrive at one door. The SMS form (ETSI TS 103 625: `A"ML=1;lt=…;lg=…;rd=…;…;ml=131`) with
its sender's number, as an SMS gateway hands it on; and the fields of the HTTPS form. Either as JSON
or as a form. Positions that cannot be are refused, never mended.
"""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import ValidationError

from adapters.codecs.contract import Read, too_long
from middleware.ports import Problem
from schemas.caller import CallerLocated, Circle, FixBy

LIMIT = 16_384
"""Bytes of one message."""
MOST_FIELDS = 100
HEADER = 'A"ML'
VERSION = "1"
NUMBERS, TEXTS = ("number", "from", "sender"), ("text", "message")
"""Names under which gateways give the sender's number and the text of the SMS."""

SMS = {
    "lt": "latitude", "lg": "longitude", "rd": "radius", "top": "fixed_at", "lc": "confidence",
    "pm": "fix",
}  # fmt: skip
SMS_UNUSED = frozenset({"si", "ei", "mcc", "mnc", "ml", HEADER})
HTTPS = {
    "location_latitude": "latitude", "location_longitude": "longitude",
    "location_accuracy": "radius", "location_time": "fixed_at",
    "location_confidence": "confidence", "location_source": "fix",
}  # fmt: skip
HTTPS_UNUSED = frozenset(
    {"emergency_number", "time", "location_altitude", "location_floor", "location_bearing",
     "location_speed", "location_vertical_accuracy"}
)  # fmt: skip
BY = {"G": FixBy.SATELLITE, "W": FixBy.WIFI, "C": FixBy.CELL, "N": None}
BY_WORD = {"gps": FixBy.SATELLITE, "gnss": FixBy.SATELLITE, "wifi": FixBy.WIFI, "cell": FixBy.CELL}
SECONDS, MILLISECONDS = 10, 13
"""Digits of a time since 1970."""


SOUTH, NORTH, WEST, EAST = 49.0, 61.0, -9.0, 2.5
"""Where callers of a service in the United Kingdom can be, in degrees."""

Fields = dict[str, str]


def read(raw: bytes, source: str, now: datetime) -> Read | Problem:
    """The event in a message, or what is wrong with it; never the values."""
    if len(raw) > LIMIT:
        return too_long()
    given = _fields(raw)
    if isinstance(given, Problem):
        return given
    number = next((given[name] for name in NUMBERS if given.get(name)), "")
    if not any(c.isdigit() for c in number):
        return Problem("number", "is missing; without the caller's number it belongs to no call")
    text = next((given[name] for name in TEXTS if name in given), None)
    said = _https(given) if text is None else _sms(text)
    if isinstance(said, Problem):
        return said
    form, known, fields = ("https", HTTPS.keys() | HTTPS_UNUSED, given) if text is None else (
        "sms", SMS.keys() | SMS_UNUSED, dict(_pairs(text)))  # fmt: skip
    unknown = len(fields.keys() - known - set(NUMBERS) - set(TEXTS))
    circle = _circle(said)
    if isinstance(circle, Problem):
        return circle
    return _event(number, circle, form, source, now, unknown)


def _event(
    number: str, circle: Circle, form: str, source: str, now: datetime, unknown: int
) -> Read | Problem:
    about = "".join(c for c in number if c.isdigit() or c == "+")
    whole = f"{about}|{circle.model_dump_json()}"
    event_id = f"{form}/{blake2b(whole.encode(), digest_size=12).hexdigest()}"
    try:
        event = CallerLocated(
            source=source, id=event_id, occurred_at=now, number=about, circle=circle
        )
    except ValidationError:
        return Problem("number", "must have at most 40 characters")
    return Read(event, unknown)


def _fields(raw: bytes) -> Fields | Problem:
    """Names and texts, from JSON or from a form."""
    try:
        words = raw.decode().strip()
    except UnicodeDecodeError:
        return Problem("message", "is not UTF-8")
    if not words.startswith("{"):
        try:
            pairs = parse_qsl(words, strict_parsing=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return Problem("message", "is neither a JSON object nor a form")
        return dict(reversed(pairs))
    try:
        said: dict[str, Any] = orjson.loads(words)
    except orjson.JSONDecodeError:
        return Problem("message", "is not JSON")
    if len(said) > MOST_FIELDS:
        return Problem("message", f"has more than {MOST_FIELDS} fields")
    return {key: value if isinstance(value, str) else str(value) for key, value in said.items()}


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in text.strip().split(";") if part)
    return [(key.strip(), value.strip()) for key, _, value in parts]


def _sms(text: str) -> Fields | Problem:
    """Our names, from the text of an SMS."""
    pairs = _pairs(text)
    given = dict(pairs)
    if not pairs or pairs[0][0] != HEADER:
        return Problem("text", f"does not begin with {HEADER}=, so it is no AML message")
    if pairs[0][1] != VERSION:
        return Problem("text", f"is of another version of AML than {VERSION}")
    if len(given) != len(pairs):
        return Problem("text", "says something twice")
    if given.get("ml") != str(len(text.strip())):
        return Problem("ml", "is not the length of the text: part of it is missing or was changed")
    if BY.get(given.get("pm", ""), FixBy.UNKNOWN) is None:
        return Problem("pm", "says that the telephone found no position")
    return {ours: given[theirs] for theirs, ours in SMS.items() if theirs in given}


def _https(given: Fields) -> Fields:
    return {ours: given[theirs] for theirs, ours in HTTPS.items() if given.get(theirs)}


def _circle(said: Fields) -> Circle | Problem:
    found: dict[str, float] = {}
    for name in ("latitude", "longitude", "radius"):
        number = _number(said.get(name, ""))
        if number is None:
            return Problem(name, "is missing, or no number")
        found[name] = number
    where = found["latitude"], found["longitude"]
    if problem := _impossible(*where):
        return problem
    try:
        return Circle(
            latitude=where[0], longitude=where[1], radius_m=found["radius"],
            confidence=_per_cent(said.get("confidence", "")), fix=_fix(said.get("fix", "")),
            fixed_at=_moment(said.get("fixed_at", "")),
        )  # fmt: skip
    except ValidationError as wrong:
        field = str(wrong.errors(include_input=False, include_url=False)[0]["loc"][0])
        return Problem(field, "is not possible")


def _impossible(latitude: float, longitude: float) -> Problem | None:
    """Swapped coordinates are said to be that: nobody guesses which message meant what."""
    if _is_here(latitude, longitude):
        return None
    if _is_here(longitude, latitude):
        return Problem("latitude", "and longitude are swapped; the sender must mend this")
    return Problem("latitude", "and longitude lie outside the area of this service")


def _is_here(latitude: float, longitude: float) -> bool:
    return SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _per_cent(text: str) -> int | None:
    """95, or 0.95; None where it says nothing."""
    number = _number(text)
    if number is None or not 0 < number <= 100:
        return None
    return max(1, round(100 * number if number <= 1 else number))


def _fix(text: str) -> FixBy:
    return BY.get(text) or BY_WORD.get(text.lower(), FixBy.UNKNOWN)


def _moment(text: str) -> datetime | None:
    """20220210134654, a time since 1970, or ISO 8601; None where it cannot be read: the position
    is worth more than its date."""
    try:
        if text.isascii() and text.isdigit() and len(text) in (SECONDS, MILLISECONDS):
            return datetime.fromtimestamp(int(text[:SECONDS]), UTC)
        if text.isascii() and text.isdigit():
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        read_at = datetime.fromisoformat(text)
        return read_at.astimezone(UTC) if read_at.tzinfo else read_at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
