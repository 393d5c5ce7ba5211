"""Which channels a simulated exchange has up, learnt from what it says; and the list of them."""

from simulators.ami_words import Headers

SNAPSHOT = (
    "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName",
    "ConnectedLineNum", "ConnectedLineName", "Language", "AccountCode", "Context", "Exten",
    "Priority", "Uniqueid", "Linkedid",
)  # fmt: skip


class ChannelList:
    """The answer to CoreShowChannels."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, str]] = {}

    def follow(self, said: Headers) -> None:
        """Learn from one event."""
        told = dict(reversed(said))  # the first of a repeated header is the exchange's own
        unique, name = told.get("Uniqueid", ""), told.get("Event", "")
        if name == "Newchannel":
            more = {"Application": "", "ApplicationData": "", "Duration": "00:00:01"}
            self._rows[unique] = more | {"BridgeId": ""}
        row = self._rows.get(unique)
        if row is None:
            return
        row.update({key: told[key] for key in SNAPSHOT if key in told})
        if name == "QueueCallerJoin":
            row.update(Application="Queue", ApplicationData=f"{told['Queue']},,,,20")
        elif name in ("BridgeEnter", "BridgeLeave"):
            row["BridgeId"] = told["BridgeUniqueid"] if name == "BridgeEnter" else ""
        elif name == "Hangup":
            del self._rows[unique]

    def answer(self, action_id: str) -> list[Headers]:
        """Response, a row for each channel, and the end of the list."""
        same: Headers = [("ActionID", action_id)]
        start = [("EventList", "start"), ("Message", "Channels will follow")]
        items = [_row(same, row) for row in self._rows.values()]
        end = [("EventList", "Complete"), ("ListItems", str(len(items)))]
        complete = [("Event", "CoreShowChannelsComplete"), *same, *end]
        return [[("Response", "Success"), *same, *start], *items, complete]


def _row(same: Headers, row: dict[str, str]) -> Headers:
    names = (*SNAPSHOT, "Application", "ApplicationData", "Duration", "BridgeId")
    return [
        ("Event", "CoreShowChannel"),
        *same,
        *((name, row[name]) for name in names if name in row),
    ]
