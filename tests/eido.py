"""EIDOs and their conveyance as services write them, for tests: plain objects, written without our
reader."""

import json
from typing import Any

Json = dict[str, Any]
KEY = "a004711:cad.ambulance.saltby.example"
AT = "2026-11-23T04:40:00.250Z"
CALL = "c004711:cad.ambulance.saltby.example"
PIDF = "urn:ietf:params:xml:ns:pidf"
HOME = {"A3": "Saltby", "RD": "Chapel", "STS": "Row", "HNO": "31", "UNIT": "2", "PC": "CT97 3QR"}


def part(key: str, at: str | None = AT, **more: Any) -> Json:
    said = {"$id": key, "updatedByAgencyReference": {"$ref": "saltby.example"}}
    return said | ({"lastUpdateTimeStamp": at} if at else {}) | more


def to(key: str) -> Json:
    return {"$ref": key}


def incident(key: str = KEY, at: str | None = AT, **more: Any) -> Json:
    said = {"incidentTypeCommonRegistryText": "Medical", "locationReference": [to("where")],
            "incidentPriorityInternalText": "C2", "incidentStatusCommonRegistryText": ["Active"],
            "internalIncidentId": "4711", "personReference": [to("who")]}  # fmt: skip
    return part(f"urn:emergency:uid:incidentid:{key}", at, **(said | more))


def pidf(civic: Json | None = None, at: str = "", shape: str = "Point") -> str:
    lines = "".join(f"<{name}>{text}</{name}>" for name, text in (civic or {}).items())
    address = f'<ca:civicAddress xmlns:ca="{PIDF}:geopriv10:civicAddr">{lines}</ca:civicAddress>'
    point = f'<g:{shape} xmlns:g="http://www.opengis.net/gml"><g:pos>{at}</g:pos></g:{shape}>'
    inside = (address if civic else "") + (point if at else "")
    return f'<?xml version="1.0" encoding="UTF-8"?><presence xmlns="{PIDF}">{inside}</presence>'


def location(key: str = "where", **more: Any) -> Json:
    said = {"locationTypeDescriptionRegistryText": "Incident",
            "locationByValue": pidf(HOME, "51.371 1.204")}  # fmt: skip
    return part(key, **(said | more))


def call(state: str = "callAnswered", **more: Any) -> Json:
    said = {"callStateRegistryText": state, "standardPrimaryCallType": "emergency",
            "direction": "incoming", "callStartTimestamp": "2026-11-23T04:38:00Z",
            "answerDate": "2026-11-23T04:38:05Z", "queueIdentifier": "sos@saltby.example",
            "callBackReference": to("back"),
            "agentReference": [to("jo@saltby.example")]}  # fmt: skip
    return part(f"urn:emergency:uid:callid:{CALL}", **(said | more))


def back(*uris: str) -> Json:
    said = list(uris) or ["sip:01632960114@osp.example", "tel:01632 960114"]
    return part("back", callBackInformationUri=said)


def agent() -> Json:
    return part("jo@saltby.example", agentWorkstationPositionIdentification="5")


def unit(name: str = "A101", *words: str, **more: Any) -> Json:
    said = {"emergencyResourceName": name, "secondaryUnitStatusRegistryText": list(words),
            "primaryUnitStatusRegistryText": "Unavailable"}  # fmt: skip
    return part(f"unit-{name}", **(said | more))


def person(name: str = "Julie Marchbanks", role: str = "Patient") -> Json:
    described = {"personName": [{"personFullName": [{"value": name}]}]}
    return part("who", personIncidentRoleRegistryText=[role], ncPersonComponent=described)


def caution(text: str, severity: str = "high") -> Json:
    return part("caution", cautionTypeInternalText=text, cautionSeverity=severity)


def eido(key: str = KEY, at: str | None = AT, **parts: Any) -> Json:
    """One object; without parts a whole one, with None a part is missing."""
    whole: Json = {
        "incidentComponent": incident(key, at), "callComponent": [call()],
        "callbackComponent": [back()], "agentComponent": [agent()],
        "locationComponent": [location()], "personComponent": [person()],
        "emergencyResourceComponent": [unit("A101", "En Route")],
    }  # fmt: skip
    said = part(f"urn:emergency:uid:incidentid:{key}", at, eidoVersion="1.0", agencyComponent=[])
    named = {f"{name}Component": value for name, value in parts.items()}
    return {name: one for name, one in (said | whole | named).items() if one is not None}


def simple(n: int, words: str = "") -> Json:
    """Thing `n`: an incident and no more."""
    key = f"{n:06d}:saltby.example"
    place = {"RD": "Marram", "STS": "Street", "HNO": "14", "NAM": words}
    return eido(
        key, incident=incident(key, incidentTypeInternalText=words), call=None, callback=None,
        agent=None, person=None, emergencyResource=None,
        location=[location(locationByValue=pidf({k: v for k, v in place.items() if v}))],
    )  # fmt: skip


def event(*eidos: Any, transaction: str = "t-004711") -> bytes:
    said = {"subscriptionId": "s1", "transactionId": transaction, "notification": list(eidos)}
    return json.dumps({"event": said}).encode()
