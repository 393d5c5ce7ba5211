"""Referrals between services, NHS Booking and Referral (BaRS): FHIR bundles ─► incidents (C1).

A flag of scene safety is what the sender says of the scene: it stands in the nature of the incident
for people to read, and is never an answer of a check (C4). docs/bars.md.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from adapters.codecs import fhir
from adapters.codecs.bars_place import placed
from adapters.codecs.bars_scene import is_scene_safety, scene_words
from adapters.codecs.contract import Read, too_long
from adapters.codecs.fhir_parts import (
    CarePlan,
    Concept,
    Encounter,
    Flag,
    MessageHeader,
    ServiceRequest,
)
from middleware.ports import Problem
from schemas.incident import CadEvent, IncidentClosed, IncidentOpened

LIMIT = 262_144
"""Bytes of one bundle."""
LONDON = ZoneInfo("Europe/London")
EVENT = "servicerequest-request"
OVER = frozenset({"revoked", "completed", "entered-in-error"})
DELETED = "delete"
MOST_NAME, MOST_WORDS = 200, 2_000


def read(raw: bytes, source: str) -> Read | Problem:
    """The event in a bundle, or what is wrong with it; never the values."""
    if len(raw) > LIMIT:
        return too_long(LIMIT)
    message = fhir.read(raw)
    if isinstance(message, Problem):
        return message
    focus = _focus(message)
    return focus if isinstance(focus, Problem) else _event(message, *focus, source)


def _focus(message: fhir.Message) -> tuple[str, ServiceRequest, str] | Problem:
    """The request that the message is about, its key, and why it was sent."""
    headers = message.all(MessageHeader)
    if len(headers) != 1:
        return Problem("MessageHeader", "is missing, or there are several; send one a bundle")
    if headers[0].eventCoding.code != EVENT:
        return Problem("MessageHeader.eventCoding", f"is not {EVENT}; send requests only")
    named = message.named(ServiceRequest, headers[0].focus)
    if named is None:
        return Problem("MessageHeader.focus", "names no ServiceRequest of the bundle; send it too")
    return *named, _code(headers[0].reason)


def _event(
    message: fhir.Message, key: str, request: ServiceRequest, reason: str, source: str
) -> Read | Problem:
    at = message.bundle.meta.lastUpdated or message.bundle.timestamp
    if at is None or at.timestamp() < 1:
        return Problem(
            "Bundle.meta.lastUpdated", "is missing; without it nobody knows what is newer"
        )
    said: dict[str, Any] = {
        "source": source, "id": key, "revision": int(at.timestamp() * 1_000), "occurred_at": at,
        "number": key, "service_day": _day(request.authoredOn, at),
    }  # fmt: skip
    if request.status in OVER or reason == DELETED:
        return _made(IncidentClosed, said, message.unknown)
    where = placed(message, request)
    if isinstance(where, Problem):
        return where
    said |= {"place": where.place, "priority": _priority(message, request)}
    said["nature"] = _nature(message, request, where.words)
    return _made(IncidentOpened, said, message.unknown + where.left_out)


def _made(kind: type[CadEvent], said: dict[str, Any], unknown: int) -> Read | Problem:
    try:
        return Read(kind.model_validate(said), unknown)
    except ValidationError as wrong:
        field = str(wrong.errors(include_input=False, include_url=False)[0]["loc"][0])
        return Problem(field, "is not possible; mend it as docs/bars.md says")


def _day(authored_on: str, sent_at: datetime) -> date:
    """The day in London on which the request was made: the same in all its messages."""
    try:
        at = datetime.fromisoformat(authored_on)
        return at.astimezone(LONDON).date() if at.tzinfo else at.date()
    except (ValueError, OverflowError):
        return sent_at.astimezone(LONDON).date()


def _priority(message: fhir.Message, request: ServiceRequest) -> str | None:
    """The category of the response programme (C1 to C5), else what the request says."""
    activities = (done for plan in message.all(CarePlan) for done in plan.activity)
    concepts = (concept for done in activities for concept in done.outcomeCodeableConcept)
    codings = (coding for concept in concepts for coding in concept.coding)
    codes = (one.code or one.display for one in codings if "arp-priority" in one.system.lower())
    return (next(filter(None, codes), "") or request.priority)[:MOST_NAME] or None


def _nature(message: fhir.Message, request: ServiceRequest, of_place: str) -> str | None:
    scene = [scene_words(flag) for flag in message.all(Flag) if is_scene_safety(flag)]
    words = [*sorted(scene), *_why(request), *_reference(message), of_place]
    whole = " · ".join(word for word in words if word)
    return whole if len(whole) <= MOST_WORDS else f"{whole[: MOST_WORDS - 1]}…"


def _why(request: ServiceRequest) -> list[str]:
    """The use case (call assist, mutual aid, out of area) and its words."""
    codings = (coding for concept in request.category for coding in concept.coding)
    shown = [coding.display or coding.code for coding in codings]
    return [", ".join(filter(None, shown)), *(concept.text for concept in request.category)]


def _reference(message: fhir.Message) -> list[str]:
    """The number by which the sender's people speak of it."""
    named = (one.value for met in message.all(Encounter) for one in met.identifier)
    return [f"sender's reference {value[:MOST_NAME]}" for value in named if value][:1]


def _code(concept: Concept) -> str:
    return next((coding.code for coding in concept.coding if coding.code), "")
