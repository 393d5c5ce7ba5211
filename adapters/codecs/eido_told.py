"""What another service is told in EIDOs (NENA-STA-021): cautions and unit emergencies ─► objects
(N2, N7, D1, N8); docs/eido.md.

An object holds all that stands of one incident. What the standard has no place for (the revision,
when it ends, that it was withdrawn) is in `forewarn`, an extension that the object names. Values of
registries that are not public are written as UNKNOWN.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from schemas.told import CadNote, UnitEmergency

VERSION = "1.0"
EXTENSION = "forewarn"
INCIDENT_ID = "urn:emergency:uid:incidentid:"
UNKNOWN = "Unknown"
GML = "http://www.opengis.net/gml"
PIDF = "urn:ietf:params:xml:ns:pidf"
SEVERITIES = {"high": "high", "medium": "normal", "low": "low"}
LOWEST, HIGHEST = "lowest", "highest"
SENTENCES = ("what", "scope", "category", "age", "certainty", "origin", "review", "advice")
"""Of a note, in the order in which they are read."""

Json = dict[str, Any]
Told = CadNote | UnitEmergency


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are there: `element` is the name of this system, `agency` that of the service."""

    element: str
    agency: str


def incident_of(told: Told, sender: Sender) -> str:
    """The identifier of the incident: its own where it has one that all services know, else one
    made of its day and number, or of the alarm that has no incident."""
    if told.incident is None:
        return f"{INCIDENT_ID}alarm-{told.note}:{sender.element}"
    if ":" in told.incident:
        return f"{INCIDENT_ID}{told.incident}"
    return f"{INCIDENT_ID}{told.service_day:%Y%m%d}-{told.incident}:{sender.element}"


def eido(several: Iterable[Told], sender: Sender, now: datetime) -> Json:
    """One object of what is told of one incident; at least one thing."""
    told = list(several)
    parts: dict[str, list[Json]] = {}
    for one in told:
        made = _caution(one, sender, now) if isinstance(one, CadNote) else _unit(one, sender, now)
        for name, part in made:
            parts.setdefault(name, []).append(part)
    agency = {"agencyRoleDescriptionRegistryText": ["Dispatch"], "agencyType": ["ambulance"]}
    return _part(incident_of(told[0], sender), sender, now) | {
        "eidoVersion": VERSION,
        "eidoExtensionId": [EXTENSION],
        "issuingElementIdentification": sender.element,
        "agencyComponent": [_part(sender.agency, sender, now) | agency],
        **_incident(told[0], sender, now),
        **parts,
    }


def _incident(told: Told, sender: Sender, now: datetime) -> Json:
    """Its own number, so that a person can find it; of an alarm without an incident nothing."""
    if told.incident is None:
        return {}
    said = {"incidentTypeCommonRegistryText": UNKNOWN, "internalIncidentId": told.incident}
    return {"incidentComponent": _part(incident_of(told, sender), sender, now) | said}


# --- a caution --------------------------------------------------------------------------


def _caution(note: CadNote, sender: Sender, now: datetime) -> list[tuple[str, Json]]:
    key = f"caution-{note.note}:{sender.element}"
    withdrawn = f"Withdrawn: {note.reason or 'no longer true'}"
    severity = LOWEST if note.withdrawn else SEVERITIES.get(note.severity, HIGHEST)
    part = _part(key, sender, now) | {
        "cautionTypeInternalText": withdrawn if note.withdrawn else note.headline,
        "cautionTypeCommonRegistryText": UNKNOWN,
        "cautionSeverity": severity,
        "cautionSource": sender.agency,
        EXTENSION: {
            "note": note.note,
            "revision": note.revision,
            "withdrawn": note.withdrawn,
            "expiresAt": moment(note.expires_at),
        },
    }
    made = [("cautionComponent", part)]
    return made if note.withdrawn else [*made, ("notesComponent", _words(note, key, sender, now))]


