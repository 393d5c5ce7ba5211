"""The Asterisk Manager Interface on the wire: a greeting line, then blocks of `Key: Value` (C2).

A block ends with an empty line and can be cut anywhere between two reads; a header can come
twice; values are UTF-8 or, from old trunks, Latin-1. Nothing here waits or keeps time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from middleware.ports import Problem
from schemas.service import RAW_KEPT

MOST_BYTES = RAW_KEPT
"""Longest message, in bytes; what is longer is refused and skipped to its end."""
MOST_HEADERS = 500

GREETING = b"Asterisk Call Manager/"
EMPTY = (b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class Greeting:
    """The first line; `version` is that of the interface, not of Asterisk."""

    version: str


@dataclass(frozen=True, slots=True)
class Message:
    """An event or a response. Keys in lower case; a header that came twice has a list."""

    headers: Mapping[str, str | list[str]]
    raw: bytes

    def first(self, key: str) -> str:
        """The value where `key` came first, which is the exchange's own; "" without it."""
        value = self.headers.get(key.lower(), "")
        return value if isinstance(value, str) else value[0]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are no message, at most MOST_BYTES of them."""

    problem: Problem
    raw: bytes


Item = Greeting | Message | Unreadable


class Framer:
    """Bytes in, cut anywhere; items out. Holds at most one message."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._block = bytearray()
        self._greeted = False
        self._skipping = False

    def feed(self, data: bytes) -> list[Item]:
        """What became complete with `data`."""
        items: list[Item] = []
        *ended, rest = data.split(b"\n")
        for piece in ended:
            line = bytes(self._line) + piece + b"\n"
            self._line.clear()
            items += self._take(line)
        self._line += rest
        if self._skipping:
            self._forget_line()
        elif self._line != b"\r" and len(self._block) + len(self._line) > MOST_BYTES:
            items.append(self._overlong(bytes(self._block + self._line)))
        return items

    def _take(self, line: bytes) -> Iterator[Item]:
        if line in EMPTY:
            if self._block:
                yield parse(bytes(self._block))
            self._block.clear()
            self._skipping = False
        elif not self._skipping:
            self._block += line
            if len(self._block) > MOST_BYTES:
                yield self._overlong(bytes(self._block))
            elif not self._greeted:
                self._greeted = True
                self._block.clear()
                yield _greet(line)

    def _overlong(self, raw: bytes) -> Unreadable:
        self._greeted = self._skipping = True
        self._block.clear()
        self._forget_line()
        reason = f"is longer than {MOST_BYTES} bytes or never ends; the rest of it was skipped"
        return Unreadable(Problem("message", reason), raw[:MOST_BYTES])

    def _forget_line(self) -> None:
        """Of a line that is skipped only this matters: is it empty?"""
        if bytes(self._line) not in (b"", b"\r"):
            self._line[:] = b"-"


def _greet(line: bytes) -> Greeting | Unreadable:
    if line.startswith(GREETING):
        return Greeting(_decode(line[len(GREETING) :]).strip())
    reason = "is not that of an Asterisk Manager Interface; check the host and the port"
    return Unreadable(Problem("greeting", reason), line)


def parse(block: bytes) -> Message | Unreadable:
    """One block, without the empty line that ends it."""
    headers: dict[str, str | list[str]] = {}
    lines = _decode(block).split("\n")
    if len(lines) > MOST_HEADERS:
        return Unreadable(Problem("message", f"has more than {MOST_HEADERS} headers"), block)
    for number, line in enumerate(filter(None, (line.rstrip("\r") for line in lines)), start=1):
        key, colon, value = line.partition(":")
        if not colon or not key.strip():
            problem = Problem(f"line {number}", "is not of the form `Key: Value`")
            return Unreadable(problem, block)
        _add(headers, key.strip().lower(), value.removeprefix(" "))
    return Message(headers, block)


def _add(headers: dict[str, str | list[str]], key: str, value: str) -> None:
    known = headers.get(key)
    if known is None:
        headers[key] = value
    elif isinstance(known, str):
        headers[key] = [known, value]
    else:
        known.append(value)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def write_action(action: str, action_id: str, **headers: str) -> bytes:
    """An action as it goes out. ValueError, naming the header, if a value would begin another."""
    lines = []
    for key, value in {"Action": action, "ActionID": action_id, **headers}.items():
        if any(mark in value for mark in "\r\n\0"):
            raise ValueError(f"{key} must be one line")
        lines.append(f"{key}: {value}\r\n")
    return "".join(lines).encode() + b"\r\n"


def login(action_id: str, username: str, secret: str) -> bytes:
    """Sign in, and ask for the events that tell of calls, queues and the dialplan's own."""
    return write_action(
        "Login", action_id, Username=username, Secret=secret, Events="call,agent,user"
    )


def list_channels(action_id: str) -> bytes:
    """Ask for every channel that is up now; answered by events with the same ActionID."""
    return write_action("CoreShowChannels", action_id)


def ping(action_id: str) -> bytes:
    """Ask for a sign of life."""
    return write_action("Ping", action_id)
