"""NENA's Emergency Incident Data Object (EIDO, STA-021) ─► incident, units and calls (C1, C2).

An object says how an incident stands now, not what happened: each is read as the whole of it, and
nothing is concluded from what is not in it. docs/eido.md says what is read and what is assumed.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from adapters.codecs import eido_parts
from adapters.codecs.eido_calls import calls, incoming
from adapters.codecs.eido_parts import Caution, Component, Eido, Incident, UnitEmergency
from adapters.codecs.eido_place import Placed, placed
from adapters.codecs.eido_units import EidoDialect, Units, moved, units
from middleware.ports import Problem
from schemas.event import Event
from schemas.incident import IncidentClosed, IncidentOpened

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
INCIDENT_ID = "urn:emergency:uid:incidentid:"
LONGEST, MOST_NAME, MOST_WORDS = 160, 200, 2_000
GRAVE = frozenset({"highest", "high"})


class Told(NamedTuple):
    """The events of one object in their order, and how much of it nobody knew or could use."""

    events: tuple[Event, ...]
    unknown: int


def read(
    said: Any, source: str, dialect: EidoDialect, days: Mapping[str, date] | None = None
) -> Told | Problem:
    """What the object says, or what is wrong with it; never the values. `days`: the service days
    under which incidents are known already, by number."""
    if not isinstance(said, dict):
        return Problem("notification", "holds something that is no object; send EIDOs")
    said = _without_nulls(said)
    try:
        eido = Eido.model_validate(said)
    except ValidationError as fault:
        return _problem(fault)
    incident = next(iter(eido.incidents), Incident())
    number, at = _number(eido, incident), _newest(eido)
    if not 0 < len(number) <= LONGEST:
        return Problem("incidentComponent.$id", f"has not 1 to {LONGEST} characters; send it")
    if at is None or at <= EPOCH:
        why = "is missing, or has no UTC offset; without it nobody knows what is newer"
        return Problem("lastUpdateTimeStamp", why)
    return _told(eido, incident, _common(eido, source, number, at, days or {}), dialect, said)


def _told(
    eido: Eido,
    incident: Incident,
    common: dict[str, Any],
    dialect: EidoDialect,
    raw: dict[str, Any],
) -> Told | Problem:
    keys = frozenset({eido.id, incident.id, incident.tracking, common["number"]} - {""})
    here = units(eido, keys, dialect)
    spoken = calls(eido, common["source"], common["revision"], common["occurred_at"])
    unknown = eido_parts.unknown(raw) + here.left_out + spoken.left_out
    try:
        if dialect.is_closed((*incident.status_common, *incident.status_internal)):
            return Told((*spoken.events, IncidentClosed(**common)), unknown)
        where = placed(eido, incident, incoming(eido))
        opened = _opened(eido, incident, common, where, here)
        events = (*spoken.events, opened, *moved(here, common))
    except ValidationError as fault:
        return _problem(fault)
    return Told(events, unknown + where.left_out)


def _opened(
    eido: Eido, incident: Incident, common: dict[str, Any], where: Placed, here: Units
) -> IncidentOpened:
    priority = incident.priority_internal or str(incident.priority or "")
    words = [*_dangers(eido), *_why(incident), where.words]
    nature = " · ".join(word for word in words if word)
    return IncidentOpened(
        **common,
        place=where.place,
        priority=priority[:MOST_NAME] or None,
        nature=(nature if len(nature) <= MOST_WORDS else f"{nature[: MOST_WORDS - 1]}…") or None,
        resources=here.resources,
    )


# --- which incident, and when -----------------------------------------------------------


def _number(eido: Eido, incident: Incident) -> str:
    """The identifier by which all services know the incident, without what is the same in all."""
    said = [incident.tracking, incident.id, eido.id]
    named = next((one for one in said if one.startswith(INCIDENT_ID)), "")
    return (named or next(filter(None, said), "")).removeprefix(INCIDENT_ID)


def _common(
    eido: Eido, source: str, number: str, at: datetime, days: Mapping[str, date]
) -> dict[str, Any]:
    began = min((call.started_at for call in eido.calls if call.started_at), default=at)
    day = days.get(number) or _day(began)
    return {
        "source": source, "id": number, "revision": (at - EPOCH) // timedelta(microseconds=1),
        "occurred_at": at, "number": number, "service_day": day,
    }  # fmt: skip


def _day(at: datetime) -> date:
    """In London; at the ends of the calendar there is no other day than its own."""
    try:
        return at.astimezone(LONDON).date()
    except OverflowError:
        return at.date()


def _newest(eido: Eido) -> datetime | None:
    """When the last of what is read was changed: some senders forget the object itself."""
    return max((one.at for one in _all(eido) if one.at is not None), default=None)


def _all(eido: Eido) -> Iterator[Component]:
    yield eido
    yield from (*eido.incidents, *eido.calls, *eido.call_backs, *eido.agents, *eido.locations)
    yield from (*eido.persons, *eido.units, *eido.cautions, *eido.emergencies)


# --- in words ---------------------------------------------------------------------------


def _dangers(eido: Eido) -> list[str]:
    """What the sender warns of stands first; it is no answer of a check (C4)."""
    emergencies = [_emergency(one) for one in eido.emergencies if not one.stopped]
    grave = sorted(eido.cautions, key=lambda one: one.severity.lower() not in GRAVE)
    return [*emergencies, *(_caution(one) for one in grave)]


def _emergency(one: UnitEmergency) -> str:
    what = " ".join(filter(None, (one.device, one.kind)))
    return f"UNIT EMERGENCY, as the sender says: {what or 'no more is said; ask'}"


def _caution(one: Caution) -> str:
    what = ", ".join(filter(None, (one.text, *one.common))) or "no more is said; ask"
    of = f" ({one.severity})" if one.severity else ""
    return f"CAUTION, as the sender says: {what}{of}"


def _why(incident: Incident) -> list[str]:
    what = incident.type_text or incident.type_common or incident.type_code
    own = f"sender's number {incident.own_number[:MOST_NAME]}" if incident.own_number else ""
    return [what, own]


# --- what is wrong ----------------------------------------------------------------------


def _problem(fault: ValidationError) -> Problem:
    """The first fault as field path and reason; inputs are left out: no values."""
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    what = first["msg"].removeprefix("Value error, ")
    field = ".".join(map(str, first["loc"])) or "notification"
    return Problem(field, f"{what}; mend it as NENA-STA-021 has it")


def _without_nulls(value: Any) -> Any:
    """Some senders write what they have not as null."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value if one is not None]
    return value
