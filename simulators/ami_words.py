"""How Asterisk writes what it says on its Manager Interface; an encoder of its own (O3)."""

from dataclasses import dataclass, replace

Headers = list[tuple[str, str]]

NOBODY = "<unknown>"
STATES = {"0": "Down", "4": "Ring", "5": "Ringing", "6": "Up"}
CLASSES = {
    "UserEvent": "user,all",
    "Newexten": "dialplan,all",
    "FullyBooted": "system,all",
    **dict.fromkeys(
        ("QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled",
         "AgentConnect", "AgentComplete"),
        "agent,all",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel as it stands; the headers of its snapshot come in Asterisk's order."""

    channel: str
    context: str
    exten: str
    unique: str
    link: str
    state: str = "4"
    number: str = NOBODY
    name: str = NOBODY
    connected: str = NOBODY
    connected_name: str = NOBODY

    def snapshot(self, prefix: str = "") -> Headers:
        """Every header that an event about this channel begins with."""
        rows = {
            "Channel": self.channel,
            "ChannelState": self.state,
            "ChannelStateDesc": STATES[self.state],
            "CallerIDNum": self.number,
            "CallerIDName": self.name,
            "ConnectedLineNum": self.connected,
            "ConnectedLineName": self.connected_name,
            "Language": "en",
            "AccountCode": "",
            "Context": self.context,
            "Exten": self.exten,
            "Priority": "1",
            "Uniqueid": self.unique,
            "Linkedid": self.link,
        }
        return [(prefix + key, value) for key, value in rows.items()]

    def up(self) -> "Leg":
        """The same channel, answered."""
        return replace(self, state="6")


def event(name: str, *parts: Headers) -> Headers:
    """An event with its class and the given headers."""
    head = [("Event", name), ("Privilege", CLASSES.get(name, "call,all"))]
    return head + [row for part in parts for row in part]


def encode(headers: Headers) -> bytes:
    """The block as it goes over the wire."""
    return "".join(f"{key}: {value}\r\n" for key, value in headers).encode("latin-1") + b"\r\n"


def decode(block: bytes) -> Headers:
    """The headers of one block, in order."""
    lines = (line for line in block.decode("latin-1").split("\r\n") if line)
    return [(key, value) for key, _, value in (line.partition(": ") for line in lines)]
