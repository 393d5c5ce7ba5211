"""To whom an incident was handed on, and what they have been told of the scene (N2, N7)."""

from middleware.engine.hand_on import HandOn
from middleware.engine.phase import Phase
from middleware.engine.state import Incident, State

CASES = {"out-of-area": "out of area", "mutual-aid": "mutual aid", "call-assist": "call assist"}

Row = dict[str, object]


def handed_on(state: State, known: Incident) -> list[Row]:
    """Each service, the first first."""
    return [_row(state.hand_ons[name]) for name in known.hand_ons]


def _row(one: HandOn) -> Row:
    return {
        "hand_on": one.id,
        "service": one.service,
        "case": CASES[one.case],
        "by": one.by,
        "at": one.at,
        "over": one.phase is Phase.WITHDRAWN,
        "loud": bool(one.refused),
        "words": in_words(one),
    }


def in_words(one: HandOn) -> str:
    """What has become of what they are told; a receipt is nobody's answer, and nothing said is no
    word on safety (C4)."""
    if one.refused:
        return f"REFUSED by their system ({one.refused}): tell them by telephone"
    what = "taking back" if one.phase is Phase.WITHDRAWN else "scene-safety flag"
    if not one.first:
        return "nothing is known of the scene that could be told: they were told nothing"
    if not one.channels:
        return "no way to them is configured: tell them by telephone"
    if one.is_unconfirmed:
        return f"{what} on its way: their system has not received it"
    if one.phase is Phase.WITHDRAWN:
        return f"taken back by {one.ended_by}; their system has received that"
    said = len(one.matched)
    if not said:
        return "their system has received that nothing is known any more"
    flags = "flag" if said == 1 else "flags"
    return f"{said} scene-safety {flags} received by their system: nobody has read it by that"
