"""EIDOs and their conveyance made anonymous (O2, E4).

What is kept of an object is named here, field by field; what is not named is left out of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from middleware.flow.anonymous.fields import Pseudonyms
from middleware.flow.anonymous.pidf import pidf
from middleware.flow.anonymous.wires import UNREADABLE, Wire

_KINDS = frozenset(
    "subscribe subscribeResponse unsubscribe unsubscribeResponse response event eventResponse "
    "terminate terminateResponse".split()
)
_WORDS = frozenset(
    """
    active new closed cancelled canceled assigned dispatched allocated enroute responding mobile
    onscene atscene arrived staged staging atrvp stooddown cleared clear available unavailable
    inservice incoming outgoing callanswered callend callstart callqueued incident routinglocation
    caller patient victim high medium low
    """.split()
)
"""What registries and services say, without spaces and signs."""
_STAYS = ("urn:emergency:uid:incidentid:", "urn:emergency:uid:callid:")
_UNIT = re.compile(r"[A-Za-z]{0,10}[ -]?[A-Za-z]{0,3}[0-9]{1,5}[A-Za-z]?")
_CODE = re.compile(r"[A-Za-z]{0,3}[0-9]{1,3}")
_UPRN = re.compile(r"(?i)(?:.*[:/])?uprn[:/ ]*(0*)([1-9][0-9]{0,11})")
_SCHEME = re.compile(r"(tel|sips?):([^@;]*)(@?)")
_NAMED = re.compile(r"([A-Za-z]{1,10}:)?[A-Za-z]{1,40}")
MOST_DEPTH = 20
Treat = Callable[["_Object", Any], Any]


def eido_wire(pseudonyms: Pseudonyms, own: Iterable[str] = ()) -> Wire:
    """One message at a time; `own`: the other side's own words, from the settings."""
    words = frozenset(map(plain, own))

    def hear(data: bytes) -> Iterator[bytes]:
        try:
            message = orjson.loads(data)
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict) or len(message) != 1:
            yield UNREADABLE
            return
        ((name, said),) = message.items()
        kept = said if isinstance(said, dict) else {}
        figures = {key: kept[key] for key in ("statusCode", "expires", "minRate")
                   if isinstance(kept.get(key), int) and abs(kept[key]) < 1_000_000}  # fmt: skip
        told: dict[str, Any] = {"transactionId": "t"} if "transactionId" in kept else {}
        several = kept.get("notification")
        if isinstance(several, list):
            objects = (_Object(pseudonyms, words, one) for one in several if isinstance(one, dict))
            told["notification"] = [one.made() for one in objects]
        yield orjson.dumps({name if name in _KINDS else "masked": figures | told})

    return hear


