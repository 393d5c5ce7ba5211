"""The MDT contract, `forewarn.mdt/1` (N3, N8): topics and JSON ◄─► schemas; docs/asyncapi.yaml.

The device is the one in the topic, which the broker's access list guarantees; what a payload
claims about itself is never asked. Known fields are read strictly; unknown ones are counted.
"""

import re
from datetime import datetime
from functools import cache
from typing import NamedTuple, TypedDict

import orjson
from pydantic import BaseModel, ValidationError

from middleware.ports import Problem
from schemas.base import CODE
from schemas.delivery import CrewAsked, DeviceEvent, DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.mdt import (
    BY_A_PERSON,
    MDT_CONTRACT,
    UP,
    Ask,
    CrewState,
    CrewViolence,
    DeviceAnswer,
    DeviceNote,
    DevicePrompt,
    Hello,
    Receipt,
    ReceiptKind,
    ReceiptTaken,
    StateTaken,
)
from schemas.mistake import CrewReportedMistake, Mistaken
from schemas.report import CrewReportedViolence, Facts
from schemas.stand_off import CrewSaidStandOff

LIMIT = 4_096
"""Bytes that a message from a device may have."""

_SEE = "see docs/asyncapi.yaml"
_PRESSED = ", ".join(BY_A_PERSON)


Taken = ReceiptTaken | StateTaken
Down = DeviceNote | DeviceAnswer | DevicePrompt | Taken


class Heard(NamedTuple):
    """What a device said, and how many of its fields nobody knew.

    `taken` is what the device is told when a receipt or a state is durable.
    """

    event: DeviceEvent
    taken: Taken | None
    unknown: int


class _Whence(TypedDict):
    """What is known of a message before its payload is read."""

    source: str
    channel: str
    device: str
    occurred_at: datetime


class _About(_Whence):
    """Of which revision of which note it speaks."""

    id: str
    note: str
    note_revision: int


# --- topics ----------------------------------------------------------------------------


def root(room: str) -> str:
    """Where all topics of a control room's devices lie, without a slash at the end."""
    return f"forewarn/{room}/mdt"


def topic(room: str, device: str, leaf: str) -> str:
    """`leaf` is one of DOWN or UP."""
    return f"{root(room)}/{device}/{leaf}"


def filters_up(room: str) -> list[str]:
    """The topic filters under which every device of the room speaks."""
    return [topic(room, "+", leaf) for leaf in UP]


def device_of(room: str, said_on: str) -> str | None:
    """The device on whose topic something was said; None where it is no topic of a device."""
    match = _spoken_on(room).fullmatch(said_on)
    return match[1] if match else None


@cache
def _spoken_on(room: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(root(room))}/({CODE[1:-1]})/[a-z]+", re.ASCII)


# --- to the device ---------------------------------------------------------------------


def leaf_of(body: Down) -> str:
    """The last level of the topic on which `body` is sent."""
    match body:
        case DeviceNote():
            return "notes"
        case DeviceAnswer():
            return "answers"
        case DevicePrompt():
            return "prompts"
        case ReceiptTaken():
            return "taken"
        case StateTaken():
            return "heard"


def write(body: Down) -> bytes:
    """JSON; fields without a value are left out."""
    return body.model_dump_json(exclude_none=True).encode()


# --- from the device -------------------------------------------------------------------


def read(room: str, said_on: str, raw: bytes, channel: str, arrived: datetime) -> Heard | Problem:
    """The event in one message, as from the source named like the channel.

    The same receipt, hello or question said again has the same id, so it is the same message.
    """
    device, leaf = device_of(room, said_on), said_on.rpartition("/")[2]
    if device is None or leaf not in UP:
        return Problem("topic", f"is none on which a device speaks; {_SEE}")
    unknown = _unknown(raw, leaf)
    if isinstance(unknown, Problem):
        return unknown
    whence = _Whence(source=channel, channel=channel, device=device, occurred_at=arrived)
    try:
        return _heard(leaf, raw, unknown, whence)
    except ValidationError as fault:
        return _problem(fault)


