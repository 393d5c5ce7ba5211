"""FreeSWITCH's event socket on the wire: header blocks, some with a body of a said length (C2).

`Key: Value` lines end with an empty line; `Content-Length` bytes follow, for an event as JSON. A
frame can be cut anywhere between two reads. Nothing here waits or keeps time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from middleware.ports import Problem
from schemas.service import RAW_KEPT

MOST_HEADER = 16_384
"""Longest header block, in bytes."""
MOST_EVENT = RAW_KEPT
"""Longest event, in bytes; what is longer is refused and skipped to its end."""
MOST_LIST = 32_000_000
"""Longest answer to a command, in bytes: the list of channels of a large exchange."""

AUTH_REQUEST = "auth/request"
REPLY = "command/reply"
ANSWER = "api/response"
EVENT = "text/event-json"
GOODBYE = "text/disconnect-notice"
REJECTION = "text/rude-rejection"


@dataclass(frozen=True, slots=True)
class Frame:
    """One header block with its body; keys in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are no frame; `lost`: where the next one begins cannot be known."""

    problem: Problem
    raw: bytes
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """An event, or a row of the list of channels, by FreeSWITCH's own header names."""

    headers: Mapping[str, str | list[str]]
    raw: bytes

    def first(self, key: str) -> str:
        """The value, of a list the first; "" without it."""
        value = self.headers.get(key, "")
        return value if isinstance(value, str) else value[0] if value else ""


Item = Frame | Unreadable


class Framer:
    """Bytes in, cut anywhere; items out. Holds at most one frame."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._headers: dict[str, str] | None = None
        self._wanted = 0
        self._skip = 0

    def feed(self, data: bytes) -> list[Item]:
        """What became complete with `data`."""
        self._held += data
        items: list[Item] = []
        while (item := self._next()) is not None:
            items.append(item)
            if isinstance(item, Unreadable) and item.lost:
                self._held.clear()
        return items

    def _next(self) -> Item | None:
        if self._skip:
            gone = min(self._skip, len(self._held))
            del self._held[:gone]
            self._skip -= gone
            if self._skip:
                return None
        if self._headers is None:
            return self._next_header()
        if len(self._held) < self._wanted:
            return None
        frame = Frame(self._headers, bytes(self._held[: self._wanted]))
        del self._held[: self._wanted]
        self._headers = None
        return frame

    def _next_header(self) -> Item | None:
        block = self._block()
        if isinstance(block, Unreadable) or block is None:
            return block
        headers = _parse(block)
        if isinstance(headers, Problem):
            return Unreadable(headers, block, lost=True)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            return Unreadable(Problem("Content-Length", "is not a length"), block, lost=True)
        return self._await(headers, int(length), block)

    def _block(self) -> bytes | Unreadable | None:
        while self._held[:1] == b"\n":
            del self._held[:1]
        end = self._held.find(b"\n\n")
        if end > MOST_HEADER or (end < 0 and len(self._held) > MOST_HEADER):
            raw = bytes(self._held[:MOST_HEADER])
            reason = f"is longer than {MOST_HEADER} bytes or never ends"
            return Unreadable(Problem("header", reason), raw, lost=True)
        if end < 0:
            return None
        block = bytes(self._held[:end])
        del self._held[: end + 2]
        return block

    def _await(self, headers: dict[str, str], length: int, block: bytes) -> Item | None:
        frame = Frame(headers, b"")
        most = MOST_LIST if frame.kind == ANSWER else MOST_EVENT
        if length > most:
            self._skip = length
            reason = f"is longer than {most} bytes; it was skipped"
            return Unreadable(Problem("message", reason), block)
        if not length:
            return frame
        self._headers, self._wanted = headers, length
        return self._next()


def _parse(block: bytes) -> dict[str, str] | Problem:
    headers: dict[str, str] = {}
    for number, line in enumerate(block.decode(errors="replace").split("\n"), start=1):
        key, colon, value = line.partition(":")
        if not colon or not key.strip():
            return Problem(f"line {number}", "is not of the form `Key: Value`")
        headers.setdefault(key.strip().lower(), value.strip())
    return headers


def read_event(body: bytes) -> Message | Problem:
    """The event in the body of a frame."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Problem("message", "is not JSON; ask for `event json`")
    if not isinstance(said, dict):
        return Problem("message", "is not a JSON object")
    for key, value in said.items():
        if isinstance(value, list):
            if not all(isinstance(one, str) for one in value):
                return Problem(_named(key), "must be text, or a list of texts")
        elif not isinstance(value, str):
            return Problem(_named(key), "must be text, or a list of texts")
    return Message(said, body)


def _named(key: str) -> str:
    """A header's name, unless it could be anything."""
    return key if len(key) <= 40 and key.replace("-", "").replace("_", "").isalnum() else "message"


ROW = {
    "uuid": "Unique-ID",
    "call_uuid": "Channel-Call-UUID",
    "direction": "Call-Direction",
    "name": "Channel-Name",
    "cid_num": "Caller-Caller-ID-Number",
    "dest": "Caller-Destination-Number",
    "context": "Caller-Context",
    "application": "Application",
}
"""What the list of channels calls the headers of an event."""


def read_list(body: bytes) -> list[Message] | None:
    """The rows of `show channels as json`; None when it cannot be relied on."""
    try:
        said = orjson.loads(body)
        rows = said.get("rows", [])
        if said["row_count"] != len(rows):
            return None
        return list(_rows(rows))
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return None


def _rows(rows: list[dict[str, object]]) -> Iterator[Message]:
    for row in rows:
        headers = {ours: row.get(theirs, "") for theirs, ours in ROW.items()}
        if not headers["Unique-ID"] or not all(isinstance(v, str) for v in headers.values()):
            raise ValueError("a channel without an id")
        yield Message({key: str(value) for key, value in headers.items()}, b"")


def command(*words: str) -> bytes:
    """A command as it goes out. ValueError when a word would begin another."""
    line = " ".join(words)
    if any(mark in line for mark in "\r\n\0"):
        raise ValueError("a command must be one line")
    return line.encode() + b"\n\n"


LIST_CHANNELS = command("api show channels as json")
PING = command("api echo forewarn")


def subscribe(subclasses: tuple[str, ...]) -> bytes:
    """Ask for what tells of calls, queues and the dialplan's own events, as JSON."""
    events = "CREATE ANSWER BRIDGE HOLD UNHOLD HANGUP_COMPLETE".split()
    channels = [f"CHANNEL_{event}" for event in events]
    return command("event json", *channels, "HEARTBEAT", "CUSTOM callcenter::info", *subclasses)
