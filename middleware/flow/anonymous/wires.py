"""What was heard on a wire, made anonymous in its own dialect: contracts in JSON, AMI and ESL.

Wires of exchanges are put together to whole messages first, so that nothing hides in a cut. What
cannot be read is replaced as a whole: unreadable it was, and unreadable it stays.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from middleware.flow.anonymous.fields import Pseudonyms

Wire = Callable[[bytes], Iterator[bytes]]
"""Bytes in, as they were heard; whole anonymous messages out."""

UNREADABLE = b"(masked: it could not be read)"
_NUMBERS = frozenset({"calleridnum", "connectedlinenum", "cli", "exten", "destcalleridnum",
                      "destconnectedlinenum", "destexten"})  # fmt: skip
_KEPT = frozenset(
    """
    event response actionid privilege channelstate channelstatedesc uniqueid linkedid context
    priority queue position count listitems eventlist cause cause-txt dialstatus result
    bridgeuniqueid bridgetype bridgetechnology bridgenumchannels destuniqueid destlinkedid
    destchannelstate destcontext destpriority userevent warning category holdtime ringtime reason
    talktime paused incall status membership penalty callstaken lastcall wrapuptime
    transfereruniqueid transfereeuniqueid transfertargetuniqueid transfereelinkedid
    transfererlinkedid transfertargetlinkedid accountcode application originalposition
    fullybooted uptime lastreload ping timestamp
    """.split()
)
_CHANNELS = frozenset(
    """
    channel destchannel interface membername stateinterface bridgechannel transfererchannel
    transfereechannel transfertargetchannel handler localonechannel localtwochannel
    """.split()
)
_LENGTH = "content-length:"
_ESL_LINES = (_LENGTH, "content-type:", "reply-text: +ok", "reply-text: -err")
_ESL_KEPT = frozenset(
    """
    event-name event-subclass unique-id channel-call-uuid call-direction caller-context cc-action
    cc-queue cc-cause cc-cancel-reason cc-member-session-uuid cc-member-uuid hangup-cause
    bridge-a-unique-id bridge-b-unique-id application application-uuid channel-state
    channel-state-number answer-state channel-call-state event-date-timestamp event-sequence
    other-leg-unique-id variable_sip_hangup_disposition uuid call_uuid direction context state
    callstate created created_epoch up-time session-count
    """.split()
)
_ESL_NUMBERS = frozenset(
    {"caller-caller-id-number", "caller-destination-number", "caller-ani", "cid_num", "dest",
     "cc-member-cid-number", "other-leg-caller-id-number", "other-leg-destination-number"}
)  # fmt: skip
_ARI_KEPT = frozenset(
    """
    type timestamp application id state context app_name creationtime language cause_txt technology
    bridge_type bridge_class video_mode channels eventname dialstatus dialplan_app
    """.split()
)
_ESL_AGENTS = frozenset({"cc-agent"})
_NOBODY = frozenset({"", "<unknown>", "anonymous", "(Outgoing Line)"})
LONGEST_KEYWORD = 2
"""Extensions such as s, h and i2 are words of the dialplan."""
_CHANNEL = re.compile(r"(?:([A-Za-z0-9]+)/)?([^@/;]+?)((?:-[0-9a-f]{8}(?:;[12])?)?(?:[@/;].*)?)")


def contract_wire(pseudonyms: Pseudonyms) -> Wire:
    """Messages of `forewarn.cad/1` and its like, one at a time."""

    def hear(data: bytes) -> Iterator[bytes]:
        try:
            message = orjson.loads(data)
        except orjson.JSONDecodeError:
            yield UNREADABLE
            return
        if not isinstance(message, dict):
            yield UNREADABLE
            return
        yield orjson.dumps(pseudonyms.body(str(message.get("type", "")), message))

    return hear


@dataclass(frozen=True, slots=True)
class Site:
    """What a site calls its own headers, from the settings of the source."""

    numbers: frozenset[str]
    handlers: frozenset[str]
    kept: frozenset[str]

    @classmethod
    def of(cls, settings: dict[str, Any]) -> "Site":
        def named(*keys: str) -> frozenset[str]:
            return frozenset(str(settings[key]).lower() for key in keys if settings.get(key))

        kept = named("warning_header", "category_header")
        return cls(named("number_header"), named("handler_header"), kept)


def ami_wire(pseudonyms: Pseudonyms, site: Site) -> Wire:
    """Blocks of `Key: Value`; keys that are not known lose their values."""
    waiting = bytearray()

    def hear(data: bytes) -> Iterator[bytes]:
        waiting.extend(data)
        while (end := waiting.find(b"\r\n\r\n")) >= 0:
            block = bytes(waiting[:end])
            del waiting[: end + 4]
            lines = block.decode("utf-8", "replace").split("\r\n")
            said = "\r\n".join(_ami_line(pseudonyms, line, site) for line in lines)
            yield said.encode() + b"\r\n\r\n"

    return hear


def _ami_line(pseudonyms: Pseudonyms, line: str, site: Site) -> str:
    if line.startswith("Asterisk Call Manager/"):
        return line
    key, colon, value = line.partition(": ")
    if not colon:
        return f"{key.partition(':')[0]}:" if ":" in line else "(masked)"
    return f"{key}: {header(pseudonyms, key, value, site)}"


def header(pseudonyms: Pseudonyms, key: str, value: str, site: "Site") -> str:
    """The value of one header of an exchange."""
    known = key.lower()
    if known in _KEPT or known in site.kept or value in _NOBODY:
        return value
    if known in _NUMBERS or known in site.numbers:
        return number(pseudonyms, value)
    if known in _CHANNELS or known in site.handlers:
        return channel(pseudonyms, value)
    return pseudonyms.text(value)


def number(pseudonyms: Pseudonyms, value: str) -> str:
    """A caller's, an extension, or who is rung by name."""
    address = value.partition("@")[0]
    if not any(char.isalpha() for char in address) or len(address) <= LONGEST_KEYWORD:
        return pseudonyms.phone(value)
    return channel(pseudonyms, value)