def _unknown(raw: bytes, leaf: str) -> int | Problem:
    """How many fields the contract lacks, where it is a message of the contract at all."""
    if len(raw) > LIMIT:
        return Problem("payload", f"is longer than {LIMIT} bytes; {_SEE}")
    try:
        fields = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        return Problem("payload", f"is not JSON at character {fault.pos}; send one UTF-8 object")
    if not isinstance(fields, dict):
        return Problem("payload", "is not a JSON object; send one object a message")
    if fields.get("contract") != MDT_CONTRACT:
        return Problem("contract", f"is not {MDT_CONTRACT}; this is the one version understood")
    return len(fields.keys() - _FIELDS[leaf])


def _heard(leaf: str, raw: bytes, unknown: int, whence: _Whence) -> Heard | Problem:
    if leaf == "receipts":
        return _receipt(Receipt.model_validate_json(raw, extra="ignore"), unknown, whence)
    if leaf == "hello":
        hello = Hello.model_validate_json(raw, extra="ignore")
        seen = DeviceSeen(id=f"{whence['device']}/{hello.session}", **whence)
        return Heard(seen, None, unknown)
    if leaf == "states":
        return _state(CrewState.model_validate_json(raw, extra="ignore"), unknown, whence)
    if leaf == "violence":
        return _violence(CrewViolence.model_validate_json(raw, extra="ignore"), unknown, whence)
    ask = Ask.model_validate_json(raw, extra="ignore")
    asked = CrewAsked(id=f"{whence['device']}/{ask.ask}", ask=ask.ask, **whence)
    return Heard(asked, None, unknown)


def _receipt(said: Receipt, unknown: int, whence: _Whence) -> Heard | Problem:
    if (said.kind in BY_A_PERSON) is (said.by is None):
        return Problem("by", f"is given exactly with {_PRESSED}: the staff code entered")
    taken = ReceiptTaken(kind=said.kind, note=said.note, revision=said.revision)
    return Heard(_said_of_a_note(said, whence), taken, unknown)


def _state(said: CrewState, unknown: int, whence: _Whence) -> Heard:
    """The same name under which another state was said before is a conflict."""
    event = CrewSaidStandOff(
        id=f"{whence['device']}/state/{said.said}",
        state=said.state,
        by=said.by,
        number=said.incident,
        **whence,
    )
    return Heard(event, StateTaken(said=said.said), unknown)


def _violence(said: CrewViolence, unknown: int, whence: _Whence) -> Heard:
    """The same name under which something else was said before is a conflict."""
    event = CrewReportedViolence(
        id=f"{whence['device']}/violence/{said.said}",
        facts=Facts(
            category=said.category, medical=said.medical, what=said.what, victims=said.victims
        ),
        by=said.by,
        number=said.incident,
        **whence,
    )
    return Heard(event, StateTaken(said=said.said), unknown)


def _said_of_a_note(said: Receipt, whence: _Whence) -> DeviceEvent:
    key = f"{whence['device']}/{said.kind}/{said.note}/{said.revision}"
    about = _About(id=key, note=said.note, note_revision=said.revision, **whence)
    if said.by is None:
        return NoteDisplayed(**about)
    if said.kind is ReceiptKind.ACKNOWLEDGED:
        return NoteAcknowledged(by=said.by, **about)
    return CrewReportedMistake(by=said.by, says=Mistaken(said.kind.value), **about)


def _problem(fault: ValidationError) -> Problem:
    """The first fault as field and reason; pydantic's inputs are left out: no values."""
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "payload"
    return Problem(field, f"{first['msg']}; {_SEE}")


_MODELS: dict[str, type[BaseModel]] = {
    "receipts": Receipt,
    "hello": Hello,
    "ask": Ask,
    "states": CrewState,
    "violence": CrewViolence,
}
_FIELDS = {leaf: _MODELS[leaf].model_fields.keys() for leaf in UP}
