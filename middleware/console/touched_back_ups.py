"""Which rows of requests for police and back-up a decision touches."""

from collections.abc import Iterator
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.state import State
from schemas import back_up as b
from schemas.decision import Decision

STREAM = "back_ups"


def of_request(decision: Any, entry: Entry, state: State) -> Iterator[tuple[str, str]]:
    yield STREAM, decision.request


def of_incident(incident: str, state: State) -> Iterator[tuple[str, str]]:
    """A request shows where its incident is."""
    for known in state.back_ups.values():
        if known.incident == incident:
            yield STREAM, known.id


def of_channel(channel: str, state: State) -> Iterator[tuple[str, str]]:
    """What cannot be sent must be read out."""
    for known in state.back_ups.values():
        if known.channel == channel:
            yield STREAM, known.id


def of_receipt(note: str, state: State) -> Iterator[tuple[str, str]]:
    if note in state.back_ups:
        yield STREAM, note


REQUESTS: tuple[type[Decision], ...] = b.BACK_UP_DECISIONS
