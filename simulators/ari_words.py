"""What an Asterisk 22 says over ARI, in its own shapes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(slots=True)
class Channel:
    """One leg that Asterisk made for us. `state`: Down, Ringing, Up."""

    id: str
    endpoint: str
    application: str
    number: str
    state: str = "Down"

    def said(self) -> dict[str, Any]:
        party = {"name": "", "number": self.number}
        in_stasis = self.state == "Up"
        return {
            "id": self.id,
            "name": f"PJSIP/trunk-{self.id[-8:]}",
            "state": self.state,
            "protocol_id": f"sip-{self.id[-8:]}",
            "caller": party,
            "connected": party,
            "accountcode": "",
            "dialplan": {
                "context": "default",
                "exten": "s",
                "priority": 1,
                "app_name": "Stasis" if in_stasis else "AppDial2",
                "app_data": f"{self.application}" if in_stasis else "(Outgoing Line)",
            },
            "creationtime": stamp(),
            "language": "en",
        }


@dataclass(slots=True)
class Playback:
    """`state`: queued, playing, done, failed."""

    id: str
    media: str
    channel: str
    state: str = "queued"

    def said(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "media_uri": self.media,
            "target_uri": f"channel:{self.channel}",
            "language": "en",
            "state": self.state,
        }


def event(application: str, kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "timestamp": stamp(),
        **fields,
        "asterisk_id": "02:00:00:00:00:01",
        "application": application,
    }


def dialled(channel: Channel, status: str) -> dict[str, Any]:
    return event(
        channel.application, "Dial", dialstatus=status, forward="", dialstring=channel.endpoint,
        peer=channel.said(),
    )  # fmt: skip


def stamp() -> str:
    now = datetime.now(UTC)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}+0000"