class _Object:
    """One EIDO: ids in it name each other, and stay where the journal names things by them."""

    def __init__(self, pseudonyms: Pseudonyms, words: frozenset[str], said: dict[str, Any]) -> None:
        self._pseudonyms, self._words, self._said = pseudonyms, _WORDS | words, said
        self._agents = set(self._ids("agentComponent"))
        self._stay = {*self._ids("incidentComponent"), _key(said.get("$id"))}
        self._keys: dict[str, str] = {}

    def made(self) -> dict[str, Any]:
        return self._part(self._said)

    def _ids(self, component: str) -> list[str]:
        several = self._said.get(component)
        parts = several if isinstance(several, list) else [several]
        return [_key(one.get("$id")) for one in parts if isinstance(one, dict)]

    def _part(self, said: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in said.items():
            treat = _TREATED.get(key.removesuffix("s") if key.endswith("References") else key)
            if treat is not None and value is not None:
                made[key] = self._each(treat, value)
        return made

    def _each(self, treat: Treat, value: Any) -> Any:
        if isinstance(value, list):
            return [treat(self, one) for one in value]
        return treat(self, value)

    # --- how each is treated -------------------------------------------------------------

    def component(self, value: Any) -> Any:
        return self._part(value) if isinstance(value, dict) else {}

    def reference(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {"$ref": self.reference(value.get("$ref"))}
        key = _key(value)
        if key.startswith(_STAYS) or key in self._stay:
            return self._pseudonyms.identity("", key)
        if key in self._agents:
            return self._pseudonyms.staff(key)
        return self._keys.setdefault(key, f"r{len(self._keys) + 1}") if key else ""

    def agent(self, value: Any) -> Any:
        key = _key(value.get("$ref") if isinstance(value, dict) else value)
        self._agents.add(key)
        return {"$ref": self.reference(key)} if isinstance(value, dict) else self.reference(key)

    def word(self, value: Any) -> str:
        text = str(value)
        return text if plain(text) in self._words else self._pseudonyms.text(text)

    def code(self, value: Any) -> Any:
        if isinstance(value, int):
            return value if 0 <= value < 1_000 else 0
        return value if _CODE.fullmatch(str(value)) else self._pseudonyms.text(str(value))

    def unit(self, value: Any) -> str:
        return str(value) if _UNIT.fullmatch(str(value)) else self._pseudonyms.text(str(value))

    def moment(self, value: Any) -> Any:
        try:
            datetime.fromisoformat(str(value))
        except ValueError:
            return self._pseudonyms.text(str(value))
        return str(value)

    def staff(self, value: Any) -> str:
        return self._pseudonyms.staff(str(value))

    def mask(self, value: Any) -> str:
        return self._pseudonyms.text(str(value))

    def uri(self, value: Any) -> str:
        """A caller's number: of its scheme, without host and parameters."""
        found = _SCHEME.match(str(value))
        if found is None or not any(char.isdigit() for char in found[2]):
            return "sip:anonymous@example" if "anonym" in str(value) else "masked:"
        return f"{found[1]}:{self._pseudonyms.phone(found[2])}{'@example' if found[3] else ''}"

    def updated(self, value: Any) -> Any:
        uri = value.get("updatedCbnIdentifierUri") if isinstance(value, dict) else None
        return {} if uri is None else {"updatedCbnIdentifierUri": self.uri(uri)}

    def place(self, value: Any) -> str:
        text = str(value)
        if not text.strip().startswith("<"):
            return self._pseudonyms.address(text)
        return pidf(self._pseudonyms, text)

    def property(self, value: Any) -> str:
        found = _UPRN.fullmatch(str(value).strip())
        return f"uprn:{found[1]}{self._pseudonyms.uprn(found[2])}" if found else "masked"

    def described(self, value: Any, depth: int = 0) -> Any:
        """However deep: names of people, under names of fields."""
        if isinstance(value, dict) and depth < MOST_DEPTH:
            return {key: self.described(part, depth + 1) for key, part in value.items()
                    if _NAMED.fullmatch(key)}  # fmt: skip
        if isinstance(value, list) and depth < MOST_DEPTH:
            return [self.described(part, depth + 1) for part in value]
        return self._pseudonyms.person(value) if isinstance(value, str) else None


def plain(word: str) -> str:
    """As words are compared: small letters and figures alone."""
    return re.sub(r"[\W_]+", "", word.lower())


def _key(value: Any) -> str:
    return value.removeprefix("#") if isinstance(value, str) else ""


_COMPONENTS = """
incidentComponent callComponent callbackComponent agentComponent locationComponent personComponent
emergencyResourceComponent cautionComponent unitEmergencyStateComponent
"""
_REFERENCES = """
$id incidentTrackingIdentifier locationReference personReference callBackReference
activeOnIncidentId
"""
_REGISTERED = """
incidentStatusInternalText incidentStatusCommonRegistryText callStateRegistryText direction
locationTypeDescriptionRegistryText personIncidentRoleRegistryText unitStatusInternal
secondaryUnitStatusRegistryText primaryUnitStatusRegistryText cautionSeverity
"""
_MOMENTS = "lastUpdateTimeStamp callStartTimestamp answerDate startTimestamp stopTimestamp"
_MASKED = """
incidentTypeInternalCode incidentTypeInternalText incidentTypeCommonRegistryText internalIncidentId
queueIdentifier locationByReferenceUrl cautionTypeInternalText cautionTypeCommonRegistryText
originatingDevice emergencyStateType
"""
_TREATED: dict[str, Treat] = {
    **dict.fromkeys(_COMPONENTS.split(), _Object.component),
    **dict.fromkeys(_REFERENCES.split(), _Object.reference),
    **dict.fromkeys(_REGISTERED.split(), _Object.word),
    **dict.fromkeys(_MOMENTS.split(), _Object.moment),
    **dict.fromkeys(_MASKED.split(), _Object.mask),
    "agentReference": _Object.agent,
    "agentWorkstationPositionIdentification": _Object.staff,
    "incidentPriorityInternalText": _Object.code,
    "incidentCommonPriorityNumber": _Object.code,
    "callBackInformationUri": _Object.uri,
    "updatedCbn": _Object.updated,
    "locationByValue": _Object.place,
    "localIdentifier": _Object.property,
    "ncPersonComponent": _Object.described,
    "emergencyResourceName": _Object.unit,
}
