"""The fold of decisions about incidents handed on to other services."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from middleware.engine.drafting import place_of
from middleware.engine.entry import Entry
from middleware.engine.hand_on import HandOn
from middleware.engine.hand_ons import digests
from middleware.engine.on_channel import OnChannel
from middleware.engine.phase import Phase
from middleware.engine.state import State
from middleware.ports import By
from schemas import hand_on as h
from schemas.decision import Decision

APART = timedelta(milliseconds=1)
"""Between two revisions, so that the other side knows which is newer."""


def _on_begun(state: State, entry: Entry, made: h.HandOnBegun) -> None:
    at = entry.received_at
    state.hand_ons[made.hand_on] = HandOn(
        made.hand_on, made.incident, made.service, state.rules.services.get(made.service, ""),
        made.case, made.by, at, at, at, at,
    )  # fmt: skip
    state.incidents[made.incident].hand_ons[made.hand_on] = None


def _on_said(state: State, entry: Entry, made: h.HandOnSaid) -> None:
    one = state.hand_ons[made.hand_on]
    still = {matched.marker for matched in made.matched}
    before = [*one.gone, *(m.marker for m in one.matched)]
    one.gone = tuple(dict.fromkeys(name for name in before if name not in still))
    one.matched, one.content = made.matched, digests(state, made.matched)
    one.place = place_of(state.incidents[one.incident].place)
    one.issued_at, one.expires_at = entry.received_at, made.expires_at
    if made.matched and not one.first:
        one.first = made.revision
    _send(state, entry, one, made.revision)


def _on_over(state: State, entry: Entry, made: h.HandOnOver) -> None:
    one = state.hand_ons[made.hand_on]
    one.gone = tuple(dict.fromkeys((*one.gone, *(m.marker for m in one.matched))))
    one.matched, one.content = (), ()
    one.phase, one.ended_by = Phase.WITHDRAWN, made.by
    _send(state, entry, one, made.revision)


def _send(state: State, entry: Entry, one: HandOn, revision: int) -> None:
    """To be with the other side; where nothing was ever said there, there is nothing to send."""
    one.revision, one.refused = revision, None
    one.said_at = max(entry.received_at, one.said_at + APART)
    channels = state.rules.channels_by(By.SERVICE) if one.first else ()
    one.channels = {name: OnChannel(one.service) for name in channels}


def _on_refused(state: State, entry: Entry, made: h.HandOnRefused) -> None:
    state.hand_ons[made.hand_on].refused = made.code or "refused"


HAND_ONS: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    h.HandOnBegun: _on_begun,
    h.HandOnSaid: _on_said,
    h.HandOnOver: _on_over,
    h.HandOnRefused: _on_refused,
}
