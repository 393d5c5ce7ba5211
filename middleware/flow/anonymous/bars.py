"""Referrals between services (FHIR bundles) made anonymous (O2, E4).

What is kept is named here: what a referral is about, its moments, its codes. Every other word is
masked, every resource that nobody reads is emptied.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from middleware.flow.anonymous.fields import Pseudonyms
from middleware.flow.anonymous.wires import UNREADABLE, Wire

_READ = frozenset(
    """
    MessageHeader ServiceRequest Encounter Patient RelatedPerson Location Flag CarePlan
    """.split()
)
_REQUEST = "ServiceRequest"
_STATES = frozenset(
    """
    active draft planned arrived in-progress onleave finished completed cancelled revoked on-hold
    suspended inactive entered-in-error unknown final message new update delete
    servicerequest-request servicerequest-response booking-request plan proposal order
    routine urgent asap stat phone sms
    """.split()
)
_CODE = re.compile(r"[A-Za-z]{1,3}[0-9]{0,4}")
_HOME = re.compile(r"https?://([a-z-]+\.)*(nhs\.uk|hl7\.org|hl7\.org\.uk)/[A-Za-z0-9/._#-]{0,200}")
_PARTS = frozenset({"uprn", "paf", "easting", "northing", "what3words"})
_KEY = re.compile(r"[a-z][A-Za-z]{0,39}")
_MOMENTS = frozenset({"lastUpdated", "timestamp", "authoredOn"})
_CODED = frozenset({"code", "status", "type", "intent", "priority", "system"})
_ADDRESSES = frozenset({"line", "city", "district", "text", "name"})


def bars_wire(pseudonyms: Pseudonyms) -> Wire:
    """One bundle at a time."""

    def hear(data: bytes) -> Iterator[bytes]:
        try:
            bundle = orjson.loads(data)
        except orjson.JSONDecodeError:
            bundle = None
        if not isinstance(bundle, dict):
            yield UNREADABLE
            return
        yield orjson.dumps(_Bundle(pseudonyms, bundle).made())

    return hear


class _Bundle:
    """Its resources are named by each other: each gets another key, but for what it is about."""

    def __init__(self, pseudonyms: Pseudonyms, said: dict[str, Any]) -> None:
        self._pseudonyms, self._said = pseudonyms, said
        self._keys: dict[str, str] = {}

    def made(self) -> dict[str, Any]:
        entries = self._said.get("entry")
        told = (
            [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
        )
        for one in told:
            self._keep_request(one)
        made = {
            "resourceType": "Bundle" if self._said.get("resourceType") == "Bundle" else "Basic",
            "type": self._word("", "type", self._said.get("type")),
            "meta": self._value("", "meta", self._said.get("meta") or {}),
            "entry": [self._entry(one) for one in told],
        }
        if "timestamp" in self._said:
            made["timestamp"] = self._word("", "timestamp", self._said["timestamp"])
        return made

    def _keep_request(self, entry: dict[str, Any]) -> None:
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") == _REQUEST:
            key = str(resource.get("id") or key_of(str(entry.get("fullUrl", ""))))
            self._keys[key] = self._pseudonyms.identity("incident.opened", key)

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if "fullUrl" in entry:
            made["fullUrl"] = self._named(str(entry["fullUrl"]))
        resource = entry.get("resource")
        if isinstance(resource, dict):
            made["resource"] = self._resource(resource)
        return made

    def _resource(self, said: dict[str, Any]) -> dict[str, Any]:
        kind = str(said.get("resourceType"))
        if kind not in _READ:
            return {"resourceType": "Basic"}
        rest = {key: part for key, part in said.items() if key not in ("resourceType", "id")}
        made = {"resourceType": kind} | self._object(kind, rest)
        if "id" in said:
            made["id"] = self._named(str(said["id"]))
        return made

    def _object(self, kind: str, said: dict[str, Any]) -> dict[str, Any]:
        made = {
            key: self._value(kind, key, part) for key, part in said.items() if _KEY.fullmatch(key)
        }
        if kind == "Location" and "url" in said:
            made |= self._extension(said)
        self._turn(made)
        return made

    def _value(self, kind: str, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(kind, value)
        if isinstance(value, list):
            return [self._value(kind, key, part) for part in value]
        if isinstance(value, str):
            return self._word(kind, key, value)
        is_figure = isinstance(value, int | float) and not isinstance(value, bool)
        return 0 if is_figure and key not in ("latitude", "longitude") else value

    def _word(self, kind: str, key: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pseudonyms = self._pseudonyms
        if key == "reference":
            return self._named(value)
        if key in _MOMENTS and _is_moment(value):
            return value
        if key in _CODED and _is_code(value):
            return value
        if kind == "Location" and key in _ADDRESSES:
            return pseudonyms.address(value)
        if key == "postalCode":
            return pseudonyms.postcode(value)
        if key in ("family", "given") or (key == "text" and kind == "Patient"):
            return pseudonyms.person(value)
        if key == "value" and sum(char.isdigit() for char in value) > 6:
            return pseudonyms.phone(value)
        if key in ("profile", "url", "system") and _HOME.fullmatch(value):
            return value
        return pseudonyms.text(value)

    def _extension(self, said: dict[str, Any]) -> dict[str, Any]:
        """Of a place: which part it is, and a property number as another one."""
        name = str(said["url"]).rpartition("/")[2].lower()
        made: dict[str, Any] = {"url": name if name in _PARTS else "masked"}
        for key, value in said.items():
            if key.startswith("value") and _KEY.fullmatch(key) and name == "uprn":
                made[key] = self._property(value)
        return made

    def _property(self, value: Any) -> Any:
        text = str(value).strip() if isinstance(value, str | int) else ""
        digits = text.lstrip("0")
        if not (digits.isascii() and digits.isdigit()):
            return "masked"
        other = "0" * (len(text) - len(digits)) + self._pseudonyms.uprn(digits)
        return int(other) if isinstance(value, int) else other

    def _turn(self, made: dict[str, Any]) -> None:
        latitude, longitude = made.get("latitude"), made.get("longitude")
        if isinstance(latitude, int | float) and isinstance(longitude, int | float):
            self._pseudonyms.counts["positions"] += 1
            turned = self._pseudonyms.places.position(latitude, longitude)
            made["latitude"], made["longitude"] = turned
        elif "latitude" in made or "longitude" in made:
            made["latitude"] = made["longitude"] = None

    def _named(self, reference: str) -> str:
        key = key_of(reference)
        if not key:
            return ""
        return self._keys.setdefault(key, f"r{len(self._keys) + 1}")


def key_of(reference: str) -> str:
    """The last part of a reference: the same for `urn:uuid:x`, `Location/x` and `x`."""
    return reference.rpartition("/")[2].rpartition(":")[2]


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_code(value: str) -> bool:
    return value in _STATES or bool(_CODE.fullmatch(value) or _HOME.fullmatch(value))
