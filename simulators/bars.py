"""`python -m simulators bars`: a service that refers patients by BaRS (O3, C1)."""

import argparse
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from simulators.posting import parser_of, run

ABOUT = """\
A 111 provider or a neighbouring ambulance service: posts one referral as a FHIR bundle, then what
--then says. Point it at [source.bars_http] listen.

examples:
  python -m simulators bars --token-file bars-token.txt --address "14 Marram Street, Saltby"
  python -m simulators bars --token-file bars-token.txt --address "14 Marram Street, Saltby" \\
      --scene "man with a knife" --then revoke
"""
NAME = "bars"
URL = "http://127.0.0.1:8107/bars/v1/$process-message"
SYSTEMS = "https://fhir.nhs.uk/CodeSystem/"
EXTENSION = "https://fhir.nhs.uk/StructureDefinition/LocationExtension"
UNSAFE = "U"
Json = dict[str, Any]


def bundle(given: argparse.Namespace, request: str, reason: str, at: datetime, day: str) -> bytes:
    """The message; `reason` is new, update or revoke."""
    place, whole = str(uuid4()), reason != "revoke"
    parts = [_header(request, "update" if reason == "revoke" else reason)]
    parts += [_request(given, request, place, day, whole)]
    if whole:
        parts += [_location(given, place), _care_plan(given), _patient(given)]
        parts += [_flag(given, place)] if given.scene else []
    entry = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in parts]
    said = {"resourceType": "Bundle", "type": "message", "entry": entry}
    return json.dumps(said | {"meta": {"lastUpdated": at.isoformat()}}).encode()


def _header(request: str, reason: str) -> Json:
    return {
        "resourceType": "MessageHeader", "id": str(uuid4()),
        "eventCoding": {"system": SYSTEMS + "message-events", "code": "servicerequest-request"},
        "reason": _coded("message-reason-bars", reason),
        "focus": [{"reference": f"urn:uuid:{request}"}],
    }  # fmt: skip


def _request(given: argparse.Namespace, request: str, place: str, day: str, whole: bool) -> Json:
    said = {
        "resourceType": "ServiceRequest", "id": request, "intent": "plan",
        "status": "active" if whole else "revoked", "authoredOn": day,
        "category": [_coded("usecases-categories-bars", given.use_case)],
    }  # fmt: skip
    return said | ({"locationReference": [{"reference": f"urn:uuid:{place}"}]} if whole else {})


def _location(given: argparse.Namespace, place: str) -> Json:
    said: Json = {"resourceType": "Location", "id": place, "address": {"text": given.address}}
    if given.uprn:
        inner = [{"url": "UPRN", "valueString": given.uprn}]
        said["extension"] = [{"url": EXTENSION, "extension": inner}]
    if given.at:
        latitude, longitude = (float(part) for part in given.at.split(","))
        if given.fault == "swap":
            latitude, longitude = longitude, latitude
        said["position"] = {"latitude": latitude, "longitude": longitude}
    return said


def _care_plan(given: argparse.Namespace) -> Json:
    outcome = [{"outcomeCodeableConcept": [_coded("arp-priority-code", given.priority)]}]
    return {"resourceType": "CarePlan", "id": str(uuid4()), "status": "active", "activity": outcome}


def _patient(given: argparse.Namespace) -> Json:
    telecom = [{"system": "phone", "value": given.number}] if given.number else []
    return {"resourceType": "Patient", "id": str(uuid4()), "telecom": telecom}


def _flag(given: argparse.Namespace, place: str) -> Json:
    code = _coded("scene-safety-codes-bars", "S" if given.scene == "safe" else UNSAFE)
    if given.scene != "safe":
        code["text"] = given.scene
    return {
        "resourceType": "Flag", "id": str(uuid4()), "status": "active", "code": code,
        "category": [_coded("flag-categories-bars", "SS")],
        "subject": {"reference": f"urn:uuid:{place}"},
    }  # fmt: skip


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": SYSTEMS + system, "code": code}]}


def main(argv: Sequence[str]) -> int:
    """The exit code is that of `run`."""
    parser = parser_of(NAME, ABOUT, URL)
    add = parser.add_argument
    add("--address", required=True, help="the whole address, in words")
    add("--uprn", help="its UPRN, with leading zeros where there are some")
    add("--at", metavar="LAT,LON", help="its position")
    add("--number", help="who rings back: the patient's number")
    add("--priority", default="C3", help="category of the response (default: %(default)s)")
    add("--use-case", default="call-assist", help="why it is referred (default: %(default)s)")
    add("--scene", help="a scene-safety flag: safe, or in words why it is not")
    add("--then", choices=("again", "update", "revoke"), help="what is posted after it")
    add("--fault", choices=("swap", "garbage"), default="",
        help="coordinates swapped; no bundle at all")  # fmt: skip
    return run(NAME, _messages, parser.parse_args(argv))


async def _messages(given: argparse.Namespace) -> AsyncIterator[tuple[str, bytes]]:
    request, day, body = str(uuid4()), datetime.now(UTC).isoformat(), b""
    for reason in ["new", *([given.then] if given.then else [])]:
        if reason != "again":
            body = bundle(given, request, reason, datetime.now(UTC), day)
        yield reason, b"no bundle at all" if given.fault == "garbage" else body
