"""How FreeSWITCH writes what it says on its event socket; an encoder of its own (O3)."""

import json
from dataclasses import dataclass, replace

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel as it stands. `call` is the caller's channel it belongs to."""

    unique: str
    name: str
    direction: str
    context: str
    number: str
    dest: str
    call: str
    state: str = "RINGING"
    application: str = ""

    def up(self, application: str = "") -> "Leg":
        """The same channel, answered."""
        return replace(self, state="ACTIVE", application=application)

    def headers(self) -> Headers:
        """What every event about this channel begins with."""
        return {
            "Channel-Name": self.name,
            "Channel-Call-State": self.state,
            "Unique-ID": self.unique,
            "Call-Direction": self.direction,
            "Channel-Call-UUID": self.call,
            "Caller-Direction": self.direction,
            "Caller-Caller-ID-Name": self.number,
            "Caller-Caller-ID-Number": self.number,
            "Caller-Destination-Number": self.dest,
            "Caller-Context": self.context,
            "Caller-Channel-Name": self.name,
        }

    def other(self) -> Headers:
        """How an event of the leg it is bridged with speaks of it."""
        return {
            "Other-Leg-Unique-ID": self.unique,
            "Other-Leg-Direction": self.direction,
            "Other-Leg-Channel-Name": self.name,
            "Other-Leg-Destination-Number": self.dest,
        }

    def row(self) -> Headers:
        """In the list of channels."""
        return {
            "uuid": self.unique,
            "direction": self.direction,
            "name": self.name,
            "state": "CS_EXECUTE",
            "cid_name": self.number,
            "cid_num": self.number,
            "dest": self.dest,
            "application": self.application,
            "context": self.context,
            "callstate": self.state,
            "call_uuid": self.call,
        }


def frame(kind: str, body: bytes = b"", **more: str) -> bytes:
    """One header block, and the body it announces."""
    headers = {"Content-Type": kind} | {key.replace("_", "-"): value for key, value in more.items()}
    if body:
        headers = {"Content-Length": str(len(body))} | headers
    return "".join(f"{key}: {value}\n" for key, value in headers.items()).encode() + b"\n" + body


def event(name: str, *parts: Headers) -> bytes:
    """An event as JSON, with its sequence left out."""
    told: Headers = {"Event-Name": name, "FreeSWITCH-Switchname": "pbx"}
    for part in parts:
        told |= part
    return frame("text/event-json", json.dumps(told).encode())
