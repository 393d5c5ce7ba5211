"""The MDT contract for who writes a device: JSON Schemas, and an AsyncAPI 3.0 description."""

from pydantic import BaseModel

from schemas.cad_documents import DIALECT, Document, opened
from schemas.mdt import (
    BY_A_PERSON,
    DOWN,
    MDT_CONTRACT,
    Ask,
    CrewState,
    CrewViolence,
    DeviceAnswer,
    DeviceNote,
    DevicePrompt,
    Hello,
    Receipt,
    ReceiptTaken,
    StateTaken,
)

MODELS: dict[str, type[BaseModel]] = {
    "notes": DeviceNote,
    "answers": DeviceAnswer,
    "prompts": DevicePrompt,
    "taken": ReceiptTaken,
    "heard": StateTaken,
    "receipts": Receipt,
    "hello": Hello,
    "ask": Ask,
    "states": CrewState,
    "violence": CrewViolence,
}
"""Last level of a topic to what is said there."""

_BY = {
    "if": {"properties": {"kind": {"enum": [kind.value for kind in BY_A_PERSON]}}},
    "then": {"required": ["by"], "properties": {"by": {"type": "string"}}},
    "else": {"properties": {"by": {"type": "null"}}},
}

_NAMED = {"contract": MDT_CONTRACT, "note": "n5f0c2a9e1b7d4c386a20", "revision": 1}

EXAMPLES: dict[str, list[Document]] = {
    "notes": [
        {
            **_NAMED,
            "incident": "2026-11-22/000417",
            "callsign": "A101",
            "expires_at": "2026-11-22T21:30:00Z",
            "withdrawn": False,
            "headline": "Violence marker: physical assault, high",
            "what": "A crew member was struck at the door.",
            "scope": "this flat only",
            "category": "physical assault",
            "severity": "high",
            "age": "14 months ago",
            "certainty": "sure: the same flat",
            "origin": "police",
            "review": "review due 1 March 2027",
            "advice": "Consider meeting the police at a rendezvous point before going in.",
        },
        {
            **_NAMED,
            "revision": 2,
            "incident": "2026-11-22/000417",
            "callsign": "A101",
            "expires_at": "2026-11-22T21:30:00Z",
            "withdrawn": True,
            "reason": "address_changed",
        },
    ],
    "answers": [
        {
            "contract": MDT_CONTRACT,
            "ask": "q1",
            "incidents": [
                {
                    "incident": "2026-11-22/000417",
                    "outcome": "not_checked",
                    "reason": "address_not_understood",
                    "in_words": "Not checked: the address was not understood.",
                    "notes": [],
                }
            ],
            "in_words": "2026-11-22/000417: Not checked: the address was not understood.",
        }
    ],
    "prompts": [
        {
            "contract": MDT_CONTRACT,
            "stand_off": "so4711",
            "revision": 2,
            "incident": "000417",
            "callsign": "A101",
            "holding": "standing_off",
            "since": "2026-11-22T21:30:00Z",
            "minutes": 20,
            "why": "time",
            "in_words": "Standing off for 20 min. Still so? Say: standing off, at RVP, gone in.",
        },
        {
            "contract": MDT_CONTRACT,
            "stand_off": "so4711",
            "revision": 3,
            "incident": "000417",
            "callsign": "A101",
            "holding": "standing_off",
            "since": "2026-11-22T21:30:00Z",
            "minutes": 24,
            "why": "time",
            "in_words": "Not standing off any more: gone in.",
            "ended": True,
        },
    ],
    "taken": [{**_NAMED, "kind": "displayed"}],
    "receipts": [
        {**_NAMED, "kind": "displayed"},
        {**_NAMED, "kind": "acknowledged", "by": "P1001"},
        {**_NAMED, "kind": "removed", "revision": 2},
        {**_NAMED, "kind": "wrong_address", "by": "P1001"},
        {**_NAMED, "kind": "not_the_same_place", "by": "P1001"},
    ],
    "hello": [{"contract": MDT_CONTRACT, "session": "s19f2"}],
    "ask": [{"contract": MDT_CONTRACT, "ask": "q1"}],
    "states": [
        {"contract": MDT_CONTRACT, "said": "s1", "state": "standing_off", "by": "P1001"},
        {
            "contract": MDT_CONTRACT,
            "said": "s2",
            "state": "gone_in",
            "by": "P1001",
            "incident": "000417",
        },
    ],
    "violence": [
        {"contract": MDT_CONTRACT, "said": "v1", "by": "P1001"},
        {
            "contract": MDT_CONTRACT,
            "said": "v2",
            "by": "P1001",
            "incident": "000417",
            "category": "physical_assault",
            "medical": False,
            "what": "struck with a bottle at the door",
            "victims": ["P1001"],
        },
    ],
    "heard": [{"contract": MDT_CONTRACT, "said": "s1"}],
}


def mdt_documents() -> dict[str, Document]:
    """File name to schema."""
    return {f"schemas/mdt-{leaf}.json": _schema(leaf) for leaf in MODELS}


