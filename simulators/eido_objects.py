"""EIDOs as another service writes them (NENA-STA-021.1b), by an encoder of its own (O3)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

Json = dict[str, Any]

AGENCY = "ambulance.saltby.example"
PIDF = "urn:ietf:params:xml:ns:pidf"
CIVIC = "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
GML = "http://www.opengis.net/gml"


@dataclass(frozen=True, slots=True)
class Incident:
    """What the service knows of it. `civic`: elements of a civic address by name; `units`: call
    signs with the words for where they are; `at`: latitude and longitude."""

    key: str
    began: datetime
    civic: tuple[tuple[str, str], ...] = ()
    at: tuple[float, float] | None = None
    number: str = ""
    handler: str = ""
    units: tuple[tuple[str, str], ...] = ()
    caution: str = ""
    kind: str = "Medical"
    priority: str = "C2"


def eido(known: Incident, now: datetime, *, closed: bool = False) -> Json:
    """The whole of it, as it is now."""
    said = _part(_id("incidentid", known.key), now) | {
        "eidoVersion": "1.0",
        "issuingElementIdentification": f"cad.{AGENCY}",
        "agencyComponent": [_part(AGENCY, now) | {"agencyType": ["ambulance"],
                            "agencyRoleDescriptionRegistryText": ["CallReceiving"]}],
        "incidentComponent": _incident(known, now, closed=closed),
        "locationComponent": _location(known, now),
        "callComponent": _call(known, now, closed=closed),
        "callbackComponent": _call_back(known, now),
        "agentComponent": _agent(known, now),
        "emergencyResourceComponent": [_unit(*unit, now) for unit in known.units],
        "cautionComponent": _caution(known, now),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value != []}


def new_key() -> str:
    return f"{uuid4().hex[:11]}:cad.{AGENCY}"


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _part(key: str, now: datetime) -> Json:
    agency = {"$ref": AGENCY}
    return {"$id": key, "lastUpdateTimeStamp": moment(now), "updatedByAgencyReference": agency}


def _id(kind: str, key: str) -> str:
    return f"urn:emergency:uid:{kind}:{key}"


def _incident(known: Incident, now: datetime, *, closed: bool) -> Json:
    return _part(_id("incidentid", known.key), now) | {
        "incidentTypeCommonRegistryText": known.kind,
        "incidentPriorityInternalText": known.priority,
        "incidentStatusCommonRegistryText": ["Closed" if closed else "Active"],
        "locationReference": [{"$ref": f"location-{known.key}"}],
    }


def _location(known: Incident, now: datetime) -> list[Json]:
    if not known.civic and known.at is None:
        return []
    kind = {"locationTypeDescriptionRegistryText": "Incident", "locationByValue": _pidf(known)}
    return [_part(f"location-{known.key}", now) | kind]


def _pidf(known: Incident) -> str:
    lines = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in known.civic)
    civic = f'<civicAddress xmlns="{CIVIC}">{lines}</civicAddress>' if lines else ""
    point = ""
    if known.at is not None:
        latitude, longitude = known.at
        point = f'<Point xmlns="{GML}"><pos>{latitude} {longitude}</pos></Point>'
    return f'<?xml version="1.0"?><presence xmlns="{PIDF}">{point}{civic}</presence>'


def _call(known: Incident, now: datetime, *, closed: bool) -> list[Json]:
    if not known.number:
        return []
    state = "callEnd" if closed else "callAnswered" if known.handler else "callBegin"
    said: Json = {
        "standardPrimaryCallType": "emergency", "direction": "incoming",
        "callStartTimestamp": moment(known.began), "callStateRegistryText": state,
        "callBackReference": {"$ref": f"call-back-{known.key}"},
    }  # fmt: skip
    if known.handler:
        agents = [{"$ref": known.handler}]
        said |= {"answerDate": moment(known.began), "agentReference": agents}
    return [_part(_id("callid", known.key), now) | said]


def _call_back(known: Incident, now: datetime) -> list[Json]:
    uris = [f"tel:{known.number}"]
    part = _part(f"call-back-{known.key}", now)
    return [part | {"callBackInformationUri": uris}] if known.number else []


def _agent(known: Incident, now: datetime) -> list[Json]:
    said: Json = {"agentRoleRegistryText": ["Call Taking"], "agencyReference": {"$ref": AGENCY}}
    return [_part(known.handler, now) | said] if known.handler else []


def _unit(callsign: str, words: str, now: datetime) -> Json:
    return _part(f"unit-{callsign}", now) | {
        "emergencyResourceName": callsign, "agentReference": [],
        "emergencyResourceTypeCommonRegistryText": "Ambulance",
        "resourceAttributeRegistryText": ["Basic"],
        "primaryUnitStatusRegistryText": "Unavailable", "secondaryUnitStatusRegistryText": [words],
    }  # fmt: skip


def _caution(known: Incident, now: datetime) -> list[Json]:
    said = {"cautionTypeInternalText": known.caution, "cautionTypeCommonRegistryText": "Safety",
            "cautionSeverity": "high"}  # fmt: skip
    return [_part(f"caution-{known.key}", now) | said] if known.caution else []
