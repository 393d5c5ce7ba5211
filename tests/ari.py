"""Recorded traffic of a real Asterisk's REST Interface, and short ways to read and to say it."""

import json
from collections.abc import Iterable
from typing import Any

from adapters.codecs import ari
from adapters.codecs.ari_calls import AriTranslator
from adapters.codecs.call_book import Said
from adapters.codecs.call_names import Dialect
from middleware.ports import Problem
from tests.ami import NOW, RECORDINGS

CALLER = {
    "id": "1795377166.0",
    "name": "PJSIP/trunk-00000001",
    "state": "Ring",
    "caller": {"name": "Caller", "number": "07700900101"},
    "dialplan": {"context": "in999", "exten": "999", "app_name": "", "app_data": ""},
}
"""A caller's channel; HANDLER is the leg on which handler1 took the call."""
HANDLER = {
    "id": "1795377166.1",
    "name": "Local/handler1@handlers-00000000;1",
    "state": "Up",
    "caller": {"name": "", "number": "999"},
    "dialplan": {
        "context": "handlers", "exten": "handler1", "app_name": "AppQueue",
        "app_data": "(Outgoing Line)",
    },
}  # fmt: skip
OTHER_HALF = HANDLER | {"id": "1795377166.2", "name": "Local/handler1@handlers-00000000;2"}
PHONE = HANDLER | {"id": "1795377166.7", "name": "PJSIP/1002-00000007"}


def lines(name: str) -> list[bytes]:
    """What came over the WebSocket, one event a line."""
    recorded = (RECORDINGS / f"{name}.ari.jsonl").read_text().splitlines()
    return [json.dumps(json.loads(line)["data"]).encode() for line in recorded]


def translator(**dialect: Any) -> AriTranslator:
    return AriTranslator("asterisk_ari", Dialect(**dialect))


def told(received: Iterable[bytes], to: AriTranslator | None = None) -> list[Said]:
    """What the codec makes of the events."""
    to, said = to or translator(), list[Said]()
    for raw in received:
        message = ari.read_event(raw)
        said += [message] if isinstance(message, Problem) else to.translate(message, NOW)
    return said


def say(calls: AriTranslator, kind: str, **fields: Any) -> list[Said]:
    """One event, as the codec reads it."""
    return told([json.dumps({"type": kind} | fields).encode()], calls)
