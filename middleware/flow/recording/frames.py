"""The frames of a recording as JSON: each has `t`, the seconds since it began, and `f`, its kind.

opening   an event that brings about what was known when it began: markers, live incidents, calls
opened    a source has a connection, `link`
heard     bytes on it, as `data` (UTF-8) or `base64`
closed    the connection is over, `why` as a code
told      an event that did not come on a recorded wire: from a person, a device, a program
came      an entry of the journal: event, the matcher's question and answer, the decisions
sent      what a channel was given to send, and to whom
"""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from pydantic_core import to_json, to_jsonable_python

from middleware.engine.entry import Entry
from middleware.flow.recording.file import Frame
from middleware.flow.shapes import read_event
from middleware.ports import OnWire, ToDevice, WireFrame
from schemas.check import Whereabouts
from schemas.event import Event

OPENING, TOLD, CAME, SENT = "opening", "told", "came", "sent"
WIRE = frozenset(OnWire)


def pack(frame: Frame) -> bytes:
    """One line; keys keep their order."""
    return to_json(frame)


def event_part(event: Event) -> list[Any]:
    """[kind, version, body]."""
    return [event.kind, event.version, to_jsonable_python(event)]


def read_event_part(part: list[Any]) -> Event:
    """Raises UnknownShape."""
    kind, version, body = part
    return read_event(kind, version, orjson.dumps([body, None]))[0]


def wire_frame(source: str, frame: WireFrame, t: float) -> Frame:
    said: Frame = {"t": t, "f": frame.on.value, "source": source, "link": frame.link}
    if frame.why:
        said["why"] = frame.why
    if frame.midway:
        said["midway"] = True
    if frame.on is OnWire.HEARD:
        return said | write_bytes(frame.data)
    return said


def read_wire(frame: Frame) -> WireFrame:
    data = read_bytes(frame)
    why, midway = frame.get("why", ""), frame.get("midway", False)
    return WireFrame(OnWire(frame["f"]), frame["link"], data, why, midway)


def write_bytes(data: bytes) -> Frame:
    """As people can read it, where that can be read back to the same bytes."""
    try:
        return {"data": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def read_bytes(frame: Frame) -> bytes:
    if "base64" in frame:
        return base64.b64decode(frame["base64"])
    data: str = frame.get("data", "")
    return data.encode()


def told_frame(by: str, event: Event, t: float) -> Frame:
    return {"t": t, "f": TOLD, "by": by, "event": event_part(event)}


def opening_frame(event: Event, was: str = "", notes: Iterable[list[str]] = ()) -> Frame:
    """`was`: our id of the thing so far; `notes`: its notes, as [id, marker, call sign, device]."""
    frame: Frame = {"t": 0.0, "f": OPENING, "event": event_part(event)}
    return frame | {"was": was, "notes": list(notes)} if was else frame


def came_frame(begun: datetime, entry: Entry, place: Whereabouts | None, t: float) -> Frame:
    """`at`: the seconds from `begun` to when it was taken in."""
    event = entry.event
    if not isinstance(event, Event):
        raise TypeError("an erased event never comes in")
    at = round((entry.received_at - begun).total_seconds(), 6)
    said = [event.kind, event.source, event.id, event.revision, event.ours]
    frame: Frame = {"t": t, "f": CAME, "position": entry.position, "at": at, "event": said}
    if entry.answer is not None:
        frame |= {"place": place, "answer": entry.answer}
    made = [[one.kind, one.version, one] for one in entry.decisions]
    return frame | {"decisions": made}


def sent_frame(channel: str, message: ToDevice, t: float) -> Frame:
    body = message.body
    return {
        "t": t,
        "f": SENT,
        "channel": channel,
        "to": message.device,
        "times": message.times,
        "body": [type(body).__name__, body],
    }
