"""What the names and numbers in Asterisk's messages mean, and what a site calls its own (C2)."""

import re

from pydantic import BaseModel, ConfigDict, Field

from adapters.codecs.ami import Message
from middleware.ports import Problem
from schemas.base import Code, Name

LONGEST_NUMBER = 40
OUTGOING = "(Outgoing Line)"

_MADE_BY_ASTERISK = re.compile(r"(?:.*-)?[0-9]+\.[0-9]+", re.ASCII)
"""A Uniqueid of Asterisk's own making; who dials out through ARI gives other ids."""
_CHANNEL_END = re.compile(r"-[0-9a-f]{8}(?:;[12])?", re.ASCII)


class Dialect(BaseModel):
    """How this site's exchange and dialplan speak; the defaults are those of docs/telephony.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange: Code = Field(
        "pbx", description="a name for this exchange, part of every call's id; never change it"
    )
    contexts: tuple[Name, ...] = Field(
        ("in999",),
        description="dialplan contexts in which emergency calls come in; needed to find calls "
        "again after a cut",
    )
    call_events: tuple[Name, ...] = Field(
        ("EmergencyCall", "UrgentCareCall"),
        description="user events that announce an emergency call",
    )
    number_header: Name = Field("CLI", description="their header with the caller's number")
    warning_event: Name = Field(
        "CallWarning", description="user event: the handler warned the caller"
    )
    warning_header: Name = Field("Warning", description="its header with which warning, 1 to 9")
    terminated_event: Name = Field(
        "AbusiveCallTerminated", description="user event: ended under the call-termination policy"
    )
    ground_header: Name = Field("Ground", description="its header with the ground")
    category_header: Name = Field("Category", description="its header with the category")
    handler_header: Name = Field(
        "Handler", description="header with the handler in both events about abuse"
    )


def read_number(given: str) -> str | Problem | None:
    """The number as given; None when withheld (`anonymous`, `<unknown>`, nothing: no digit)."""
    number = given.strip()
    if not any(c.isdigit() for c in number.partition("@")[0]):
        return None
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        return Problem("number", f"must be at most {LONGEST_NUMBER} printable characters")
    return number


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