def _schema(leaf: str) -> Document:
    schema: Document = opened(MODELS[leaf].model_json_schema())
    schema["properties"]["contract"] = {"const": MDT_CONTRACT}
    schema["required"] = ["contract", *schema["required"]]
    also = _BY if leaf == "receipts" else {}
    name = {"$schema": DIALECT, "$id": f"urn:forewarn:mdt:1:{leaf}"}
    return name | schema | also


# --- AsyncAPI --------------------------------------------------------------------------

_TOLD = """\
How a mobile data terminal (device) speaks with Forewarn, over MQTT 3.1.1. The operations are
those of Forewarn: it sends what a device hears, and receives what a device says.

A device
- connects with its own user name (its name in the topics) and password, over TLS, a clean session
  and the client identifier mdt-DEVICE; it hears its own notes, answers, prompts, taken and heard
  with QoS 1;
- says hello at every connection, with another session each time: everything that is in force for
  it is then sent again;
- shows each revision of a note once as new, never an older one over a newer one, and drops a note
  at its expires_at; it remembers that over a restart;
- says displayed when a note is on the screen and removed when it took a withdrawn one away, and
  says it anew, with what the crew has pressed for it, when the same revision comes again: then the
  service has not heard of it;
- says acknowledged with the staff code of the person who pressed;
- lets the crew say that a note is about a wrong_address, or about what is not_the_same_place, with
  the staff code too: the marking team is shown it and decides; the note stays until then;
- repeats every receipt, for example every 5 seconds, until taken arrives for it. A PUBACK of the
  broker says nothing: the broker may lose what it acknowledged;
- repeats an ask until its answer arrives;
- lets the crew say that it is standing_off, at_rvp, has gone_in, or that it is over, each with the
  staff code and a name of its own, and repeats it until heard arrives for that name;
- lets the crew say that it met violence or aggression, with the staff code and as much as it knows:
  a report is drafted, what was not said is listed as missing, and a physical assault is told to the
  security team; it is repeated until heard arrives for its name;
- shows a prompt until the crew has said something, a later revision of the same stand_off comes, or
  one that is ended;
- remembers the greatest writer that it has heard: a revision or withdrawal by a lesser one changes
  nothing of what it has, and what it has never shown it shows, whoever says it;
- shows nobody a note with probe, and says displayed: such notes go to a device of the service's
  own, which says no hello, so that a broker that accepts and discards is found;
- reads over fields that it does not know.

Bad input is not taken: it goes into quarantine, where people see it. Messages of a device may have
4,096 bytes.
"""

_SAYS: dict[str, tuple[str, str]] = {
    "notes": ("sendNote", "A risk note, or with withdrawn its taking back."),
    "answers": ("sendAnswer", "What is known of the incidents the crew is on."),
    "prompts": ("sendPrompt", "The crew stands off: it is asked how that goes on (P3)."),
    "taken": ("sendTaken", "That receipt is in the journal: stop repeating it."),
    "heard": ("sendHeard", "That state or report is in the journal: stop repeating it."),
    "receipts": ("receiveReceipt", "What the device or its crew did with a note."),
    "hello": ("receiveHello", "The device is (back) there and wants what is in force."),
    "ask": ("receiveAsk", "The crew asks what is known of its incident."),
    "states": ("receiveState", "The crew stands off, is at the RVP, has gone in (P3)."),
    "violence": ("receiveViolence", "The crew met violence or aggression (R1)."),
}


def asyncapi() -> Document:
    """The whole description; payloads refer to the schemas beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Forewarn and mobile data terminals",
            "version": MDT_CONTRACT.rpartition("/")[2] + ".0.0",
            "description": _TOLD,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": {leaf: _channel(leaf) for leaf in MODELS},
        "operations": {_SAYS[leaf][0]: _operation(leaf) for leaf in MODELS},
        "components": {
            "securitySchemes": {
                "account": {
                    "type": "userPassword",
                    "description": "An account for each device; it reaches its own topics alone.",
                }
            }
        },
    }


def _server() -> Document:
    return {
        "host": "broker.example.org:8883",
        "protocol": "secure-mqtt",
        "protocolVersion": "3.1.1",
        "security": [{"$ref": "#/components/securitySchemes/account"}],
        "bindings": {"mqtt": {"cleanSession": True, "keepAlive": 10, "bindingVersion": "0.2.0"}},
    }


def _channel(leaf: str) -> Document:
    name = MODELS[leaf].__name__
    return {
        "address": f"forewarn/{{room}}/mdt/{{device}}/{leaf}",
        "parameters": {
            "room": {"description": "code of the control room", "examples": ["eoc1"]},
            "device": {"description": "name of the device's account", "examples": ["A101"]},
        },
        "messages": {
            name: {
                "summary": _SAYS[leaf][1],
                "payload": {"$ref": f"schemas/mdt-{leaf}.json"},
                "examples": [{"payload": example} for example in EXAMPLES[leaf]],
            }
        },
    }


def _operation(leaf: str) -> Document:
    qos = 0 if leaf in ("taken", "heard") else 1
    message = f"#/channels/{leaf}/messages/{MODELS[leaf].__name__}"
    return {
        "action": "send" if leaf in DOWN else "receive",
        "channel": {"$ref": f"#/channels/{leaf}"},
        "messages": [{"$ref": message}],
        "bindings": {"mqtt": {"qos": qos, "retain": False, "bindingVersion": "0.2.0"}},
    }
