"""What was handed on and is in force, and saying it anew (N7)."""

from collections.abc import Iterable

from middleware.engine.entry import Taken
from middleware.engine.hand_on import HandOn
from middleware.engine.phase import Phase
from middleware.engine.state import Incident, State
from schemas.check import Matched
from schemas.decision import Decision
from schemas.hand_on import HandOnSaid


def open_ones(state: State, known: Incident) -> list[HandOn]:
    """The incident's, that nobody has ended."""
    there = (state.hand_ons[name] for name in known.hand_ons)
    return [one for one in there if one.phase is Phase.OPEN]


def without(state: State, markers: Iterable[str]) -> list[Decision]:
    """These markers ended: they are said to nobody any more (N7)."""
    over = frozenset(markers)
    return [
        said(one, tuple(m for m in one.matched if m.marker not in over), None)
        for one in state.hand_ons.values()
        if one.phase is Phase.OPEN and any(m.marker in over for m in one.matched)
    ]


def said(one: HandOn, matches: tuple[Matched, ...], taken: Taken | None) -> HandOnSaid:
    """The next revision; it is in force no shorter than the one before."""
    until = one.expires_at
    if taken is not None:
        until = max(until, taken.received_at + (one.expires_at - one.issued_at))
    return HandOnSaid(hand_on=one.id, revision=one.revision + 1, matched=matches, expires_at=until)
