"""Every step of a stand-off in words (P3, E3)."""

from middleware.domain.wording_stand_off import END, HOLDING, WHY
from schemas import held as h
from schemas.decision import Decision


def stand_off_words(made: Decision, callsign: str) -> str:
    """One line; empty for what is no step of a stand-off."""
    match made:
        case h.StandOffBegun():
            return f"{callsign}: {HOLDING[made.holding]}, says {made.by}"
        case h.StandOffMoved():
            return f"{callsign}: {HOLDING[made.holding]} now, says {made.by}"
        case h.StandOffConfirmed():
            return f"{callsign}: still holds, says {made.by}"
        case h.StandOffPrompted():
            asked = " and ".join(("control", *made.channels))
            return f"{callsign}: prompt {made.prompt} to {asked}: {WHY[made.why]}"
        case h.StandOffAnswered():
            return f"{callsign}: prompt {made.prompt} answered by {made.by}"
        case h.StandOffEnded():
            return f"{callsign}: stand-off ended: {END[made.how]}, says {made.by}"
    return ""
