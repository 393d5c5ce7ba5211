"""The same exchange over its REST Interface: what a simulated Asterisk says, as ARI writes it (O3).

The calls are those of `ami_call`: an Asterisk tells the same things on both of its interfaces.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from simulators.ami_words import NOBODY, STATES, Headers
from simulators.ari_words import event, stamp

Json = dict[str, Any]


class Spoken:
    """Follows the channels, and says each thing as the events that ARI has for it."""

    def __init__(self, application: str) -> None:
        self._application = application
        self._channels: dict[str, Json] = {}
        self._bridges: dict[str, list[str]] = {}
        self._says = {
            "Newchannel": self._on_new,
            "Newstate": self._on_state,
            "UserEvent": self._on_user_event,
            "QueueCallerJoin": self._on_queue,
            "DialBegin": self._on_dialled,
            "DialEnd": self._on_dialled,
            "BridgeCreate": self._on_bridge,
            "BridgeEnter": self._on_entered,
            "BridgeLeave": self._on_left,
            "BridgeDestroy": self._on_bridge,
            "HangupRequest": self._on_hang_up_asked,
            "SoftHangupRequest": self._on_hang_up_asked,
            "Hangup": self._on_gone,
        }

    def channels(self) -> list[Json]:
        """The answer to GET /channels."""
        return list(self._channels.values())

    def bridges(self) -> list[Json]:
        """The answer to GET /bridges."""
        return [self._bridge(unique) for unique in self._bridges]

    def follow(self, told: Headers) -> Iterator[Json]:
        """The events, in order; for some things that AMI tells there is none."""
        says = self._says.get(told[0][1])
        if says:
            yield from says(dict(told))

    def _say(self, kind: str, **fields: object) -> Json:
        return event(self._application, kind, **fields)

    def _channel(self, headers: Mapping[str, str], prefix: str = "") -> Json:
        """As it stands now, with what it was in before."""
        unique = headers[f"{prefix}Uniqueid"]
        before = self._channels.get(unique, {"dialplan": {}, "creationtime": stamp()})
        self._channels[unique] = said = _channel(headers, prefix, before)
        return said

    def _bridge(self, unique: str) -> Json:
        return {
            "id": unique, "technology": "simple_bridge", "bridge_type": "mixing",
            "bridge_class": "basic", "creator": "", "name": "",
            "channels": list(self._bridges.get(unique, ())), "creationtime": stamp(),
            "video_mode": "none",
        }  # fmt: skip

    def _on_new(self, told: Mapping[str, str]) -> Iterator[Json]:
        yield self._say("ChannelCreated", channel=self._channel(told))

    def _on_state(self, told: Mapping[str, str]) -> Iterator[Json]:
        yield self._say("ChannelStateChange", channel=self._channel(told))

    def _on_user_event(self, told: Mapping[str, str]) -> Iterator[Json]:
        own = {key: value for key, value in told.items() if key in OWN}
        given = {"eventname": told["UserEvent"], **own}
        channel = self._channels[told["Uniqueid"]]
        yield self._say(
            "ChannelUserevent", eventname=told["UserEvent"], userevent=given, channel=channel
        )

    def _on_queue(self, told: Mapping[str, str]) -> Iterator[Json]:
        channel = self._channel(told)
        does = {"app_name": "Queue", "app_data": f"{told['Queue']},,,,20"}
        channel["dialplan"] |= does
        yield self._say(
            "ChannelDialplan", channel=channel, dialplan_app="Queue",
            dialplan_app_data=does["app_data"],
        )  # fmt: skip

    def _on_dialled(self, told: Mapping[str, str]) -> Iterator[Json]:
        peer = self._channel(told, "Dest")
        peer["dialplan"] |= {"app_name": "AppQueue", "app_data": "(Outgoing Line)"}
        yield self._say(
            "Dial", dialstatus=told.get("DialStatus", ""), forward="",
            dialstring=peer["name"].partition("-")[0], caller=self._channel(told), peer=peer,
        )  # fmt: skip

    def _on_bridge(self, told: Mapping[str, str]) -> Iterator[Json]:
        unique, is_new = told["BridgeUniqueid"], told["Event"] == "BridgeCreate"
        if is_new:
            self._bridges[unique] = []
        else:
            del self._bridges[unique]
        kind = "BridgeCreated" if is_new else "BridgeDestroyed"
        yield self._say(kind, bridge=self._bridge(unique))

    def _on_entered(self, told: Mapping[str, str]) -> Iterator[Json]:
        unique = told["BridgeUniqueid"]
        self._bridges[unique].append(told["Uniqueid"])
        channel = self._channel(told)
        yield self._say("ChannelEnteredBridge", bridge=self._bridge(unique), channel=channel)

    def _on_left(self, told: Mapping[str, str]) -> Iterator[Json]:
        unique = told["BridgeUniqueid"]
        self._bridges[unique].remove(told["Uniqueid"])
        channel = self._channel(told)
        yield self._say("ChannelLeftBridge", bridge=self._bridge(unique), channel=channel)

    def _on_hang_up_asked(self, told: Mapping[str, str]) -> Iterator[Json]:
        cause = {"cause": int(told["Cause"])} if "Cause" in told else {}
        soft = {"soft": True} if told["Event"] == "SoftHangupRequest" else {}
        yield self._say("ChannelHangupRequest", **cause, **soft, channel=self._channel(told))

    def _on_gone(self, told: Mapping[str, str]) -> Iterator[Json]:
        channel = self._channel(told)
        channel["dialplan"] |= {"app_name": "", "app_data": ""}
        del self._channels[told["Uniqueid"]]
        yield self._say(
            "ChannelDestroyed", cause=int(told["Cause"]), cause_txt=told["Cause-txt"],
            channel=channel,
        )  # fmt: skip


OWN = frozenset({"CLI", "Channel", "Handler", "Warning", "Category", "Ground"})
"""Headers that the dialplan gives to its user events."""


def _channel(headers: Mapping[str, str], prefix: str, before: Json) -> Json:
    def given(key: str) -> str:
        value = headers[f"{prefix}{key}"]
        return "" if value == NOBODY else value

    return {
        "id": given("Uniqueid"),
        "name": given("Channel"),
        "state": STATES[given("ChannelState")],
        "protocol_id": "",
        "caller": {"name": given("CallerIDName"), "number": given("CallerIDNum")},
        "connected": {"name": given("ConnectedLineName"), "number": given("ConnectedLineNum")},
        "accountcode": "",
        "dialplan": {
            "context": given("Context"), "exten": given("Exten"), "priority": 1,
            "app_name": before["dialplan"].get("app_name", ""),
            "app_data": before["dialplan"].get("app_data", ""),
        },
        "creationtime": before["creationtime"],
        "language": "en",
    }  # fmt: skip
