"""Every step of a request for police or further resources in words (P2, E3)."""

from middleware.domain.wording_back_up import ANSWERS, BECAUSE, WANTED
from middleware.engine.entry import Entry
from schemas import back_up as b
from schemas.decision import Decision, Shown
from schemas.police import BackUpAnswered, BackUpReadOut, BackUpStoodDown


def back_up_words(made: Decision, entry: Entry) -> str:
    """One line; empty for what is no step of a request."""
    match made:
        case b.BackUpMade():
            alarm = f", out of alarm {made.alarm}" if made.alarm else ""
            return f"{WANTED[made.wanted]} requested by {made.by}: {made.request}{alarm}"
        case b.BackUpWorded():
            return f"{made.request}: says something else now, by {made.by}"
        case b.BackUpStepped():
            why = f", because {BECAUSE[made.because]}" if made.because else ""
            return f"{made.request}: asked of the {made.of} on {made.channel}{why}"
        case b.BackUpToldAloud():
            to = entry.event.to if isinstance(entry.event, BackUpReadOut) else ""
            return f"{made.request}: read out by {made.by}" + (f" to {to}" if to else "")
        case b.BackUpHeard():
            return f"{made.request}: {_answer(made, entry)}"
    return _in_the_room(made, entry)


def _in_the_room(made: Decision, entry: Entry) -> str:
    match made:
        case Shown():
            return f"{made.note}: received on {made.channel}, not answered by that"
        case b.BackUpAssumed():
            return f"{made.request}: in the hands of {made.by}"
        case b.BackUpTurnedAway():
            return f"{made.request}: the desk's system will not take it; it must be read out"
        case b.BackUpClosed():
            event = entry.event
            why = f": {event.reason}" if isinstance(event, BackUpStoodDown) else ""
            return f"{made.request}: stood down by {made.by}{why}"
    return ""


def _answer(made: b.BackUpHeard, entry: Entry) -> str:
    """Who said what, and every number that came with it."""
    late = "" if made.stands else " (late or to an earlier step: changes nothing)"
    by = f", logged by {made.by}" if made.by else ""
    event = entry.event
    if not isinstance(event, BackUpAnswered):
        return f"{ANSWERS[made.says]}{by}{late}"
    parts = {
        "": event.said_by,
        "reference ": event.reference,
        "CRN ": event.crn,
        "OIC ": event.oic,
        "unit ": event.unit,
        "reason: ": event.reason,
    }
    said = ", ".join(f"{name}{value}" for name, value in parts.items() if value)
    return f"{ANSWERS[made.says]}{', ' if said else ''}{said}{by}{late}"
