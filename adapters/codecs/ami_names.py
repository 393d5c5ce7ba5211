"""What the names in Asterisk's messages mean (C2)."""

import re

OUTGOING = "(Outgoing Line)"

_MADE_BY_ASTERISK = re.compile(r"(?:.*-)?[0-9]+\.[0-9]+", re.ASCII)
"""A Uniqueid of Asterisk's own making; who dials out through ARI gives other ids."""
_CHANNEL_END = re.compile(r"-[0-9a-f]{8}(?:;[12])?", re.ASCII)


def interface_of(channel: str) -> str:
    """`Local/handler1@handlers-00000000;1` ─► `Local/handler1@handlers`: the position."""
    end = _CHANNEL_END.search(channel)
    return channel[: end.start()] if end and end.end() == len(channel) else channel


def handler_of(position: str) -> str:
    """`Local/handler1@handlers/n` ─► `handler1`, `PJSIP/1001` ─► `1001`: who sits there."""
    name = position.partition("/")[2] or position
    return name.partition("@")[0].partition("/")[0] or position


def is_callers(channel: str, name: str, data: str) -> bool:
    """Whether a channel (its id, its name, the data of its application) is a caller's.

    Not a leg of the exchange's own: those are Local, or dialled, or made under a chosen id.
    """
    return (
        _MADE_BY_ASTERISK.fullmatch(channel) is not None
        and not name.startswith("Local/")
        and data != OUTGOING
    )
