"""The side of a service to which incidents are handed on (BaRS, N2, N7), with fault switches.

Reads FHIR with its own eyes, strictly: a flag without a reason, with coordinates that cannot be, or
that points at nothing is refused. What it took is a JSON line each on standard output.
"""

import base64
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

from simulators.receiving import Json, Receiving
from simulators.receiving_cli import parser_of, run

NAME, ABOUT = "bars-receiver", "A service that takes incidents over, with their scene-safety flags."
BASE = "/bars/v1"
PATH = f"{BASE}/$process-message"
FHIR = "application/fhir+json"
UNITED_KINGDOM = ((49.0, 61.0), (-9.0, 2.5))
NEEDED = {
    "MessageHeader": ("eventCoding", "source", "reason", "focus", "destination", "sender"),
    "ServiceRequest": ("status", "intent", "subject", "category", "locationReference"),
    "Encounter": ("status", "class", "identifier"),
    "Location": ("status",),
    "Flag": ("status", "category", "code", "subject", "encounter"),
    "Organization": ("name",),
}
"""What each resource must have, beside its id."""


@dataclass
class BarsReceiver(Receiving):
    """Hand-on to the last message about it."""

    contract = "BaRS"
    path = PATH
    types = ("flag.said", "flag.withdrawn")

    hand_ons: dict[str, Json] = field(default_factory=dict)
    service: str | None = None
    """Its own identifier: what is sent to another one is refused."""

    def drawer(self, said: Json) -> dict[str, Json]:
        return self.hand_ons

    def app(self) -> web.Application:
        app = web.Application(client_max_size=262_144)
        app.router.add_get(f"{BASE}/metadata", self._there)
        app.router.add_post(self.path, self._sent)
        return app

    async def _there(self, request: web.Request) -> web.Response:
        self._let_in(request)
        statement = {"resourceType": "CapabilityStatement", "status": "active", "kind": "instance",
                     "fhirVersion": "4.0.1", "format": [FHIR]}  # fmt: skip
        return web.json_response(statement, content_type=FHIR)

    async def _sent(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != FHIR or not _is_for(request, self.service):
            return self._outcome(400, "not for this service, or not FHIR")
        return await self._message(request)

    def take(self, key: str, raw: bytes) -> tuple[int, Json]:
        """(status, answer): a bundle that answers the message, or an OperationOutcome."""
        bundle: Json = {}
        try:
            bundle = json.loads(raw)
            wrong = next(violations(bundle), None)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            wrong = f"cannot be read: {type(fault).__name__}"
        if wrong:
            self.answered["refused"] = self.answered.get("refused", 0) + 1
            return 400, _outcome(wrong)
        named, _, revision = bundle["identifier"]["value"].rpartition(";")
        parts = _parts(bundle)
        reason = parts["MessageHeader"][0]["reason"]["coding"][0]["code"]
        kind = "flag.withdrawn" if reason == "delete" else "flag.said"
        said = {"contract": self.contract, "id": named, "revision": int(revision), "type": kind,
                "scene": read_scene(parts), "bundle": bundle}  # fmt: skip
        status, standing = super().take(key, json.dumps(said).encode())
        if status >= 400:
            return status, _outcome(standing["standing"])
        return 200, _answer(parts["MessageHeader"][0]["id"])

    def active(self) -> list[str]:
        """What a dispatcher there reads of all scenes."""
        scenes = (one["scene"] for one in self.hand_ons.values())
        return [flag["text"] for scene in scenes for flag in scene["flags"] if flag["active"]]

    def _outcome(self, status: int, why: str) -> web.Response:
        return web.json_response(_outcome(why), status=status, content_type=FHIR)


def _is_for(request: web.Request, service: str | None) -> bool:
    """The identifier that the proxy of the standard routes by."""
    try:
        target = json.loads(base64.b64decode(request.headers["NHSD-Target-Identifier"]))
    except (KeyError, ValueError):
        return False
    return bool(target.get("value")) and service in (None, target["value"])


def violations(bundle: Json) -> Iterator[str]:
    """Everything that this service would not take, the first one first."""
    if (bundle["resourceType"], bundle["type"]) != ("Bundle", "message"):
        yield "no message bundle"
    if not bundle["meta"]["lastUpdated"] or ";" not in bundle["identifier"]["value"]:
        yield "nobody can tell which message is newer"
    entries = bundle["entry"]
    if any(one["fullUrl"] != f"urn:uuid:{one['resource']['id']}" for one in entries):
        yield "a fullUrl that is not its resource's"
    if entries[0]["resource"]["resourceType"] != "MessageHeader":
        yield "the header is not first"
    known = {one["fullUrl"] for one in entries}
    if lost := sorted(set(_references(entries)) - known):
        yield f"{len(lost)} references that lead nowhere"
    for kind, parts in _parts(bundle).items():
        for part in parts:
            yield from _violations_of(kind, part)


def _violations_of(kind: str, part: Json) -> Iterator[str]:
    if missing := [name for name in NEEDED.get(kind, ()) if not part.get(name)]:
        yield f"{kind} without {missing[0]}"
    if kind == "Flag":
        yield from _violations_of_flag(part)
    if kind == "Location":
        yield from _violations_of_place(part)


def _violations_of_flag(flag: Json) -> Iterator[str]:
    if flag["status"] not in ("active", "inactive", "entered-in-error"):
        yield "Flag.status is none"
    if [one["code"] for one in flag["category"][0]["coding"]] != ["SS"]:
        yield "Flag.category is not scene safety"
    if not flag["code"].get("text", "").strip():
        yield "Flag.code.text is mandatory where the scene is unsafe"
    if flag["code"].get("coding"):
        yield "Flag.code has a code that nobody published"


def _violations_of_place(place: Json) -> Iterator[str]:
    if position := place.get("position"):
        given = (position["latitude"], position["longitude"])
        if any(
            not low <= one <= high for one, (low, high) in zip(given, UNITED_KINGDOM, strict=True)
        ):
            yield "Location.position is not in the country"
    for extension in place.get("extension", ()):
        for inner in extension["extension"]:
            if inner["url"] == "UPRN" and inner["valueString"].startswith("0"):
                yield "UPRN with a zero before it"


def read_scene(parts: dict[str, list[Json]]) -> Json:
    """What a dispatcher there would read."""
    place = parts["Location"][0]
    inner = [one for ext in place.get("extension", ()) for one in ext["extension"]]
    flags = [
        {"active": flag["status"] == "active", "text": flag["code"]["text"], "id": flag["id"]}
        for flag in parts.get("Flag", [])
    ]
    return {
        "number": parts["Encounter"][0]["identifier"][0]["value"],
        "request": parts["ServiceRequest"][0]["id"],
        "status": parts["ServiceRequest"][0]["status"],
        "case": parts["ServiceRequest"][0]["category"][0]["coding"][0]["code"],
        "address": place.get("address", {}).get("text"),
        "uprn": next((one["valueString"] for one in inner if one["url"] == "UPRN"), None),
        "flags": flags,
    }


def _parts(bundle: Json) -> dict[str, list[Json]]:
    parts: dict[str, list[Json]] = {}
    for one in bundle["entry"]:
        parts.setdefault(one["resource"]["resourceType"], []).append(one["resource"])
    return parts


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _references(inner)


def _answer(identifier: str) -> Json:
    header = {"resourceType": "MessageHeader", "id": str(uuid4()),
              "eventCoding": {"code": "servicerequest-response"},
              "response": {"identifier": identifier, "code": "ok"}}  # fmt: skip
    entry = [{"fullUrl": f"urn:uuid:{header['id']}", "resource": header}]
    return {"resourceType": "Bundle", "type": "message", "entry": entry}


def _outcome(why: str) -> Json:
    issue = {"severity": "error", "code": "invalid", "diagnostics": why}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def main(argv: Sequence[str]) -> int:
    parser = parser_of(NAME, ABOUT, 8111)
    parser.add_argument("--service", help="its identifier: what is for another one is refused")
    given = parser.parse_args(argv)

    def build(*known: Any, **more: Any) -> BarsReceiver:
        receiver = BarsReceiver(*known, **more)
        receiver.service = given.service
        return receiver

    return run(NAME, build, given, f"takes hand-ons at {{at}}{PATH}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