def channel(pseudonyms: Pseudonyms, value: str) -> str:
    """`Local/jane@handlers-00000000;1`: who sits there is staff, a number is a number."""
    match = _CHANNEL.fullmatch(value)
    if match is None:
        return pseudonyms.text(value)
    tech, name, rest = match[1], match[2], match[3] or ""
    other = pseudonyms.phone(name) if name.isdigit() and len(name) > 6 else pseudonyms.staff(name)
    return f"{tech}/{other}{rest}" if tech else f"{other}{rest}"


def esl_wire(pseudonyms: Pseudonyms, site: Site) -> Wire:
    """Frames with a body of a said length, which is said anew."""
    waiting = bytearray()

    def hear(data: bytes) -> Iterator[bytes]:
        waiting.extend(data)
        while (end := waiting.find(b"\n\n")) >= 0:
            lines = bytes(waiting[:end]).decode("utf-8", "replace").strip("\n").split("\n")
            length = _length(lines)
            if len(waiting) < end + 2 + length:
                return
            body = bytes(waiting[end + 2 : end + 2 + length])
            del waiting[: end + 2 + length]
            yield _esl_frame(pseudonyms, lines, body, site)

    return hear


def _length(lines: list[str]) -> int:
    said = [line.partition(":")[2].strip() for line in lines if line.lower().startswith(_LENGTH)]
    return int(said[0]) if said and said[0].isdigit() else 0


def _esl_frame(pseudonyms: Pseudonyms, lines: list[str], body: bytes, site: Site) -> bytes:
    new = _esl_body(pseudonyms, body, site) if body else b""
    told = [
        f"Content-Length: {len(new)}" if line.lower().startswith(_LENGTH) else line
        for line in lines
        if line.lower().startswith(_ESL_LINES)
    ]
    return "\n".join(told).encode() + b"\n\n" + new


def _esl_body(pseudonyms: Pseudonyms, body: bytes, site: Site) -> bytes:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return UNREADABLE
    return orjson.dumps(_esl_value(pseudonyms, said, "", site))


def _esl_value(pseudonyms: Pseudonyms, value: Any, key: str, site: Site) -> Any:
    if isinstance(value, dict):
        return {name: _esl_value(pseudonyms, part, name, site) for name, part in value.items()}
    if isinstance(value, list):
        return [_esl_value(pseudonyms, part, key, site) for part in value]
    if not isinstance(value, str):
        return value
    if key.lower() in _ESL_KEPT:
        return value
    if key.lower() in _ESL_NUMBERS:
        return number(pseudonyms, value)
    if key.lower() in _ESL_AGENTS:
        return channel(pseudonyms, value)
    return header(pseudonyms, key, value, site)


def ari_wire(pseudonyms: Pseudonyms, site: Site) -> Wire:
    """An event a message; first the lists of channels and bridges, with a NUL between them."""

    def hear(data: bytes) -> Iterator[bytes]:
        yield b"\0".join(_ari_part(pseudonyms, part, site) for part in data.split(b"\0"))

    return hear


def _ari_part(pseudonyms: Pseudonyms, part: bytes, site: Site) -> bytes:
    try:
        said = orjson.loads(part)
    except orjson.JSONDecodeError:
        return UNREADABLE
    return orjson.dumps(_ari_value(pseudonyms, said, ("", ""), site))


def _ari_value(pseudonyms: Pseudonyms, value: Any, path: tuple[str, str], site: Site) -> Any:
    """`path`: the key, and the one above it."""
    if isinstance(value, dict):
        below = {name: (name, path[0]) for name in value}
        return {n: _ari_value(pseudonyms, part, below[n], site) for n, part in value.items()}
    if isinstance(value, list):
        return [_ari_value(pseudonyms, part, path, site) for part in value]
    key, above = path
    if not isinstance(value, str) or value in _NOBODY or key in _ARI_KEPT:
        return value
    if above == "userevent":
        return header(pseudonyms, key, value, site)
    if key in ("number", "exten"):
        return number(pseudonyms, value)
    if key == "dialstring" or (key == "name" and above not in ("caller", "connected")):
        return channel(pseudonyms, value)
    return pseudonyms.text(value)
