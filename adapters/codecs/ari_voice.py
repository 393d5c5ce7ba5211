"""The Asterisk REST Interface, as far as a spoken call needs it: events in, parameters out.

Shapes as in the Asterisk 22 documentation of `channels`, `playbacks` and `events`; what is not
needed here is passed over.
"""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from adapters.codecs import ari
from middleware.ports import Problem

_OWN = "[0-9a-f]{16}"


@dataclass(frozen=True, slots=True)
class ChannelEntered:
    """The called side answered, and the channel is in our application."""

    channel: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    channel: str
    key: str


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    playback: str
    failed: bool


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """`cause` as in Q.850: 16 normal, 17 busy, 19 no answer, 21 rejected."""

    channel: str
    cause: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another client has taken our application's place; we hear nothing more."""


Told = ChannelEntered | KeyPressed | PlaybackEnded | ChannelGone | Replaced


def read(raw: bytes | str) -> Told | Problem | None:
    """One event; None for a kind that is not needed."""
    said = ari.read_object(raw)
    if isinstance(said, Problem):
        return said
    try:
        return _told(said)
    except (KeyError, TypeError, ValueError):
        return Problem(said["type"][:60], "lacks a field that it has in Asterisk 22")


def _told(said: dict[str, Any]) -> Told | None:
    match said["type"]:
        case "StasisStart":
            return ChannelEntered(_text(said["channel"]["id"]))
        case "ChannelDtmfReceived":
            return KeyPressed(_text(said["channel"]["id"]), _text(said["digit"]))
        case "PlaybackFinished":
            playback = said["playback"]
            return PlaybackEnded(_text(playback["id"]), playback.get("state") == "failed")
        case "ChannelDestroyed":
            return ChannelGone(_text(said["channel"]["id"]), int(said["cause"]))
        case ari.REPLACED:
            return Replaced()
    return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def channel_id(room: str, number: int) -> str:
    """One that tells whose it is; `number` below 2**64."""
    return f"forewarn-{room}-{number:016x}"


def ours(room: str, channels: bytes) -> list[str]:
    """Ids of the channels of this room in the answer to GET /channels: those of an earlier run."""
    try:
        listed = orjson.loads(channels)
    except orjson.JSONDecodeError:
        return []
    ids = [c.get("id") for c in listed if isinstance(c, dict)] if isinstance(listed, list) else []
    own = re.compile(f"forewarn-{re.escape(room)}-{_OWN}")
    return [name for name in ids if isinstance(name, str) and own.fullmatch(name)]


def originate(
    channel: str, endpoint: str, application: str, ring_s: int, caller_id: str | None
) -> dict[str, str]:
    """Parameters of POST /channels. Asterisk stops ringing by itself after `ring_s`."""
    asked = {
        "endpoint": endpoint,
        "app": application,
        "timeout": str(ring_s),
        "channelId": channel,
    }
    return {**asked, "callerId": caller_id} if caller_id else asked


def play(playback: str, path: str) -> dict[str, str]:
    """Parameters of POST /channels/{id}/play; `path` is that of the WAV without its ending."""
    return {"media": f"sound:{path}", "playbackId": playback}
