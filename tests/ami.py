"""Recorded traffic of a real Asterisk, and short ways to read it."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.codecs.ami import Framer, Message
from adapters.codecs.ami_calls import AmiTranslator
from adapters.codecs.call_book import Said
from adapters.codecs.call_names import Dialect
from middleware.ports import Problem

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
RECORDINGS = Path(__file__).parent / "recordings" / "asterisk-22"
NAMES = ("answered", "abandoned", "withheld", "caller_hangs_up", "abusive", "busy_minute")
CALLER = {
    "Channel": "PJSIP/trunk-00000001",
    "ChannelState": "4",
    "CallerIDNum": "07700900101",
    "Context": "in999",
    "Exten": "999",
    "Uniqueid": "1795377166.0",
    "Linkedid": "1795377166.0",
}
"""A caller's channel; HANDLER is the leg on which handler1 took the call."""
HANDLER = CALLER | {
    "Channel": "Local/handler1@handlers-00000000;1",
    "CallerIDNum": "999",
    "Context": "handlers",
    "Uniqueid": "1795377166.1",
}


def pieces(name: str) -> list[bytes]:
    """What came from Asterisk, one piece a read."""
    lines = map(json.loads, (RECORDINGS / f"{name}.ami.jsonl").read_text().splitlines())
    return [line["data"].encode("latin-1") for line in lines if line["dir"] == "in"]


def block(headers: dict[str, str]) -> bytes:
    return "".join(f"{key}: {value}\r\n" for key, value in headers.items()).encode() + b"\r\n"


def message(name: str, *parts: dict[str, str], **more: str) -> Message:
    """An event with these headers, as the codec reads it."""
    headers = {"Event": name}
    for part in (*parts, more):
        headers |= part
    framer = Framer()
    (_, read) = framer.feed(b"Asterisk Call Manager/11.0.0\r\n" + block(headers))
    assert isinstance(read, Message)
    return read


def translator(**dialect: Any) -> AmiTranslator:
    return AmiTranslator("asterisk_ami", Dialect(**dialect))


def told(received: Iterable[bytes], to: AmiTranslator | None = None) -> list[Said]:
    """What the codec makes of the bytes, cut as they are given."""
    framer, to = Framer(), to or translator()
    items = [item for piece in received for item in framer.feed(piece)]
    return [s for item in items if isinstance(item, Message) for s in to.translate(item, NOW)]


def in_words(said: Iterable[Said]) -> list[str]:
    """`rang 999 07700900101`, `answered handler1 Local/handler1@handlers`, …: kind, content."""
    return [_words(event) for event in said]


def _words(said: Said) -> str:
    if isinstance(said, Problem):
        return f"refused {said.field}"
    left_out = {"source", "id", "revision", "occurred_at", "call"}
    given = said.model_dump(exclude=left_out)
    content = [f"{key}={value}" for key, value in given.items() if value not in (None, False)]
    return " ".join([said.kind.removeprefix("call."), *content])
