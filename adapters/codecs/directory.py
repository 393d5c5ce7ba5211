"""What a directory of callers answers: number ─► address, as JSON of our own (C2, C3)."""

from datetime import datetime
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from adapters.codecs.contract import LIMIT, Read, too_long
from middleware.ports import Problem
from schemas.caller import CallerLookedUp, LookedUp
from schemas.check import Whereabouts

FIELDS = frozenset({"address", "postcode", "uprn", "latitude", "longitude", "person"})


class Asked(NamedTuple):
    """`about`: the ring that is asked about; the event's id follows from it."""

    about: str
    number: str


def question(asked: Asked) -> bytes:
    """The body of the request."""
    return orjson.dumps({"number": asked.number})


def found(asked: Asked, raw: bytes, source: str, now: datetime) -> Read | Problem:
    """The event in an answer that says that there is a place."""
    if len(raw) > LIMIT:
        return too_long()
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return Problem("message", "is not JSON; what answers at url is no directory of callers")
    if not isinstance(said, dict):
        return Problem("message", "is not a JSON object")
    known = {key: value for key, value in said.items() if key in FIELDS and value is not None}
    if not known:
        return Problem("message", "has no address, postcode, uprn or position; answer 404 for none")
    try:
        place = Whereabouts(**known)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        return Problem(str(first["loc"][0]), first["msg"])
    event = looked_up(asked, LookedUp.FOUND, source, now, place)
    return Read(event, len(said.keys() - FIELDS))


def looked_up(
    asked: Asked, result: LookedUp, source: str, now: datetime, place: Whereabouts | None = None
) -> CallerLookedUp:
    """The event, also where there is no place, or no answer."""
    return CallerLookedUp(
        source=source, id=asked.about, occurred_at=now, number=asked.number, result=result,
        place=place,
    )  # fmt: skip
