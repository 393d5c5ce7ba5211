"""What the names in Asterisk's messages mean (C2)."""

import re

from adapters.codecs.ami import Message

OUTGOING = "(Outgoing Line)"

_MADE_BY_ASTERISK = re.compile(r"(?:.*-)?[0-9]+\.[0-9]+", re.ASCII)
"""A Uniqueid of Asterisk's own making; who dials out through ARI gives other ids."""
_CHANNEL_END = re.compile(r"-[0-9a-f]{8}(?:;[12])?", re.ASCII)


def interface_of(channel: str) -> str:
    """`Local/handler1@handlers-00000000;1` ─► `Local/handler1@handlers`: the position."""
    end = _CHANNEL_END.search(channel)
    return channel[: end.start()] if end and end.end() == len(channel) else channel


def handler_of(interface: str) -> str:
    """`Local/handler1@handlers/n` ─► `handler1`, `PJSIP/1001` ─► `1001`: who sits there."""
    name = interface.partition("/")[2] or interface
    return name.partition("@")[0].partition("/")[0] or interface


def is_inbound(message: Message, contexts: tuple[str, ...]) -> bool:
    """Whether the message speaks of a caller's channel in one of the contexts.

    Not a leg of the exchange's own: those are Local, or dialled, or made under a chosen id.
    """
    link = message.first("Linkedid")
    return (
        message.first("Context") in contexts
        and message.first("Uniqueid") == link
        and _MADE_BY_ASTERISK.fullmatch(link) is not None
        and not message.first("Channel").startswith("Local/")
        and message.first("ApplicationData") != OUTGOING
    )


def ids_of(message: Message) -> tuple[str, str]:
    """The channel, and the one under which it is linked."""
    return message.first("Uniqueid"), message.first("Linkedid")
