"""Nothing that could be somebody's is left in an anonymous recording, on any wire (O2, E4)."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, get_args

import orjson
import pytest
from pydantic import BaseModel

from adapters.codecs.call_names import Dialect
from adapters.codecs.esl import Frame as EslFrame
from adapters.codecs.esl import Framer
from middleware.flow.anonymous.anonymise import Anonymiser
from middleware.flow.anonymous.fields import KEPT, Pseudonyms
from middleware.flow.anonymous.wires import Site, ami_wire, ari_wire, contract_wire, esl_wire
from middleware.flow.recording.file import Frame, Recording, RecordingWriter
from schemas.event import Event
from schemas.events import CAD_TYPES, EVENT_TYPES
from simulators.esl_words import Leg, event
from tests import ami
from tests.unit.flow.test_recording_file import HEADER

SITE = Site.of(Dialect().model_dump())
WORD = "qzxcanary"
LOT = bytes(range(32))
STAFF = (b"handler1", b"handler2", b"handler3")


def pseudonyms() -> Pseudonyms:
    return Pseudonyms(Random(7))


class Canaries:
    """Values that can be found again wherever they go."""

    def __init__(self) -> None:
        self._numbers = count(100)

    def words(self) -> str:
        letters = str(next(self._numbers)).translate(str.maketrans("0123456789", "abcdefghij"))
        return f"Qzx{letters}canary said 07123 456{next(self._numbers)} at ZZ9 9ZQ"

    def fill(self, shape: type[BaseModel]) -> dict[str, Any]:
        """JSON of such a thing: a canary in each field that holds words and is not kept."""
        return {
            key: self._value(key, field.annotation) for key, field in shape.model_fields.items()
        }

    def _value(self, key: str, annotation: Any) -> Any:
        inner = [part for part in (annotation, *_parts(annotation)) if _is_model(part)]
        if inner:
            return self.fill(inner[0])
        return f"{key}1" if key in KEPT else self.words()


def _parts(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _parts(part)


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def leaks(data: bytes) -> list[bytes]:
    """Canaries in it, however they are written."""
    lower = data.lower()
    return [
        mark for mark in (b"canary", b"qzx", b"07123", b"7123 456", b"zz9 9zq") if mark in lower
    ]


def anonymous(tmp_path: Path, frames: list[Frame], **header: Any) -> bytes:
    """What becomes of the frames."""
    path = tmp_path / "recording.jsonl"
    writer = RecordingWriter(path, HEADER.model_copy(update=header), None)
    writer.add(orjson.dumps(frame) for frame in frames)
    writer.close("told to")
    anonymiser = Anonymiser(Recording(path), LOT)
    anonymiser.learn(lambda *_: None)
    made = list(anonymiser.frames(lambda *_: None))
    return orjson.dumps([anonymiser.header().model_dump(mode="json"), made])


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_o2_e4_no_field_of_any_event_lets_words_through(kind: str, tmp_path: Path) -> None:
    """Also of an event that is added to the table: what nobody named in KEPT is masked."""
    body = Canaries().fill(EVENT_TYPES[kind])
    frame = {"t": 0.0, "f": "told", "by": "console", "event": [kind, 1, body]}
    assert leaks(orjson.dumps(frame)) or set(body) <= KEPT | {"source"}
    assert not leaks(anonymous(tmp_path, [frame]))


@pytest.mark.parametrize("kind", CAD_TYPES)
def test_o2_e4_no_message_of_the_cad_lets_words_through(kind: str) -> None:
    message = Canaries().fill(CAD_TYPES[kind]) | {
        "contract": "forewarn.cad/1",
        "type": kind,
        "unknown": {"deep": [Canaries().words()]},
        f"Qzx{WORD}": 7_123_456_789,
    }
    (said,) = contract_wire(pseudonyms())(orjson.dumps(message))
    assert not leaks(said)
    assert b"7123456789" not in said


@pytest.mark.parametrize("raw", [b"Qzxcanary, no JSON", b'["Qzxcanary"]', b"\xff07123 456100"])
def test_o2_e4_what_cannot_be_read_is_replaced_whole(raw: bytes) -> None:
    for hear in (contract_wire(pseudonyms()), ami_wire(pseudonyms(), SITE)):
        assert not leaks(b"".join(hear(raw + b"\r\n\r\n")))


def test_o2_e4_the_header_names_no_place_and_no_file(tmp_path: Path) -> None:
    settings = {
        "source": {
            "cad_tcp": {"listen": "qzxcanary:1", "certificate": "/qzxcanary", "said_by": "cad"}
        },
        "state": "/qzxcanary",
    }
    made = anonymous(tmp_path, [], configuration=json.dumps(settings))
    assert not leaks(made)
    assert b"said_by" in made


@pytest.mark.parametrize("name", ami.NAMES)
def test_o2_real_calls_of_an_exchange_are_the_same_calls_of_others(name: str) -> None:
    """The recorded traffic of a real Asterisk: same calls, same course, other people."""
    before = b"".join(ami.pieces(name))
    hear = ami_wire(pseudonyms(), SITE)
    pieces = [said for piece in ami.pieces(name) for said in hear(piece)]
    after = b"".join(pieces)
    _are_others(_numbers(ami.told([before])), _numbers(ami.told(pieces)))
    assert not [staff for staff in STAFF if staff in after]
    assert b"Caller\r" not in after
    assert _course(ami.told(pieces)) == _course(ami.told([before]))


def _numbers(said: list[Any]) -> list[str]:
    return [one.number for one in said if getattr(one, "number", None)]


def _are_others(before: list[str], after: list[str]) -> None:
    """Each is another, and always the same other one."""
    pairs = set(zip(before, after, strict=True))
    assert all(one != other for one, other in pairs)
    assert len(pairs) == len(set(before)) == len(set(after))


def _course(said: list[Any]) -> list[tuple[str, str]]:
    """What happened, in which call."""
    return [(one.kind, one.call) for one in said if isinstance(one, Event)]


def test_o2_calls_of_freeswitch_are_the_same_calls_of_others() -> None:
    """A body has another length: it is said anew, and FreeSWITCH's own framing holds."""
    caller = Leg("u1", "sofia/external/07123456100@trunk", "inbound", "in999", "07123456100",
                 "999", "u1")  # fmt: skip
    agent = {"CC-Action": "agent-offering", "CC-Agent": "jane@default", "CC-Queue": "emergency"}
    whole = event("CHANNEL_CREATE", caller.headers()) + event("CUSTOM", agent)
    hear = esl_wire(pseudonyms(), SITE)
    after = b"".join(said for n in range(0, len(whole), 50) for said in hear(whole[n : n + 50]))
    assert not leaks(after)
    assert b"jane" not in after
    frames = [one for one in Framer().feed(after) if isinstance(one, EslFrame)]
    created, offered = (orjson.loads(one.body) for one in frames)
    assert (created["Unique-ID"], created["Caller-Context"]) == ("u1", "in999")
    assert created["Caller-Caller-ID-Number"].startswith("0")
    assert offered["CC-Agent"] == "staff1@default"


def test_o2_an_event_of_the_rest_interface_is_that_of_another_call() -> None:
    channel = {
        "id": "1795377166.0", "name": "Local/jane@handlers-00000000;1", "state": "Ring",
        "caller": {"name": "Qzxcanary", "number": "07123456100"},
        "dialplan": {"context": "in999", "exten": "999", "app_data": "Qzxcanary"},
    }  # fmt: skip
    said = {"type": "ChannelCreated", "channel": channel, "userevent": {"CLI": "07123456100"}}
    (after,) = ari_wire(pseudonyms(), SITE)(orjson.dumps(said))
    assert not leaks(after)
    made = orjson.loads(after)
    assert made["channel"]["name"] == "Local/staff1@handlers-00000000;1"
    assert made["channel"]["caller"]["number"] == made["userevent"]["CLI"] != "07123456100"
    assert made["channel"]["dialplan"] == {"context": "in999", "exten": "999"} | {
        "app_data": made["channel"]["caller"]["name"]
    }
