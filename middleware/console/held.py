"""How a crew holds, for every row in which it is shown (P3). Minutes are reckoned by the page."""

from typing import Any

from middleware.domain.wording_stand_off import END, HOLDING, WHY
from middleware.engine.stand_off import StandOff
from middleware.engine.state import Incident, State

Row = dict[str, Any]


def held_row(one: StandOff) -> Row:
    """What is shown of it wherever it is shown."""
    return {
        "id": one.id,
        "holding": one.holding,
        "words": HOLDING[one.holding],
        "where": one.where,
        "begun_at": one.begun_at,
        "begun_by": one.begun_by,
        "since": one.since,
        "prompt": one.prompt,
        "waits_since": one.waits_since,
        "why": WHY[one.why] if one.why and one.waits_since else None,
        "answered_by": one.answered_by,
        "answered_at": one.answered_at,
        "confirmed_by": one.confirmed_by,
        "confirmed_at": one.confirmed_at,
        "ended": END[one.how] if one.how else None,
        "ended_at": one.ended_at,
    }


def held_by(state: State, known: Incident, callsign: str) -> list[Row]:
    """The stand-offs of one crew at the incident, the last one first."""
    found = (state.stand_offs[name] for name in reversed(known.stand_offs))
    return [held_row(one) for one in found if one.callsign == callsign]