def _words(note: CadNote, caution: str, sender: Sender, now: datetime) -> Json:
    """The sentences as paragraphs of HTML, which the standard asks for."""
    said = (getattr(note, name) for name in SENTENCES)
    html = "".join(f"<p>{escape(one)}</p>" for one in said if one)
    about = {"notesActionComments": html, "cautionReference": [{"$ref": caution}]}
    return _part(f"note-{note.note}:{sender.element}", sender, now) | about


# --- a unit emergency -------------------------------------------------------------------


def _unit(said: UnitEmergency, sender: Sender, now: datetime) -> list[tuple[str, Json]]:
    """The emergency, the crew that it is of, and where its radio was."""
    agent = f"crew-{said.note}:{sender.element}"
    name = said.callsign or (f"radio {said.radio}" if said.radio else "a crew that is not known")
    emergency = _part(f"emergency-{said.note}:{sender.element}", sender, now) | {
        "severity": LOWEST if said.stopped_at else HIGHEST,
        "startTimestamp": moment(said.started_at),
        "reportingAgentReference": {"$ref": agent},
        EXTENSION: _besides(said),
    }
    optional = {
        "originatingDevice": f"Radio{said.radio}" if said.radio else None,
        "acknowledgementTimestamp": said.acknowledged_at and moment(said.acknowledged_at),
        "stopTimestamp": said.stopped_at and moment(said.stopped_at),
    }
    emergency |= {key: value for key, value in optional.items() if value}
    crew = {"agentRoleRegistryText": [UNKNOWN], "agencyReference": {"$ref": sender.agency}}
    where = _where(said, sender, now)
    return [
        ("unitEmergencyStateComponent", emergency),
        ("agentComponent", _part(agent, sender, now) | crew),
        ("emergencyResourceComponent", _resource(said, name, agent, sender, now)),
        *([("locationComponent", where)] if where else []),
    ]


def _besides(said: UnitEmergency) -> Json:
    """What the standard has no place for: what it was, and how old and how wide the position is."""
    at = said.position
    besides = {
        "alarm": said.note,
        "revision": said.revision,
        "outcome": said.outcome,
        "positionFixedAt": moment(at.fixed_at) if at and at.fixed_at else None,
        "positionErrorMetres": at.error_m if at else None,
    }
    return {key: value for key, value in besides.items() if value is not None}


def _resource(said: UnitEmergency, name: str, agent: str, sender: Sender, now: datetime) -> Json:
    resource = _part(f"unit-{said.note}:{sender.element}", sender, now) | {
        "emergencyResourceName": name,
        "emergencyResourceTypeCommonRegistryText": UNKNOWN,
        "resourceAttributeRegistryText": [UNKNOWN],
        "primaryUnitStatusRegistryText": UNKNOWN,
        "secondaryUnitStatusRegistryText": [UNKNOWN],
        "agentReference": [{"$ref": agent}],
    }
    at = {"unitLocationReference": {"$ref": f"where-{said.note}:{sender.element}"}}
    return resource | (at if said.position else {})


def _where(said: UnitEmergency, sender: Sender, now: datetime) -> Json | None:
    """The last known position; its age in the moment of the part, where that is known."""
    at = said.position
    if at is None:
        return None
    point = f'<Point xmlns="{GML}" srsName="urn:ogc:def:crs:EPSG::4326">'
    pos = f"<pos>{at.latitude} {at.longitude}</pos></Point>"
    xml = f'<?xml version="1.0" encoding="UTF-8"?><presence xmlns="{PIDF}">{point}{pos}</presence>'
    known = {"locationTypeDescriptionRegistryText": UNKNOWN, "locationByValue": xml}
    return _part(f"where-{said.note}:{sender.element}", sender, at.fixed_at or now) | known


# --- what every part has ------------------------------------------------------------------


def moment(at: datetime) -> str:
    """With milliseconds, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _part(key: str, sender: Sender, at: datetime) -> Json:
    agency = {"$ref": sender.agency}
    return {"$id": key, "lastUpdateTimeStamp": moment(at), "updatedByAgencyReference": agency}
