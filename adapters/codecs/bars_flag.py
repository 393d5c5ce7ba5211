"""What is known of a scene, written for another service as a BaRS message (N2, N7, C4): a FHIR R4
bundle with a scene-safety flag for each marker. docs/bars.md.

Written strictly: a flag always says in words why it is there, has no code (the one that is public
says that a scene is safe, which is never said here), and its coordinates are in the country.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson

from adapters.codecs.bars_place import EAST, NORTH, SOUTH, WEST
from schemas.hand_on import SafetyFlag, SceneFlags
from schemas.report import Place

LIMIT = 65_536
"""Bytes that an answer may have: it is a bundle too."""
CONTENT_TYPE = "application/fhir+json"
SYSTEMS = "https://fhir.nhs.uk/CodeSystem/"
PROFILES = "https://fhir.nhs.uk/StructureDefinition/"
SERVICE_ID = "https://fhir.nhs.uk/Id/dos-service-id"
HAND_ON = "https://fhir.nhs.uk/Id/forewarn-hand-on"
"""Of the bundle's identifier: hand-on and revision."""
NOT_KNOWN = "place not known"
Json = dict[str, Any]


def key(body: SceneFlags) -> str:
    """Says that two messages are one and the same."""
    return f"{body.note};{body.revision}"


def headers(body: SceneFlags) -> Mapping[str, str]:
    """Where it goes, as the proxy of the standard wants it, and the same id each time it goes."""
    target = orjson.dumps({"system": SERVICE_ID, "value": body.service_id})
    return {
        "NHSD-Target-Identifier": b64encode(target).decode(),
        "X-Request-Id": _id("message", key(body)),
        "X-Correlation-Id": _id("hand-on", body.note),
    }


def write(body: SceneFlags) -> bytes:
    """The whole of what is said of the scene, as it is now."""
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in _resources(body)]
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "id": _id("bundle", key(body)),
            "meta": _meta("BARSBundleMessage") | {"lastUpdated": _at(body.said_at)},
            "identifier": {"system": HAND_ON, "value": key(body)},
            "type": "message",
            "timestamp": _at(body.said_at),
            "entry": entries,
        }
    )


def is_receipt(raw: bytes, body: SceneFlags) -> bool:
    """Whether the other side took it: a bundle that answers nothing else and names no error."""
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(said, dict) or said.get("resourceType") != "Bundle":
        return False
    answers = [one["response"] for one in _parts(said) if isinstance(one.get("response"), dict)]
    wrong = any(one.get("resourceType") == "OperationOutcome" for one in _parts(said))
    ours = (_id("message", key(body)), key(body))  # no set: what comes may not be hashable
    fit = all(one.get("code") == "ok" and one.get("identifier") in ours for one in answers)
    return fit and not (wrong and not answers)


def _parts(bundle: Json) -> list[Json]:
    entries = bundle.get("entry")
    there = entries if isinstance(entries, list) else []
    parts = (one.get("resource") for one in there if isinstance(one, dict))
    return [one for one in parts if isinstance(one, dict)]


def _resources(body: SceneFlags) -> Iterator[Json]:
    yield _header(body)
    yield _request(body)
    yield _encounter(body)
    yield _organization(body)
    yield _location(body)
    for flag in body.flags:
        yield _flag(body, flag)


def _header(body: SceneFlags) -> Json:
    reason = "delete" if body.withdrawn else "new" if body.is_first else "update"
    return _made("MessageHeader", _id("message", key(body)), "BARSMessageHeader") | {
        "eventCoding": _coding("message-events-bars", "servicerequest-request"),
        "destination": [{"name": body.service, "endpoint": f"{SERVICE_ID}|{body.service_id}"}],
        "sender": _to("sender", body.sender_id),
        "source": {"name": body.sender, "endpoint": f"{SERVICE_ID}|{body.sender_id}"},
        "reason": {"coding": [_coding("message-reason-bars", reason)]},
        "focus": [{"reference": f"urn:uuid:{request_id(body)}"}],
    }


def request_id(body: SceneFlags) -> str:
    """The referral's own, where the incident came to us as one; else one of the hand-on."""
    try:
        return str(UUID(body.incident))
    except ValueError:
        return _id("request", body.note)


def _request(body: SceneFlags) -> Json:
    status = "revoked" if body.withdrawn else "active"
    return _made("ServiceRequest", request_id(body), "BARSServiceRequest-request-referral") | {
        "status": status,
        "intent": "plan",
        "category": [{"coding": [_coding("usecases-categories-bars", body.case)]}],
        "subject": {"display": "not said: scene safety only"},
        "encounter": _to("encounter", body.note),
        "authoredOn": _at(body.said_at),
        "requester": _to("sender", body.sender_id),
        "locationReference": [_to("location", body.note)],
    }


def _encounter(body: SceneFlags) -> Json:
    """Named by the number that the incident has with the sender."""
    emergency = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER"}
    return _made("Encounter", _id("encounter", body.note), "") | {
        "identifier": [{"value": body.incident}],
        "status": "in-progress",
        "class": emergency,
        "location": [{"location": _to("location", body.note)}],
    }


def _organization(body: SceneFlags) -> Json:
    named = {"identifier": [{"system": SERVICE_ID, "value": body.sender_id}], "name": body.sender}
    return _made("Organization", _id("sender", body.sender_id), "") | named


def _location(body: SceneFlags) -> Json:
    place = body.place
    said = _made("Location", _id("location", body.note), "") | {"status": "active"}
    if place.uprn:
        inner = [{"url": "UPRN", "valueString": place.uprn}]
        said["extension"] = [{"url": f"{PROFILES}LocationExtension", "extension": inner}]
    address = {"text": place.address, "postalCode": place.postcode}
    if given := {name: value for name, value in address.items() if value}:
        said["address"] = given
    position = _position(place)
    if position:
        said["position"] = position
    if not (place.uprn or given or position):
        said["name"] = NOT_KNOWN
    return said


def _position(place: Place) -> Json:
    """None that cannot be, and none that is half: nothing is turned round."""
    latitude, longitude = place.latitude, place.longitude
    if latitude is None or longitude is None:
        return {}
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        return {}
    return {"latitude": latitude, "longitude": longitude}


def _flag(body: SceneFlags, flag: SafetyFlag) -> Json:
    name = _id("flag", f"{body.note}/{flag.name}")
    period = {"start": _at(body.said_at), "end": _at(body.expires_at)} if flag.active else {}
    return _made("Flag", name, "BARSFlag-scene-safety") | {
        "status": "active" if flag.active else "inactive",
        "category": [{"coding": [_coding("flag-categories-bars", "SS")]}],
        "code": {"text": flag.text},
        "subject": _to("location", body.note),
        "encounter": _to("encounter", body.note),
        **({"period": period} if period else {}),
    }


def _made(kind: str, name: str, profile: str) -> Json:
    return {"resourceType": kind, "id": name} | ({"meta": _meta(profile)} if profile else {})


def _meta(profile: str) -> Json:
    return {"profile": [PROFILES + profile]}


def _coding(system: str, code: str) -> Json:
    return {"system": SYSTEMS + system, "code": code}


def _to(kind: str, name: str) -> Json:
    return {"reference": f"urn:uuid:{_id(kind, name)}"}


def _id(kind: str, name: str) -> str:
    """The same thing has the same id in each message, and it tells nothing."""
    return str(uuid5(NAMESPACE_OID, f"forewarn/{kind}/{name}"))


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
