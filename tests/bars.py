"""Bundles as senders of BaRS make them, for tests: plain objects, written without our reader."""

import json
from typing import Any

REQUEST = "236bb75d-90ef-461f-b71e-fde7f899802c"
SENT = "2026-11-23T04:40:00.250+00:00"
WHERE = "2ec99e82-a0af-4b70-bd53-1869d84b2ad1"
SCENE = "https://fhir.nhs.uk/CodeSystem/scene-safety-codes-bars"
FLAGS = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"
ARP = "https://fhir.nhs.uk/CodeSystem/arp-priority-code"

Json = dict[str, Any]


def to(key: str) -> Json:
    return {"reference": f"urn:uuid:{key}"}


def coded(code: str, system: str = "", text: str = "") -> Json:
    return {"coding": [{"system": system, "code": code}]} | ({"text": text} if text else {})


def header(reason: str = "new", key: str = REQUEST, event: str = "servicerequest-request") -> Json:
    return {"resourceType": "MessageHeader", "id": "1cbdfb97", "focus": [to(key)],
            "eventCoding": {"code": event}, "reason": coded(reason)}  # fmt: skip


def request(key: str = REQUEST, **more: Any) -> Json:
    said = {"status": "active", "intent": "plan", "authoredOn": "2026-11-23T04:39:00+00:00",
            "category": [coded("call-assist", text="Two crews asked for")],
            "locationReference": [to(WHERE)]}  # fmt: skip
    return {"resourceType": "ServiceRequest", "id": key} | said | more


def location(uprn: str | None = "10090200342", **more: Any) -> Json:
    inner = [{"url": "UPRN", "valueString": uprn}] if uprn else []
    extension = [{"url": "https://fhir.nhs.uk/LocationExtension", "extension": inner}]
    address = {"line": ["Flat 2", "31 Chapel Row"], "city": "Saltby", "postalCode": "CT97 3QR"}
    said = {"address": address, "extension": extension,
            "position": {"latitude": 51.371, "longitude": 1.204}}  # fmt: skip
    return {"resourceType": "Location", "id": WHERE} | said | more


def flag(code: str = "S", text: str = "", **more: Any) -> Json:
    said = {"status": "active", "category": [coded("SS", FLAGS)], "subject": to(WHERE)}
    return {"resourceType": "Flag", "code": coded(code, SCENE, text)} | said | more


def care_plan(priority: str = "C3") -> Json:
    done = [{"outcomeCodeableConcept": [coded("Dx012"), coded(priority, ARP)]}]
    return {"resourceType": "CarePlan", "status": "active", "activity": done}


def encounter(number: str = "EOC-4711") -> Json:
    return {"resourceType": "Encounter", "status": "in-progress", "identifier": [{"value": number}]}


def patient(**more: Any) -> Json:
    said = {"name": [{"family": "Marchbanks", "given": ["Julie"]}],
            "telecom": [{"system": "phone", "value": "01632 960114"}]}  # fmt: skip
    return {"resourceType": "Patient"} | said | more


def bundle(*resources: Json, sent: str | None = SENT, **more: Any) -> bytes:
    """A message; without resources a whole referral."""
    sender = {"resourceType": "Organization", "name": "Sender"}
    parts = resources or (header(), request(), location(), flag(), care_plan(), encounter(),
                          patient(), sender)  # fmt: skip
    entry = [{"fullUrl": f"urn:uuid:{one.get('id', '')}", "resource": one} for one in parts]
    said = {"resourceType": "Bundle", "type": "message", "entry": entry}
    meta = {"meta": {"lastUpdated": sent}} if sent else {}
    return json.dumps(said | meta | more).encode()
